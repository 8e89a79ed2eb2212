//! Setting numbers up: tokens, numbers, webhooks, registration (contract section 1).

use async_trait::async_trait;
use backend::outbound::{Access, App, Grant, NewBusiness, ProviderError, Setup, Subscription};
use domain::Timestamp;
use domain::connection::AccountNumber;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, asked};

/// What Parley reads of webhooks, and what it keeps for later.
const FIELDS: &str = "messages,user_preferences,smb_message_echoes,account_update,phone_number_quality_update,\
    phone_number_name_update,message_template_status_update,message_template_quality_update,template_category_update";
const OBJECT: &str = "whatsapp_business_account";

#[async_trait]
impl Setup for Client {
    async fn grant(&self, app: &App, token: &str) -> Result<Grant, ProviderError> {
        let call = self.as_app(Method::GET, "debug_token", app)?.query(&[("input_token", token)]);
        let answer = asked(call).await?;
        Ok(answer.get("data").map(grant).unwrap_or_default())
    }

    async fn numbers(&self, account: &str, access: &Access) -> Result<Vec<AccountNumber>, ProviderError> {
        let path = format!("{account}/phone_numbers");
        let fields =
            "id,display_phone_number,verified_name,code_verification_status,status,platform_type,is_on_biz_app";
        let call = self.call(Method::GET, &path, Some(access)).query(&[("fields", fields), ("limit", "100")]);
        let answer = asked(call).await?;
        Ok(list(&answer).iter().filter_map(number).collect())
    }

    async fn subscription(&self, app: &App, account: &str, access: &Access) -> Result<Subscription, ProviderError> {
        let own = asked(self.as_app(Method::GET, &format!("{}/subscriptions", app.id), app)?).await?;
        let of_app = list(&own).iter().find(|row| text(row, "object") == Some(OBJECT));
        let apps = asked(self.call(Method::GET, &format!("{account}/subscribed_apps"), Some(access))).await?;
        let ours =
            |row: &&Value| row.pointer("/whatsapp_business_api_data/id").and_then(Value::as_str) == Some(&app.id);
        let subscribed = list(&apps).iter().find(ours);
        Ok(Subscription {
            address: of_app.and_then(|row| text(row, "callback_url")).map(str::to_owned),
            fields: of_app.map(fields).unwrap_or_default(),
            subscribed: subscribed.is_some(),
            overridden: subscribed.and_then(|row| text(row, "override_callback_uri")).map(str::to_owned),
        })
    }

    async fn send_webhooks_to(&self, app: &App, address: &str, verify_token: &str) -> Result<(), ProviderError> {
        let call = self.as_app(Method::POST, &format!("{}/subscriptions", app.id), app)?;
        // In the body, not in the address: a verify token is a secret.
        asked(call.form(&[
            ("object", OBJECT),
            ("callback_url", address),
            ("verify_token", verify_token),
            ("fields", FIELDS),
        ]))
        .await
        .map(drop)
    }

    async fn subscribe(
        &self,
        account: &str,
        access: &Access,
        address: Option<(&str, &str)>,
    ) -> Result<(), ProviderError> {
        let call = self.call(Method::POST, &format!("{account}/subscribed_apps"), Some(access));
        let call = match address {
            Some((address, token)) => call.json(&json!({ "override_callback_uri": address, "verify_token": token })),
            None => call,
        };
        asked(call).await.map(drop)
    }

    async fn unsubscribe(&self, account: &str, access: &Access) -> Result<(), ProviderError> {
        asked(self.call(Method::DELETE, &format!("{account}/subscribed_apps"), Some(access))).await.map(drop)
    }

    async fn register(&self, number: &str, access: &Access, pin: &str) -> Result<(), ProviderError> {
        let call = self.call(Method::POST, &format!("{number}/register"), Some(access));
        asked(call.json(&json!({ "messaging_product": "whatsapp", "pin": pin }))).await.map(drop)
    }

    async fn exchange(&self, code: &str) -> Result<Access, ProviderError> {
        let id = self.config().app_id.as_deref().ok_or_else(no_app)?;
        let call = self.plain(Method::GET, &self.url("oauth/access_token")).query(&[
            ("client_id", id),
            ("client_secret", &self.config().app_secret),
            ("code", code),
        ]);
        let answer = asked(call).await?;
        let token = text(&answer, "access_token").map(str::to_owned);
        let token = token.ok_or_else(|| ProviderError {
            code: None,
            retry: true,
            what: "Meta gave no token for this sign-up. Open the window once more.".to_owned(),
        })?;
        Ok(Access { token, app_secret: None })
    }

    async fn new_business(&self, name: &str) -> Result<NewBusiness, ProviderError> {
        let sandbox = self.config().sandbox.as_deref().ok_or_else(no_app)?;
        let call = self.plain(Method::POST, &format!("{sandbox}/control/businesses")).json(&json!({ "name": name }));
        let answer = asked(call).await?;
        let value = |key: &str| text(&answer, key).map(str::to_owned).unwrap_or_default();
        Ok(NewBusiness {
            app_id: value("app_id"),
            app_secret: value("app_secret"),
            token: value("token"),
            account_id: value("waba_id"),
            page: value("page"),
        })
    }
}

impl Client {
    /// A call as the app itself (contract 1.1: an app token is its id and its secret).
    fn as_app(&self, method: Method, path: &str, app: &App) -> Result<reqwest::RequestBuilder, ProviderError> {
        let secret = app.secret.as_ref().unwrap_or(&self.config().app_secret);
        if secret.is_empty() {
            return Err(no_app());
        }
        Ok(self.plain(method, &self.url(path)).bearer_auth(format!("{}|{secret}", app.id)))
    }
}

fn no_app() -> ProviderError {
    ProviderError { code: None, retry: false, what: "This installation has no app at Meta.".to_owned() }
}

fn grant(data: &Value) -> Grant {
    let scopes = data.get("scopes").and_then(Value::as_array);
    let strings = |values: Option<&Vec<Value>>| -> Vec<String> {
        values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    // 0 is never.
    let expires_at = data.get("expires_at").and_then(Value::as_i64).filter(|at| *at > 0);
    let granular = data.get("granular_scopes").and_then(Value::as_array);
    Grant {
        valid: data.get("is_valid").and_then(Value::as_bool).unwrap_or(false),
        app_id: text(data, "app_id").unwrap_or_default().to_owned(),
        expires_at: expires_at.and_then(|at| Timestamp::from_second(at).ok()),
        scopes: strings(scopes),
        // Without `target_ids` a scope holds for everything that the person gave.
        accounts: granular.and_then(|scopes| {
            let of = |scope: &&Value| text(scope, "scope") == Some("whatsapp_business_messaging");
            scopes.iter().find(of)?.get("target_ids")?.as_array().map(|ids| strings(Some(ids)))
        }),
    }
}

fn number(row: &Value) -> Option<AccountNumber> {
    let is = |key: &str, word: &str| text(row, key).is_some_and(|value| value.eq_ignore_ascii_case(word));
    Some(AccountNumber {
        id: text(row, "id")?.to_owned(),
        display: text(row, "display_phone_number").unwrap_or_default().to_owned(),
        name: text(row, "verified_name").unwrap_or_default().to_owned(),
        verified: is("code_verification_status", "VERIFIED"),
        registered: is("platform_type", "CLOUD_API") && !is("status", "PENDING") && !is("status", "DISCONNECTED"),
        on_phone: row.get("is_on_biz_app").and_then(Value::as_bool).unwrap_or(false),
        channel: None,
    })
}

/// Fields come as names or as objects with names.
fn fields(row: &Value) -> Vec<String> {
    let fields = row.get("fields").and_then(Value::as_array).into_iter().flatten();
    fields.filter_map(|field| field.as_str().or_else(|| text(field, "name"))).map(str::to_owned).collect()
}

fn list(answer: &Value) -> &[Value] {
    answer.get("data").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
