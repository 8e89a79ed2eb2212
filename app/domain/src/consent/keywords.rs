//! The words by which a person says stop, start or help (consent contract, keyword table and R-T2 to R-T10).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What an incoming text asks for, before anything else looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    Stop,
    Start,
    Help,
}

/// Whole messages that mean stop.
const STOP: &[&str] = &[
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "unsub",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "remove",
    "arret",
    "arrete",
    "parar",
    "alto",
    "detener",
    "baja",
    "cancelar",
    "stopp",
    "abmelden",
    "td",
];

/// Whole messages that mean start. `yes` is none: alone it must not re-subscribe (R-T9's table).
const START: &[&str] = &["start", "unstop", "subscribe", "optin", "opt in"];

const HELP: &[&str] = &["help", "info", "aide", "ayuda"];

/// Said before a stop word without changing it: «please stop», «ok stop».
const POLITE_BEFORE: &[&str] = &["please", "pls", "ok", "okay", "hi", "hello", "just", "bitte"];

/// Said after a stop word without changing it: «stop please», «unsubscribe me».
const POLITE_AFTER: &[&str] =
    &["please", "pls", "now", "me", "it", "this", "thanks", "thank you", "bitte", "messages", "texts", "messaging"];

/// Phrases that mean stop when a sentence is one of them or begins or ends with one.
const PHRASES: &[&str] = &[
    "stop texting",
    "stop messaging",
    "stop calling",
    "stop sending",
    "stop writing",
    "stop contacting",
    "remove me",
    "take me off",
    "no more texts",
    "no more messages",
    "dont text me",
    "do not text me",
    "dont message me",
    "do not message me",
    "dont contact me",
    "do not contact me",
    "leave me alone",
    "wrong number",
    "not interested stop",
    "please stop",
    "no mas",
    "opt me out",
    "i want to opt out",
    "unsubscribe me",
    "i revoke my consent",
    "i revoke consent",
    "end messages",
    "end texts",
    "cancel messages",
    "cancel texts",
    "quit texting",
    "quit messaging",
];

/// Words after a phrase that turn it into something else: «please stop by», «wrong number of rooms».
const FALSE_FRIENDS: &[&str] = &[
    "please stop by",
    "please stop at",
    "please stop over",
    "wrong number of",
    "wrong number on",
    "remove me from the viewing",
    "take me off hold",
    "remove me as",
];

/// Longer texts are conversation: no opt-out phrase is looked for beyond this many words.
const MAX_WORDS: usize = 12;

/// What `text` asks for. Matching folds case, accents, width, punctuation, quotes and emoji, looks at the whole
/// message first and at phrases second.
pub fn classify(text: &str) -> Option<Keyword> {
    let words = fold(text);
    let whole = words.as_str();
    if whole.is_empty() {
        return None;
    }
    if START.contains(&whole) {
        return Some(Keyword::Start);
    }
    if HELP.contains(&whole) {
        return Some(Keyword::Help);
    }
    (is_stop_word(whole) || is_stop_phrase(whole)).then_some(Keyword::Stop)
}

/// A stop word alone, repeated («stop stop stop»), or between polite words.
fn is_stop_word(whole: &str) -> bool {
    let mut core = whole;
    while let Some(rest) = POLITE_BEFORE.iter().find_map(|word| core.strip_prefix(word)?.strip_prefix(' ')) {
        core = rest;
    }
    while let Some(rest) = POLITE_AFTER.iter().find_map(|word| core.strip_suffix(word)?.strip_suffix(' ')) {
        core = rest;
    }
    STOP.contains(&core) || is_repeated_stop(core)
}

fn is_repeated_stop(core: &str) -> bool {
    let mut words = core.split(' ');
    words.next().is_some_and(|first| STOP.contains(&first) && words.all(|word| word == first))
}

fn is_stop_phrase(whole: &str) -> bool {
    if whole.split(' ').count() > MAX_WORDS || FALSE_FRIENDS.iter().any(|friend| whole.contains(friend)) {
        return false;
    }
    PHRASES.iter().any(|phrase| contains_words(whole, phrase))
}

fn contains_words(whole: &str, phrase: &str) -> bool {
    let padded = format!(" {whole} ");
    padded.contains(&format!(" {phrase} "))
}

/// Lower case, compatibility forms and accents folded, apostrophes dropped, everything else that is no letter
/// or digit a space, spaces single.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '‘' | '`' | '´' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_stop_word_of_the_table_stops() {
        for word in [
            "STOP",
            "STOPALL",
            "STOP ALL",
            "UNSUBSCRIBE",
            "UNSUB",
            "CANCEL",
            "END",
            "QUIT",
            "REVOKE",
            "OPTOUT",
            "OPT OUT",
            "OPT-OUT",
            "REMOVE",
            "ARRET",
            "ARRÊT",
            "ARRETE",
            "PARAR",
            "ALTO",
            "DETENER",
            "BAJA",
            "CANCELAR",
            "STOPP",
            "ABMELDEN",
            "TD",
        ] {
            assert_eq!(classify(word), Some(Keyword::Stop), "{word}");
        }
    }

    #[test]
    fn dressed_up_stops_stop_too() {
        for text in [
            "stop",
            " Stop! ",
            "“STOP”",
            "🛑 stop 🛑",
            "ＳＴＯＰ",
            "Stop.",
            "STOP STOP STOP",
            "please stop",
            "Stop please!!",
            "ok stop",
            "stop it",
            "Stop texting me",
            "don't text me",
            "Don’t text me anymore",
            "remove me from your list",
            "take me off your list",
            "no more texts please",
            "leave me alone",
            "Wrong number",
            "not interested, stop",
            "please stop messaging me",
            "no más",
            "I want to opt out",
            "unsubscribe me please",
            "stop messaging me now",
            "You have the wrong number",
            "cancel messages",
        ] {
            assert_eq!(classify(text), Some(Keyword::Stop), "{text}");
        }
    }

    #[test]
    fn false_friends_do_not_stop() {
        for text in [
            "can't stop loving it",
            "how do I cancel my order",
            "the bus stop",
            "end of day?",
            "is it near the bus stop?",
            "please stop by at five",
            "I quit my job, can I still rent?",
            "When does the lease end?",
            "remove the sofa please",
            "YES",
            "yes please",
            "wrong number of rooms in the listing",
            "",
            "👍",
            "Could we cancel Saturday and do Sunday?",
            "How do I unsubscribe my old flat from the utility?",
            "stopping by tomorrow",
            "trend",
            "endless",
        ] {
            assert_eq!(classify(text), None, "{text}");
        }
    }

    #[test]
    fn start_and_help_are_whole_messages() {
        assert_eq!(classify("Start"), Some(Keyword::Start));
        assert_eq!(classify("UNSTOP"), Some(Keyword::Start));
        assert_eq!(classify("opt-in"), Some(Keyword::Start));
        assert_eq!(classify("HELP!"), Some(Keyword::Help));
        assert_eq!(classify("help me find a flat"), None);
        assert_eq!(classify("when can I start?"), None);
    }

    proptest! {
        #[test]
        fn case_and_dressing_never_save_a_stop_word(
            word in prop::sample::select(STOP.to_vec()),
            upper in any::<bool>(),
            before in "[ .!\"'*🛑]{0,4}",
            after in "[ .!?\"*🛑]{0,4}",
        ) {
            let word = if upper { word.to_uppercase() } else { word.to_owned() };
            let text = format!("{before}{word}{after}");
            prop_assert_eq!(classify(&text), Some(Keyword::Stop));
        }

        #[test]
        fn no_text_crashes_it(text in any::<String>()) {
            let _ = classify(&text);
        }
    }
}
