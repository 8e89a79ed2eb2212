//! Rows of connections, and the secrets in them.

use std::collections::HashMap;

use domain::connection::{AccountNumber, Check, Connection, ConnectionRow, Tick, Way};
use domain::{ConnectionId, Error, Timestamp, WorkspaceId};
use uuid::Uuid;

use crate::Core;
use crate::contacts::international;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::outbound::{Access, App, Line};

/// Where each secret is sealed for.
pub(super) const TOKEN: &str = "connection.token";
pub(super) const APP_SECRET: &str = "connection.app_secret";
pub(super) const VERIFY_TOKEN: &str = "connection.verify_token";

/// Where webhooks of a connection come to.
pub(super) fn address(core: &Core, hook: Option<&str>) -> String {
    match hook {
        Some(hook) => core.page(&format!("/webhooks/whatsapp/{hook}")),
        None => core.page("/webhooks/whatsapp"),
    }
}

pub(super) async fn seal(
    core: &Core,
    workspace: WorkspaceId,
    id: ConnectionId,
    column: &str,
    secret: &str,
) -> Outcome<Vec<u8>> {
    core.vault.seal(core.db.app(), workspace.0, column, id.0, secret.as_bytes()).await
}

pub(super) async fn open(
    core: &Core,
    workspace: WorkspaceId,
    id: Uuid,
    column: &str,
    sealed: &[u8],
) -> Outcome<String> {
    let clear = core.vault.open(core.db.app(), workspace.0, column, id, sealed).await?;
    String::from_utf8(clear).map_err(|_| Fault::internal("a secret is no text"))
}

async fn open_some(
    core: &Core,
    workspace: WorkspaceId,
    id: Uuid,
    column: &str,
    sealed: Option<&[u8]>,
) -> Outcome<Option<String>> {
    match sealed {
        Some(sealed) => open(core, workspace, id, column, sealed).await.map(Some),
        None => Ok(None),
    }
}

/// A channel's number with the right to use it.
pub(crate) async fn line(core: &Core, tx: &mut Scoped, channel: Uuid) -> Outcome<Line> {
    let row = sqlx::query!(
        r#"select ch.phone_number_id, ch.state, k.id as "id?", k.token as "token?", k.app_secret
           from channel ch left join connection k on k.workspace_id = ch.workspace_id and k.id = ch.connection_id
           where ch.workspace_id = $1 and ch.id = $2"#,
        tx.workspace.0,
        channel,
    )
    .fetch_one(&mut ***tx)
    .await?;
    let access = match (row.id, row.token) {
        (Some(id), Some(token)) => Some(Access {
            token: open(core, tx.workspace, id, TOKEN, &token).await?,
            app_secret: open_some(core, tx.workspace, id, APP_SECRET, row.app_secret.as_deref()).await?,
        }),
        // Who disconnected has no right to anything, the operator's least of all: a token that no provider accepts.
        _ if row.state == "disconnected" => Some(Access { token: String::new(), app_secret: None }),
        _ => None,
    };
    Ok(Line { number: row.phone_number_id, access })
}

/// A connection with its secrets open, to talk to the provider with.
pub(super) struct Opened {
    pub way: Way,
    pub app: App,
    pub account_id: String,
    pub access: Access,
    pub hook: Option<String>,
    pub verify_token: Option<String>,
}

impl Opened {
    pub fn address(&self, core: &Core) -> String {
        address(core, self.hook.as_deref())
    }

    /// Whether webhooks that go there come here. Under which name the operator's app reaches us is the operator's affair.
    pub fn is_ours(&self, core: &Core, given: &str) -> bool {
        match self.hook {
            Some(_) => given == self.address(core),
            None => given.ends_with("/webhooks/whatsapp"),
        }
    }
}

pub(super) async fn opened(core: &Core, workspace: WorkspaceId, id: ConnectionId) -> Outcome<Opened> {
    let mut tx = core.db.scoped(workspace).await?;
    let row = sqlx::query!(
        "select kind, app_id, account_id, token, app_secret, verify_token, hook from connection
         where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    drop(tx);
    let secret = open_some(core, workspace, id.0, APP_SECRET, row.app_secret.as_deref()).await?;
    Ok(Opened {
        way: way(&row.kind),
        app: App { id: row.app_id, secret: secret.clone() },
        account_id: row.account_id,
        access: Access { token: open(core, workspace, id.0, TOKEN, &row.token).await?, app_secret: secret },
        verify_token: open_some(core, workspace, id.0, VERIFY_TOKEN, row.verify_token.as_deref()).await?,
        hook: row.hook,
    })
}

fn way(word: &str) -> Way {
    Way::parse(word).unwrap_or(Way::Manual)
}

/// What happened here by itself, beside what was found at the provider.
pub(super) struct Seen {
    pub own_address: bool,
    pub checked_at: Option<Timestamp>,
    pub handshake_at: Option<Timestamp>,
    pub signed_at: Option<Timestamp>,
    pub refused_at: Option<Timestamp>,
    pub webhook_at: Option<Timestamp>,
    pub wrote: bool,
}

/// All ticks: those found at the provider, and those that happen here.
fn ticks(found: &[Tick], seen: &Seen) -> Vec<Tick> {
    let of = |check| found.iter().find(|tick| tick.check == check).cloned().unwrap_or_else(|| Tick::waiting(check));
    let all = Check::ALL.into_iter().map(|check| match check {
        // News since the provider was last asked.
        Check::Handshake if seen.handshake_at > seen.checked_at => Tick::good(check),
        Check::Signature => signature(seen),
        Check::Message if seen.wrote => Tick::good(check),
        Check::Message => Tick::waiting(check),
        _ => of(check),
    });
    all.collect()
}

fn signature(seen: &Seen) -> Tick {
    // Behind the operator's address a wrong signature is nobody's in particular.
    let signed_at = if seen.own_address { seen.signed_at } else { seen.webhook_at };
    match (signed_at, seen.refused_at) {
        (signed, Some(refused)) if signed.is_none_or(|signed| signed < refused) => {
            Tick::bad(Check::Signature, domain::connection::Snag::Signature)
        }
        (Some(_), _) => Tick::good(Check::Signature),
        (None, _) => Tick::waiting(Check::Signature),
    }
}

pub(super) async fn list(core: &Core, workspace: WorkspaceId) -> Outcome<Vec<ConnectionRow>> {
    let mut tx = core.db.scoped(workspace).await?;
    let ids = sqlx::query_scalar!("select id from connection where workspace_id = $1 order by created_at", workspace.0)
        .fetch_all(&mut **tx)
        .await?;
    drop(tx);
    let mut rows = Vec::with_capacity(ids.len());
    // A workspace has a handful.
    for id in ids {
        let connection = read(core, workspace, id.into()).await?;
        let connected = connection.numbers.iter().filter(|number| number.channel.is_some());
        rows.push(ConnectionRow {
            id: connection.id,
            way: connection.way,
            numbers: connected.map(|number| number.display.clone()).collect(),
            account_id: connection.account_id,
            good: connection.ticks.iter().filter(|tick| tick.is_good()).count(),
        });
    }
    Ok(rows)
}

pub(super) async fn read(core: &Core, workspace: WorkspaceId, id: ConnectionId) -> Outcome<Connection> {
    let mut tx = core.db.scoped(workspace).await?;
    let row = sqlx::query!(
        r#"select k.kind, k.hook, k.app_id, k.account_id, k.verify_token, k.checked, k.checked_at, k.numbers, k.handshake_at,
              k.signed_at, k.refused_at, k.phone,
              (select max(ch.last_webhook_at) from channel ch
                where ch.workspace_id = k.workspace_id and ch.connection_id = k.id) as webhook_at,
              exists(select 1 from conversation c join channel ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
                where ch.workspace_id = k.workspace_id and ch.connection_id = k.id) as "wrote!"
           from connection k where k.workspace_id = $1 and k.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let channels = sqlx::query!(
        "select id, phone_number_id from channel where workspace_id = $1 and connection_id = $2 and state <> 'disconnected'",
        workspace.0,
        id.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    drop(tx);
    let channels: HashMap<String, Uuid> = channels.into_iter().map(|row| (row.phone_number_id, row.id)).collect();
    let mut numbers: Vec<AccountNumber> = serde_json::from_value(row.numbers)?;
    for number in &mut numbers {
        number.channel = channels.get(&number.id).map(|id| (*id).into());
        number.display = international(&digits(&number.display));
    }
    let seen = Seen {
        own_address: row.hook.is_some(),
        checked_at: row.checked_at.map(|at| at.to_jiff()),
        handshake_at: row.handshake_at.map(|at| at.to_jiff()),
        signed_at: row.signed_at.map(|at| at.to_jiff()),
        refused_at: row.refused_at.map(|at| at.to_jiff()),
        webhook_at: row.webhook_at.map(|at| at.to_jiff()),
        wrote: row.wrote,
    };
    let found: Vec<Tick> = serde_json::from_value(row.checked)?;
    Ok(Connection {
        id,
        way: way(&row.kind),
        app_id: row.app_id,
        account_id: row.account_id,
        address: row.hook.as_deref().map(|hook| address(core, Some(hook))),
        verify_token: open_some(core, workspace, id.0, VERIFY_TOKEN, row.verify_token.as_deref()).await?,
        ticks: ticks(&found, &seen),
        checked_at: seen.checked_at,
        numbers,
        phone: row.phone,
    })
}

/// Meta prints numbers with spaces and signs here, and as digits in webhooks (contract 1.5).
pub(super) fn digits(display: &str) -> String {
    display.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use domain::connection::{Snag, TickState};
    use jiff::Timestamp;

    use super::*;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn nothing() -> Seen {
        Seen {
            own_address: true,
            checked_at: at(10),
            handshake_at: None,
            signed_at: None,
            refused_at: None,
            webhook_at: None,
            wrote: false,
        }
    }

    fn state(seen: &Seen, found: &[Tick], check: Check) -> (TickState, Option<Snag>) {
        let tick = ticks(found, seen).into_iter().find(|tick| tick.check == check).unwrap();
        (tick.state, tick.snag)
    }

    #[test]
    fn what_happens_here_counts_from_the_moment_it_does() {
        let elsewhere = [Tick::bad(Check::Handshake, Snag::OtherAddress)];
        assert_eq!(state(&nothing(), &elsewhere, Check::Handshake).1, Some(Snag::OtherAddress));
        let since = Seen { handshake_at: at(11), ..nothing() };
        assert_eq!(state(&since, &elsewhere, Check::Handshake).0, TickState::Good);
        let before = Seen { handshake_at: at(9), ..nothing() };
        assert_eq!(state(&before, &elsewhere, Check::Handshake).0, TickState::Bad);
    }

    #[test]
    fn the_last_signature_decides() {
        assert_eq!(state(&nothing(), &[], Check::Signature).0, TickState::Waiting);
        let wrong = Seen { refused_at: at(5), ..nothing() };
        assert_eq!(state(&wrong, &[], Check::Signature), (TickState::Bad, Some(Snag::Signature)));
        assert_eq!(state(&Seen { signed_at: at(6), ..wrong }, &[], Check::Signature).0, TickState::Good);
        let again = Seen { signed_at: at(6), refused_at: at(7), ..nothing() };
        assert_eq!(state(&again, &[], Check::Signature).0, TickState::Bad);
        let operators = Seen { own_address: false, webhook_at: at(3), ..nothing() };
        assert_eq!(state(&operators, &[], Check::Signature).0, TickState::Good);
    }
}
