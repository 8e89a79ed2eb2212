//! A person's picture, or their initials on a tone that stays theirs.

use crate::view;
use leptos::prelude::*;

/// Decorative: the name stands beside it or in its title.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// The hash of a member's picture. The initials stay below it, for as long as it is on its way.
    #[prop(optional_no_strip)]
    picture: Option<String>,
    #[prop(optional)] small: bool,
) -> impl IntoView {
    let size = if small { 64 } else { 256 };
    let picture = picture.map(|hash| view! { <img src=format!("/pictures/{hash}/{size}") alt="" /> });
    let class = format!("avatar tone-{}{}", tone(&name), if small { " avatar-small" } else { "" });
    view! {
        <span class=class title=name.clone() aria-hidden="true">
            {initials(&name)}
            {picture}
        </span>
    }
}

/// First letters of the first and the last word, as written (the style sheet capitalises); a person without a name (a masked number) gets `#`.
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    match (letters.next(), letters.next_back()) {
        (Some(first), Some(last)) => [first, last].iter().collect(),
        (Some(first), None) => first.to_string(),
        _ => "#".to_owned(),
    }
}

/// FNV-1a, because it is the same on both sides and tomorrow.
fn tone(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Ada"), "A");
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("+14 ••• 11"), "#");
    }
}
