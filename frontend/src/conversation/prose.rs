//! Markdown as nodes of the page.
//!
//! Built node by node from the typed tree: no HTML string exists on the way, so there is none to
//! escape. Plain DOM calls rather than views: prose never changes, and a view for each kind of
//! node would weigh more than all of it.

use leptos::{html, prelude::*};
use web_sys::{Document, Element};

use super::markdown::{self, Block, Span};

/// What somebody said.
pub fn prose(text: &str) -> impl IntoView + use<> {
    let tree = markdown::parse(text);
    html::div().class("prose").directive(fill, tree)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that a directive has")]
fn fill(into: Element, tree: Vec<Block>) {
    // A view that is drawn again over an old one finds the old one's nodes here.
    into.replace_children_with_node_0();
    append_blocks(&document(), &into, &tree);
}

fn append_blocks(page: &Document, into: &Element, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Paragraph(spans) => within(page, into, "p", |p| append_spans(page, p, spans)),
            Block::Heading(spans) => within(page, into, "p", |p| {
                within(page, p, "strong", |s| append_spans(page, s, spans));
            }),
            Block::Quote(inner) => {
                within(page, into, "blockquote", |q| append_blocks(page, q, inner));
            }
            Block::Code(code) => within(page, into, "pre", |pre| {
                // Wide code scrolls; the keyboard must reach it for that.
                set(pre, "tabindex", "0");
                within(page, pre, "code", |c| c.set_text_content(Some(code)));
            }),
            Block::Table { head, rows } => within(page, into, "div", |frame| {
                set(frame, "class", "table");
                set(frame, "tabindex", "0");
                within(page, frame, "table", |table| {
                    within(page, table, "thead", |part| append_row(page, part, "th", head));
                    within(page, table, "tbody", |part| {
                        for row in rows {
                            append_row(page, part, "td", row);
                        }
                    });
                });
            }),
            Block::List { start, items } => {
                within(page, into, if start.is_some() { "ol" } else { "ul" }, |list| {
                    if let Some(start) = start {
                        set(list, "start", &start.to_string());
                    }
                    for item in items {
                        within(page, list, "li", |li| append_item(page, li, item));
                    }
                });
            }
        }
    }
}

/// A list's item; one that is a single paragraph stands without it.
fn append_item(page: &Document, into: &Element, item: &[Block]) {
    match item {
        [Block::Paragraph(spans), rest @ ..] => {
            append_spans(page, into, spans);
            append_blocks(page, into, rest);
        }
        _ => append_blocks(page, into, item),
    }
}

fn append_row(page: &Document, into: &Element, cell: &str, row: &[Vec<Span>]) {
    within(page, into, "tr", |line| {
        for spans in row {
            within(page, line, cell, |cell| append_spans(page, cell, spans));
        }
    });
}

fn append_spans(page: &Document, into: &Element, spans: &[Span]) {
    for span in spans {
        match span {
            Span::Text(text) => {
                let _ = into.append_with_str_1(text);
            }
            Span::Break => within(page, into, "br", |_| ()),
            Span::Code(code) => within(page, into, "code", |c| c.set_text_content(Some(code))),
            Span::Strong(inner) => within(page, into, "strong", |s| append_spans(page, s, inner)),
            Span::Emphasis(inner) => within(page, into, "em", |e| append_spans(page, e, inner)),
            Span::Link { href, label } => {
                within(page, into, "a", |a| {
                    set(a, "href", href.url());
                    set(a, "target", "_blank");
                    set(a, "rel", "noopener noreferrer nofollow");
                    if label.is_empty() {
                        a.set_text_content(Some(href.url()));
                    } else {
                        append_spans(page, a, label);
                    }
                });
                if !label.is_empty() {
                    within(page, into, "span", |host| {
                        set(host, "class", "host");
                        host.set_text_content(Some(&format!(" ({})", href.host())));
                    });
                }
            }
        }
    }
}

fn within(page: &Document, into: &Element, tag: &str, fill: impl FnOnce(&Element)) {
    // Fails only for a tag that is no name, and ours are literals.
    if let Ok(element) = page.create_element(tag) {
        if matches!(tag, "p" | "ul" | "ol" | "blockquote") {
            set(&element, "dir", "auto");
        }
        fill(&element);
        let _ = into.append_child(&element);
    }
}

fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}
