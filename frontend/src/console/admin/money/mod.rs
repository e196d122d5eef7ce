//! Money: the kill switch, refunds that only a person can settle, and what else is not settled.

mod lost;
mod people;
mod settle;
mod switch;
mod under_way;

use leptos::prelude::*;
use shared::api::{MoneyState, RefundLine};

use super::{
    super::{
        client::Admin,
        load::{Empty, Loader, loaded},
        notices::Notices,
    },
    PageHead,
};

/// The kill switch and open refunds.
#[component]
pub fn MoneyPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let notices = Notices::here();
    let state = Loader::new(move || {
        let admin = admin.clone();
        // What the banner says and what the page says are of the same time.
        notices.look();
        async move { admin.money().await }
    });
    provide_context(state);
    view! {
        <PageHead title="Money" text="Refunds can be stopped for the whole desk at once. What the payment provider leaves open is settled here.">
            <button type="button" class="button" on:click=move |_| state.reload()>"Reload"</button>
        </PageHead>
        {loaded(state, |now| view! { <Now now=now/> })}
    }
}

#[component]
fn Now(now: MoneyState) -> impl IntoView {
    let (for_people, under_way): (Vec<RefundLine>, Vec<RefundLine>) = now
        .open
        .into_iter()
        .partition(|line| line.fails_from.is_some() || line.contradicted.is_some());
    view! {
        <switch::Switch off=now.off.clone()/>
        {now.off.map(|off| view! { <lost::Lost lost=off.lost/> })}
        <h2 class="section-head">"Unknown"</h2>
        {if for_people.is_empty() {
            let text = "Refunds stand here while the payment provider does not say what became of them, or contradicts the person who settled them.";
            view! { <Empty title="Nothing is unknown" text=text/> }.into_any()
        } else {
            view! { <people::ForPeople lines=for_people/> }.into_any()
        }}
        <h2 class="section-head">"Under way"</h2>
        {if under_way.is_empty() {
            let text = "No refund waits for approval or is on its way.";
            view! { <Empty title="Nothing under way" text=text/> }.into_any()
        } else {
            view! { <under_way::UnderWay lines=under_way/> }.into_any()
        }}
    }
}

/// The page's state, to be loaded anew when something on it has changed.
fn state() -> Loader<MoneyState> {
    expect_context()
}
