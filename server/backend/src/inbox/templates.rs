use std::sync::Arc;

use domain::gate::Intent;
use domain::messages::{Content, MessageRow};
use domain::ports::TemplateForm;
use domain::templates::{TemplateCategory, TemplateRow};
use domain::{Caller, ConversationId, Error, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{send, thread};
use crate::Core;
use crate::connections;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::outbound::{Payload, Provider};
use crate::outbox::Draft;

/// Templates are asked for again after this.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// The templates of a conversation's channel, fetched again when they are old. When Meta cannot be reached, the last
/// known ones are better than none.
pub(super) async fn list(
    core: &Core,
    provider: &Arc<dyn Provider>,
    caller: &Caller,
    id: ConversationId,
) -> Outcome<Vec<TemplateRow>> {
    let workspace = caller.workspace;
    let mut tx = core.db.of(caller).await?;
    let channel = sqlx::query!(
        "select ch.id, ch.waba_id, (select max(t.fetched_at) from template t where t.workspace_id = ch.workspace_id and t.channel_id = ch.id) as fetched_at
         from conversation c join channel ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
         where c.workspace_id = $1 and c.id = $2",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let line = connections::line(core, &mut tx, channel.id).await?;
    drop(tx);
    let now = core.clock.now();
    if channel.fetched_at.is_none_or(|at| now.duration_since(at.to_jiff()) > FRESH) {
        match provider.templates(&channel.waba_id, line.access.as_ref()).await {
            Ok(templates) => keep(core, workspace, channel.id, &templates, now).await?,
            Err(error) => tracing::warn!(code = error.code, "templates could not be fetched"),
        }
    }
    let mut tx = core.db.scoped(workspace).await?;
    read(&mut tx, channel.id).await
}

async fn keep(
    core: &Core,
    workspace: WorkspaceId,
    channel: Uuid,
    templates: &[TemplateRow],
    now: Timestamp,
) -> Outcome<()> {
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!("delete from template where workspace_id = $1 and channel_id = $2", workspace.0, channel)
        .execute(&mut **tx)
        .await?;
    for template in templates {
        sqlx::query!(
            "insert into template (workspace_id, channel_id, name, language, category, body, status, fetched_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
            workspace.0,
            channel,
            template.name,
            template.language,
            category_word(template.category),
            template.body,
            if template.approved { "approved" } else { "other" },
            sql(now),
        )
        .execute(&mut **tx)
        .await?;
    }
    tx.commit().await
}

async fn read(tx: &mut Scoped, channel: Uuid) -> Outcome<Vec<TemplateRow>> {
    let rows = sqlx::query!(
        "select name, language, category, body, status from template where workspace_id = $1 and channel_id = $2 order by name, language",
        tx.workspace.0,
        channel,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TemplateRow {
            name: row.name,
            language: row.language,
            category: category(&row.category),
            body: row.body,
            approved: row.status == "approved",
        })
        .collect())
}

fn category(word: &str) -> TemplateCategory {
    match word {
        "utility" => TemplateCategory::Utility,
        "authentication" => TemplateCategory::Authentication,
        // Anything else is treated as what needs the most consent.
        _ => TemplateCategory::Marketing,
    }
}

fn category_word(category: TemplateCategory) -> &'static str {
    match category {
        TemplateCategory::Marketing => "marketing",
        TemplateCategory::Utility => "utility",
        TemplateCategory::Authentication => "authentication",
    }
}

/// Queues a template with its places filled.
pub(super) async fn send(core: &Core, caller: &Caller, form: TemplateForm) -> Outcome<MessageRow> {
    let mut tx = core.db.of(caller).await?;
    send::lock(&mut tx, form.conversation).await?;
    if let Some(first) = send::already(&mut tx, form.conversation, form.client_key).await? {
        return thread::read_message(&mut tx, first).await;
    }
    let channel = sqlx::query_scalar!(
        "select channel_id from conversation where workspace_id = $1 and id = $2",
        tx.workspace.0,
        form.conversation.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    let template = read(&mut tx, channel)
        .await?
        .into_iter()
        .find(|template| template.name == form.name && template.language == form.language)
        .ok_or(Fault::Plain(Error::invalid("template", "This template is no longer there. Choose another.")))?;
    let body = template.render(&form.parameters)?;
    let parameters = template.places().into_iter().zip(form.parameters).collect();
    let draft = Draft {
        conversation: form.conversation,
        intent: Intent::Template { category: template.category, approved: template.approved },
        sender: send::sender(caller),
        content: Content::Template { name: template.name.clone(), language: template.language.clone(), body },
        payload: Payload::Template { name: template.name, language: template.language, parameters },
        client_key: Some(form.client_key),
        reply: None,
        shown: true,
    };
    send::queue(core, tx, caller, draft).await
}
