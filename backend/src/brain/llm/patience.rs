//! How long a model is waited for, and how often it is asked again.

use std::time::Duration;

/// How long a model is waited for. Whatever it does, somebody answers the visitor well within
/// thirty seconds of the moment at which it stops making sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From asking until it begins to think or to say something.
    pub first_token: Duration,
    /// Between two things that it thinks or says.
    pub stall: Duration,
    /// For the whole chain of models, until one has begun.
    pub chain: Duration,
    /// How often one model is asked, at most.
    pub tries: u32,
    /// Before it is asked for the second time; twice that before the third.
    pub pause: Duration,
    /// How long a provider that failed too often is left alone at first.
    pub rest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_token: Duration::from_secs(15),
            stall: Duration::from_secs(10),
            chain: Duration::from_secs(25),
            tries: 3,
            pause: Duration::from_millis(400),
            rest: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// How long to pause after the `tries`th failure: what the provider asks for, or twice as long
    /// each time, spread by `chance` (0 to 1) so that those who failed together do not come back
    /// together.
    pub fn pause_after(&self, tries: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.5 };
        let doubled = self.pause.saturating_mul(1 << tries.saturating_sub(1).min(10));
        asked.unwrap_or(doubled.mul_f64(0.5)) + doubled.mul_f64(0.5 * chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_spread_and_honour_what_is_asked() {
        let patience = Patience { pause: Duration::from_millis(400), ..Patience::default() };
        let check = |tries, asked: Option<u64>, chance, ms| {
            let pause = patience.pause_after(tries, asked.map(Duration::from_secs), chance);
            assert_eq!(pause, Duration::from_millis(ms), "{tries} {asked:?} {chance}");
        };
        check(1, None, 0.0, 200);
        check(1, None, 1.0, 400);
        check(2, None, 0.0, 400);
        check(2, None, 1.0, 800);
        check(1, Some(3), 0.0, 3_000);
        check(1, Some(3), 1.0, 3_200);
        assert!(patience.pause_after(u32::MAX, None, f64::NAN) < Duration::from_mins(10));
    }
}
