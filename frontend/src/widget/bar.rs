//! What stands above the text box: the connection, suggested answers, and the way to a person.

use super::{chat::Chat, language::said, region::region, shell, state::State};
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
    let replies = replies.set("aria-label", &said(text::QUICK_REPLIES));
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
        move |why| {
            problem.fill(why.iter().map(|why| banner("banner problem", why)).collect());
        },
    );
    region(chat, suggested, move |suggested| {
        replies.fill(suggested.iter().map(|reply| saying(reply)).collect());
    });
    region(
        chat,
        |state| state.thread.owner().map(|owner| owner.kind),
        move |owner| person.fill(vec![way_to_person(chat, *owner)]),
    );
}

fn banner(class: &str, words: &str) -> Node {
    node("p", class).text(&said(words))
}

/// The answers to press. The way to a person stands below them already.
fn suggested(state: &State) -> Vec<String> {
    let waits = !state.outbox.all().is_empty() || state.moment.working;
    if waits || state.thread.is_closed() {
        return Vec::new();
    }
    let way = [text::TALK_TO_PERSON, &said(text::TALK_TO_PERSON)];
    let replies = state.thread.quick_replies().iter();
    replies.filter(|reply| !way.contains(&reply.as_str())).cloned().collect()
}

/// A button that says its own words.
pub fn saying(words: &str) -> Node {
    let saying = words.to_owned();
    node("button", "").set("type", "button").auto().text(words).on("click", move |_| {
        shell::send(&saying);
        shell::settle();
    })
}

fn way_to_person(chat: Chat, owner: Option<&str>) -> Node {
    let words = match owner {
        Some("nobody") => text::WRITE_AGAIN,
        Some("queue") => text::PERSON_ASKED,
        Some("staff") => text::PERSON_ANSWERS,
        _ => {
            let button = node("button", "").set("type", "button").text(&said(text::TALK_TO_PERSON));
            return button.on("click", move |_| {
                chat.ask_for_person();
                shell::settle();
            });
        }
    };
    node("span", "").text(&said(words))
}
