//! A server in a process of its own, to be killed.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
};

use baton::{
    config::{Config, Settings},
    serve::Started,
    telemetry,
};
use clap::Args;
use tokio::{net::TcpListener, sync::oneshot};
use tokio_util::sync::CancellationToken;

use crate::Programs;

/// What `torture serve` takes: what `baton serve` takes.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Serves until it is killed, and says where as `baton serve` does.
pub fn serve(options: Options) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let config = Config::resolve(None, *options.settings).expect("settings");
        telemetry::init(&config.log, config.log_format);
        let listener = TcpListener::bind(config.listen).await.expect("an address");
        let announce = |Started { address, .. }| {
            let mut out = std::io::stdout();
            let _ = writeln!(out, "{LISTENING}{address}").and_then(|()| out.flush());
        };
        let served = baton::serve(config, listener, CancellationToken::new(), announce).await;
        served.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
    })
}

/// What a server says first, before its address.
const LISTENING: &str = "listening on http://";

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    address: Option<oneshot::Receiver<String>>,
}

impl Server {
    /// Starts one on a free port, with the demo shop's site and the shop in the file `shop`.
    pub fn start(programs: &Programs, data: &Path, shop: &Path) -> Self {
        let mut command = Command::new(programs.baton.as_ref().unwrap_or(&programs.torture));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BATON_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--log", "error"]);
        command.args(["--visitors-per-minute", "0", "--messages-per-minute", "0"]);
        command.arg("--data").arg(data).arg("--shop").arg(shop);
        command.env("BATON_ADMIN_PASSWORD", "for tests only");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let (tell, address) = oneshot::channel();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        // A thread, and to the end, so that the server never writes into a full or closed pipe.
        std::thread::spawn(move || {
            let mut first = String::new();
            if out.read_line(&mut first).is_ok_and(|read| read > 0) {
                let _ = tell.send(first.trim().replace(LISTENING, ""));
            }
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        Self { child, address: Some(address) }
    }

    /// Where it listens, once it does; `None` if it ended before. To be asked once.
    pub async fn address(&mut self) -> Option<String> {
        self.address.take()?.await.ok()
    }

    /// Ends it on the spot with SIGKILL, as a power failure does.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
