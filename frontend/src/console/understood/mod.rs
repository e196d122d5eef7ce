//! How a visitor's message was understood, why so, and what it was about if that was wrong.

mod about;
mod told;
mod why;

use leptos::prelude::*;
use shared::{
    api::{MessageUnderstood, Topics},
    id::{ConversationId, Seq},
};

pub use self::told::{Names, read};
use self::{about::About, told::verdict, why::WhyList};
use super::{
    client::Desk,
    dialog::Dialog,
    load::{Loader, loaded},
};

/// A button that opens the view of one message.
#[component]
pub fn AskUnderstood(
    /// In which conversation.
    conversation: ConversationId,
    /// Which message.
    seq: Seq,
    /// What the button says.
    text: &'static str,
    /// Its class.
    class: &'static str,
    /// It has been closed.
    #[prop(optional)]
    on_close: Option<Callback<()>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let close = Callback::new(move |()| {
        open.set(false);
        if let Some(after) = on_close {
            after.run(());
        }
    });
    let conversation = StoredValue::new(conversation);
    view! {
        <button type="button" class=class on:click=move |_| open.set(true)>{text}</button>
        {move || {
            open.get()
                .then(|| view! { <Understood conversation=conversation.get_value() seq=seq on_close=close/> })
        }}
    }
}

/// How a message is read, and what people say that it was about.
#[component]
fn Understood(conversation: ConversationId, seq: Seq, on_close: Callback<()>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let id = conversation.clone();
    let all: Loader<(MessageUnderstood, Topics)> = Loader::new(move || {
        let (desk, id) = (desk.clone(), id.clone());
        async move { Ok((desk.understood(&id, seq).await?, desk.topics().await?)) }
    });
    let conversation = StoredValue::new(conversation);
    view! {
        <Dialog title="How this was understood" on_close=on_close>
            {loaded(all, move |(understood, topics)| {
                let names = Names(topics.topics);
                let told = verdict(&understood.read, &understood.reading, &names);
                let why = understood.reading.why.clone();
                view! {
                    <div class="understood">
                        <blockquote class="understood-text" dir="auto">{understood.example.clone()}</blockquote>
                        <p class="hint">"Addresses, numbers and the visitor’s own name are masked, as they are in an example."</p>
                        <p class="understood-verdict">{told}</p>
                        <About conversation=conversation.get_value() seq=seq understood=understood names=names.clone()/>
                        <WhyList why=why names=names/>
                    </div>
                }
            })}
        </Dialog>
    }
}
