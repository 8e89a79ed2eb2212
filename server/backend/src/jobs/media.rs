//! Fetching customers' files.

use domain::ConversationId;
use domain::messages::{MediaKind, MediaState};
use sha2::{Digest, Sha256};

use super::{FetchMedia, JobContext};
use crate::connections;
use crate::fault::{Fault, Outcome};
use crate::files::Files;
use crate::inbox::contents;
use crate::outbound::{ExpectedMedia, FetchedMedia, Line, MediaProblem};

/// The largest file WhatsApp delivers (contract 3.1).
const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// Fetches one file and tells the thread. A file that is gone for good is said so, in words; one that may come later
/// fails the job, which the queue repeats with back-off.
pub(super) async fn fetch(context: &JobContext, job: &FetchMedia) -> Outcome<()> {
    let Some(wanted) = load(context, job).await? else { return Ok(()) };
    let fetched = context.provider.fetch_media(&wanted.line, &wanted.media_id, &wanted.expected).await;
    match fetched {
        Ok(file) => {
            context.core.files.put(&Files::key(job.workspace, job.attachment), file.bytes.clone()).await?;
            // A thread knows before any browser asks for the file that there is no picture to show.
            let shown = contents::shows(wanted.kind, &file.mime, &file.bytes);
            let state = if shown { MediaState::Ready } else { MediaState::SaveOnly };
            keep(context, job, wanted.message, Some(file), &state).await
        }
        Err(MediaProblem::Gone(reason)) => {
            keep(context, job, wanted.message, None, &MediaState::Missing { reason }).await
        }
        Err(MediaProblem::Later) => Err(Fault::internal("the file could not be fetched yet")),
    }
}

struct Wanted {
    line: Line,
    media_id: String,
    message: uuid::Uuid,
    kind: MediaKind,
    expected: ExpectedMedia,
}

async fn load(context: &JobContext, job: &FetchMedia) -> Outcome<Option<Wanted>> {
    let mut tx = context.core.db.worker_scoped(job.workspace).await?;
    let row = sqlx::query!(
        r#"select a.mime, a.sha256, a.provider_media_id, a.message_id, c.channel_id, m.content -> 'kind' as "kind?"
           from attachment a
           join conversation c on c.workspace_id = a.workspace_id and c.id = a.conversation_id
           left join message m on m.workspace_id = a.workspace_id and m.id = a.message_id
           where a.workspace_id = $1 and a.id = $2 and a.state = 'waiting'"#,
        job.workspace.0,
        job.attachment.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (Some(media_id), Some(message)) = (row.provider_media_id, row.message_id) else { return Ok(None) };
    Ok(Some(Wanted {
        line: connections::line(&context.core, &mut tx, row.channel_id).await?,
        media_id,
        message,
        // What no message shows any more is saved, if at all.
        kind: row.kind.map(serde_json::from_value).transpose()?.unwrap_or(MediaKind::Document),
        expected: ExpectedMedia { mime: row.mime, sha256: row.sha256, max_bytes: MAX_BYTES },
    }))
}

async fn keep(
    context: &JobContext,
    job: &FetchMedia,
    message: uuid::Uuid,
    file: Option<FetchedMedia>,
    state: &MediaState,
) -> Outcome<()> {
    let mut tx = context.core.db.worker_scoped(job.workspace).await?;
    let size = file.as_ref().map(|file| file.bytes.len() as u64);
    let problem = match state {
        MediaState::Missing { reason } => Some(reason),
        _ => None,
    };
    sqlx::query!(
        "update attachment set state = $3, problem = $4, object_key = $5, mime = coalesce($6, mime), size = $7, sha256 = coalesce($8, sha256)
         where workspace_id = $1 and id = $2",
        job.workspace.0,
        job.attachment.0,
        if file.is_some() { "ready" } else { "missing" },
        problem,
        file.as_ref().map(|_| Files::key(job.workspace, job.attachment)),
        file.as_ref().map(|file| file.mime.clone()),
        size.and_then(|size| i64::try_from(size).ok()),
        file.as_ref().map(|file| Sha256::digest(&file.bytes).to_vec()),
    )
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query!(
        "update message set content = content || jsonb_build_object('state', $3::jsonb, 'size', $4::bigint)
         where workspace_id = $1 and id = $2 and content ->> 'attachment' = $5
         returning conversation_id",
        job.workspace.0,
        message,
        serde_json::to_value(state)?,
        size.and_then(|size| i64::try_from(size).ok()),
        job.attachment.to_string(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return tx.commit().await };
    let conversation: ConversationId = row.conversation_id.into();
    let version = sqlx::query_scalar!(
        "update conversation set version = version + 1 where workspace_id = $1 and id = $2 returning version",
        job.workspace.0,
        conversation.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.commit().await?;
    context.core.live.conversation(job.workspace, conversation, version);
    Ok(())
}
