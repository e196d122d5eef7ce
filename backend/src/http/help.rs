//! The page of an article: where an answer leads that cites it.

use axum::{
    extract::State,
    http::{Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{body::At, csp, pages};
use crate::{app::App, auth::token, knowledge::Article};

const STYLE: &str = "body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;\
    padding:2.5rem 1.25rem 4rem;overflow-wrap:break-word}h1{font-size:1.6rem;line-height:1.25;\
    text-wrap:balance}h2,h3,h4{margin:1.8em 0 .5em;line-height:1.3}pre,.wide{overflow-x:auto}\
    table{border-collapse:collapse}th,td{padding:.4rem .8rem;border:1px solid #8888;\
    text-align:start}blockquote{margin:1em 0;padding-inline-start:1em;border-inline-start:3px \
    solid #8888}a{color:LinkText}";

/// Shows an article, or leads to the site's own page of it.
pub async fn show(State(app): State<App>, At(slug): At<String>) -> Response {
    let known = app.library.current();
    match known.article(&slug) {
        Some(article) if !article.url.is_empty() => {
            Redirect::temporary(&article.page()).into_response()
        }
        Some(article) if !article.page().is_empty() => page(article),
        _ => pages::nothing(Uri::from_static("/help")).await,
    }
}

fn page(article: &Article) -> Response {
    let nonce = token::secret();
    let title = escaped(&article.title);
    let html = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <style nonce=\"{nonce}\">{STYLE}</style><main dir=\"auto\"><h1>{title}</h1>{}</main></html>",
        escaped(&article.language),
        rendered(&article.body),
    );
    ([(header::CONTENT_SECURITY_POLICY, csp::plain(&nonce))], Html(html)).into_response()
}

/// Markdown as HTML in which text only ever becomes text: raw HTML is shown as it was typed, an
/// image as its description, and a link leads nowhere but to a page or a mailbox.
fn rendered(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut links = Vec::new();
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let leads = leads_somewhere(dest_url);
            links.push(leads);
            leads.then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        // The page's own title is the first heading.
        Event::Start(Tag::Heading { level, .. }) => {
            let (level, id) = (below(level), None);
            Some(Event::Start(Tag::Heading { level, id, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        event => Some(event),
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    html
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        _ => HeadingLevel::H4,
    }
}

fn leads_somewhere(url: &CowStr<'_>) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"].iter().any(|start| lower.starts_with(start));
    let own = (lower.starts_with('/') && !lower.starts_with("//")) || lower.starts_with('#');
    (known || own) && !url.contains(|c: char| c.is_control() || c == '\\')
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_only_ever_becomes_text() {
        let check = |markdown: &str, html: &str| assert_eq!(rendered(markdown).trim(), html);
        check("**a** & <b>", "<p><strong>a</strong> &amp; &lt;b&gt;</p>");
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("x <img src=x onerror=y>", "<p>x &lt;img src=x onerror=y&gt;</p>");
        check("![a cat](https://evil.example/c.png)", "<p>a cat</p>");
        check("[a](https://b.example/?c&d)", "<p><a href=\"https://b.example/?c&amp;d\">a</a></p>");
        check("[a](javascript:alert(1))", "<p>a</p>");
        check("[a](JaVaScRiPt:alert(1))", "<p>a</p>");
        check("[a](data:text/html,x)", "<p>a</p>");
        check("[a](//evil.example)", "<p>a</p>");
        check("[a](/\\evil.example)", "<p>a</p>");
        check(
            "[a](/help/b) [c](mailto:d@e.f)",
            "<p><a href=\"/help/b\">a</a> <a href=\"mailto:d@e.f\">c</a></p>",
        );
        check("# a {#id .c}", "<h2>a {#id .c}</h2>");
        check(
            "|a|\n|-|\n|<i>|",
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>&lt;i&gt;</td></tr>\n</tbody></table>",
        );
    }

    proptest! {
        #[test]
        fn nothing_written_makes_an_element_that_acts(text in "[<>a-z\"'/:=() !\\[\\]&;#\n-]{0,80}") {
            let html = rendered(&text).to_lowercase();
            for bad in ["<script", "<img", "<iframe", "<svg", "<object", "<style", "<form", "href=\"javascript"] {
                prop_assert!(!html.contains(bad), "{}", html);
            }
        }
    }
}
