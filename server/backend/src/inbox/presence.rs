//! Who has a conversation open, kept in memory: it is worth nothing after a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::live::{Presence, Topic};
use domain::{Caller, ConversationId, MemberId, Timestamp, WorkspaceId};
use jiff::SignedDuration;

use super::manage;
use crate::Core;
use crate::fault::Outcome;
use crate::outbound::Provider;

/// A sign of presence holds this long.
const HOLDS: SignedDuration = SignedDuration::from_secs(40);
/// Typing holds this long.
const TYPING: SignedDuration = SignedDuration::from_secs(6);
/// WhatsApp shows «typing» for 25 seconds (contract 2.7): no need to say it more often than this.
const SAY_TYPING: SignedDuration = SignedDuration::from_secs(20);

/// Everybody's presence.
#[derive(Default)]
pub(super) struct Board(Mutex<HashMap<(WorkspaceId, ConversationId), HashMap<MemberId, Sign>>>);

struct Sign {
    name: String,
    seen: Timestamp,
    typing: Option<Timestamp>,
    told: Option<Timestamp>,
}

struct Noted {
    others: Vec<Presence>,
    changed: bool,
    tell_customer: bool,
}

impl Board {
    fn note(
        &self,
        workspace: WorkspaceId,
        id: ConversationId,
        me: (MemberId, &str),
        typing: bool,
        now: Timestamp,
    ) -> Noted {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.retain(|_, signs| {
            signs.retain(|_, sign| now.duration_since(sign.seen) < HOLDS);
            !signs.is_empty()
        });
        let signs = board.entry((workspace, id)).or_default();
        let fresh = !signs.contains_key(&me.0);
        let sign = signs.entry(me.0).or_insert(Sign { name: me.1.to_owned(), seen: now, typing: None, told: None });
        let was_typing = sign.is_typing(now);
        sign.seen = now;
        sign.typing = typing.then_some(now);
        let tell_customer = typing && sign.told.is_none_or(|told| now.duration_since(told) >= SAY_TYPING);
        if tell_customer {
            sign.told = Some(now);
        }
        let others = signs.iter().filter(|(member, _)| **member != me.0);
        Noted {
            others: others
                .map(|(member, sign)| Presence {
                    member: *member,
                    name: sign.name.clone(),
                    typing: sign.is_typing(now),
                })
                .collect(),
            changed: fresh || was_typing != typing,
            tell_customer,
        }
    }
}

impl Sign {
    fn is_typing(&self, now: Timestamp) -> bool {
        self.typing.is_some_and(|at| now.duration_since(at) < TYPING)
    }
}

/// Notes the caller's presence, tells colleagues when it changed and the customer that an answer is being written.
pub(super) async fn be_present(
    core: &Core,
    provider: &Arc<dyn Provider>,
    board: &Board,
    caller: &Caller,
    id: ConversationId,
    typing: bool,
) -> Outcome<Vec<Presence>> {
    let mut tx = core.db.of(caller).await?;
    super::thread::exists(&mut tx, id).await?;
    let domain::members::Actor::Member { id: member, name } = &caller.actor else { return Ok(Vec::new()) };
    let noted = board.note(caller.workspace, id, (*member, name), typing, core.clock.now());
    if noted.changed {
        core.live.publish(caller.workspace, Topic::Presence(id), 0);
    }
    if noted.tell_customer
        && caller.may(domain::Permission::SendMessages)
        && let Some((line, provider_id)) = manage::newest_inbound(core, &mut tx, id).await?
    {
        manage::receipt(provider, line, provider_id, true);
    }
    Ok(noted.others)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn colleagues_see_each_other_for_a_while() {
        let board = Board::default();
        let (workspace, id) = (WorkspaceId(Uuid::from_u128(1)), ConversationId(Uuid::from_u128(2)));
        let (anna, ben) = (MemberId(Uuid::from_u128(3)), MemberId(Uuid::from_u128(4)));
        assert!(board.note(workspace, id, (anna, "Anna"), true, at(0)).others.is_empty());
        let seen = board.note(workspace, id, (ben, "Ben"), false, at(1));
        assert_eq!(seen.others, [Presence { member: anna, name: "Anna".into(), typing: true }]);
        assert!(!board.note(workspace, id, (ben, "Ben"), false, at(10)).others[0].typing);
        assert!(board.note(workspace, id, (ben, "Ben"), false, at(50)).others.is_empty());
    }

    #[test]
    fn the_customer_is_told_of_typing_at_most_every_twenty_seconds() {
        let board = Board::default();
        let (workspace, id) = (WorkspaceId(Uuid::from_u128(1)), ConversationId(Uuid::from_u128(2)));
        let me = (MemberId(Uuid::from_u128(3)), "Anna");
        assert!(board.note(workspace, id, me, true, at(0)).tell_customer);
        assert!(!board.note(workspace, id, me, true, at(10)).tell_customer);
        assert!(board.note(workspace, id, me, true, at(21)).tell_customer);
    }
}
