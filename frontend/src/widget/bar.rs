//! What stands above the text box: the connection, suggested answers, and the way to a person.

use leptos::{ev, html, prelude::*};
use shared::{conversation::Conversation, owner::Owner};

use super::{chat::Chat, header::is_with_people, shell};
use crate::{live::Status, text};

/// Everything between the conversation and the box.
pub fn bar(chat: Chat) -> impl IntoView {
    let replies = Memo::new(move |_| suggested(chat));
    (
        html::div().role("status").child(move || {
            let offline = chat.status.get() == Status::Offline;
            offline.then(|| html::p().class("banner").child(text::OFFLINE))
        }),
        html::div()
            .role("status")
            .child(move || chat.ended.get().then(|| html::p().class("banner").child(text::ENDED))),
        html::div().role("alert").child(move || {
            chat.problem.get().map(|problem| html::p().class("banner problem").child(problem))
        }),
        move || replies.with(|replies| quick_replies(replies)),
        // Where an answer to press says the same, that is enough.
        html::div().class("person").child(move || {
            let offered = replies.with(|replies| replies.iter().any(|r| r == text::TALK_TO_PERSON));
            (!offered).then(|| person(chat))
        }),
    )
}

fn suggested(chat: Chat) -> Vec<String> {
    let waiting = chat.outbox.with(|outbox| !outbox.all().is_empty());
    let closed = chat.state.with(|state| state.as_ref().is_some_and(Conversation::is_closed));
    if waiting || closed || chat.working.get() {
        return Vec::new();
    }
    chat.thread.with(|thread| thread.quick_replies().to_vec())
}

fn quick_replies(replies: &[String]) -> Option<impl IntoView + use<>> {
    (!replies.is_empty()).then(|| {
        let buttons: Vec<_> = replies
            .iter()
            .cloned()
            .map(|reply| {
                let label = reply.clone();
                html::button()
                    .r#type("button")
                    .attr("dir", "auto")
                    .on(ev::click, move |_| {
                        shell::send(&reply);
                        shell::settle();
                    })
                    .child(label)
            })
            .collect();
        html::div()
            .class("replies")
            .role("group")
            .attr("aria-label", text::QUICK_REPLIES)
            .child(buttons)
    })
}

fn person(chat: Chat) -> AnyView {
    let owner = chat.state.with(|state| state.as_ref().map(|state| state.owner.clone()));
    match owner {
        Some(Owner::Nobody) => html::span().child(text::WRITE_AGAIN).into_any(),
        Some(owner) if is_with_people(&owner) => {
            let said = if matches!(owner, Owner::Queue { .. }) {
                text::PERSON_ASKED
            } else {
                text::PERSON_ANSWERS
            };
            html::span().child(said).into_any()
        }
        _ => html::button()
            .r#type("button")
            .on(ev::click, move |_| {
                chat.ask_for_person();
                shell::settle();
            })
            .child(text::TALK_TO_PERSON)
            .into_any(),
    }
}
