//! Why an MCP server does not do what it is asked, in words that an administrator can act on.

use std::time::Duration;

use rmcp::{
    model::{ErrorCode, ErrorData},
    service::{ClientInitializeError, ServiceError},
    transport::{DynamicTransportError, streamable_http_client::StreamableHttpError},
};

use crate::{egress::EgressError, tools::text::one_line};

/// Longest words of a server that are repeated, in characters.
const SAID: usize = 200;

/// Why an MCP server did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum McpFault {
    /// It was not reached, or its answer did not arrive.
    #[error("{0}")]
    Egress(EgressError),
    /// It does not accept the key.
    #[error("the server does not accept the key (status {0}); look at the headers")]
    Key(u16),
    /// There is nothing at this address.
    #[error(
        "there is nothing at this address (status {0}); look at its path, which often ends in /mcp"
    )]
    Address(u16),
    /// It leads elsewhere, and redirects are not followed.
    #[error("the server leads elsewhere (status {0}); enter the address that it leads to")]
    Elsewhere(u16),
    /// It is asked too often.
    #[error("the server is asked too often (status 429); try again later")]
    Busy,
    /// It answered with another status of failure.
    #[error("the server failed (status {0})")]
    Status(u16),
    /// It speaks something, but not MCP.
    #[error("what answers there does not speak MCP: {0}")]
    NotMcp(String),
    /// It speaks no version of MCP that Baton knows.
    #[error("the server speaks a version of MCP that Baton does not know: {0}")]
    Version(String),
    /// It answered that it will not.
    #[error("the server refused ({0}): {1}")]
    Refused(i32, String),
    /// It has forgotten the session.
    #[error("the server has forgotten the session")]
    Forgotten,
    /// It did not answer in time.
    #[error("no whole answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// It said more than is taken.
    #[error("the server said more than {0} bytes")]
    TooMuch(usize),
    /// The connection ended before the answer.
    #[error("the server ended the connection: {0}")]
    Ended(String),
    /// It wants something of Baton before it answers.
    #[error("the server asks for something in return, which Baton does not give")]
    Asks,
    /// The command is not in the settings.
    #[error(
        "there is no command `{0}` in the settings; whoever runs Baton must list it in `mcp_commands`"
    )]
    Unlisted(String),
    /// The command cannot be started.
    #[error("the command `{0}` cannot be started: {1}")]
    Start(String, String),
    /// It offers no tools.
    #[error("the server offers no tools")]
    NoTools,
}

impl McpFault {
    /// Whether it is sure that a call was not done.
    pub(super) fn is_before_doing(&self) -> bool {
        match self {
            Self::Egress(why) => why.is_before_sending(),
            Self::Refused(code, _) => [
                ErrorCode::PARSE_ERROR,
                ErrorCode::INVALID_REQUEST,
                ErrorCode::METHOD_NOT_FOUND,
                ErrorCode::INVALID_PARAMS,
            ]
            .contains(&ErrorCode(*code)),
            Self::Status(status) => (400..500).contains(status) && *status != 408,
            Self::Key(_)
            | Self::Address(_)
            | Self::Busy
            | Self::Version(_)
            | Self::Forgotten
            | Self::Unlisted(_)
            | Self::Start(..)
            | Self::NoTools => true,
            Self::Elsewhere(_)
            | Self::NotMcp(_)
            | Self::Silent(_)
            | Self::TooMuch(_)
            | Self::Ended(_)
            | Self::Asks => false,
        }
    }

    /// What a status means that is no success.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Elsewhere(status),
            401 | 403 => Self::Key(status),
            404 | 405 | 410 => Self::Address(status),
            429 => Self::Busy,
            _ => Self::Status(status),
        }
    }

    /// What an error says that a server answered.
    pub(super) fn of_error(error: &ErrorData) -> Self {
        Self::Refused(error.code.0, one_line(&error.message, SAID))
    }

    /// What it is not, in a few of its own words.
    pub(super) fn not_mcp(words: &str) -> Self {
        Self::NotMcp(one_line(words, SAID))
    }

    /// Why no session was begun. `below` is what went wrong further down, where that is known.
    pub(super) fn of_beginning(error: ClientInitializeError, below: Option<Self>) -> Self {
        match error {
            ClientInitializeError::TransportError { error, .. } => {
                Self::of_transport(&error, below)
            }
            ClientInitializeError::JsonRpcError(error) => Self::of_error(&error),
            ClientInitializeError::LegacyFallbackFailed { fallback, .. } => {
                Self::of_beginning(*fallback, below)
            }
            ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
                let versions: Vec<_> = server_supported.iter().map(ToString::to_string).collect();
                Self::Version(one_line(&versions.join(", "), SAID))
            }
            ClientInitializeError::ConnectionClosed(_) => {
                below.unwrap_or_else(|| Self::Ended("it did not say why".to_owned()))
            }
            ClientInitializeError::ConflictInitResponseId(..)
            | ClientInitializeError::UncorrelatedErrorResponse { .. } => {
                Self::not_mcp("it answers what nobody has asked")
            }
            _ => {
                below.unwrap_or_else(|| Self::not_mcp("its first answer is not what it should be"))
            }
        }
    }

    /// Why a request was not answered.
    pub(super) fn of_request(error: ServiceError, below: Option<Self>) -> Self {
        match error {
            ServiceError::McpError(error) => Self::of_error(&error),
            ServiceError::TransportSend(error) => Self::of_transport(&error, below),
            ServiceError::Timeout { timeout } => Self::Silent(timeout),
            ServiceError::UnexpectedResponse => Self::not_mcp("it answers something else"),
            _ => Self::later(below).unwrap_or_else(|| Self::Ended("it did not say why".to_owned())),
        }
    }

    /// What was seen below, if it can be why an answer did not come. That some other request was
    /// turned away, such as one that asks for the rest of an answer, says nothing of this one: it was
    /// sent, and may have been done.
    fn later(below: Option<Self>) -> Option<Self> {
        below.filter(|fault| !fault.is_before_doing())
    }

    fn of_transport(error: &DynamicTransportError, below: Option<Self>) -> Self {
        match error.error.downcast_ref::<StreamableHttpError<Self>>() {
            Some(StreamableHttpError::Client(fault)) => fault.clone(),
            Some(StreamableHttpError::SessionExpired) => Self::Forgotten,
            _ => Self::later(below)
                .unwrap_or_else(|| Self::Ended(one_line(&error.error.to_string(), SAID))),
        }
    }
}
