//! How often somebody may ask, per address and per account.

use std::{
    fmt,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use shared::id::VisitorId;

use crate::config::Rates;

/// Asked too often; comes free after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("asked too often")]
pub struct TooOften {
    /// How long to wait, in whole seconds, at least one.
    pub retry_after_s: u64,
}

/// The limits of the routes that a stranger can reach.
#[derive(Debug)]
pub struct Limits {
    visitors: PerMinute<IpAddr>,
    messages: PerMinute<VisitorId>,
    messages_from: PerMinute<IpAddr>,
    logins: PerMinute<(String, IpAddr)>,
    logins_from: PerMinute<IpAddr>,
    logins_of_strangers: PerMinute<String>,
}

impl Limits {
    /// Limits as configured; a rate of 0 is no limit.
    pub fn new(rates: &Rates) -> Self {
        Self {
            visitors: PerMinute::new(rates.visitors_per_minute),
            messages: PerMinute::new(rates.messages_per_minute),
            messages_from: PerMinute::new(rates.messages_per_minute.saturating_mul(10)),
            logins: PerMinute::new(rates.logins_per_minute),
            logins_from: PerMinute::new(rates.logins_per_minute.saturating_mul(3)),
            logins_of_strangers: PerMinute::new(rates.logins_per_minute.saturating_mul(3)),
        }
    }

    /// A new visitor from `address`.
    pub fn visitor(&self, address: IpAddr) -> Result<(), TooOften> {
        self.visitors.check(&address)
    }

    /// A message of `visitor` from `address`.
    pub fn message(&self, visitor: &VisitorId, address: IpAddr) -> Result<(), TooOften> {
        self.messages_from.check(&address)?;
        self.messages.check(visitor)
    }

    /// An attempt to sign in as `email` from `address`.
    ///
    /// It counts against the two together: an account alone as the key would let any stranger lock
    /// its owner out.
    pub fn login(&self, email: &str, address: IpAddr) -> Result<(), TooOften> {
        self.logins_from.check(&address)?;
        self.logins.check(&(email.to_lowercase(), address))
    }

    /// The same attempt from where nobody has signed in as `email` before: all of these together
    /// are slowed, so that many addresses guess no faster than a few. Whoever signs in from where
    /// they did before is not counted here, and so not held back by it.
    pub fn login_of_stranger(&self, email: &str) -> Result<(), TooOften> {
        self.logins_of_strangers.check(&email.to_lowercase())
    }
}

/// So many a minute for each key, all of them at once if need be.
struct PerMinute<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicU32,
}

/// After so many checks, keys that are no longer held back are forgotten.
const FORGET_EVERY: u32 = 4096;

impl<K: Hash + Eq + Clone> PerMinute<K> {
    fn new(per_minute: u32) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self { limiter: quota.map(RateLimiter::keyed), checks: AtomicU32::new(0) }
    }

    fn check(&self, key: &K) -> Result<(), TooOften> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(key).map_err(|until| {
            let wait: Duration = until.wait_time_from(limiter.clock().now());
            TooOften { retry_after_s: wait.as_secs() + 1 }
        })
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for PerMinute<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerMinute")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_is_held_back_and_another_is_not() {
        let rates = Rates { visitors_per_minute: 3, messages_per_minute: 0, logins_per_minute: 2 };
        let limits = Limits::new(&rates);
        let (one, other) = ("1.1.1.1".parse().unwrap(), "2.2.2.2".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(limits.visitor(one), Ok(()));
        }
        let held_back = limits.visitor(one).unwrap_err();
        assert!((1..=60).contains(&held_back.retry_after_s), "{held_back:?}");
        assert_eq!(limits.visitor(other), Ok(()));

        let visitor: VisitorId = "vis_1".parse().unwrap();
        for _ in 0..1000 {
            assert_eq!(limits.message(&visitor, one), Ok(()), "0 is no limit");
        }

        assert_eq!(limits.login("A@example.com", one), Ok(()));
        assert_eq!(limits.login("a@example.com", one), Ok(()));
        assert!(limits.login("a@EXAMPLE.com", one).is_err(), "one account, whatever its case");
        assert_eq!(limits.login("a@example.com", other), Ok(()), "elsewhere it is not spent");
        assert_eq!(limits.login("b@example.com", one), Ok(()));
        for _ in 0..6 {
            assert_eq!(limits.login_of_stranger("a@example.com"), Ok(()));
        }
        assert!(limits.login_of_stranger("A@example.com").is_err(), "wherever they come from");
        assert_eq!(limits.login_of_stranger("b@example.com"), Ok(()));
    }
}
