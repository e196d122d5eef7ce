//! Agents, their versions, and the tools that they can be given.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{agent::AgentSpec, event::Effect, id::AgentSlug, message::StaffRef, time::Timestamp};

body! {
    /// An agent, published and draft.
    pub struct Agent {
        /// Which agent.
        pub slug: AgentSlug,
        /// What visitors meet; absent until first published.
        pub published: Option<Published>,
        /// What an admin is working on; absent when nothing differs from the published version.
        pub draft: Option<AgentSpec>,
        /// When the draft was saved.
        pub draft_saved_at: Option<Timestamp>,
    }

    /// A published version.
    pub struct Published {
        /// Counts up from 1.
        pub version: u32,
        /// The agent, whole.
        pub spec: AgentSpec,
        /// When.
        pub at: Timestamp,
        /// By whom; absent for what Baton came with.
        pub by: Option<StaffRef>,
        /// What they said about it.
        pub note: Option<String>,
    }

    /// `GET /agents`.
    pub struct Agents {
        /// All agents, by slug.
        pub agents: Vec<Agent>,
    }

    /// `GET /agents/{slug}/versions`.
    pub struct Versions {
        /// Newest first.
        pub versions: Vec<Published>,
    }

    /// `POST /agents/{slug}/publish`.
    pub struct Publish {
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// `POST /agents/{slug}/rollback`: publishes an earlier version again, as a new one.
    pub struct Rollback {
        /// Which.
        pub version: u32,
    }

    /// A tool that agents can be given.
    pub struct ToolInfo {
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Whether it only looks.
        pub effect: Effect,
        /// Whether the site must have signed for the visitor.
        pub needs_verified: bool,
        /// JSON Schema of its arguments.
        pub parameters: serde_json::Value,
    }

    /// `GET /tools`.
    pub struct Tools {
        /// All tools, by name.
        pub tools: Vec<ToolInfo>,
    }
}
