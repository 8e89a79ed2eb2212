use async_trait::async_trait;

use crate::connection::{ConnectForm, Connection, ConnectionRow, SignupForm, Ways};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::members::{Caller, Person};

/// Connecting numbers.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Which ways of connecting there are.
    async fn ways(&self, caller: &Caller) -> Result<Ways>;

    async fn list(&self, caller: &Caller) -> Result<Vec<ConnectionRow>>;

    async fn read(&self, caller: &Caller, id: ConnectionId) -> Result<Connection>;

    /// Keeps what was given and checks it; what is wrong shows in its ticks.
    async fn connect(&self, caller: &Caller, form: ConnectForm) -> Result<ConnectionId>;

    /// Other ids or secrets of the same connection. Needs a fresh proof.
    async fn change(&self, person: &Person, id: ConnectionId, form: ConnectForm) -> Result<()>;

    /// Makes a business in the sandbox and connects it, webhook and all. `NotFound` where there is no sandbox.
    async fn try_sandbox(&self, caller: &Caller) -> Result<ConnectionId>;

    /// Goes on after Meta's window. `NotFound` where the operator has not set it up.
    async fn finish_signup(&self, caller: &Caller, form: SignupForm) -> Result<ConnectionId>;

    /// Asks Meta again.
    async fn check(&self, caller: &Caller, id: ConnectionId) -> Result<()>;

    /// Enters our address and the fields at Meta, and subscribes the app to the account.
    async fn subscribe(&self, caller: &Caller, id: ConnectionId) -> Result<()>;

    /// Connects one of the account's numbers.
    async fn choose(&self, caller: &Caller, id: ConnectionId, number_id: &str) -> Result<()>;

    /// Registers a number with the Cloud API, under a PIN that the person sets or knows.
    async fn register(&self, caller: &Caller, id: ConnectionId, number_id: &str, pin: &str) -> Result<()>;

    /// Ends the connection and forgets its secrets; conversations stay. Needs a fresh proof.
    async fn disconnect(&self, person: &Person, id: ConnectionId) -> Result<()>;
}
