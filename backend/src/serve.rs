//! The server: takes a listener and a token that stops it, so tests come in by the same door.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use shared::{
    api::{JournalHead, RefundsOff},
    time::Timestamp,
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{App, Parts, SystemClock},
    assemble::{Workshop, connect, connected, engine, equip, provider},
    auth::{limits::Limits, password::Passwords, streams::Streams},
    brain::llm::{Models, Patience, Payer, Providers},
    config::Config,
    egress::{Bounds, Egress, EgressError},
    first_run::{self, FirstRunError, SignIn},
    http::{connections, router::router},
    journal::{heads, rebuild},
    knowledge::import::apart::Apart,
    lab::Lab,
    live::people,
    money::{
        head::Noted,
        restored::{self, RestoredError},
        silent::Silent,
    },
    runtime::Clock,
    storage::{
        Store, StoreError,
        rows::AuditRow,
        sqlite::{OpenError, SqliteStore},
    },
    tools::mcp::McpServers,
    vault::{KeysError, Vault},
};

/// How long a stop may take: what is not done then is found in the journal by the next start.
/// With what the process itself takes to end it stays below ten seconds.
const STOP: Duration = Duration::from_secs(8);
/// How often idle playgrounds are looked for.
const TIDY: Duration = Duration::from_mins(1);

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How often the head of the journal is logged.
const HEADS: Duration = Duration::from_hours(1);

/// Why the server does not start, or ended; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The data folder cannot be made ready.
    #[error(transparent)]
    FirstRun(#[from] FirstRunError),
    /// Nothing can be called outside.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The keys that seal secrets are not there.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Nobody can say whether the database came back from a backup.
    #[error(transparent)]
    Restored(#[from] RestoredError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network failed.
    #[error("the network failed: {0}")]
    Network(#[from] std::io::Error),
}

/// What can be told once the server is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// Where it listens.
    pub address: SocketAddr,
    /// Accounts whose made-up password still stands.
    pub sign_ins: Vec<SignIn>,
    /// Refunds are off because the database came back from a backup.
    pub restored: Option<RefundsOff>,
}

/// Serves on `listener` until `stop` fires, and then for less than ten seconds. Calls
/// `started` when everything is ready.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    stop: CancellationToken,
    started: impl FnOnce(Started),
) -> Result<(), ServeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store: Arc<dyn Store> = SqliteStore::open(&config.data)?;
    let vault = Arc::new(Vault::open(&config.secret_keys())?);
    let passwords = Passwords::default();
    let now = clock.now();
    let sign_ins = first_run::furnish(&*store, &vault, &passwords, &config, now).await?;
    let library = first_run::library(&store, &config, now).await?;
    let egress = Egress::new(config.private_hosts.clone(), Bounds::default())?;
    let models = Models::new(Providers::default(), egress.clone(), Patience::default());
    connect(&*store, &vault, &models.providers).await?;
    remember_spent(&*store, &models, now).await?;
    let workshop = Workshop {
        ledger: first_run::ledger(&config, now).await?,
        knowledge: library.shelf(),
        teach: connected(models.clone()),
        clock: clock.clone(),
    };
    let provider = if config.demo && config.demo_provider_down {
        Arc::new(Silent)
    } else {
        provider(&workshop)
    };
    let restored = restored::look(&*store, &config.data, &*provider, now).await?;
    let gateway = Noted::new(provider, store.clone(), &config.data, restored.doubtful)
        .map_err(RestoredError::Head)?;
    let engine = engine(store.clone(), &workshop, Arc::new(gateway)).await?;
    let mcp = McpServers::new(&egress, config.mcp_commands.clone());
    equip(&*store, &vault, &egress, &mcp, &engine.tools).await?;
    let done = AuditRow::of_baton(now, "searches_kept", "searches");
    rebuild::searches(&*store, &engine.journal, done).await?;
    let tasks = TaskTracker::new();
    let app = App::new(Parts {
        limits: Limits::new(&config.rates),
        apart: Apart::with(config.reader.clone()),
        config,
        store,
        journal: engine.journal,
        desk: engine.desk.clone(),
        catalog: engine.catalog,
        tools: engine.tools.clone(),
        library,
        clock,
        ledger: workshop.ledger.clone(),
        lab: Lab::new(workshop, engine.tools),
        egress,
        mcp,
        models,
        vault,
        passwords,
        streams: Streams::default(),
        changes: tokio::sync::Mutex::default(),
        shutdown: stop.clone(),
        tasks: tasks.clone(),
    });
    people::remember(&app).await?;
    let work = engine.desk.start(stop.clone());
    tasks.spawn(end_sessions(app.clone()));
    tasks.spawn(tidy(app.clone()));
    tasks.spawn(publish_heads(app.clone()));
    let address = listener.local_addr()?;
    let connections = connections::serve(listener, router(app), stop.clone(), connections::STALL);
    started(Started { address, sign_ins, restored: restored.off });
    let ended = async {
        connections.await;
        tasks.close();
        tasks.wait().await;
        // A panic there has been logged where it happened.
        let _ = work.await;
    };
    tokio::pin!(ended);
    let stopped = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP).await;
    };
    tokio::select! {
        () = &mut ended => {}
        () = stopped => {
            tracing::warn!("not everything ended in time; the next start goes on with it");
        }
    }
    Ok(())
}

/// Takes up what models have cost today.
async fn remember_spent(
    store: &dyn Store,
    models: &Models,
    now: Timestamp,
) -> Result<(), StoreError> {
    let day = now.day();
    let spent = store.spent(Timestamp(day * DAY_MS)).await?;
    let payer = |(site, visitor, micros)| (Payer { site, visitor, day }, micros);
    models.purse.begin(spent.into_iter().map(payer));
    Ok(())
}

/// Ends the sessions with MCP servers, and the programs that were started, with the desk.
async fn end_sessions(app: App) {
    app.shutdown.cancelled().await;
    app.mcp.close().await;
}

/// Logs the head of the journal: where logs are kept elsewhere, nobody can rewrite it unseen.
async fn publish_heads(app: App) {
    let mut ticks = tokio::time::interval(HEADS);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => match heads::head(&*app.store, app.clock.now()).await {
                Ok(JournalHead { before, conversations, events, head }) => {
                    tracing::info!(%before, conversations, events, head, "journal head");
                }
                Err(error) => tracing::error!(%error, "the journal's head cannot be read"),
            },
        }
    }
}

async fn tidy(app: App) {
    let mut ticks = tokio::time::interval(TIDY);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => app.lab.forget_idle(app.clock.now()),
        }
    }
}
