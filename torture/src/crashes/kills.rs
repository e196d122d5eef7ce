//! `kill -9` under load: clients write while the server is killed at random moments and started
//! again at once. What was acknowledged is there, once; no turn lies open; the books agree.

mod audit;
mod client;

use std::{path::PathBuf, time::Duration};

use baton::{app::SystemClock, runtime::Clock as _};
use shared::time::Timestamp;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{folder, server::Server};
use crate::{Group, Plan, Programs, Progress, Tally, Trial, shop, tally::Repeat};
use client::{Client, Said};

/// `kill -9` under load.
pub const TRIAL: Trial = Trial {
    group: Group::Crashes,
    name: "kills",
    what: "kill -9 under load: nothing acknowledged is lost or doubled, no turn lies open",
    short: 6,
    long: 1000,
    run,
};

/// Clients that write at once.
const CLIENTS: u64 = 6;
/// Crashes on one data folder; then the books are audited and a new one begins.
const CRASHES: u64 = 100;
/// Longest life of a server, in milliseconds; it is killed at any moment up to here.
const LIFE_MS: u64 = 500;
/// A server that does not listen by then never will.
const START: Duration = Duration::from_mins(1);
/// By then every turn must have ended; also how long each turn may take in all.
const TURN: Duration = Duration::from_mins(1);

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut tally = Tally::default();
    while tally.trials < plan.trials {
        let crashes = CRASHES.min(plan.trials - tally.trials);
        let repeat = Repeat { seed: plan.seed_of(tally.trials), trials: crashes };
        let before = tally.trials;
        let tell = |done| progress.tell(before + done, before + done);
        let round = Round::new(&plan.programs, repeat);
        tally.add(runtime.block_on(round.run(&tell)));
    }
    tally
}

/// What clients see of the server: where it listens, while it does, and whether to go home.
#[derive(Debug, Clone, Default)]
struct Desk {
    address: Option<String>,
    closing: bool,
}

/// Crashes on one data folder.
struct Round<'a> {
    programs: &'a Programs,
    repeat: Repeat,
    folder: tempfile::TempDir,
    shop: PathBuf,
    desk: watch::Sender<Desk>,
    chance: fastrand::Rng,
    killed_at: Vec<Timestamp>,
}

impl<'a> Round<'a> {
    fn new(programs: &'a Programs, repeat: Repeat) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shop = folder.path().join("shop.json");
        let customers = CLIENTS * client::VISITORS;
        std::fs::write(&shop, shop::file(customers)).expect("a file");
        let chance = fastrand::Rng::with_seed(repeat.seed);
        let (desk, _) = watch::channel(Desk::default());
        Self { programs, repeat, folder, shop, desk, chance, killed_at: Vec::new() }
    }

    async fn run(mut self, tell: &(dyn Fn(u64) + Sync)) -> Tally {
        let mut tally = Tally { trials: self.repeat.trials, ..Tally::default() };
        folder::make(&self.data()).await;
        let mut clients = JoinSet::new();
        for n in 0..CLIENTS {
            let seed = self.chance.u64(..);
            clients.spawn(Client::new(n, seed, self.desk.subscribe()).write());
        }
        for crash in 0..self.repeat.trials {
            if let Err(what) = self.live_and_die().await {
                tally.violate(self.repeat, what);
                return tally;
            }
            tally.faults += 1;
            tell(crash);
        }
        let server = match self.start().await {
            Ok(server) => server,
            Err(what) => {
                tally.violate(self.repeat, what);
                return tally;
            }
        };
        self.desk.send_modify(|desk| desk.closing = true);
        let mut said = Vec::new();
        let all = async {
            while let Some(written) = clients.join_next().await {
                said.push(written.expect("a client does not panic"));
            }
        };
        if timeout(TURN, all).await.is_err() {
            tally.violate(self.repeat, "a client is not answered although the server listens");
            return tally;
        }
        if !audit::comes_to_rest(self.folder.path()).await {
            tally.violate(self.repeat, "work lies undone a minute after the last start");
        }
        self.kill(server);
        let said: Vec<Said> = said.into_iter().flatten().collect();
        audit::books(self.folder.path(), &said, &self.killed_at, self.repeat, &mut tally).await;
        tally
    }

    /// Starts a server, lets it work for a moment, and kills it.
    async fn live_and_die(&mut self) -> Result<(), String> {
        let life = Duration::from_millis(self.chance.u64(..LIFE_MS));
        if self.chance.u8(..8) == 0 {
            // Now and then before it listens: starting must bear it, too.
            let server = self.spawn();
            sleep(life).await;
            self.kill(server);
            return Ok(());
        }
        let server = self.start().await?;
        sleep(life).await;
        self.kill(server);
        Ok(())
    }

    fn spawn(&self) -> Server {
        Server::start(self.programs, &self.data(), &self.shop)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn start(&mut self) -> Result<Server, String> {
        let mut server = self.spawn();
        match timeout(START, server.address()).await {
            Ok(Some(address)) => {
                self.desk.send_modify(|desk| desk.address = Some(address));
                Ok(server)
            }
            Ok(None) => Err("the server ended while it started".to_owned()),
            Err(_) => Err("the server does not start".to_owned()),
        }
    }

    fn kill(&mut self, server: Server) {
        server.kill();
        self.killed_at.push(SystemClock.now());
        self.desk.send_modify(|desk| desk.address = None);
    }
}
