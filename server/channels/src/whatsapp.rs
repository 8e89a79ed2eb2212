//! WhatsApp's Cloud API (contract `whatsapp-cloud-api`), or its sandbox behind another base URL.

mod body;
mod client;
mod codes;
mod media;
mod parse;
mod setup;
pub mod signature;

use async_trait::async_trait;
use backend::outbound::{
    Access, Admitted, ExpectedMedia, FetchedMedia, Incoming, Line, MediaProblem, ParseProblem, Provider, ProviderError,
    SendOutcome,
};
use bytes::Bytes;
use domain::templates::TemplateRow;

pub use client::{Client, ClientConfig};
pub use parse::envelope as parse_webhook;

#[async_trait]
impl Provider for Client {
    async fn send(&self, message: &Admitted) -> SendOutcome {
        self.send_message(message).await
    }

    async fn mark_read(&self, line: &Line, provider_id: &str, typing: bool) -> Result<(), ProviderError> {
        self.post_receipt(line, provider_id, typing).await
    }

    async fn fetch_media(
        &self,
        line: &Line,
        media_id: &str,
        expected: &ExpectedMedia,
    ) -> Result<FetchedMedia, MediaProblem> {
        media::fetch(self, line, media_id, expected).await
    }

    async fn upload_media(
        &self,
        line: &Line,
        mime: &str,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<String, ProviderError> {
        media::upload(self, line, mime, file_name, bytes).await
    }

    async fn templates(&self, account: &str, access: Option<&Access>) -> Result<Vec<TemplateRow>, ProviderError> {
        self.list_templates(account, access).await
    }

    fn parse(&self, body: &[u8]) -> Result<Vec<Incoming>, ParseProblem> {
        parse::envelope(body)
    }
}
