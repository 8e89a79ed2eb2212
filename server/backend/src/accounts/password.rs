//! Passwords: hashed off the async threads and few at once, and never a common one.

use std::sync::OnceLock;

use domain::Error;
use domain::accounts::NewPassword;
use tokio::sync::Semaphore;

use crate::fault::{Fault, Outcome};
use crate::secret;

/// Password hashes computed at once: each takes 19 MiB, so a flood of sign-ins cannot take the memory.
static HASHING: Semaphore = Semaphore::const_new(4);
/// Fewer guesses than this find a password on the embedded lists of leaked ones, or one made of little else.
const GUESSES: f64 = 1e6;

/// Hashes a new password, unless it is one of the first that anybody would try. `about` is what is known of the
/// person: their own name is no secret.
///
/// # Errors
/// `Invalid` under `field` for a common password.
pub(crate) async fn hash_new(password: &NewPassword, about: &[&str], field: &'static str) -> Outcome<String> {
    let password = password.as_str().to_owned();
    let about: Vec<String> = about.iter().flat_map(|text| guesses_from(text)).collect();
    blocking(move || {
        if is_common(&password, &about) {
            let advice = "Many people use this password, so it is guessed first. Choose another one.";
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
        let stored = stored.unwrap_or_else(|| decoy().to_owned());
        secret::verify_password(&password, &stored) && known
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let _turn = HASHING.acquire().await.map_err(|_| Fault::internal("hashing is closed"))?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Fault::internal("hashing"))
}

/// A hash that no password fits, verified for unknown addresses so that they take as long as known ones.
fn decoy() -> &'static str {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| secret::hash_password("no one has this password").unwrap_or_default())
}

/// What somebody who knows this would try: its words, and all of them as one.
fn guesses_from(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
    let mut guesses: Vec<String> = words.map(str::to_lowercase).collect();
    guesses.push(guesses.concat());
    guesses
}

fn is_common(password: &str, about: &[String]) -> bool {
    // The estimate takes long for long inputs, and long ones are not on any list.
    let start: String = password.chars().take(64).collect();
    let about: Vec<&str> = about.iter().map(String::as_str).chain(["parley", "whatsapp"]).collect();
    zxcvbn::zxcvbn(&start, &about).guesses() < GUESSES as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        let about = [guesses_from("Ada Lovelace"), guesses_from("ada@fieldestates.example")].concat();
        for common in
            ["password123", "1234567890", "qwertyuiop", "iloveyou12", "aaaaaaaaaaaa", "adalovelace", "Passw0rd12"]
        {
            assert!(is_common(common, &about), "{common}");
        }
        for fine in ["correct horse battery", "harbour-demo", "seven brown otters", "bK4!xq9_vT2m"] {
            assert!(!is_common(fine, &about), "{fine}");
        }
        assert!(!is_common(&"word ".repeat(5000), &about), "and it answers soon");
    }
}
