//! Articles: Markdown files with a head in TOML.
//!
//! ```markdown
//! +++
//! slug = "returns"
//! title = "Returning an item"
//! url = "/help/returns"
//! language = "en"
//! questions = ["How do I send something back?", "Can I return a gift?"]
//! +++
//! You have 30 days from delivery …
//! ```
//!
//! `url` (where visitors can read it), `language` (`en`) and `questions` may be left out; so may
//! `slug` in a folder, where the file's name takes its place.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::storage::rows;

/// Largest article, in bytes.
const ARTICLE_BYTES: usize = 64 * 1024;
/// Most articles in a folder.
const ARTICLES: usize = 5_000;
/// Longest title or question, in characters.
const LINE_CHARS: usize = 300;
/// Most questions of one article.
const QUESTIONS: usize = 100;

/// Who vouches for an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The desk: it came with Baton, or an admin wrote it.
    #[default]
    Desk,
    /// Nobody: it was fetched from a page that others can write.
    Foreign,
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its short name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Where visitors can read it; empty if nowhere.
    pub url: String,
    /// Its language, as a BCP 47 primary tag.
    pub language: String,
    /// What visitors ask that it answers.
    pub questions: Vec<String>,
    /// What it says, as Markdown.
    pub body: String,
    /// Who vouches for it.
    pub origin: Origin,
}

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
    #[error("{0}")]
    Value(&'static str),
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
        return Err(ArticleError::Value("a folder holds at most 5,000 articles"));
    }
    let read = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        // A huge file is refused before it is read.
        let size = fs::metadata(path)?.len();
        if size > ARTICLE_BYTES as u64 {
            return Err(ArticleError::Value("an article has at most 64 KiB"));
        }
        parse(&fs::read_to_string(path)?, stem)
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
        articles.push(parse(&String::from_utf8_lossy(&file), Some(stem)).map_err(at)?);
    }
    distinct(articles)
}

impl Article {
    /// The article in a row of the store, of which the caller knows where it came from.
    pub fn from_row(row: rows::Article, origin: Origin) -> Self {
        let rows::Article { slug, title, body, url, language, questions } = row;
        Self { slug, title, url, language, questions, body, origin }
    }

    /// The article as the store keeps it.
    pub fn into_row(self) -> rows::Article {
        let Self { slug, title, url, language, questions, body, origin: _ } = self;
        rows::Article { slug, title, body, url, language, questions }
    }
}

fn parse(markdown: &str, file_stem: Option<&str>) -> Result<Article, ArticleError> {
    use ArticleError::Value;

    if markdown.len() > ARTICLE_BYTES {
        return Err(Value("an article has at most 64 KiB"));
    }
    let text = markdown.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let rest = text.strip_prefix("+++\n").ok_or(ArticleError::NoHead)?;
    let (head, body) = rest.split_once("\n+++\n").ok_or(ArticleError::NoHead)?;
    let head: Head = toml::from_str(head)?;
    let slug = head.slug.or_else(|| file_stem.map(str::to_owned)).unwrap_or_default();
    // The rule for identifiers, which all id types share.
    if slug.parse::<shared::id::CallId>().is_err() {
        return Err(Value("`slug` has 1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-'"));
    }
    let line = |text: &str| !text.trim().is_empty() && text.chars().count() <= LINE_CHARS;
    if !line(&head.title) {
        return Err(Value("`title` has 1 to 300 characters"));
    }
    if head.questions.len() > QUESTIONS || !head.questions.iter().all(|it| line(it)) {
        return Err(Value("`questions` has at most 100 entries of 1 to 300 characters"));
    }
    if !is_address(&head.url) {
        return Err(Value("`url` begins with `https://`, `http://` or `/`"));
    }
    let tag = &head.language;
    if !(2..=8).contains(&tag.len()) || !tag.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(Value("`language` is a primary tag such as `en`"));
    }
    if body.trim().is_empty() {
        return Err(Value("the article says nothing"));
    }
    Ok(Article {
        slug,
        title: head.title,
        url: head.url,
        language: head.language,
        questions: head.questions,
        body: body.trim().to_owned(),
        origin: Origin::Desk,
    })
}

/// Whether a link there is a link to a page: never `javascript:` and the like.
fn is_address(url: &str) -> bool {
    let known = ["https://", "http://", "/"].iter().any(|start| url.starts_with(start));
    let plain = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    url.is_empty() || (known && plain && !url.starts_with("//") && url.len() <= 500)
}

fn distinct(articles: Vec<Article>) -> Result<Vec<Article>, ArticleError> {
    let mut seen = HashSet::new();
    match articles.iter().find(|article| !seen.insert(article.slug.as_str())) {
        None => Ok(articles),
        Some(_) => Err(ArticleError::Value("two articles have the same `slug`")),
    }
}
