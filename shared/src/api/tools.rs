//! Tools that administrators make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body;
use crate::{event::Settlement, id::AgentSlug, tool::HttpTool};

body! {
    /// A tool that an administrator has made.
    pub struct MadeTool {
        /// The tool. Headers without a value are secret.
        pub tool: HttpTool,
        /// The secret headers that have a value. Nobody gets to see it again.
        pub has_secrets: Vec<String>,
        /// The published agents that may use it.
        pub used_by: Vec<AgentSlug>,
    }

    /// `GET /tools/made`.
    pub struct MadeTools {
        /// By name.
        pub tools: Vec<MadeTool>,
    }

    /// What came of trying a tool.
    pub struct TriedTool {
        /// What was sent; absent if nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sent: Option<SentRequest>,
        /// The status of the answer; absent if there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<u16>,
        /// The beginning of the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<String>,
        /// How the call would be settled.
        pub settlement: Settlement,
        /// What the agent would learn.
        pub result: Value,
        /// What would be kept as facts.
        pub facts: BTreeMap<String, String>,
        /// How long it took, in milliseconds.
        pub took_ms: u64,
    }

    /// A request as people may read it: secrets are covered.
    pub struct SentRequest {
        /// How.
        pub method: String,
        /// Where.
        pub url: String,
        /// Names and values of its head.
        pub headers: Vec<(String, String)>,
        /// What was sent along.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub body: Option<String>,
    }

    /// `POST /tools/import`: an OpenAPI document.
    pub struct ImportTools {
        /// OpenAPI 3, as JSON or YAML.
        pub document: String,
    }

    /// What an OpenAPI document describes. Nothing is kept yet.
    pub struct ImportableTools {
        /// What the API calls itself.
        pub title: String,
        /// A tool for each operation, to be saved as it is or after a change.
        pub tools: Vec<HttpTool>,
        /// What no tool can be made of.
        pub left_out: Vec<LeftOut>,
    }

    /// An operation of which no tool can be made.
    pub struct LeftOut {
        /// Which, as `GET /orders`.
        pub operation: String,
        /// Why, in words.
        pub why: String,
    }
}

/// `PUT /tools/made/{name}`: a tool as an administrator saves it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveTool {
    /// The tool.
    pub tool: HttpTool,
    /// New values of secret headers, by name; the old ones stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
}

impl std::fmt::Debug for SaveTool {
    /// Without the secrets, so that no log can have them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SaveTool({})", self.tool.name)
    }
}

/// `POST /tools/try`: makes the request, whatever it changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TryTool {
    /// The tool, saved or not.
    #[serde(flatten)]
    pub save: SaveTool,
    /// Its arguments.
    pub args: Value,
    /// The customer on whose behalf it is tried, as if the site had signed for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
