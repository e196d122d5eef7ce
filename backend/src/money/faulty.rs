//! A payment provider that misbehaves as a test tells it to. Nothing but tests uses it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::Barrier;

use super::{Finding, Gateway, GatewayError, Receipt, RefundOrder};

/// What goes wrong with one call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The call never reaches the provider, and nobody knows.
    DropBefore,
    /// The provider does it, and its answer is lost.
    CommitThenTimeOut,
    /// The provider does it, and answers with a 500.
    CommitThenFail,
    /// The call reaches the provider twice.
    Double,
    /// The provider says no, and does nothing.
    Refuse,
    /// The call waits at the barrier before it reaches the provider.
    Hold(Arc<Barrier>),
    /// The call waits at the barrier after the provider did it.
    CommitThenHold(Arc<Barrier>),
    /// Nothing goes wrong.
    None,
}

/// Wraps a provider; each call meets the next fault of its script, and none once that is used up.
pub struct Faulty {
    inner: Arc<dyn Gateway>,
    refund_faults: Mutex<VecDeque<Fault>>,
    find_faults: Mutex<VecDeque<Fault>>,
    calls: Mutex<Vec<RefundOrder>>,
}

impl Faulty {
    /// A provider that behaves until told otherwise.
    pub fn new(inner: Arc<dyn Gateway>) -> Self {
        let (refund_faults, find_faults, calls) = Default::default();
        Self { inner, refund_faults, find_faults, calls }
    }

    /// The faults that the next calls of `refund` meet, in order.
    pub fn script_refunds(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.refund_faults).extend(faults);
    }

    /// The faults that the next calls of `find` meet, in order.
    pub fn script_finds(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.find_faults).extend(faults);
    }

    /// All calls of `refund` so far, whether or not they reached the provider.
    pub fn calls(&self) -> Vec<RefundOrder> {
        lock(&self.calls).clone()
    }
}

#[async_trait]
impl Gateway for Faulty {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        lock(&self.calls).push(order.clone());
        let fault = lock(&self.refund_faults).pop_front().unwrap_or(Fault::None);
        self.meet(fault, || self.inner.refund(order)).await
    }

    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        let fault = lock(&self.find_faults).pop_front().unwrap_or(Fault::None);
        self.meet(fault, || self.inner.find(key)).await
    }
}

impl Faulty {
    async fn meet<T, F>(&self, fault: Fault, call: impl Fn() -> F) -> Result<T, GatewayError>
    where
        F: Future<Output = Result<T, GatewayError>>,
    {
        let unknown = |why: &str| Err(GatewayError::Unknown(why.to_owned()));
        match fault {
            Fault::DropBefore => unknown("connection lost"),
            Fault::CommitThenTimeOut => {
                let _ = call().await;
                unknown("timed out")
            }
            Fault::CommitThenFail => {
                let _ = call().await;
                unknown("500 internal server error")
            }
            Fault::Double => {
                let _ = call().await;
                call().await
            }
            Fault::Refuse => Err(GatewayError::Refused("declined by the provider".to_owned())),
            Fault::Hold(barrier) => {
                barrier.wait().await;
                call().await
            }
            Fault::CommitThenHold(barrier) => {
                let answer = call().await;
                barrier.wait().await;
                answer
            }
            Fault::None => call().await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
