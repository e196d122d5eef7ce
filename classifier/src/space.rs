//! Which features there are, and how much each tells.

use std::collections::{BTreeMap, HashMap};

use crate::features::{self, FAMILIES, Family};

/// Feature number and value, by number. Within a family the squares sum to the square of the
/// family's weight.
pub type Row = Vec<(u32, f32)>;

/// How much a family weighs beside the others.
const fn weight(family: Family) -> f32 {
    match family {
        Family::Words => 0.7,
        Family::Chars => 1.0,
        Family::Pairs => 0.5,
        Family::Concepts => 0.6,
    }
}

/// A pair that only one text has says nothing about others.
const fn least(family: Family) -> u32 {
    match family {
        Family::Pairs => 2,
        _ => 1,
    }
}

/// The inverse document frequency counts by this power: with few examples it is itself a guess.
const IDF_POWER: f32 = 0.7;

/// The features of some texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    texts: u32,
    families: [HashMap<u32, Feature>; FAMILIES.len()],
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Feature {
    number: u32,
    idf: f32,
    /// How many texts have it.
    texts: u32,
}

impl Space {
    /// The features that `texts`, each a list of words, have.
    pub fn of(texts: &[Vec<String>]) -> Self {
        let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        let mut next = 0;
        let families = FAMILIES.map(|family| {
            let mut documents: BTreeMap<u32, u32> = BTreeMap::new();
            for words in texts {
                for bucket in features::counts(words, family).into_keys() {
                    *documents.entry(bucket).or_insert(0) += 1;
                }
            }
            let told = documents.into_iter().filter(|(_, n)| *n >= least(family));
            let numbered = told.map(|(bucket, n)| {
                let number = next;
                next += 1;
                (bucket, Feature { number, idf: idf(count, n), texts: n })
            });
            numbered.collect()
        });
        Self { texts: count, families }
    }

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.families.iter().map(HashMap::len).sum()
    }

    /// The number of each family's first feature.
    pub fn starts(&self) -> [u32; FAMILIES.len()] {
        let mut at = 0;
        std::array::from_fn(|family| {
            let start = at;
            at += u32::try_from(self.families[family].len()).unwrap_or(0);
            start
        })
    }

    /// The number of a feature, if some text had it.
    pub fn number(&self, family: usize, bucket: u32) -> Option<u32> {
        Some(self.families[family].get(&bucket)?.number)
    }

    /// Whether some text had a word that is about the same as this.
    pub fn knows(&self, word: &String) -> bool {
        let concepts = FAMILIES.into_iter().position(|family| family == Family::Concepts);
        let about = features::counts(std::slice::from_ref(word), Family::Concepts);
        concepts.is_some_and(|family| about.keys().any(|it| self.number(family, *it).is_some()))
    }

    /// A text's features: sublinear TF-IDF, each family brought to its own length. A word that no
    /// text had says nothing, but adds to the length: of a message of which little is known, what is
    /// known says little.
    pub fn row(&self, words: &[String]) -> Row {
        let mut row = Row::new();
        let unknown_idf = idf(self.texts, 0);
        for (family, index) in FAMILIES.into_iter().zip(&self.families) {
            let start = row.len();
            let mut square = 0.0;
            for (bucket, n) in features::counts(words, family) {
                let feature = index.get(&bucket);
                let value = (1.0 + real(n).ln()) * feature.map_or(unknown_idf, |it| it.idf);
                // Letters of an unknown word are mostly known, and pairs mostly not.
                if feature.is_some() || family == Family::Words {
                    square += value * value;
                }
                row.extend(feature.map(|it| (it.number, value)));
            }
            let scale = if square > 0.0 { weight(family) / square.sqrt() } else { 0.0 };
            row[start..].iter_mut().for_each(|(_, value)| *value *= scale);
        }
        row
    }

    /// The space as bytes: of each family its buckets, as steps from one to the next, and how many
    /// texts have each.
    pub fn write(&self, out: &mut Vec<u8>) {
        number(self.texts, out);
        for family in &self.families {
            let mut buckets: Vec<(u32, u32)> =
                family.iter().map(|(bucket, feature)| (*bucket, feature.texts)).collect();
            buckets.sort_unstable();
            number(u32::try_from(buckets.len()).unwrap_or(0), out);
            let mut before = 0;
            for (bucket, texts) in buckets {
                number(bucket - before, out);
                number(texts, out);
                before = bucket;
            }
        }
    }
}

/// The cosine of the angle between two rows; 0 if one is empty.
pub fn cosine(a: &Row, b: &Row) -> f32 {
    let square = |row: &Row| row.iter().map(|(_, value)| value * value).sum::<f32>();
    let (mut dot, mut rest) = (0.0, b.as_slice());
    for (feature, value) in a {
        rest = &rest[rest.partition_point(|(other, _)| other < feature)..];
        if let Some((other, theirs)) = rest.first()
            && other == feature
        {
            dot += value * theirs;
        }
    }
    let length = (square(a) * square(b)).sqrt();
    if length > 0.0 { dot / length } else { 0.0 }
}

/// Smoothed inverse document frequency, as in scikit-learn's `TfidfTransformer`, flattened.
fn idf(texts: u32, having: u32) -> f32 {
    ((real(texts + 1) / real(having + 1)).ln() + 1.0).powf(IDF_POWER)
}

/// A number in as few bytes as it takes, seven bits each, the lowest first (LEB128).
pub fn number(mut value: u32, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn real(n: u32) -> f32 {
    n as f32
}
