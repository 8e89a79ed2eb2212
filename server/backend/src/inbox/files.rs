use bytes::Bytes;
use domain::messages::MediaKind;
use domain::ports::{Download, Upload};
use domain::{AttachmentId, Caller, ConversationId, Error};
use sha2::{Digest, Sha256};

use super::{contents, thread};
use crate::fault::{Fault, Outcome};
use crate::files::Files;
use crate::gate::sql;
use crate::{Core, ids};

/// Stores a file that a member attaches, if WhatsApp would take it.
pub(super) async fn upload(
    core: &Core,
    caller: &Caller,
    conversation: ConversationId,
    upload: Upload,
) -> Outcome<AttachmentId> {
    let kind = MediaKind::of_mime(&upload.mime);
    let size = upload.bytes.len() as u64;
    if size == 0 {
        return Err(Error::invalid("file", "This file is empty.").into());
    }
    if size > kind.max_bytes() {
        let limit = kind.max_bytes() / (1024 * 1024);
        return Err(Error::invalid(
            "file",
            format!("WhatsApp takes a {} of at most {limit} MB.", kind.word().to_lowercase()),
        )
        .into());
    }
    if !contents::fit(&upload.mime, &upload.bytes) {
        return Err(Error::invalid(
            "file",
            "What is in this file is not what its name promises. Open it and save it again, or give it its right name.",
        )
        .into());
    }
    let id: AttachmentId = ids::fresh();
    let mut tx = core.db.of(caller).await?;
    thread::exists(&mut tx, conversation).await?;
    let key = Files::key(caller.workspace, id);
    let bytes = Bytes::from(upload.bytes);
    core.files.put(&key, bytes.clone()).await?;
    sqlx::query!(
        "insert into attachment (workspace_id, id, conversation_id, mime, file_name, size, sha256, object_key, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'ready', $9)",
        caller.workspace.0,
        id.0,
        conversation.0,
        upload.mime,
        file_name(&upload.file_name),
        i64::try_from(size).unwrap_or(i64::MAX),
        Sha256::digest(&bytes).to_vec(),
        key,
        sql(core.clock.now()),
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// The last part of a path, without control characters, at most 240 characters (contract 2.3).
fn file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control()).take(240).collect();
    (!clean.trim().is_empty()).then_some(clean)
}

pub(super) async fn download(core: &Core, caller: &Caller, id: AttachmentId) -> Outcome<Download> {
    let mut tx = core.db.of(caller).await?;
    let row = sqlx::query!(
        "select mime, file_name, object_key from attachment where workspace_id = $1 and id = $2 and state = 'ready'",
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let key = row.object_key.ok_or(Fault::Plain(Error::NotFound))?;
    let bytes = core.files.get(&key).await?;
    // A customer's file came with whatever kind its sender's app named.
    let genuine = contents::fit(&row.mime, &bytes);
    Ok(Download { file_name: row.file_name, mime: row.mime, genuine, bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_no_path() {
        assert_eq!(file_name("../../etc/pass\nwd").as_deref(), Some("passwd"));
        assert_eq!(file_name("C:\\a\\plan.pdf").as_deref(), Some("plan.pdf"));
        assert_eq!(file_name(" /"), None);
    }
}
