//! Who must answer next.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{AgentSlug, QueueSlug, StaffId};

/// Exactly one of these holds a conversation at any time; only a handoff changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Owner {
    /// An AI agent, pinned to the version that took over.
    Agent {
        /// Which agent.
        slug: AgentSlug,
        /// The published version that this tenure runs on.
        version: u32,
        /// What the visitor reads.
        name: String,
    },
    /// People, none of whom has claimed it yet.
    Queue {
        /// Which queue.
        slug: QueueSlug,
        /// What the visitor reads.
        name: String,
    },
    /// A person.
    Staff {
        /// Who.
        id: StaffId,
        /// What the visitor reads.
        name: String,
    },
    /// Nobody: the conversation is closed.
    Nobody,
}

impl Owner {
    /// The name that people read; empty for nobody.
    pub fn name(&self) -> &str {
        match self {
            Self::Agent { name, .. } | Self::Queue { name, .. } | Self::Staff { name, .. } => name,
            Self::Nobody => "",
        }
    }

    /// The agent that owns, if one does.
    pub fn agent(&self) -> Option<&AgentSlug> {
        match self {
            Self::Agent { slug, .. } => Some(slug),
            _ => None,
        }
    }

    /// Whether `staff` is the owner.
    pub fn is_staff(&self, staff: &StaffId) -> bool {
        matches!(self, Self::Staff { id, .. } if id == staff)
    }

    /// Whether this is a different holder of responsibility than `other`; names do not count.
    pub fn differs_from(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Agent { slug: a, .. }, Self::Agent { slug: b, .. }) => a != b,
            (Self::Queue { slug: a, .. }, Self::Queue { slug: b, .. }) => a != b,
            (Self::Staff { id: a, .. }, Self::Staff { id: b, .. }) => a != b,
            (Self::Nobody, Self::Nobody) => false,
            _ => true,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent { slug, version, .. } => write!(f, "agent {slug} v{version}"),
            Self::Queue { slug, .. } => write!(f, "queue {slug}"),
            Self::Staff { name, .. } => write!(f, "{name}"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}
