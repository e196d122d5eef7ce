//! What speaks for each intent.

use leptos::prelude::*;
use shared::api::{Why, WhyExample, WhyPart};

use super::told::{Names, percent};

/// Less likely than this says nothing to anybody.
const WORTH_TELLING: f32 = 0.01;

/// The likeliest intents, each with what speaks for it; the likeliest is open.
#[component]
pub fn WhyList(
    /// The intents, likeliest first.
    why: Vec<Why>,
    /// What they are called.
    names: Names,
) -> impl IntoView {
    let told = why.into_iter().enumerate().filter(|(at, why)| *at == 0 || why.p >= WORTH_TELLING);
    let lines = told.map(move |(at, why)| one(at == 0, why, &names)).collect_view();
    view! {
        <section class="why-all" aria-label="Why">
            <h3 class="small-head">"Why"</h3>
            <ul>{lines}</ul>
        </section>
    }
}

fn one(first: bool, why: Why, names: &Names) -> impl IntoView + use<> {
    let Why { intent, agent, p, parts, examples } = why;
    let share = percent(p);
    let width = format!("{:.0}%", (p * 100.0).clamp(0.0, 100.0));
    let agent = agent.map(|slug| names.agent(&slug));
    let (speaks, against): (Vec<_>, Vec<_>) = parts.into_iter().partition(|it| it.weight > 0.0);
    view! {
        <li>
            <details class="fold why" open=first>
                <summary>
                    <span class="why-name">{names.about(&intent)}</span>
                    {agent.map(|name| view! { <span class="tag">{name}</span> })}
                    <span class="why-share">{share}</span>
                    <span class="why-bar" aria-hidden="true"><span style:width=width></span></span>
                </summary>
                <div class="fold-body">
                    {chips("Speaks for it", "chip good", speaks)}
                    {chips("Speaks against it", "chip bad", against)}
                    {nearest(examples)}
                </div>
            </details>
        </li>
    }
}

fn chips(title: &'static str, class: &'static str, parts: Vec<WhyPart>) -> impl IntoView {
    let chips = |parts: Vec<WhyPart>| {
        parts.into_iter().map(|it| view! { <span class=class>{it.text}</span> " " }).collect_view()
    };
    (!parts.is_empty()).then(|| {
        view! {
            <div>
                <p class="hint">{title}</p>
                <p class="why-parts">{chips(parts)}</p>
            </div>
        }
    })
}

fn nearest(examples: Vec<WhyExample>) -> impl IntoView {
    (!examples.is_empty()).then(|| {
        let lines = examples.into_iter().map(|it| {
            view! { <li><q dir="auto">{it.text}</q> " " <span class="hint">{format!("{} alike", percent(it.likeness))}</span></li> }
        });
        view! {
            <div>
                <p class="hint">"The examples that are most like it"</p>
                <ul class="why-examples">{lines.collect_view()}</ul>
            </div>
        }
    })
}
