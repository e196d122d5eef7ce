//! Tells which label a text most likely has.

use std::collections::BTreeSet;

use crate::{
    calibration,
    features::{self, FAMILIES},
    linear::{Lesson, Linear, softmax},
    packed::Packed,
    space::{self, Row, Space},
    spelling::Vocabulary,
};

/// Tells which label a text most likely has. Same examples in, same bytes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    labels: Vec<String>,
    space: Space,
    vocabulary: Vocabulary,
    model: Packed,
    temperature: f32,
}

/// A part of a text that speaks for a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The words, letters or concepts, as they stand in the text after normalisation.
    pub part: String,
    /// How much it speaks for the label more than for the average of all; negative: against it.
    pub weight: f32,
}

impl Classifier {
    /// Learns from `(label, text)` pairs. Deterministic: order matters, nothing else does. What a
    /// label is called ("card_arrival") counts as one more example of it, for people name labels
    /// after what they are about; of a path ("billing/card_arrival") the last part.
    pub fn train(examples: &[(String, String)]) -> Self {
        let labels: BTreeSet<&str> = examples.iter().map(|(label, _)| label.as_str()).collect();
        let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
        let place = |label: &String| labels.binary_search(label).unwrap_or_default();
        let named = labels.iter().enumerate().map(|(place, label)| (place, name(label)));
        let said = examples.iter().map(|(label, text)| (place(label), text.clone()));
        let (of, texts): (Vec<usize>, Vec<Vec<String>>) =
            said.chain(named).map(|(class, text)| (class, words(&text))).unzip();
        let vocabulary = Vocabulary::of(texts[..examples.len()].iter().flatten());
        let space = Space::of(&texts);
        let rows: Vec<Row> = texts.iter().map(|words| space.row(words)).collect();
        let lesson = Lesson {
            rows: &rows,
            of: &of,
            classes: labels.len(),
            features: space.len(),
            starts: space.starts(),
        };
        let temperature = calibration::temperature(lesson, examples.len());
        let all: Vec<usize> = (0..rows.len()).collect();
        let model = Packed::of(&Linear::train(lesson, &all));
        Self { labels, space, vocabulary, model, temperature }
    }

    /// The labels, in the order of [`Self::predict`].
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The probability of each label; they sum to one (empty if nothing was learnt).
    pub fn predict(&self, text: &str) -> Vec<f32> {
        let words = self.vocabulary.repair(words(text));
        let mut scores = self.model.scores(&self.space.row(&words));
        for score in &mut scores {
            *score /= self.temperature;
        }
        softmax(&mut scores);
        scores
    }

    /// How much of the text consists of words seen in training, or of words about the same as one
    /// of these, after repair; 0 to 1.
    pub fn coverage(&self, text: &str) -> f32 {
        let words = self.vocabulary.repair(words(text));
        let is_known = |word: &&String| self.vocabulary.has(word) || self.space.knows(word);
        let known = words.iter().filter(is_known).count();
        if words.is_empty() { 0.0 } else { real(known) / real(words.len()) }
    }

    /// The parts of the text that speak most for a label, or most against it, the weightiest first,
    /// at most `most` of them.
    pub fn reasons(&self, text: &str, label: &str, most: usize) -> Vec<Reason> {
        let Ok(class) = self.labels.binary_search_by(|known| known.as_str().cmp(label)) else {
            return Vec::new();
        };
        let words = self.vocabulary.repair(words(text));
        let row = self.space.row(&words);
        let mut reasons = Vec::new();
        for (at, family) in FAMILIES.into_iter().enumerate() {
            for (bucket, part) in features::named(&words, family) {
                let Some(feature) = self.space.number(at, bucket) else { continue };
                let Ok(place) = row.binary_search_by_key(&feature, |(number, _)| *number) else {
                    continue;
                };
                let all = (0..self.labels.len()).map(|class| self.model.weight(feature, class));
                let mean = all.sum::<f32>() / real(self.labels.len());
                let weight = (self.model.weight(feature, class) - mean) * row[place].1;
                reasons.push(Reason { part, weight });
            }
        }
        reasons.sort_by(|a, b| {
            b.weight.abs().total_cmp(&a.weight.abs()).then_with(|| a.part.cmp(&b.part))
        });
        reasons.truncate(most);
        reasons
    }

    /// How alike each of `others` is to the text, 0 to 1: the cosine of their features.
    pub fn likeness<'a>(&self, text: &str, others: impl IntoIterator<Item = &'a str>) -> Vec<f32> {
        let row = |text: &str| self.space.row(&self.vocabulary.repair(words(text)));
        let own = row(text);
        others.into_iter().map(|other| space::cosine(&own, &row(other))).collect()
    }

    /// The whole model as bytes, all that [`Self::predict`] goes by: equal bytes, equal model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let texts = self.labels.iter().map(|label| (label.as_str(), 0));
        for (text, n) in texts.chain(self.vocabulary.iter()) {
            out.extend(text.as_bytes());
            out.push(0);
            space::number(n, &mut out);
        }
        self.space.write(&mut out);
        self.model.write(&mut out);
        out.extend(self.temperature.to_le_bytes());
        out
    }
}

/// The words of a text as the classifier sees them.
fn words(text: &str) -> Vec<String> {
    features::words(&features::normalise(text))
}

/// What a label is called, in words.
fn name(label: &str) -> String {
    label.rsplit('/').next().unwrap_or(label).replace(['_', '-', '.'], " ")
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn real(n: usize) -> f32 {
    n as f32
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

    fn likeliest<'a>(classifier: &'a Classifier, text: &str) -> Option<&'a str> {
        let p = classifier.predict(text);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{text}");
        let top = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
        top.map(|i| classifier.labels()[i].as_str())
    }

    #[test]
    fn two_trainings_are_the_same_to_the_byte() {
        let (a, b) = (Classifier::train(&examples()), Classifier::train(&examples()));
        assert_eq!(a.to_bytes(), b.to_bytes());
        assert_eq!(a, b);
        let other = Classifier::train(&examples()[1..]);
        assert_ne!(a.to_bytes(), other.to_bytes());
    }

    #[test]
    fn slips_other_words_and_other_languages_are_understood() {
        let classifier = Classifier::train(&examples());
        for (text, label) in [
            ("REFNUD my order plz", "refund"),
            ("wher is my parcle", "parcel"),
            ("my pacage?", "parcel"),
            ("reimburse me", "refund"),
            ("je veux un remboursement", "refund"),
            ("wo bleibt mein Paket", "parcel"),
        ] {
            assert_eq!(likeliest(&classifier, text), Some(label), "{text}");
        }
    }

    #[test]
    fn what_spoke_for_a_label_is_told() {
        let classifier = Classifier::train(&examples());
        let reasons = classifier.reasons("where is my refund", "refund", 5);
        assert!(reasons.len() == 5 && reasons[0].part.contains("refund"), "{reasons:?}");
        assert!(reasons[0].weight > 0.0);
        assert!(classifier.reasons("where is my refund", "nonsense", 5).is_empty());
        assert!(classifier.reasons("\u{0}\u{202e}", "refund", 5).is_empty());
    }

    #[test]
    fn the_same_words_are_most_alike() {
        let classifier = Classifier::train(&examples());
        let others = ["track my delivery", "refund my parcel", "Where is my PARCEL?", "xyzzy", ""];
        let alike = classifier.likeness("where is my parcel", others);
        assert!((alike[2] - 1.0).abs() < 1e-3 && alike[1] < alike[2], "{alike:?}");
        assert_eq!(&alike[3..], [0.0, 0.0]);
    }

    #[test]
    fn nothing_learnt_is_no_crash() {
        assert!(Classifier::train(&[]).predict("hello").is_empty());
        let one = Classifier::train(&[("only".to_owned(), "hello".to_owned())]);
        assert_eq!(one.predict("\u{0}\u{202e}"), vec![1.0]);
        let empty =
            Classifier::train(&[("a".to_owned(), String::new()), ("b".to_owned(), " ".to_owned())]);
        assert_eq!(empty.predict("x").len(), 2);
    }
}
