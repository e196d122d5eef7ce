//! Markdown as nodes of the page.
//!
//! Built node by node from the typed tree: no HTML string exists on the way, so there is none to
//! escape.

use leptos::{html, prelude::*};
use web_sys::Element;

use super::markdown::{self, Block, Span};
use crate::dom::{Node, node};

/// What somebody said, as a view.
pub fn prose(text: &str) -> impl IntoView + use<> {
    html::div().class("prose").directive(fill, text.to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that a directive has")]
fn fill(into: Element, text: String) {
    // A view that is drawn again over an old one finds the old one's nodes here.
    Node::around(into).fill(blocks(&markdown::parse(&text)));
}

/// What somebody said, as an element.
pub fn prose_node(text: &str) -> Node {
    node("div", "prose").with_all(blocks(&markdown::parse(text)))
}

fn blocks(blocks: &[Block]) -> Vec<Node> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> Node {
    match block {
        Block::Paragraph(text) => spans(node("p", "").auto(), text),
        Block::Heading(text) => node("p", "").auto().with(spans(node("strong", ""), text)),
        Block::Quote(inner) => node("blockquote", "").auto().with_all(self::blocks(inner)),
        // Wide code scrolls; the keyboard must reach it for that.
        Block::Code(code) => node("pre", "").set("tabindex", "0").with(node("code", "").text(code)),
        Block::Table { head, rows } => {
            let head = node("thead", "").with(row("th", head));
            let body = node("tbody", "").with_all(rows.iter().map(|cells| row("td", cells)));
            let table = node("table", "").with(head).with(body);
            node("div", "table").set("tabindex", "0").with(table)
        }
        Block::List { start, items } => {
            let list = match start {
                Some(start) => node("ol", "").set("start", &start.to_string()),
                None => node("ul", ""),
            };
            list.auto().with_all(items.iter().map(|blocks| item(blocks)))
        }
    }
}

/// A list's item; one that begins with a paragraph stands without it.
fn item(item: &[Block]) -> Node {
    let line = node("li", "");
    match item {
        [Block::Paragraph(text), rest @ ..] => spans(line, text).with_all(blocks(rest)),
        _ => line.with_all(blocks(item)),
    }
}

fn row(cell: &str, cells: &[Vec<Span>]) -> Node {
    node("tr", "").with_all(cells.iter().map(|text| spans(node(cell, ""), text)))
}

fn spans(into: Node, spans: &[Span]) -> Node {
    spans.iter().fold(into, span)
}

fn span(into: Node, span: &Span) -> Node {
    match span {
        Span::Text(text) => into.text(text),
        Span::Break => into.with(node("br", "")),
        Span::Code(code) => into.with(node("code", "").text(code)),
        Span::Strong(inner) => into.with(spans(node("strong", ""), inner)),
        Span::Emphasis(inner) => into.with(spans(node("em", ""), inner)),
        Span::Link { href, label } => {
            let link = node("a", "")
                .set("href", href.url())
                .set("target", "_blank")
                .set("rel", "noopener noreferrer nofollow");
            if label.is_empty() {
                return into.with(link.text(href.url()));
            }
            // What it says is not where it leads.
            let host = node("span", "host").text(&format!(" ({})", href.host()));
            into.with(spans(link, label)).with(host)
        }
    }
}
