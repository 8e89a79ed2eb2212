//! Problem details (RFC 9457).

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::Error;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::guard::retry_after;

/// What went wrong, for programs and people.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; stable.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    /// Messages by field, for `invalid`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, String>,
    /// Why the gate said no, for `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Seconds; goes into the header of that name.
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    fn new(kind: &str, title: &'static str, status: u16, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title,
            status,
            detail: detail.into(),
            errors: BTreeMap::new(),
            reason: None,
            retry_after: None,
        }
    }

    /// A request that could not be read.
    pub fn malformed(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new("malformed", "The request could not be read", status.as_u16(), detail)
    }

    /// Something that the request names does not fit the state of things.
    pub fn conflict(title: &'static str, detail: &str) -> Self {
        Self::new("conflict", title, 409, detail)
    }

    pub fn method_not_allowed() -> Self {
        Self::new(
            "method-not-allowed",
            "This address does not take this method",
            405,
            "See /api/v1/openapi.json for what it takes.",
        )
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, detail, retry_after) = (error.http_status(), error.to_string(), retry_after(&error));
        match error {
            Error::Unauthenticated => {
                Self::new("unauthenticated", "No valid key", status, "Send a key as `Authorization: Bearer <key>`.")
            }
            Error::Forbidden
            | Error::ProofNeeded
            | Error::SecondFactorNeeded
            | Error::SingleSignOnNeeded
            | Error::OwnSignInNeeded => Self::new("forbidden", "The key may not do this", status, detail),
            Error::NotFound => Self::new("not-found", "Not found", status, detail),
            Error::Invalid(fields) => Self {
                errors: fields.iter().map(|(field, message)| (field.to_owned(), message.to_owned())).collect(),
                ..Self::new("invalid", "Some values are not right", status, "See `errors`.")
            },
            // A well-formed request that the state of things does not allow: RFC 9110, section 15.5.10.
            Error::Refused(refusal) => Self {
                reason: Some(refusal.code()),
                ..Self::new("refused", "The message may not be sent", 409, detail)
            },
            // No program has a page that could be of another workspace.
            Error::Conflict | Error::Moved => Self::new("conflict", "Changed meanwhile", status, detail),
            Error::TooMany { .. } => Self { retry_after, ..Self::new("too-many", "Too many requests", status, detail) },
            Error::Unexpected(_) | Error::Transport(_) => {
                Self::new("unexpected", "Something went wrong", status, detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after;
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
