//! `/`: the canned replies, filled for the person of this conversation.

use domain::canned::{Between, CannedReply, fill};
use leptos::prelude::*;
use ui::browser::lower;
use ui::reactive::{effect, spawn};
use ui::view;
use ui::words::error_words;
use ui::{AppError, t, use_session};

use super::state::Composer;
use crate::api::canned_replies;
use crate::picker::{Choice, Picker};
use crate::thread::ThreadStore;

type Listed = Option<Result<Vec<CannedReply>, AppError>>;

/// The list, opened by the composer. Read each time: a colleague may have added one a minute ago.
#[component]
pub fn CannedReplies(composer: Composer, thread: ThreadStore) -> impl IntoView {
    let listed = RwSignal::new(None::<Result<Vec<CannedReply>, AppError>>);
    effect(move || {
        if composer.canned.get() {
            spawn(async move {
                let read = canned_replies().await;
                let _ = listed.try_set(Some(read));
            });
        }
    });
    let session = use_session();
    let filled = move |body: &str| {
        let contact =
            thread.of_head_now(|head| head.contact.name.clone().or(head.contact.profile_name.clone())).flatten();
        session.with_value(|session| {
            let between = Between {
                contact: contact.as_deref(),
                agent: &session.me.name,
                business: &session.me.workspace_name,
                nameless: t!(nameless),
            };
            fill(body, &between)
        })
    };
    let find = Callback::new(move |query: String| {
        let choice = |(value, reply): (usize, &CannedReply)| Choice {
            value,
            label: format!("/{}  {}", reply.shortcut, reply.title),
            more: filled(&reply.body),
            keys: "",
        };
        listed.with(|listed| match listed {
            Some(Ok(replies)) => matching(replies, &query).into_iter().map(choice).collect(),
            _ => Vec::new(),
        })
    });
    let choose = Callback::new(move |value: usize| {
        let body = listed.with_untracked(|listed| match listed {
            Some(Ok(replies)) => replies.get(value).map(|reply| filled(&reply.body)),
            _ => None,
        });
        if let Some(body) = body {
            composer.insert(body);
        }
    });
    view! {
        <Picker
            open=composer.canned
            title=t!(canned)
            placeholder=t!(canned_placeholder)
            class="palette canned"
            find
            choose
            nothing=Callback::new(move |()| listed.with(nothing))
        />
    }
}

fn nothing(listed: &Listed) -> String {
    match listed {
        None => t!(loading).to_owned(),
        Some(Err(error)) => error_words(&error.0),
        Some(Ok(replies)) if replies.is_empty() => t!(canned_none_yet).to_owned(),
        Some(Ok(_)) => t!(canned_none).to_owned(),
    }
}

/// What fits, each with its place among all: shortcuts that begin with what is typed, then titles that hold its words.
fn matching<'a>(replies: &'a [CannedReply], query: &str) -> Vec<(usize, &'a CannedReply)> {
    let query = lower(query.trim().trim_start_matches('/'));
    let begins = |reply: &CannedReply| reply.shortcut.starts_with(&query);
    let holds = |reply: &CannedReply| {
        let title = lower(&reply.title);
        query.split_whitespace().all(|word| title.contains(word) || reply.shortcut.contains(word))
    };
    let mut found: Vec<_> = replies.iter().enumerate().filter(|(_, reply)| begins(reply) || holds(reply)).collect();
    found.sort_by_key(|(_, reply)| !begins(reply));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(shortcut: &str, title: &str) -> CannedReply {
        CannedReply {
            id: uuid::Uuid::nil().into(),
            shortcut: shortcut.to_owned(),
            title: title.to_owned(),
            body: String::new(),
        }
    }

    #[test]
    fn shortcuts_come_before_titles() {
        let all =
            [reply("after", "Ask after a viewing"), reply("hello", "First answer"), reply("viewing", "Offer a visit")];
        let found = |query: &str| matching(&all, query).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(found(""), [0, 1, 2]);
        assert_eq!(found("/View"), [2, 0]);
        assert_eq!(found("answer first"), [1]);
        assert!(found("zzz").is_empty());
    }
}
