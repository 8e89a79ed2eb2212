//! Embedded Signup and the registration of a number.

use serde_json::{Value, json};

use crate::common::elm::{Elm, error, exchange, sign_up};
use crate::common::{GRACE, signature, text, world};

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
    assert_eq!(
        hook.headers["x-hub-signature-256"],
        signature(&world.config.app_secret, &hook.body).as_str(),
        "the operator's secret signs"
    );
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
