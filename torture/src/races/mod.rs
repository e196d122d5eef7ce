//! Two want something of one conversation at the same moment, on a real desk and store: whoever is
//! first wins, the other is told so, and nothing is half done.

mod gates;
mod rivals;
mod storm;
mod takeover;

use std::sync::Arc;

use baton::{
    journal::Thread,
    runtime::{Desk, DeskError},
    storage::Scope,
};
use shared::{
    id::{ClientId, ConversationId, VisitorId},
    message::{Assurance, StaffRef, VisitorRef},
};
use tempfile::TempDir;

use crate::{
    Plan, Progress, Tally,
    desk::{self, Special},
    shop,
};
use gates::Gates;

pub use rivals::TRIAL as RIVALS;
pub use storm::TRIAL as STORM;
pub use takeover::TRIAL as TAKEOVER;

/// Races that run side by side, each on a conversation of its own.
const AT_ONCE: u64 = 64;

/// A desk on which races are run.
#[derive(Clone)]
struct Track {
    desk: Desk,
    gates: Arc<Gates>,
    /// Kept until the last race is over.
    folder: Arc<TempDir>,
}

impl Track {
    /// A desk whose shop has a customer for each of `races`; every refund must be approved.
    async fn new(races: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let gates = Arc::new(Gates::default());
        let mut special = Special::new(gates.clone());
        special.settings.refund_policy.per_order.amount = 1;
        special.shop =
            baton::tools::shop::ShopData::parse(shop::file(races).as_bytes()).expect("a shop");
        let desk = desk::open(folder.path(), special).await;
        Self { desk, gates, folder: Arc::new(folder) }
    }

    /// A track around a desk that has a brain of its own.
    fn of(desk: Desk, folder: Arc<TempDir>) -> Self {
        Self { desk, gates: Arc::default(), folder }
    }

    /// A conversation with customer `n`.
    async fn open(&self, n: u64) -> ConversationId {
        let visitor = VisitorRef {
            id: visitor(n),
            assurance: Assurance::Verified,
            customer: Some(shop::id(n)),
            name: Some("Ada".to_owned()),
            email: None,
        };
        let site = "demo".parse().expect("a key");
        self.desk.open(&site, visitor).await.expect("opened").state.id.clone()
    }

    /// The visitor says their `nth` line.
    async fn say(&self, id: &ConversationId, nth: u8, text: &str) {
        let client_id = ClientId::random([nth; 16]);
        let said = self.desk.visitor_says(&Scope::System, id, client_id, text.to_owned()).await;
        said.expect("said");
    }

    async fn thread(&self, id: &ConversationId) -> Arc<Thread> {
        self.desk.load(&Scope::System, id).await.expect("the conversation")
    }
}

fn visitor(n: u64) -> VisitorId {
    format!("vis_{n}").parse().expect("an id")
}

fn staff(name: &str) -> StaffRef {
    StaffRef { id: name.to_lowercase().parse().expect("an id"), name: name.to_owned() }
}

/// Whether an act was done; what stood in its way is something that rivals may be told.
fn won<T>(result: Result<T, DeskError>) -> Result<bool, String> {
    use DeskError::{AlreadyClaimed, AlreadyDecided, Changed, NotOwner};
    match result {
        Ok(_) => Ok(true),
        Err(AlreadyClaimed(_) | AlreadyDecided | NotOwner(_) | Changed) => Ok(false),
        Err(error) => Err(format!("a rival is told: {error}")),
    }
}

/// Runs all races of `plan`, so many at once; `race` is told its number and its seed.
fn races<F>(plan: &Plan, progress: &dyn Progress, race: impl Fn(Track, u64, u64) -> F) -> Tally
where
    F: Future<Output = Tally> + Send + 'static,
{
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut tally = Tally::default();
        while tally.trials < plan.trials {
            // A folder for a thousand, so that none grows without end.
            let round = (plan.trials - tally.trials).min(1000);
            let track = Track::new(round).await;
            let mut n = 0;
            while n < round {
                let heat = AT_ONCE.min(round - n);
                let begun = tally.trials;
                let running = (0..heat)
                    .map(|i| tokio::spawn(race(track.clone(), n + i, plan.seed_of(begun + i))));
                for ended in running.collect::<Vec<_>>() {
                    tally.add(ended.await.expect("a race does not panic"));
                }
                n += heat;
                progress.tell(tally.trials, tally.faults);
            }
            track.desk.idle().await;
            drop(track.folder);
        }
        tally
    })
}
