//! CSS without what is there for people.

/// Without comments, and without space where nothing depends on it. In a style sheet that is
/// around `{ } ; ,` and after a colon; before a colon it may be a selector's, as in `a :focus`.
pub fn style(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut space = false;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            space = true;
        } else if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
            space = true;
        } else {
            let length = if matches!(c, '"' | '\'') { quoted(rest) } else { c.len_utf8() };
            let needed = !(out.is_empty()
                || out.ends_with(['{', '}', ';', ',', ':'])
                || matches!(c, '{' | '}' | ';' | ','));
            if space && needed {
                out.push(' ');
            }
            // The last declaration of a block needs no end.
            if c == '}' && out.ends_with(';') {
                out.pop();
            }
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            space = false;
        }
    }
    out
}

/// How many bytes the string at the front of `text` has, quotes included.
pub fn quoted(text: &str) -> usize {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if Some(c) == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::style;

    #[test]
    fn nothing_that_matters_goes() {
        let check = |source: &str, slim: &str| assert_eq!(style(source), slim, "{source}");
        check("/* a */\na { b: c; d: e; }\n\n.f , .g{}\n", "a{b:c;d:e}.f,.g{}");
        check("a :focus > b { width: calc(1px + 2px) }", "a :focus > b{width:calc(1px + 2px)}");
        check("a:has(+ .b) c { }", "a:has(+ .b) c{}");
        check(
            "a { content: \"; /* x */  }\"; b: '\\'  ;' }",
            "a{content:\"; /* x */  }\";b:'\\'  ;'}",
        );
        check("@media (a) and (b) { c { d: e } }", "@media (a) and (b){c{d:e}}");
        check("a { margin: 0 /* x */ 1px }", "a{margin:0 1px}");
        check("a /* never closed", "a");
        check("", "");
    }

    #[test]
    fn twice_is_once() {
        let all = include_str!("../../../frontend/static/widget.css");
        assert_eq!(style(&style(all)), style(all));
        assert!(style(all).len() < all.len() * 9 / 10);
    }
}
