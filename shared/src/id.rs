//! Identifiers: opaque strings, one type each, so that none can be passed for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

mod client;

pub use client::{ClientId, NotUuid};

/// A position in a conversation's journal; the first event has 1, and there are no gaps.
pub type Seq = u64;

/// Counts the changes of owner of a conversation; it only grows.
pub type Epoch = u64;

/// Longest identifier, in bytes.
pub const ID_BYTES: usize = 64;

/// A string that is not an identifier: empty, too long, or with a character outside `A-Za-z0-9_.-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id has 1 to {ID_BYTES} characters of A-Z, a-z, 0-9, '_', '.' and '-'")
    }
}

impl std::error::Error for InvalidId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                if is_id(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A website that embeds the widget; this is its public key.
    SiteKey,
    /// An end customer, as Baton knows them.
    VisitorId,
    /// One thread between a visitor and whoever owns it.
    ConversationId,
    /// A member of staff.
    StaffId,
    /// An API key, by a name that gives nothing of it away.
    KeyId,
    /// An agent's short name, stable across its versions.
    AgentSlug,
    /// A queue of people.
    QueueSlug,
    /// The context package of one handoff; unique within its conversation.
    BriefId,
    /// One call of a tool; unique within its conversation.
    CallId,
    /// A person's decision on one exact write.
    ApprovalId,
    /// One intended refund.
    IntentId,
    /// An article's short name; its page has it in its address.
    ArticleSlug,
    /// A saved test of how a message is read.
    TestId,
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_BYTES
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_plain() {
        for good in ["a", "A1001", "cnv_01-x.y", &"x".repeat(ID_BYTES)] {
            assert!(good.parse::<SiteKey>().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "é", "a/b", "<script>", "a\0", &"x".repeat(ID_BYTES + 1)] {
            assert!(bad.parse::<SiteKey>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn json_is_checked_too() {
        assert!(serde_json::from_str::<SiteKey>("\"demo\"").is_ok());
        assert!(serde_json::from_str::<SiteKey>("\"../etc\"").is_err());
    }
}
