use super::super::{Link, Occasion, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::*;

const EVIL: &str = "<script>alert('x')</script> & \"co\"";
const URL: &str = "https://crm.example/join?token=a&next=%2Fteam";

fn every_kind() -> Vec<Kind> {
    let at = "2026-11-22T12:05:00Z".parse().unwrap();
    let name = EVIL.to_owned();
    let link = Link { url: URL.to_owned(), until: at };
    let occasion = Occasion { at, device: Some(EVIL.to_owned()) };
    let page = URL.to_owned();
    let second_factor = |change| Kind::SecondFactorChanged {
        name: name.clone(),
        change,
        occasion: occasion.clone(),
        security: page.clone(),
    };
    let passkey = |change| Kind::PasskeyChanged {
        name: name.clone(),
        change,
        passkey: EVIL.to_owned(),
        occasion: occasion.clone(),
        security: page.clone(),
    };
    let codes =
        |what| Kind::RecoveryCodes { name: name.clone(), what, occasion: occasion.clone(), security: page.clone() };
    let power = |power| Kind::PowerGiven {
        name: name.clone(),
        member: EVIL.into(),
        power,
        giver: EVIL.into(),
        workspace: EVIL.into(),
        occasion: occasion.clone(),
        team: page.clone(),
    };
    let linked = |joined| Kind::SingleSignOnLinked {
        name: name.clone(),
        workspace: EVIL.into(),
        joined,
        occasion: occasion.clone(),
        security: URL.to_owned(),
    };
    let waiting = |count| Kind::Waiting {
        name: name.clone(),
        workspace: EVIL.into(),
        count,
        inbox: page.clone(),
        choices: "https://crm.example/choices".into(),
    };
    vec![
        Kind::VerifyEmail { link: link.clone() },
        Kind::AlreadyRegistered { sign_in: page.clone() },
        Kind::ResetPassword { name: name.clone(), link: link.clone() },
        Kind::PasswordChanged { name: name.clone(), occasion: occasion.clone(), reset: page.clone() },
        Kind::EmailChangeOld { name: name.clone(), new_address: "new@parley.example".into(), link: link.clone() },
        Kind::EmailChangeNew { name: name.clone(), link: link.clone() },
        Kind::EmailChanged {
            name: name.clone(),
            new_address: "new@parley.example".into(),
            occasion: occasion.clone(),
            security: page.clone(),
        },
        Kind::EmailChangeRefused {
            name: name.clone(),
            new_address: "new@parley.example".into(),
            occasion: occasion.clone(),
            reset: page.clone(),
        },
        Kind::NewDevice { name: name.clone(), occasion: occasion.clone(), security: page.clone() },
        second_factor(SecondFactorChange::TurnedOn),
        second_factor(SecondFactorChange::TurnedOff),
        second_factor(SecondFactorChange::Replaced),
        passkey(PasskeyChange::Added),
        passkey(PasskeyChange::Removed),
        codes(RecoveryCodes::Made),
        codes(RecoveryCodes::Used { left: 0 }),
        codes(RecoveryCodes::Used { left: 1 }),
        codes(RecoveryCodes::Used { left: 7 }),
        Kind::Invitation { inviter: EVIL.into(), workspace: EVIL.into(), link: link.clone() },
        Kind::InvitationAccepted {
            name: name.clone(),
            member: EVIL.into(),
            workspace: EVIL.into(),
            team: page.clone(),
        },
        Kind::OwnershipOffered { name: name.clone(), owner: EVIL.into(), workspace: EVIL.into(), link },
        linked(false),
        linked(true),
        Kind::Deactivated { name: name.clone(), workspace: EVIL.into() },
        Kind::Reactivated { name: name.clone(), workspace: EVIL.into(), inbox: page.clone() },
        Kind::SignedOut {
            name: name.clone(),
            workspace: EVIL.into(),
            occasion: occasion.clone(),
            security: URL.to_owned(),
        },
        Kind::ApiKeyMade {
            name: name.clone(),
            key: EVIL.into(),
            maker: EVIL.into(),
            workspace: EVIL.into(),
            occasion: occasion.clone(),
            keys: page.clone(),
        },
        power(Power::Admin),
        power(Power::Owner),
        Kind::MasterKeyRotated { name: name.clone(), occasion: occasion.clone() },
        waiting(1),
        waiting(12),
    ]
}

/// What a reader of the HTML sees, as words.
fn seen(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut text = String::new();
    let mut inside = true;
    for letter in body.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    squeezed(&unescaped(&text))
}

fn unescaped(text: &str) -> String {
    let pairs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    pairs.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn both_forms_say_the_same_and_carry_the_same_link() {
    for kind in every_kind() {
        let rendered = render(Language::English, &kind).unwrap();
        let (words, frame) = words(Language::English, &kind);
        let (html, text) = (seen(&rendered.html), squeezed(&rendered.text));
        let said = words.paragraphs.iter().chain(&words.notes).chain(words.facts.iter().map(|fact| &fact.value));
        for line in said.chain([&words.greeting, &frame.footer.to_owned()]) {
            assert!(html.contains(&squeezed(line)), "{kind:?}: {line} is not in {html}");
            assert!(text.contains(&squeezed(line)), "{kind:?}: {line} is not in {text}");
        }
        if let Some(button) = words.button {
            let href = format!("href=\"{}\"", button.url.replace('&', "&#38;"));
            assert_eq!(rendered.html.matches(&href).count(), 2, "{kind:?}");
            assert!(rendered.text.lines().any(|line| line == button.url), "{kind:?}: {}", rendered.text);
        }
        assert!(!rendered.subject.is_empty() && !rendered.subject.contains('\n'));
    }
}

#[test]
fn names_are_escaped_in_html_and_left_alone_in_text() {
    for kind in every_kind() {
        let rendered = render(Language::English, &kind).unwrap();
        for bad in ["<script", "alert('", "\"co\""] {
            assert!(!rendered.html.contains(bad), "{kind:?}: {bad}");
        }
        assert!(!rendered.text.contains("&#"), "{kind:?}: {}", rendered.text);
    }
    let kind = Kind::Deactivated { name: EVIL.into(), workspace: "W".into() };
    let rendered = render(Language::English, &kind).unwrap();
    assert!(rendered.html.contains("&#60;script&#62;alert("));
    assert!(rendered.text.starts_with("Hello <script>alert("));
}

#[test]
fn a_mail_fetches_nothing() {
    for kind in every_kind() {
        let html = render(Language::English, &kind).unwrap().html;
        for tag in ["<img", "<link", "<script", "@import", "url(", "background=", "<iframe", "<form"] {
            assert!(!html.contains(tag), "{kind:?}: {tag}");
        }
    }
}

#[test]
fn the_text_has_one_blank_line_between_parts_and_ends_with_one_line_break() {
    for kind in every_kind() {
        let text = render(Language::English, &kind).unwrap().text;
        assert!(!text.contains("\n\n\n"), "{kind:?}: {text}");
        assert!(!text.starts_with('\n') && text.trim_end().len() + 1 >= text.len(), "{text:?}");
    }
}

#[test]
fn a_mail_as_text() {
    let until = "2026-11-23T12:00:00Z".parse().unwrap();
    let kind = Kind::ResetPassword { name: "Ada".into(), link: Link { url: "https://crm.example/r/1".into(), until } };
    let expected = "\
Hello Ada,

Somebody, probably you, asked for a new password for your account.

Choose a new password:
https://crm.example/r/1

The link works until 23 November 2026 at 12:00 UTC.

If you did not ask, ignore this mail. Your password stays as it is.

-- \n\
Parley sent this mail by itself. Answers to it are not read.";
    assert_eq!(render(Language::English, &kind).unwrap().text.trim_end(), expected);
}
