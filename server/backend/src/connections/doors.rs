//! Addresses that webhooks come to: each connection with an app of its own has one, with its own secrets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::live::Topic;
use domain::{ConnectionId, Timestamp, WorkspaceId};
use jiff::SignedDuration;

use super::store::{APP_SECRET, VERIFY_TOKEN, open};
use crate::Core;
use crate::fault::Outcome;
use crate::gate::sql;

/// How long a door is remembered: what another process changed holds by then.
const MEMORY: SignedDuration = SignedDuration::from_secs(5);
/// How often it is written down that webhooks come, rightly or wrongly signed.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// A hook's length; anything else is none, without asking.
const HOOK: usize = 32;
/// Above this the memory is emptied.
const MOST: usize = 4096;

/// What stands behind one address.
pub struct Door {
    pub workspace: WorkspaceId,
    pub connection: ConnectionId,
    pub app_secret: String,
    pub verify_token: String,
    found_at: Timestamp,
}

/// What happened at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Knock {
    Handshake,
    Signed,
    Refused,
}

/// What is remembered of doors.
#[derive(Clone, Default)]
pub struct Doors(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    doors: HashMap<String, Arc<Door>>,
    noted: HashMap<(ConnectionId, Knock), Timestamp>,
}

impl Doors {
    /// Secrets changed.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).doors.clear();
    }

    fn remembered(&self, hook: &str, now: Timestamp) -> Option<Arc<Door>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.doors.get(hook).filter(|door| now.duration_since(door.found_at) < MEMORY).cloned()
    }

    fn remember(&self, hook: &str, door: &Arc<Door>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.doors.len() >= MOST {
            known.doors.clear();
        }
        known.doors.insert(hook.to_owned(), Arc::clone(door));
    }

    /// Whether this is to be written down: the first of its kind for a while.
    fn is_news(&self, connection: ConnectionId, knock: Knock, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.noted.retain(|_, at| now.duration_since(*at) < NOTED);
        // A right signature after a wrong one is news, and the other way round.
        match knock {
            Knock::Signed => known.noted.remove(&(connection, Knock::Refused)),
            Knock::Refused => known.noted.remove(&(connection, Knock::Signed)),
            Knock::Handshake => known.noted.remove(&(connection, Knock::Handshake)),
        };
        known.noted.insert((connection, knock), now).is_none()
    }
}

/// The door behind an address, if there is one.
pub async fn find(core: &Core, hook: &str) -> Outcome<Option<Arc<Door>>> {
    if hook.len() != HOOK || !hook.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Ok(None);
    }
    let now = core.clock.now();
    if let Some(door) = core.doors.remembered(hook, now) {
        return Ok(Some(door));
    }
    let route = sqlx::query!("select workspace_id, connection_id from connection_route where hook = $1", hook)
        .fetch_optional(core.db.app())
        .await?;
    let Some(route) = route else { return Ok(None) };
    let (workspace, connection) = (WorkspaceId(route.workspace_id), ConnectionId(route.connection_id));
    let mut tx = core.db.scoped(workspace).await?;
    let row = sqlx::query!(
        r#"select app_secret as "app_secret!", verify_token as "verify_token!" from connection
           where workspace_id = $1 and id = $2 and app_secret is not null and verify_token is not null"#,
        workspace.0,
        connection.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    drop(tx);
    let Some(row) = row else { return Ok(None) };
    let door = Arc::new(Door {
        workspace,
        connection,
        app_secret: open(core, workspace, connection.0, APP_SECRET, &row.app_secret).await?,
        verify_token: open(core, workspace, connection.0, VERIFY_TOKEN, &row.verify_token).await?,
        found_at: now,
    });
    core.doors.remember(hook, &door);
    Ok(Some(door))
}

/// Writes down what happened at a door, and tells the screens that watch it.
pub async fn knock(core: &Core, door: &Door, knock: Knock) -> Outcome<()> {
    let now = core.clock.now();
    if !core.doors.is_news(door.connection, knock, now) {
        return Ok(());
    }
    let mut tx = core.db.scoped(door.workspace).await?;
    let at = |wanted| (knock == wanted).then_some(sql(now));
    sqlx::query!(
        "update connection set handshake_at = coalesce($3, handshake_at), signed_at = coalesce($4, signed_at),
                refused_at = coalesce($5, refused_at)
         where workspace_id = $1 and id = $2",
        door.workspace.0,
        door.connection.0,
        at(Knock::Handshake) as _,
        at(Knock::Signed) as _,
        at(Knock::Refused) as _,
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await?;
    core.live.publish(door.workspace, Topic::Channels, 0);
    Ok(())
}
