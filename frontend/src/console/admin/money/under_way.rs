//! Refunds that wait for approval or are on their way.

use leptos::prelude::*;
use shared::api::RefundLine;

use super::super::super::{clock::Clock, format, nav::Link, route::Route, words};

#[component]
pub fn UnderWay(lines: Vec<RefundLine>) -> impl IntoView {
    let rows = lines.into_iter().map(|line| view! { <Row line=line/> });
    view! {
        <div class="table-wrap">
            <table class="as-cards">
                <thead>
                    <tr>
                        <th>"Order"</th><th class="number">"Amount"</th><th>"State"</th><th class="number">"For"</th>
                        <th><span class="sr-only">"Conversation"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(line: RefundLine) -> impl IntoView {
    let clock = Clock::here();
    let since = line.since;
    view! {
        <tr>
            <td><strong>{line.order}</strong></td>
            <td class="number" data-label="Amount">{line.money.to_string()}</td>
            <td data-label="State">{words::refund(line.state)}</td>
            <td class="number" data-label="For">{move || format::span(clock.now().since_ms(since))}</td>
            <td class="buttons"><Link to=Route::Inbox(Some(line.conversation)) class="button small">"Open"</Link></td>
        </tr>
    }
}
