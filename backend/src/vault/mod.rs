//! Keeps secrets that Baton must be able to read again, such as the keys of model providers: sealed
//! in the database, under a key that is not in the database.
//!
//! Each secret has a data key of its own, which one of the vault's keys seals (an envelope). So the
//! vault's key can change without reading what it protects, and what is sealed says by which key.

mod keys;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use serde::{Deserialize, Serialize};

pub use keys::KeysError;

use keys::{KEY_BYTES, Key};

/// What begins a sealed secret of this format.
const VERSION: &str = "v1";
/// Bytes of a nonce: large enough that random ones never meet.
const NONCE_BYTES: usize = 24;

/// A secret as it lies in the database: nobody can read it without the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// What was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// What is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this was sealed at all: before Baton had a vault, secrets stood in clear.
    pub fn is_sealed(&self) -> bool {
        parts(&self.0).is_some()
    }
}

/// Why a secret cannot be sealed or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The key that sealed it is not in the key file.
    #[error("the key file does not hold the key that sealed this; put the old key file back")]
    UnknownKey,
    /// It was not sealed for this purpose, or was changed since.
    #[error("what was sealed has been changed, or was sealed for something else")]
    Damaged,
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
}

/// Seals and opens secrets. The first of its keys seals, every one of them opens.
pub struct Vault {
    first: Key,
    others: Vec<Key>,
}

impl Vault {
    /// Reads the keys from a file; makes it, with one key, if it is missing.
    pub fn open(file: &std::path::Path) -> Result<Self, KeysError> {
        let mut keys = keys::read_or_make(file)?;
        let others = keys.split_off(1);
        let first = keys.pop().ok_or_else(|| KeysError::Empty(file.to_owned()))?;
        Ok(Self { first, others })
    }

    /// Seals `secret`, which opens for the same `purpose` only: whoever can write to the database
    /// cannot put one secret in another's place.
    pub fn seal(&self, purpose: &str, secret: &str) -> Result<Sealed, VaultError> {
        let data_key: [u8; KEY_BYTES] = random()?;
        let wrapped = encrypt(&self.first.bytes, purpose, &data_key)?;
        let sealed = encrypt(&data_key, purpose, secret.as_bytes())?;
        let (wrapped, sealed) = (BASE64.encode(wrapped), BASE64.encode(sealed));
        Ok(Sealed(format!("{VERSION}.{}.{wrapped}.{sealed}", self.first.id)))
    }

    /// Reads what was sealed for `purpose`.
    pub fn read(&self, purpose: &str, sealed: &Sealed) -> Result<String, VaultError> {
        let Parts { key, wrapped, secret } = parts(&sealed.0).ok_or(VaultError::Damaged)?;
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        let key = keys.find(|known| known.id == key).ok_or(VaultError::UnknownKey)?;
        let data_key = decrypt(&key.bytes, purpose, &wrapped)?;
        let data_key = data_key.try_into().map_err(|_| VaultError::Damaged)?;
        let secret = decrypt(&data_key, purpose, &secret)?;
        String::from_utf8(secret).map_err(|_| VaultError::Damaged)
    }

    /// Whether it is sealed by the first key, so that the others are not needed for it.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        parts(&sealed.0).is_some_and(|parts| parts.key == self.first.id)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", 1 + self.others.len())
    }
}

/// A sealed secret, taken apart.
struct Parts<'a> {
    key: &'a str,
    wrapped: Vec<u8>,
    secret: Vec<u8>,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let mut parts = text.split('.');
    let (version, key) = (parts.next()?, parts.next()?);
    let mut bytes = || BASE64.decode(parts.next()?).ok();
    let (wrapped, secret) = (bytes()?, bytes()?);
    let whole = version == VERSION && parts.next().is_none();
    whole.then_some(Parts { key, wrapped, secret })
}

fn encrypt(key: &[u8; KEY_BYTES], aad: &str, msg: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let payload = Payload { msg, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let text = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
    Ok([nonce.as_slice(), &text].concat())
}

fn decrypt(key: &[u8; KEY_BYTES], aad: &str, text: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (nonce, msg) = text.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Damaged)?;
    let payload = Payload { msg, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Damaged)
}

fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
