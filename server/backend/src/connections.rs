//! Connecting numbers: a workspace's apps and tokens, sealed, and what is looked at until a number works.

pub mod doors;
mod look;
mod numbers;
mod store;
mod ways;

use std::sync::Arc;

use async_trait::async_trait;
use domain::connection::{ConnectForm, Connection, ConnectionRow, SignupForm, SignupWindow, Ways};
use domain::live::Topic;
use domain::members::Person;
use domain::{Caller, ConnectionId, Error, Permission, WorkspaceId, ports};

pub(crate) use store::line;

use crate::Core;
use crate::outbound::{ProviderError, Setup};

/// What the operator offers.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub sandbox: bool,
    pub signup: Option<SignupWindow>,
}

/// [`ports::Connections`] over PostgreSQL and the provider.
pub struct ConnectionsPort {
    core: Core,
    setup: Arc<dyn Setup>,
    settings: Settings,
}

impl ConnectionsPort {
    pub fn new(core: Core, setup: Arc<dyn Setup>, settings: Settings) -> Self {
        Self { core, setup, settings }
    }

    fn changed(&self, workspace: WorkspaceId) {
        self.core.live.publish(workspace, Topic::Channels, 0);
    }
}

/// What the provider said, in its words for a person.
fn said(error: ProviderError) -> Error {
    Error::invalid("form", error.what)
}

/// The caller, when they may and have just proved who they are.
fn proved<'a>(core: &Core, person: &'a Person) -> domain::Result<&'a Caller> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    caller.require(Permission::ManageChannels)?;
    person.require_fresh_proof(core.clock.now())?;
    Ok(caller)
}

#[async_trait]
impl ports::Connections for ConnectionsPort {
    async fn ways(&self, caller: &Caller) -> domain::Result<Ways> {
        caller.require(Permission::ManageChannels)?;
        Ok(Ways { sandbox: self.settings.sandbox, signup: self.settings.signup.clone() })
    }

    async fn list(&self, caller: &Caller) -> domain::Result<Vec<ConnectionRow>> {
        caller.require(Permission::ManageChannels)?;
        Ok(store::list(&self.core, caller.workspace).await?)
    }

    async fn read(&self, caller: &Caller, id: ConnectionId) -> domain::Result<Connection> {
        caller.require(Permission::ManageChannels)?;
        Ok(store::read(&self.core, caller.workspace, id).await?)
    }

    async fn connect(&self, caller: &Caller, form: ConnectForm) -> domain::Result<ConnectionId> {
        caller.require(Permission::ManageChannels)?;
        Ok(ways::by_hand(self, caller, form).await?)
    }

    async fn change(&self, person: &Person, id: ConnectionId, form: ConnectForm) -> domain::Result<()> {
        let caller = proved(&self.core, person)?;
        Ok(ways::change(self, caller, id, form).await?)
    }

    async fn try_sandbox(&self, caller: &Caller) -> domain::Result<ConnectionId> {
        caller.require(Permission::ManageChannels)?;
        Ok(ways::by_sandbox(self, caller).await?)
    }

    async fn finish_signup(&self, caller: &Caller, form: SignupForm) -> domain::Result<ConnectionId> {
        caller.require(Permission::ManageChannels)?;
        Ok(ways::by_signup(self, caller, form).await?)
    }

    async fn check(&self, caller: &Caller, id: ConnectionId) -> domain::Result<()> {
        caller.require(Permission::ManageChannels)?;
        Ok(look::look(self, caller, id).await?)
    }

    async fn subscribe(&self, caller: &Caller, id: ConnectionId) -> domain::Result<()> {
        caller.require(Permission::ManageChannels)?;
        Ok(ways::subscribe(self, caller, id).await?)
    }

    async fn choose(&self, caller: &Caller, id: ConnectionId, number_id: &str) -> domain::Result<()> {
        caller.require(Permission::ManageChannels)?;
        Ok(numbers::choose(self, caller, id, number_id).await?)
    }

    async fn register(&self, caller: &Caller, id: ConnectionId, number_id: &str, pin: &str) -> domain::Result<()> {
        caller.require(Permission::ManageChannels)?;
        Ok(numbers::register(self, caller, id, number_id, pin).await?)
    }

    async fn disconnect(&self, person: &Person, id: ConnectionId) -> domain::Result<()> {
        let caller = proved(&self.core, person)?;
        Ok(ways::disconnect(self, caller, id).await?)
    }
}
