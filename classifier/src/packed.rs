//! Weights in a byte each: four times smaller, and no answer that anybody would notice changes.

use crate::{linear::Linear, space::Row};

/// The largest weight of a feature is at most this many steps.
const STEPS: f32 = 127.0;
/// A step is a power of two to an eighth, so that it fits a byte, too.
const EIGHTHS: f32 = 8.0;

/// A trained model as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    classes: usize,
    /// Row-major: all classes of feature 0, then of feature 1 …
    weights: Vec<i8>,
    /// By feature: how large a step of its weights is, in eighths of powers of two.
    steps: Vec<i8>,
    bias: Vec<f32>,
}

impl Packed {
    /// Rounds the weights of `model`.
    pub fn of(model: &Linear) -> Self {
        let classes = model.classes.max(1);
        let mut weights = Vec::with_capacity(model.weights.len());
        let mut steps = Vec::with_capacity(model.weights.len() / classes);
        for row in model.weights.chunks_exact(classes) {
            let most = row.iter().fold(0.0f32, |most, w| most.max(w.abs()));
            let step = whole(((most / STEPS).max(f32::MIN_POSITIVE).log2() * EIGHTHS).ceil());
            steps.push(step);
            weights.extend(row.iter().map(|w| whole((w / size(step)).round())));
        }
        Self { classes: model.classes, weights, steps, bias: model.bias.clone() }
    }

    /// How much speaks for each class.
    pub fn scores(&self, row: &Row) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for &(feature, value) in row {
            let by = value * size(self.steps[feature as usize]);
            for (score, weight) in scores.iter_mut().zip(self.of_feature(feature)) {
                *score += by * f32::from(*weight);
            }
        }
        scores
    }

    /// How much a feature of value one speaks for a class.
    pub fn weight(&self, feature: u32, class: usize) -> f32 {
        size(self.steps[feature as usize]) * f32::from(self.of_feature(feature)[class])
    }

    fn of_feature(&self, feature: u32) -> &[i8] {
        let from = feature as usize * self.classes;
        &self.weights[from..from + self.classes]
    }

    /// All of it, as bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.weights.iter().chain(&self.steps).map(|w| w.to_le_bytes()[0]));
        out.extend(self.bias.iter().flat_map(|b| b.to_le_bytes()));
    }
}

fn size(step: i8) -> f32 {
    (f32::from(step) / EIGHTHS).exp2()
}

/// The nearest byte; what is smaller than any byte says is nothing.
#[expect(clippy::cast_possible_truncation, reason = "saturates, as it should")]
fn whole(value: f32) -> i8 {
    value as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_stays_what_it_was() {
        let weights = vec![3.0, -0.01, 0.5, 1e-3, -2e-3, 0.0, 0.0, 0.0, 0.0];
        let model = Linear { classes: 3, weights: weights.clone(), bias: vec![0.1, 0.2, 0.3] };
        let packed = Packed::of(&model);
        for (at, weight) in weights.iter().enumerate() {
            let most = weights[at / 3 * 3..][..3].iter().fold(0.0f32, |m, w| m.max(w.abs()));
            let kept = packed.weight(u32::try_from(at / 3).unwrap(), at % 3);
            assert!((kept - weight).abs() <= most / 200.0 + 1e-6, "{weight} became {kept}");
        }
        assert!((packed.scores(&vec![(0, 2.0)])[0] - 6.1).abs() < 0.05);
    }
}
