//! The stream of a turn is cut while the turn goes on: each page once, after a number of bytes of its
//! own, so that over many turns every byte has its turn.

use std::sync::atomic::AtomicU64;

use super::{SIDE_BY_SIDE, Turn, equal, follow::Way, on_a_server, proxy::NEVER, turn};
use crate::{Group, Plan, Progress, Tally, Trial, tally::Repeat};

/// Each trial is one long turn, followed by pages of which each is cut once.
pub const TRIAL: Trial = Trial {
    group: Group::Crashes,
    name: "live",
    what: "the stream of a turn that goes on is cut at a byte of its own for each page",
    short: 12,
    long: 5_000,
    run,
};

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    // One more customer, whose turn is only measured.
    on_a_server(plan, plan.trials + 1, async |address| {
        let mut tally = Tally::default();
        let of = async |customer| Turn {
            address,
            reader: turn::begin(address, customer).await,
            cuts: AtomicU64::new(0),
        };
        let bytes = match of(plan.trials).await.measure(plan.trials).await {
            Ok(bytes) => bytes,
            Err(what) => {
                tally.violate(Repeat::one(plan.seed_of(0)), what);
                return tally;
            }
        };
        let places = plan.trials * SIDE_BY_SIDE / 2;
        let stride = bytes.div_ceil(places).max(1);
        for i in 0..plan.trials {
            let turn = of(i).await;
            // Two pages at each place, one each way. The seed shifts the places between two strides.
            let first = |n: u64| (i * SIDE_BY_SIDE / 2 + n / 2) * stride + plan.seed % stride;
            if let Err(what) = turn.cut_once_each(i, first).await {
                tally.violate(Repeat::one(plan.seed_of(i)), what);
            }
            tally.trials += 1;
            tally.faults += turn.cuts.into_inner();
            progress.tell(tally.trials, tally.faults);
        }
        if tally.faults < plan.trials {
            tally.violate(Repeat::one(plan.seed_of(0)), "hardly anything was cut".to_owned());
        }
        tally.note(format!("cut every {stride} bytes of {bytes}, {} times", tally.faults));
        tally
    })
}

impl Turn {
    /// How many bytes a page hears of a turn at which nothing is cut, the longer way.
    async fn measure(&self, customer: u64) -> Result<u64, String> {
        let heard = self.follow_the_turn(customer, |_| || NEVER).await?;
        heard.pages.iter().map(|page| page.1).max().ok_or_else(|| "nobody followed".to_owned())
    }

    /// Page `n` is cut after `first(n)` bytes, and then no more.
    async fn cut_once_each(&self, customer: u64, first: impl Fn(u64) -> u64) -> Result<(), String> {
        let cuts = |n| {
            let mut cuts = Some(first(n));
            move || cuts.take().unwrap_or(NEVER)
        };
        let heard = self.follow_the_turn(customer, cuts).await?;
        for (n, (page, _)) in (0..).zip(&heard.pages) {
            let way = Way::of(n);
            equal(page.events(), &heard.journal)
                .map_err(|what| format!("{way:?}, cut after {} bytes: {what}", first(n)))?;
        }
        Ok(())
    }
}
