//! `/picture` and `/pictures`: people's pictures, up and down.

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use domain::Error;
use domain::ports::{Backend, PictureSize};
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;
use ui::wire::{FormRefused, PLACE_FIELD, refused_page};

use super::AppState;
use super::guard::{ErrorJson, Somebody};
use super::place::Place;

/// A picture has at most 5 MB; the form around it takes some more.
const BODY_LIMIT: usize = 5 * 1024 * 1024 + 64 * 1024;
const UPLOAD: &str = "/picture";
/// Where the form is.
const PAGE: &str = "/settings/profile";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route(UPLOAD, post(upload).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/pictures/{hash}/{size}", get(show))
}

/// A plain form, so that it works before any script does: browsers are led back to it, with what was wrong.
async fn upload(
    State(backend): State<Backend>,
    Somebody(person): Somebody,
    Extension(refused): Extension<FormRefused>,
    Extension(here): Extension<Place>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let by_itself = accept.contains("text/html");
    let admit = |page: Option<&str>| here.admit_page(page, by_itself);
    let outcome = async { backend.profile.set_picture(&person, read(form, admit).await?).await }.await;
    match (outcome, by_itself) {
        (Ok(()), true) => Redirect::to(PAGE).into_response(),
        (Ok(()), false) => Json(json!({})).into_response(),
        (Err(error), true) => {
            refused.note();
            Redirect::to(&refused_page(PAGE, UPLOAD, error)).into_response()
        }
        (Err(error), false) => ErrorJson(error).into_response(),
    }
}

/// The picture of a form whose page is admitted; what page it is on comes first.
async fn read(mut form: Multipart, admit: impl Fn(Option<&str>) -> Result<(), Error>) -> Result<Vec<u8>, Error> {
    let broken = |error: MultipartError| match error.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => Error::invalid("picture", "Choose a picture of at most 5 MB."),
        _ => Error::invalid("picture", "The picture did not arrive whole. Try it again."),
    };
    let mut page = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some(PLACE_FIELD) => page = Some(field.text().await.map_err(broken)?),
            Some("picture") => {
                admit(page.as_deref())?;
                return Ok(field.bytes().await.map_err(broken)?.to_vec());
            }
            _ => {}
        }
    }
    Err(Error::invalid("picture", "Choose a picture first."))
}

/// An address names the content, so a browser may keep what it has; only its own, as the next person at it may see less.
async fn show(
    State(backend): State<Backend>,
    Somebody(person): Somebody,
    Path((hash, size)): Path<(String, String)>,
) -> Result<Response, ErrorJson> {
    let size = PictureSize::parse(&size).ok_or(ErrorJson(Error::NotFound))?;
    let picture = backend.profile.picture(&person, &hash, size).await.map_err(ErrorJson)?;
    let mime = HeaderValue::from_str(&picture.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Response::new(Body::from(picture.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
