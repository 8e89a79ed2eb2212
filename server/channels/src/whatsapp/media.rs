//! Files: upload, and download with its checks (contract section 3).

use backend::outbound::{ExpectedMedia, FetchedMedia, Line, MediaProblem, ProviderError};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::client::{Client, asked};

/// Uploads a file and answers the id under which a message may name it.
pub(super) async fn upload(
    client: &Client,
    line: &Line,
    mime: &str,
    file_name: &str,
    bytes: Bytes,
) -> Result<String, ProviderError> {
    let bad = |what: &str| ProviderError { code: None, retry: false, what: what.to_owned() };
    let part = Part::stream(bytes)
        .file_name(file_name.to_owned())
        .mime_str(mime)
        .map_err(|_| bad("The file's type is not one."))?;
    let form = Form::new().text("messaging_product", "whatsapp").text("type", mime.to_owned()).part("file", part);
    let call = client.call(Method::POST, &format!("{}/media", line.number), line.access.as_ref());
    let answer = asked(call.multipart(form)).await?;
    let id = answer.get("id").and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| ProviderError { code: None, retry: true, what: "WhatsApp gave the file no id.".to_owned() })
}

/// Fetches a customer's file: asks for a fresh address (they hold five minutes), then downloads and checks size and hash.
pub(super) async fn fetch(
    client: &Client,
    line: &Line,
    media_id: &str,
    expected: &ExpectedMedia,
) -> Result<FetchedMedia, MediaProblem> {
    if !is_media_id(media_id) {
        return Err(MediaProblem::Gone("WhatsApp does not know this file.".to_owned()));
    }
    let access = line.access.as_ref();
    let call = client.call(Method::GET, media_id, access).query(&[("phone_number_id", &line.number)]);
    let meta = asked(call).await.map_err(|error| match error.retry {
        true => MediaProblem::Later,
        false => MediaProblem::Gone("WhatsApp no longer has this file.".to_owned()),
    })?;
    let url = meta.get("url").and_then(Value::as_str).ok_or(MediaProblem::Later)?;
    if declared_size(&meta).is_some_and(|size| size > expected.max_bytes) {
        return Err(too_large(expected.max_bytes));
    }
    let response = client.download(url, access).send().await.map_err(|_| MediaProblem::Later)?;
    let mime = meta.get("mime_type").and_then(Value::as_str).unwrap_or(&expected.mime).to_owned();
    let bytes = download(response, expected.max_bytes.min(declared_size(&meta).unwrap_or(u64::MAX))).await?;
    let told = meta.get("sha256").and_then(Value::as_str).and_then(decode_sha256);
    let digest = Sha256::digest(&bytes).to_vec();
    for promised in [expected.sha256.as_ref(), told.as_ref()].into_iter().flatten() {
        if *promised != digest {
            return Err(MediaProblem::Gone("The file arrived damaged: it is not the one that was sent.".to_owned()));
        }
    }
    Ok(FetchedMedia { mime, bytes })
}

/// Ids become part of an address, and whoever has an app of their own can sign any webhook: an id must not lead to another
/// place, whose answer would then say what to fetch.
fn is_media_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

async fn download(response: reqwest::Response, max: u64) -> Result<Bytes, MediaProblem> {
    match response.status() {
        status if status.is_success() => {}
        // Addresses and ids run out; asking again for the id tells whether it is gone for good.
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            return Err(MediaProblem::Gone("WhatsApp no longer has this file.".to_owned()));
        }
        _ => return Err(MediaProblem::Later),
    }
    let mut bytes = BytesMut::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| MediaProblem::Later)?;
        if (bytes.len() + chunk.len()) as u64 > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn too_large(max: u64) -> MediaProblem {
    MediaProblem::Gone(format!("The file is larger than announced or allowed ({} MB).", max.div_ceil(1024 * 1024)))
}

/// A number or text (contract 3.1).
fn declared_size(meta: &Value) -> Option<u64> {
    let size = meta.get("file_size")?;
    size.as_u64().or_else(|| size.as_str()?.parse().ok())
}

/// 32 bytes as hex or base64, whichever it is (contract 3.3).
pub(super) fn decode_sha256(text: &str) -> Option<Vec<u8>> {
    let decoded = [hex::decode(text).ok(), BASE64_STANDARD.decode(text).ok()];
    decoded.into_iter().flatten().find(|bytes| bytes.len() == 32)
}
