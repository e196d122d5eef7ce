//! MCP servers and their tools.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body;
use crate::{id::AgentSlug, time::Timestamp, tool::mcp::McpServer};

body! {
    /// An MCP server that an administrator has added.
    pub struct ShownMcpServer {
        /// The server. Headers without a value are secret.
        pub server: McpServer,
        /// The secret headers that have a value. Nobody gets to see it again.
        pub has_secrets: Vec<String>,
        /// The published agents that may use its tools, by the tool's name.
        pub used_by: BTreeMap<String, Vec<AgentSlug>>,
        /// How it was when Baton spoke with it last; absent if that was before the last start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seen: Option<McpSeen>,
    }

    /// How an MCP server was when Baton spoke with it last.
    pub struct McpSeen {
        /// When.
        pub at: Timestamp,
        /// What was wrong, in words; absent if it answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
        /// Its chosen tools that are held back.
        pub held: Vec<HeldTool>,
    }

    /// A chosen tool that is held back until an administrator has looked at it again.
    pub struct HeldTool {
        /// What agents call it.
        pub name: String,
        /// Why, in words.
        pub why: String,
    }

    /// `GET /tools/mcp`.
    pub struct McpServers {
        /// By name.
        pub servers: Vec<ShownMcpServer>,
        /// The commands that whoever runs Baton has listed in the settings.
        pub commands: Vec<String>,
    }

    /// `POST /tools/look`: what an MCP server says now. All of its texts are a stranger's.
    pub struct McpLook {
        /// What is wrong with the connection, in words; absent if it works.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
        /// What the server calls itself, and its version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// The version of MCP that both speak.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub protocol: Option<String>,
        /// What it offers.
        pub tools: Vec<OfferedTool>,
        /// The chosen tools that it does not offer any more, by what agents call them.
        pub gone: Vec<String>,
        /// What else there is to know, in words.
        pub notes: Vec<String>,
        /// How long it took, in milliseconds.
        pub took_ms: u64,
    }

    /// A tool as an MCP server describes it.
    pub struct OfferedTool {
        /// What the server calls it.
        pub tool: String,
        /// What agents call it, or would.
        pub name: String,
        /// What the server says that it does.
        pub description: String,
        /// JSON Schema of its arguments, as the server gives it.
        pub schema: Value,
        /// The same in the words that Baton can check.
        pub parameters: Value,
        /// What of the schema Baton does not check.
        pub unchecked: Vec<String>,
        /// What the server says of its effect. Nothing follows from it.
        pub hints: Vec<String>,
        /// The fingerprint of all this.
        pub seen: String,
        /// Whether it is chosen, and still what it was.
        pub state: OfferState,
        /// Why it cannot be chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unfit: Option<String>,
    }
}

/// Whether a tool is chosen, and still what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OfferState {
    /// Nobody has chosen it.
    New,
    /// It is chosen, and as it was.
    Same,
    /// It is chosen, and the server says something else of it now: it is held back.
    Changed,
}

/// `PUT /tools/mcp/{name}`: an MCP server as an administrator saves it; and `POST /tools/look`:
/// asks one, saved or not.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveMcpServer {
    /// The server.
    pub server: McpServer,
    /// New values of secret headers, by name; the old ones stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
}

impl std::fmt::Debug for SaveMcpServer {
    /// Without the secrets, so that no log can have them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SaveMcpServer({})", self.server.name)
    }
}
