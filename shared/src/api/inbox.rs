//! The inbox: conversations, a line each.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{
    brief::TriggerKind,
    id::{ConversationId, Seq, SiteKey},
    message::{AuthorKind, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

body! {
    /// `GET /inbox`.
    pub struct InboxPage {
        /// Longest waiting first in `waiting`, newest first elsewhere.
        pub conversations: Vec<Summary>,
        /// What to pass as `after` for the next page.
        pub next: Option<String>,
        /// How many conversations each view has.
        pub counts: Counts,
    }

    /// One line of the inbox.
    pub struct Summary {
        /// Which conversation.
        pub id: ConversationId,
        /// On which site.
        pub site: SiteKey,
        /// With whom.
        pub visitor: VisitorRef,
        /// Who must answer next.
        pub owner: Owner,
        /// When the newest event was recorded.
        pub updated_at: Timestamp,
        /// Since when a person is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub escalated_at: Option<Timestamp>,
        /// Until when it must be claimed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<Timestamp>,
        /// Why it came to people: the latest brief's trigger and reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Reason>,
        /// What is wanted, where a person is needed: the latest brief's request, or what is to be
        /// approved; shortened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub request: Option<String>,
        /// Whether an approval waits.
        pub needs_approval: bool,
        /// Who wrote the newest message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_author: Option<AuthorKind>,
        /// The newest message, shortened.
        pub preview: String,
        /// The visitor's score.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rating: Option<u8>,
        /// The newest event.
        pub seq: Seq,
    }

    /// Why a conversation came to its owner.
    pub struct Reason {
        /// Which trigger.
        pub trigger: TriggerKind,
        /// In a sentence.
        pub text: String,
    }

    /// How many conversations each view has.
    pub struct Counts {
        /// In a queue, or with an approval that waits.
        pub waiting: u32,
        /// Owned by the reader.
        pub mine: u32,
        /// Not closed.
        pub all: u32,
        /// Closed.
        pub closed: u32,
    }
}

/// A view of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum View {
    /// In a queue, or with an approval that waits.
    #[default]
    Waiting,
    /// Owned by the reader.
    Mine,
    /// Not closed.
    All,
    /// Closed.
    Closed,
}
