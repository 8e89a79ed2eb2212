//! Who fails to prove that they are somebody: an act in each workspace of that person.

use domain::accounts::Origin;
use domain::{AccountId, Error};
use jiff::SignedDuration;
use serde_json::json;

use super::{Act, Action, append};
use crate::Core;
use crate::fault::Outcome;
use crate::gate::sql;

/// One act in this time for each way and person: whoever guesses fills no trail, and the log has every try.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Writes it down beside the answer, which waits for nothing that is done for known addresses alone.
pub(crate) fn note_failure(core: &Core, account: AccountId, way: &'static str, origin: &Origin) {
    let (core, act) = (core.clone(), Act::own(Action::SignInFailed).with(json!({ "way": way })).from(origin.seen()));
    tokio::spawn(async move {
        if let Err(fault) = write(&core, account, way, act).await {
            // It is logged where it is translated, and there is nobody to answer.
            let _: Error = fault.into();
        }
    });
}

async fn write(core: &Core, account: AccountId, way: &str, act: Act) -> Outcome<()> {
    let now = core.clock.now();
    let mut tx = core.db.personal(account).await?;
    let places = sqlx::query!(
        r#"select workspace_id as "workspace_id!", member_id as "member_id!" from places_of($1) order by workspace_id"#,
        account.0
    )
    .fetch_all(&mut **tx)
    .await?;
    for place in places {
        tx.enter(place.workspace_id.into()).await?;
        let told = sqlx::query_scalar!(
            r#"select exists(select 1 from audit_event where workspace_id = $1 and subject = $2 and action = $3
                   and details ->> 'way' = $4 and at > $5) as "told!""#,
            place.workspace_id,
            place.member_id,
            act.action.as_str(),
            way,
            sql(now.checked_sub(PAUSE).unwrap_or(now)),
        )
        .fetch_one(&mut **tx)
        .await?;
        if !told {
            let act = Act { subject: Some(place.member_id), ..act.clone() };
            append(&mut tx, json!({ "kind": "unknown", "name": "Somebody" }), now, act).await?;
        }
    }
    tx.commit().await
}
