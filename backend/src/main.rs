//! `baton`: the commands.

use std::{
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use baton::{
    config::{Config, ConfigError, Settings},
    first_run::SignIn,
    journal::heads,
    knowledge::import::{Kind, apart},
    remote::{self, Remote, RemoteError},
    routing::{ExamplesError, Router},
    serve::{ServeError, Started},
    storage::{
        StoreError,
        sqlite::{OpenError, SqliteStore},
    },
    telemetry,
};
use clap::{Parser, Subcommand};
use shared::time::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A customer-support desk in which AI agents and people share one conversation.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    Serve {
        /// Settings file (TOML); environment and flags override it.
        #[arg(long, env = "BATON_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Prints a settings file with every setting, explained, at its default.
    Config,
    /// Checks every conversation's journal; exit status 1 and the place of the first fault.
    Verify {
        /// Folder that holds the database.
        #[arg(long, env = "BATON_DATA", value_name = "DIR", default_value = "data")]
        data: PathBuf,
        /// Compares also with what `baton heads` printed before.
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
    },
    /// Prints the head of every conversation; the SHA-256 of it all is the journal's head.
    Heads {
        /// Folder that holds the database.
        #[arg(long, env = "BATON_DATA", value_name = "DIR", default_value = "data")]
        data: PathBuf,
        /// Of events that were recorded before this moment, as a published head names it.
        #[arg(long, value_name = "TIME")]
        before: Option<Timestamp>,
    },
    /// Lists refunds that are not settled, and settles what the payment provider leaves open. Asks a
    /// running server.
    Refunds {
        /// Where the server listens.
        #[arg(
            long,
            env = "BATON_SERVER",
            value_name = "URL",
            default_value = "http://127.0.0.1:8080"
        )]
        server: String,
        /// An administrator's API key.
        #[arg(long, env = "BATON_API_KEY", value_name = "KEY", hide_env_values = true)]
        key: Option<String>,
        #[command(subcommand)]
        asked: remote::Asked,
    },
    /// Reads a file for the server, in a process of its own.
    #[command(name = apart::COMMAND, hide = true)]
    ReadDocument {
        /// What it is.
        kind: Kind,
        /// What it is called.
        #[arg(long)]
        name: String,
    },
    /// Reads one message a line from standard input; prints where each would go, as JSON.
    Route {
        /// Trains on this CSV file alone (columns text,label); labels take the place of agents.
        #[arg(long, value_name = "FILE")]
        examples: Option<PathBuf>,
        /// Tells besides what speaks for each of the likeliest intents: parts of the message, and
        /// examples that are like it.
        #[arg(long)]
        why: bool,
    },
}

/// Why a command did not do what it should; one sentence for the person who ran it.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{address} is already taken: stop what uses it, or choose another with --listen")]
    Taken { address: String },
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: String, cause: io::Error },
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Fault(#[from] baton::verify::Fault),
    #[error("there is no Baton database in {0}")]
    NoData(PathBuf),
    #[error("cannot read {path}: {cause}")]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Examples(#[from] ExamplesError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { config, settings } => serve(config.as_deref(), *settings).await,
        Command::Config => print(&Settings::annotated()),
        Command::Verify { data, heads } => verify(&data, heads.as_deref()).await,
        Command::Heads { data, before } => print_heads(&data, before).await,
        Command::Refunds { server, key, asked } => refunds(&server, key, &asked).await,
        Command::Route { examples, why } => route(examples.as_deref(), why),
        Command::ReadDocument { kind, name } => {
            apart::run(kind, &name, io::stdin().lock(), io::stdout().lock()).map_err(Into::into)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; there is nobody to tell then.
            let _ = writeln!(io::stderr(), "baton: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(file: Option<&Path>, settings: Settings) -> Result<(), CommandError> {
    let config = Config::resolve(file, settings)?;
    telemetry::init(&config.log, config.log_format);
    // Before the data folder is touched: a second server by mistake must change nothing.
    let address = config.listen.to_string();
    let listener = TcpListener::bind(config.listen).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => CommandError::Taken { address },
        _ => CommandError::Listen { address, cause },
    })?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let public_url = config.public_url.clone();
    let demo = config.demo;
    let announce = move |started: Started| {
        let text = welcome(&started, public_url, demo);
        // Nobody may be reading; the server is there all the same.
        let _ = print(&text);
    };
    Ok(baton::serve(config, listener, stop, announce).await?)
}

fn welcome(started: &Started, public_url: Option<String>, demo: bool) -> String {
    let Started { address, sign_ins, restored } = started;
    let url = public_url.unwrap_or_else(|| format!("http://{address}"));
    let mut lines = vec![format!("listening on http://{address}"), String::new()];
    if demo {
        lines.push(format!("  demo shop  {url}/demo"));
    }
    lines.push(format!("  inbox      {url}/inbox"));
    lines.push(format!("  admin      {url}/admin"));
    lines.push(format!("  API docs   {url}/api/docs"));
    if let Some(off) = restored {
        lines.push(format!("\nREFUNDS ARE OFF. {}", off.detail));
        lines
            .push(format!("Compare with the payment provider, then allow them: {url}/admin/money"));
    }
    if !sign_ins.is_empty() {
        lines.push("\nfirst sign-in, until the password is changed:".to_owned());
    }
    lines
        .extend(sign_ins.iter().map(|SignIn { email, password }| format!("  {email}  {password}")));
    lines.join("\n") + "\n"
}

async fn stop_on_signal(stop: CancellationToken) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
    stop.cancel();
}

async fn verify(data: &Path, published: Option<&Path>) -> Result<(), CommandError> {
    let store = open(data)?;
    let verified = baton::verify::verify(&*store).await?;
    let Some(path) = published else { return print(&format!("{verified}\n")) };
    let lines = read(path)?;
    let heads = baton::verify::against(&*store, &lines).await?;
    print(&format!("{verified}, and {heads} heads are as published\n"))
}

async fn print_heads(data: &Path, before: Option<Timestamp>) -> Result<(), CommandError> {
    let store = open(data)?;
    let before = before.unwrap_or(Timestamp(i64::MAX));
    print(&heads::lines(&*store, before).await?)
}

/// Opening would make a database where there is none, and find no fault in it.
fn open(data: &Path) -> Result<Arc<SqliteStore>, CommandError> {
    if !data.join("baton.db").is_file() {
        return Err(CommandError::NoData(data.to_owned()));
    }
    Ok(SqliteStore::open(data)?)
}

fn read(path: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(path)
        .map_err(|cause| CommandError::Unreadable { path: path.to_owned(), cause })
}

async fn refunds(
    server: &str,
    key: Option<String>,
    asked: &remote::Asked,
) -> Result<(), CommandError> {
    print(&Remote::new(server, key)?.refunds(asked).await?)
}

fn route(examples: Option<&Path>, why: bool) -> Result<(), CommandError> {
    let router = match examples {
        None => Router::agents(),
        Some(path) => Router::examples(&read(path)?)?,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    // Lines come from anywhere, in any encoding; each gets its answer.
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        let routed = if why { router.explain(&text) } else { router.route(&text) };
        let routed = serde_json::to_string(&routed).map_err(io::Error::from)?;
        // Each answer leaves at once: somebody may be typing.
        match writeln!(out, "{routed}").and_then(|()| out.flush()) {
            // Whoever read has seen enough.
            Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            wrote => wrote?,
        }
    }
    Ok(())
}

fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
