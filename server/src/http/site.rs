//! The browser's files, and the page that says that nothing is there.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

/// A file of the site.
///
/// The framework's own handler for files gives a file the headers and the status of whichever page is being made on the
/// same thread at that moment, and takes them from that page: a policy, a redirect, a cookie. This one knows no page.
pub fn file(files: ServeDir, request: &Request) -> impl Future<Output = Option<Response>> + use<> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut wanted = Request::new(Body::empty());
    *wanted.uri_mut() = request.uri().clone();
    *wanted.headers_mut() = request.headers().clone();
    async move {
        let found = if reads { files.oneshot(wanted).await.ok()? } else { return None };
        let is_file = found.status().is_success() || found.status() == StatusCode::NOT_MODIFIED;
        is_file.then(|| found.into_response())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use leptos::config::LeptosOptions;
    use leptos::prelude::*;
    use leptos_axum::{ResponseOptions, generate_route_list, render_app_async_with_context, site_pkg_dir_service};
    use tokio::sync::Notify;

    use super::*;

    fn get(path: &str) -> Request {
        http::Request::get(path).body(Body::empty()).unwrap()
    }

    /// One thread, so that the file is served on the one where the page waits.
    #[tokio::test]
    async fn a_file_takes_nothing_from_a_page_that_is_being_made_beside_it() {
        generate_route_list(|| ());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http");
        let files = site_pkg_dir_service(&LeptosOptions::builder().output_name("parley").site_root(folder).build());
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let page = {
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            render_app_async_with_context(
                || {},
                move || {
                    let response = expect_context::<ResponseOptions>();
                    response.insert_header(http::header::SET_COOKIE, "session=somebody's".parse().unwrap());
                    response.set_status(StatusCode::FOUND);
                    begun.notify_one();
                    let go_on = Arc::clone(&go_on);
                    Suspend::new(async move {
                        go_on.notified().await;
                        "a page"
                    })
                },
            )
        };
        let beside = Router::new().fallback(move |request: Request| super::super::file_or_page(files, page, request));
        let waiting = tokio::spawn(beside.clone().oneshot(get("/a-page")));
        begun.notified().await;
        let file = beside.oneshot(get("/site.rs")).await.unwrap();
        go_on.notify_one();
        let page = waiting.await.unwrap().unwrap();
        assert_eq!((file.status(), file.headers().get("set-cookie")), (StatusCode::OK, None));
        assert_eq!(page.headers().get("set-cookie").unwrap(), "session=somebody's");
        assert_eq!(page.status(), StatusCode::FOUND);
    }
}
