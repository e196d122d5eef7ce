//! Connections to model providers.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Price, Protocol},
    time::Timestamp,
};

/// A model that a connection offers to agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferedModel {
    /// What the provider calls it.
    pub name: String,
    /// What it costs.
    #[serde(default)]
    pub price: Price,
}

/// A connection to a model provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connection {
    /// What agents call it: `openai` in `openai/gpt-5.2`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where it answers.
    pub base_url: String,
    /// Whether it has a key. Nobody gets to see it again.
    pub has_key: bool,
    /// What it offers.
    pub models: Vec<OfferedModel>,
    /// How it is doing.
    pub health: ConnectionHealth,
}

/// How a connection is doing, since the server was started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionHealth {
    /// Failures since it last answered.
    pub failures: u32,
    /// Whether it is left alone for a while because it failed too often.
    pub resting: bool,
    /// What went wrong last, in words, if anything has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
}

/// All connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connections {
    /// By id.
    pub connections: Vec<Connection>,
}

/// A connection as an administrator saves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveConnection {
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where it answers; the provider's own address if it is empty.
    #[serde(default)]
    pub base_url: String,
    /// A new key; the old one stays if nothing is said, and goes if this is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it offers.
    pub models: Vec<OfferedModel>,
}

impl std::fmt::Debug for SaveConnection {
    /// Without the key, so that no log can have it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SaveConnection({}, {:?}, {})", self.name, self.protocol, self.base_url)
    }
}

/// A new connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddConnection {
    /// What agents will call it: small letters, digits, `_` and `-`.
    pub id: String,
    /// All else.
    pub connection: SaveConnection,
}

/// Which model of a connection is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestConnection {
    /// What the provider calls it.
    pub model: String,
}

/// What came of trying a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionTest {
    /// Whether agents can use the model.
    pub ok: bool,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<ConnectionFault>,
    /// The same in words, with what to do about it; or that all is well.
    pub message: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What can be wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConnectionFault {
    /// The key is wrong, or missing.
    Key,
    /// Nobody answers there, or somebody else.
    Address,
    /// The certificate is not trusted.
    Certificate,
    /// There is no such model.
    Model,
    /// The model calls no tools, so no agent can work with it.
    NoTools,
    /// The account is out of credit, or asks too often.
    Quota,
    /// It did not answer in time.
    Slow,
    /// It answered what makes no sense.
    Malformed,
    /// The provider refused for another reason, or failed.
    Refused,
}

/// What a model was asked in one step of a conversation, exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepRequest {
    /// The model that answered, as agents name it.
    pub model: String,
    /// Where the request goes; absent where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its body, as the provider's protocol has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
