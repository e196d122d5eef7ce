//! Messages of late that the reader is least sure of: what they were about teaches it most.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{DismissMessage, UnsureMessage, UnsureMessages};

use super::{
    super::{
        super::{
            client::Admin,
            clock, format,
            load::{Empty, loaded},
            nav::Link,
            route::Route,
            toast::Toasts,
            understood::{AskUnderstood, Names, read},
            words,
        },
        PageHead,
    },
    WithTopics,
    tabs::Tabs,
    with_topics,
};

/// The messages, least certain first.
#[component]
pub fn UnsurePage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let list = with_topics(admin, |admin| async move { admin.unsure().await });
    view! {
        <PageHead title="Learning" text="What visitors wrote of late and the built-in brain was least sure of. Say what it was about, and there is a suggestion to decide on.">
            <button type="button" class="button" on:click=move |_| list.reload()>"Reload"</button>
        </PageHead>
        <Tabs/>
        {loaded(list, move |(page, topics)| {
            let UnsureMessages { messages, looked_at } = page;
            let looked = words::plural(looked_at as usize, "message");
            if messages.is_empty() {
                let text = format!("Of the last {looked}, none is unclear that nobody has looked at.");
                return view! { <Empty title="Nothing is unclear" text=text/> }.into_any();
            }
            let names = Names(topics.topics);
            let lines = messages.into_iter().map(|it| view! { <Line message=it names=names.clone() list=list/> });
            view! {
                <ul class="cards">{lines.collect_view()}</ul>
                <p class="hint more">{format!("Out of the last {looked}.")}</p>
            }
            .into_any()
        })}
    }
}

#[component]
fn Line(message: UnsureMessage, names: Names, list: WithTopics<UnsureMessages>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    let UnsureMessage { conversation, seq, at, text, read: short } = message;
    let when = format::date_and_time(at, clock::utc_offset_minutes(at));
    let was = words::capital(&format!("read as {}", read(&short, &names)));
    let busy = RwSignal::new(false);
    let done = StoredValue::new(DismissMessage { conversation: conversation.clone(), seq });
    let drop = move || {
        list.change(|(page, _)| {
            page.messages.retain(|it| {
                done.with_value(|d| it.conversation != d.conversation || it.seq != d.seq)
            });
        });
    };
    let dismiss = move |_| {
        busy.set(true);
        spawn_local(async move {
            let answer = admin.get_value().dismiss_message(&done.get_value()).await;
            busy.try_set(false);
            match answer {
                Ok(()) => drop(),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let reload = Callback::new(move |()| list.reload());
    view! {
        <li class="card-line unanswered">
            <div>
                <p class="unanswered-question" dir="auto">{text}</p>
                <p class="hint">{was} " · " {when} " · " <Link to=Route::Inbox(Some(conversation.clone()))>"Conversation"</Link></p>
            </div>
            <p class="buttons">
                <AskUnderstood conversation=conversation seq=seq text="It was about…" class="button primary" on_close=reload/>
                <button type="button" class="button" disabled=busy on:click=dismiss>"Nothing to learn"</button>
            </p>
        </li>
    }
}
