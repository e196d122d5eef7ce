//! What a message was about, said with one press.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{AddTest, MessageUnderstood, Suggest, Suggestion, SuggestionState, Topic},
    id::{ConversationId, Seq},
};

use super::{
    super::{
        client::Desk,
        nav::Link,
        route::{Page, Route},
        toast::Toasts,
    },
    told::{Names, suggested},
};

/// So many of the likeliest are offered before the rest.
const LIKELY: usize = 3;

/// The topics to choose from, and what came of it.
#[component]
pub fn About(
    /// In which conversation.
    conversation: ConversationId,
    /// Which message.
    seq: Seq,
    /// How it is read.
    understood: MessageUnderstood,
    /// What a message can be about.
    names: Names,
) -> impl IntoView {
    let desk = StoredValue::new(expect_context::<Desk>());
    let toasts = Toasts::here();
    let MessageUnderstood { example, reading, suggestion, .. } = understood;
    let said = RwSignal::new(suggestion);
    let busy = RwSignal::new(false);
    let conversation = StoredValue::new(conversation);
    let choose = Callback::new(move |topic: Topic| {
        busy.set(true);
        spawn_local(async move {
            let suggest = Suggest { agent: topic.agent, intent: topic.intent };
            let answer = desk.get_value().suggest(&conversation.get_value(), seq, &suggest).await;
            busy.try_set(false);
            match answer {
                Ok(suggestion) => {
                    said.try_set(Some(suggestion));
                    toasts.done("Suggested. It is learnt when an administrator says yes.");
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    let all = names.0.clone();
    let is_why = |topic: &&Topic, at: &shared::api::Why| {
        topic.intent == at.intent && Some(topic.agent.as_str()) == at.agent.as_deref()
    };
    let likely = reading.why.iter().filter_map(|it| all.iter().find(|topic| is_why(topic, it)));
    let likely: Vec<Topic> = likely.take(LIKELY).cloned().collect();
    let first = likely.first().cloned();
    let names = StoredValue::new(names);
    view! {
        <section class="about" aria-label="What it was about">
            <h3 class="small-head">"It was about…"</h3>
            <div class="topics">{likely.into_iter().map(|topic| choice(topic, true, said, busy, choose)).collect_view()}</div>
            <details class="fold">
                <summary>"Something else"</summary>
                {by_agent(all).into_iter().map(|(agent, topics)| view! {
                    <p class="hint">{agent}</p>
                    <div class="topics">{topics.into_iter().map(|topic| choice(topic, false, said, busy, choose)).collect_view()}</div>
                }).collect_view()}
            </details>
            <p class="hint" role="status">
                {move || match said.get() {
                    Some(it) => names.with_value(|names| suggested(&it, names)),
                    None => "One press suggests it as an example. Nothing is learnt until an administrator says yes.".to_owned(),
                }}
            </p>
            {desk.get_value().admin().map(|_| view! { <ForAdmins example=example first=first said=said/> })}
        </section>
    }
}

/// A topic to press.
fn choice(
    topic: Topic,
    with_agent: bool,
    said: RwSignal<Option<Suggestion>>,
    busy: RwSignal<bool>,
    choose: Callback<Topic>,
) -> impl IntoView {
    let agent = with_agent.then(|| topic.agent_name.clone());
    let label = topic.label.clone();
    let topic = StoredValue::new(topic);
    let chosen = move || {
        said.with(|said| {
            said.as_ref().is_some_and(|it| {
                topic.with_value(|t| it.lesson.agent == t.agent && it.lesson.intent == t.intent)
            })
        })
    };
    view! {
        <button
            type="button"
            class="button small topic"
            disabled=busy
            aria-pressed=move || chosen().to_string()
            on:click=move |_| choose.run(topic.get_value())
        >
            {label} {agent.map(|name| view! { <span class="tag">{name}</span> })}
        </button>
    }
}

/// Topics with their agent's name, in the order of the list.
fn by_agent(topics: Vec<Topic>) -> Vec<(String, Vec<Topic>)> {
    let mut groups: Vec<(String, Vec<Topic>)> = Vec::new();
    for topic in topics {
        match groups.last_mut().filter(|(name, _)| *name == topic.agent_name) {
            Some((_, group)) => group.push(topic),
            None => groups.push((topic.agent_name.clone(), vec![topic])),
        }
    }
    groups
}

/// What an administrator does besides: decide, and keep the message as a test.
#[component]
fn ForAdmins(
    example: String,
    first: Option<Topic>,
    said: RwSignal<Option<Suggestion>>,
) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Desk>().admin());
    let toasts = Toasts::here();
    let saved = RwSignal::new(false);
    let waits = move || {
        said.with(|said| said.as_ref().is_some_and(|it| it.state == SuggestionState::Waiting))
    };
    let save = move |_| {
        let said = said.get_untracked().map(|it| (it.lesson.agent, it.lesson.intent));
        let Some((agent, intent)) = said.or(first.clone().map(|it| (it.agent, it.intent))) else {
            return toasts.fault("Say first what it was about.");
        };
        let test = AddTest { text: example.clone(), agent, intent: Some(intent) };
        saved.set(true);
        spawn_local(async move {
            let Some(admin) = admin.get_value() else { return };
            match admin.save_test(&test).await {
                Ok(run) if run.passes => toasts.done("Saved as a test; it passes."),
                Ok(_) => toasts.done("Saved as a test; it fails for now."),
                Err(failure) => {
                    saved.try_set(false);
                    toasts.failed(&failure);
                }
            }
        });
    };
    view! {
        <p class="buttons">
            {move || waits().then(|| view! { <Link to=Route::Admin(Page::Learning) class="button small">"Decide"</Link> })}
            <button type="button" class="button small" disabled=saved on:click=save>"Keep as a test"</button>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_stand_under_their_agents() {
        let topic = |agent: &str, intent: &str| Topic {
            agent: agent.parse().unwrap(),
            agent_name: agent.to_uppercase(),
            intent: intent.to_owned(),
            label: intent.to_owned(),
        };
        let groups = by_agent(vec![topic("a", "one"), topic("a", "two"), topic("b", "three")]);
        let told: Vec<(&str, usize)> =
            groups.iter().map(|(name, topics)| (name.as_str(), topics.len())).collect();
        assert_eq!(told, [("A", 2), ("B", 1)]);
    }
}
