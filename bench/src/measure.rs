//! How well a classifier does: right, sure when right, and silent about what it does not know.

use std::time::{Duration, Instant};

use classifier::Classifier;

use crate::data::Example;

/// Bins of the calibration error.
const BINS: usize = 15;
/// How many messages of its own subject a desk wants to keep when it turns others away.
const ACCEPTED: f64 = 0.95;

/// How a classifier does on messages with known labels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// Share whose likeliest label is the right one.
    pub accuracy: f64,
    /// Expected calibration error over 15 bins of equal width (Guo et al. 2017).
    pub calibration: f64,
}

/// Marks of `classifier` on `test`.
pub fn marks(classifier: &Classifier, test: &[Example]) -> Marks {
    let mut bins = [(0.0f64, 0.0f64, 0.0f64); BINS];
    let mut right = 0.0;
    for (label, text) in test {
        let (top, p) = top(classifier, text);
        let is_right = f64::from(u8::from(top == label));
        right += is_right;
        let bin = bins.iter_mut().enumerate().find(|(i, _)| p <= ratio(i + 1, BINS));
        if let Some((_, bin)) = bin {
            *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + is_right);
        }
    }
    let all = ratio(test.len().max(1), 1);
    let gaps = bins.iter().map(|(_, p, right)| (p - right).abs());
    Marks { accuracy: right / all, calibration: gaps.sum::<f64>() / all }
}

/// The likeliest label and its probability.
fn top<'a>(classifier: &'a Classifier, text: &str) -> (&'a str, f64) {
    let p = classifier.predict(text);
    let best = p.iter().zip(classifier.labels()).max_by(|a, b| a.0.total_cmp(b.0));
    best.map_or(("", 0.0), |(p, label)| (label, f64::from(*p)))
}

/// What of `outside` is turned away at the threshold that lets 95 % of `inside` pass, and the area
/// under the ROC curve; higher scores are further outside.
pub fn rejection(inside: &[f64], outside: &[f64]) -> (f64, f64) {
    let mut sorted = inside.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let at = (ratio(sorted.len(), 1) * ACCEPTED).ceil() as usize;
    let threshold = sorted.get(at.saturating_sub(1)).copied().unwrap_or(f64::INFINITY);
    let caught = outside.iter().filter(|score| **score > threshold).count();
    let wins: f64 = outside
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|inner| inner < score);
            let same = sorted.partition_point(|inner| inner <= score) - below;
            ratio(below, 1) + ratio(same, 2)
        })
        .sum();
    (ratio(caught, outside.len().max(1)), wins / ratio((sorted.len() * outside.len()).max(1), 1))
}

/// The time under which 99 of 100 answers stay.
pub fn p99(classifier: &Classifier, test: &[Example]) -> Duration {
    let mut times: Vec<Duration> = test
        .iter()
        .map(|(_, text)| {
            let began = Instant::now();
            std::hint::black_box(classifier.predict(std::hint::black_box(text)));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

/// `a / b`, of counts.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outside_is_turned_away_by_rank() {
        let inside: Vec<f64> = (0..100).map(f64::from).collect();
        let (caught, area) = rejection(&inside, &[200.0, 94.5, 50.0, -1.0]);
        assert!((caught - 0.5).abs() < 1e-9, "{caught}");
        assert!((area - (1.0 + 0.95 + 0.505 + 0.0) / 4.0).abs() < 1e-9, "{area}");
        assert_eq!(rejection(&[], &[]), (0.0, 0.0));
    }
}
