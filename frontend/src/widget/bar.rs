//! What stands above the text box: the connection, suggested answers, and the way to a person.

use super::{chat::Chat, region::region, shell, state::State};
use crate::{
    dom::{Node, node},
    live::Status,
    text,
};

/// Everything between the conversation and the box.
pub fn bar(chat: Chat, place: &Node) {
    let offline = node("div", "").set("role", "status");
    let ended = node("div", "").set("role", "status");
    let problem = node("div", "").set("role", "alert");
    let replies = node("div", "replies").set("role", "group");
    let replies = replies.set("aria-label", text::QUICK_REPLIES);
    let person = node("div", "person");
    let parts = [&offline, &ended, &problem, &replies, &person];
    place.fill(parts.into_iter().cloned().collect());
    region(
        chat,
        |state| state.status == Status::Offline,
        move |is| offline.fill(is.then(|| banner("banner", text::OFFLINE)).into_iter().collect()),
    );
    region(
        chat,
        |state| state.ended,
        move |is| ended.fill(is.then(|| banner("banner", text::ENDED)).into_iter().collect()),
    );
    region(
        chat,
        |state| state.problem.clone(),
        move |said| {
            problem.fill(said.iter().map(|said| banner("banner problem", said)).collect());
        },
    );
    region(chat, suggested, move |suggested| {
        replies.fill(suggested.iter().map(|reply| saying(reply)).collect());
    });
    region(
        chat,
        // Where an answer to press says the same, that is enough.
        |state| {
            let offered = suggested(state).iter().any(|reply| reply == text::TALK_TO_PERSON);
            (!offered).then(|| state.thread.owner().map(|owner| owner.kind))
        },
        move |reach| {
            person.fill(reach.map(|owner| way_to_person(chat, owner)).into_iter().collect());
        },
    );
}

fn banner(class: &str, words: &str) -> Node {
    node("p", class).text(words)
}

fn suggested(state: &State) -> Vec<String> {
    let waits = !state.outbox.all().is_empty() || state.moment.working;
    if waits || state.thread.is_closed() {
        return Vec::new();
    }
    state.thread.quick_replies().to_vec()
}

/// A button that says its own words.
pub fn saying(words: &str) -> Node {
    let said = words.to_owned();
    node("button", "").set("type", "button").auto().text(words).on("click", move |_| {
        shell::send(&said);
        shell::settle();
    })
}

fn way_to_person(chat: Chat, owner: Option<&str>) -> Node {
    let said = match owner {
        Some("nobody") => text::WRITE_AGAIN,
        Some("queue") => text::PERSON_ASKED,
        Some("staff") => text::PERSON_ANSWERS,
        _ => {
            let button = node("button", "").set("type", "button").text(text::TALK_TO_PERSON);
            return button.on("click", move |_| {
                chat.ask_for_person();
                shell::settle();
            });
        }
    };
    node("span", "").text(said)
}
