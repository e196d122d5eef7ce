//! The provider, as bad as providers get.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use baton::{
    money::{Finding, Gateway, GatewayError, Receipt, RefundOrder},
    runtime::Clock as _,
    storage::Store,
};
use fastrand::Rng;
use shared::{refund::LANDING_MS, time::Timestamp};
use tokio::sync::Notify;

use super::desk::Hands;

/// How late a call may arrive, and how far its records lag behind, in milliseconds: together, what
/// Baton reckons with.
const LATE_MS: i64 = LANDING_MS / 2;
/// For so long it remembers a key, in milliseconds.
const REMEMBERS_MS: i64 = 24 * 3_600_000;

/// Refunds are off so soon after somebody has switched them off: a call that was about to be made
/// is made, and on a busy machine the one that makes it may not have its turn for a while.
const SWITCHES_WITHIN: Duration = Duration::from_secs(5);

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The call never arrives.
    Drop,
    /// It arrives, and the answer is a 500.
    Fails,
    /// It arrives within a quarter of an hour; there is no answer.
    Late,
    /// It arrives, and once more within a quarter of an hour.
    Double,
    /// It arrives, and nothing is answered.
    Hangs,
    /// It arrives, and the answer is about something else.
    Wrong,
    /// It is refused, and does not arrive.
    Refuses,
    /// The process is killed before it arrives.
    KilledBefore,
    /// The process is killed, and the call arrives within a quarter of an hour.
    KilledMeanwhile,
    /// It arrives, and the process is killed before it hears so.
    KilledAfter,
}

const FAULTS: [Fault; 10] = [
    Fault::Drop,
    Fault::Fails,
    Fault::Late,
    Fault::Double,
    Fault::Hangs,
    Fault::Wrong,
    Fault::Refuses,
    Fault::KilledBefore,
    Fault::KilledMeanwhile,
    Fault::KilledAfter,
];

/// The provider.
pub struct Provider {
    clock: Arc<Hands>,
    state: Mutex<State>,
    killed: Notify,
    switched_off: Mutex<Option<Instant>>,
}

struct State {
    chance: Rng,
    is_clear: bool,
    store: Option<Arc<dyn Store>>,
    /// Calls on their way, and when they arrive.
    under_way: Vec<(Timestamp, RefundOrder)>,
    /// Keys that are remembered, since when, and what they made.
    keys: BTreeMap<String, (Timestamp, Receipt)>,
    made: Vec<Made>,
    faults: u64,
    misdeeds: Vec<String>,
}

/// Money that has moved.
#[derive(Debug, Clone)]
pub struct Made {
    /// For what.
    pub of: RefundOrder,
    /// When.
    pub at: Timestamp,
}

impl Provider {
    pub fn new(seed: u64, clock: Arc<Hands>) -> Self {
        let state = State {
            chance: Rng::with_seed(seed ^ 0x6761_7465),
            is_clear: false,
            store: None,
            under_way: Vec::new(),
            keys: BTreeMap::new(),
            made: Vec::new(),
            faults: 0,
            misdeeds: Vec::new(),
        };
        let (killed, switched_off) = (Notify::new(), Mutex::new(None));
        Self { clock, state: Mutex::new(state), killed, switched_off }
    }

    /// A desk over `store` has been opened: every call must be on record there first.
    pub fn serve(&self, store: Arc<dyn Store>) {
        self.state().store = Some(store);
    }

    /// The desk is closed.
    pub fn leave(&self) {
        self.state().store = None;
    }

    /// The process is to be killed now.
    pub async fn killed(&self) {
        self.killed.notified().await;
    }

    /// From now on it does what it should.
    pub fn clear(&self) {
        self.state().is_clear = true;
    }

    /// A person has been told that refunds are off, or on: while they are off no call may begin, but for the first second.
    pub fn switch(&self, on: bool) {
        let mut off = self.switched_off.lock().unwrap_or_else(PoisonError::into_inner);
        *off = (!on).then(Instant::now);
    }

    /// What a person finds in its records under a key.
    pub fn look_up(&self, key: &str) -> bool {
        let mut state = self.state();
        state.land(self.clock.now());
        state.made.iter().any(|made| made.of.key == key)
    }

    /// Everything it ever did, once whatever was under way has arrived.
    pub fn made(&self) -> Vec<Made> {
        let mut state = self.state();
        state.land(Timestamp(i64::MAX));
        state.made.clone()
    }

    pub fn faults(&self) -> u64 {
        self.state().faults
    }

    /// What it was asked to do and should not have been.
    pub fn misdeeds(&self) -> Vec<String> {
        self.state().misdeeds.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process is gone before this answers.
    async fn kill(&self) -> ! {
        self.killed.notify_one();
        std::future::pending().await
    }
}

impl State {
    fn fault(&mut self) -> Option<Fault> {
        let bad = !self.is_clear && self.chance.u8(..100) < 70;
        let fault = bad.then(|| FAULTS[self.chance.usize(..FAULTS.len())]);
        self.faults += u64::from(fault.is_some());
        fault
    }

    /// Calls that have arrived by `now` take effect.
    fn land(&mut self, now: Timestamp) {
        let mut due: Vec<_> = self.under_way.extract_if(.., |(at, _)| *at <= now).collect();
        due.sort_by_key(|(at, _)| *at);
        for (at, order) in due {
            let _ = self.arrive(&order, at);
        }
    }

    /// A call takes effect, unless its key is remembered. What was captured is not looked at.
    fn arrive(&mut self, order: &RefundOrder, now: Timestamp) -> Result<Receipt, GatewayError> {
        if let Some((since, receipt)) = self.keys.get(&order.key)
            && now.since_ms(*since) < REMEMBERS_MS
        {
            let same = receipt.of == *order;
            return if same { Ok(receipt.clone()) } else { Err(refused("another refund's key")) };
        }
        self.made.push(Made { of: order.clone(), at: now });
        let receipt = Receipt { id: format!("re_{}", self.made.len()), of: order.clone() };
        self.keys.insert(order.key.clone(), (now, receipt.clone()));
        Ok(receipt)
    }

    fn send_off(&mut self, order: &RefundOrder, now: Timestamp) {
        // It arrives before it would count as lost.
        let at = now.plus_ms(self.chance.i64(1..LATE_MS));
        self.under_way.push((at, order.clone()));
    }

    fn knows(&self, key: &str) -> bool {
        self.under_way.iter().any(|(_, order)| order.key == key)
            || self.made.iter().any(|made| made.of.key == key)
    }
}

#[async_trait]
impl Gateway for Provider {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        let off = *self.switched_off.lock().unwrap_or_else(PoisonError::into_inner);
        if off.is_some_and(|since| since.elapsed() > SWITCHES_WITHIN) {
            self.state().misdeeds.push("a call while refunds were off".to_owned());
        }
        let store = self.state().store.clone();
        if let Some(store) = store {
            let unknown = store.never_sent(vec![order.key.clone()]).await.expect("an answer");
            if !unknown.is_empty() {
                self.state().misdeeds.push("a call that was not on record".to_owned());
            }
        }
        let now = self.clock.now();
        let fault = {
            let mut state = self.state();
            state.land(now);
            let fault = state.fault();
            // A refusal is for good; of what is known it says nothing.
            fault.filter(|fault| *fault != Fault::Refuses || !state.knows(&order.key))
        };
        let arrive = || self.state().arrive(order, now);
        match fault {
            None => arrive(),
            Some(Fault::Drop) => Err(unknown("connection reset")),
            Some(Fault::Fails) => {
                let _ = arrive();
                Err(unknown("500 internal server error"))
            }
            Some(Fault::Late) => {
                self.state().send_off(order, now);
                Err(unknown("504 gateway timeout"))
            }
            Some(Fault::Double) => {
                self.state().send_off(order, now);
                arrive()
            }
            Some(Fault::Hangs) => {
                let _ = arrive();
                std::future::pending().await
            }
            Some(Fault::Wrong) => {
                let mut receipt = arrive()?;
                "another".clone_into(&mut receipt.of.key);
                Ok(receipt)
            }
            Some(Fault::Refuses) => Err(refused("declined")),
            Some(Fault::KilledBefore) => self.kill().await,
            Some(Fault::KilledMeanwhile) => {
                self.state().send_off(order, now);
                self.kill().await
            }
            Some(Fault::KilledAfter) => {
                let _ = arrive();
                self.kill().await
            }
        }
    }

    /// Its records lag behind by up to a quarter of an hour; it never knows for sure that there is nothing.
    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        let now = self.clock.now();
        let (fault, found) = {
            let mut state = self.state();
            state.land(now);
            let lags = !state.is_clear && state.chance.bool();
            let seen =
                |made: &&Made| made.of.key == key && !(lags && now.since_ms(made.at) < LATE_MS);
            let found = state.made.iter().find(seen).map(|made| made.of.clone());
            (state.fault(), found)
        };
        match (fault, found) {
            (Some(Fault::Drop | Fault::Fails | Fault::Late), _) => Err(unknown("no answer")),
            (Some(Fault::Refuses), _) => Err(refused("rate limit")),
            (Some(Fault::Hangs), _) => std::future::pending().await,
            (Some(Fault::KilledBefore | Fault::KilledAfter), _) => self.kill().await,
            (Some(Fault::Wrong), Some(mut of)) => {
                of.amount.amount += 1;
                Ok(Finding::Made(Receipt { id: "re_wrong".to_owned(), of }))
            }
            (_, Some(of)) => Ok(Finding::Made(Receipt { id: "re_found".to_owned(), of })),
            (_, None) => Ok(Finding::NoRecord),
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(2)
    }
}

fn unknown(why: &str) -> GatewayError {
    GatewayError::Unknown(why.to_owned())
}

fn refused(why: &str) -> GatewayError {
    GatewayError::Refused(why.to_owned())
}
