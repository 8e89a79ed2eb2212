//! Several businesses in one sandbox.

use serde_json::{Value, json};

use crate::common::elm::{Elm, error, sign_up};
use crate::common::{GRACE, signature, text, world, world_with};

#[tokio::test]
async fn a_further_business_is_made_listed_and_removed() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    assert_eq!((elm.is("key"), elm.is("page")), ("elm", "/sandbox/b/elm/"));
    let other = world.control("businesses", json!({"name": "Oak Estates"})).await;
    for key in ["key", "app_id", "app_secret", "token", "phone_number_id", "waba_id", "display_phone_number"] {
        assert_ne!(elm.view[key], other[key], "{key}");
    }
    let list = world.look("businesses").await;
    assert_eq!(list["businesses"].as_array().unwrap().len(), 2);
    assert_eq!(list["businesses"][0]["waba_id"], elm.view["waba_id"]);
    assert!(!list.to_string().contains(elm.is("token")) && !list.to_string().contains(elm.is("app_secret")));
    for (body, why) in [
        (json!({"name": "Again", "key": "elm"}), "already"),
        (json!({"name": "Odd", "key": "../elm"}), "a key has"),
        (json!({"name": "  "}), "a name"),
    ] {
        let url = format!("{}/control/businesses", world.base);
        let response = world.http.post(url).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        assert!(response.text().await.unwrap().contains(why), "{body}");
    }
    let page = world.http.get(format!("{}/b/elm/", world.base)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("src=\"/sandbox/b/elm/phone.js\"") && page.contains("Elm Estates"), "{page}");
    assert_eq!(world.http.get(format!("{}/b/elm/phone.js", world.base)).send().await.unwrap().status(), 200);
    let gone = world.http.delete(format!("{}/control/businesses/elm", world.base)).send().await.unwrap();
    assert_eq!(gone.status(), 200);
    assert_eq!(world.http.get(format!("{}/b/elm/", world.base)).send().await.unwrap().status(), 404);
    assert_eq!(error(&elm.own("GET", elm.is("waba_id"), json!({})).await).0, 190);
}

#[tokio::test]
async fn a_token_reaches_its_own_business_alone() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    let (status, node) = elm.own("GET", elm.is("phone_number_id"), json!({})).await;
    assert_eq!((status, &node["verified_name"]), (200, &json!("Elm Estates")));
    let numbers = elm.own("GET", &format!("{}/phone_numbers", elm.is("waba_id")), json!({})).await.1;
    assert_eq!(numbers["data"][0]["id"], elm.view["phone_number_id"]);
    let main = &world.config;
    let strange = (json!(100), json!(33));
    for (method, path, token) in [
        ("GET", main.phone_number_id.clone(), elm.is("token").to_owned()),
        ("GET", format!("{}/message_templates", main.waba_id), elm.is("token").to_owned()),
        ("POST", format!("{}/messages", main.phone_number_id), elm.is("token").to_owned()),
        ("GET", elm.is("phone_number_id").to_owned(), main.token.clone()),
        ("POST", format!("{}/subscribed_apps", elm.is("waba_id")), main.token.clone()),
        ("GET", elm.is("waba_id").to_owned(), elm.app_token()),
        ("GET", "5500000000000006/subscriptions".to_owned(), elm.app_token()),
    ] {
        let reply = elm.graph(method, &path, &token, text(GRACE, "hello", "x")).await;
        assert_eq!(error(&reply), (&strange.0, &strange.1), "{method} {path} {reply:?}");
    }
    assert_eq!(error(&elm.graph("GET", elm.is("waba_id"), "nobody", json!({})).await).0, 190);
    let subscriptions = format!("{}/subscriptions", elm.is("app_id"));
    assert_eq!(error(&elm.own("GET", &subscriptions, json!({})).await).0, 15);
}

#[tokio::test]
async fn a_message_and_its_file_stay_with_their_business() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    elm.subscribe("messages").await;
    elm.subscribe_account().await;
    elm.control("inbound", json!({"customer": "grace", "type": "image", "sample": "photo"})).await;
    elm.settle().await;
    let hook = world.hooks().pop().unwrap();
    let body: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!(body["entry"][0]["id"], elm.view["waba_id"]);
    assert_eq!(body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"], elm.view["phone_number_id"]);
    assert_eq!(hook.headers["x-hub-signature-256"], signature(elm.is("app_secret"), &hook.body).as_str());
    let address = world.items("messages")[0]["image"]["url"].as_str().unwrap().to_owned();
    let get = |token: String| world.http.get(&address).bearer_auth(token).send();
    assert_eq!(get(elm.is("token").to_owned()).await.unwrap().status(), 200);
    assert_eq!(get(world.config.token.clone()).await.unwrap().status(), 404);
    let sent = elm.own("POST", &format!("{}/messages", elm.is("phone_number_id")), text(GRACE, "Hello", "job")).await;
    assert_eq!(sent.0, 200, "{sent:?}");
    elm.settle().await;
    assert_eq!(world.look("chat/grace").await["messages"], json!([]));
    assert_eq!(world.look_at("b/elm/control/chat/grace").await["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn webhooks_go_nowhere_until_callback_field_and_account_are_set() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    elm.write("nobody listens").await;
    let path = format!("{}/subscriptions", elm.is("app_id"));
    assert_eq!(elm.graph("GET", &path, &elm.app_token(), json!({})).await.1["data"], json!([]));
    assert_eq!(elm.subscribe("account_update").await, (200, json!({"success": true})));
    elm.subscribe_account().await;
    elm.write("not subscribed to messages").await;
    assert!(world.hooks().is_empty());
    assert_eq!(error(&elm.subscribe("messages,nonsense").await).0, 100);
    elm.subscribe("messages,account_update").await;
    elm.write("now").await;
    assert_eq!(world.items("messages")[0]["text"]["body"], "now");
    let told = elm.graph("GET", &path, &elm.app_token(), json!({})).await.1["data"][0].clone();
    assert_eq!((&told["callback_url"], &told["fields"][1]["name"]), (&json!(elm.callback()), &json!("account_update")));
    let apps = format!("{}/subscribed_apps", elm.is("waba_id"));
    let listed = elm.own("GET", &apps, json!({})).await.1["data"].clone();
    assert_eq!(listed[0]["whatsapp_business_api_data"]["id"], elm.view["app_id"]);
    elm.own("DELETE", &apps, json!({})).await;
    elm.write("left").await;
    assert_eq!(elm.own("GET", &apps, json!({})).await.1["data"], json!([]));
    assert_eq!(world.items("messages").len(), 1);
}

#[tokio::test]
async fn overrides_are_asked_and_go_before_the_apps_callback() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    let apps = format!("{}/subscribed_apps", elm.is("waba_id"));
    for (url, token) in [(elm.callback(), "wrong"), ("http://127.0.0.1:1/hook", "verify-me"), ("nonsense", "verify-me")]
    {
        let body = json!({"override_callback_uri": url, "verify_token": token});
        assert_eq!(error(&elm.own("POST", &apps, body).await).0, 2200, "{url}");
    }
    assert_eq!(elm.own("GET", &apps, json!({})).await.1["data"], json!([]));
    let of = |place: &str| format!("{}?{place}", elm.callback());
    elm.own("POST", &apps, json!({"override_callback_uri": of("account"), "verify_token": "verify-me"})).await;
    let listed = elm.own("GET", &apps, json!({})).await.1["data"][0].clone();
    assert_eq!(listed["override_callback_uri"], of("account"));
    elm.write("to the account's").await;
    elm.subscribe("messages,account_update").await;
    let hook = json!({"webhook_configuration": {"override_callback_uri": of("number"), "verify_token": "verify-me"}});
    elm.own("POST", elm.is("phone_number_id"), hook).await;
    elm.write("to the number's").await;
    elm.control("change", json!({"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}})).await;
    elm.settle().await;
    let hooks = world.hooks();
    let places: Vec<&str> = hooks.iter().map(|hook| hook.query.as_str()).collect();
    assert_eq!(places, ["account", "number", ""], "other fields go to the app's callback");
    let known = elm.own("GET", &format!("{}?fields=webhook_configuration", elm.is("phone_number_id")), json!({})).await;
    assert_eq!(
        known.1["webhook_configuration"],
        json!({"phone_number": of("number"), "whatsapp_business_account": of("account"), "application": elm.callback()})
    );
}

#[tokio::test]
async fn a_business_is_itself_again_after_a_restart() {
    let folder = std::env::temp_dir().join(format!("sandbox-businesses-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("businesses.json");
    let first = world_with(|config| config.businesses = Some(file.clone())).await;
    let elm = Elm::made(&first).await;
    elm.subscribe("messages").await;
    elm.subscribe_account().await;
    let (message, token) = sign_up(&first, json!({"name": "Guest"})).await;
    let register = format!("{}/register", message["data"]["phone_number_id"].as_str().unwrap());
    let pin = |pin: &str| json!({"messaging_product": "whatsapp", "pin": pin});
    assert_eq!(elm.graph("POST", &register, &token, pin("123456")).await.0, 200);
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    first.sandbox.shutdown().await;
    let second = world_with(|config| config.businesses = Some(file.clone())).await;
    let again = Elm { world: &second, view: elm.view.clone() };
    assert_eq!(again.own("GET", again.is("waba_id"), json!({})).await.1["name"], "Elm Estates");
    again.write("still there?").await;
    assert_eq!(first.items("messages")[0]["text"]["body"], "still there?", "the callback is the one that was set");
    assert_eq!(error(&again.graph("POST", &register, &token, pin("654321")).await).0, 133_005, "the PIN is kept");
    for one in second.look("businesses").await["businesses"].as_array().unwrap() {
        let key = one["key"].as_str().unwrap();
        second.http.delete(format!("{}/control/businesses/{key}", second.base)).send().await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[]");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn debug_token_tells_the_truth() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    let look = async |input: &str, viewer: &str| {
        let query = format!("input_token={input}&access_token={viewer}").replace('|', "%7C");
        world
            .http
            .get(world.graph(&format!("debug_token?{query}")))
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap()
    };
    let seen = look(elm.is("token"), &elm.app_token()).await["data"].clone();
    assert_eq!(
        (&seen["is_valid"], &seen["app_id"], &seen["expires_at"]),
        (&json!(true), &elm.view["app_id"], &json!(0))
    );
    assert_eq!(seen["scopes"], json!(["whatsapp_business_management", "whatsapp_business_messaging"]));
    for scope in seen["granular_scopes"].as_array().unwrap() {
        assert_eq!(scope["target_ids"], json!([elm.view["waba_id"]]));
    }
    let state = async |state: &str| {
        elm.control("settings", json!({"token_state": state})).await;
        look(elm.is("token"), &elm.app_token()).await["data"].clone()
    };
    let expired = state("expired").await;
    assert_eq!((&expired["is_valid"], &expired["error"]["subcode"]), (&json!(false), &json!(463)));
    assert_eq!(error(&elm.own("GET", elm.is("waba_id"), json!({})).await), (&json!(190), &json!(463)));
    assert_eq!(state("missing_scope").await["scopes"], json!(["whatsapp_business_management"]));
    assert_eq!(error(&elm.own("GET", elm.is("waba_id"), json!({})).await).0, 10);
    assert_eq!(state("no_asset").await["granular_scopes"][0]["target_ids"], json!([]));
    assert_eq!(error(&elm.own("GET", elm.is("waba_id"), json!({})).await).1, 33);
    let made_up = look("made-up", &elm.app_token()).await["data"].clone();
    assert_eq!((&made_up["is_valid"], &made_up["error"]["code"]), (&json!(false), &json!(190)));
    let others = look(&world.config.token, &elm.app_token()).await["data"].clone();
    assert_eq!((&others["is_valid"], &others["error"]["code"]), (&json!(false), &json!(100)));
    assert_eq!(look(elm.is("token"), "made-up").await["error"]["code"], 190);
    assert_eq!(look(elm.is("token"), elm.is("token")).await["data"]["error"]["code"], Value::Null);
}

#[tokio::test]
async fn the_developers_page_shows_and_sets_what_metas_does() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    let shown = world.look_at("b/elm/control/app").await;
    for key in ["app_id", "app_secret", "token", "waba_id", "phone_number_id", "display_phone_number"] {
        assert_eq!(shown[key], elm.view[key], "{key}");
    }
    let url = format!("{}/b/elm/control/app/callback", world.base);
    let wrong = json!({"callback_url": elm.callback(), "verify_token": "wrong"});
    assert_eq!(world.http.post(&url).json(&wrong).send().await.unwrap().status(), 400);
    elm.control("app/callback", json!({"callback_url": elm.callback(), "verify_token": "verify-me"})).await;
    elm.control("app/account", json!({"subscribed": true})).await;
    elm.write("no field yet").await;
    elm.control("app/field", json!({"field": "messages", "on": true})).await;
    elm.write("ticked").await;
    elm.control("app/field", json!({"field": "messages", "on": false})).await;
    elm.write("not any more").await;
    let texts: Vec<Value> = world.items("messages").iter().map(|message| message["text"]["body"].clone()).collect();
    assert_eq!(texts, ["ticked"]);
    let hidden = world_with(|config| config.show_secrets = false).await;
    let main = hidden.look("app").await;
    assert_eq!(
        (&main["app_secret"], &main["token"], &main["app_id"]),
        (&Value::Null, &Value::Null, &json!("5500000000000006"))
    );
    sign_up(&world, json!({"name": "Guest"})).await;
    let key = world.look("businesses").await["businesses"][1]["key"].as_str().unwrap().to_owned();
    let guest = world.look_at(&format!("b/{key}/control/app")).await;
    assert_eq!((&guest["app_secret"], &guest["own_app"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn templates_are_a_business_of_ones_own() {
    let world = world().await;
    let elm = Elm::made(&world).await;
    let list = async |waba: &str, token: &str| {
        elm.graph("GET", &format!("{waba}/message_templates"), token, json!({})).await.1["data"].clone()
    };
    let own = list(elm.is("waba_id"), elm.is("token")).await;
    let main = list(&world.config.waba_id, &world.config.token).await;
    assert_eq!(own[0]["components"][1]["text"], "Elm Estates");
    let id = |template: &Value| template["id"].as_str().unwrap().to_owned();
    assert_eq!(elm.own("GET", &id(&own[0]), json!({})).await.0, 200);
    assert_eq!(error(&elm.own("GET", &id(&main[0]), json!({})).await).1, 33);
}
