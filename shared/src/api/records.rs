//! What the desk can show for itself: audit log, meters, the head of the journal.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{brief::Usage, id::ConversationId, time::Timestamp};

body! {
    /// One entry of the audit log.
    pub struct AuditEntry {
        /// Its position; pass it as `after` for what is older.
        pub id: u64,
        /// When.
        pub at: Timestamp,
        /// What, such as `handoff`, `approval`, `publish`, `sign_in`.
        pub action: String,
        /// Who: a member of staff, an agent, or `baton`.
        pub actor: String,
        /// To what: a conversation, an agent, an account.
        pub subject: String,
        /// The conversation, where it was in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversation: Option<ConversationId>,
        /// What a reader should know besides.
        pub detail: String,
    }

    /// `GET /audit`.
    pub struct Audit {
        /// Newest first.
        pub entries: Vec<AuditEntry>,
        /// What to pass as `after` for the next page.
        pub next: Option<String>,
    }

    /// One line of the meters.
    pub struct Meter {
        /// The agent, handoff or conversation.
        pub key: String,
        /// What it used.
        pub usage: Usage,
        /// Turns that ended in it.
        pub turns: u64,
    }

    /// `GET /meters`.
    pub struct Meters {
        /// By key.
        pub meters: Vec<Meter>,
        /// The sum of the lines, exactly.
        pub total: Meter,
    }
}

/// What the meters are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MeterBy {
    /// One line an agent.
    Agent,
    /// One line a tenure, by the handoff that began it.
    Handoff,
    /// One line a conversation.
    Conversation,
}

body! {
    /// `GET /journal/head`: what all events before a moment amount to. It stays what it is; kept
    /// outside Baton, it shows later whether anything before that moment was changed.
    pub struct JournalHead {
        /// The moment, about a minute ago; pass it to `baton heads --before`.
        pub before: Timestamp,
        /// Conversations that had begun.
        pub conversations: u64,
        /// Events in them.
        pub events: u64,
        /// SHA-256, in hexadecimal, of what `baton heads` prints for that moment.
        pub head: String,
    }
}
