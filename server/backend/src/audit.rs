//! The audit trail: who did what, when and from where; a chain of hashes a workspace (migration 0011).

mod action;
mod export;
mod failed;
mod operators;
mod read;
mod said;
mod search;

pub(crate) use action::Action;
pub(crate) use failed::note_failure;
pub(crate) use operators::write_for_operator;
pub use operators::write_master_key;
pub use read::AuditPort;

use domain::members::{Actor, Person, SessionOrigin};
use domain::{Caller, Timestamp};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Core;
use crate::db::Personal;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::ids;

/// One act, as it is written down.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub action: Action,
    pub subject: Option<Uuid>,
    pub details: Value,
    /// Where it was done from, if that is not where the caller asks from.
    pub origin: Option<SessionOrigin>,
    /// Where the session was opened that it was done with.
    pub signed_in: Option<SessionOrigin>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Act {
    pub(crate) fn new(action: Action, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..Self::own(action) }
    }

    /// What a person does with their own account, for [`write_everywhere`].
    pub(crate) fn own(action: Action) -> Self {
        Self { action, subject: None, details: json!({}), origin: None, signed_in: None, before: None, after: None }
    }

    /// What a value was and what it is now.
    pub(crate) fn changed(mut self, before: Value, after: Value) -> Self {
        (self.before, self.after) = (Some(before), Some(after));
        self
    }

    /// What was made, or what it was before and is now.
    pub(crate) fn saved(self, before: Option<Value>, now: Value) -> Self {
        match before {
            Some(before) => self.changed(before, now),
            None => self.with(now),
        }
    }

    pub(crate) fn from(mut self, origin: SessionOrigin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// For [`write_everywhere`]: from where the person asks.
    pub(crate) fn by(mut self, person: &Person) -> Self {
        (self.origin, self.signed_in) = (Some(person.origin.clone()), Some(person.signed_in.clone()));
        self
    }

    pub(crate) fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

/// Writes an act down in the caller's transaction. Do it last: writers of one workspace take turns from here to the
/// commit.
pub(crate) async fn write(tx: &mut PgConnection, caller: &Caller, now: Timestamp, mut act: Act) -> Outcome<()> {
    act.origin = act.origin.or_else(|| caller.origin.clone());
    act.signed_in = act.signed_in.or_else(|| caller.signed_in.clone());
    append(tx, actor(&caller.actor), now, act).await
}

/// The same for what a person did with their own account: it is an act in every workspace that they are a member of.
/// Leaves the transaction in one of them, so it comes last.
pub(crate) async fn write_everywhere(core: &Core, tx: &mut Personal, act: Act) -> Outcome<()> {
    let name = crate::accounts::letterhead(tx).await?.name;
    // In an order that all writers share, because each chain has a lock.
    let places = sqlx::query!(
        r#"select workspace_id as "workspace_id!", member_id as "member_id!" from places_of($1) order by workspace_id"#,
        tx.account.0
    )
    .fetch_all(&mut ***tx)
    .await?;
    for place in places {
        tx.enter(place.workspace_id.into()).await?;
        let act = Act { subject: Some(place.member_id), ..act.clone() };
        append(tx, json!({ "kind": "member", "id": place.member_id, "name": name }), core.clock.now(), act).await?;
    }
    Ok(())
}

/// The same for what no member did.
pub(crate) async fn append(tx: &mut PgConnection, actor: Value, now: Timestamp, act: Act) -> Outcome<()> {
    let origin = from_where(act.origin.as_ref(), act.signed_in.as_ref());
    sqlx::query!(
        "select audit_append($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ids::fresh::<Uuid>(),
        sql(now),
        actor,
        act.action.as_str(),
        act.subject,
        act.details,
        origin,
        act.before,
        act.after,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The place of the request, and that of the session's sign-in where it is another: a stolen session is used elsewhere.
fn from_where(here: Option<&SessionOrigin>, signed_in: Option<&SessionOrigin>) -> Value {
    let known = |place: Option<&SessionOrigin>| place.filter(|place| **place != SessionOrigin::default()).cloned();
    let told = |place: &SessionOrigin| json!({ "device": place.device, "network": place.network });
    match (known(here), known(signed_in)) {
        (Some(here), Some(before)) if before != here => {
            json!({ "device": here.device, "network": here.network, "signed_in": told(&before) })
        }
        (Some(here), _) => told(&here),
        (None, _) => json!({}),
    }
}

/// Whoever runs the installation, by a command.
pub(crate) fn operator() -> Value {
    json!({ "kind": "operator", "name": "Operator" })
}

fn actor(actor: &Actor) -> Value {
    match actor {
        Actor::Member { id, name } => json!({ "kind": "member", "id": id, "name": name }),
        Actor::ApiKey { id, name } => json!({ "kind": "api_key", "id": id, "name": name }),
    }
}

/// What a check of all chains found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub chains: i64,
    pub events: i64,
    /// At most one for each chain: the first place where it does not hold.
    pub broken: Vec<Broken>,
}

#[derive(Clone, Debug)]
pub struct Broken {
    pub workspace: Uuid,
    pub seq: i64,
    pub what: String,
}

/// Walks every chain: each event's hash is that of its content and of the event before, numbers have no gap, and the
/// chain ends where its head says. `pool` is of the owner of the schema, who sees all.
pub async fn verify(pool: &sqlx::PgPool) -> Outcome<Report> {
    let counts = sqlx::query!(
        r#"select (select count(*) from audit_head) as "chains!", (select count(*) from audit_event) as "events!""#
    )
    .fetch_one(pool)
    .await?;
    let broken = sqlx::query!(
        r#"with walked as (
               select e.workspace_id, e.seq,
                      case when e.hash <> audit_digest(e) then 'its content was changed'
                           when e.seq <> coalesce(lag(e.seq) over chain, 0) + 1 then 'an event before it is missing'
                           when e.previous <> coalesce(lag(e.hash) over chain, '\x') then 'it does not follow the event before'
                           when lead(e.seq) over chain is null and (h.seq, h.hash) is distinct from (e.seq, e.hash) then 'the chain does not end here'
                      end as what
               from audit_event e left join audit_head h on h.workspace_id = e.workspace_id
               window chain as (partition by e.workspace_id order by e.seq))
           select distinct on (workspace_id) workspace_id as "workspace_id!", seq as "seq!", what as "what!"
           from (select * from walked where what is not null
                 union all
                 select h.workspace_id, h.seq, 'every event of the chain is missing' from audit_head h
                 where h.seq > 0 and not exists (select 1 from audit_event e where e.workspace_id = h.workspace_id)) found
           order by workspace_id, seq"#
    )
    .fetch_all(pool)
    .await?;
    let broken = broken.into_iter().map(|row| Broken { workspace: row.workspace_id, seq: row.seq, what: row.what });
    Ok(Report { chains: counts.chains, events: counts.events, broken: broken.collect() })
}
