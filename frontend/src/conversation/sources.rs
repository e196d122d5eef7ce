//! The pages that an answer quotes.

use leptos::{html, prelude::*};
use shared::event::Source;

use super::markdown::Href;
use crate::{
    dom::{Node, node},
    text,
};

/// The pages that an answer quotes, as a view; nothing where it quotes none.
pub fn sources(sources: &[Source]) -> impl IntoView + use<> {
    let list = list(sources, text::SOURCES);
    list.map(|list| {
        html::div().class("sources").directive(
            |into: web_sys::Element, list: Vec<Node>| {
                Node::around(into).fill(list);
            },
            list,
        )
    })
}

/// What `sources` holds, under `title`. A path leads to a page of Baton's own host; one whose address is not safe
/// is named without a link.
pub fn list(sources: &[Source], title: &str) -> Option<Vec<Node>> {
    if sources.is_empty() {
        return None;
    }
    let lines = node("ul", "").with_all(sources.iter().map(line));
    Some(vec![node("span", "sources-title").text(title), lines])
}

fn line(source: &Source) -> Node {
    let link = |url: &str, rel: &str| {
        node("a", "").set("href", url).set("target", "_blank").set("rel", rel).text(&source.title)
    };
    let own = source.url.starts_with('/') && !source.url.starts_with("//");
    let line = node("li", "");
    match Href::parse(&source.url) {
        Some(href) => line
            .with(link(href.url(), "noopener noreferrer nofollow"))
            .with(node("span", "host").text(&format!(" ({})", href.host()))),
        None if own => line.with(link(&source.url, "noopener")),
        None => line.text(&source.title),
    }
}
