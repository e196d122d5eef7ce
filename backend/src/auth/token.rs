//! Secrets that stand for somebody: 256 random bits, of which only the SHA-256 is kept.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::storage::rows::Hash;

/// Longest token that is looked at, in bytes; nobody hashes a megabyte for a stranger.
const TOKEN_BYTES: usize = 128;

/// What a token is for; it begins with this, so that people and secret scanners recognise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A visitor.
    Visitor,
    /// A session of a member of staff; only ever in a cookie.
    Session,
    /// An API key of a member of staff.
    ApiKey,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Visitor => "vt_",
            Self::Session => "st_",
            Self::ApiKey => "bk_",
        }
    }
}

/// A new token and what the store keeps of it.
pub fn mint(kind: Kind) -> (String, Hash) {
    let token = format!("{}{}", kind.prefix(), secret());
    let hash = digest(&token);
    (token, hash)
}

/// What the store keeps of `token`, if it looks like one of `kind` at all.
pub fn hash(kind: Kind, token: &str) -> Option<Hash> {
    (token.len() <= TOKEN_BYTES && token.starts_with(kind.prefix())).then(|| digest(token))
}

/// 256 random bits as 43 characters that need no quoting anywhere.
pub fn secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random::<32>())
}

/// An identifier that nobody can guess: `prefix` and 128 random bits.
pub fn id(prefix: &str) -> String {
    use std::fmt::Write;
    random::<16>().iter().fold(prefix.to_owned(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// `N` bytes that nobody can guess.
#[expect(clippy::expect_used, reason = "without randomness nothing here is safe to go on")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn digest(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_only_by_its_kind() {
        let (token, kept) = mint(Kind::Visitor);
        assert_eq!(hash(Kind::Visitor, &token), Some(kept));
        assert_eq!(hash(Kind::ApiKey, &token), None);
        assert_eq!(hash(Kind::Visitor, &format!("vt_{}", "x".repeat(TOKEN_BYTES))), None);
        assert_ne!(mint(Kind::Visitor).0, token);
    }
}
