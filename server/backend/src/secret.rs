//! Tokens and passwords: made, hashed, compared.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::fault::{Fault, Outcome};

/// 32 random bytes for people and programs to hold; only [`hash`] of it is stored.
pub fn token() -> Outcome<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Fault::internal("the system has no randomness"))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A random word for people to copy: `length` characters of 32 that are hard to confuse (Crockford's base 32), 5 bits each.
pub fn word(length: usize) -> Outcome<String> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = vec![0u8; length];
    getrandom::fill(&mut bytes).map_err(|_| Fault::internal("the system has no randomness"))?;
    Ok(bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect())
}

/// A short random word under which the log holds an error's details.
pub fn reference() -> String {
    let mut bytes = [0u8; 6];
    match getrandom::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => "unknown".to_owned(),
    }
}

/// A random key for a search through doubt: uniform in `0..bound`.
pub fn jitter(bound: u64) -> u64 {
    let mut bytes = [0u8; 8];
    if getrandom::fill(&mut bytes).is_err() || bound == 0 {
        return 0;
    }
    u64::from_le_bytes(bytes) % bound
}

/// The stored form of a token. A token has full entropy, so a plain hash is enough.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Argon2id with OWASP's minimum of November 2026 (19 MiB, 2 passes, 1 lane).
fn argon2() -> Outcome<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Fault::internal("argon2 parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password. Slow on purpose: call it on a blocking thread.
pub fn hash_password(password: &str) -> Outcome<String> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|_| Fault::internal("password hashing"))?;
    Ok(hash.to_string())
}

/// Whether a stored hash was made with other parameters than today's, so that it is made anew at the next sign-in.
pub fn is_outdated(stored: &str) -> bool {
    let (Ok(hash), Ok(today)) = (stored.parse::<PasswordHash>(), argon2()) else { return false };
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    // Without the length of the output, which is named in what is stored and left open in what is asked for.
    let same = Params::try_from(&hash).is_ok_and(|stored| costs(&stored) == costs(today.params()));
    !same
        || hash.algorithm.as_str() != Algorithm::Argon2id.ident().as_str()
        || hash.version != Some(Version::V0x13.into())
}

/// Whether `password` is the one behind `stored`. Slow on purpose: call it on a blocking thread.
pub fn verify_password(password: &str, stored: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else { return false };
    argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &parsed).is_ok())
}
