//! Running text: emphasis, code and links.

use super::{
    Span,
    href::{self, Href},
};

/// How deep emphasis may nest; deeper marks stay text.
const MAX_DEPTH: usize = 4;

/// Reads running text.
pub fn spans(text: &str) -> Vec<Span> {
    Reader::new(text, 0).read()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    found: Vec<Span>,
    plain: String,
    /// Marks that are known not to be closed any more: each is searched for in vain only once,
    /// which keeps the reading linear.
    unclosed: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, depth: usize) -> Self {
        Self { text, at: 0, depth, found: Vec::new(), plain: String::new(), unclosed: Vec::new() }
    }

    fn read(mut self) -> Vec<Span> {
        while let Some(c) = self.text[self.at..].chars().next() {
            let done = match c {
                '\\' => self.escape(),
                '\n' => self.push(Span::Break, 1),
                '`' => self.code(),
                '*' => self.emphasis("**") || self.emphasis("*"),
                '_' => self.emphasis("__") || self.emphasis("_"),
                '!' | '[' => self.link(),
                'h' | 'H' => self.address(),
                _ => false,
            };
            if !done {
                self.plain.push(c);
                self.at += c.len_utf8();
            }
        }
        self.flush();
        self.found
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.found.push(Span::Text(std::mem::take(&mut self.plain)));
        }
    }

    /// Adds a span that took `bytes` bytes of the text; always true.
    fn push(&mut self, span: Span, bytes: usize) -> bool {
        self.flush();
        self.found.push(span);
        self.at += bytes;
        true
    }

    /// Adds plain text for `bytes` bytes of the text; always true.
    fn keep(&mut self, plain: &str, bytes: usize) -> bool {
        self.plain.push_str(plain);
        self.at += bytes;
        true
    }

    fn escape(&mut self) -> bool {
        let escaped = self.rest()[1..].chars().next().filter(char::is_ascii_punctuation);
        if let Some(c) = escaped {
            self.plain.push(c);
            self.at += 2;
        }
        escaped.is_some()
    }

    fn code(&mut self) -> bool {
        let mark = if self.rest().starts_with("``") { "``" } else { "`" };
        if self.unclosed.contains(&mark) {
            return false;
        }
        let inner = &self.rest()[mark.len()..];
        match inner.find(mark) {
            Some(end) if end > 0 => {
                let code = inner[..end].trim_matches(' ').replace('\n', " ");
                self.push(Span::Code(code), end + 2 * mark.len())
            }
            Some(_) => false,
            None => {
                self.unclosed.push(mark);
                false
            }
        }
    }

    fn emphasis(&mut self, mark: &'static str) -> bool {
        let inner = match self.rest().strip_prefix(mark) {
            Some(inner) if self.depth < MAX_DEPTH && !self.unclosed.contains(&mark) => inner,
            _ => return false,
        };
        let within_word = |before: Option<char>| before.is_some_and(char::is_alphanumeric);
        let underscore = mark.starts_with('_');
        if inner.starts_with(char::is_whitespace)
            || (underscore && within_word(self.text[..self.at].chars().next_back()))
        {
            return false;
        }
        let closes = |at: usize| {
            let (before, after) = (&inner[..at], &inner[at + mark.len()..]);
            let open = before.is_empty() || before.ends_with(char::is_whitespace);
            let part_of_word = underscore && within_word(after.chars().next());
            let part_of_longer = before.ends_with(mark) || after.starts_with(mark);
            !open && !part_of_word && (mark.len() == 2 || !part_of_longer)
        };
        let Some(end) = inner.match_indices(mark).map(|(at, _)| at).find(|at| closes(*at)) else {
            self.unclosed.push(mark);
            return false;
        };
        let within = Reader::new(&inner[..end], self.depth + 1).read();
        let span = if mark.len() == 2 { Span::Strong(within) } else { Span::Emphasis(within) };
        self.push(span, end + 2 * mark.len())
    }

    /// `[label](address)`. An image is read as a link to it: nothing is fetched unasked.
    fn link(&mut self) -> bool {
        let Some((label, address, bytes)) = link_parts(self.rest()) else { return false };
        let Some(href) = Href::parse(address) else {
            // Where it would lead is not safe, or not known: what it says is kept as text.
            return self.keep(label, bytes);
        };
        // A label within a link holds no further link.
        let label = vec![Span::Text(label.to_owned())];
        self.push(Span::Link { href, label }, bytes)
    }

    fn address(&mut self) -> bool {
        let rest = self.rest();
        let starts = |scheme: &str| {
            rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let within_word = self.text[..self.at].ends_with(char::is_alphanumeric);
        if within_word || !(starts("https://") || starts("http://")) {
            return false;
        }
        let end = rest
            .char_indices()
            .take_while(|(at, c)| {
                *at < href::MAX_BYTES && !c.is_whitespace() && !"<>\"`*".contains(*c)
            })
            .last()
            .map_or(0, |(at, c)| at + c.len_utf8());
        let mut address =
            rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '_']);
        if !address.contains('(') {
            address = address.trim_end_matches([')', '.', ',']);
        }
        let Some(href) = Href::parse(address) else { return self.keep(&rest[..end], end) };
        self.push(Span::Link { href, label: Vec::new() }, address.len())
    }
}

/// Label, address and length in bytes of the link that `text` begins with.
fn link_parts(text: &str) -> Option<(&str, &str, usize)> {
    let open = if text.starts_with('!') { "![" } else { "[" };
    let inner = text.strip_prefix(open)?;
    let label_end = inner.find(['[', ']'])?;
    let after = inner[label_end..].strip_prefix("](")?;
    let address_end = after
        .char_indices()
        .take_while(|(at, _)| *at <= href::MAX_BYTES)
        .find(|(_, c)| *c == ')' || c.is_whitespace())
        .filter(|(_, c)| *c == ')')?
        .0;
    let label = &inner[..label_end];
    let bytes = open.len() + label_end + 2 + address_end + 1;
    (!label.trim().is_empty()).then_some((label, &after[..address_end], bytes))
}
