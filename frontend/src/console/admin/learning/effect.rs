//! What a lesson would change, in words.

use leptos::prelude::*;
use shared::api::{ChangedMessage, Effect as Change, ReadTwice, TestedTwice};

use super::super::super::{
    nav::Link,
    route::Route,
    understood::{Names, read},
};

/// So many messages are told; the rest is counted.
const TOLD: usize = 10;

/// What changes: of the example itself, of the saved tests, of what visitors said of late.
#[component]
pub fn EffectView(
    /// What changes.
    effect: Change,
    /// What things are called.
    names: StoredValue<Names>,
) -> impl IntoView {
    let tests = tests(&effect);
    let worse = effect.tests.iter().any(|it| it.passes_before && !it.passes_after);
    let messages = messages(&effect);
    let more = effect.messages.len().saturating_sub(TOLD);
    let told = effect.messages.into_iter().take(TOLD);
    let (own, changed, told) = names.with_value(|names| {
        let changed = effect.tests.into_iter().map(|it| test(it, names)).collect_view();
        let told = told.map(|it| message(it, names)).collect_view();
        (twice(&effect.own, names), changed, told)
    });
    view! {
        <h3 class="small-head">"What it would change"</h3>
        <dl class="effect-parts">
            <div><dt>"This message"</dt><dd>{own}</dd></div>
            <div>
                <dt>"Saved tests"</dt>
                <dd><span class:fault=worse>{tests}</span> <ul class="effect-list">{changed}</ul></dd>
            </div>
            <div>
                <dt>"Recent messages"</dt>
                <dd>
                    {messages} <ul class="effect-list">{told}</ul>
                    {(more > 0).then(|| view! { <p class="hint">{format!("and {more} more")}</p> })}
                </dd>
            </div>
        </dl>
    }
}

fn tests(effect: &Change) -> String {
    let Change { tests_in_all: all, pass_before: before, pass_after: after, .. } = *effect;
    match all {
        0 => "There are none yet. Keep messages as tests to see here what a change breaks."
            .to_owned(),
        _ if before == after => format!("{before} of {all} pass, before and after."),
        _ => format!("{before} of {all} pass now, {after} would."),
    }
}

fn messages(effect: &Change) -> String {
    let (all, changed) = (effect.messages_in_all as usize, effect.messages.len());
    match (all, changed) {
        (0, _) => "There are none yet.".to_owned(),
        (_, 0) => format!("None of the last {all} would be read otherwise."),
        _ => format!("{changed} of the last {all} would be read otherwise."),
    }
}

fn twice(it: &ReadTwice, names: &Names) -> String {
    format!("Read as {}; then as {}.", read(&it.before, names), read(&it.after, names))
}

fn test(it: TestedTwice, names: &Names) -> impl IntoView + use<> {
    let (class, word) = match (it.passes_before, it.passes_after) {
        (true, false) => ("chip bad", "breaks"),
        (false, true) => ("chip good", "mends"),
        (true, true) => ("chip", "passes"),
        (false, false) => ("chip", "fails"),
    };
    let told = twice(&it.read, names);
    view! {
        <li>
            <span class=class>{word}</span> " " <q dir="auto">{it.test.text}</q>
            <p class="hint">{told}</p>
        </li>
    }
}

fn message(it: ChangedMessage, names: &Names) -> impl IntoView + use<> {
    let told = twice(&it.read, names);
    view! {
        <li>
            <Link to=Route::Inbox(Some(it.conversation))><q dir="auto">{it.text}</q></Link>
            <p class="hint">{told}</p>
        </li>
    }
}
