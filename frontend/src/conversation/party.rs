//! Who speaks or answers, as a page shows them.

use leptos::{html, prelude::*};
use shared::{
    message::{Author, AuthorKind},
    owner::Owner,
};

use crate::dom::{Node, node};

/// Somebody with a name and a face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// What they are; the value of `data-kind`.
    pub kind: &'static str,
    /// What people read.
    pub name: String,
}

impl From<&Owner> for Party {
    fn from(owner: &Owner) -> Self {
        let kind = match owner {
            Owner::Agent { .. } => "agent",
            Owner::Queue { .. } => "queue",
            Owner::Staff { .. } => "staff",
            Owner::Nobody => "nobody",
        };
        Self { kind, name: owner.name().to_owned() }
    }
}

impl From<&Author> for Party {
    fn from(author: &Author) -> Self {
        let kind = match author.kind {
            AuthorKind::Visitor => "visitor",
            AuthorKind::Agent => "agent",
            AuthorKind::Staff => "staff",
        };
        Self { kind, name: author.name.clone() }
    }
}

impl Party {
    /// The first letter of up to two words of the name. The style makes capitals of them: a table
    /// of all letters and theirs would be a visitor's to download.
    pub fn initials(&self) -> String {
        let words = self.name.split_whitespace().filter(|w| w.starts_with(char::is_alphanumeric));
        words.take(2).filter_map(|word| word.chars().next()).collect()
    }
}

/// A face: initials in a shape that tells an agent from a person. The name stands beside it, so
/// it says nothing to a screen reader.
pub fn avatar(party: &Party) -> impl IntoView + use<> {
    html::span()
        .class("avatar")
        .attr("data-kind", party.kind)
        .attr("aria-hidden", "true")
        .child(party.initials())
}

/// The same face, as a plain element.
pub fn face(party: &Party) -> Node {
    node("span", "avatar").set("data-kind", party.kind).mute().text(&party.initials())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_short_whatever_the_name() {
        let check = |name: &str, initials: &str| {
            assert_eq!(Party { kind: "agent", name: name.to_owned() }.initials(), initials);
        };
        check("Billing", "B");
        check("Ada Lovelace King", "AL");
        check("", "");
        check("  <script> ömer ", "ö");
        check(&"x ".repeat(10_000), "xx");
    }
}
