//! Coming back from the provider.

use domain::accounts::Origin;
use domain::ports::{Arrival, Arrived};
use domain::sso::SsoProblem;
use domain::{Timestamp, WorkspaceId};

use jiff::SignedDuration;

use super::depart::Waiting;
use super::{KIND, SsoPort, admit, provider, told};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::Vouched;
use crate::secret;

/// By how much a provider's clock may differ from ours.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

pub(super) async fn arrive(port: &SsoPort, workspace: WorkspaceId, back: Arrival, origin: &Origin) -> Outcome<Arrived> {
    let not = |problem| Ok(Arrived::Not(problem));
    let Some(waiting) = take_up(port, &back).await?.filter(|waiting| waiting.workspace == workspace) else {
        return not(SsoProblem::Expired);
    };
    let mut tx = port.core.db.scoped(workspace).await?;
    let provider = provider(&mut tx, workspace).await?;
    drop(tx);
    let same = provider.filter(|now| now.issuer == waiting.issuer && now.client_id == waiting.client_id);
    let Some(provider) = same else { return not(SsoProblem::Expired) };
    let Some(code) = back.code else { return not(SsoProblem::Declined) };
    let client = port.client(workspace, &provider).await?;
    let vouched = match port.identities.redeem(&client, &code, &waiting.proofs, back.issuer.as_deref()).await {
        Ok(vouched) => vouched,
        Err(problem) => return not(told(problem)),
    };
    let admitted = match is_anew(&waiting, &vouched, port.core.clock.now()) {
        true => admit::admit(&port.core, workspace, &provider, &vouched, origin).await?,
        false => Err(SsoProblem::NotAnew),
    };
    match admitted {
        Ok(outcome) => {
            port.throttle.came_back(workspace, &origin.address);
            Ok(Arrived::In { outcome, next: waiting.next })
        }
        Err(problem) => {
            admit::note_refusal(&port.core, workspace, &provider, &vouched, problem).await?;
            not(problem)
        }
    }
}

/// Whether somebody who had to sign in anew did. A provider that was asked when they did has to say so (OpenID Connect Core 1.0,
/// section 3.1.2.1), so silence is no yes: it may have sent back whoever signed in there long ago.
fn is_anew(waiting: &Waiting, vouched: &Vouched, now: Timestamp) -> bool {
    let near = |at: Timestamp| at.duration_since(now) <= SKEW;
    waiting
        .anew_since
        .is_none_or(|since| vouched.signed_in_at.is_some_and(|at| since.duration_since(at) <= SKEW && near(at)))
}

/// What waited for this browser, once: a state that is repeated, too old or another browser's is worth nothing.
async fn take_up(port: &SsoPort, back: &Arrival) -> Outcome<Option<Waiting>> {
    let state = sqlx::query_scalar!(
        "delete from challenge where token_hash = $1 and kind = $2 and expires_at > $3 returning state",
        secret::hash(&back.state),
        KIND,
        sql(port.core.clock.now()),
    )
    .fetch_optional(port.core.db.app())
    .await?;
    let Some(state) = state else { return Ok(None) };
    let waiting: Waiting = serde_json::from_value(state)?;
    let browser = back.browser.as_deref().map(secret::hash);
    Ok(Some(waiting).filter(|waiting| browser.as_ref() == Some(&waiting.browser)))
}
