//! Making a connection by hand, by the sandbox or by Meta's window; changing and ending it.

use domain::connection::{ConnectForm, SignupForm, Way, graph_id};
use domain::{Caller, ConnectionId, Error, FieldErrors};
use serde_json::json;

use super::look::{grants, look};
use super::store::{self, APP_SECRET, TOKEN, VERIFY_TOKEN, seal};
use super::{ConnectionsPort, numbers, said};
use crate::audit::{self, Act, Action};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::{Access, App};
use crate::{ids, secret};

/// What a new connection is made of. Without an app's secret it is under the operator's app and has no address of its own.
struct New<'a> {
    way: Way,
    app: &'a App,
    account_id: &'a str,
    token: &'a str,
    phone: Option<&'a str>,
}

pub(super) async fn by_hand(port: &ConnectionsPort, caller: &Caller, form: ConnectForm) -> Outcome<ConnectionId> {
    let form = form.parse(false)?;
    let app = App { id: form.app_id, secret: Some(form.app_secret) };
    let new = New { way: Way::Manual, app: &app, account_id: &form.account_id, token: &form.token, phone: None };
    let id = insert(port, caller, new).await?;
    look(port, caller, id).await?;
    Ok(id)
}

pub(super) async fn by_sandbox(port: &ConnectionsPort, caller: &Caller) -> Outcome<ConnectionId> {
    if !port.settings.sandbox {
        return Err(Error::NotFound.into());
    }
    let mut tx = port.core.db.scoped(caller.workspace).await?;
    let name = sqlx::query_scalar!("select name from workspace where workspace_id = $1", caller.workspace.0)
        .fetch_one(&mut **tx)
        .await?;
    drop(tx);
    let business = port.setup.new_business(&name).await.map_err(said)?;
    let app = App { id: business.app_id, secret: Some(business.app_secret) };
    let new = New {
        way: Way::Sandbox,
        app: &app,
        account_id: &business.account_id,
        token: &business.token,
        phone: Some(&business.page),
    };
    let id = insert(port, caller, new).await?;
    subscribe(port, caller, id).await?;
    Ok(id)
}

pub(super) async fn by_signup(port: &ConnectionsPort, caller: &Caller, form: SignupForm) -> Outcome<ConnectionId> {
    let Some(window) = &port.settings.signup else { return Err(Error::NotFound.into()) };
    let account = graph_id(&form.account_id, "form")?;
    let access = port.setup.exchange(&form.code).await.map_err(said)?;
    // What the browser says is a claim; what the token was given is not (contract 1.2).
    let app = App { id: window.app_id.clone(), secret: None };
    let grant = port.setup.grant(&app, &access.token).await.map_err(said)?;
    if !grant.valid || !grants(&grant, &account) {
        return Err(Error::invalid("form", "Meta did not give Parley this account. Open the window once more.").into());
    }
    let new = New { way: Way::Signup, app: &app, account_id: &account, token: &access.token, phone: None };
    let id = insert(port, caller, new).await?;
    port.setup.subscribe(&account, &access, None).await.map_err(said)?;
    if !form.number_id.is_empty() {
        let listed = port.setup.numbers(&account, &access).await.map_err(said)?;
        if let Some(number) = listed.iter().find(|number| number.id == form.number_id) {
            numbers::attach(port, caller, id, number).await?;
        }
    }
    look(port, caller, id).await?;
    Ok(id)
}

async fn insert(port: &ConnectionsPort, caller: &Caller, new: New<'_>) -> Outcome<ConnectionId> {
    let (core, workspace) = (&port.core, caller.workspace);
    let id: ConnectionId = ids::fresh();
    let token = seal(core, workspace, id, TOKEN, new.token).await?;
    let (app_secret, verify_token, hook) = match &new.app.secret {
        Some(own) => (
            Some(seal(core, workspace, id, APP_SECRET, own).await?),
            Some(seal(core, workspace, id, VERIFY_TOKEN, &secret::token()?).await?),
            Some(secret::word(32)?),
        ),
        None => (None, None, None),
    };
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!(
        "insert into connection (workspace_id, id, kind, hook, app_id, account_id, token, app_secret, verify_token, phone, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        workspace.0,
        id.0,
        new.way.as_str(),
        hook,
        new.app.id,
        new.account_id,
        token,
        app_secret,
        verify_token,
        new.phone,
        sql(core.clock.now()),
    )
    .execute(&mut **tx)
    .await?;
    if let Some(hook) = &hook {
        sqlx::query!(
            "insert into connection_route (hook, workspace_id, connection_id) values ($1, $2, $3)",
            hook,
            workspace.0,
            id.0,
        )
        .execute(&mut **tx)
        .await?;
    }
    let details = json!({ "way": new.way, "app_id": new.app.id, "account_id": new.account_id });
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::ConnectionMade, id.0).with(details)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Other ids, or other secrets; an empty secret stays as it is.
pub(super) async fn change(
    port: &ConnectionsPort,
    caller: &Caller,
    id: ConnectionId,
    form: ConnectForm,
) -> Outcome<()> {
    let (core, workspace) = (&port.core, caller.workspace);
    let before = store::opened(core, workspace, id).await?;
    let form = form.parse(true)?;
    // Under the operator's app only the token is the workspace's own.
    if before.app.secret.is_none() && (!form.app_secret.is_empty() || form.app_id != before.app.id) {
        let errors = FieldErrors::one("app_id", "This connection is under the operator's app.");
        return Err(Error::Invalid(errors).into());
    }
    let token = or_before(&form.token, &before.access.token);
    let token = seal(core, workspace, id, TOKEN, token).await?;
    let app_secret = match &before.app.secret {
        Some(known) => Some(seal(core, workspace, id, APP_SECRET, or_before(&form.app_secret, known)).await?),
        None => None,
    };
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!(
        "update connection set app_id = $3, account_id = $4, token = $5, app_secret = $6, refused_at = null
         where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        form.app_id,
        form.account_id,
        token,
        app_secret,
    )
    .execute(&mut **tx)
    .await?;
    let act = Act::new(Action::ConnectionChanged, id.0)
        .changed(
            json!({ "app_id": before.app.id, "account_id": before.account_id }),
            json!({ "app_id": form.app_id, "account_id": form.account_id }),
        )
        .with(json!({ "token": !form.token.is_empty(), "app_secret": !form.app_secret.is_empty() }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.doors.forget();
    look(port, caller, id).await
}

fn or_before<'a>(given: &'a str, known: &'a str) -> &'a str {
    if given.is_empty() { known } else { given }
}

/// Webhooks come here, with every field. An address that the app uses for something else stays: then ours is entered for
/// this account alone (contract 1.4).
pub(super) async fn subscribe(port: &ConnectionsPort, caller: &Caller, id: ConnectionId) -> Outcome<()> {
    let connection = store::opened(&port.core, caller.workspace, id).await?;
    let (account, access): (_, &Access) = (&connection.account_id, &connection.access);
    let own = connection.verify_token.as_deref().map(|token| (connection.address(&port.core), token));
    let mut alone = None;
    if let Some((address, token)) = &own {
        let subscription = port.setup.subscription(&connection.app, account, access).await.map_err(said)?;
        match subscription.address {
            Some(other) if other != *address => alone = Some((address.as_str(), *token)),
            _ => port.setup.send_webhooks_to(&connection.app, address, token).await.map_err(said)?,
        }
    }
    port.setup.subscribe(account, access, alone).await.map_err(said)?;
    let mut tx = port.core.db.scoped(caller.workspace).await?;
    let act = Act::new(Action::ConnectionSubscribed, id.0).with(json!({ "account_id": account }));
    audit::write(&mut tx, caller, port.core.clock.now(), act).await?;
    tx.commit().await?;
    look(port, caller, id).await
}

/// The account hears no more of us, our secrets of it go, and its numbers stop; conversations stay.
pub(super) async fn disconnect(port: &ConnectionsPort, caller: &Caller, id: ConnectionId) -> Outcome<()> {
    let (core, workspace) = (&port.core, caller.workspace);
    let connection = store::opened(core, workspace, id).await?;
    // A token that no longer works cannot do this either, and must not keep anybody from leaving.
    if let Err(error) = port.setup.unsubscribe(&connection.account_id, &connection.access).await {
        tracing::info!(code = error.code, "an account could not be unsubscribed");
    }
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!(
        "delete from channel_route where workspace_id = $1 and channel_id in
            (select id from channel where workspace_id = $1 and connection_id = $2)",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    let numbers = sqlx::query_scalar!(
        "update channel set state = 'disconnected', connection_id = null where workspace_id = $1 and connection_id = $2
         returning phone_number_id",
        workspace.0,
        id.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!("delete from connection where workspace_id = $1 and id = $2", workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    let details = json!({ "way": connection.way, "account_id": connection.account_id, "number_ids": numbers });
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::ConnectionEnded, id.0).with(details)).await?;
    tx.commit().await?;
    core.doors.forget();
    port.changed(workspace);
    Ok(())
}
