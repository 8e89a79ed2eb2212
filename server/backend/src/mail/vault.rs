//! The one place through which a mail's data passes on its way into and out of the database.

use uuid::Uuid;

use crate::fault::Outcome;

/// Makes the stored form. `mail` is what the data belongs to, for a seal that is bound to its row.
pub(super) fn seal(_mail: Uuid, clear: Vec<u8>) -> Outcome<Vec<u8>> {
    Ok(clear)
}

/// The clear form of what [`seal`] made for the same mail.
pub(super) fn open(_mail: Uuid, sealed: Vec<u8>) -> Outcome<Vec<u8>> {
    Ok(sealed)
}
