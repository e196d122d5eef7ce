//! Who is answering now. When that changes, one leaves and another arrives.

use leptos::{html, prelude::*};
use shared::owner::Owner;

use super::chat::Chat;
use crate::{
    conversation::party::{Party, avatar},
    text,
};

/// The header's left side.
pub fn header(chat: Chat) -> impl IntoView {
    let first =
        chat.look.with_value(|look| Party { kind: "agent", name: look.first_owner.clone() });
    let who = Memo::new(move |_| {
        chat.state.with(|state| match state.as_ref().map(|state| &state.owner) {
            None => first.clone(),
            Some(Owner::Nobody) => {
                Party { kind: "nobody", name: chat.look.with_value(|look| look.name.clone()) }
            }
            Some(owner) => Party::from(owner),
        })
    });
    // With the one before, so that it can be seen to leave.
    let change = Memo::new(move |before: Option<&(Option<Party>, Party)>| {
        let now = who.get();
        (before.map(|(_, last)| last.clone()).filter(|last| *last != now), now)
    });
    html::div().class("who").child((
        html::div().class("faces").attr("aria-hidden", "true").child(move || {
            let (before, now) = change.get();
            let leaves = before.map(|party| html::span().class("leaves").child(avatar(&party)));
            (leaves, html::span().class("arrives").child(avatar(&now)))
        }),
        html::div().class("names").child(move || {
            let party = who.get();
            (
                html::h1().attr("dir", "auto").child(party.name),
                html::p().attr("data-kind", party.kind).child(role(party.kind)),
            )
        }),
    ))
}

fn role(kind: &str) -> &'static str {
    match kind {
        "agent" => text::ASSISTANT,
        "staff" => text::PERSON,
        "queue" => text::WAITING_FOR_PERSON,
        _ => text::CLOSED,
    }
}

/// Whether people have the conversation, or are asked to take it.
pub fn is_with_people(owner: &Owner) -> bool {
    matches!(owner, Owner::Queue { .. } | Owner::Staff { .. })
}
