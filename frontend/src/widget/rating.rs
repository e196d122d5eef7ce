//! One question at the end of a conversation.

use std::{cell::Cell, rc::Rc};

use shared::limits;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

use super::{chat::Chat, language::said, region::region, server};
use crate::{
    dom::{Node, node},
    text,
};

/// Asks for a rating while the conversation is closed and not rated.
pub fn rating(chat: Chat, place: Node) {
    region(
        chat,
        |state| {
            let rated = state.rated > 0 && state.rated == state.thread.seq();
            (state.caught_up && state.thread.is_closed()).then_some(rated)
        },
        move |asked| {
            let part = asked.map(|rated| if rated { thanks() } else { question(chat) });
            place.fill(part.into_iter().collect());
        },
    );
}

fn thanks() -> Node {
    node("p", "ended").set("role", "status").text(&said(text::RATE_THANKS))
}

fn question(chat: Chat) -> Node {
    let score = Rc::new(Cell::new(0));
    let more = node("div", "more");
    let scores = (1..=5u8).zip(text::SCORES).map(|(value, label)| {
        let label = &said(label);
        let (score, more, digit) = (score.clone(), more.clone(), value.to_string());
        let input = node("input", "")
            .set("type", "radio")
            .set("name", "score")
            .set("value", &digit)
            .set("aria-label", label)
            .on("change", move |_| {
                if score.replace(value) == 0 {
                    more.fill(comment());
                }
                super::log::scroll_to_end();
            });
        let shown = node("span", "").mute().text(&digit);
        node("label", "score").set("title", label).with(input).with(shown)
    });
    let scores = node("div", "scores").with_all(scores);
    let ends = [text::SCORES[0], text::SCORES[4]].map(|end| node("span", "").text(&said(end)));
    let legend = node("legend", "").text(&said(text::RATE));
    let within = more.clone();
    node("form", "rating")
        .with(node("fieldset", "").with(legend).with(scores))
        .with(node("p", "ends").mute().with_all(ends))
        .with(more)
        .on("submit", move |event| {
            event.prevent_default();
            let comment = within.element().first_element_child();
            let comment = comment.and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
            let comment = comment.map(|area| area.value().trim().to_owned());
            leptos::task::spawn_local(chat.rate(score.get(), comment.filter(|c| !c.is_empty())));
        })
}

fn comment() -> Vec<Node> {
    let words = said(text::RATE_COMMENT);
    let area = node("textarea", "")
        .set("aria-label", &words)
        .set("placeholder", &words)
        .set("maxlength", &limits::COMMENT_CHARS.to_string())
        .set("rows", "2");
    vec![area, node("button", "").set("type", "submit").text(&said(text::RATE_SEND))]
}

impl Chat {
    async fn rate(self, score: u8, comment: Option<String>) {
        let (Some(token), Some(id)) = (self.token(), self.conversation()) else { return };
        let done = server::rate(token, &id, score, comment.as_deref()).await;
        self.state.change(|state| match done {
            Ok(()) => state.rated = state.thread.seq(),
            Err(failure) => state.problem = Some(failure.message().to_owned()),
        });
        self.remember();
    }
}
