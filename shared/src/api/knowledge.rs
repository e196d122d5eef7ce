//! The knowledge base, as an admin shapes it.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{
    id::{ArticleSlug, ConversationId, Seq},
    time::Timestamp,
};

/// Who vouches for an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Origin {
    /// The desk: it came with Baton, or somebody of the desk wrote or uploaded it.
    #[default]
    Desk,
    /// Nobody: it was fetched from a page that others can write.
    Foreign,
}

/// Why a question finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NothingFound {
    /// There are no articles to look in.
    NoArticles,
    /// The question has no word that says something.
    NoWords,
    /// No article has any of its words.
    UnknownWords,
    /// Articles have some of its words, but none is about it.
    NotAbout,
}

body! {
    /// An article of the knowledge base, whole.
    pub struct Article {
        /// Its short name.
        pub slug: ArticleSlug,
        /// Its title.
        pub title: String,
        /// What it says, as Markdown.
        pub body: String,
        /// A page of the site's own on which visitors can read it; empty if there is none.
        pub url: String,
        /// Its language, as a BCP 47 primary tag.
        pub language: String,
        /// What visitors ask that it answers.
        pub questions: Vec<String>,
        /// The collection it is in; agents can be held to some.
        pub collection: String,
        /// Who vouches for it.
        pub origin: Origin,
        /// Where it came from, such as a file or a page; empty if it was written here.
        pub source: String,
        /// Where answers that cite it lead: its own page, or else the one that Baton shows.
        pub page: String,
        /// Whether it is kept elsewhere, and can only be changed there.
        pub read_only: bool,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// By whom.
        pub updated_by: String,
    }

    /// An article in a list.
    pub struct ArticleLine {
        /// Its short name.
        pub slug: ArticleSlug,
        /// Its title.
        pub title: String,
        /// How it begins.
        pub excerpt: String,
        /// Its language.
        pub language: String,
        /// Its collection.
        pub collection: String,
        /// Who vouches for it.
        pub origin: Origin,
        /// Where it came from.
        pub source: String,
        /// Whether it can only be changed elsewhere.
        pub read_only: bool,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// By whom.
        pub updated_by: String,
    }

    /// A collection, which is there as long as an article is in it.
    pub struct Collection {
        /// Its name.
        pub name: String,
        /// How many articles it has.
        pub articles: u32,
        /// Whether it is kept in a folder, and can only be changed there.
        pub read_only: bool,
    }

    /// `GET /knowledge/articles`: a page of those that pass the filter.
    pub struct Articles {
        /// By title.
        pub articles: Vec<ArticleLine>,
        /// Pass this as `after` for more.
        pub next: Option<String>,
        /// How many pass the filter.
        pub total: u32,
        /// All collections there are, by name.
        pub collections: Vec<Collection>,
        /// All languages there are.
        pub languages: Vec<String>,
    }

    /// `PUT /knowledge/articles/{slug}`.
    pub struct SaveArticle {
        /// Its title.
        pub title: String,
        /// What it says, as Markdown.
        pub body: String,
        /// A page of the site's own on which visitors can read it; empty for one that Baton shows.
        #[serde(default)]
        pub url: String,
        /// Its language, as a BCP 47 primary tag.
        pub language: String,
        /// What visitors ask that it answers.
        #[serde(default)]
        pub questions: Vec<String>,
        /// The collection it is in.
        pub collection: String,
    }

    /// `POST /knowledge/articles`.
    pub struct NewArticle {
        /// Its short name; made from the title if it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub slug: Option<ArticleSlug>,
        /// The article.
        #[serde(flatten)]
        pub article: SaveArticle,
    }

    /// `POST /knowledge/try`: what an agent would find.
    pub struct TryQuestion {
        /// What is asked.
        pub question: String,
        /// Prefer articles in this language; by default, in the language of the question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub language: Option<String>,
        /// Look in these collections only; in all if there are none.
        #[serde(default)]
        pub collections: Vec<String>,
    }

    /// A passage that was found.
    pub struct FoundPassage {
        /// The article.
        pub slug: ArticleSlug,
        /// Its title.
        pub title: String,
        /// The part that answers, as Markdown.
        pub text: String,
        /// Where visitors can read it.
        pub url: String,
        /// Its collection.
        pub collection: String,
        /// Its language.
        pub language: String,
        /// How surely it is about what was asked, 0 to 1.
        pub score: f32,
    }

    /// An article that has words of the question but is not an answer.
    pub struct NearArticle {
        /// The article.
        pub slug: ArticleSlug,
        /// Its title.
        pub title: String,
        /// How surely it is about what was asked, 0 to 1.
        pub score: f32,
    }

    /// A word of the question.
    pub struct TriedWord {
        /// The word, cut to its stem.
        pub word: String,
        /// The word of the articles that it is taken for; absent if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub taken_for: Option<String>,
    }

    /// What was found, and why not more.
    pub struct TriedQuestion {
        /// What an agent would get, best first.
        pub passages: Vec<FoundPassage>,
        /// What came closest besides, best first.
        pub near: Vec<NearArticle>,
        /// The words that were looked for, in the language whose articles fit best.
        pub words: Vec<TriedWord>,
        /// Why nothing was found, where nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub why: Option<NothingFound>,
        /// The score that an answer needs.
        pub needed: f32,
    }

    /// One time that a question was asked and nothing covered it.
    pub struct AskedOnce {
        /// In which conversation.
        pub conversation: ConversationId,
        /// The event at which nothing was found.
        pub seq: Seq,
        /// When.
        pub at: Timestamp,
        /// In which words.
        pub question: String,
    }

    /// Questions that are alike and that nothing covered.
    pub struct UnansweredQuestion {
        /// As it was asked last.
        pub question: String,
        /// Each time it was asked, newest first.
        pub asked: Vec<AskedOnce>,
        /// The article that would answer it by now, if one would.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub covered_by: Option<NearArticle>,
    }

    /// `GET /knowledge/unanswered`.
    pub struct UnansweredQuestions {
        /// Newest first.
        pub questions: Vec<UnansweredQuestion>,
        /// Whether there are older ones, which show when these are dismissed.
        pub more: bool,
    }

    /// Which time a question was asked.
    pub struct AskedAt {
        /// In which conversation.
        pub conversation: ConversationId,
        /// The event at which nothing was found.
        pub seq: Seq,
    }

    /// `POST /knowledge/unanswered/dismiss`.
    pub struct DismissQuestion {
        /// Each time it was asked that is done with.
        pub asked: Vec<AskedAt>,
    }

    /// An article that a file has become.
    pub struct ImportedArticle {
        /// The article.
        pub slug: ArticleSlug,
        /// Its title.
        pub title: String,
    }

    /// `POST /knowledge/import`: what a file came to.
    pub struct Imported {
        /// Its articles.
        pub articles: Vec<ImportedArticle>,
        /// How many articles were replaced that came from it before.
        pub replaced: u32,
    }
}
