//! What visitors asked that nothing covered: write the article, or dismiss the question.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{AskedAt, AskedOnce, DismissQuestion, UnansweredQuestion, UnansweredQuestions};

use super::{
    super::{
        super::{
            client::Admin,
            clock, format,
            load::{Empty, Loader, loaded},
            nav::Link,
            route::{Page, Route},
            toast::Toasts,
        },
        PageHead,
    },
    tabs::Tabs,
};

/// Most conversations of one question that are linked to.
const LINKS: usize = 20;

/// The questions, newest first.
#[component]
pub fn UnansweredPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let list = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.unanswered().await }
    });
    let covered = RwSignal::new(false);
    view! {
        <PageHead title="Knowledge" text="What visitors asked and no article answered. Write the article once, and the next one who asks is answered.">
            <button type="button" class="button" on:click=move |_| list.reload()>"Reload"</button>
        </PageHead>
        <Tabs/>
        {loaded(list, move |page| view! { <Questions page=page list=list covered=covered/> })}
    }
}

#[component]
fn Questions(
    page: UnansweredQuestions,
    list: Loader<UnansweredQuestions>,
    /// Whether those are shown that an article answers by now.
    covered: RwSignal<bool>,
) -> impl IntoView {
    let (now, open): (Vec<_>, Vec<_>) =
        page.questions.into_iter().partition(|it| it.covered_by.is_some());
    let counts = (open.len(), now.len());
    let tab = move |own: bool, name: &'static str, count: usize| {
        view! {
            <button
                type="button"
                class="view-tab"
                aria-pressed=move || (covered.get() == own).to_string()
                on:click=move |_| covered.set(own)
            >
                {format!("{name} ({count})")}
            </button>
        }
    };
    let shown = move || {
        let questions = if covered.get() { now.clone() } else { open.clone() };
        if questions.is_empty() {
            return nothing(covered.get()).into_any();
        }
        let lines = questions.into_iter().map(|it| view! { <Question question=it list=list/> });
        view! { <ul class="cards">{lines.collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="view-tabs inline two" role="group" aria-label="Which questions">
            {tab(false, "Open", counts.0)} {tab(true, "Answered since", counts.1)}
        </div>
        {shown}
        {page.more.then(|| view! { <p class="hint more">"There are older ones; they show when these are done with."</p> })}
    }
}

fn nothing(covered: bool) -> impl IntoView {
    let (title, text) = if covered {
        (
            "Nothing here",
            "Questions stand here that an article answers by now, until you dismiss them.",
        )
    } else {
        (
            "Nothing is unanswered",
            "When a visitor asks what no article is about, the question stands here.",
        )
    };
    view! { <Empty title=title text=text/> }
}

#[component]
fn Question(question: UnansweredQuestion, list: Loader<UnansweredQuestions>) -> impl IntoView {
    let UnansweredQuestion { question, asked, covered_by } = question;
    let newest = asked.first().map(|it| format::date(it.at, clock::utc_offset_minutes(it.at)));
    let times = match asked.len() {
        1 => "asked once".to_owned(),
        times => format!("asked {times} times"),
    };
    let write = Route::Admin(Page::NewArticle(question.clone()));
    let done =
        asked.iter().map(|it| AskedAt { conversation: it.conversation.clone(), seq: it.seq });
    let done = DismissQuestion { asked: done.collect() };
    let is_open = covered_by.is_none();
    view! {
        <li class="card-line unanswered">
            <div>
                <p class="unanswered-question" dir="auto">{question}</p>
                <p class="hint">
                    {times} ", last on " {newest}
                    {covered_by.map(|it| view! {
                        " · answered by now by "
                        <Link to=Route::Admin(Page::Article(it.slug))>{it.title}</Link>
                    })}
                </p>
                <details>
                    <summary class="hint">"Conversations"</summary>
                    <ul>{asked.into_iter().take(LINKS).map(|it| view! { <Once asked=it/> }).collect_view()}</ul>
                </details>
            </div>
            <p class="buttons">
                {is_open.then(|| view! { <Link to=write class="button primary">"Write the article"</Link> })}
                <Dismiss done=done list=list/>
            </p>
        </li>
    }
}

#[component]
fn Once(asked: AskedOnce) -> impl IntoView {
    let offset = clock::utc_offset_minutes(asked.at);
    let when =
        format!("{} {}", format::date(asked.at, offset), format::time_of_day(asked.at, offset));
    view! {
        <li>
            <Link to=Route::Inbox(Some(asked.conversation))>{when}</Link>
            <span class="hint" dir="auto">" “" {asked.question} "”"</span>
        </li>
    }
}

#[component]
fn Dismiss(done: DismissQuestion, list: Loader<UnansweredQuestions>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let dismiss = move |_| {
        let (admin, done) = (admin.clone(), done.clone());
        busy.set(true);
        spawn_local(async move {
            let answer = admin.dismiss_question(&done).await;
            busy.try_set(false);
            match answer {
                Ok(()) => list.change(|page| {
                    page.questions.retain(|it| {
                        let is_it = |at: &AskedOnce| {
                            done.asked
                                .iter()
                                .any(|d| d.conversation == at.conversation && d.seq == at.seq)
                        };
                        !it.asked.iter().any(is_it)
                    });
                }),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <button type="button" class="button" disabled=busy on:click=dismiss>"Dismiss"</button>
    }
}
