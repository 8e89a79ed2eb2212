//! Passwords: hashed off the async threads and few at once, and never a common one.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::Error;
use domain::accounts::NewPassword;
use tokio::sync::Semaphore;

use crate::fault::{Fault, Outcome};
use crate::secret;

/// Password hashes computed at once: each takes 19 MiB, so a flood of sign-ins cannot take the memory.
static HASHING: Semaphore = Semaphore::const_new(4);
/// A hash with today's parameters, verified for unknown addresses so that they take as long as known ones. Written out,
/// so that not even the first of them pays for making it.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$H/6ep+C9XYzw/tZizogOTA$vBeAV96mhL7ZFWMLkinNSNI09feYVPvTtYugUPbev7Y";
/// The 10,000 most frequent leaked passwords that are long enough to be chosen here, sorted, in small letters. From the
/// list of the SecLists project (`10-million-password-list-top-1000000`, MIT).
const LEAKED: &str = include_str!("leaked-passwords.txt");
/// What people write when they are asked for a password here: names of what this is.
const OWN_WORDS: &[&str] = &["parley", "whatsapp"];
/// Fewer guesses than this find a password made of little but frequent words, names, dates and rows of keys.
const GUESSES: f64 = 1e6;

/// Hashes a new password, unless it is one of the first that anybody would try. `about` is what is known of the
/// person: their own name is no secret.
///
/// # Errors
/// `Invalid` under `field` for a common password, and for one that is little but what is known.
pub(crate) async fn hash_new(password: &NewPassword, about: &[&str], field: &'static str) -> Outcome<String> {
    let password = password.as_str().to_owned();
    let about: Vec<String> = about.iter().flat_map(|text| guesses_from(text)).collect();
    blocking(move || {
        if let Some(advice) = too_easy(&password, &about) {
            return Err(Error::invalid(field, advice).into());
        }
        secret::hash_password(&password)
    })
    .await?
}

/// Hashes a password that is in use already, with today's parameters.
pub(crate) async fn hash_again(password: &str) -> Outcome<String> {
    let password = password.to_owned();
    blocking(move || secret::hash_password(&password)).await?
}

/// Whether `password` is the one behind `stored`; without a stored one it takes as long and is not.
pub(crate) async fn verify(password: &str, stored: Option<String>) -> Outcome<bool> {
    let password = password.to_owned();
    blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DECOY.to_owned());
        secret::verify_password(&password, &stored) && known
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let turn = HASHING.acquire().await.map_err(|_| Fault::internal("hashing is closed"))?;
    let work = move || {
        // Held by the work, not by who waits for it: hashing goes on after a browser has hung up.
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Fault::internal("hashing"))
}

/// What somebody who knows this would try: its words, all of them as one, and the same for each side of an address.
fn guesses_from(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
    words.chain(text.split('@')).chain([text]).map(letters).collect()
}

/// Small, and without what stands between words.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether little is left of it without the names of this place, the person and their business: not enough of its own.
fn is_named_after(password: &str, about: &[String]) -> bool {
    const OWN: usize = 6;
    let password = letters(password);
    let names = about.iter().map(String::as_str).chain(OWN_WORDS.iter().copied());
    let mut names: Vec<&str> = names.filter(|name| name.len() > 3).collect();
    // The longest first: without its words it would no longer be found as a whole.
    names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
    let rest = names.iter().fold(password.clone(), |rest, name| rest.replace(name, ""));
    rest.len() < password.len() && rest.chars().count() < OWN
}

fn is_leaked(password: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| LEAKED.lines().collect());
    KNOWN.contains(password.to_lowercase().as_str())
}

/// What to do instead of a password that is one of the first to be tried.
fn too_easy(password: &str, about: &[String]) -> Option<&'static str> {
    if is_named_after(password, about) {
        return Some("This is little more than a name or an address, so it is guessed first. Choose another one.");
    }
    is_common(password, about).then_some("Many people use this password, so it is guessed first. Choose another one.")
}

fn is_common(password: &str, about: &[String]) -> bool {
    if is_leaked(password) {
        return true;
    }
    // The estimate takes long for long inputs, and long ones are not on any list.
    let start: String = password.chars().take(64).collect();
    let about: Vec<&str> = about.iter().map(String::as_str).chain(OWN_WORDS.iter().copied()).collect();
    zxcvbn::zxcvbn(&start, &about).guesses() < GUESSES as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[test]
    fn the_decoy_costs_what_a_stored_password_costs() {
        let params = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        let stored = secret::hash_password("seven brown otters").unwrap();
        assert_eq!(params(DECOY), params(&stored));
        assert!(!secret::is_outdated(DECOY) && !secret::is_outdated(&stored));
        assert!(secret::is_outdated(&DECOY.replace("m=19456", "m=9216")));
    }

    #[tokio::test]
    async fn a_flood_hashes_few_at_once_even_when_nobody_waits_for_it() {
        let (now, peak, done) =
            (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let mut flood = Vec::new();
        for _ in 0..48 {
            let (now, peak, done) = (Arc::clone(&now), Arc::clone(&peak), Arc::clone(&done));
            flood.push(tokio::spawn(blocking(move || {
                peak.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                let _ = secret::hash_password("seven brown otters");
                now.fetch_sub(1, SeqCst);
                done.fetch_add(1, SeqCst);
            })));
            // Every other browser hangs up as soon as its hash has begun.
            tokio::task::yield_now().await;
        }
        while done.load(SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        for (n, request) in flood.into_iter().enumerate() {
            if n % 2 == 0 {
                request.abort();
            } else {
                request.await.unwrap().unwrap();
            }
        }
        assert!((1..=4).contains(&peak.load(SeqCst)), "{peak:?} at once");
    }

    #[test]
    fn every_leaked_password_is_refused_in_any_case() {
        let leaked: Vec<&str> = LEAKED.lines().collect();
        assert!(
            leaked.len() >= 3000 && leaked.iter().all(|word| word.chars().count() >= domain::accounts::PASSWORD_MIN)
        );
        for password in leaked {
            assert!(is_leaked(password) && is_leaked(&password.to_uppercase()), "{password}");
        }
    }

    #[test]
    fn names_of_the_place_and_the_person_make_no_password() {
        let about =
            [guesses_from("Ada Lovelace"), guesses_from("ada@fieldestates.example"), guesses_from("Field Estates")];
        let about = about.concat();
        for own in ["parley1234", "Parley2026!", "whatsapp2026", "fieldestates", "FieldEstates1", "ada.lovelace1"] {
            assert!(is_named_after(own, &about), "{own}");
        }
    }

    #[test]
    fn one_s_own_address_makes_no_password() {
        for (address, own) in [
            ("olga-mf3k1@people.example", "olga-mf3k1@people.example"),
            ("jo.li@my-hq.co", "Jo.Li@My-HQ.co"),
            ("jo.li@my-hq.co", "jo.li@my-hq.co!"),
            ("jo.li@my-hq.co", "jolimyhqco2026"),
            ("b.o.q.s.t@example.com", "b.o.q.s.t!!!"),
            ("margarethe@example.com", "MARGARETHE"),
            ("margarethe@example.com", "1margarethe!"),
            ("anna.k.berg@example.com", "anna-k-berg-99"),
        ] {
            assert!(is_named_after(own, &guesses_from(address)), "{own}");
        }
        for fine in ["margarethe likes otters", "seven brown otters"] {
            assert_eq!(too_easy(fine, &guesses_from("margarethe@example.com")), None, "{fine}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        let about = [guesses_from("Ada Lovelace"), guesses_from("ada@fieldestates.example")].concat();
        for common in
            ["password123", "1234567890", "qwertyuiop", "iloveyou12", "aaaaaaaaaaaa", "adalovelace", "Passw0rd12"]
        {
            assert!(too_easy(common, &about).is_some(), "{common}");
        }
        for fine in ["correct horse battery", "harbour-demo", "seven brown otters", "bK4!xq9_vT2m"] {
            assert_eq!(too_easy(fine, &about), None, "{fine}");
        }
        assert_eq!(too_easy(&"word ".repeat(5000), &about), None, "and it answers soon");
    }
}
