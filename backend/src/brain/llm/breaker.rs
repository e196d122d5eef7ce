//! A circuit breaker: who fails again and again is left alone for a while, so that visitors do not
//! wait for it each time.

use std::time::Duration;

use shared::{api::ConnectionHealth, time::Timestamp};
use tokio::time::Instant;

/// So many failures in a row open the circuit.
const FAILURES: u32 = 5;
/// Longest rest, as a multiple of the first.
const LONGEST: u32 = 10;

/// How a provider is doing.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    rests: u32,
    until: Option<Instant>,
    last_error: Option<String>,
    failed_at: Option<Timestamp>,
}

impl Breaker {
    /// Whether it may be called now. When a rest is over, one call may try; others wait for it.
    pub(super) fn may_call(&mut self, now: Instant, rest: Duration) -> bool {
        match self.until {
            Some(until) if now < until => false,
            Some(_) => {
                self.until = Some(now + rest);
                true
            }
            None => true,
        }
    }

    /// It answered.
    pub(super) fn succeeded(&mut self) {
        *self = Self {
            last_error: self.last_error.take(),
            failed_at: self.failed_at,
            ..Self::default()
        };
    }

    /// It failed. `asked` is for how long it wants to be left alone.
    pub(super) fn failed(
        &mut self,
        why: &str,
        at: Timestamp,
        now: Instant,
        rest: Duration,
        asked: Option<Duration>,
    ) {
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(why.to_owned());
        self.failed_at = Some(at);
        if self.failures >= FAILURES {
            self.rests = (self.rests + 1).min(LONGEST);
            let longest = rest.saturating_mul(LONGEST);
            let rest = rest.saturating_mul(self.rests).max(asked.unwrap_or_default());
            self.until = Some(now + rest.min(longest));
        }
    }

    /// How it is doing, for the administrator.
    pub(super) fn health(&self, now: Instant) -> ConnectionHealth {
        ConnectionHealth {
            failures: self.failures,
            resting: self.until.is_some_and(|until| now < until),
            last_error: self.last_error.clone(),
            failed_at: self.failed_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    #[test]
    fn who_fails_too_often_rests_and_is_tried_by_one() {
        let mut breaker = Breaker::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let fail = |breaker: &mut Breaker, seconds| {
            breaker.failed("down", Timestamp(7), at(seconds), REST, None);
        };
        for _ in 0..FAILURES - 1 {
            fail(&mut breaker, 0);
            assert!(breaker.may_call(at(0), REST));
        }
        fail(&mut breaker, 0);
        assert!(!breaker.may_call(at(0), REST) && !breaker.may_call(at(29), REST));
        assert!(breaker.health(at(29)).resting);
        assert!(breaker.may_call(at(30), REST), "one may try");
        assert!(!breaker.may_call(at(31), REST), "the others wait for it");
        fail(&mut breaker, 32);
        assert!(!breaker.may_call(at(91), REST), "it rests for longer");
        assert!(breaker.may_call(at(92), REST));
        breaker.succeeded();
        assert!(breaker.may_call(at(92), REST) && breaker.may_call(at(92), REST));
        let health = breaker.health(at(92));
        assert_eq!((health.failures, health.resting), (0, false));
        assert_eq!(
            (health.last_error.as_deref(), health.failed_at),
            (Some("down"), Some(Timestamp(7)))
        );
    }

    #[test]
    fn a_rest_is_as_long_as_asked_for_but_not_for_ever() {
        let start = Instant::now();
        let check = |asked: u64, rests: u64| {
            let mut breaker = Breaker::default();
            let asked = Some(Duration::from_secs(asked));
            for _ in 0..FAILURES {
                breaker.failed("busy", Timestamp(0), start, REST, asked);
            }
            let at = |seconds| start + Duration::from_secs(seconds);
            assert!(!breaker.may_call(at(rests - 1), REST) && breaker.may_call(at(rests), REST));
        };
        check(1, 30);
        check(60, 60);
        check(1_000_000, 300);
    }
}
