//! What people said that messages were about, for an administrator to decide on.

use leptos::prelude::*;
use shared::api::{Suggestion, Suggestions};

use super::{
    super::{
        super::{
            client::Admin,
            clock, format,
            load::{Empty, loaded},
            nav::Link,
            route::Route,
            understood::{Names, read},
        },
        PageHead,
    },
    WithTopics,
    decide::Decide,
    tabs::Tabs,
    with_topics,
};

/// The suggestions that wait, oldest first.
#[component]
pub fn SuggestionsPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let list = with_topics(admin, |admin| async move { admin.suggestions().await });
    view! {
        <PageHead title="Learning" text="What your people said that messages were about. What you accept is an example from then on, and used at once.">
            <button type="button" class="button" on:click=move |_| list.reload()>"Reload"</button>
        </PageHead>
        <Tabs/>
        {loaded(list, move |(page, topics)| {
            let Suggestions { suggestions, more } = page;
            if suggestions.is_empty() {
                let text = "In a conversation, open “How it was understood” under a visitor's message and say what it was about.";
                return view! { <Empty title="No suggestion waits" text=text/> }.into_any();
            }
            let names = Names(topics.topics);
            let lines = suggestions.into_iter().map(|it| view! { <Line suggestion=it names=names.clone() list=list/> });
            view! {
                <ul class="cards">{lines.collect_view()}</ul>
                {more.then(|| view! { <p class="hint more">"There are more; they show when these are decided."</p> })}
            }
            .into_any()
        })}
    }
}

#[component]
fn Line(suggestion: Suggestion, names: Names, list: WithTopics<Suggestions>) -> impl IntoView {
    let topic = names.topic(&suggestion.lesson.agent, &suggestion.lesson.intent);
    let offset = clock::utc_offset_minutes(suggestion.at);
    let when = format::date_and_time(suggestion.at, offset);
    let was = read(&suggestion.read, &names);
    let conversation = Route::Inbox(Some(suggestion.conversation.clone()));
    let text = suggestion.lesson.text.clone();
    let open = RwSignal::new(false);
    let close = Callback::new(move |()| open.set(false));
    let of = StoredValue::new((suggestion.clone(), names));
    let decided = Callback::new(move |()| {
        list.change(|(page, _)| {
            page.suggestions.retain(|it| {
                of.with_value(|(of, _)| it.conversation != of.conversation || it.seq != of.seq)
            });
        });
        if list.ready().is_some_and(|(page, _)| page.suggestions.is_empty() && page.more) {
            list.reload();
        }
    });
    view! {
        <li class="card-line unanswered">
            <div>
                <p class="unanswered-question" dir="auto">{text}</p>
                <p>"It was about " <strong>{topic}</strong></p>
                <p class="hint">
                    {suggestion.by.name} ", " {when} " · read as " {was} " · "
                    <Link to=conversation>"Conversation"</Link>
                </p>
            </div>
            <p class="buttons">
                <button type="button" class="button primary" on:click=move |_| open.set(true)>"Look and decide"</button>
            </p>
            {move || open.get().then(|| {
                let (suggestion, names) = of.get_value();
                view! { <Decide suggestion=suggestion names=names on_close=close on_decided=decided/> }
            })}
        </li>
    }
}
