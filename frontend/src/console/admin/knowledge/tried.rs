//! A question put to the articles: what an agent would get, and why not more.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::api::{Articles, FoundPassage, NearArticle, NothingFound, TriedQuestion, TriedWord};

use super::super::super::{
    client::Admin,
    field::Select,
    load::Loader,
    nav::Link,
    route::{Page, Route},
    toast::Toasts,
};
use crate::conversation::prose::prose;

/// Asks a question.
#[component]
pub fn TryQuestion(
    /// What there is.
    list: Loader<Articles>,
) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let question = RwSignal::new(String::new());
    let collection = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<TriedQuestion>);
    let busy = RwSignal::new(false);
    let options = Memo::new(move |_| {
        let known = list.ready().map(|list| list.collections).unwrap_or_default();
        let mut options = vec![(String::new(), "In all collections".to_owned())];
        options.extend(known.into_iter().map(|it| (it.name.clone(), format!("In {}", it.name))));
        options
    });
    let ask = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let asked = shared::api::TryQuestion {
            question: question.get_untracked(),
            language: None,
            collections: Some(collection.get_untracked())
                .filter(|it| !it.is_empty())
                .into_iter()
                .collect(),
        };
        if asked.question.trim().is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let admin = admin.clone();
        spawn_local(async move {
            let tried = admin.try_question(&asked).await;
            busy.try_set(false);
            match tried {
                Ok(tried) => drop(answer.try_set(Some(tried))),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <div class="tried">
            <h2>"Try a question"</h2>
            <p class="hint">"As a visitor would ask it. An agent gets the same passages."</p>
            <form class="tried-form" on:submit=ask>
                <input
                    type="text"
                    aria-label="Question"
                    placeholder="How do I send something back?"
                    maxlength="500"
                    prop:value=question
                    on:input:target=move |ev| question.set(ev.target().value())
                />
                <button type="submit" class="button" disabled=busy>"Ask"</button>
                <Select
                    id="try-collection"
                    label="Where to look"
                    value=collection
                    options=options
                    on_change=Callback::new(move |name| collection.set(name))
                />
            </form>
            <div role="status" class="tried-answer">
                {move || answer.get().map(|tried| view! { <Answer tried=tried/> })}
            </div>
        </div>
    }
}

#[component]
fn Answer(tried: TriedQuestion) -> impl IntoView {
    let TriedQuestion { passages, near, words, why, needed } = tried;
    view! {
        {why.map(|why| view! { <p class="banner">{reason(why)}</p> })}
        {passages.into_iter().map(|it| view! { <Passage passage=it/> }).collect_view()}
        {(!near.is_empty()).then(|| view! { <Near near=near needed=needed/> })}
        {(!words.is_empty()).then(|| view! { <Words words=words/> })}
    }
}

/// Why nothing was found, and what helps.
fn reason(why: NothingFound) -> &'static str {
    match why {
        NothingFound::NoArticles => "There are no articles here. Write one, or look elsewhere.",
        NothingFound::NoWords => {
            "The question has only small words that occur in any question; an agent asks what is meant."
        }
        NothingFound::UnknownWords => {
            "No article has any of these words. Write one that answers it."
        }
        NothingFound::NotAbout => {
            "Some articles have words of it, but none is about it. If one of these answers it, add the question to that article."
        }
    }
}

#[component]
fn Passage(passage: FoundPassage) -> impl IntoView {
    view! {
        <article class="passage">
            <header class="with-button">
                <Link to=Route::Admin(Page::Article(passage.slug)) class="passage-title">{passage.title}</Link>
                <span class="chip good">{percent(passage.score)}</span>
            </header>
            {prose(&passage.text)}
        </article>
    }
}

#[component]
fn Near(near: Vec<NearArticle>, needed: f32) -> impl IntoView {
    let line = |it: NearArticle| {
        view! {
            <li class="with-button">
                <Link to=Route::Admin(Page::Article(it.slug))>{it.title}</Link>
                <span class="chip">{percent(it.score)}</span>
            </li>
        }
    };
    view! {
        <h3 class="small-head">"Came close"</h3>
        <p class="hint">{format!("An answer needs {}, and must not lie far behind the best.", percent(needed))}</p>
        <ul class="near">{near.into_iter().map(line).collect_view()}</ul>
    }
}

#[component]
fn Words(words: Vec<TriedWord>) -> impl IntoView {
    let word = |it: TriedWord| match it.taken_for {
        Some(other) if other == it.word => {
            view! { <span class="chip good">{it.word}</span> }.into_any()
        }
        Some(other) => {
            view! { <span class="chip">{it.word} " taken for " {other}</span> }.into_any()
        }
        None => view! { <span class="chip bad">{it.word} " is in no article"</span> }.into_any(),
    };
    view! {
        <h3 class="small-head">"Words looked for"</h3>
        <p class="buttons">{words.into_iter().map(word).collect_view()}</p>
    }
}

/// A score as people read it.
fn percent(score: f32) -> String {
    format!("{:.0} %", score * 100.0)
}
