//! What models have cost today, and what is set aside for calls that are under way. Nothing is
//! called for which there may be too little left, whatever the answer turns out to cost.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{
    id::{SiteKey, VisitorId},
    model::SpendCaps,
};

/// Who pays for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// The site.
    pub site: SiteKey,
    /// The visitor.
    pub visitor: VisitorId,
    /// The day (UTC), in days since 1970.
    pub day: i64,
}

/// What was spent. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Purse(Arc<Mutex<Spent>>);

#[derive(Debug, Default)]
struct Spent {
    day: i64,
    by: HashMap<Account, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Account {
    Visitor(VisitorId),
    Site(SiteKey),
    Desk,
}

/// What is set aside for one call, until it is known what the call has cost.
#[derive(Debug)]
pub(super) struct Hold {
    purse: Purse,
    payer: Payer,
    held: u64,
    counted: u64,
    begun: bool,
}

impl Purse {
    /// What was spent on a day before the server was started.
    pub fn begin(&self, spent: impl IntoIterator<Item = (Payer, u64)>) {
        let mut purse = self.lock();
        for (payer, micros) in spent {
            purse.turn(payer.day);
            for account in accounts(&payer) {
                purse.add(account, micros);
            }
        }
    }

    /// Sets `micros` aside; `Err` says whose limit does not allow it.
    pub(super) fn reserve(
        &self,
        payer: &Payer,
        caps: &SpendCaps,
        micros: u64,
    ) -> Result<Hold, &'static str> {
        let mut purse = self.lock();
        purse.turn(payer.day);
        let caps = [caps.visitor_day, caps.site_day, caps.desk_day];
        let whose = ["this visitor", "this site", "the whole desk"];
        for ((account, cap), whose) in accounts(payer).iter().zip(caps).zip(whose) {
            let spent = purse.by.get(account).copied().unwrap_or(0);
            if cap > 0 && micros > 0 && spent.saturating_add(micros) > cap {
                return Err(whose);
            }
        }
        for account in accounts(payer) {
            purse.add(account, micros);
        }
        drop(purse);
        let (purse, payer) = (self.clone(), payer.clone());
        Ok(Hold { purse, payer, held: micros, counted: 0, begun: false })
    }

    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spent {
    /// A new day begins with nothing. A clock that goes back changes nothing.
    fn turn(&mut self, day: i64) {
        if day > self.day {
            self.day = day;
            self.by.clear();
        }
    }

    fn add(&mut self, account: Account, micros: u64) {
        if micros > 0 {
            let spent = self.by.entry(account).or_default();
            *spent = spent.saturating_add(micros);
        }
    }
}

impl Hold {
    /// The request leaves: from here on the provider may count, whoever hears its answer.
    pub(super) fn begin(&mut self) {
        self.begun = true;
    }

    /// The provider has refused or was never reached: it counts nothing.
    pub(super) fn spare(&mut self) {
        self.begun = false;
    }

    /// The provider has counted.
    pub(super) fn count(&mut self, micros: u64) {
        self.counted = self.counted.saturating_add(micros);
    }
}

impl Drop for Hold {
    /// What was counted is spent; what began and nobody counted counts at its worst.
    fn drop(&mut self) {
        let cost = match (self.counted, self.begun) {
            (0, true) => self.held,
            (counted, _) => counted,
        };
        let mut purse = self.purse.lock();
        if purse.day != self.payer.day {
            return;
        }
        for account in accounts(&self.payer) {
            let spent = purse.by.entry(account).or_default();
            *spent = spent.saturating_sub(self.held).saturating_add(cost);
        }
        purse.by.retain(|_, spent| *spent > 0);
    }
}

fn accounts(payer: &Payer) -> [Account; 3] {
    [Account::Visitor(payer.visitor.clone()), Account::Site(payer.site.clone()), Account::Desk]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn payer(visitor: &str, site: &str, day: i64) -> Payer {
        Payer { site: site.parse().unwrap(), visitor: visitor.parse().unwrap(), day }
    }

    #[test]
    fn what_is_under_way_counts_until_it_is_known() {
        let purse = Purse::default();
        let caps = SpendCaps { visitor_day: 100, site_day: 150, desk_day: 200 };
        let ann = payer("ann", "shop", 1);
        let mut first = purse.reserve(&ann, &caps, 60).unwrap();
        assert_eq!(purse.reserve(&ann, &caps, 60).err(), Some("this visitor"));
        first.begin();
        first.count(10);
        drop(first);
        let second = purse.reserve(&ann, &caps, 90).unwrap();
        assert_eq!(purse.reserve(&payer("bob", "shop", 1), &caps, 90).err(), Some("this site"));
        let third = purse.reserve(&payer("bob", "blog", 1), &caps, 90).unwrap();
        assert_eq!(purse.reserve(&payer("cat", "new", 1), &caps, 90).err(), Some("the whole desk"));
        // One never left, one was refused: nothing was spent.
        let (second, mut third) = (second, third);
        third.begin();
        third.spare();
        drop((second, third));
        assert!(purse.reserve(&payer("cat", "new", 1), &caps, 90).is_ok());
        // It began, and nobody counted.
        purse.reserve(&payer("dan", "new", 1), &caps, 95).unwrap().begin();
        assert_eq!(purse.reserve(&payer("dan", "new", 1), &caps, 10).err(), Some("this visitor"));
        assert!(purse.reserve(&payer("dan", "new", 2), &caps, 100).is_ok(), "another day");
        assert!(purse.reserve(&ann, &SpendCaps::default(), u64::MAX).is_ok(), "no limits");
    }

    #[test]
    fn a_restart_forgets_nothing() {
        let purse = Purse::default();
        purse.begin([(payer("ann", "shop", 3), 80), (payer("bob", "shop", 3), 30)]);
        let caps = SpendCaps { visitor_day: 100, site_day: 0, desk_day: 120 };
        assert_eq!(purse.reserve(&payer("ann", "shop", 3), &caps, 21).err(), Some("this visitor"));
        assert_eq!(purse.reserve(&payer("cat", "x", 3), &caps, 11).err(), Some("the whole desk"));
        assert!(purse.reserve(&payer("cat", "x", 3), &caps, 10).is_ok());
    }

    proptest! {
        #[test]
        fn no_order_of_calls_gets_past_a_cap(
            calls in prop::collection::vec((0..3_usize, 1..50_u64, any::<bool>(), any::<bool>()), 1..60),
        ) {
            let purse = Purse::default();
            let caps = SpendCaps { visitor_day: 100, site_day: 0, desk_day: 180 };
            let mut open = Vec::new();
            let mut counted = 0;
            for (who, micros, close, counts) in calls {
                let payer = payer(["ann", "bob", "cat"][who], "shop", 1);
                if let Ok(hold) = purse.reserve(&payer, &caps, micros) {
                    open.push(hold);
                }
                if close && let Some(mut hold) = open.pop() {
                    hold.begin();
                    if counts {
                        hold.count(hold.held / 2 + 1);
                        counted += (hold.held / 2 + 1).min(hold.held);
                    }
                }
                let spent = purse.lock().by.get(&Account::Desk).copied().unwrap_or(0);
                prop_assert!(spent <= 180 && counted <= 180, "{spent} {counted}");
            }
        }
    }
}
