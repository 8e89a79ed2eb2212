//! One HTTP request to a provider: within reach, no redirects, bounded in time and size.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Url;

use crate::reach::{OutOfReach, PRIVATE, Reach};

const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
/// Far above any configuration, set of keys or token.
const MOST: usize = 512 * 1024;

pub(crate) struct Fetcher {
    http: reqwest::Client,
    reach: Reach,
}

/// Why there is no answer. Our own words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0}")]
    Refused(&'static str),
    #[error("There is no answer at this address.")]
    Silent,
    #[error("The answer is too big for a provider's.")]
    TooBig,
}

impl Fetcher {
    pub(crate) fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        // A second installation of the same provider is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("parley/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(reach))
            // A proxy would resolve names by itself.
            .no_proxy()
            .build()?;
        Ok(Self { http, reach })
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let url: Url = request.uri().to_string().parse().map_err(|_| FetchError::Refused("This is no address."))?;
        self.reach.check(&url).map_err(FetchError::Refused)?;
        let (parts, body) = request.into_parts();
        let sent = self.http.request(parts.method, url).headers(parts.headers).body(body).send().await;
        let mut response = sent.map_err(|error| why(&error))?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            if bytes.len() + chunk.len() > MOST {
                return Err(FetchError::TooBig);
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(bytes);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok(answer)
    }
}

fn why(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<OutOfReach>() {
            return FetchError::Refused(PRIVATE);
        }
        cause = inner.source();
    }
    FetchError::Silent
}

impl<'c> AsyncHttpClient<'c> for Fetcher {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.fetch(request))
    }
}
