use super::super::samples::every_kind;
use super::super::{Link, Occasion};
use super::*;

const EVIL: &str = "<script>alert('x')</script> & \"co\"";

fn every_mail() -> impl Iterator<Item = (Language, Kind)> {
    let mails = |language| every_kind(|_| EVIL.to_owned()).into_iter().map(move |kind| (language, kind));
    Language::ALL.into_iter().flat_map(mails)
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
    for (language, kind) in every_mail() {
        let rendered = render(language, &kind).unwrap();
        let (words, frame) = words(language, &kind);
        let (html, text) = (seen(&rendered.html), squeezed(&rendered.text));
        let said = words.paragraphs.iter().chain(&words.notes).chain(words.facts.iter().map(|fact| &fact.value));
        for line in said.chain([&words.greeting, &frame.footer.to_owned()]) {
            assert!(html.contains(&squeezed(line)), "{language:?} {kind:?}: {line} is not in {html}");
            assert!(text.contains(&squeezed(line)), "{language:?} {kind:?}: {line} is not in {text}");
        }
        if let Some(button) = words.button {
            let href = format!("href=\"{}\"", button.url.replace('&', "&#38;"));
            assert_eq!(rendered.html.matches(&href).count(), 2, "{language:?} {kind:?}");
            assert!(rendered.text.lines().any(|line| line == button.url), "{language:?} {kind:?}: {}", rendered.text);
        }
        assert!(!rendered.subject.is_empty() && !rendered.subject.contains('\n'));
    }
}

#[test]
fn names_are_escaped_in_html_and_left_alone_in_text() {
    for (language, kind) in every_mail() {
        let rendered = render(language, &kind).unwrap();
        for bad in ["<script", "alert('", "\"co\""] {
            assert!(!rendered.html.contains(bad), "{language:?} {kind:?}: {bad}");
        }
        assert!(!rendered.text.contains("&#"), "{language:?} {kind:?}: {}", rendered.text);
    }
    let kind = Kind::Deactivated { name: EVIL.into(), workspace: "W".into() };
    let rendered = render(Language::English, &kind).unwrap();
    assert!(rendered.html.contains("&#60;script&#62;alert("));
    assert!(rendered.text.starts_with("Hello <script>alert("));
}

#[test]
fn a_mail_fetches_nothing() {
    for (language, kind) in every_mail() {
        let html = render(language, &kind).unwrap().html;
        for tag in ["<img", "<link", "<script", "@import", "url(", "background=", "<iframe", "<form"] {
            assert!(!html.contains(tag), "{language:?} {kind:?}: {tag}");
        }
    }
}

#[test]
fn the_text_has_one_blank_line_between_parts_and_ends_with_one_line_break() {
    for (language, kind) in every_mail() {
        let text = render(language, &kind).unwrap().text;
        assert!(!text.contains("\n\n\n"), "{language:?} {kind:?}: {text}");
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

#[test]
fn a_mail_as_text_in_a_language_that_runs_left() {
    let occasion = Occasion {
        at: "2026-11-22T12:05:00Z".parse().unwrap(),
        device: Some("Firefox on Linux".into()),
        network: Some("IPv6 2001:db8:1:…".into()),
    };
    let kind =
        Kind::PasswordChanged {
            name: "Zoë (2)".into(), occasion, reset: "https://crm.example/forgot-password".into()
        };
    let expected = "\
مرحبًا \u{2068}Zoë (2)\u{2069}،

تم تغيير كلمة مرور حسابك.

إذا كنت أنت من فعل ذلك، فليس عليك فعل شيء. وإلا فاختر كلمة مرور جديدة فورًا.

الوقت: 22 نوفمبر 2026، الساعة 12:05 UTC
الجهاز: \u{2068}Firefox\u{2069} على \u{2068}Linux\u{2069} (\u{2068}IPv6 2001:\u{200b}db8:\u{200b}1:\u{200b}…\u{2069})

اختيار كلمة مرور جديدة:
https://crm.example/forgot-password

-- \n\
أُرسلت هذه الرسالة تلقائيًا من Parley، ولا تُقرأ الردود عليها.";
    assert_eq!(render(Language::Arabic, &kind).unwrap().text.trim_end(), expected);
}

/// Mail programs drop what is around the body, so the table within says it too.
#[test]
fn a_mail_says_its_language_and_begins_its_lines_on_their_side() {
    for (language, kind) in every_mail() {
        let html = render(language, &kind).unwrap().html;
        let (direction, start, other) =
            if language == Language::Arabic { ("rtl", "right", "left") } else { ("ltr", "left", "right") };
        let said = format!("lang=\"{}\" dir=\"{direction}\"", language.tag());
        assert_eq!(html.matches(&said).count(), 2, "{language:?} {kind:?}");
        assert!(html.contains(&format!("text-align:{start};")) && html.contains(&format!("align=\"{start}\"")));
        assert!(!html.contains(&format!("align=\"{other}\"")), "{language:?} {kind:?}");
        assert!(!html.contains(&format!("padding-{start}")), "{language:?} {kind:?}: the gap is after a label");
        let urls = html.matches("<a class=\"link\" dir=\"ltr\"").count();
        assert_eq!(urls, html.matches("<br>").count(), "{language:?} {kind:?}: an address runs right");
    }
}
