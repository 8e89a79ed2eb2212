//! The entries with what stands between them: days, and who begins to speak.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::messages::{Direction, Sender};
use domain::{MessageId, Timestamp};
use leptos::prelude::*;
use ui::time::day;

use super::store::Entry;

/// Messages of one sender closer together than this are one turn, in seconds.
const TURN: i64 = 300;

/// A line of the thread.
#[derive(Clone)]
pub enum Item {
    Day(Timestamp),
    Entry {
        entry: Entry,
        /// The same sender goes on, so no name and less space.
        follows: bool,
    },
}

/// What makes a line the same line.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Day(i64, bool),
    Entry(MessageId, bool),
}

impl Item {
    /// `alive`: the reader's own days, not those of UTC.
    pub fn key(&self, alive: bool) -> Key {
        match self {
            Self::Day(at) => Key::Day(day(*at, alive.then_some(0)), alive),
            Self::Entry { entry, follows } => Key::Entry(entry.id, *follows),
        }
    }
}

/// Puts days and turns between `entries`.
pub fn items(entries: &[Entry], alive: bool) -> Vec<Item> {
    let now = alive.then_some(0);
    let mut items = Vec::with_capacity(entries.len() + 8);
    let mut last: Option<(i64, i64, u64)> = None;
    for entry in entries {
        let (today, second) = (day(entry.at, now), entry.at.as_second());
        let voice = entry.row.with_untracked(|row| voice(row.direction, &row.sender));
        if last.is_none_or(|(day, ..)| day != today) {
            items.push(Item::Day(entry.at));
            last = None;
        }
        let follows = last.is_some_and(|(_, before, who)| who == voice && second - before < TURN);
        items.push(Item::Entry { entry: entry.clone(), follows });
        last = Some((today, second, voice));
    }
    items
}

fn voice(direction: Direction, sender: &Sender) -> u64 {
    let mut hasher = DefaultHasher::new();
    direction.as_str().hash(&mut hasher);
    match sender {
        Sender::Customer => 0_u8.hash(&mut hasher),
        Sender::Member { id, .. } => id.hash(&mut hasher),
        Sender::Api { name } => name.hash(&mut hasher),
        Sender::System => 1_u8.hash(&mut hasher),
        Sender::PhoneApp => 2_u8.hash(&mut hasher),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use domain::messages::{Content, MessageRow};

    use super::*;

    fn entry(n: u128, second: i64, direction: Direction) -> Entry {
        let row = MessageRow {
            id: MessageId(uuid::Uuid::from_u128(n)),
            direction,
            sender: if direction == Direction::In { Sender::Customer } else { Sender::System },
            at: Timestamp::from_second(second).unwrap(),
            content: Content::Text { body: "Hello".into() },
            quote: None,
            their_reaction: None,
            our_reaction: None,
            delivery: None,
            edited: false,
            revoked: false,
        };
        Entry { id: row.id, at: row.at, row: ArcRwSignal::new(row) }
    }

    #[test]
    fn a_day_begins_with_its_name_and_a_turn_with_its_speaker() {
        use Direction::{In, Out};
        Owner::new().with(|| {
            let entries = [
                entry(1, 86_000, In),
                entry(2, 86_100, In),
                entry(3, 86_200, Out),
                entry(4, 86_500, Out),
                entry(5, 86_600, Out),
            ];
            let shape: String = items(&entries, false)
                .iter()
                .map(|item| match item {
                    Item::Day(_) => 'D',
                    Item::Entry { follows: true, .. } => 'f',
                    Item::Entry { follows: false, .. } => 'E',
                })
                .collect();
            assert_eq!(shape, "DEfEDEf");
        });
    }
}
