//! Contacts: the people the business talks to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::visible;
use crate::consent::{ConsentState, Purpose};
use crate::error::{Error, Result};
use crate::identity::IdentityKind;
use crate::ids::{ContactId, IdentityId};
use crate::tags::Tag;

/// The person beside a thread, as far as the reader may read contacts: without that permission a name, tags and no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPanel {
    pub id: ContactId,
    /// As the business names them; falls back to the profile name.
    pub name: Option<String>,
    pub profile_name: Option<String>,
    pub username: Option<String>,
    pub identities: Vec<IdentityRow>,
    pub consents: Vec<ConsentRow>,
    pub restricted: bool,
    /// A starter pack made this person up.
    pub sample: bool,
    pub tags: Vec<Tag>,
    /// What could be put on them too, by whoever may.
    pub more_tags: Vec<Tag>,
    /// Nothing for whoever may not read contacts.
    #[serde(default, with = "crate::time::maybe")]
    pub created_at: Option<Timestamp>,
}

impl ContactPanel {
    /// What whoever may not read contacts gets. Their name is what the conversation is called anyway.
    pub fn close(self) -> Self {
        let named = self.name.is_some() || self.profile_name.is_some();
        Self {
            username: self.username.filter(|_| !named),
            identities: Vec::new(),
            consents: Vec::new(),
            restricted: false,
            created_at: None,
            ..self
        }
    }

    /// The reader may not read contacts: how to reach them and what they agreed to is left out.
    pub fn is_closed(&self) -> bool {
        self.created_at.is_none()
    }
}

/// One way to reach a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityRow {
    pub id: IdentityId,
    pub kind: IdentityKind,
    /// As people read it: a phone number in international format, or the id itself.
    pub shown: String,
    /// It is more than is shown.
    #[serde(default)]
    pub hidden: bool,
}

/// What a person agreed to or took back, on one channel for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRow {
    pub channel: String,
    pub purpose: Purpose,
    pub state: ConsentState,
    #[serde(with = "crate::time::text")]
    pub since: Timestamp,
    /// How: `keyword`, `customer_wrote`, `whatsapp_preference`, …
    pub method: String,
}

/// A contact in a list (REST).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: Option<String>,
    pub identities: Vec<IdentityRow>,
    #[serde(with = "crate::time::text")]
    pub created_at: Timestamp,
}

/// The longest name, in characters.
pub const NAME_MAX: usize = 200;

/// Checks a name that a person typed. Empty takes the name away.
pub fn parse_name(text: &str) -> Result<Option<String>> {
    let name: String = visible(text).chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    if name.chars().count() > NAME_MAX {
        return Err(Error::invalid("name", format!("A name has at most {NAME_MAX} characters.")));
    }
    Ok((!name.is_empty()).then_some(name))
}
