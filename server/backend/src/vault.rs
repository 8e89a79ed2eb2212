//! Secrets in the database: sealed with a data key, which the master key wraps.
//!
//! XChaCha20-Poly1305 with random nonces (192 bits, so that chance cannot repeat one). The associated data names the
//! place: a sealed value copied to another row or column does not open there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fault::{Fault, Outcome};

/// The owner of data keys that belong to people rather than to a workspace.
pub const PEOPLE: Uuid = Uuid::nil();
const NONCE: usize = 24;
const FINGERPRINT: usize = 8;

/// A key that wraps data keys.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn random() -> Outcome<Self> {
        Ok(Self(random()?))
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What says which key it is, without saying anything of it.
    fn fingerprint(&self) -> Vec<u8> {
        Sha256::digest([b"parley master key".as_slice(), &self.0].concat()).iter().take(FINGERPRINT).copied().collect()
    }

    fn wrap(&self, owner: Uuid, key: &[u8; 32]) -> Outcome<Vec<u8>> {
        encrypt(&self.0, &place(owner, "data_key"), key)
    }

    fn unwrap(&self, owner: Uuid, wrapped: &[u8]) -> Option<[u8; 32]> {
        decrypt(&self.0, &place(owner, "data_key"), wrapped)?.try_into().ok()
    }
}

impl std::fmt::Debug for MasterKey {
    /// Keeps the key out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Where master keys come from: the first wraps what is new, the others still open what they wrapped. Read again when
/// a data key is met that none of them wraps, so that a rotation needs no restart.
pub type Masters = Arc<dyn Fn() -> Outcome<Vec<MasterKey>> + Send + Sync>;

/// Seals and opens.
#[derive(Clone)]
pub struct Vault {
    masters: Masters,
    known: Arc<RwLock<Vec<MasterKey>>>,
    keys: Arc<Mutex<HashMap<Uuid, [u8; 32]>>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    pub fn new(masters: Masters) -> Outcome<Self> {
        let known = masters()?;
        Ok(Self { masters, known: Arc::new(RwLock::new(known)), keys: Arc::default() })
    }

    /// Seals `plain` for one place: a column and its row, such as `account.totp_seed` and the account's id.
    pub async fn seal(&self, pool: &PgPool, owner: Uuid, column: &str, row: Uuid, plain: &[u8]) -> Outcome<Vec<u8>> {
        encrypt(&self.key(pool, owner).await?, &place(row, column), plain)
    }

    /// Opens what was sealed for the same place.
    pub async fn open(&self, pool: &PgPool, owner: Uuid, column: &str, row: Uuid, sealed: &[u8]) -> Outcome<Vec<u8>> {
        decrypt(&self.key(pool, owner).await?, &place(row, column), sealed).ok_or_else(|| {
            Fault::internal(format!("{column} does not open: it was sealed for another place or changed"))
        })
    }

    /// A secret for something outside, always the same for one purpose and row. It tells nothing of the data key.
    pub async fn derive(&self, pool: &PgPool, owner: Uuid, purpose: &str, row: Uuid) -> Outcome<[u8; 32]> {
        let key = self.key(pool, owner).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Fault::internal("deriving"))?;
        mac.update(&place(row, purpose));
        Ok(mac.finalize().into_bytes().into())
    }

    /// Fails when there are data keys that no master key opens: a wrong master key must not start.
    pub async fn check(&self, pool: &PgPool) -> Outcome<()> {
        let rows = sqlx::query!("select owner_id, wrapped, master from data_key").fetch_all(pool).await?;
        for row in rows {
            self.unwrap(row.owner_id, &row.wrapped, &row.master)?;
        }
        Ok(())
    }

    /// Wraps every data key with the first master key. Answers how many were wrapped by another. `pool` is of the
    /// owner of the schema: requests cannot change data keys.
    pub async fn rewrap(&self, pool: &PgPool) -> Outcome<usize> {
        self.reload()?;
        let first = self.first()?;
        let rows =
            sqlx::query!("select owner_id, wrapped, master from data_key where master <> $1", first.fingerprint())
                .fetch_all(pool)
                .await?;
        for row in &rows {
            let key = self.unwrap(row.owner_id, &row.wrapped, &row.master)?;
            sqlx::query!(
                "update data_key set wrapped = $2, master = $3 where owner_id = $1",
                row.owner_id,
                first.wrap(row.owner_id, &key)?,
                first.fingerprint(),
            )
            .execute(pool)
            .await?;
        }
        Ok(rows.len())
    }

    async fn key(&self, pool: &PgPool, owner: Uuid) -> Outcome<[u8; 32]> {
        if let Some(key) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&owner) {
            return Ok(*key);
        }
        let first = self.first()?;
        let fresh: [u8; 32] = random()?;
        sqlx::query!(
            "insert into data_key (owner_id, wrapped, master) values ($1, $2, $3) on conflict do nothing",
            owner,
            first.wrap(owner, &fresh)?,
            first.fingerprint(),
        )
        .execute(pool)
        .await?;
        let row =
            sqlx::query!("select wrapped, master from data_key where owner_id = $1", owner).fetch_one(pool).await?;
        let key = self.unwrap(owner, &row.wrapped, &row.master)?;
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(owner, key);
        Ok(key)
    }

    fn first(&self) -> Outcome<MasterKey> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.first().cloned().ok_or_else(|| Fault::internal("there is no master key"))
    }

    fn unwrap(&self, owner: Uuid, wrapped: &[u8], master: &[u8]) -> Outcome<[u8; 32]> {
        let find = || {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.iter().find(|key| key.fingerprint() == master).and_then(|key| key.unwrap(owner, wrapped))
        };
        if let Some(key) = find() {
            return Ok(key);
        }
        self.reload()?;
        find().ok_or_else(|| {
            Fault::internal(format!(
                "the secrets in the database were sealed under the master key {}, which is not among the keys given",
                hex::encode(master)
            ))
        })
    }

    fn reload(&self) -> Outcome<()> {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = (self.masters)()?;
        Ok(())
    }
}

fn place(row: Uuid, column: &str) -> Vec<u8> {
    [column.as_bytes(), b"\0", row.as_bytes()].concat()
}

fn encrypt(key: &[u8; 32], place: &[u8], plain: &[u8]) -> Outcome<Vec<u8>> {
    let nonce: [u8; NONCE] = random()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place })
        .map_err(|_| Fault::internal("sealing"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place }).ok()
}

fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| Fault::internal("the system has no randomness"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let (key, row) = ([7u8; 32], Uuid::from_u128(1));
        let sealed = encrypt(&key, &place(row, "account.totp_seed"), b"seed").unwrap();
        assert_eq!(decrypt(&key, &place(row, "account.totp_seed"), &sealed).unwrap(), b"seed");
        assert!(decrypt(&key, &place(Uuid::from_u128(2), "account.totp_seed"), &sealed).is_none());
        assert!(decrypt(&key, &place(row, "channel.token"), &sealed).is_none());
        assert!(decrypt(&[8u8; 32], &place(row, "account.totp_seed"), &sealed).is_none());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(&key, &place(row, "account.totp_seed"), &changed).is_none());
        assert!(decrypt(&key, b"", b"short").is_none());
    }
}
