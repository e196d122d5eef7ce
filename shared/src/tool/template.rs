//! Texts with placeholders: `{order}` stands for an argument, `{visitor.email}` for what Baton knows.

use serde_json::Value;

/// What Baton fills in by itself: no model can say whose data is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The visitor's id with this desk.
    Visitor,
    /// The customer that the site has signed for.
    Customer,
    /// The e-mail address that the site has signed for.
    Email,
    /// The conversation.
    Conversation,
    /// This call.
    Call,
}

impl Bound {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Customer, Self::Email, Self::Visitor, Self::Conversation, Self::Call];

    /// As it is written between the braces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor.id",
            Self::Customer => "visitor.customer",
            Self::Email => "visitor.email",
            Self::Conversation => "conversation.id",
            Self::Call => "call.id",
        }
    }

    /// What is written so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bound| bound.as_str() == name)
    }
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// As it stands.
    Text(&'a str),
    /// A placeholder, without its braces.
    Slot(&'a str),
}

/// The parts of a text. Braces that hold no name stand for themselves.
pub fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = slot(rest) {
            rest = after;
            return Some(Part::Slot(name));
        }
        // The next brace that opens a placeholder, if there is one.
        let opens = rest.match_indices('{').find(|(at, _)| slot(&rest[*at..]).is_some());
        let (plain, after) = rest.split_at(opens.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Part::Text(plain))
    })
}

/// The one placeholder that a text consists of.
pub fn only_slot(text: &str) -> Option<&str> {
    slot(text).filter(|(_, after)| after.is_empty()).map(|(name, _)| name)
}

/// An address in two: the server, and the rest that begins with `/` or `?` or is empty.
pub fn split(url: &str) -> Option<(&str, &str)> {
    let host = url.find("://")? + 3;
    let end = url[host..].find(['/', '?', '\\']).map_or(url.len(), |at| host + at);
    (end > host).then(|| url.split_at(end))
}

/// Every text in `value` that can hold placeholders.
pub fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

fn slot(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (begins && name.len() <= 64 && name.chars().all(word)).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_its_parts() {
        let check = |text: &str, expected: &[Part<'_>]| {
            assert_eq!(parts(text).collect::<Vec<_>>(), expected, "{text}");
        };
        check("", &[]);
        check("plain", &[Part::Text("plain")]);
        check("{a}", &[Part::Slot("a")]);
        check(
            "x{a}{b.c}y",
            &[Part::Text("x"), Part::Slot("a"), Part::Slot("b.c"), Part::Text("y")],
        );
        check("{\"a\": {b}}", &[Part::Text("{\"a\": "), Part::Slot("b"), Part::Text("}")]);
        check("{ a } {} {é} {", &[Part::Text("{ a } {} {é} {")]);
        check("{{a}", &[Part::Text("{"), Part::Slot("a")]);
    }

    #[test]
    fn an_address_falls_in_two() {
        let check = |url, expected| assert_eq!(split(url), expected, "{url}");
        check("https://a.example/b?c", Some(("https://a.example", "/b?c")));
        check("https://a.example?c", Some(("https://a.example", "?c")));
        check("https://a.example", Some(("https://a.example", "")));
        check("https://a.example\\b", Some(("https://a.example", "\\b")));
        check("https:///b", None);
        check("a.example/b", None);
    }
}
