//! What the desk has written down, searchable by what visitors ask. Held in memory: a desk has
//! hundreds of articles, not millions.

pub mod articles;
mod index;
mod words;

pub use articles::{Article, ArticleError, Origin, demo_articles, load_folder, parse_article};
pub use index::{Knowledge, Passage};

#[cfg(test)]
mod tests;
