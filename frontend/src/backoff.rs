//! How long to wait before trying again.

/// Longest wait, in milliseconds.
pub const MOST_MS: u32 = 20_000;

/// Milliseconds before the next try after `failures` failures in a row: twice as long each time,
/// of which a random half is left out, so that many pages do not come back at the same moment
/// ("equal jitter"). `random` is from 0 to 1.
pub fn delay_ms(failures: u32, random: f64) -> u32 {
    let whole = 500u32.saturating_mul(1 << failures.min(10)).min(MOST_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MOST_MS")]
    let jitter = (f64::from(whole / 2) * random.clamp(0.0, 1.0)) as u32;
    whole / 2 + jitter
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn grows_and_stops_growing() {
        assert_eq!(delay_ms(0, 1.0), 500);
        assert_eq!(delay_ms(1, 0.0), 500);
        assert_eq!(delay_ms(3, 1.0), 4_000);
        assert_eq!(delay_ms(u32::MAX, 1.0), MOST_MS);
        assert_eq!(delay_ms(0, f64::NAN), 250);
    }

    proptest! {
        #[test]
        fn is_never_none_and_never_too_long(failures: u32, random: f64) {
            prop_assert!((250..=MOST_MS).contains(&delay_ms(failures, random)));
        }
    }
}
