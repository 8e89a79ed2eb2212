//! Several businesses in one sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::allow_attributes,
    dead_code,
    reason = "tests may fail loudly and use a part of the common helpers"
)]

mod common;

use common::{World, text, world, world_with};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const GRACE: &str = "447700900101";

/// A further business, with what its maker was told about it.
struct Elm<'w> {
    world: &'w World,
    view: Value,
}

impl<'w> Elm<'w> {
    async fn made(world: &'w World) -> Self {
        let view = world.control("businesses", json!({"name": "Elm Estates", "key": "elm"})).await;
        Self { world, view }
    }

    fn is(&self, key: &str) -> &str {
        self.view[key].as_str().unwrap()
    }

    fn app_token(&self) -> String {
        format!("{}|{}", self.is("app_id"), self.is("app_secret"))
    }

    fn callback(&self) -> &str {
        &self.world.config.callback_url
    }

    async fn graph(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let call = self.world.http.request(method, self.world.graph(path)).bearer_auth(token).json(&body);
        let response = call.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// With the business's own token.
    async fn own(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.graph(method, path, self.is("token"), body).await
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        self.world.at(&format!("b/elm/control/{path}"), body).await
    }

    async fn subscribe(&self, fields: &str) -> (u16, Value) {
        let body = json!({"object": "whatsapp_business_account", "callback_url": self.callback(),
            "verify_token": "verify-me", "fields": fields});
        self.graph("POST", &format!("{}/subscriptions", self.is("app_id")), &self.app_token(), body).await
    }

    async fn subscribe_account(&self) -> (u16, Value) {
        self.own("POST", &format!("{}/subscribed_apps", self.is("waba_id")), json!({})).await
    }

    async fn write(&self, words: &str) {
        self.control("inbound", json!({"customer": "grace", "type": "text", "text": words})).await;
        self.settle().await;
    }

    async fn settle(&self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while self.world.look_at("b/elm/control/idle").await["idle"] != true {
            assert!(std::time::Instant::now() < deadline);
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

fn error(reply: &(u16, Value)) -> (&Value, &Value) {
    (&reply.1["error"]["code"], &reply.1["error"]["error_subcode"])
}

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
    let mut mac = Hmac::<Sha256>::new_from_slice(elm.is("app_secret").as_bytes()).unwrap();
    mac.update(&hook.body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(hook.headers["x-hub-signature-256"], signature.as_str());
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
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    first.sandbox.shutdown().await;
    let second = world_with(|config| config.businesses = Some(file.clone())).await;
    let again = Elm { world: &second, view: elm.view.clone() };
    assert_eq!(again.own("GET", again.is("waba_id"), json!({})).await.1["name"], "Elm Estates");
    again.write("still there?").await;
    assert_eq!(first.items("messages")[0]["text"]["body"], "still there?", "the callback is the one that was set");
    second.http.delete(format!("{}/control/businesses/elm", second.base)).send().await.unwrap();
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

/// A sign-up through the window: its answer, and the business's token if the code is exchanged at once.
async fn sign_up(world: &World, choice: Value) -> (Value, String) {
    let done = world.control("signup", choice).await;
    let (status, reply) = exchange(world, &world.config.app_secret, done["code"].as_str().unwrap()).await;
    assert_eq!((status, &reply["token_type"]), (200, &json!("bearer")), "{reply}");
    (done["message"].clone(), reply["access_token"].as_str().unwrap().to_owned())
}

async fn exchange(world: &World, secret: &str, code: &str) -> (u16, Value) {
    let path = format!("oauth/access_token?client_id=5500000000000006&client_secret={secret}&code={code}");
    let response = world.http.get(world.graph(&path)).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_code_is_exchanged_once_within_thirty_seconds_and_with_the_secret() {
    let world = world().await;
    let code = world.control("signup", json!({"name": "Oak"})).await["code"].as_str().unwrap().to_owned();
    assert_eq!(error(&exchange(&world, "wrong", &code).await).0, 1);
    assert_eq!(exchange(&world, &world.config.app_secret, &code).await.0, 200);
    assert_eq!(error(&exchange(&world, &world.config.app_secret, &code).await).0, 100);
    let late = world.control("signup", json!({"name": "Ash"})).await["code"].as_str().unwrap().to_owned();
    world.control("clock", json!({"advance_seconds": 31})).await;
    assert_eq!(error(&exchange(&world, &world.config.app_secret, &late).await).0, 100);
}

#[tokio::test]
async fn a_business_that_signed_up_is_a_guest_of_the_operators_app() {
    let world = world().await;
    let (message, token) = sign_up(&world, json!({"name": "Oak Homes", "number": "441632960205"})).await;
    assert_eq!((&message["type"], &message["event"]), (&json!("WA_EMBEDDED_SIGNUP"), &json!("FINISH")));
    let account = message["data"]["waba_id"].as_str().unwrap();
    let oak = Elm {
        world: &world,
        view: json!({"token": token, "waba_id": account,
        "phone_number_id": message["data"]["phone_number_id"]}),
    };
    let operator = format!("5500000000000006|{}", world.config.app_secret);
    let query = format!("debug_token?input_token={token}&access_token={operator}").replace('|', "%7C");
    let seen = oak.graph("GET", &query, &operator, json!({})).await.1["data"].clone();
    assert_eq!(seen["granular_scopes"][0]["target_ids"], json!([account]));
    let send = format!("{}/messages", oak.is("phone_number_id"));
    assert_eq!(error(&oak.own("POST", &send, text(GRACE, "too early", "x")).await).0, 133_010);
    let node =
        oak.own("GET", &format!("{}?fields=status,display_phone_number", oak.is("phone_number_id")), json!({})).await;
    assert_eq!((&node.1["status"], &node.1["display_phone_number"]), (&json!("PENDING"), &json!("+441632960205")));
    let register = format!("{}/register", oak.is("phone_number_id"));
    let pin = |pin: &str| json!({"messaging_product": "whatsapp", "pin": pin});
    assert_eq!(oak.own("POST", &register, pin("123456")).await.0, 200);
    assert_eq!(error(&oak.own("POST", &register, pin("654321")).await).0, 133_005);
    assert_eq!(oak.own("POST", &send, text(GRACE, "now", "x")).await.0, 200);
    let key = world.look("businesses").await["businesses"][0]["key"].as_str().unwrap().to_owned();
    let inbound = json!({"customer": "grace", "type": "text", "text": "hello Oak"});
    world.at(&format!("b/{key}/control/inbound"), inbound.clone()).await;
    oak.own("POST", &format!("{account}/subscribed_apps"), json!({})).await;
    world.at(&format!("b/{key}/control/inbound"), inbound).await;
    while world.look_at(&format!("b/{key}/control/idle")).await["idle"] != true {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let hook =
        world.hooks().into_iter().find(|hook| String::from_utf8_lossy(&hook.body).contains("hello Oak")).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(world.config.app_secret.as_bytes()).unwrap();
    mac.update(&hook.body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(hook.headers["x-hub-signature-256"], signature.as_str(), "the operator's secret signs");
    let heard = world.items("messages").iter().filter(|message| message["text"]["body"] == "hello Oak").count();
    assert_eq!(heard, 1, "only after the account was subscribed");
    let again = sign_up(&world, json!({"key": key})).await;
    assert_eq!((again.0["data"]["waba_id"].as_str().unwrap(), again.1), (account, token.clone()));
}

#[tokio::test]
async fn a_number_is_proved_before_it_is_registered_and_only_ten_tries_are_allowed() {
    let world = world().await;
    let (message, token) = sign_up(&world, json!({"name": "Ash", "ending": "unverified"})).await;
    let number = message["data"]["phone_number_id"].as_str().unwrap();
    let ash = Elm { world: &world, view: json!({"token": token}) };
    let key = world.look("businesses").await["businesses"][0]["key"].as_str().unwrap().to_owned();
    let register = format!("{number}/register");
    let pin = json!({"messaging_product": "whatsapp", "pin": "123456"});
    assert_eq!(error(&ash.own("POST", &register, pin.clone()).await).0, 133_006);
    ash.own("POST", &format!("{number}/request_code"), json!({"code_method": "SMS", "language": "en_US"})).await;
    let code = world.look_at(&format!("b/{key}/control/app")).await["code"].as_str().unwrap().to_owned();
    let verify = format!("{number}/verify_code");
    assert_eq!(error(&ash.own("POST", &verify, json!({"code": "1"})).await).0, 136_025);
    assert_eq!(ash.own("POST", &verify, json!({"code": code})).await.0, 200);
    for _ in 0..9 {
        assert_eq!(ash.own("POST", &register, pin.clone()).await.0, 200);
    }
    assert_eq!(error(&ash.own("POST", &register, pin.clone()).await).0, 133_016);
    world.at(&format!("b/{key}/control/clock"), json!({"advance_seconds": 72 * 3600})).await;
    assert_eq!(ash.own("POST", &register, pin).await.0, 200);
}

#[tokio::test]
async fn a_sign_up_ends_without_a_number_or_with_one_that_stays_in_the_app() {
    let world = world().await;
    let (message, token) = sign_up(&world, json!({"name": "No number yet", "ending": "no_number"})).await;
    assert_eq!((&message["event"], &message["data"]["phone_number_id"]), (&json!("FINISH_ONLY_WABA"), &Value::Null));
    let numbers = format!("{}/phone_numbers", message["data"]["waba_id"].as_str().unwrap());
    let bare = Elm { world: &world, view: json!({"token": token}) };
    assert_eq!(bare.own("GET", &numbers, json!({})).await.1["data"], json!([]));
    let add = json!({"cc": "44", "phone_number": "1632 960777", "verified_name": "Later"});
    let id = bare.own("POST", &numbers, add).await.1["id"].as_str().unwrap().to_owned();
    let node = bare.own("GET", &numbers, json!({})).await.1["data"][0].clone();
    assert_eq!((&node["id"], &node["code_verification_status"]), (&json!(id), &json!("NOT_VERIFIED")));
    let (message, token) = sign_up(&world, json!({"name": "In the app", "ending": "coexistence"})).await;
    assert_eq!(message["event"], "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING");
    let app = Elm { world: &world, view: json!({"token": token}) };
    let number = message["data"]["phone_number_id"].as_str().unwrap();
    let pin = json!({"messaging_product": "whatsapp", "pin": "123456"});
    assert_eq!(error(&app.own("POST", &format!("{number}/register"), pin).await).0, 100);
    assert_eq!(app.own("POST", &format!("{number}/messages"), text(GRACE, "hello", "x")).await.0, 200);
    let account = message["data"]["waba_id"].as_str().unwrap();
    app.own("POST", &format!("{account}/subscribed_apps"), json!({})).await;
    let sync = json!({"messaging_product": "whatsapp", "sync_type": "smb_app_state_sync"});
    assert!(app.own("POST", &format!("{number}/smb_app_data"), sync.clone()).await.1["request_id"].is_string());
    assert_eq!(error(&app.own("POST", &format!("{number}/smb_app_data"), sync).await).0, 2_593_107);
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
