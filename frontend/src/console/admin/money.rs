//! The kill switch for refunds, and refunds that are not settled.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{MoneyState, RefundLine};

use super::{
    super::{
        client::Admin,
        clock::Clock,
        dialog::Confirm,
        format,
        load::{Empty, Loader, loaded},
        nav::Link,
        route::Route,
        toast::Toasts,
        words,
    },
    PageHead,
};

/// The kill switch and open refunds.
#[component]
pub fn MoneyPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let state = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.money().await }
    });
    view! {
        <PageHead title="Money" text="Refunds can be stopped for the whole desk at once; what is under way is shown below.">
            <button type="button" class="button" on:click=move |_| state.reload()>"Reload"</button>
        </PageHead>
        {loaded(state, move |now| {
            view! {
                <Switch enabled=now.enabled state=state/>
                <h2 class="section-head">"Not settled"</h2>
                {if now.open.is_empty() {
                    let text = "No refund waits, is on its way, or is unknown.";
                    view! { <Empty title="All settled" text=text/> }.into_any()
                } else {
                    view! { <OpenRefunds open=now.open/> }.into_any()
                }}
            }
        })}
    }
}

#[component]
fn Switch(enabled: bool, state: Loader<MoneyState>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    let asking = RwSignal::new(false);
    let turn = Callback::new(move |()| {
        asking.set(false);
        let admin = admin.get_value();
        spawn_local(async move {
            match admin.switch_money(!enabled).await {
                Ok(()) => {
                    toasts.done(if enabled {
                        "Refunds are stopped."
                    } else {
                        "Refunds may be sent again."
                    });
                    state.reload();
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    let (title, text, button) = if enabled {
        (
            "Stop all refunds?",
            "No refund is sent from now on, approved or not, until you allow them again. Agents tell visitors that a person will see to it.",
            "Stop all refunds",
        )
    } else {
        (
            "Allow refunds again?",
            "Refunds that were approved meanwhile are sent. Make sure that the payment provider and the record agree.",
            "Allow refunds",
        )
    };
    view! {
        <section class="panel kill" class:off=!enabled>
            <div>
                <p class="kill-state">{if enabled { "Refunds are on" } else { "Refunds are stopped" }}</p>
                <p class="hint">
                    {if enabled {
                        "Within the desk's limits they are sent at once; above them after a person's approval."
                    } else {
                        "Nothing is sent to the payment provider."
                    }}
                </p>
            </div>
            <button type="button" class="button" class:danger=enabled class:primary=!enabled on:click=move |_| asking.set(true)>
                {button}
            </button>
        </section>
        {move || {
            asking
                .get()
                .then(|| {
                    let no = Callback::new(move |()| asking.set(false));
                    view! { <Confirm title=title text=text yes=button on_yes=turn on_no=no/> }
                })
        }}
    }
}

#[component]
fn OpenRefunds(open: Vec<RefundLine>) -> impl IntoView {
    let clock = Clock::here();
    let rows = open.into_iter().map(|r| {
        let since = r.since;
        view! {
            <tr>
                <td><strong>{r.order}</strong></td>
                <td data-label="Amount" class="number">{r.money.to_string()}</td>
                <td data-label="State">{words::refund(r.state)}</td>
                <td data-label="For" class="number">{move || format::span(clock.now().since_ms(since))}</td>
                <td class="buttons"><Link to=Route::Inbox(Some(r.conversation)) class="button small">"Open"</Link></td>
            </tr>
        }
    });
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
