//! What agents, handoffs and conversations have used; the sums agree exactly.

use leptos::prelude::*;
use shared::{
    api::{Meter, MeterBy, Meters},
    id::ConversationId,
};

use super::{
    super::{
        client::Admin,
        format,
        load::{Empty, Loader, loaded},
        nav::Link,
        route::Route,
    },
    PageHead,
};

/// The meters.
#[component]
pub fn MetersPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let by = RwSignal::new(MeterBy::Agent);
    let meters = Loader::new(move || {
        let (admin, by) = (admin.clone(), by.get());
        async move { admin.meters(by).await.map(|m| (by, m)) }
    });
    let tab = move |own: MeterBy, name: &'static str| {
        view! {
            <button
                type="button"
                class="view-tab"
                aria-pressed=move || (by.get() == own).to_string()
                on:click=move |_| by.set(own)
            >
                {name}
            </button>
        }
    };
    view! {
        <PageHead title="Meters" text="Tokens, cost and turns. Every step of a brain is counted once, so each table adds up to the same total.">
            <button type="button" class="button" on:click=move |_| meters.reload()>"Reload"</button>
        </PageHead>
        <div class="view-tabs inline" role="group" aria-label="Summed by">
            {tab(MeterBy::Agent, "By agent")} {tab(MeterBy::Handoff, "By handoff")}
            {tab(MeterBy::Conversation, "By conversation")}
        </div>
        {loaded(meters, |(by, meters)| {
            if meters.meters.is_empty() {
                let text = "As soon as an agent answers, what it used is counted here.";
                view! { <Empty title="Nothing has been used yet" text=text/> }.into_any()
            } else {
                view! { <MeterTable by=by meters=meters/> }.into_any()
            }
        })}
    }
}

#[component]
fn MeterTable(by: MeterBy, meters: Meters) -> impl IntoView {
    let name = match by {
        MeterBy::Agent => "Agent",
        MeterBy::Handoff => "Handoff",
        MeterBy::Conversation => "Conversation",
    };
    let rows = meters.meters.into_iter().map(|m| {
        let key = m.key.clone();
        let cell = match key.parse::<ConversationId>() {
            Ok(id) if by == MeterBy::Conversation => {
                view! { <Link to=Route::Inbox(Some(id)) class="code-link">{key}</Link> }.into_any()
            }
            _ => view! { <span>{key}</span> }.into_any(),
        };
        view! { <tr><td>{cell}</td>{numbers(&m)}</tr> }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Use, line by line">
            <table class="as-cards dense">
                <thead>
                    <tr>
                        <th>{name}</th>
                        {COLUMNS.map(|column| view! { <th class="number">{column}</th> })}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot><tr><th scope="row">"Total"</th>{numbers(&meters.total)}</tr></tfoot>
            </table>
        </div>
    }
}

/// What is counted, in the order of [`numbers`].
const COLUMNS: [&str; 6] = ["Turns", "Steps", "Tokens in", "Tokens out", "Time", "Cost"];

fn numbers(meter: &Meter) -> impl IntoView + use<> {
    let u = meter.usage;
    let cells = [
        format::count(meter.turns),
        format::count(u.steps),
        format::count(u.tokens_in),
        format::count(u.tokens_out),
        format!("{}.{} s", u.took_ms / 1_000, u.took_ms % 1_000 / 100),
        format::cost(u.cost_micros),
    ];
    let labelled = cells.into_iter().zip(COLUMNS);
    labelled
        .map(|(c, column)| view! { <td class="number" data-label=column>{c}</td> })
        .collect_view()
}
