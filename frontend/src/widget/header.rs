//! Who is answering now. When that changes, one leaves and another arrives.

use std::cell::RefCell;

use super::{chat::Chat, language::said, region::region};
use crate::{
    conversation::party::{Party, face},
    dom::{Node, node},
    text,
};

/// The header's left side.
pub fn header(chat: Chat, place: &Node) {
    let (first, site) = chat.quiet(|q| (q.look.first_owner.clone(), q.look.name.clone()));
    let faces = node("div", "faces").mute();
    let names = node("div", "names");
    place.fill(vec![node("div", "who").with(faces.clone()).with(names.clone())]);
    let who = move |owner: Option<&Party>| match owner {
        None => Party { kind: "agent", name: first.clone() },
        Some(Party { kind: "nobody", .. }) => Party { kind: "nobody", name: site.clone() },
        Some(owner) => owner.clone(),
    };
    let before = RefCell::new(None::<Party>);
    region(
        chat,
        move |state| who(state.thread.owner()),
        move |now| {
            let leaves = before.replace(Some(now.clone()));
            let leaves = leaves.map(|party| node("span", "leaves").with(face(&party)));
            let arrives = node("span", "arrives").with(face(now));
            faces.fill(leaves.into_iter().chain([arrives]).collect());
            let name = node("h1", "").auto().text(&now.name);
            let role = node("p", "").set("data-kind", now.kind).text(&said(role(now.kind)));
            names.fill(vec![name, role]);
        },
    );
}

fn role(kind: &str) -> &'static str {
    match kind {
        "agent" => text::ASSISTANT,
        "staff" => text::PERSON,
        "queue" => text::WAITING_FOR_PERSON,
        _ => text::CLOSED,
    }
}
