//! Asking the provider how a connection stands.

use domain::connection::{AccountNumber, Check, Snag, Tick};
use domain::{Caller, ConnectionId, Timestamp};

use super::store::{self, Opened};
use super::{ConnectionsPort, numbers};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::{Grant, ProviderError, Subscription};

/// What a token must be allowed (contract 1.1).
const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];
/// Fields without which messages or people's wishes are missed (contract 5.2).
const NEEDED: [&str; 2] = ["messages", "user_preferences"];

/// Asks, connects the account's number when there is only one, and keeps what was found.
pub(super) async fn look(port: &ConnectionsPort, caller: &Caller, id: ConnectionId) -> Outcome<()> {
    let core = &port.core;
    let connection = store::opened(core, caller.workspace, id).await?;
    let token = token_tick(port, &connection).await;
    let mut found = vec![token.clone()];
    let mut known = Vec::new();
    if token.is_good() {
        match port.setup.numbers(&connection.account_id, &connection.access).await {
            Ok(listed) => {
                known = listed;
                found.push(number_tick(port, caller, id, &known).await?);
            }
            Err(error) => found.push(trouble(Check::Number, &error)),
        }
        let subscription = port.setup.subscription(&connection.app, &connection.account_id, &connection.access).await;
        match subscription {
            Ok(subscription) => found.extend(webhook_ticks(&subscription, |address| connection.is_ours(core, address))),
            Err(error) => found.push(trouble(Check::Fields, &error)),
        }
    }
    keep(port, caller, id, &found, &known).await?;
    port.changed(caller.workspace);
    Ok(())
}

async fn token_tick(port: &ConnectionsPort, connection: &Opened) -> Tick {
    match port.setup.grant(&connection.app, &connection.access.token).await {
        Ok(grant) => judged(&grant, &connection.app.id, &connection.account_id, port.core.clock.now()),
        // The call was made with the app's id and secret, so a refusal is about those.
        Err(error) if error.code.is_some() && !error.retry => Tick::bad(Check::Token, Snag::App),
        Err(error) => trouble(Check::Token, &error),
    }
}

fn judged(grant: &Grant, app: &str, account: &str, now: Timestamp) -> Tick {
    let bad = |snag| Tick::bad(Check::Token, snag);
    if grant.expires_at.is_some_and(|at| at <= now) {
        return bad(Snag::TokenExpired);
    }
    if !grant.valid {
        return bad(Snag::TokenInvalid);
    }
    if grant.app_id != app {
        return bad(Snag::OtherApp);
    }
    if let Some(missing) = SCOPES.iter().find(|scope| !grant.scopes.iter().any(|given| given == *scope)) {
        return bad(Snag::Scope).about(*missing);
    }
    if !grants(grant, account) {
        return bad(Snag::Account);
    }
    Tick::good(Check::Token)
}

/// Whether the token was given this account. Where the provider does not say which, the account's own pages tell.
pub(super) fn grants(grant: &Grant, account: &str) -> bool {
    grant.accounts.as_ref().is_none_or(|accounts| accounts.iter().any(|given| given == account))
}

async fn number_tick(
    port: &ConnectionsPort,
    caller: &Caller,
    id: ConnectionId,
    known: &[AccountNumber],
) -> Outcome<Tick> {
    let bad = |snag| Tick::bad(Check::Number, snag);
    let connected = numbers::connected(&port.core, caller.workspace, id).await?;
    let chosen = match (known.iter().find(|number| connected.contains(&number.id)), known) {
        (Some(number), _) => number,
        (None, []) => return Ok(bad(Snag::NoNumber)),
        (None, [only]) => only,
        (None, _) => return Ok(bad(Snag::ChooseNumber)),
    };
    // Looking moves nothing: webhooks that still come by the other connection would be believed no more.
    if numbers::held_elsewhere(&port.core, caller.workspace, id, &chosen.id).await? {
        return Ok(bad(Snag::Held).about(&chosen.display));
    }
    if !numbers::attach(port, caller, id, chosen).await? {
        return Ok(bad(Snag::Elsewhere).about(&chosen.display));
    }
    Ok(match chosen {
        // Whether it is verified is the phone's affair.
        number if number.on_phone && number.registered => Tick::good(Check::Number),
        number if number.on_phone => bad(Snag::OffPhone).about(&number.display),
        number if !number.verified => bad(Snag::Unverified).about(&number.display),
        number if !number.registered => bad(Snag::Unregistered).about(&number.display),
        _ => Tick::good(Check::Number),
    })
}

fn webhook_ticks(subscription: &Subscription, is_ours: impl Fn(&str) -> bool) -> [Tick; 2] {
    let goes_to = subscription.overridden.as_ref().or(subscription.address.as_ref());
    let handshake = match goes_to {
        // The provider keeps an address only after it has answered.
        Some(address) if is_ours(address) => Tick::good(Check::Handshake),
        Some(address) => Tick::bad(Check::Handshake, Snag::OtherAddress).about(host(address)),
        None => Tick::bad(Check::Handshake, Snag::NoAddress),
    };
    let missing: Vec<&str> =
        NEEDED.into_iter().filter(|field| !subscription.fields.iter().any(|given| given == field)).collect();
    let fields = match missing.as_slice() {
        _ if !subscription.subscribed => Tick::bad(Check::Fields, Snag::Unsubscribed),
        [] => Tick::good(Check::Fields),
        missing => Tick::bad(Check::Fields, Snag::Fields).about(missing.join(", ")),
    };
    [handshake, fields]
}

/// The part of an address that says whose it is; the rest may hold a secret.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn trouble(check: Check, error: &ProviderError) -> Tick {
    Tick::bad(check, Snag::Unreachable).about(&error.what)
}

async fn keep(
    port: &ConnectionsPort,
    caller: &Caller,
    id: ConnectionId,
    found: &[Tick],
    known: &[AccountNumber],
) -> Outcome<()> {
    let mut tx = port.core.db.scoped(caller.workspace).await?;
    let works = found.iter().any(|tick| tick.check == Check::Token && tick.is_good());
    sqlx::query!(
        "update connection set checked = $3, checked_at = $4, numbers = case when $5 then $6 else numbers end
         where workspace_id = $1 and id = $2",
        caller.workspace.0,
        id.0,
        serde_json::to_value(found)?,
        sql(port.core.clock.now()),
        works,
        serde_json::to_value(known)?,
    )
    .execute(&mut **tx)
    .await?;
    // What stopped because the token was refused goes on with one that works.
    if works {
        sqlx::query!(
            "update channel set state = 'connected' where workspace_id = $1 and connection_id = $2 and state = 'unauthorised'",
            caller.workspace.0,
            id.0,
        )
        .execute(&mut **tx)
        .await?;
    }
    tx.commit().await?;
    port.core.outbox_bell.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            valid: true,
            app_id: "5".into(),
            expires_at: None,
            scopes: SCOPES.map(str::to_owned).to_vec(),
            accounts: Some(vec!["1".into(), "2".into()]),
        }
    }

    fn snag(grant: &Grant) -> Option<Snag> {
        judged(grant, "5", "2", Timestamp::UNIX_EPOCH).snag
    }

    #[test]
    fn a_token_is_good_when_it_is_ours_lasts_and_holds_for_the_account() {
        assert_eq!(snag(&grant()), None);
        assert_eq!(snag(&Grant { accounts: None, ..grant() }), None);
        assert_eq!(snag(&Grant { valid: false, ..grant() }), Some(Snag::TokenInvalid));
        assert_eq!(snag(&Grant { expires_at: Some(Timestamp::UNIX_EPOCH), ..grant() }), Some(Snag::TokenExpired));
        assert_eq!(snag(&Grant { app_id: "6".into(), ..grant() }), Some(Snag::OtherApp));
        assert_eq!(snag(&Grant { scopes: vec![SCOPES[0].into()], ..grant() }), Some(Snag::Scope));
        assert_eq!(snag(&Grant { accounts: Some(vec!["1".into()]), ..grant() }), Some(Snag::Account));
    }

    #[test]
    fn webhooks_are_good_when_they_come_here_with_what_is_needed() {
        let address = "https://crm.example/webhooks/whatsapp/abc";
        let ours = |given: &str| given == address;
        let good = Subscription {
            address: Some(address.into()),
            fields: NEEDED.map(str::to_owned).to_vec(),
            subscribed: true,
            overridden: None,
        };
        assert!(webhook_ticks(&good, ours).iter().all(Tick::is_good));
        let elsewhere = Subscription { overridden: Some("https://other.example/secret".into()), ..good.clone() };
        let [handshake, _] = webhook_ticks(&elsewhere, ours);
        assert_eq!((handshake.snag, handshake.detail.as_str()), (Some(Snag::OtherAddress), "other.example"));
        let [_, fields] = webhook_ticks(&Subscription { fields: vec!["messages".into()], ..good.clone() }, ours);
        assert_eq!((fields.snag, fields.detail.as_str()), (Some(Snag::Fields), "user_preferences"));
        let [_, fields] = webhook_ticks(&Subscription { subscribed: false, ..good }, ours);
        assert_eq!(fields.snag, Some(Snag::Unsubscribed));
    }
}
