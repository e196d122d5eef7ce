//! Who writes: visitors and their tokens.

use serde::{Deserialize, Serialize};

use super::{Conversation, body};
use crate::id::{SiteKey, VisitorId};

body! {
    /// `POST /visitors`.
    pub struct StartVisitor {
        /// The site's public key.
        pub site: SiteKey,
        /// A JWT that the site signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub identity: Option<String>,
    }

    /// Answer to `POST /visitors`.
    pub struct VisitorSession {
        /// Bearer token of the visitor API.
        pub token: String,
        /// Who the token stands for.
        pub visitor: VisitorInfo,
        /// Their latest conversation.
        pub conversation: Option<Conversation>,
    }

    /// Who a visitor token stands for.
    pub struct VisitorInfo {
        /// Who.
        pub id: VisitorId,
        /// Whether the site signed for them.
        pub verified: bool,
        /// The name that people read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }
}
