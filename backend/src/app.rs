//! Everything that a request may reach, and the one clock.

use std::{ops::Deref, sync::Arc};

use shared::time::Timestamp;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{limits::Limits, password::Passwords, streams::Streams},
    brain::llm::Models,
    config::Config,
    egress::Egress,
    journal::Journal,
    knowledge::{Library, import::apart::Apart},
    lab::Lab,
    runtime::{Catalog, Clock, Desk},
    storage::Store,
    tools::{mcp::McpServers, shop::Ledger, toolbox::Toolbox},
    vault::Vault,
};

/// A handle on [`Parts`]; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Everything that a request may reach.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Conversations.
    pub journal: Journal,
    /// What can be done with conversations.
    pub desk: Desk,
    /// The published agents and the desk's settings.
    pub catalog: Arc<Catalog>,
    /// What agents can do.
    pub tools: Toolbox,
    /// What agents answer from.
    pub library: Library,
    /// Reads the files that become articles.
    pub apart: Apart,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Playgrounds.
    pub lab: Lab,
    /// Calls outside.
    pub egress: Egress,
    /// The MCP servers whose tools agents can use.
    pub mcp: McpServers,
    /// The models that agents can speak by.
    pub models: Models,
    /// Keeps secrets.
    pub vault: Arc<Vault>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// How often strangers may ask.
    pub limits: Limits,
    /// How many streams visitors hold open.
    pub streams: Streams,
    /// The shop's customers and orders.
    pub ledger: Ledger,
    /// Held while an administrator's change is checked and made, so that what was checked still
    /// holds: there is always an administrator, and what is handed off to is always published.
    pub changes: tokio::sync::Mutex<()>,
    /// Fires when the server stops: what is long-lived ends.
    pub shutdown: CancellationToken,
    /// What must end before the server has stopped.
    pub tasks: TaskTracker,
}

impl App {
    /// Shares `parts`.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The machine's clock; nothing else looks at it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that all others ask")]
    fn now(&self) -> Timestamp {
        let since =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
