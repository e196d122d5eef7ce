//! Saved tests: messages that must find their agent, whatever is learnt.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::api::{AddTest, SavedTest, TestRun, TestRuns};

use super::{
    super::{
        super::{
            client::Admin,
            field::{Field, Select, TextInput},
            load::{Empty, loaded},
            toast::Toasts,
            understood::{Names, read},
            words,
        },
        PageHead,
    },
    WithTopics,
    tabs::Tabs,
    topic_of, topic_options, with_topics,
};

/// All saved tests, run against what is published.
#[component]
pub fn TestsPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let list = with_topics(admin, |admin| async move { admin.saved_tests().await });
    view! {
        <PageHead title="Learning" text="Messages that must be understood as you say. They run here, and whenever a suggestion is decided on.">
            <button type="button" class="button" on:click=move |_| list.reload()>"Run again"</button>
        </PageHead>
        <Tabs/>
        {loaded(list, move |(page, topics)| {
            let names = Names(topics.topics);
            let TestRuns { runs } = page;
            let (all, pass) = (runs.len(), runs.iter().filter(|it| it.passes).count());
            let lines = runs.into_iter().map(|it| view! { <Line run=it names=names.clone() list=list/> }).collect_view();
            let told = format!("{pass} of {} pass.", words::plural(all, "test"));
            view! {
                <Add names=names list=list/>
                {if all == 0 {
                    view! { <Empty title="No tests yet" text="Keep a message above, or from a conversation by “How it was understood”."/> }.into_any()
                } else {
                    view! { <p class="hint" role="status">{told}</p> <ul class="cards">{lines}</ul> }.into_any()
                }}
            }
        })}
    }
}

#[component]
fn Line(run: TestRun, names: Names, list: WithTopics<TestRuns>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    let TestRun { test, read: short, passes } = run;
    let SavedTest { id, text, agent, intent, .. } = test;
    let expected = match &intent {
        Some(intent) => names.topic(&agent, intent),
        None => names.agent(agent.as_str()),
    };
    let was = read(&short, &names);
    let (class, word) = if passes { ("chip good", "Passes") } else { ("chip bad", "Fails") };
    let id = StoredValue::new(id);
    let delete = move |_| {
        spawn_local(async move {
            match admin.get_value().delete_test(&id.get_value()).await {
                Ok(()) => {
                    toasts.done("Deleted.");
                    list.change(|(page, _)| page.runs.retain(|it| it.test.id != id.get_value()));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let named = format!("Delete the test “{text}”");
    view! {
        <li class="card-line unanswered">
            <div>
                <p class="unanswered-question" dir="auto">{text}</p>
                <p class="hint"><span class=class>{word}</span> " must be " {expected} " · read as " {was}</p>
            </div>
            <p class="buttons">
                <button type="button" class="button quiet" aria-label=named on:click=delete>"Delete"</button>
            </p>
        </li>
    }
}

#[component]
fn Add(names: Names, list: WithTopics<TestRuns>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    let options = topic_options(&names);
    let text = RwSignal::new(String::new());
    let topic = RwSignal::new(options.first().map(|it| it.0.clone()).unwrap_or_default());
    let busy = RwSignal::new(false);
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some((agent, intent)) = topic_of(&topic.get_untracked()) else { return };
        let test = AddTest { text: text.get_untracked(), agent, intent: Some(intent) };
        busy.set(true);
        spawn_local(async move {
            let answer = admin.get_value().save_test(&test).await;
            busy.try_set(false);
            match answer {
                Ok(_) => list.reload(),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <form class="row test-form" on:submit=add>
            <Field field="test-text" label="A visitor says">
                <TextInput
                    id="test-text"
                    value=text
                    placeholder="my card was billed twice"
                    on_input=Callback::new(move |typed| text.set(typed))
                />
            </Field>
            <Field field="test-topic" label="It must be about">
                <Select id="test-topic" value=topic options=options on_change=Callback::new(move |it| topic.set(it))/>
            </Field>
            <button type="submit" class="button" disabled=busy>"Keep as a test"</button>
        </form>
    }
}
