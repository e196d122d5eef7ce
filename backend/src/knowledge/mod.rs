//! What the desk has written down, searchable by what visitors ask. Held in memory: a desk has
//! hundreds of articles, not millions.

pub mod articles;
pub mod import;
mod index;
mod lexicon;
pub mod library;
mod passage;
mod shelf;
mod stop_words;
mod synonyms;
pub mod unanswered;
mod words;

pub use articles::{Article, ArticleError, Origin, demo_articles, load_folder, parse_article};
pub use index::{Found, Knowledge, NEEDED, Passage, Tried, Wanted};
pub use library::Library;
pub use shelf::Shelf;

#[cfg(test)]
mod recall;
#[cfg(test)]
mod tests;
