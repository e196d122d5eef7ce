//! As sure as right: the temperature of the softmax.

use crate::{
    linear::{Lesson, Linear, softmax},
    random::Random,
};

/// Folds of the predictions that set the temperature.
const FOLDS: usize = 5;
/// With so many examples one fold tells enough.
const MANY: usize = 1_500;
/// A temperature from fewer predictions than this is noise.
const LEAST: usize = 40;
/// Sharper or flatter than this is never right on so little data.
const BETWEEN: (f32, f32) = (0.3, 2.0);
const SEED: u64 = 0x5eed_ba71;

/// The temperature at which predictions on examples that were not learnt are as sure as they are
/// right: the one with the least negative log likelihood (Guo et al. 2017, "On Calibration of
/// Modern Neural Networks"). Only the first `real` rows are predicted; those after are always
/// learnt.
pub fn temperature(lesson: Lesson<'_>, real: usize) -> f32 {
    if real < LEAST || lesson.classes < 2 {
        return 1.0;
    }
    let mut order: Vec<usize> = (0..real).collect();
    Random::new(SEED).shuffle(&mut order);
    let mut held_out: Vec<(Vec<f32>, usize)> = Vec::with_capacity(real);
    for fold in 0..if real < MANY { FOLDS } else { 1 } {
        let kept = order.iter().enumerate().filter(|(at, _)| at % FOLDS != fold).map(|(_, i)| *i);
        let rest: Vec<usize> = kept.chain(real..lesson.rows.len()).collect();
        let model = Linear::train(lesson, &rest);
        let out = order.iter().skip(fold).step_by(FOLDS);
        held_out.extend(out.map(|&i| (model.scores(&lesson.rows[i]), lesson.of[i])));
    }
    let (mut low, mut high) = BETWEEN;
    // The loss is convex in 1/t, so thirds close in on its lowest point.
    for _ in 0..20 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if loss(&held_out, a) < loss(&held_out, b) { high = b } else { low = a }
    }
    f32::midpoint(low, high)
}

fn loss(held_out: &[(Vec<f32>, usize)], temperature: f32) -> f32 {
    let losses = held_out.iter().map(|(scores, class)| {
        let mut p: Vec<f32> = scores.iter().map(|s| s / temperature).collect();
        softmax(&mut p);
        -p[*class].max(1e-9).ln()
    });
    losses.sum()
}
