//! Webhook signatures (contract 5.1) and `appsecret_proof` (contract 0.4).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Whether `header` (`X-Hub-Signature-256`) signs exactly these bytes. Compared in constant time. A missing header,
/// the legacy SHA-1 form, or anything malformed is no signature.
pub fn verify(app_secret: &str, body: &[u8], header: Option<&str>) -> bool {
    let Some(hex_digest) = header.and_then(|header| header.strip_prefix("sha256=")) else { return false };
    let mut given = [0u8; 32];
    if hex::decode_to_slice(hex_digest, &mut given).is_err() {
        return false;
    }
    given.ct_eq(&digest(app_secret.as_bytes(), body)).into()
}

/// The lowercase hex HMAC of a token under the app secret, which proves to Meta that the call is ours.
pub fn appsecret_proof(app_secret: &str, token: &str) -> String {
    hex::encode(digest(app_secret.as_bytes(), token.as_bytes()))
}

fn digest(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so this arm is never reached; a zero digest signs nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(secret: &str, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(digest(secret.as_bytes(), body)))
    }

    #[test]
    fn the_digest_is_that_of_rfc_4231_test_case_2() {
        assert_eq!(
            hex::encode(digest(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn only_the_right_secret_over_the_very_bytes_passes() {
        let body = br#"{"a":"\u00e9\/"}"#;
        let good = header("secret", body);
        assert!(verify("secret", body, Some(&good)));
        assert!(!verify("other", body, Some(&good)));
        assert!(!verify("secret", "{\"a\":\"é/\"}".as_bytes(), Some(&good)));
        assert!(!verify("secret", body, None));
        assert!(!verify("secret", body, Some(&good.replace("sha256=", "sha1="))));
        assert!(!verify("secret", body, Some(&good.replace("sha256=", ""))));
        assert!(!verify("secret", body, Some(&good[..good.len() - 2])));
        assert!(!verify("secret", body, Some("sha256=zz")));
    }
}
