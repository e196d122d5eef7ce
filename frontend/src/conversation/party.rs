//! Who speaks or answers, as a page shows them.

use leptos::{html, prelude::*};
use shared::{
    event::Handoff,
    message::{Author, AuthorKind},
    owner::Owner,
};

use crate::text;

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
    /// The first letter of up to two words of the name.
    pub fn initials(&self) -> String {
        let words = self.name.split_whitespace().filter(|w| w.starts_with(char::is_alphanumeric));
        words.take(2).filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
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

/// The change of owner: one leaves, another arrives, and nothing has to be said again.
pub fn notice(handoff: &Handoff) -> impl IntoView + use<> {
    let (from, to) = (Party::from(&handoff.from), Party::from(&handoff.to));
    // At the end of a conversation one leaves and nobody arrives.
    let change = (handoff.to != Owner::Nobody).then(|| {
        html::span().class("change").attr("aria-hidden", "true").child((
            (handoff.from != Owner::Nobody).then(|| avatar(&from)),
            html::span().class("arrow"),
            avatar(&to),
        ))
    });
    // Who comes from a queue, or comes back to a closed conversation, was told nothing by anybody.
    let told = matches!(handoff.from, Owner::Agent { .. } | Owner::Staff { .. });
    let passed_on = (told && handoff.to != Owner::Nobody)
        .then(|| html::p().attr("dir", "auto").child(format!("{} {}", from.name, text::PASSED_ON)));
    html::div().class("notice").attr("data-kind", to.kind).child((
        change,
        html::div().child((html::p().attr("dir", "auto").child(handoff.notice.clone()), passed_on)),
    ))
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
        check("  <script> ömer ", "Ö");
        check(&"x ".repeat(10_000), "XX");
    }
}
