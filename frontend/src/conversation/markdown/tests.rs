use std::fmt::Write;

use proptest::prelude::*;

use super::*;

/// A tree as one line, so that cases are easy to read.
fn show(text: &str) -> String {
    fn block(b: &Block, out: &mut String) {
        let _ = match b {
            Block::Paragraph(s) => write!(out, "p({})", spans(s)),
            Block::Heading(s) => write!(out, "h({})", spans(s)),
            Block::Code(code) => write!(out, "pre({code})"),
            Block::Table { head, rows } => {
                let row = |cells: &Vec<Vec<Span>>| {
                    cells.iter().map(|cell| spans(cell)).collect::<Vec<_>>().join("|")
                };
                let rows: Vec<_> = rows.iter().map(row).collect();
                write!(out, "t({}={})", row(head), rows.join(";"))
            }
            Block::Quote(inner) => write!(out, "q({})", all(inner)),
            Block::List { start, items } => {
                let items: Vec<_> = items.iter().map(|item| all(item)).collect();
                write!(
                    out,
                    "{}({})",
                    start.map_or("ul".into(), |n| format!("ol{n}")),
                    items.join("|")
                )
            }
        };
    }
    fn spans(s: &[Span]) -> String {
        s.iter()
            .map(|span| match span {
                Span::Text(t) => t.clone(),
                Span::Strong(s) => format!("<b {}>", spans(s)),
                Span::Emphasis(s) => format!("<i {}>", spans(s)),
                Span::Code(c) => format!("<code {c}>"),
                Span::Link { href, label } => format!("<a {} {}>", href.url(), spans(label)),
                Span::Break => "/".to_owned(),
            })
            .collect()
    }
    fn all(blocks: &[Block]) -> String {
        let mut out = String::new();
        for b in blocks {
            block(b, &mut out);
        }
        out
    }
    all(&parse(text))
}

#[test]
fn reads_what_people_and_models_write() {
    let check = |text: &str, tree: &str| assert_eq!(show(text), tree, "{text:?}");
    check("", "");
    check("Hello", "p(Hello)");
    check("one\ntwo\n\nthree", "p(one/two)p(three)");
    check("**bold** and *it* and __b__ and _i_", "p(<b bold> and <i it> and <b b> and <i i>)");
    check("**a *b* c**", "p(<b a <i b> c>)");
    check("snake_case_name and 2 * 3 * 4", "p(snake_case_name and 2 * 3 * 4)");
    check("run `cargo **x**` now", "p(run <code cargo **x**> now)");
    check("# Title\ntext", "h(Title)p(text)");
    check("#1 in sales", "p(#1 in sales)");
    check("- a\n- b\n  - c\n- d", "ul(p(a)|p(b)ul(p(c))|p(d))");
    check("3. x\n4. y", "ol3(p(x)|p(y))");
    check("text\n- a", "p(text)ul(p(a))");
    check("2025. Was a year", "ol2025(p(Was a year))");
    check("-5 degrees", "p(-5 degrees)");
    check("> said\n> he\nI say", "q(p(said/he))p(I say)");
    check("```rust\nlet x = 1;\n```\nend", "pre(let x = 1;)p(end)");
    check("```\nnever closed", "pre(never closed)");
    check(r"\*not\* \[x\]", "p(*not* [x])");
    check("See https://shop.example/a?b=1.", "p(See <a https://shop.example/a?b=1 >.)");
    check("(https://a.example)", "p((<a https://a.example >))");
    check("[terms](https://a.example/t)", "p(<a https://a.example/t terms>)");
    check("[mail](mailto:help@a.example)", "p(<a mailto:help@a.example mail>)");
    check("is:\n| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 |\nend", "p(is:)t(a|b=1|<b 2>;3|)p(end)");
    check("a | b\nc | d", "p(a | b/c | d)");
    check("[a] (b) [c", "p([a] (b) [c)");
}

#[test]
fn an_image_is_a_link_and_loads_nothing() {
    assert_eq!(show("![x](https://t.example/p.gif)"), "p(<a https://t.example/p.gif x>)");
}

#[test]
fn html_is_text() {
    let text = "<img src=x onerror=alert(1)><script>alert(1)</script>";
    assert_eq!(show(text), format!("p({text})"));
}

#[test]
fn addresses_that_must_not_be_links() {
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/relative",
        "https://",
        "https:///x",
        "https://bank.example@evil.example",
        "https:\\\\evil.example",
        "https://evil.example\\@bank.example",
        "https://b\u{430}nk.example",
        "https://a.example:x",
        "https://a.example\u{0}",
        "mailto:a@b.example?body=x",
        " https://a.example",
        &format!("https://a.example/{}", "x".repeat(4_000)),
    ] {
        assert_eq!(Href::parse(bad), None, "{bad:?}");
    }
    assert_eq!(show("[click](javascript:alert)"), "p(click)");
}

#[test]
fn the_host_is_shown_as_it_is() {
    let host = |url: &str| Href::parse(url).map(|href| href.host().to_owned());
    assert_eq!(host("https://WWW.Shop.Example:8443/x?y#z").as_deref(), Some("www.shop.example"));
    assert_eq!(host("http://evil.example/https://bank.example").as_deref(), Some("evil.example"));
}

#[test]
fn marks_that_hide_or_turn_text_are_dropped() {
    assert_eq!(show("a\u{202e}gpj\u{0}\u{7}\u{2066}b"), "p(agpjb)");
}

#[test]
fn hostile_input_is_read_in_linear_time() {
    let unit = |piece: &str| {
        let text = piece.repeat(400_000 / piece.len());
        assert!(parse(&text).len() <= MAX_CHARS);
    };
    // Each of these is quadratic, or overflows the stack, in a careless reader.
    for piece in [
        "[",
        "![",
        "[a](",
        "*",
        "**",
        "**a ",
        "*a _b ",
        "_",
        "`",
        "`` ",
        "> ",
        ">",
        "- ",
        "1. ",
        "#",
        "\\",
        "\n",
        "https://",
        "h",
        "```\n",
        "  - a\n",
        "> - a\n",
        "[a](https://x.example/",
        "*a**b",
        "|",
        "|-",
        "|\n|-\n",
        "a|b\n-|-\n",
    ] {
        unit(piece);
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(?s)[\\[\\]()*_`>#\\-+0-9. \n!hts:/a\\\\é🙂]{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn plain_words_stay_as_they_are(text in "[a-gi-zA-Z]{1,8}( [a-gi-zA-Z]{1,8}){0,9}") {
        prop_assert_eq!(show(&text), format!("p({text})"));
    }
}
