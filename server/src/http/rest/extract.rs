//! Extractors whose rejections are problems.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use domain::members::{Actor, SessionOrigin};
use domain::{Caller, Error};
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::de::DeserializeOwned;
use ui::wire::origin_of;

use super::super::AppState;
use super::problem::Problem;

/// The program behind the request's key.
pub struct ApiCaller(pub Caller);

impl FromRequestParts<AppState> for ApiCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key =
            header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, key) = key.ok_or(Error::Unauthenticated)?;
        let caller = state.backend.accounts.api_caller(key.trim()).await?;
        // A program has no device, and says of itself what it likes.
        let caller = caller.asking_from(SessionOrigin { device: String::new(), ..origin_of(parts).seen() });
        if let Actor::ApiKey { id, .. } = &caller.actor {
            state.rates.of_key(*id)?;
        }
        Ok(Self(caller))
    }
}

/// An id in the path. Text that is no id names nothing.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr + Send> FromRequestParts<AppState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::from(Error::NotFound))?;
        text.parse().map(Self).map_err(|_| Problem::from(Error::NotFound))
    }
}

/// Query parameters.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(Problem::malformed(StatusCode::BAD_REQUEST, rejection.body_text())),
        }
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Problem::malformed(rejection.status(), rejection.body_text())),
        }
    }
}
