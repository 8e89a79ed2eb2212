//! A new workspace's first hour.

use serde::{Deserialize, Serialize};

use crate::ids::ConnectionId;

/// What a new workspace has left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstStep {
    Business,
    Number,
    Message,
    Pack,
    Colleague,
    SecondFactor,
}

/// The list that checks itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Those that the person may do, with whether they are done.
    pub steps: Vec<(FirstStep, bool)>,
    pub hidden: bool,
    /// The connection to go on with.
    pub connection: Option<ConnectionId>,
}
