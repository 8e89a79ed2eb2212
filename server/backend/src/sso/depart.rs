//! Leaving for the provider.

use domain::WorkspaceId;
use domain::ports::Departure;
use domain::sso::{SsoProblem, domain_of};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{KIND, SsoPort, provider, told};
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
}

pub(super) async fn depart(port: &SsoPort, email: &str, next: &str) -> Outcome<Departure> {
    let core = &port.core;
    let Some(workspace) = workspace_of(port, email).await? else {
        return Ok(Departure::Nowhere(SsoProblem::NoProvider));
    };
    let mut tx = core.db.scoped(workspace).await?;
    let provider = provider(&mut tx, workspace).await?;
    drop(tx);
    let Some(provider) = provider else { return Ok(Departure::Nowhere(SsoProblem::NoProvider)) };
    let client = port.client(workspace, &provider).await?;
    let (state, browser) = (secret::token()?, secret::token()?);
    let sent = match port.identities.send_away(&client, &state, email.trim()).await {
        Ok(sent) => sent,
        Err(problem) => return Ok(Departure::Nowhere(told(problem))),
    };
    let waiting = Waiting {
        workspace,
        issuer: provider.issuer,
        client_id: provider.client_id,
        browser: secret::hash(&browser),
        proofs: sent.proofs,
        next: next.to_owned(),
    };
    let now = core.clock.now();
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

/// By the domain alone: who has an account does not show.
async fn workspace_of(port: &SsoPort, email: &str) -> Outcome<Option<WorkspaceId>> {
    let Some(domain) = domain_of(email) else { return Ok(None) };
    let found = sqlx::query_scalar!("select workspace_id from sso_domain where domain = $1", domain)
        .fetch_optional(port.core.db.app())
        .await?;
    Ok(found.map(Into::into))
}
