//! One conversation of the list.

use domain::ConversationId;
use domain::conversations::ConversationRow;
use domain::messages::Direction;
use domain::status::DeliveryStatus;
use domain::tags::Tag;
use leptos::prelude::*;
use ui::icon::{CLOCK, TRIANGLE_ALERT};
use ui::reactive::{dynamic, part};
use ui::time::{span, written};
use ui::view;
use ui::{Avatar, Badge, Clock, Icon, Session, Shape, TagMark, Time, t, use_session};

use crate::address::Address;

/// Below this the window's end is a matter of urgency, in seconds.
pub const SHORT: i64 = 3600;

#[component]
pub fn ConversationItem(address: Address, id: ConversationId, row: ArcRwSignal<ConversationRow>) -> impl IntoView {
    let session = use_session();
    let unread = row.clone();
    let current = dynamic(move || (address.selected.get() == Some(id)).then_some("true"));
    view! {
        <li>
            <a
                class="row"
                class:row-unread=dynamic(move || unread.with(|row| row.unread > 0))
                href=dynamic(move || address.of_conversation(id))
                aria-current=current
            >
                {part(move || row.with(|row| session.with_value(|session| content(row, session))))}
            </a>
        </li>
    }
}

fn content(row: &ConversationRow, session: &Session) -> AnyView {
    let assignee =
        row.assignee.and_then(|id| session.name_of(id).map(|name| (name.to_owned(), session.picture_of(id))));
    let unread = (row.unread > 0).then(|| {
        let label = t!(unread_count, count = row.unread).to_string();
        let shown = if row.unread > 99 { "99+".to_owned() } else { row.unread.to_string() };
        view! {
            <span class="unread">
                <span aria-hidden="true">{shown}</span>
                <span class="visually-hidden">{label}</span>
            </span>
        }
    });
    let failed = row.last_direction == Direction::Out && row.last_status == Some(DeliveryStatus::Failed);
    view! {
        <Avatar name=row.title.clone() />
        <span class="row-main">
            <span class="row-line">
                <span class="row-name">{row.title.clone()}</span>
                <Time at=row.last_at shape=Shape::Row />
            </span>
            <span class="row-line">
                <span class="row-last" class:row-failed=failed>
                    {failed.then(|| view! { <Icon drawing=TRIANGLE_ALERT /> })}
                    {last_line(row, session)}
                </span>
                {unread}
            </span>
            <span class="row-line row-facts">
                <span class="row-marks">
                    {match row.sample {
                        true => view! { <Badge text=t!(sample) /> },
                        false => view! { <WindowLeft expires=row.window_expires_at /> },
                    }}
                    <Tags tags=row.tags.clone() />
                </span>
                {assignee
                    .map(|(name, picture)| {
                        let label = t!(assigned_to, name = name.clone()).to_string();
                        let title = label.clone();
                        view! {
                            <span class="row-agent" title=title>
                                <Avatar name picture small=true />
                                <span class="visually-hidden">{label}</span>
                            </span>
                        }
                    })}
            </span>
        </span>
    }
    .into_any()
}

/// Tags that fit a row.
const TAGS_SHOWN: usize = 2;

#[component]
fn Tags(tags: Vec<Tag>) -> impl IntoView {
    let rest: Vec<&str> = tags.iter().skip(TAGS_SHOWN).map(|tag| tag.name.as_str()).collect();
    let rest = (!rest.is_empty()).then(|| {
        let (count, names) = (rest.len(), t!(tags_more, names = rest.join(", ")).to_string());
        let title = names.clone();
        view! {
            <span class="quiet" title=title>
                <span aria-hidden="true">"+" {count}</span>
                <span class="visually-hidden">{names}</span>
            </span>
        }
    });
    let shown = tags
        .into_iter()
        .take(TAGS_SHOWN)
        .map(|tag| view! { <TagMark name=tag.name colour=tag.colour /> })
        .collect_view();
    view! {
        {shown}
        {rest}
    }
}

/// The last line with who said it.
pub fn last_line(row: &ConversationRow, session: &Session) -> String {
    match row.last_direction {
        Direction::In => row.last_line.clone(),
        Direction::Out if row.last_member == Some(session.me.member) => {
            t!(last_line_ours, text = row.last_line.clone()).to_string()
        }
        Direction::Out => match row.last_member.and_then(|id| session.name_of(id)?.split_whitespace().next()) {
            Some(name) => t!(last_line_by, name = name.to_owned(), text = row.last_line.clone()).to_string(),
            // A program, the business's phone, or somebody who left.
            None => row.last_line.clone(),
        },
        Direction::Note => t!(last_line_note, text = row.last_line.clone()).to_string(),
    }
}

/// How long free answers are still possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// The customer never wrote.
    Never,
    Open(String),
    Short(String),
    Closed,
}

/// The window as a person reads it, once their clock is known.
pub fn window(expires: Option<domain::Timestamp>, now: i64) -> Window {
    let Some(expires) = expires else { return Window::Never };
    match expires.as_second() - now {
        ..=0 => Window::Closed,
        left if left < SHORT => Window::Short(span(left)),
        left => Window::Open(span(left)),
    }
}

/// When the window ends, while it is unknown what time it is.
pub fn until(expires: domain::Timestamp) -> String {
    t!(window_until, time = written(expires, Shape::Full, None)).to_string()
}

/// The service window of a row.
#[component]
fn WindowLeft(expires: Option<domain::Timestamp>) -> impl IntoView {
    let now = Clock::now();
    part(move || {
        let (class, text) = match now.get().map(|now| window(expires, now)) {
            Some(Window::Open(left)) => ("window", t!(window_left, time = left).to_string()),
            Some(Window::Short(left)) => ("window window-short", t!(window_left, time = left).to_string()),
            Some(Window::Closed | Window::Never) => ("window window-closed", t!(window_closed).to_owned()),
            None => ("window", expires.map(until).unwrap_or_default()),
        };
        view! {
            <span class=class>
                <Icon drawing=CLOCK />
                {text}
            </span>
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::members::{Me, MemberRow, Seal};
    use domain::{Role, Timestamp};

    use super::*;

    fn row(direction: Direction) -> ConversationRow {
        let id = "0198f1c2-0000-7000-8000-000000000001";
        ConversationRow {
            id: id.parse().unwrap(),
            contact: id.parse().unwrap(),
            title: "Ada".into(),
            status: domain::conversations::ConversationStatus::Open,
            assignee: None,
            unread: 0,
            last_line: "See you at 5".into(),
            last_direction: direction,
            last_member: None,
            last_status: None,
            last_at: Timestamp::UNIX_EPOCH,
            window_expires_at: None,
            sample: false,
            tags: Vec::new(),
            version: 1,
        }
    }

    #[test]
    fn the_last_line_says_who_said_it() {
        let [me, colleague, gone] =
            ["1", "2", "3"].map(|n| format!("0198f1c2-0000-7000-8000-00000000000{n}").parse().unwrap());
        let member = |id, name: &str| MemberRow { id, name: name.into(), role: Role::Agent, picture: None };
        let session = Session {
            me: Me {
                member: me,
                name: "Anna Ames".into(),
                email: String::new(),
                workspace: "0198f1c2-0000-7000-8000-000000000009".parse().unwrap(),
                workspace_name: String::new(),
                role: Role::Agent,
                permissions: Vec::new(),
                workspaces: Vec::new(),
                picture: None,
                enter_sends: true,
                vouched: false,
                phone: None,
            },
            members: vec![member(me, "Anna Ames"), member(colleague, "Ben Carter")],
            seal: Seal::default(),
        };
        let line = |direction, last_member| last_line(&ConversationRow { last_member, ..row(direction) }, &session);
        assert_eq!(line(Direction::In, None), "See you at 5");
        assert_eq!(line(Direction::Out, Some(me)), "You: See you at 5");
        assert_eq!(line(Direction::Out, Some(colleague)), "Ben: See you at 5");
        assert_eq!(line(Direction::Out, Some(gone)), "See you at 5", "who left has no name here");
        assert_eq!(line(Direction::Out, None), "See you at 5", "a program wrote it");
        assert_eq!(line(Direction::Note, Some(colleague)), "Note: See you at 5");
    }

    #[test]
    fn the_window_is_short_under_an_hour() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        assert_eq!(window(None, 0), Window::Never);
        assert_eq!(window(at(100), 100), Window::Closed);
        assert_eq!(window(at(3599), 0), Window::Short("59 min".into()));
        assert_eq!(window(at(3600), 0), Window::Open("1 h".into()));
    }
}
