//! Puts a desk together from its parts: the real one, and each playground's.

use std::sync::Arc;

use async_trait::async_trait;
use shared::{
    agent::{AgentSpec, DeskSettings},
    id::StaffId,
    time::Timestamp,
};

use crate::{
    brain::{
        Reader,
        builtin::{Builtin, reader::BuiltinReader},
        defaults,
        llm::{Llm, Models, Provider, Providers},
    },
    bus::LocalBus,
    egress::Egress,
    journal::Journal,
    knowledge::Shelf,
    money::{
        Gateway, Proposal,
        ledger::LedgerGateway,
        policy::{self, Verdict},
    },
    runtime::{Catalog, Clock, Desk, Faculty, Parts, catalog::Teach},
    storage::{
        Store, StoreError,
        rows::{ConnectionRow, McpRow, ToolRow},
    },
    tools::{
        Registry, Tool,
        desk::{self, DeskUnavailable},
        http::{Caller, Secrets},
        mcp::McpServers,
        shop::Ledger,
        toolbox::Toolbox,
    },
    vault::{Sealed, Vault},
};

/// What desks are made with. Cheap to clone.
#[derive(Clone)]
pub struct Workshop {
    /// Customers, orders and payments.
    pub ledger: Ledger,
    /// What agents answer from.
    pub knowledge: Arc<Shelf>,
    /// Makes reader and brain for the published agents.
    pub teach: Arc<Teach>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A desk that can be used, and what it stands on.
pub struct Engine {
    /// Conversations.
    pub journal: Journal,
    /// The published agents and the desk's settings.
    pub catalog: Arc<Catalog>,
    /// What agents can do.
    pub tools: Toolbox,
    /// What can be done with conversations.
    pub desk: Desk,
}

/// The shop's ledger as the payment provider.
pub fn provider(workshop: &Workshop) -> Arc<dyn Gateway> {
    let clock = workshop.clock.clone();
    Arc::new(LedgerGateway::new(workshop.ledger.clone(), move || clock.now()))
}

/// A desk over `store` that refunds through `gateway`. It answers nobody until it is started.
pub async fn engine(
    store: Arc<dyn Store>,
    workshop: &Workshop,
    gateway: Arc<dyn Gateway>,
) -> Result<Engine, StoreError> {
    let Workshop { ledger, knowledge, teach, clock } = workshop.clone();
    let journal = Journal::new(store.clone(), Arc::new(LocalBus::new()));
    let catalog = Arc::new(Catalog::load(store.clone(), defaults::desk(), teach).await?);
    let known: Arc<dyn desk::Desk> = Arc::new(Known { catalog: catalog.clone(), store });
    let tools = Toolbox::new(Registry::with_defaults(&ledger, knowledge, &known));
    let desk = Desk::new(Parts {
        journal: journal.clone(),
        catalog: catalog.clone(),
        tools: tools.clone(),
        gateway,
        clock,
    });
    Ok(Engine { journal, catalog, tools, desk })
}

/// The reader and the brain that need no key, taught by the published agents.
pub fn built_in(agents: &[AgentSpec]) -> Faculty {
    let reader: Arc<dyn Reader> = Arc::new(BuiltinReader::train(agents));
    Faculty { brain: Arc::new(Builtin::new(reader.clone())), reader }
}

/// The same reader, and a brain that asks `models` where an agent names one.
pub fn connected(models: Models) -> Arc<Teach> {
    Arc::new(move |agents| {
        let reader: Arc<dyn Reader> = Arc::new(BuiltinReader::train(agents));
        let brain = Llm::new(models.clone(), Builtin::new(reader.clone()));
        Faculty { brain: Arc::new(brain), reader }
    })
}

/// Takes the stored connections up. One whose key cannot be read is tried without it, and says so.
pub async fn connect(
    store: &dyn Store,
    vault: &Vault,
    providers: &Providers,
) -> Result<(), StoreError> {
    let rows = store.connections().await?;
    let provider = |row: ConnectionRow| {
        let purpose = ConnectionRow::key_purpose(&row.id);
        let key = row.key.map(|sealed| vault.read(&purpose, &sealed)).transpose();
        let key = key.unwrap_or_else(|cause| {
            tracing::error!(connection = row.id, %cause, "its key cannot be read; enter it again");
            None
        });
        Provider {
            id: row.id,
            protocol: row.protocol,
            base_url: row.base_url,
            key: key.unwrap_or_default(),
            models: row.models,
        }
    };
    providers.replace(rows.into_iter().map(provider));
    Ok(())
}

/// Takes up the tools that administrators made, and those of MCP servers. Where secrets cannot be
/// read, nothing is offered, and that is said.
pub async fn equip(
    store: &dyn Store,
    vault: &Vault,
    egress: &Egress,
    servers: &McpServers,
    tools: &Toolbox,
) -> Result<(), StoreError> {
    let rows = store.tools().await?;
    let made = rows.into_iter().filter_map(|ToolRow { tool, secrets }| {
        let secrets = opened(vault, &ToolRow::secrets_purpose(&tool.name), secrets)?;
        let tool: Arc<dyn Tool> = Arc::new(Caller::new(tool, secrets, egress));
        Some(tool)
    });
    let rows = store.mcp_servers().await?;
    let known = rows.into_iter().filter_map(|McpRow { server, secrets }| {
        let secrets = opened(vault, &McpRow::secrets_purpose(&server.name), secrets)?;
        Some((server, secrets))
    });
    tools.replace(made.chain(servers.replace(known)));
    Ok(())
}

fn opened(vault: &Vault, purpose: &str, sealed: Option<Sealed>) -> Option<Secrets> {
    let Some(sealed) = sealed else { return Some(Secrets::new()) };
    let opened = vault.read(purpose, &sealed).map_err(|cause| cause.to_string());
    match opened.and_then(|json| serde_json::from_str(&json).map_err(|cause| cause.to_string())) {
        Ok(secrets) => Some(secrets),
        Err(cause) => {
            tracing::error!(purpose, %cause, "secrets cannot be read; enter them again");
            None
        }
    }
}

/// What tools may know of the desk.
struct Known {
    catalog: Arc<Catalog>,
    store: Arc<dyn Store>,
}

#[async_trait]
impl desk::Desk for Known {
    async fn settings(&self) -> Result<DeskSettings, DeskUnavailable> {
        Ok((*self.catalog.current().settings).clone())
    }

    async fn judge(&self, refund: &Proposal, now: Timestamp) -> Result<Verdict, DeskUnavailable> {
        let Proposal { charge, order, customer, .. } = refund;
        let totals = self.store.refund_totals(charge, order, customer, now.day()).await;
        let totals = totals.map_err(|cause| DeskUnavailable(cause.to_string()))?;
        Ok(policy::judge(&self.catalog.current().settings.refund_policy, refund, &totals, false))
    }

    async fn waiting(&self) -> Result<u32, DeskUnavailable> {
        let unavailable = |cause: &dyn std::fmt::Display| DeskUnavailable(cause.to_string());
        // What waits is the same for every reader.
        let nobody: StaffId = "nobody".parse().map_err(|e| unavailable(&e))?;
        let counts = self.store.counts(&nobody).await.map_err(|e| unavailable(&e))?;
        Ok(counts.waiting)
    }
}
