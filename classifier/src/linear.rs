//! A softmax over sparse rows, trained by stochastic gradient descent.

use crate::{features::FAMILIES, random::Random, space::Row};

const EPOCHS: usize = 24;
/// At the first step; it falls to zero in a straight line.
const LEARNING_RATE: f32 = 3.0;
const L2: f32 = 3e-6;
/// How much of each label's mean row its weights begin with: what the examples of a label share
/// is where to start from when there are ten of them.
const START: f32 = 5.0;
/// Shares of 65,536: features, and whole families of them, that a step does without, so that none
/// learns to lean on another. A typo takes some away, too.
const DROP: u64 = 26_214;
const DROP_FAMILY: u64 = 9_830;
/// What is left of a row counts for so much more.
const MAKE_UP: f32 = 1.0 / (0.6 * 0.921_954);
/// A bias learns so much slower than a weight.
const BIAS_RATE: f32 = 0.1;
/// Errors below this change nothing that anybody would notice.
const NEGLIGIBLE: f32 = 2e-3;
const SEED: u64 = 0x5eed_ba70;

/// Rows with the class of each.
#[derive(Clone, Copy)]
pub struct Lesson<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// Their classes.
    pub of: &'a [usize],
    /// How many classes there are.
    pub classes: usize,
    /// How many features there are.
    pub features: usize,
    /// The number of each family's first feature.
    pub starts: [u32; FAMILIES.len()],
}

/// One weight per feature and class, and one bias per class.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// How many classes there are.
    pub classes: usize,
    /// Row-major: all classes of feature 0, then of feature 1 …
    pub weights: Vec<f32>,
    /// By class.
    pub bias: Vec<f32>,
}

impl Linear {
    /// Learns from the rows whose places are in `take`.
    pub fn train(lesson: Lesson<'_>, take: &[usize]) -> Self {
        let class_weights = class_weights(lesson, take);
        let mut model = Self::start(lesson, take);
        let mut order = take.to_vec();
        let mut random = Random::new(SEED);
        let steps = real((EPOCHS * order.len()).max(1));
        let mut rate = LEARNING_RATE;
        // L2 shrinks all weights at each step; one factor in front of them does the same.
        let mut scale = 1.0f32;
        let (mut row, mut errors) = (Row::new(), vec![0.0; lesson.classes]);
        for _ in 0..EPOCHS {
            random.shuffle(&mut order);
            for &i in &order {
                thin(&lesson.rows[i], lesson.starts, &mut random, &mut row);
                model.scores_into(&row, scale, &mut errors);
                softmax(&mut errors);
                errors[lesson.of[i]] -= 1.0;
                scale *= 1.0 - rate * L2;
                model.correct(&row, &errors, rate * class_weights[lesson.of[i]], scale);
                rate -= LEARNING_RATE / steps;
            }
        }
        model.weights.iter_mut().for_each(|w| *w *= scale);
        model
    }

    /// The classes' mean rows as weights.
    fn start(lesson: Lesson<'_>, take: &[usize]) -> Self {
        let classes = lesson.classes;
        let mut weights = vec![0.0; lesson.features * classes];
        let sizes = sizes(lesson, take);
        for &i in take {
            let class = lesson.of[i];
            let share = START / real(sizes[class]);
            for &(feature, value) in &lesson.rows[i] {
                weights[feature as usize * classes + class] += share * value;
            }
        }
        Self { classes, weights, bias: vec![0.0; classes] }
    }

    /// One step against the errors.
    fn correct(&mut self, row: &Row, errors: &[f32], rate: f32, scale: f32) {
        // Most classes are already as good as ruled out and have nothing to learn here.
        let is_wrong = |(_, error): &(usize, f32)| error.abs() > NEGLIGIBLE;
        let wrong: Vec<(usize, f32)> =
            errors.iter().copied().enumerate().filter(is_wrong).collect();
        for (class, error) in &wrong {
            self.bias[*class] -= BIAS_RATE * rate * error;
        }
        for &(feature, value) in row {
            let by = rate * value / scale;
            let weights = &mut self.weights[feature as usize * self.classes..];
            for (class, error) in &wrong {
                weights[*class] -= by * error;
            }
        }
    }

    /// How much speaks for each class.
    pub fn scores(&self, row: &Row) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        self.scores_into(row, 1.0, &mut scores);
        scores
    }

    fn scores_into(&self, row: &Row, scale: f32, scores: &mut [f32]) {
        scores.fill(0.0);
        for &(feature, value) in row {
            let from = feature as usize * self.classes;
            let weights = &self.weights[from..from + self.classes];
            for (score, w) in scores.iter_mut().zip(weights) {
                *score += value * w;
            }
        }
        for (score, bias) in scores.iter_mut().zip(&self.bias) {
            *score = *score * scale + bias;
        }
    }
}

/// The row without some of its features.
fn thin(row: &Row, starts: [u32; FAMILIES.len()], random: &mut Random, kept: &mut Row) {
    let mut without = [false; FAMILIES.len()].map(|_| random.happens(DROP_FAMILY));
    if without.iter().all(|it| *it) {
        without = [false; FAMILIES.len()];
    }
    kept.clear();
    let mut family = 0;
    for &(feature, value) in row {
        while family + 1 < starts.len() && starts[family + 1] <= feature {
            family += 1;
        }
        if !without[family] && !random.happens(DROP) {
            kept.push((feature, value * MAKE_UP));
        }
    }
}

fn sizes(lesson: Lesson<'_>, take: &[usize]) -> Vec<usize> {
    let mut sizes = vec![0; lesson.classes];
    for &i in take {
        sizes[lesson.of[i]] += 1;
    }
    sizes
}

/// Rare classes count more, by the square root of how rare they are; one on average.
fn class_weights(lesson: Lesson<'_>, take: &[usize]) -> Vec<f32> {
    let mean = real(take.len()) / real(lesson.classes.max(1));
    let weight = |n: usize| if n == 0 { 1.0 } else { (mean / real(n)).sqrt() };
    sizes(lesson, take).into_iter().map(weight).collect()
}

/// Scores as probabilities.
pub fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn real(n: usize) -> f32 {
    n as f32
}
