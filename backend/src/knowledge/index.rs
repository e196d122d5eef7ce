//! Finds articles: BM25F over title, questions and body, with spelling forgiven, and an honest
//! "nothing" when no article is about what was asked.

use std::collections::HashMap;

use super::{
    Article, Origin,
    words::{grams, likeness, words},
};

/// Saturation of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
const K1: f32 = 1.2;
/// How far the length of a field counts against it (same source).
const B: f32 = 0.6;
/// Weights of a word in title, questions and body.
const WEIGHTS: [f32; 3] = [2.5, 2.0, 1.0];
/// Below this, an article is not about what was asked.
const THRESHOLD: f32 = 0.38;
/// How much a word counts that an article has only in its body: it is mentioned there, but the
/// article is not about it.
const MENTIONED: f32 = 0.45;
/// How much a single word that fits counts beside others that occur nowhere: more often than not
/// it is a coincidence.
const ALONE: f32 = 0.75;
/// How alike a word must be to one of the index to stand for it.
const ALIKE: f32 = 0.58;
/// Longest query, in characters; the rest is not looked at.
const QUERY_CHARS: usize = 1_000;
/// Longest passage, in characters.
const PASSAGE_CHARS: usize = 700;

/// What was found: the part of an article that answers best.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The article.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The part, as Markdown.
    pub text: String,
    /// Where the article can be read; empty if nowhere.
    pub url: String,
    /// How surely it is about what was asked: 0 to 1.
    pub score: f32,
    /// Who vouches for it.
    pub origin: Origin,
}

/// A searchable set of articles.
#[derive(Debug, Default)]
pub struct Knowledge {
    articles: Vec<Entry>,
    /// Word to its rarity and where it occurs.
    terms: HashMap<String, Term>,
    /// N-grams of each longer word of the index, to forgive spelling.
    spellings: Vec<(String, Vec<u64>)>,
    /// Rarity of a word that occurs nowhere.
    unknown: f32,
}

#[derive(Debug)]
struct Entry {
    article: Article,
    /// The words of each question and of the title.
    questions: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Term {
    rarity: f32,
    /// Article and normalised weight in it.
    occurs: Vec<(usize, f32)>,
}

/// A word of the query: what it stands for in the index, how rare that is, how sure the spelling.
struct Asked {
    /// `None` if nothing in the index is like it.
    term: Option<String>,
    rarity: f32,
    likeness: f32,
}

impl Knowledge {
    /// Indexes articles.
    pub fn build(articles: Vec<Article>) -> Self {
        let fields: Vec<[Vec<String>; 3]> = articles
            .iter()
            .map(|it| [words(&it.title), words(&it.questions.join(" ")), words(&it.body)])
            .collect();
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
        let articles = articles
            .into_iter()
            .map(|article| {
                let asked = article.questions.iter().chain([&article.title]);
                let questions = asked.map(|text| words(text)).collect();
                Entry { article, questions }
            })
            .collect();
        Self { articles, terms, spellings, unknown: rarity(count, 0.0) }
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// The best passages of at most `k` articles, best first; none if no article is about it.
    /// Articles in `language` are preferred where there are any.
    pub fn search(&self, query: &str, language: Option<&str>, k: usize) -> Vec<Passage> {
        let asked = self.asked(query);
        let mut weights = vec![0.0f32; self.articles.len()];
        for word in &asked {
            let Some(term) = word.term.as_ref().and_then(|term| self.terms.get(term)) else {
                continue;
            };
            for (at, weight) in &term.occurs {
                weights[*at] += word.likeness * word.rarity * weight / (K1 + weight);
            }
        }
        let mut found: Vec<(usize, f32, f32)> = weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0)
            .map(|(at, weight)| (at, *weight, self.sureness(at, &asked)))
            .filter(|(_, _, sure)| *sure >= THRESHOLD)
            .collect();
        let speaks = |at: usize| Some(self.articles[at].article.language.as_str()) == language;
        if found.iter().any(|(at, ..)| speaks(*at)) {
            found.retain(|(at, ..)| speaks(*at));
        }
        let rank = |(_, weight, sure): &(usize, f32, f32)| weight * (0.3 + sure);
        found.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        // What is far behind the best is not an answer but a coincidence.
        let least = found.first().map_or(0.0, |best| rank(best) * 0.5);
        found.retain(|it| rank(it) >= least);
        found.truncate(k);
        found.iter().map(|(at, _, sure)| self.passage(*at, *sure, &asked)).collect()
    }

    /// The distinct words of a query, each with the word of the index that it stands for.
    fn asked(&self, query: &str) -> Vec<Asked> {
        let query: String = query.chars().take(QUERY_CHARS).collect();
        let mut words = words(&query);
        words.sort();
        words.dedup();
        words.into_iter().map(|word| self.stands_for(word)).collect()
    }

    fn stands_for(&self, word: String) -> Asked {
        if let Some(term) = self.terms.get(&word) {
            return Asked { rarity: term.rarity, term: Some(word), likeness: 1.0 };
        }
        let own = if can_be_misspelt(&word) { grams(&word) } else { Vec::new() };
        let best = self
            .spellings
            .iter()
            .map(|(other, grams)| (other, likeness(&own, grams)))
            .filter(|(_, likeness)| *likeness >= ALIKE)
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        match best.and_then(|(other, likeness)| Some((other, self.terms.get(other)?, likeness))) {
            Some((other, term, likeness)) => {
                Asked { rarity: term.rarity, term: Some(other.clone()), likeness }
            }
            None => Asked { term: None, rarity: self.unknown, likeness: 0.0 },
        }
    }

    /// How surely the article is about what was asked: the share of the query's rarity that it
    /// has, or its likeness to one of the article's questions, whichever is more.
    fn sureness(&self, at: usize, asked: &[Asked]) -> f32 {
        let entry = &self.articles[at];
        let has = |term: &String| {
            if entry.questions.iter().any(|question| question.contains(term)) {
                return 1.0;
            }
            let mentioned =
                self.terms.get(term).is_some_and(|it| it.occurs.iter().any(|o| o.0 == at));
            if mentioned { MENTIONED } else { 0.0 }
        };
        let share = share(asked, has);
        let questions = entry.questions.iter().map(|question| {
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
        let known = asked.iter().filter(|it| it.term.is_some()).count();
        let alone = if known == 1 && asked.len() > 1 { ALONE } else { 1.0 };
        questions.fold(share * 0.9, f32::max).min(1.0) * alone
    }

    fn passage(&self, at: usize, score: f32, asked: &[Asked]) -> Passage {
        let article = &self.articles[at].article;
        Passage {
            slug: article.slug.clone(),
            title: article.title.clone(),
            text: best_part(&article.body, asked),
            url: article.url.clone(),
            score: (score * 100.0).round() / 100.0,
            origin: article.origin,
        }
    }
}

/// Whether a word is long enough that one like it is likely the same; numbers never are.
fn can_be_misspelt(word: &str) -> bool {
    word.chars().count() >= 5 && !word.contains(|c: char| c.is_ascii_digit())
}

impl Asked {
    /// How much the query demands of an article by this word. A word that no article has is more
    /// often a detail of the visitor's story than the subject.
    fn demand(&self) -> f32 {
        if self.term.is_some() { self.rarity } else { self.rarity * 0.5 }
    }
}

/// The share of what is asked that is had, where `has` says how much a word counts, 0 to 1.
fn share(asked: &[Asked], has: impl Fn(&String) -> f32) -> f32 {
    let all: f32 = asked.iter().map(Asked::demand).sum();
    let counts = |it: &Asked| it.term.as_ref().map_or(0.0, &has);
    let had: f32 = asked.iter().map(|it| it.rarity * it.likeness * counts(it)).sum();
    if all > 0.0 { had / all } else { 0.0 }
}

/// The run of paragraphs that has most of what is asked, within the length of a passage.
fn best_part(body: &str, asked: &[Asked]) -> String {
    if body.chars().count() <= PASSAGE_CHARS {
        return body.to_owned();
    }
    let paragraphs: Vec<&str> = body.split("\n\n").collect();
    let score = |from: usize| {
        let part = part_from(&paragraphs, from);
        let words = words(&part);
        (share(asked, |term| f32::from(u8::from(words.contains(term)))), part)
    };
    // The first of equals: an article says the main thing first.
    let best = (0..paragraphs.len()).map(score).reduce(|a, b| if b.0 > a.0 { b } else { a });
    best.map(|(_, part)| part).unwrap_or_default()
}

/// As many paragraphs from `from` on as fit; at least part of one.
fn part_from(paragraphs: &[&str], from: usize) -> String {
    let mut part = String::new();
    for paragraph in &paragraphs[from..] {
        if !part.is_empty() && part.chars().count() + paragraph.chars().count() > PASSAGE_CHARS {
            break;
        }
        if !part.is_empty() {
            part.push_str("\n\n");
        }
        part.push_str(paragraph);
    }
    part.chars().take(PASSAGE_CHARS).collect()
}

/// Inverse document frequency, never below zero (same source as [`K1`], with 1 added as is usual).
fn rarity(articles: f32, with_it: f32) -> f32 {
    (1.0 + (articles - with_it + 0.5) / (with_it + 0.5)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "counts of articles and words are small")]
fn to_f32(count: usize) -> f32 {
    count as f32
}
