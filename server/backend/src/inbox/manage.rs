use std::sync::Arc;

use domain::conversations::ConversationStatus;
use domain::{Caller, ConversationId, Error, MemberId};
use serde_json::json;

use crate::Core;
use crate::audit::{self, Act, Action};
use crate::connections;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::outbound::{Line, Provider};
use crate::outbox::status_word;

/// Gives a conversation to a member, or to nobody.
pub(super) async fn assign(core: &Core, caller: &Caller, id: ConversationId, to: Option<MemberId>) -> Outcome<()> {
    let mut tx = core.db.of(caller).await?;
    if let Some(member) = to {
        // Held to the end, and before the conversation: whoever deactivates them comes before or after.
        sqlx::query_scalar!(
            r#"select 1 as "one!" from member where workspace_id = $1 and id = $2 and deactivated_at is null for share"#,
            tx.workspace.0,
            member.0,
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::invalid("member", "This person is not in your team.")))?;
    }
    super::thread::exists(&mut tx, id).await?;
    tx.leave_scope().await?;
    let version = sqlx::query_scalar!(
        "update conversation set assignee_id = $3, version = version + 1 where workspace_id = $1 and id = $2 returning version",
        tx.workspace.0,
        id.0,
        to.map(|member| member.0),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let act = Act::new(Action::ConversationAssigned, id.0).with(json!({ "to": to }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.live.conversation(caller.workspace, id, version);
    Ok(())
}

/// Resolves or reopens. Doing it twice is the same as once. What opens again is nobody's if its member is no longer there.
pub(super) async fn set_status(
    core: &Core,
    caller: &Caller,
    id: ConversationId,
    status: ConversationStatus,
) -> Outcome<()> {
    let mut tx = core.db.of(caller).await?;
    let version = sqlx::query_scalar!(
        "update conversation c set status = $3, version = version + 1,
                assignee_id = case when $3 = 'resolved' then c.assignee_id else
                    (select m.id from member m
                     where m.workspace_id = c.workspace_id and m.id = c.assignee_id and m.deactivated_at is null) end
         where workspace_id = $1 and id = $2 returning version",
        tx.workspace.0,
        id.0,
        status_word(status),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let action = match status {
        ConversationStatus::Open => Action::ConversationReopened,
        ConversationStatus::Resolved => Action::ConversationResolved,
    };
    audit::write(&mut tx, caller, core.clock.now(), Act::new(action, id.0)).await?;
    tx.commit().await?;
    core.live.conversation(caller.workspace, id, version);
    Ok(())
}

/// Clears the unread count, and tells the provider, which shows the customer that they were read.
pub(super) async fn mark_read(
    core: &Core,
    provider: &Arc<dyn Provider>,
    caller: &Caller,
    id: ConversationId,
) -> Outcome<()> {
    let mut tx = core.db.of(caller).await?;
    super::thread::exists(&mut tx, id).await?;
    let version = sqlx::query_scalar!(
        "update conversation set unread = 0, read_until = greatest(read_until, last_at, $3), version = version + 1
         where workspace_id = $1 and id = $2 and unread > 0 returning version",
        tx.workspace.0,
        id.0,
        sql(core.clock.now()),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(version) = version else { return Ok(()) };
    let newest = newest_inbound(core, &mut tx, id).await?;
    tx.commit().await?;
    core.live.conversation(caller.workspace, id, version);
    if let Some((line, provider_id)) = newest {
        receipt(provider, line, provider_id, false);
    }
    Ok(())
}

/// The customer's newest message by its provider id, and the line that it came on.
pub(super) async fn newest_inbound(
    core: &Core,
    tx: &mut Scoped,
    id: ConversationId,
) -> Outcome<Option<(Line, String)>> {
    let row = sqlx::query!(
        r#"select ch.id as channel, m.provider_id as "provider_id!"
           from message m join channel ch on ch.workspace_id = m.workspace_id and ch.id = m.channel_id
           where m.workspace_id = $1 and m.conversation_id = $2 and m.shown and m.direction = 'in' and m.provider_id is not null
             and ch.state = 'connected'
           order by m.at desc, m.id desc limit 1"#,
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((connections::line(core, tx, row.channel).await?, row.provider_id)))
}

/// A receipt is a courtesy: nobody waits for it, and a lost one is not repeated.
pub(super) fn receipt(provider: &Arc<dyn Provider>, line: Line, provider_id: String, typing: bool) {
    let provider = Arc::clone(provider);
    tokio::spawn(async move {
        if let Err(error) = provider.mark_read(&line, &provider_id, typing).await {
            tracing::info!(code = error.code, "a read receipt was not taken");
        }
    });
}
