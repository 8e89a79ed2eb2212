//! From claims to messages that may be posted: the gate's second look, the recipient's address, durable `posting`.

use std::collections::HashMap;

use domain::gate::{Intent, decide};
use domain::identity::IdentityKind;
use domain::{Timestamp, WorkspaceId};
use uuid::Uuid;

use super::super::claim::Claim;
use super::super::{Address, Admitted, settle};
use super::stopped_by_gate;
use crate::Core;
use crate::connections;
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::files::Files;
use crate::gate::{self, sql};
use crate::outbound::{Line, Payload};

/// What may be posted, and what changed for those that may not.
pub(super) struct Prepared {
    /// With the messages a second that the number may send.
    pub ready: Vec<(Claim, Admitted, i32)>,
    pub refused: Vec<settle::Changed>,
}

/// One transaction for all claims of a workspace; when it commits, `posting` is durable.
pub(super) async fn prepare(core: &Core, workspace: WorkspaceId, claims: &[Claim]) -> Outcome<Prepared> {
    let now = core.clock.now();
    let mut tx = core.db.worker_scoped(workspace).await?;
    let conversations: Vec<_> = claims.iter().map(|claim| claim.conversation.0).collect();
    gate::lock(&mut tx, workspace, &conversations).await?;
    let mut lines = HashMap::new();
    let mut prepared = Prepared { ready: Vec::new(), refused: Vec::new() };
    for claim in claims {
        let facts = gate::facts(&mut tx, workspace, claim.conversation, now).await?;
        let stored = load(core, &mut tx, claim, &mut lines).await?;
        match decide(&facts, stored.intent) {
            Ok(_) => {
                if start_posting(&mut tx, claim, now).await? {
                    prepared.ready.push((*claim, stored.admitted, stored.throughput));
                }
            }
            Err(refusal) => {
                let changed =
                    settle::failed(&mut tx, workspace, claim.message, &stopped_by_gate(&refusal), now).await?;
                prepared.refused.extend(changed);
            }
        }
    }
    tx.commit().await?;
    for (_, admitted, _) in &mut prepared.ready {
        admitted.file = read_file(&core.files, workspace, &admitted.payload).await?;
    }
    Ok(prepared)
}

struct Stored {
    intent: Intent,
    admitted: Admitted,
    throughput: i32,
}

/// `lines`: those of the channels met before.
async fn load(core: &Core, tx: &mut Scoped, claim: &Claim, lines: &mut HashMap<Uuid, Line>) -> Outcome<Stored> {
    let row = sqlx::query!(
        r#"select m.payload as "payload!", m.reply_provider_id, p.facts -> 'intent' as "intent!",
                  ch.id as channel, ch.throughput, i.kind as "kind?", i.value as "value?"
           from message m
           join permit p on p.workspace_id = m.workspace_id and p.id = m.permit_id
           join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
           join channel ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
           left join lateral (
                select kind, value from identity i
                where i.workspace_id = c.workspace_id and i.contact_id = c.contact_id and i.retired_at is null
                order by (i.kind = 'phone') desc, i.created_at desc limit 1) i on true
           where m.workspace_id = $1 and m.id = $2"#,
        claim.workspace.0,
        claim.message.0,
    )
    .fetch_one(&mut ***tx)
    .await?;
    let address = match (row.kind.as_deref().and_then(IdentityKind::parse), row.value) {
        (Some(IdentityKind::Phone), Some(value)) => Address::Phone(value),
        (Some(IdentityKind::Bsuid), Some(value)) => Address::Bsuid(value),
        // The gate's second look refuses an unreachable person, so this address is never used.
        _ => Address::Bsuid(String::new()),
    };
    let line = match lines.get(&row.channel) {
        Some(line) => line.clone(),
        None => {
            let line = connections::line(core, tx, row.channel).await?;
            lines.insert(row.channel, line.clone());
            line
        }
    };
    Ok(Stored {
        intent: serde_json::from_value(row.intent)?,
        admitted: Admitted {
            message: claim.message,
            line,
            address,
            payload: serde_json::from_value(row.payload)?,
            reply_to: row.reply_provider_id,
            file: None,
        },
        throughput: row.throughput,
    })
}

/// Durable with the transaction's commit, before the first byte leaves. False when the claim is no longer ours.
async fn start_posting(tx: &mut Scoped, claim: &Claim, now: Timestamp) -> Outcome<bool> {
    let done = sqlx::query!(
        "update outbox set state = 'posting', lease_until = $4, updated_at = $5
         where workspace_id = $1 and message_id = $2 and fence = $3 and state = 'claimed'",
        claim.workspace.0,
        claim.message.0,
        claim.fence,
        sql(now.checked_add(super::super::claim::LEASE).unwrap_or(now)),
        sql(now),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn read_file(files: &Files, workspace: WorkspaceId, payload: &Payload) -> Outcome<Option<bytes::Bytes>> {
    match payload {
        Payload::Media { attachment, .. } => Ok(Some(files.get(&Files::key(workspace, *attachment)).await?)),
        _ => Ok(None),
    }
}
