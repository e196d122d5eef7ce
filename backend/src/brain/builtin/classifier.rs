//! A small softmax classifier over hashed TF-IDF, trained by plain stochastic gradient descent.
//! Same examples in, same bytes out.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::features::{self, Family};

/// Weight of the word features; the character features have weight 1.
const WORD_WEIGHT: f32 = 0.5;
const EPOCHS: usize = 24;
const LEARNING_RATE: f32 = 3.0;
const L2: f32 = 1e-4;
/// Errors below this change nothing that anybody would notice.
const NEGLIGIBLE: f32 = 2e-3;
const SEED: u64 = 0x5eed_ba70;
/// Folds of the out-of-fold predictions that set the temperature.
const FOLDS: usize = 5;
/// A temperature from fewer predictions than this is noise.
const LEAST_FOR_TEMPERATURE: usize = 40;
/// Sharper or flatter than this is never right on so little data.
const TEMPERATURES: (f32, f32) = (0.3, 2.0);

/// Tells which label a text most likely has.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    labels: Vec<String>,
    space: Space,
    model: Linear,
    temperature: f32,
}

impl Classifier {
    /// Learns from `(label, text)` pairs. Deterministic: order matters, nothing else does.
    pub fn train(examples: &[(String, String)]) -> Self {
        let labels: Vec<String> =
            examples.iter().map(|(l, _)| l.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let classes: Vec<usize> = examples
            .iter()
            .map(|(label, _)| labels.binary_search(label).unwrap_or_default())
            .collect();
        let texts: Vec<Vec<String>> =
            examples.iter().map(|(_, t)| features::words(&features::normalise(t))).collect();
        let space = Space::of(&texts);
        let rows: Vec<Row> = texts.iter().map(|words| space.row(words)).collect();
        let temperature = temperature(&rows, &classes, labels.len(), space.len());
        let all: Vec<usize> = (0..rows.len()).collect();
        let model = Linear::train(&rows, &classes, &all, labels.len(), space.len());
        Self { labels, space, model, temperature }
    }

    /// The labels, in the order of [`Self::predict`].
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The probability of each label; they sum to one (empty if nothing was learnt).
    pub fn predict(&self, text: &str) -> Vec<f32> {
        let words = self.space.repair(features::words(&features::normalise(text)));
        let row = self.space.row(&words);
        let mut scores = self.model.scores(&row);
        for score in &mut scores {
            *score /= self.temperature;
        }
        softmax(&mut scores);
        scores
    }

    /// How much of the text consists of words seen in training, after repair; 0 to 1.
    pub fn coverage(&self, text: &str) -> f32 {
        let words = self.space.repair(features::words(&features::normalise(text)));
        let known = words.iter().filter(|w| self.space.words.contains_key(*w)).count();
        if words.is_empty() { 0.0 } else { ratio(known, words.len()) }
    }

    /// The whole model as bytes: equal bytes, equal model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let floats = self.model.weights.iter().chain(&self.model.bias).chain([&self.temperature]);
        floats.flat_map(|w| w.to_le_bytes()).collect()
    }
}

/// Feature number and value, by number.
type Row = Vec<(u32, f32)>;

/// Which features there are, and how much each tells.
#[derive(Debug, Clone, PartialEq)]
struct Space {
    index: [HashMap<u32, (u32, f32)>; 2],
    /// Words seen in training, and how often.
    words: BTreeMap<String, u32>,
}

const FAMILIES: [(Family, f32); 2] = [(Family::Words, WORD_WEIGHT), (Family::Chars, 1.0)];

impl Space {
    fn of(texts: &[Vec<String>]) -> Self {
        let mut next = 0;
        let index = FAMILIES.map(|(family, _)| {
            let mut documents: BTreeMap<u32, usize> = BTreeMap::new();
            for words in texts {
                for bucket in features::counts(words, family).into_keys() {
                    *documents.entry(bucket).or_insert(0) += 1;
                }
            }
            let numbered = documents.into_iter().map(|(bucket, n)| {
                // Smoothed inverse document frequency, as in scikit-learn's TfidfTransformer.
                let idf = ratio(texts.len() + 1, n + 1).ln() + 1.0;
                next += 1;
                (bucket, (next - 1, idf))
            });
            numbered.collect()
        });
        let mut words = BTreeMap::new();
        for word in texts.iter().flatten() {
            *words.entry(word.clone()).or_insert(0) += 1;
        }
        Self { index, words }
    }

    fn len(&self) -> usize {
        self.index.iter().map(HashMap::len).sum()
    }

    fn row(&self, words: &[String]) -> Row {
        let mut row = Row::new();
        for ((family, weight), index) in FAMILIES.iter().zip(&self.index) {
            let start = row.len();
            let mut square = 0.0;
            for (bucket, n) in features::counts(words, *family) {
                if let Some((feature, idf)) = index.get(&bucket) {
                    let value = (1.0 + ratio(n as usize, 1).ln()) * idf;
                    square += value * value;
                    row.push((*feature, value));
                }
            }
            let scale = if square > 0.0 { weight / square.sqrt() } else { 0.0 };
            row[start..].iter_mut().for_each(|(_, value)| *value *= scale);
        }
        row
    }

    /// Replaces unknown words by the one known word that a single slip of the finger makes of
    /// them; the most frequent if there are several.
    fn repair(&self, words: Vec<String>) -> Vec<String> {
        // More unknown words than this are no slips but another language, or junk.
        let mut left = 12;
        let repaired = words.into_iter().map(|word| {
            if left == 0 || word.chars().count() < 4 || self.words.contains_key(&word) {
                return word;
            }
            left -= 1;
            let near = self.words.iter().filter(|(known, _)| one_slip(&word, known));
            let best = near.max_by_key(|(known, n)| (**n, std::cmp::Reverse(known.as_str())));
            best.map_or(word, |(known, _)| known.clone())
        });
        repaired.collect()
    }
}

/// Whether one insertion, deletion, substitution or swap of neighbours makes `b` of `a`.
fn one_slip(word: &str, known: &str) -> bool {
    if word.len().abs_diff(known.len()) > 4 {
        return false;
    }
    let (word, known): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    if word.len().abs_diff(known.len()) > 1 || known.len() < 4 {
        return false;
    }
    let same = word.iter().zip(&known).take_while(|(a, b)| a == b).count();
    let (word, known) = (&word[same..], &known[same..]);
    if word.is_empty() || known.is_empty() {
        return true;
    }
    match word.len().cmp(&known.len()) {
        Ordering::Greater => word[1..] == *known,
        Ordering::Less => *word == known[1..],
        Ordering::Equal => {
            let swapped = word.len() > 1 && word[0] == known[1] && word[1] == known[0];
            word[1..] == known[1..] || (swapped && word[2..] == known[2..])
        }
    }
}

/// One weight per feature and class, and one bias per class.
#[derive(Debug, Clone, PartialEq)]
struct Linear {
    classes: usize,
    /// Row-major: all classes of feature 0, then of feature 1 …
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn train(rows: &[Row], of: &[usize], take: &[usize], classes: usize, features: usize) -> Self {
        let mut model =
            Self { classes, weights: vec![0.0; features * classes], bias: vec![0.0; classes] };
        let class_weights = class_weights(of, take, classes);
        let mut order = take.to_vec();
        let mut random = Random(SEED);
        let steps = EPOCHS * order.len();
        let mut step = 0;
        // L2 shrinks all weights at each step; one factor in front of them does the same.
        let mut scale = 1.0f32;
        for _ in 0..EPOCHS {
            random.shuffle(&mut order);
            for &i in &order {
                let rate = LEARNING_RATE * (1.0 - ratio(step, steps));
                step += 1;
                let mut errors = model.scaled_scores(&rows[i], scale);
                softmax(&mut errors);
                errors[of[i]] -= 1.0;
                scale *= 1.0 - rate * L2;
                let pull = rate * class_weights[of[i]];
                // Most classes are already as good as ruled out and have nothing to learn here.
                let wrong: Vec<(usize, f32)> =
                    errors.into_iter().enumerate().filter(|(_, e)| e.abs() > NEGLIGIBLE).collect();
                for (class, error) in &wrong {
                    model.bias[*class] -= 0.1 * pull * error;
                }
                for &(feature, value) in &rows[i] {
                    let by = pull * value / scale;
                    let weights = &mut model.weights[feature as usize * classes..];
                    for (class, error) in &wrong {
                        weights[*class] -= by * error;
                    }
                }
            }
        }
        model.weights.iter_mut().for_each(|w| *w *= scale);
        model
    }

    fn scores(&self, row: &Row) -> Vec<f32> {
        self.scaled_scores(row, 1.0)
    }

    fn scaled_scores(&self, row: &Row, scale: f32) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
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
        scores
    }
}

/// Rare classes count more, by the square root of how rare they are; one on average.
fn class_weights(of: &[usize], take: &[usize], classes: usize) -> Vec<f32> {
    let mut sizes = vec![0usize; classes];
    for &i in take {
        sizes[of[i]] += 1;
    }
    let mean = ratio(take.len(), classes.max(1));
    sizes.iter().map(|&n| if n == 0 { 1.0 } else { (mean / ratio(n, 1)).sqrt() }).collect()
}

/// The temperature at which out-of-fold predictions are as sure as they are right: the one with
/// the least negative log likelihood (Guo et al. 2017, "On Calibration of Modern Neural Networks").
fn temperature(rows: &[Row], of: &[usize], classes: usize, features: usize) -> f32 {
    if rows.len() < LEAST_FOR_TEMPERATURE || classes < 2 {
        return 1.0;
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    Random(SEED ^ 1).shuffle(&mut order);
    let mut held_out: Vec<(Vec<f32>, usize)> = Vec::with_capacity(rows.len());
    for fold in 0..FOLDS {
        let rest: Vec<usize> = order
            .iter()
            .enumerate()
            .filter(|(at, _)| at % FOLDS != fold)
            .map(|(_, i)| *i)
            .collect();
        let model = Linear::train(rows, of, &rest, classes, features);
        let out = order.iter().skip(fold).step_by(FOLDS);
        held_out.extend(out.map(|&i| (model.scores(&rows[i]), of[i])));
    }
    let loss = |t: f32| -> f32 {
        let losses = held_out.iter().map(|(scores, class)| {
            let mut p: Vec<f32> = scores.iter().map(|s| s / t).collect();
            softmax(&mut p);
            -p[*class].max(1e-9).ln()
        });
        losses.sum()
    };
    let (mut low, mut high) = TEMPERATURES;
    // The loss is convex in 1/t, so thirds close in on its lowest point.
    for _ in 0..20 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if loss(a) < loss(b) { high = b } else { low = a }
    }
    f32::midpoint(low, high)
}

fn softmax(scores: &mut [f32]) {
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
fn ratio(a: usize, b: usize) -> f32 {
    a as f32 / b as f32
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        for i in (1..items.len()).rev() {
            let j = self.next() % (i as u64 + 1);
            items.swap(i, usize::try_from(j).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<(String, String)> {
        let pairs = [
            ("refund", "i want my money back"),
            ("refund", "please refund my order"),
            ("refund", "give me a refund"),
            ("parcel", "where is my parcel"),
            ("parcel", "has my package been shipped"),
            ("parcel", "track my delivery"),
        ];
        pairs.map(|(l, t)| (l.to_owned(), t.to_owned())).to_vec()
    }

    #[test]
    fn two_trainings_are_the_same_to_the_byte() {
        let (a, b) = (Classifier::train(&examples()), Classifier::train(&examples()));
        assert_eq!(a.to_bytes(), b.to_bytes());
        assert_eq!(a, b);
    }

    #[test]
    fn slips_of_the_finger_are_repaired() {
        let classifier = Classifier::train(&examples());
        let check = |text: &str, label: &str| {
            let p = classifier.predict(text);
            let top = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
            assert_eq!(top.map(|i| classifier.labels()[i].as_str()), Some(label), "{text}");
            assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-3);
        };
        check("REFNUD my order plz", "refund");
        check("wher is my parcle", "parcel");
        check("my pacage?", "parcel");
        for (a, b, near) in [
            ("refnud", "refund", true),
            ("refun", "refund", true),
            ("reffund", "refund", true),
            ("fefund", "refund", true),
            ("rfednu", "refund", false),
            ("é", "refund", false),
        ] {
            assert_eq!(one_slip(a, b), near, "{a} {b}");
        }
    }

    #[test]
    fn nothing_learnt_is_no_crash() {
        assert!(Classifier::train(&[]).predict("hello").is_empty());
        let one = Classifier::train(&[("only".to_owned(), "hello".to_owned())]);
        assert_eq!(one.predict("\u{0}\u{202e}"), vec![1.0]);
    }
}
