//! The hash chain: what makes a changed, missing or exchanged record show.

use sha2::{Digest, Sha256};
use shared::id::ConversationId;

use crate::storage::rows::Hash;

/// What the first record's hash is founded on.
pub fn root(id: &ConversationId) -> Hash {
    Sha256::digest(id.as_str()).into()
}

/// The hash of the record whose text is `json` and that follows the one whose hash is `previous`.
pub fn link(previous: &Hash, json: &str) -> Hash {
    Sha256::new().chain_update(previous).chain_update(json).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_and_every_place_counts() {
        let id = "cnv_1".parse().expect("an id");
        let (a, b) = (link(&root(&id), "{\"a\":1}"), link(&root(&id), "{\"a\":2}"));
        assert_ne!(a, b);
        assert_ne!(link(&a, "{}"), link(&b, "{}"));
        // SHA-256 of "cnv_1", as sha256sum(1) gives it.
        assert_eq!(root(&id)[..4], [0xde, 0x3c, 0x4e, 0xf2]);
    }
}
