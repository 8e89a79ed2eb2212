//! Numbers of an account: connecting one, registering it.

use domain::connection::{AccountNumber, pin};
use domain::{Caller, ChannelId, ConnectionId, Error, WorkspaceId};
use serde_json::json;

use super::{ConnectionsPort, look, said, store};
use crate::audit::{self, Act, Action};
use crate::fault::{Fault, Outcome};
use crate::{Core, ids};

/// The provider's ids of the numbers that are connected through it.
pub(super) async fn connected(core: &Core, workspace: WorkspaceId, id: ConnectionId) -> Outcome<Vec<String>> {
    let mut tx = core.db.scoped(workspace).await?;
    let ids = sqlx::query_scalar!(
        "select phone_number_id from channel where workspace_id = $1 and connection_id = $2 and state <> 'disconnected'",
        workspace.0,
        id.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}

/// Whether a number is connected through another connection of the workspace.
pub(super) async fn held_elsewhere(
    core: &Core,
    workspace: WorkspaceId,
    id: ConnectionId,
    number_id: &str,
) -> Outcome<bool> {
    let mut tx = core.db.scoped(workspace).await?;
    let held = sqlx::query_scalar!(
        r#"select exists(select 1 from channel where workspace_id = $1 and phone_number_id = $3 and state <> 'disconnected'
              and connection_id is distinct from $2) as "held!""#,
        workspace.0,
        id.0,
        number_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(held)
}

/// Connects a number that the provider has just listed for the connection's token. False when another workspace has it.
pub(super) async fn attach(
    port: &ConnectionsPort,
    caller: &Caller,
    id: ConnectionId,
    number: &AccountNumber,
) -> Outcome<bool> {
    let core = &port.core;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let connection = sqlx::query!(
        "select account_id, hook from connection where workspace_id = $1 and id = $2 for update",
        caller.workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let working = sqlx::query_scalar!(
        r#"select exists(select 1 from channel where workspace_id = $1 and phone_number_id = $2 and connection_id = $3
                         and state <> 'disconnected') as "working!""#,
        caller.workspace.0,
        number.id,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    if working {
        return Ok(true);
    }
    let display = format!("+{}", store::digits(&number.display));
    let name = if number.name.is_empty() { display.clone() } else { number.name.clone() };
    let fresh: ChannelId = ids::fresh();
    let channel = sqlx::query_scalar!(
        "insert into channel (workspace_id, id, kind, name, display_number, phone_number_id, waba_id, state, connection_id)
         values ($1, $2, 'whatsapp', $3, $4, $5, $6, 'connected', $7)
         on conflict (workspace_id, phone_number_id) where kind = 'whatsapp' do update
            set name = excluded.name, display_number = excluded.display_number, waba_id = excluded.waba_id, state = 'connected',
                connection_id = excluded.connection_id
         returning id",
        caller.workspace.0,
        fresh.0,
        name,
        display,
        number.id,
        connection.account_id,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    // Behind an address of its own, only webhooks that come there are believed about the number.
    let ours = sqlx::query!(
        "insert into channel_route (phone_number_id, workspace_id, channel_id, door) values ($1, $2, $3, $4)
         on conflict (phone_number_id) do update set channel_id = excluded.channel_id, door = excluded.door
            where channel_route.workspace_id = excluded.workspace_id",
        number.id,
        caller.workspace.0,
        channel,
        connection.hook.is_some().then_some(id.0),
    )
    .execute(&mut **tx)
    .await?;
    if ours.rows_affected() == 0 {
        return Ok(false);
    }
    let act = Act::new(Action::ChannelConnected, channel).with(json!({ "number_id": number.id, "connection": id }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    Ok(true)
}

/// Connects one of the account's numbers, as the provider lists them now.
pub(super) async fn choose(port: &ConnectionsPort, caller: &Caller, id: ConnectionId, number_id: &str) -> Outcome<()> {
    let connection = store::opened(&port.core, caller.workspace, id).await?;
    let listed = port.setup.numbers(&connection.account_id, &connection.access).await.map_err(said)?;
    let number = listed.iter().find(|number| number.id == number_id).ok_or(Error::NotFound)?;
    if !attach(port, caller, id, number).await? {
        return Err(Error::invalid("form", "This number is connected to another workspace here.").into());
    }
    look::look(port, caller, id).await
}

pub(super) async fn register(
    port: &ConnectionsPort,
    caller: &Caller,
    id: ConnectionId,
    number_id: &str,
    typed: &str,
) -> Outcome<()> {
    let pin = pin(typed)?;
    if !connected(&port.core, caller.workspace, id).await?.iter().any(|known| known == number_id) {
        return Err(Error::NotFound.into());
    }
    let connection = store::opened(&port.core, caller.workspace, id).await?;
    let listed = port.setup.numbers(&connection.account_id, &connection.access).await.map_err(said)?;
    // Registering would take it from the phone (contract 1.8).
    if listed.iter().any(|number| number.id == number_id && number.on_phone) {
        return Err(Error::invalid("form", "This number is your phone's app's too. It needs no PIN.").into());
    }
    port.setup.register(number_id, &connection.access, &pin).await.map_err(said)?;
    let mut tx = port.core.db.scoped(caller.workspace).await?;
    let act = Act::new(Action::ChannelRegistered, id.0).with(json!({ "number_id": number_id }));
    audit::write(&mut tx, caller, port.core.clock.now(), act).await?;
    tx.commit().await?;
    look::look(port, caller, id).await
}
