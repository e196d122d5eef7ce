//! Finds articles, in whatever language they are, with an honest "nothing" when none is about what
//! was asked.

use std::collections::BTreeMap;

use shared::api::NothingFound;

use super::{
    Article, Origin,
    lexicon::{Asked, Candidate, Lexicon},
    passage::best_part,
    words::guess,
};

/// Below this, an article is not about what was asked.
pub const NEEDED: f32 = 0.38;
/// Longest query, in characters; the rest is not looked at.
const QUERY_CHARS: usize = 1_000;
/// Most articles that are told of as near.
const NEAR: usize = 5;

/// What was found: the part of an article that answers best.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The article.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The part, as Markdown.
    pub text: String,
    /// Where visitors can read the article; empty if nowhere.
    pub url: String,
    /// Its collection.
    pub collection: String,
    /// Its language.
    pub language: String,
    /// How surely it is about what was asked: 0 to 1.
    pub score: f32,
    /// Who vouches for it.
    pub origin: Origin,
}

/// Where to look, and for how much.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// In these collections only; in all if there are none.
    pub collections: &'a [String],
    /// Articles in this language are preferred where there are any; by default the language of the
    /// query, as far as its small words tell.
    pub language: Option<&'a str>,
    /// Passages of at most so many articles.
    pub most: usize,
}

/// An article and how surely it is about what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The article.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// How surely, 0 to 1.
    pub score: f32,
}

/// What was found, and what not.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// What a search answers.
    pub passages: Vec<Passage>,
    /// What came closest besides, best first.
    pub near: Vec<Found>,
    /// The words that were looked for, and what they were taken for.
    pub words: Vec<(String, Option<String>)>,
    /// Why nothing was found, where nothing was.
    pub why: Option<NothingFound>,
}

/// A searchable set of articles.
#[derive(Debug, Default)]
pub struct Knowledge {
    articles: Vec<Article>,
    lexicons: Vec<Lexicon>,
}

/// A candidate, and in which lexicon.
type Placed = (usize, Candidate);

impl Knowledge {
    /// Indexes articles.
    pub fn build(articles: Vec<Article>) -> Self {
        let mut languages: BTreeMap<&str, Vec<(usize, &Article)>> = BTreeMap::new();
        for (at, article) in articles.iter().enumerate() {
            languages.entry(&article.language).or_default().push((at, article));
        }
        let lexicons =
            languages.into_iter().map(|(tag, articles)| Lexicon::build(tag, &articles)).collect();
        Self { articles, lexicons }
    }

    /// All articles.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// The article of that short name.
    pub fn article(&self, slug: &str) -> Option<&Article> {
        self.articles.iter().find(|article| article.slug == slug)
    }

    /// The best passages, best first; none if no article is about it.
    pub fn search(&self, query: &str, wanted: Wanted<'_>) -> Vec<Passage> {
        let query = cut(query);
        let asked = self.asked(&query);
        let (found, _) = self.found(&query, &asked, wanted);
        self.passages(&found, &asked)
    }

    /// The same, with what it was decided on.
    pub fn tried(&self, query: &str, wanted: Wanted<'_>) -> Tried {
        let query = cut(query);
        let asked = self.asked(&query);
        let (found, rest) = self.found(&query, &asked, wanted);
        let best = found.first().or(rest.first()).map(|(lexicon, _)| *lexicon);
        let largest = (0..self.lexicons.len()).max_by_key(|at| self.lexicons[*at].len());
        let words = best.or(largest).map_or(&[][..], |at| &asked[at][..]);
        let near = rest.iter().take(NEAR).map(|(_, it)| Found {
            slug: self.articles[it.article].slug.clone(),
            title: self.articles[it.article].title.clone(),
            score: rounded(it.sure),
        });
        let is_there = |article: &Article| wanted.has(&article.collection);
        let why = if !found.is_empty() {
            None
        } else if !self.articles.iter().any(is_there) {
            Some(NothingFound::NoArticles)
        } else if words.is_empty() {
            Some(NothingFound::NoWords)
        } else if rest.is_empty() {
            Some(NothingFound::UnknownWords)
        } else {
            Some(NothingFound::NotAbout)
        };
        Tried {
            passages: self.passages(&found, &asked),
            near: near.collect(),
            words: words.iter().map(|it| (it.word.clone(), it.term.clone())).collect(),
            why,
        }
    }

    fn asked(&self, query: &str) -> Vec<Vec<Asked>> {
        self.lexicons.iter().map(|lexicon| lexicon.asked(query)).collect()
    }

    /// What answers, and what has words of the question besides; both best first.
    fn found(
        &self,
        query: &str,
        asked: &[Vec<Asked>],
        wanted: Wanted<'_>,
    ) -> (Vec<Placed>, Vec<Placed>) {
        let lexicons = self.lexicons.iter().zip(asked).enumerate();
        let mut rest: Vec<Placed> = lexicons
            .flat_map(|(at, (lexicon, asked))| {
                lexicon.candidates(asked).into_iter().map(move |it| (at, it))
            })
            .filter(|(_, it)| wanted.has(&self.articles[it.article].collection))
            .collect();
        rest.sort_by(|(_, a), (_, b)| b.rank().total_cmp(&a.rank()));
        let mut found: Vec<Placed> =
            rest.iter().filter(|(_, it)| it.sure >= NEEDED).copied().collect();
        let languages = || self.lexicons.iter().map(|lexicon| lexicon.language.as_str());
        let language = wanted.language.or_else(|| guess(query, languages()));
        let speaks = |(at, _): &Placed| Some(self.lexicons[*at].language.as_str()) == language;
        if found.iter().any(speaks) {
            found.retain(speaks);
        }
        // What is far behind the best is not an answer but a coincidence.
        let least = found.first().map_or(0.0, |(_, best)| best.rank() * 0.5);
        found.retain(|(_, it)| it.rank() >= least);
        found.truncate(wanted.most);
        rest.retain(|(_, it)| !found.iter().any(|(_, found)| found.article == it.article));
        (found, rest)
    }

    fn passages(&self, found: &[Placed], asked: &[Vec<Asked>]) -> Vec<Passage> {
        let passage = |(lexicon, it): &Placed| {
            let article = &self.articles[it.article];
            Passage {
                slug: article.slug.clone(),
                title: article.title.clone(),
                text: best_part(&article.body, &article.language, &asked[*lexicon]),
                url: article.page(),
                collection: article.collection.clone(),
                language: article.language.clone(),
                score: rounded(it.sure),
                origin: article.origin,
            }
        };
        found.iter().map(passage).collect()
    }
}

impl Wanted<'_> {
    fn has(&self, collection: &str) -> bool {
        self.collections.is_empty() || self.collections.iter().any(|it| it == collection)
    }
}

fn cut(query: &str) -> String {
    query.chars().take(QUERY_CHARS).collect()
}

fn rounded(score: f32) -> f32 {
    (score * 100.0).round() / 100.0
}
