//! JavaScript without what is there for people.

use super::{
    names,
    style::{quoted, style},
};

/// Without comments, without space where nothing depends on it, and with short names for what
/// only the file itself can see. A new line stays wherever it could end a statement; a template
/// that is handed to `replaceSync` is a style sheet, and is slimmed as one.
pub fn script(source: &str) -> String {
    let tokens = tokens(source);
    let short = names::short(&tokens);
    let mut out = String::with_capacity(source.len());
    for Token { text, gap } in tokens {
        let text = short.get(text).map_or(text, String::as_str);
        let first = text.chars().next().unwrap_or_default();
        match gap {
            Gap::Line if ends_statement(&out) && begins_statement(first) => out.push('\n'),
            Gap::Line | Gap::Space if clings(out.chars().next_back(), first) => out.push(' '),
            _ => {}
        }
        match text.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')) {
            Some(sheet) if out.ends_with("replaceSync(") && !sheet.contains("${") => {
                out.push('`');
                out.push_str(&style(sheet));
                out.push('`');
            }
            _ => out.push_str(text),
        }
    }
    out
}

/// A word, a number, a string, a template, a pattern, or one sign.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// As it stands in the source.
    pub text: &'a str,
    gap: Gap,
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut gap) = (0, Gap::None);
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if c.is_whitespace() {
            gap = gap.max(if c == '\n' { Gap::Line } else { Gap::Space });
            at += c.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let length = comment.find("*/").map_or(comment.len(), |end| end + 2);
            let lines = comment[..length].contains('\n');
            gap = gap.max(if lines { Gap::Line } else { Gap::Space });
            at += 2 + length;
        } else {
            let before = tokens.last().map_or("", |token: &Token| token.text);
            let length = token(rest, before);
            tokens.push(Token { text: &rest[..length], gap });
            at += length;
            gap = Gap::None;
        }
    }
    tokens
}

/// What stood between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

/// How many bytes the token at the front of `rest` has; `before` is the token before it.
fn token(rest: &str, before: &str) -> usize {
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '"' | '\'' => quoted(rest),
        '`' => template(rest),
        '/' if may_be_pattern(before) => pattern(rest),
        c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        c => c.len_utf8(),
    }
}

/// A template with all that is within it, other templates included.
fn template(text: &str) -> usize {
    let mut at = 1;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '`' => return at + 1,
            '$' if rest.starts_with("${") => 2 + braced(&rest[2..]),
            c => c.len_utf8(),
        };
    }
    text.len()
}

/// Code up to and with the brace that ends it.
fn braced(text: &str) -> usize {
    let (mut at, mut depth, mut before) = (0, 0, "");
    while at < text.len() {
        let found = &text[at..at + token(&text[at..], before)];
        at += found.len();
        match found {
            "{" => depth += 1,
            "}" if depth == 0 => return at,
            "}" => depth -= 1,
            _ => {}
        }
        if !found.trim().is_empty() {
            before = found;
        }
    }
    text.len()
}

/// Whether a slash begins a pattern here: after a value it divides.
fn may_be_pattern(before: &str) -> bool {
    match before {
        "return" | "typeof" | "case" | "in" | "of" | "void" | "delete" | "await" => true,
        ")" | "]" | "}" => false,
        _ => !before.starts_with(|c| is_word(c) || matches!(c, '"' | '\'' | '`')),
    }
}

/// A regular expression and its flags.
fn pattern(text: &str) -> usize {
    let mut class = false;
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => class = true,
            ']' => class = false,
            '/' if !class => {
                let flags = &text[at + 1..];
                return at + 1 + flags.find(|c| !is_word(c)).unwrap_or(flags.len());
            }
            _ => {}
        }
    }
    text.len()
}

/// Whether a name or a number can have this character.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// Whether two characters would become one token, or another, without a space in between.
fn clings(before: Option<char>, after: char) -> bool {
    before.is_some_and(|before| {
        is_word(before) && is_word(after)
            || (before == after && matches!(after, '+' | '-' | '/'))
            // A number and the dot of a method.
            || before.is_ascii_digit() && after == '.'
    })
}

/// Whether a new line after `out` could matter: not after what must go on.
fn ends_statement(out: &str) -> bool {
    !out.is_empty()
        && !out.ends_with([
            '{', '(', '[', ',', ';', ':', '?', '=', '&', '|', '<', '*', '%', '^', '~', '!', '.',
        ])
        && !out.ends_with("=>")
}

/// Whether a new line before `c` could matter: not before what goes on.
fn begins_statement(c: char) -> bool {
    !matches!(c, '}' | ')' | ']' | ',' | ';' | ':' | '?' | '=' | '&' | '|' | '>' | '%' | '^' | '.')
}

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn nothing_that_matters_goes() {
        let check = |source: &str, slim: &str| assert_eq!(script(source), slim, "{source}");
        check("// a\nconst a = 1; // b\n/* c\n */ f( a,  b );\n", "const a=1;f(a,b);");
        check("let a = b\nlet c\n(d)\n", "let a=b\nlet c\n(d)");
        check("return  a ? b : c;", "return a?b:c;");
        check("a + +b - -c", "a+ +b- -c");
        check("a = b / c / d; e = /[/] x/g.test(f)", "a=b/c/d;e=/[/] x/g.test(f)");
        check("return /a  b/.test(c)", "return/a  b/.test(c)");
        check("f('a  // b', \"c /* d\")", "f('a  // b',\"c /* d\")");
        check(
            "f(`a  ${ g(`  ${ { b : 1 } }  `) }  // c`)",
            "f(`a  ${ g(`  ${ { b : 1 } }  `) }  // c`)",
        );
        check("s.replaceSync(`\n  a { b: c }\n`)", "s.replaceSync(`a{b:c}`)");
        check("a\n  .b()\n  .c()", "a.b().c()");
        check("a = {\n  b,\n  c: 1,\n}\nd()", "a={b,c:1,}\nd()");
        check("if (a) {\n  b()\n}\nelse c()", "if(a){b()}\nelse c()");
        check("1 .toFixed()", "1 .toFixed()");
        check("a /* never closed", "a");
        check("`never ${ closed", "`never ${ closed");
        check("", "");
    }

    #[test]
    fn twice_is_once() {
        for source in [
            include_str!("../../../embed.js"),
            include_str!("../../../embed-chat.js"),
            include_str!("../../../frontend/static/shell.js"),
        ] {
            assert_eq!(script(&script(source)), script(source));
        }
    }
}
