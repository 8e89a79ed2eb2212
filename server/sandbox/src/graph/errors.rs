//! Errors of sections 7.1 and 7.2.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// An error in Graph's envelope.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    pub(crate) details: Option<String>,
}

/// HTTP status and title of a code.
pub(crate) fn describe(code: u32) -> (u16, &'static str) {
    match code {
        0 => (401, "AuthException"),
        1 => (400, "API Unknown"),
        2 => (503, "API Service"),
        3 => (500, "API Method"),
        4 => (400, "Application request limit reached"),
        10 => (403, "Permission Denied"),
        15 => (400, "This method must be called with an app access token."),
        33 => (400, "Parameter value is not valid"),
        100 => (400, "Invalid parameter"),
        101 => (400, "Error validating application"),
        104 => (400, "An access token is required to request this resource."),
        190 => (401, "Access token has expired"),
        200..=299 => (403, "API Permission"),
        368 => (403, "Temporarily blocked for policies violations"),
        2200 => (400, "Callback verification failed"),
        2500 => (400, "Unknown path components"),
        80007 => (400, "Rate limit issues"),
        130_403 => (400, "You have blocked this user"),
        130_429 => (400, "Rate limit hit"),
        130_472 => (400, "User's number is part of an experiment"),
        130_497 => (403, "Business account is restricted from messaging users in this country"),
        131_000 => (500, "Something went wrong"),
        131_005 => (403, "Access denied"),
        131_008 => (400, "Required parameter is missing"),
        131_009 => (400, "Parameter value is not valid"),
        131_016 => (500, "Service unavailable"),
        131_020 => (400, "Group is not valid"),
        131_021 => (400, "Recipient cannot be sender"),
        131_026 => (400, "Message undeliverable"),
        131_030 => (400, "Recipient phone number not in allowed list"),
        131_031 => (403, "Account has been locked"),
        131_037 => (400, "Display name approval required"),
        131_042 => (400, "Business eligibility payment issue"),
        131_045 => (500, "Incorrect certificate"),
        131_047 => (400, "Re-engagement message"),
        131_048 => (400, "Spam rate limit hit"),
        131_049 => (400, "This message was not delivered to maintain healthy ecosystem engagement"),
        131_050 => (400, "User has stopped marketing messages"),
        131_051 => (400, "Message type unknown"),
        131_052 => (400, "Media download error"),
        131_053 => (400, "Media upload error"),
        131_056 => (400, "(Business Account, Consumer Account) pair rate limit hit"),
        131_057 => (500, "Account in maintenance mode"),
        131_062 => (400, "Business-scoped user ids are not supported for this message"),
        131_063 => (400, "Marketing messages are disabled on this API"),
        131_064 => (400, "Limit reached because of template classification"),
        132_000 => (400, "Template param count mismatch"),
        132_001 => (404, "Template does not exist"),
        132_005 => (400, "Template hydrated text too long"),
        132_007 => (400, "Template format character policy violated"),
        132_012 => (400, "Template parameter format mismatch"),
        132_015 => (400, "Template is paused"),
        132_016 => (400, "Template is disabled"),
        132_018 => (400, "Template parameter is not valid"),
        133_004 => (503, "Server temporarily unavailable"),
        133_005 => (400, "Two-step verification PIN mismatch"),
        133_006 => (400, "Phone number re-verification needed"),
        133_010 => (400, "Phone number not registered"),
        136_025 => (400, "Verify code error"),
        133_016 => (400, "Account register deregister rate limit exceeded"),
        134_100 => (400, "Only marketing templates are supported"),
        137_000 => (400, "Identity key hash mismatch"),
        139_100 => (400, "Failed to block or unblock"),
        2_593_107 => (400, "Synchronization request limit exceeded"),
        2_593_108 => (400, "Synchronization request made outside the allowed time window"),
        _ => (400, "Something went wrong"),
    }
}

impl GraphError {
    /// An error of the table with details.
    pub(crate) fn new(code: u32, details: impl Into<String>) -> Self {
        let (status, title) = describe(code);
        Self {
            status,
            code,
            subcode: None,
            kind: "OAuthException",
            message: format!("(#{code}) {title}"),
            details: Some(details.into()),
        }
    }

    /// "Unknown object or missing access" of section 7.1.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        Self {
            status: 400,
            code: 100,
            subcode: Some(33),
            kind: "GraphMethodException",
            message: format!(
                "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
                 or does not support this operation. Please read the Graph API documentation at \
                 https://developers.facebook.com/docs/graph-api",
                method.to_lowercase()
            ),
            details: None,
        }
    }

    /// A token problem with the subcodes of section 1.1.
    pub(crate) fn token(message: &str, subcode: Option<u32>) -> Self {
        Self { subcode, message: message.to_owned(), details: None, ..Self::new(190, "") }
    }

    /// A token that nobody holds.
    pub(crate) fn wrong_token() -> Self {
        Self::token("Invalid OAuth access token - Cannot parse access token", None)
    }

    /// A call without any token where one says who asks.
    pub(crate) fn token_needed() -> Self {
        Self { details: None, ..Self::new(104, "") }
    }

    /// A call that is for the holder of the app's secret.
    pub(crate) fn app_token_needed() -> Self {
        Self { details: None, ..Self::new(15, "") }
    }

    /// A wrong or missing `appsecret_proof` (section 0.4).
    pub(crate) fn proof(message: &str) -> Self {
        Self { kind: "GraphMethodException", message: message.to_owned(), details: None, ..Self::new(100, "") }
    }

    pub(crate) fn body(&self, trace: &str) -> Value {
        let mut error = json!({"message": self.message, "type": self.kind, "code": self.code,
            "is_transient": matches!(self.code, 1 | 2 | 131_000 | 131_016 | 133_004), "fbtrace_id": trace});
        if let Some(map) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                map.insert("error_subcode".to_owned(), json!(subcode));
            }
            if let Some(details) = &self.details {
                map.insert("error_data".to_owned(), json!({"messaging_product": "whatsapp", "details": details}));
            }
        }
        json!({"error": error})
    }

    pub(crate) fn respond(&self, trace: &str) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, axum::Json(self.body(trace))).into_response()
    }
}

/// An item of `errors` in a webhook (section 5.5).
pub(crate) fn webhook_error(code: u32) -> Value {
    let (_, title) = describe(code);
    let details = match code {
        131_026 => "Message Undeliverable.",
        131_047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
        }
        131_049 => "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
        131_050 => {
            "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business."
        }
        131_053 => "The media could not be fetched or is not of a supported type.",
        131_052 => "The file is too large to be downloaded.",
        131_051 => "Message type is currently not supported.",
        _ => title,
    };
    json!({"code": code, "title": title, "message": title, "error_data": {"details": details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"})
}
