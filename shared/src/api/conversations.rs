//! A conversation, and what its visitor and its people do in it.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{
    brief::{Brief, Usage},
    conversation::RefundView,
    event::{Event, ProposedWrite},
    id::{AgentSlug, ApprovalId, ClientId, ConversationId, Epoch, Seq, SiteKey},
    message::VisitorRef,
    owner::Owner,
    time::Timestamp,
};

body! {
    /// A conversation, as its reader may see it.
    pub struct Conversation {
        /// Which conversation.
        pub id: ConversationId,
        /// On which site.
        pub site: SiteKey,
        /// With whom.
        pub visitor: VisitorRef,
        /// Who must answer next.
        pub owner: Owner,
        /// How often the owner has changed, plus one.
        pub epoch: Epoch,
        /// The newest event.
        pub seq: Seq,
        /// When it began.
        pub opened_at: Timestamp,
        /// Since when a person is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub escalated_at: Option<Timestamp>,
        /// The brief of the latest handoff. Staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub brief: Option<Brief>,
        /// Refunds, as they stand.
        #[serde(default)]
        pub refunds: Vec<RefundView>,
        /// Approvals that wait for a person. Staff only.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub approvals: Vec<WaitingApproval>,
        /// What brains have used. Staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub usage: Option<Usage>,
        /// The newest events that the reader may see, oldest first.
        pub events: Vec<Event>,
        /// Whether older ones were left out.
        #[serde(default)]
        pub truncated: bool,
    }

    /// An approval that waits for a person.
    pub struct WaitingApproval {
        /// Which approval.
        pub id: ApprovalId,
        /// What is to be done, in a few words.
        pub summary: String,
        /// The exact write.
        pub action: ProposedWrite,
        /// Until when a person can decide.
        pub expires_at: Timestamp,
    }

    /// `GET /conversations/{id}/events`.
    pub struct Events {
        /// In order.
        pub events: Vec<Event>,
    }

    /// `POST /conversations/{id}/messages` and `/replies`.
    pub struct SendMessage {
        /// The sender's own id, a UUID; a retry carries the same one.
        pub client_id: ClientId,
        /// What to say, as Markdown.
        pub text: String,
    }

    /// The message is on disk.
    pub struct Accepted {
        /// Its position in the journal.
        pub seq: Seq,
    }

    /// `POST /conversations/{id}/rating`.
    pub struct Rate {
        /// One (bad) to five (good).
        pub score: u8,
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }

    /// `POST /conversations/{id}/notes`.
    pub struct AddNote {
        /// What to note.
        pub text: String,
    }

    /// `POST /conversations/{id}/return`.
    pub struct Return {
        /// Who goes on.
        pub agent: AgentSlug,
        /// What they should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// `POST /approvals/{id}`.
    pub struct Decide {
        /// Yes or no.
        pub decision: Decision,
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Decision {
    /// Do it.
    Approve,
    /// Do not.
    Decline,
}
