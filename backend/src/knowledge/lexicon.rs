//! The articles of one language: BM25F over title, questions and body, with spelling forgiven, and
//! how surely an article is about what was asked.

use std::collections::HashMap;

use super::{
    Article,
    words::{grams, is_slip, likeness, misspelt_synonym, words},
};

/// Saturation of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
const K1: f32 = 1.2;
/// How far the length of a field counts against it (same source).
const B: f32 = 0.6;
/// Weights of a word in title, questions and body.
const WEIGHTS: [f32; 3] = [2.5, 2.0, 1.0];
/// How much a word counts that an article has only in its body: it is mentioned there, but the
/// article is not about it.
const MENTIONED: f32 = 0.45;
/// How much a single word that fits counts beside others that occur nowhere: more often than not
/// it is a coincidence.
const ALONE: f32 = 0.75;
/// How much the words of a paragraph count that has several of what is asked.
const TOGETHER: f32 = 0.7;
/// How alike words are of which one becomes the other by a slip of the fingers.
const SLIP: f32 = 0.9;
/// How alike a word must be to one of the index to stand for it.
const ALIKE: f32 = 0.58;

/// The articles of one language, searchable.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// The language, as a BCP 47 primary tag.
    pub(super) language: String,
    entries: Vec<Entry>,
    /// Word to its rarity and where it occurs.
    terms: HashMap<String, Term>,
    /// N-grams of each longer word of the index, to forgive spelling.
    spellings: Vec<(String, Vec<u64>)>,
    /// Rarity of a word that occurs nowhere.
    unknown: f32,
}

#[derive(Debug)]
struct Entry {
    /// Which article, of all.
    article: usize,
    /// The words of each question and of the title.
    questions: Vec<Vec<String>>,
    /// The words of each paragraph.
    paragraphs: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Term {
    rarity: f32,
    /// Entry and normalised weight in it, by entry.
    occurs: Vec<(usize, f32)>,
}

/// A word of the query: what it stands for in the index, how rare that is, how sure the spelling.
#[derive(Debug)]
pub(super) struct Asked {
    /// The word.
    pub(super) word: String,
    /// `None` if nothing in the index is like it.
    pub(super) term: Option<String>,
    rarity: f32,
    likeness: f32,
}

/// An article that has a word of the query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Which article, of all.
    pub(super) article: usize,
    /// Its weight by BM25F.
    weight: f32,
    /// How surely it is about what was asked, 0 to 1.
    pub(super) sure: f32,
}

impl Candidate {
    /// What candidates are ordered by.
    pub(super) fn rank(&self) -> f32 {
        self.weight * (0.3 + self.sure)
    }
}

impl Lexicon {
    /// Indexes `articles`, all of them in `language`, each with its place among all.
    pub(super) fn build(language: &str, articles: &[(usize, &Article)]) -> Self {
        let words = |text: &str| words(text, language);
        let read = |(_, it): &(usize, &Article)| {
            [words(&it.title), words(&it.questions.join("\n")), words(&it.body)]
        };
        let fields: Vec<[Vec<String>; 3]> = articles.iter().map(read).collect();
        let count = to_f32(articles.len());
        let mean = |field: usize| {
            let all: usize = fields.iter().map(|words| words[field].len()).sum();
            (to_f32(all) / count.max(1.0)).max(1.0)
        };
        let means = [mean(0), mean(1), mean(2)];
        let mut terms: HashMap<String, Term> = HashMap::new();
        for (at, fields) in fields.iter().enumerate() {
            let mut weights: HashMap<&String, f32> = HashMap::new();
            for ((words, mean), weight) in fields.iter().zip(means).zip(WEIGHTS) {
                let length = 1.0 - B + B * to_f32(words.len()) / mean;
                for word in words {
                    *weights.entry(word).or_default() += weight / length;
                }
            }
            for (word, weight) in weights {
                let term = terms
                    .entry(word.clone())
                    .or_insert_with(|| Term { rarity: 0.0, occurs: Vec::new() });
                term.occurs.push((at, weight));
            }
        }
        for term in terms.values_mut() {
            term.rarity = rarity(count, to_f32(term.occurs.len()));
        }
        let mut spellings: Vec<_> = terms.keys().map(|word| (word.clone(), grams(word))).collect();
        spellings.sort();
        let entry = |(article, it): &(usize, &Article)| Entry {
            article: *article,
            questions: it.questions.iter().chain([&it.title]).map(|text| words(text)).collect(),
            paragraphs: it.body.split("\n\n").map(words).collect(),
        };
        let entries = articles.iter().map(entry).collect();
        let language = language.to_owned();
        Self { language, entries, terms, spellings, unknown: rarity(count, 0.0) }
    }

    /// How many articles there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The distinct words of a query, each with the word of the index that it stands for.
    pub(super) fn asked(&self, query: &str) -> Vec<Asked> {
        let mut words = words(query, &self.language);
        words.sort();
        words.dedup();
        words.into_iter().map(|word| self.stands_for(word)).collect()
    }

    /// The articles that have any of what is asked.
    pub(super) fn candidates(&self, asked: &[Asked]) -> Vec<Candidate> {
        let mut weights = vec![0.0f32; self.entries.len()];
        for word in asked {
            let Some(term) = word.term.as_ref().and_then(|term| self.terms.get(term)) else {
                continue;
            };
            for (at, weight) in &term.occurs {
                weights[*at] += word.likeness * word.rarity * weight / (K1 + weight);
            }
        }
        let has_any = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        let candidate = |(at, weight): (usize, &f32)| Candidate {
            article: self.entries[at].article,
            weight: *weight,
            sure: self.sureness(at, asked),
        };
        has_any.map(candidate).collect()
    }

    fn stands_for(&self, word: String) -> Asked {
        if let Some(rarity) = self.terms.get(&word).map(|term| term.rarity) {
            return Asked { term: Some(word.clone()), word, rarity, likeness: 1.0 };
        }
        let can_be = can_be_misspelt(&word);
        let synonym = misspelt_synonym(&word, &self.language).filter(|_| can_be);
        if let Some((term, known)) = synonym.and_then(|it| self.terms.get_key_value(it)) {
            let term = Some(term.clone());
            return Asked { word, term, rarity: known.rarity, likeness: SLIP };
        }
        let own = if can_be { grams(&word) } else { Vec::new() };
        let is_long = word.chars().count() >= 7;
        let best = self
            .spellings
            .iter()
            .map(|(other, grams)| match likeness(&own, grams) {
                slip if slip < SLIP && !own.is_empty() && is_slip(&word, other) => (other, SLIP),
                likeness => (other, likeness),
            })
            // Whoever mistypes a short word has its first letter right.
            .filter(|(other, _)| is_long || other.chars().next() == word.chars().next())
            .filter(|(_, likeness)| *likeness >= ALIKE)
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        match best.and_then(|(other, likeness)| Some((other, self.terms.get(other)?, likeness))) {
            Some((other, term, likeness)) => {
                Asked { word, rarity: term.rarity, term: Some(other.clone()), likeness }
            }
            None => Asked { word, term: None, rarity: self.unknown, likeness: 0.0 },
        }
    }

    /// How surely the article is about what was asked: the share of the query's rarity that it
    /// has, or its likeness to one of the article's questions, whichever is more.
    fn sureness(&self, at: usize, asked: &[Asked]) -> f32 {
        let questions = &self.entries[at].questions;
        let has = |term: &String| {
            if questions.iter().any(|question| question.contains(term)) {
                return 1.0;
            }
            let occurs = self.terms.get(term).map_or(&[][..], |term| &term.occurs);
            let is_mentioned = occurs.binary_search_by_key(&at, |(entry, _)| *entry).is_ok();
            if is_mentioned { MENTIONED } else { 0.0 }
        };
        let share = Asked::share(asked, has);
        let alike = questions.iter().map(|question| {
            let all: f32 =
                question.iter().filter_map(|word| self.terms.get(word)).map(|it| it.rarity).sum();
            let both: f32 = asked
                .iter()
                .filter(|it| it.term.as_ref().is_some_and(|term| question.contains(term)))
                .map(|it| it.rarity * it.likeness)
                .sum();
            let own: f32 = asked.iter().map(Asked::demand).sum();
            if all + own > 0.0 { 2.0 * both / (all + own) } else { 0.0 }
        });
        let paragraphs = self.entries[at].paragraphs.iter().map(|paragraph| {
            let has = |term: &String| paragraph.contains(term);
            let count = asked.iter().filter_map(|it| it.term.as_ref()).filter(|it| has(it)).count();
            let share = Asked::share(asked, |term| f32::from(u8::from(has(term))));
            if count > 1 { TOGETHER * share } else { 0.0 }
        });
        let together = paragraphs.fold(0.0, f32::max);
        let known = asked.iter().filter(|it| it.term.is_some()).count();
        let alone = if known == 1 && asked.len() > 1 { ALONE } else { 1.0 };
        alike.fold(together.max(share * 0.9), f32::max).min(1.0) * alone
    }
}

impl Asked {
    /// How much the query demands of an article by this word. A word that no article has is more
    /// often a detail of the visitor's story than the subject.
    fn demand(&self) -> f32 {
        if self.term.is_some() { self.rarity } else { self.rarity * 0.5 }
    }

    /// The share of what is asked that is had, where `has` says how much a word counts, 0 to 1.
    pub(super) fn share(asked: &[Self], has: impl Fn(&String) -> f32) -> f32 {
        let all: f32 = asked.iter().map(Self::demand).sum();
        let counts = |it: &Self| it.term.as_ref().map_or(0.0, &has);
        let had: f32 = asked.iter().map(|it| it.rarity * it.likeness * counts(it)).sum();
        if all > 0.0 { had / all } else { 0.0 }
    }
}

/// Whether a word is long enough that one like it is likely the same; numbers never are.
fn can_be_misspelt(word: &str) -> bool {
    word.chars().count() >= 5 && !word.contains(|c: char| c.is_ascii_digit())
}

/// Inverse document frequency, never below zero (same source as [`K1`], with 1 added as is usual).
fn rarity(articles: f32, with_it: f32) -> f32 {
    (1.0 + (articles - with_it + 0.5) / (with_it + 0.5)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "counts of articles and words are small")]
fn to_f32(count: usize) -> f32 {
    count as f32
}
