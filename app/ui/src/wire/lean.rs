//! A protocol for server functions that costs the browser little.
//!
//! The same bytes as server_fn's own (a form in, JSON out), so forms and programs notice nothing. But everything that
//! does not depend on the function is compiled once instead of once for each, and JSON is read by the same code that
//! reads the resources in a page.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::Protocol;
use server_fn::client::Client;
use server_fn::codec::{FromReq, IntoReq, IntoRes, Json, PostUrl};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use server_fn::response::ClientRes;
use server_fn::server::Server;

use super::AppError;
use super::json::{self, Unreadable};

/// `#[server(protocol = Lean)]`
pub struct Lean;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, AppError> for Lean
where
    Input: IntoReq<PostUrl, C::Request, AppError> + FromReq<PostUrl, S::Request, AppError> + Send,
    Output: IntoRes<Json, S::Response, AppError> + Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, Fut>(request: S::Request, run: F) -> Result<S::Response, AppError>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, AppError>> + Send,
    {
        let input = Input::from_req(request).await?;
        run(input).await?.into_res().await
    }

    async fn run_client(path: &str, input: Input) -> Result<Output, AppError> {
        let request = input.into_req(path, "application/json")?;
        let text = exchange::<C>(request).await?;
        json::read(&text).map_err(unreadable)
    }
}

type Exchange = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;

fn exchange<C: Client<AppError>>(request: C::Request) -> Exchange {
    Box::pin(async move {
        let response = C::send(request).await?;
        let failed = (400..=599).contains(&response.status());
        let text = response.try_into_string().await?;
        if failed {
            return Err(refusal(&text));
        }
        Ok(text)
    })
}

/// Not part of the generic code above, so that the reader of errors is compiled here, once for all areas.
fn refusal(text: &str) -> AppError {
    json::read(text).unwrap_or_else(unreadable)
}

pub(super) fn unreadable(error: Unreadable) -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Deserialization(error.to_string()))
}
