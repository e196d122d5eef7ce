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
        let cell = match place(by, &m.key) {
            Some((id, part)) => {
                let name = id.to_string();
                view! { <Link to=Route::Inbox(Some(id)) class="code-link">{name}</Link> {part} }
                    .into_any()
            }
            None => view! { <span>{m.key.clone()}</span> }.into_any(),
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

/// The conversation of a line, and which of its owners' part it is, where it is one's.
fn place(by: MeterBy, key: &str) -> Option<(ConversationId, Option<String>)> {
    match by {
        MeterBy::Agent => None,
        MeterBy::Conversation => Some((key.parse().ok()?, None)),
        MeterBy::Handoff => {
            let (id, epoch) = key.split_once('/')?;
            let part = match epoch.parse::<u64>().ok()? {
                0 | 1 => " · first owner".to_owned(),
                epoch => format!(" · after handoff {}", epoch - 1),
            };
            Some((id.parse().ok()?, Some(part)))
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leads_to_its_conversation() {
        let check = |by, key: &str, place: Option<(&str, Option<&str>)>| {
            let found = super::place(by, key).map(|(id, part)| (id.to_string(), part));
            let place = place.map(|(id, part)| (id.to_owned(), part.map(str::to_owned)));
            assert_eq!(found, place, "{key}");
        };
        check(MeterBy::Agent, "billing", None);
        check(MeterBy::Conversation, "cnv_1", Some(("cnv_1", None)));
        check(MeterBy::Handoff, "cnv_1/1", Some(("cnv_1", Some(" · first owner"))));
        check(MeterBy::Handoff, "cnv_1/3", Some(("cnv_1", Some(" · after handoff 2"))));
        check(MeterBy::Handoff, "cnv_1/x", None);
        check(MeterBy::Handoff, "", None);
    }
}
