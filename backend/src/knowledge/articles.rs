//! Articles: Markdown files with a head in TOML.
//!
//! ```markdown
//! +++
//! slug = "returns"
//! title = "Returning an item"
//! url = "https://shop.example/returns"
//! language = "en"
//! questions = ["How do I send something back?", "Can I return a gift?"]
//! +++
//! You have 30 days from delivery …
//! ```
//!
//! `url` (a page of the site's own), `language` (`en`) and `questions` may be left out; so may
//! `slug` in a folder, where the file's name takes its place.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use rust_embed::RustEmbed;
use serde::Deserialize;
use shared::{
    id::ArticleSlug,
    limits::{ADDRESS_BYTES, ARTICLE_BYTES, ARTICLE_QUESTIONS, ARTICLES, NAME_CHARS, PHRASE_CHARS},
    time::Timestamp,
};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use crate::storage::rows::Article;
pub use shared::api::Origin;

/// The collection of what is kept in a folder.
pub const FOLDER: &str = "folder";
/// The collection of the demo shop's articles.
pub const SHOP: &str = "shop";

/// Why an article cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArticleError {
    /// It does not begin with a head between two lines of `+++`.
    #[error("an article begins with its head between two lines of `+++`")]
    NoHead,
    /// The head is not TOML, or not of this format.
    #[error("the head cannot be read: {0}")]
    Head(#[from] toml::de::Error),
    /// A value makes no sense.
    #[error("{message}")]
    Value {
        /// Which.
        field: &'static str,
        /// What is wrong, and what would be right.
        message: &'static str,
    },
    /// The file cannot be read.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// One of a folder's articles is at fault.
    #[error("{file}: {error}")]
    In {
        /// The file.
        file: String,
        /// Its fault.
        error: Box<ArticleError>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    slug: Option<String>,
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default = "english")]
    language: String,
    #[serde(default)]
    questions: Vec<String>,
}

fn english() -> String {
    "en".to_owned()
}

/// Reads an article that names its slug. What is read this way is the desk's own.
pub fn parse_article(markdown: &str) -> Result<Article, ArticleError> {
    parse(markdown, None)
}

/// Reads all `.md` files of a folder, by name.
pub fn load_folder(folder: &Path) -> Result<Vec<Article>, ArticleError> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    files.sort();
    if files.len() > ARTICLES {
        return Err(wrong("folder", "a folder holds at most 5,000 articles"));
    }
    let read = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        // A huge file is refused before it is read.
        let about = fs::metadata(path)?;
        if about.len() > ARTICLE_BYTES as u64 {
            return Err(too_large());
        }
        let article = parse(&fs::read_to_string(path)?, stem)?;
        let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let changed = changed.and_then(|since| i64::try_from(since.as_millis()).ok());
        Ok(Article {
            collection: FOLDER.to_owned(),
            source: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            updated_at: Timestamp(changed.unwrap_or_default()),
            ..article
        })
    };
    let mut articles = Vec::with_capacity(files.len());
    for path in files {
        let at = |error| ArticleError::In {
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            error: Box::new(error),
        };
        articles.push(read(&path).map_err(at)?);
    }
    distinct(articles)
}

/// The articles of the demo shop.
pub fn demo_articles() -> Result<Vec<Article>, ArticleError> {
    #[derive(RustEmbed)]
    #[folder = "data/demo/articles"]
    struct Files;

    let mut articles = Vec::new();
    for name in Files::iter() {
        let file = Files::get(&name).map(|file| file.data).unwrap_or_default();
        let stem = name.strip_suffix(".md").unwrap_or(&name);
        let at = |error| ArticleError::In { file: name.to_string(), error: Box::new(error) };
        let article = parse(&String::from_utf8_lossy(&file), Some(stem)).map_err(at)?;
        articles.push(Article { collection: SHOP.to_owned(), ..article });
    }
    distinct(articles)
}

fn parse(markdown: &str, file_stem: Option<&str>) -> Result<Article, ArticleError> {
    if markdown.len() > ARTICLE_BYTES {
        return Err(too_large());
    }
    let text = markdown.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let rest = text.strip_prefix("+++\n").ok_or(ArticleError::NoHead)?;
    let (head, body) = rest.split_once("\n+++\n").ok_or(ArticleError::NoHead)?;
    let head: Head = toml::from_str(head)?;
    let article = Article {
        slug: head.slug.or_else(|| file_stem.map(str::to_owned)).unwrap_or_default(),
        title: head.title,
        url: head.url,
        language: head.language,
        questions: head.questions,
        body: body.trim().to_owned(),
        collection: FOLDER.to_owned(),
        origin: Origin::Desk,
        source: String::new(),
        updated_at: Timestamp(0),
        updated_by: "baton".to_owned(),
    };
    check(&article).map(|()| article)
}

/// Reads an article; one that does not name its slug has `slug`.
pub(super) fn parse_named(markdown: &str, slug: &str) -> Result<Article, ArticleError> {
    parse(markdown, Some(slug))
}

/// Checks what can be checked of an article by itself.
pub fn check(article: &Article) -> Result<(), ArticleError> {
    if article.slug.parse::<ArticleSlug>().is_err() || article.slug.starts_with('.') {
        return Err(wrong(
            "slug",
            "`slug` has 1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-', and does not begin with '.'",
        ));
    }
    if !is_line(&article.title, PHRASE_CHARS) {
        return Err(wrong("title", "`title` has 1 to 300 characters, on one line"));
    }
    let questions = &article.questions;
    if questions.len() > ARTICLE_QUESTIONS || !questions.iter().all(|it| is_line(it, PHRASE_CHARS))
    {
        let message = "`questions` has at most 100 entries of 1 to 300 characters";
        return Err(wrong("questions", message));
    }
    if !is_address(&article.url) {
        return Err(wrong("url", "`url` begins with `https://`, `http://` or `/`"));
    }
    let tag = &article.language;
    if !(2..=8).contains(&tag.len()) || !tag.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(wrong("language", "`language` is a primary tag such as `en`"));
    }
    if !is_line(&article.collection, NAME_CHARS) {
        return Err(wrong("collection", "`collection` has 1 to 80 characters, on one line"));
    }
    if article.body.len() > ARTICLE_BYTES {
        return Err(too_large());
    }
    if article.body.trim().is_empty() {
        return Err(wrong("body", "the article says nothing"));
    }
    Ok(())
}

/// A short name made of a title: "Où est mon colis ?" becomes `ou-est-mon-colis`.
pub fn slug_of(title: &str) -> String {
    let plain: String = title
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let slug = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let slug: String = slug.chars().take(SLUG_CHARS).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "article".to_owned() } else { slug.to_owned() }
}

/// Longest part of a short name that is made of a title; a number may follow.
const SLUG_CHARS: usize = 56;

fn wrong(field: &'static str, message: &'static str) -> ArticleError {
    ArticleError::Value { field, message }
}

fn too_large() -> ArticleError {
    wrong("body", "an article has at most 64 KiB")
}

fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control)
}

/// Whether a link there is a link to a page: never `javascript:` and the like.
fn is_address(url: &str) -> bool {
    let known = ["https://", "http://", "/"].iter().any(|start| url.starts_with(start));
    let plain = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    url.is_empty() || (known && plain && !url.starts_with("//") && url.len() <= ADDRESS_BYTES)
}

fn distinct(articles: Vec<Article>) -> Result<Vec<Article>, ArticleError> {
    let mut seen = HashSet::new();
    match articles.iter().find(|article| !seen.insert(article.slug.as_str())) {
        None => Ok(articles),
        Some(_) => Err(wrong("slug", "two articles have the same `slug`")),
    }
}

impl Article {
    /// Where an answer that cites it leads: its own page, or else the one that Baton shows. Words
    /// that nobody vouches for get no page under Baton's name; then it is empty.
    pub fn page(&self) -> String {
        match (self.url.as_str(), self.origin) {
            ("", Origin::Desk) => format!("/help/{}", self.slug),
            (url, _) => url.to_owned(),
        }
    }
}
