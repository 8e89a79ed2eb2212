//! A business beside the main one.

use serde_json::{Value, json};

use super::World;

/// A further business, with what its maker was told about it.
pub struct Elm<'w> {
    pub world: &'w World,
    pub view: Value,
}

impl<'w> Elm<'w> {
    pub async fn made(world: &'w World) -> Self {
        let view = world.control("businesses", json!({"name": "Elm Estates", "key": "elm"})).await;
        Self { world, view }
    }

    pub fn is(&self, key: &str) -> &str {
        self.view[key].as_str().unwrap()
    }

    pub fn app_token(&self) -> String {
        format!("{}|{}", self.is("app_id"), self.is("app_secret"))
    }

    pub fn callback(&self) -> &str {
        &self.world.config.callback_url
    }

    pub async fn graph(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let call = self.world.http.request(method, self.world.graph(path)).bearer_auth(token).json(&body);
        let response = call.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// With the business's own token.
    pub async fn own(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.graph(method, path, self.is("token"), body).await
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        self.world.at(&format!("b/elm/control/{path}"), body).await
    }

    pub async fn subscribe(&self, fields: &str) -> (u16, Value) {
        let body = json!({"object": "whatsapp_business_account", "callback_url": self.callback(),
            "verify_token": "verify-me", "fields": fields});
        self.graph("POST", &format!("{}/subscriptions", self.is("app_id")), &self.app_token(), body).await
    }

    pub async fn subscribe_account(&self) -> (u16, Value) {
        self.own("POST", &format!("{}/subscribed_apps", self.is("waba_id")), json!({})).await
    }

    pub async fn write(&self, words: &str) {
        self.control("inbound", json!({"customer": "grace", "type": "text", "text": words})).await;
        self.settle().await;
    }

    pub async fn settle(&self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while self.world.look_at("b/elm/control/idle").await["idle"] != true {
            assert!(std::time::Instant::now() < deadline);
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

pub fn error(reply: &(u16, Value)) -> (&Value, &Value) {
    (&reply.1["error"]["code"], &reply.1["error"]["error_subcode"])
}

/// A sign-up through the window: its answer, and the business's token if the code is exchanged at once.
pub async fn sign_up(world: &World, choice: Value) -> (Value, String) {
    let done = world.control("signup", choice).await;
    let (status, reply) = exchange(world, &world.config.app_secret, done["code"].as_str().unwrap()).await;
    assert_eq!((status, &reply["token_type"]), (200, &json!("bearer")), "{reply}");
    (done["message"].clone(), reply["access_token"].as_str().unwrap().to_owned())
}

pub async fn exchange(world: &World, secret: &str, code: &str) -> (u16, Value) {
    let path = format!("oauth/access_token?client_id=5500000000000006&client_secret={secret}&code={code}");
    let response = world.http.get(world.graph(&path)).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}
