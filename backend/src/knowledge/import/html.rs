//! A page as Markdown, without what is not its text.

use std::sync::LazyLock;

use htmd::HtmlToMarkdown;
use regex::Regex;

use super::{Piece, Unreadable, line};

/// What says nothing that an agent could answer with, or would act where it is shown.
const SKIPPED: [&str; 24] = [
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math",
    "canvas", "img", "picture", "video", "audio", "nav", "footer", "aside", "form", "button",
    "input", "select", "textarea", "dialog", "title",
];

/// Reads a page. Its title is its first heading, or else what it is called, or else `name`.
pub(super) fn read(name: &str, html: &str) -> Result<Piece, Unreadable> {
    let convert = |html: &str| {
        let converter = HtmlToMarkdown::builder().skip_tags(SKIPPED.to_vec()).build();
        converter.convert(html).map_err(|_| Unreadable::Broken)
    };
    let markdown = convert(html)?;
    let called = match TITLE.captures(html) {
        Some(found) => line(&convert(&format!("<p>{}</p>", &found[1]))?),
        None => String::new(),
    };
    let (heading, body) = split_heading(&markdown);
    let title = [heading, called, name.to_owned()].into_iter().find(|it| !it.is_empty());
    Ok(Piece { title: title.unwrap_or_default(), body, ..Piece::default() })
}

/// The first heading, if the text begins with one of the first level, and the rest.
pub(super) fn split_heading(markdown: &str) -> (String, String) {
    let markdown = markdown.trim();
    match markdown.strip_prefix("# ").map(|rest| rest.split_once('\n').unwrap_or((rest, ""))) {
        Some((heading, rest)) if !rest.trim().is_empty() => {
            (line(&heading.replace(['*', '`', '\\'], "")), rest.trim().to_owned())
        }
        _ => (String::new(), markdown.to_owned()),
    }
}

#[expect(clippy::expect_used, reason = "a fixed pattern, which a test compiles")]
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<title[^>]{0,200}>([^<]{1,500})</title>").expect("a pattern")
});
