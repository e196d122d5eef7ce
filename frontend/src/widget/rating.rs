//! One question at the end of a conversation.

use leptos::{ev, html, prelude::*};
use shared::{api::Rate, limits, owner::Owner};

use super::chat::Chat;
use crate::{conversation::thread::Thread, text};

/// Asks for a rating while the conversation is closed and not rated.
pub fn rating(chat: Chat) -> impl IntoView {
    let closed = Memo::new(move |_| {
        chat.state.with(|state| state.as_ref().is_some_and(|state| state.owner == Owner::Nobody))
    });
    let rated = Memo::new(move |_| {
        chat.rated.get() > 0 && chat.rated.get() == chat.thread.with(Thread::seq)
    });
    move || match (closed.get(), rated.get()) {
        (false, _) => ().into_any(),
        (true, true) => html::p().class("ended").role("status").child(text::RATE_THANKS).into_any(),
        (true, false) => question(chat).into_any(),
    }
}

fn question(chat: Chat) -> impl IntoView {
    let score = RwSignal::new(0u8);
    let comment = RwSignal::new(String::new());
    let choices: Vec<_> = (1..=5u8)
        .zip(text::SCORES)
        .map(|(value, label)| {
            html::label().class("score").title(label).child((
                html::input()
                    .r#type("radio")
                    .name("score")
                    .value(value.to_string())
                    .attr("aria-label", label)
                    .on(ev::change, move |_| {
                        score.set(value);
                        super::log::scroll_to_end();
                    }),
                html::span().attr("aria-hidden", "true").child(value.to_string()),
            ))
        })
        .collect();
    let more = move || {
        (score.get() > 0).then(|| {
            (
                html::textarea()
                    .attr("aria-label", text::RATE_COMMENT)
                    .placeholder(text::RATE_COMMENT)
                    .attr("maxlength", limits::COMMENT_CHARS.to_string())
                    .rows("2")
                    .on(ev::input, move |event| comment.set(event_target_value(&event))),
                html::button().r#type("submit").child(text::RATE_SEND),
            )
        })
    };
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let comment = comment.get_untracked().trim().to_owned();
        let rate =
            Rate { score: score.get_untracked(), comment: Some(comment).filter(|c| !c.is_empty()) };
        leptos::task::spawn_local(chat.rate(rate));
    };
    html::form().class("rating").on(ev::submit, send).child((
        html::fieldset()
            .child((html::legend().child(text::RATE), html::div().class("scores").child(choices))),
        html::p()
            .class("ends")
            .attr("aria-hidden", "true")
            .child((html::span().child(text::SCORES[0]), html::span().child(text::SCORES[4]))),
        html::div().class("more").child(more),
    ))
}

impl Chat {
    async fn rate(self, rate: Rate) {
        let (Some(api), Some(id)) = (self.api(), self.conversation()) else { return };
        match api.rate(&id, &rate).await {
            Ok(()) => {
                self.rated.set(self.thread.with_untracked(Thread::seq));
                self.remember();
            }
            Err(failure) => self.problem.set(Some(failure.message().to_owned())),
        }
    }
}
