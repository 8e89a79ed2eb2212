//! Names in mails. People choose them freely and mails go to strangers.

use domain::accounts::visible;

use super::super::{Kind, Language};

/// The mail with its names as a language shows them.
pub(super) fn shown(kind: &Kind, language: Language) -> Kind {
    let mut kind = kind.clone();
    for name in names(&mut kind) {
        *name = within(language, &plain(name));
    }
    if let Some(address) = address(&mut kind) {
        *address = within(language, &address.replace(char::is_control, ""));
    }
    kind
}

/// Everything in a mail that somebody named.
fn names(kind: &mut Kind) -> Vec<&mut String> {
    match kind {
        Kind::VerifyEmail { .. } | Kind::AlreadyRegistered { .. } => vec![],
        Kind::ResetPassword { name, .. }
        | Kind::PasswordChanged { name, .. }
        | Kind::EmailChangeOld { name, .. }
        | Kind::EmailChangeNew { name, .. }
        | Kind::EmailChanged { name, .. }
        | Kind::EmailChangeRefused { name, .. }
        | Kind::NewDevice { name, .. }
        | Kind::SecondFactorChanged { name, .. }
        | Kind::RecoveryCodes { name, .. }
        | Kind::MasterKeyRotated { name, .. } => vec![name],
        Kind::PasskeyChanged { name, passkey, .. } => vec![name, passkey],
        Kind::Invitation { inviter, workspace, .. } => vec![inviter, workspace],
        Kind::InvitationAccepted { name, member, workspace, .. } => vec![name, member, workspace],
        Kind::OwnershipOffered { name, owner, workspace, .. } => vec![name, owner, workspace],
        Kind::SingleSignOnLinked { name, workspace, .. }
        | Kind::Deactivated { name, workspace }
        | Kind::Reactivated { name, workspace, .. }
        | Kind::SignedOut { name, workspace, .. }
        | Kind::Waiting { name, workspace, .. } => vec![name, workspace],
        Kind::ApiKeyMade { name, key, maker, workspace, .. } => {
            [name, key, workspace].into_iter().chain(maker.as_mut()).collect()
        }
        Kind::PowerGiven { name, member, giver, workspace, .. } => vec![name, member, giver, workspace],
    }
}

/// It was parsed as an address, so it has no spaces or line breaks to lose, and it is meant to be whole.
fn address(kind: &mut Kind) -> Option<&mut String> {
    match kind {
        Kind::EmailChangeOld { new_address, .. }
        | Kind::EmailChanged { new_address, .. }
        | Kind::EmailChangeRefused { new_address, .. } => Some(new_address),
        _ => None,
    }
}

/// A name as mails show it: one line of modest length, without characters that hide or turn text around, and without
/// anything that a mail program would make a link of.
pub(super) fn plain(name: &str) -> String {
    const LONGEST: usize = 60;
    let line = visible(name).replace(char::is_control, " ");
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    unlinked(&short)
}

/// Puts a space of no width after dots within words and before slashes, so that `shop.example` stays text.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(letter);
        let inside = letters.peek().is_some_and(|next| !next.is_whitespace());
        if matches!(letter, '.' | ':' | '@' | '/') && inside {
            out.push('\u{200b}');
        }
    }
    out
}

/// A name in a sentence. Where one of the two runs from right to left, marks (first strong isolate, and its end) keep the
/// name and the words around it in their own order.
pub(super) fn within(language: Language, name: &str) -> String {
    let turns = language.runs_left() || name.chars().any(runs_left);
    if turns && !name.is_empty() { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// The blocks of scripts that run from right to left (Unicode, `DerivedBidiClass.txt`).
fn runs_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line_and_no_link() {
        assert_eq!(plain("  Ada\r\nBcc: x\u{202e} Lovelace\0 "), "Ada Bcc: x Lovelace");
        assert_eq!(plain("Harbour & Hill Inc."), "Harbour & Hill Inc.");
        assert_eq!(
            plain("Win at https://shop.example now"),
            "Win at https:\u{200b}/\u{200b}/\u{200b}shop.\u{200b}example now"
        );
        assert_eq!(plain(&"long ".repeat(40)).chars().count(), 61);
        assert_eq!(plain("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn a_name_is_set_apart_where_it_or_the_words_around_it_run_from_right_to_left() {
        assert_eq!(within(Language::German, "Zoë"), "Zoë");
        assert_eq!(within(Language::German, "ليلى 7"), "\u{2068}ليلى 7\u{2069}");
        assert_eq!(within(Language::English, "דנה"), "\u{2068}דנה\u{2069}");
        assert_eq!(within(Language::Arabic, "Zoë"), "\u{2068}Zoë\u{2069}");
        assert_eq!(within(Language::Arabic, ""), "");
    }
}
