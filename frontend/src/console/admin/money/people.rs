//! Refunds of which the provider does not say what became, and settlements that it contradicts: what
//! is known of each, and what a person can do.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{RefundLine, RefundOutcome},
    event::RefundState,
    time::Timestamp,
};

use super::{
    super::super::{
        client::Admin,
        clock::{self, Clock},
        copy::ShortId,
        format,
        nav::Link,
        route::Route,
        toast::Toasts,
        words,
    },
    settle::{Answer, SettleDialog},
    state,
};

#[component]
pub fn ForPeople(lines: Vec<RefundLine>) -> impl IntoView {
    let asked = RwSignal::new(None::<(RefundLine, Answer)>);
    let on_answer = Callback::new(move |answer| asked.set(Some(answer)));
    view! {
        {lines.into_iter().map(|line| view! { <Card line=line on_answer=on_answer/> }).collect_view()}
        {move || {
            asked
                .get()
                .map(|(line, answer)| {
                    let close = Callback::new(move |()| asked.set(None));
                    view! { <SettleDialog line=line answer=answer on_close=close/> }
                })
        }}
    }
}

#[component]
fn Card(line: RefundLine, on_answer: Callback<(RefundLine, Answer)>) -> impl IntoView {
    let title = format!("{} for order {}", line.money, line.order);
    let name = title.clone();
    let kept = StoredValue::new(line.clone());
    let answer = move |answer| on_answer.run((kept.get_value(), answer));
    let (contradicted, from, clock) = (line.contradicted, line.fails_from, Clock::here());
    view! {
        <article class="panel" aria-label=name>
            <header class="panel-head">
                <h3>{title}</h3>
                <span class="chip" class:approval=contradicted.is_none() class:bad=contradicted.is_some()>
                    {if contradicted.is_some() { "Contradicted" } else { words::refund(line.state) }}
                </span>
            </header>
            <p>{story(&line)}</p>
            <Particulars line=line.clone()/>
            {move || too_early(from, clock).map(|text| view! { <p class="hint">{text}</p> })}
            <div class="buttons">
                {if contradicted.is_some() {
                    view! {
                        <button type="button" class="button primary" on:click=move |_| answer(Answer::LookedInto)>
                            "I have looked into it"
                        </button>
                    }
                        .into_any()
                } else {
                    view! {
                        <AskAgain line=line.clone()/>
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| answer(Answer::Settle(RefundOutcome::Succeeded))
                        >
                            "It was refunded"
                        </button>
                        <NotRefunded
                            from=from on_press=Callback::new(move |()| answer(Answer::Settle(RefundOutcome::Failed)))/>
                    }
                        .into_any()
                }}
                <Link to=Route::Inbox(Some(line.conversation)) class="button">"Open the conversation"</Link>
            </div>
        </article>
    }
}

/// What happened, in a sentence.
fn story(line: &RefundLine) -> String {
    let settled = line.settled_by.as_ref().map(|by| by.name.as_str());
    match (line.contradicted, settled) {
        (Some(says), Some(by)) => {
            let told = if line.state == RefundState::Succeeded { "refunded" } else { "not refunded" };
            let found = if says == RefundState::Succeeded { "it was refunded" } else { "there is no such refund" };
            format!("{by} settled it as {told}; the payment provider says that {found}. The settlement stands until somebody puts it right with the customer.")
        }
        _ if line.needs_person => "The payment provider did not say what became of it, and is not asked any more by itself. Look the key up in the provider’s own records, then say what you found.".to_owned(),
        _ => "The payment provider did not say what became of it. Baton goes on asking; you can settle it sooner if you look the key up in the provider’s own records.".to_owned(),
    }
}

#[component]
fn Particulars(line: RefundLine) -> impl IntoView {
    let since = format::date_and_time(line.since, clock::utc_offset_minutes(line.since));
    let clock = Clock::here();
    let (asked, ask_at) = (words::plural(line.asked as usize, "time"), line.ask_at);
    let next = move || {
        let left = ask_at?.since_ms(clock.now());
        Some(if left > 0 {
            format!(", next in {}", format::span(left))
        } else {
            ", next now".to_owned()
        })
    };
    view! {
        <dl class="pairs">
            <div><dt>"Customer"</dt><dd>{line.customer}</dd></div>
            <div><dt>"Charge"</dt><dd>{line.charge}</dd></div>
            <div><dt>"Since"</dt><dd>{since}</dd></div>
            <div><dt>"Asked"</dt><dd>{asked}{next}</dd></div>
            <div><dt>"Last answer"</dt><dd>{line.answer.unwrap_or_else(|| "None".to_owned())}</dd></div>
            <div><dt>"Key"</dt><dd><ShortId id=line.key what="key"/></dd></div>
        </dl>
    }
}

/// Asks the provider now.
#[component]
pub fn AskAgain(line: RefundLine) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (toasts, page) = (Toasts::here(), state());
    let busy = RwSignal::new(false);
    let intent = StoredValue::new(line.intent);
    let ask = move |_| {
        let (admin, intent) = (admin.get_value(), intent.get_value());
        busy.set(true);
        spawn_local(async move {
            let answer = admin.ask_about_refund(&intent).await;
            busy.try_set(false);
            match answer {
                Ok(line) => toasts.done(answered(&line)),
                Err(failure) => toasts.failed(&failure),
            }
            page.reload();
        });
    };
    view! {
        <button type="button" class="button" disabled=move || busy.get() on:click=ask>
            {move || if busy.get() { "Asking…" } else { "Ask the provider again" }}
        </button>
    }
}

fn answered(line: &RefundLine) -> String {
    match line.state {
        RefundState::Succeeded => "The provider says that it was refunded.".to_owned(),
        RefundState::Failed => "The provider says that it was not refunded.".to_owned(),
        _ => {
            let said = line.answer.clone().unwrap_or_else(|| "nothing".to_owned());
            format!("Still open. The provider’s answer: {said}")
        }
    }
}

/// The button that says that it was not refunded, once that can be known.
#[component]
pub fn NotRefunded(
    /// From when on that can be known.
    from: Option<Timestamp>,
    on_press: Callback<()>,
) -> impl IntoView {
    let clock = Clock::here();
    let early = Memo::new(move |_| from.is_none_or(|from| clock.now() < from));
    view! {
        <button
            type="button"
            class="button"
            disabled=move || early.get()
            on:click=move |_| on_press.run(())
        >
            "It was not refunded"
        </button>
    }
}

/// Why that cannot be said yet.
fn too_early(from: Option<Timestamp>, clock: Clock) -> Option<String> {
    let from = from.filter(|from| clock.now() < *from)?;
    let at = format::time_of_day(from, clock::utc_offset_minutes(from));
    Some(format!("The call may still arrive; that it was not refunded can be known at {at}."))
}
