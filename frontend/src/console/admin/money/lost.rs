//! After a restore: refunds that were sent and that the database does not know.

use leptos::prelude::*;
use shared::api::LostRefund;

use super::super::super::copy::ShortId;

#[component]
pub fn Lost(lost: Vec<LostRefund>) -> impl IntoView {
    if lost.is_empty() {
        return ().into_any();
    }
    let rows = lost.into_iter().map(|refund| {
        let unknown = || "Not known here".to_owned();
        let money = refund.money.map_or_else(unknown, |money| money.to_string());
        view! {
            <tr>
                <td data-label="Charge">{refund.charge.unwrap_or_else(unknown)}</td>
                <td class="number" data-label="Amount">{money}</td>
                <td data-label="Provider’s id">{refund.receipt.unwrap_or_else(unknown)}</td>
                <td data-label="Key"><ShortId id=refund.key what="key"/></td>
            </tr>
        }
    });
    view! {
        <h2 class="section-head">"Sent, and not in the database"</h2>
        <p class="hint">"Look each of them up at the payment provider by its key. None of them is sent again, but a customer who asks anew may get the same money twice."</p>
        <div class="table-wrap">
            <table class="as-cards">
                <thead>
                    <tr>
                        <th>"Charge"</th><th class="number">"Amount"</th><th>"Provider’s id"</th><th>"Key"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
