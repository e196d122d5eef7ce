//! The live stream is cut, at every byte of a long turn: what a page has seen is always a prefix of
//! the journal as its reader may see it, in order, without a gap or a double.

mod follow;
pub mod live;
mod page;
mod proxy;
mod turn;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use futures_util::future::{join, join_all};
use shared::event::Event;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{Group, Plan, Progress, Tally, Trial, crashes::server::Server, shop, tally::Repeat};
use follow::{Ended, Reader, Way};
use page::Page;
use proxy::{NEVER, Proxy};

/// Each trial is one long turn, cut at every byte.
pub const TRIAL: Trial = Trial {
    group: Group::Crashes,
    name: "stream",
    what: "the live stream is cut at every byte: what a page has seen is a prefix of the journal",
    short: 1,
    long: 20,
    run,
};

/// Pages that are cut side by side.
const SIDE_BY_SIDE: u64 = 8;
/// Longest stretch between two cuts while the turn goes on, in bytes.
const STRETCH: u64 = 3_000;
/// A page that has not seen all by then never will.
const END: Duration = Duration::from_mins(1);

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    on_a_server(plan, plan.trials, async |address| {
        let mut tally = Tally::default();
        for i in 0..plan.trials {
            let repeat = Repeat::one(plan.seed_of(i));
            let reader = turn::begin(address, i).await;
            let trial = Turn { address, reader, cuts: AtomicU64::new(0) };
            if let Err(what) = trial.play(i, repeat.seed, &mut tally).await {
                tally.violate(repeat, what);
            }
            tally.trials += 1;
            tally.faults += trial.cuts.into_inner();
            progress.tell(tally.trials, tally.faults);
        }
        tally
    })
}

/// Does `trials` at a server of its own, whose shop has so many customers.
fn on_a_server(
    plan: &Plan,
    customers: u64,
    trials: impl AsyncFnOnce(SocketAddr) -> Tally,
) -> Tally {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let shop = folder.path().join("shop.json");
        std::fs::write(&shop, shop::file(customers)).expect("a file");
        let mut server = Server::start(&plan.programs, &folder.path().join("data"), &shop);
        let address = server.address().await.expect("it starts");
        trials(address.parse().expect("an address")).await
    })
}

/// What came of a turn that pages followed.
struct Heard {
    /// What the customer may see of it.
    journal: Vec<Event>,
    /// What each page has seen, and how many bytes its longest connection had.
    pages: Vec<(Page, u64)>,
}

/// One turn and those who follow it.
struct Turn {
    address: SocketAddr,
    reader: Reader,
    cuts: AtomicU64,
}

impl Turn {
    async fn play(&self, customer: u64, seed: u64, tally: &mut Tally) -> Result<(), String> {
        let drafts = self.cut_while_it_goes_on(customer, seed).await?;
        let journal = self.reader.journal(self.address).await;
        if !turn::is_long(&journal) {
            return Err(format!("that was no long turn: {journal:#?}"));
        }
        for way in [Way::Socket, Way::Events] {
            let bytes = self.cut_at_every_byte(way, &journal).await?;
            tally.note(format!("{way:?}: {} events in {bytes} bytes", journal.len()));
        }
        tally.note(format!("{drafts} drafts were heard from their start"));
        Ok(())
    }

    /// Pages follow while the customer writes and is answered, and are cut now and then.
    async fn cut_while_it_goes_on(&self, customer: u64, seed: u64) -> Result<u64, String> {
        let heard = self
            .follow_the_turn(customer, |n| {
                let seed = seed.wrapping_mul(SIDE_BY_SIDE).wrapping_add(n);
                let mut chance = fastrand::Rng::with_seed(seed);
                move || chance.u64(..STRETCH)
            })
            .await?;
        for (page, _) in &heard.pages {
            equal(page.events(), &heard.journal)?;
        }
        Ok(heard.pages.iter().map(|(page, _)| page.drafts).sum())
    }

    /// Pages follow while the customer writes and is answered. Page `n` is cut after as many bytes as
    /// `cuts(n)` says, each time anew.
    async fn follow_the_turn<C: FnMut() -> u64>(
        &self,
        customer: u64,
        cuts: impl Fn(u64) -> C,
    ) -> Result<Heard, String> {
        let (tell, last) = watch::channel(None);
        let write = async {
            self.reader.write(self.address, customer).await;
            let journal = self.reader.journal(self.address).await;
            tell.send_replace(journal.last().map(|event| event.seq));
            journal
        };
        let pages = (0..SIDE_BY_SIDE)
            .map(|n| self.come_back_again_and_again(Way::of(n), cuts(n), last.clone()));
        let (journal, pages) = timeout(END, join(write, join_all(pages)))
            .await
            .map_err(|_| "a page has not seen the end a minute later".to_owned())?;
        Ok(Heard { journal, pages: pages.into_iter().collect::<Result<_, _>>()? })
    }

    async fn come_back_again_and_again(
        &self,
        way: Way,
        mut cut: impl FnMut() -> u64,
        last: watch::Receiver<Option<u64>>,
    ) -> Result<(Page, u64), String> {
        let proxy = Proxy::start(self.address).await;
        let (mut page, mut longest) = (Page::default(), 0);
        let mut unused = None;
        loop {
            longest = proxy.passed().max(longest);
            let end = *last.borrow();
            if end.is_some_and(|end| page.seq() >= end) {
                return Ok((page, longest));
            }
            let after = unused.take().unwrap_or_else(&mut cut);
            proxy.cut_after(after);
            // Until the turn is over, it is followed until it is cut.
            let mut over = last.clone();
            tokio::select! {
                ended = self.reader.follow(way, proxy.address(), &mut page, end.unwrap_or(NEVER)) => {
                    let ended = ended?;
                    unused = (ended == Ended::TooMany).then_some(after);
                    self.count(ended).await;
                }
                // What comes last is on its way: whoever goes on sees it.
                _ = over.changed(), if end.is_none() => {}
            }
        }
    }

    /// The finished turn is read from its beginning and cut after every number of bytes, and each
    /// time read on from there. Answers how many bytes it has.
    async fn cut_at_every_byte(&self, way: Way, journal: &[Event]) -> Result<u64, String> {
        let proxy = Proxy::start(self.address).await;
        let mut page = Page::default();
        let last = journal.last().map_or(0, |event| event.seq);
        self.insist(way, &proxy, NEVER, &mut page, last).await?;
        equal(page.events(), journal)?;
        let bytes = proxy.passed();
        let lanes = (0..SIDE_BY_SIDE).map(|lane| async move {
            let proxy = Proxy::start(self.address).await;
            let mut seen = BTreeSet::new();
            for cut in (0..=bytes).filter(|cut| cut % SIDE_BY_SIDE == lane) {
                let mut page = Page::default();
                self.insist(way, &proxy, cut, &mut page, last).await?;
                let prefix = page.events().len();
                equal(page.events(), journal.get(..prefix).unwrap_or_default())
                    .map_err(|what| format!("{way:?}, cut after {cut} bytes: {what}"))?;
                // Whoever comes back says what they have seen, and nothing else: once is enough.
                if seen.insert(prefix) {
                    self.insist(way, &proxy, NEVER, &mut page, last).await?;
                    equal(page.events(), journal)
                        .map_err(|what| format!("{way:?}, resumed after {cut} bytes: {what}"))?;
                }
            }
            Ok::<_, String>(seen)
        });
        let mut seen = BTreeSet::new();
        for lane in join_all(lanes).await {
            seen.extend(lane?);
        }
        let missing = (0..journal.len()).find(|prefix| !seen.contains(prefix));
        missing.map_or(Ok(bytes), |prefix| Err(format!("no cut left {prefix} events")))
    }

    /// One connection that is cut after so many bytes, or not; again if the server had no place.
    async fn insist(
        &self,
        way: Way,
        proxy: &Proxy,
        cut: u64,
        page: &mut Page,
        last: u64,
    ) -> Result<(), String> {
        proxy.cut_after(cut);
        loop {
            let ended = self.reader.follow(way, proxy.address(), page, last).await?;
            self.count(ended).await;
            match ended {
                Ended::TooMany => {}
                Ended::Cut if cut == NEVER => return Err("it ended and nobody cut it".to_owned()),
                Ended::Cut | Ended::Complete => return Ok(()),
            }
        }
    }

    async fn count(&self, ended: Ended) {
        match ended {
            Ended::Cut => {
                self.cuts.fetch_add(1, Ordering::Relaxed);
            }
            // As a page does, though for not so long.
            Ended::TooMany => sleep(Duration::from_millis(20)).await,
            Ended::Complete => {}
        }
    }
}

fn equal(seen: &[Event], journal: &[Event]) -> Result<(), String> {
    if seen == journal {
        return Ok(());
    }
    let seqs = |events: &[Event]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    Err(format!("seen {:?} of {:?}", seqs(seen), seqs(journal)))
}
