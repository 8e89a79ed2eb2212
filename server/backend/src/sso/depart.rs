//! Leaving for the provider.

use domain::accounts::Origin;
use domain::members::Person;
use domain::ports::Departure;
use domain::sso::{SsoProblem, domain_of};
use domain::{Error, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{KIND, SsoPort, provider, told};
use crate::accounts::letterhead;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::Proofs;
use crate::secret;

/// How long somebody may take at the provider.
const WAIT: SignedDuration = SignedDuration::from_mins(10);

/// What waits for the browser's return.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    pub workspace: WorkspaceId,
    /// The provider that the browser was sent to. A changed one is another.
    pub issuer: String,
    pub client_id: String,
    /// The hash of the secret in the browser's cookie.
    pub browser: Vec<u8>,
    pub proofs: Proofs,
    pub next: String,
    /// Since when the person has to have signed in there, where the provider was asked to have them do it anew.
    #[serde(default)]
    pub anew_since: Option<Timestamp>,
}

/// Somebody who wants to sign in.
struct Leaving<'a> {
    /// What to fill in at the provider.
    hint: &'a str,
    next: &'a str,
    anew: bool,
}

/// By the domain alone: who has an account does not show.
pub(super) async fn depart(port: &SsoPort, email: &str, next: &str, origin: &Origin) -> Outcome<Departure> {
    let found = workspace_of(port, email).await?;
    port.throttle.take_departure(found, &origin.address, port.core.clock.now())?;
    let Some(workspace) = found else { return Ok(Departure::Nowhere(SsoProblem::NoProvider)) };
    send(port, workspace, Leaving { hint: email.trim(), next, anew: false }).await
}

pub(super) async fn depart_to(
    port: &SsoPort,
    person: &Person,
    workspace: WorkspaceId,
    next: &str,
    origin: &Origin,
) -> Outcome<Departure> {
    let anew = person.vouched_by == Some(workspace);
    if !anew {
        person.require_own_sign_in()?;
    }
    port.throttle.take_departure(Some(workspace), &origin.address, port.core.clock.now())?;
    let mut tx = port.core.db.personal(person.account).await?;
    let member = sqlx::query_scalar!(
        r#"select exists(select 1 from places_of($1) place where place.workspace_id = $2) as "member!""#,
        person.account.0,
        workspace.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let hint = letterhead(&mut tx).await?.email;
    drop(tx);
    if !member {
        return Err(Error::NotFound.into());
    }
    send(port, workspace, Leaving { hint: &hint, next, anew }).await
}

async fn send(port: &SsoPort, workspace: WorkspaceId, leaving: Leaving<'_>) -> Outcome<Departure> {
    let core = &port.core;
    let mut tx = core.db.scoped(workspace).await?;
    let provider = provider(&mut tx, workspace).await?;
    drop(tx);
    let Some(provider) = provider else { return Ok(Departure::Nowhere(SsoProblem::NoProvider)) };
    let client = port.client(workspace, &provider).await?;
    let (state, browser) = (secret::token()?, secret::token()?);
    let sent = match port.identities.send_away(&client, &state, leaving.hint, leaving.anew).await {
        Ok(sent) => sent,
        Err(problem) => return Ok(Departure::Nowhere(told(problem))),
    };
    let now = core.clock.now();
    let waiting = Waiting {
        workspace,
        issuer: provider.issuer,
        client_id: provider.client_id,
        browser: secret::hash(&browser),
        proofs: sent.proofs,
        next: leaving.next.to_owned(),
        anew_since: leaving.anew.then_some(now),
    };
    sqlx::query!(
        "insert into challenge (token_hash, kind, state, expires_at) values ($1, $2, $3, $4)",
        secret::hash(&state),
        KIND,
        serde_json::to_value(&waiting)?,
        sql(now.checked_add(WAIT).unwrap_or(now)),
    )
    .execute(core.db.app())
    .await?;
    Ok(Departure::To { url: sent.url, browser })
}

async fn workspace_of(port: &SsoPort, email: &str) -> Outcome<Option<WorkspaceId>> {
    let Some(domain) = domain_of(email) else { return Ok(None) };
    let found = sqlx::query_scalar!("select workspace_id from sso_domain where domain = $1", domain)
        .fetch_optional(port.core.db.app())
        .await?;
    Ok(found.map(Into::into))
}
