use std::collections::BTreeSet;

use super::super::samples::{ADDRESS, URL, every_kind};
use super::super::{Link, RecoveryCodes};
use super::*;

/// Names that can be told from each other and from all other words.
fn marked() -> Vec<Kind> {
    every_kind(|what| format!("⟦{what}⟧"))
}

impl Words {
    /// All that is said of what happened, without what every mail says.
    fn sentences(&self) -> impl Iterator<Item = &str> {
        let subject = std::iter::once(&self.subject);
        subject.chain(&self.paragraphs).chain(&self.notes).map(String::as_str)
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        let buttons = self.button.iter().chain(&self.end).map(|button| button.label);
        buttons.chain(self.facts.iter().map(|fact| fact.label))
    }
}

fn said(language: Language, kind: &Kind) -> Words {
    words(language, kind).0
}

/// The marked names in what is said, and the address.
fn names_in(words: &Words) -> BTreeSet<String> {
    let all = words.sentences().chain([words.greeting.as_str()]).chain(words.facts.iter().map(|fact| &*fact.value));
    let text = all.collect::<Vec<_>>().join(" ");
    let names = text.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next());
    let address = text.contains(ADDRESS).then_some(ADDRESS);
    names.chain(address).map(str::to_owned).collect()
}

#[test]
fn every_language_says_every_mail_with_all_its_names_and_a_word_on_every_button() {
    for kind in marked() {
        let english = said(Language::English, &kind);
        let named = names_in(&english);
        for language in Language::ALL {
            let words = said(language, &kind);
            assert_eq!(names_in(&words), named, "{language:?} {kind:?}");
            assert_eq!(words.paragraphs.len(), english.paragraphs.len(), "{language:?} {kind:?}");
            assert_eq!(words.notes.len(), english.notes.len(), "{language:?} {kind:?}");
            let texts = words.sentences().chain(words.labels()).chain([words.greeting.as_str()]);
            for text in texts {
                assert_eq!(text.trim(), text, "{language:?} {kind:?}");
                assert!(!text.is_empty() && !text.contains(['{', '}', '\n']), "{language:?} {kind:?}: {text}");
            }
        }
    }
}

#[test]
fn no_two_languages_say_the_same_sentence() {
    for kind in marked() {
        let mut heard = BTreeSet::new();
        for language in Language::ALL {
            let words = said(language, &kind);
            let own: BTreeSet<_> = words.sentences().map(str::to_owned).collect();
            for sentence in own {
                assert!(heard.insert(sentence.clone()), "{language:?} {kind:?} says as another does: {sentence}");
            }
        }
    }
}

#[test]
fn no_other_language_has_an_english_label_greeting_or_frame() {
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let (own, english) = (frame(language), frame(Language::English));
        assert_ne!(own.footer, english.footer, "{language:?}");
        assert_ne!(own.copy_link, english.copy_link, "{language:?}");
        assert_ne!(own.unknown_device, english.unknown_device, "{language:?}");
        assert_ne!(own.hello_stranger, english.hello_stranger, "{language:?}");
        assert_ne!(own.months.map(str::to_lowercase), english.months.map(str::to_lowercase), "{language:?}");
        for kind in marked() {
            let (own, english) = (said(language, &kind), said(Language::English, &kind));
            assert_ne!(own.greeting, english.greeting, "{language:?}");
            for (own, english) in own.labels().zip(english.labels()) {
                assert_ne!(own, english, "{language:?} {kind:?}");
            }
        }
    }
}

#[test]
fn every_name_is_shown_as_one_harmless_line() {
    for kind in every_kind(|what| format!("{what}\r\nBcc:\u{202e} shop.example")) {
        for language in Language::ALL {
            let words = said(language, &kind);
            let facts = words.facts.iter().map(|fact| fact.value.as_str());
            for text in words.sentences().chain([words.greeting.as_str()]).chain(facts) {
                let bad = ["\r", "\n", "\u{202e}", "shop.example"].into_iter().find(|bad| text.contains(bad));
                assert_eq!(bad, None, "{language:?} {kind:?}: {text:?}");
            }
        }
    }
}

fn moment_in(language: Language, at: &str) -> String {
    frame(language).moment(at.parse().unwrap())
}

#[test]
fn dates_are_written_as_each_language_writes_them() {
    for (language, autumn, first) in [
        (Language::English, "22 November 2026 at 12:05 UTC", "1 March 2027 at 00:30 UTC"),
        (Language::German, "22. November 2026 um 12:05 UTC", "1. März 2027 um 00:30 UTC"),
        (Language::Spanish, "22 de noviembre de 2026, 12:05 UTC", "1 de marzo de 2027, 00:30 UTC"),
        (Language::Portuguese, "22 de novembro de 2026 às 12:05 UTC", "1º de março de 2027 às 00:30 UTC"),
        (Language::French, "22 novembre 2026 à 12:05 UTC", "1er mars 2027 à 00:30 UTC"),
        (Language::Arabic, "22 نوفمبر 2026، الساعة 12:05 UTC", "1 مارس 2027، الساعة 00:30 UTC"),
    ] {
        assert_eq!(moment_in(language, "2026-11-22T12:05:59Z"), autumn);
        assert_eq!(moment_in(language, "2027-03-01T00:30:00Z"), first);
        for month in 1..=12 {
            assert!(!moment_in(language, &format!("2026-{month:02}-10T00:00:00Z")).contains("  "), "{language:?}");
        }
        let months: BTreeSet<_> = frame(language).months.into_iter().collect();
        assert_eq!(months.len(), 12, "{language:?}");
    }
}

#[test]
fn the_end_of_a_link_comes_first_among_the_notes() {
    let until = "2026-11-22T12:05:00Z".parse().unwrap();
    let kind = Kind::VerifyEmail { link: Link { url: URL.into(), until } };
    let notes = said(Language::German, &kind).notes;
    assert_eq!(notes.first().unwrap(), "Der Link funktioniert bis zum 22. November 2026 um 12:05 UTC.");
}

/// What a mail about so many messages says first, and what one about so many recovery codes says last.
fn counted(language: Language, count: u32) -> (String, String) {
    let (name, page) = (String::new(), URL.to_owned());
    let waiting = Kind::Waiting {
        name: name.clone(),
        workspace: "Hafen".into(),
        count: count.into(),
        inbox: page.clone(),
        choices: page.clone(),
    };
    let occasion = Occasion { at: "2026-11-22T12:05:00Z".parse().unwrap(), device: None, network: None };
    let codes = Kind::RecoveryCodes { name, what: RecoveryCodes::Used { left: count }, occasion, security: page };
    (said(language, &waiting).subject, said(language, &codes).paragraphs.pop().unwrap())
}

#[test]
fn numbers_take_the_forms_of_their_language() {
    for (language, count, subject, left) in [
        (Language::English, 1, "1 unanswered message waits", "One is left: make new ones soon."),
        (Language::English, 2, "2 unanswered messages wait", "2 are left."),
        (Language::German, 1, "1 unbeantwortete Nachricht wartet", "Es ist noch einer übrig: Erstellen Sie bald neue."),
        (Language::German, 2, "2 unbeantwortete Nachrichten warten", "Es sind noch 2 übrig."),
        (Language::Spanish, 1, "1 mensaje sin responder", "Queda uno: cree otros pronto."),
        (Language::Spanish, 2, "2 mensajes sin responder", "Quedan 2."),
        (Language::Portuguese, 1, "1 mensagem sem resposta espera", "Resta um: crie novos em breve."),
        (Language::Portuguese, 2, "2 mensagens sem resposta esperam", "Restam 2."),
        (Language::French, 1, "1 message sans réponse vous attend", "créez-en bientôt de nouveaux."),
        (Language::French, 2, "2 messages sans réponse vous attendent", "Il en reste 2."),
        (Language::Arabic, 1, "لديك رسالة واحدة بلا رد", "بقي رمز واحد: أنشئ رموزًا جديدة قريبًا."),
        (Language::Arabic, 2, "لديك رسالتان بلا رد", "بقي رمزان."),
        (Language::Arabic, 3, "لديك 3 رسائل بلا رد", "بقيت 3 رموز."),
        (Language::Arabic, 10, "لديك 10 رسائل بلا رد", "بقيت 10 رموز."),
        (Language::Arabic, 11, "لديك 11 رسالة بلا رد", "بقي 11 رمزًا."),
        (Language::Arabic, 99, "لديك 99 رسالة بلا رد", "بقي 99 رمزًا."),
        (Language::Arabic, 100, "لديك 100 رسالة بلا رد", "بقي 100 رمز."),
        (Language::Arabic, 102, "لديك 102 رسالة بلا رد", "بقي 102 رمز."),
        (Language::Arabic, 103, "لديك 103 رسائل بلا رد", "بقيت 103 رموز."),
    ] {
        let (waiting, codes) = counted(language, count);
        assert_eq!(waiting, subject);
        assert!(codes.ends_with(left), "{language:?} {count}: {codes}");
    }
}

#[test]
fn a_device_is_named_in_the_language() {
    let device = |language, words| frame(language).device(language, words);
    assert_eq!(device(Language::German, "Firefox on Linux"), "Firefox unter Linux");
    assert_eq!(device(Language::French, "Safari on iPhone"), "Safari sur iPhone");
    assert_eq!(device(Language::Arabic, "Edge on Windows"), "\u{2068}Edge\u{2069} على \u{2068}Windows\u{2069}");
    assert_eq!(device(Language::Spanish, UNKNOWN_DEVICE), "Dispositivo desconocido");
    assert_eq!(device(Language::English, "Chrome"), "Chrome");
}

/// Whoever made a key by hand is no member with a name.
#[test]
fn the_operator_is_called_so_in_the_language() {
    let operators = marked().into_iter().find(|kind| matches!(kind, Kind::ApiKeyMade { maker: None, .. })).unwrap();
    let begins = |language| said(language, &operators).paragraphs.concat();
    assert!(begins(Language::German).starts_with("Der Betreiber hat den API-Schlüssel „⟦key⟧“ erstellt."));
    assert!(begins(Language::French).starts_with("L’exploitant a créé la clé d’API «\u{a0}⟦key⟧\u{a0}»."));
}

/// Mail programs that guess a line's direction take its first letter, names set apart aside (UAX #9, P2).
#[test]
fn every_line_in_arabic_begins_so_that_its_direction_is_guessed_right() {
    for kind in every_kind(|_| "Zoë".into()) {
        let (words, frame) = words(Language::Arabic, &kind);
        let lines = words.sentences().chain([words.greeting.as_str(), frame.footer, frame.copy_link]);
        for line in lines.chain(words.labels()) {
            let mut depth = 0;
            let first = line.chars().find(|letter| {
                depth += i32::from(*letter == '\u{2068}') - i32::from(*letter == '\u{2069}');
                depth == 0 && letter.is_alphabetic()
            });
            assert!(first.is_some_and(|letter| ('\u{620}'..='\u{64a}').contains(&letter)), "{kind:?}: {line}");
            assert_eq!(line.matches("Zoë").count(), line.matches("\u{2068}Zoë\u{2069}").count(), "{line}");
        }
    }
}
