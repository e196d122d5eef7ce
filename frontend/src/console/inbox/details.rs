//! Who the visitor is, and what the conversation is.

use leptos::prelude::*;
use shared::message::Assurance;

use super::{
    super::{
        clock, format,
        nav::Link,
        route::{Page, Route},
        words,
    },
    open::Open,
    state::{InboxState, Pane},
};

/// Who the visitor is, refunds, and what the conversation is.
#[component]
pub fn Details() -> impl IntoView {
    let open = Open::here();
    view! {
        <section class="details" aria-label="Visitor">
            <h3 class="small-head">"Visitor"</h3>
            {move || open.head.with(|h| h.as_ref().map(|h| h.visitor.clone())).map(|v| {
                let verified = v.assurance == Assurance::Verified;
                view! {
                    <dl class="pairs">
                        <div><dt>"Name"</dt><dd>{v.display_name().to_owned()}</dd></div>
                        {v.email.clone().map(|e| view! { <div><dt>"E-mail"</dt><dd>{e}</dd></div> })}
                        {v.customer.clone().map(|c| view! { <div><dt>"Customer"</dt><dd><code>{c}</code></dd></div> })}
                        <div>
                            <dt>"Identity"</dt>
                            <dd><span class="chip" class:good=verified>{words::assurance(v.assurance)}</span></dd>
                        </div>
                    </dl>
                }
            })}
            <Refunds/>
            <About/>
        </section>
    }
}

#[component]
fn Refunds() -> impl IntoView {
    let open = Open::here();
    let refunds = Memo::new(move |_| {
        open.head.with(|h| h.as_ref().map(|h| h.refunds.clone()).unwrap_or_default())
    });
    move || {
        let refunds = refunds.get();
        (!refunds.is_empty()).then(|| {
            let lines = refunds.into_iter().map(|r| {
                view! {
                    <div><dt>{r.order}</dt><dd>{r.money.to_string()} " · " {words::refund(r.state)}</dd></div>
                }
            });
            view! {
                <h3 class="small-head">"Refunds"</h3>
                <dl class="pairs">{lines.collect_view()}</dl>
            }
        })
    }
}

#[component]
fn About() -> impl IntoView {
    let open = Open::here();
    let state = InboxState::here();
    let is_admin = open.desk().admin().is_some();
    view! {
        <h3 class="small-head">"Conversation"</h3>
        {move || open.head.with(|h| h.as_ref().map(|h| (h.site.clone(), h.opened_at, h.usage))).map(|(site, at, usage)| {
            let offset = clock::utc_offset_minutes(at);
            view! {
                <dl class="pairs">
                    <div><dt>"Site"</dt><dd>{site.to_string()}</dd></div>
                    <div><dt>"Began"</dt><dd>{format::date_and_time(at, offset)}</dd></div>
                    <div><dt>"Tokens"</dt><dd>{format::count(usage.tokens_in + usage.tokens_out)}</dd></div>
                    <div><dt>"Id"</dt><dd><code>{open.id().to_string()}</code></dd></div>
                </dl>
            }
        })}
        <p class="buttons">
            <button
                type="button"
                class="button small"
                aria-pressed=move || state.workings.get().to_string()
                on:click=move |_| state.workings.update(|on| *on = !*on)
            >
                {move || if state.workings.get() { "Hide how Baton worked" } else { "Show how Baton worked" }}
            </button>
            <button
                type="button"
                class="button small"
                aria-pressed=move || state.tracing.get().to_string()
                on:click=move |_| {
                    state.tracing.update(|on| *on = !*on);
                    state.pane.set(Pane::Conversation);
                }
            >
                {move || if state.tracing.get() { "Show the transcript" } else { "Show the trace" }}
            </button>
            {is_admin
                .then(|| {
                    let audit = Route::Admin(Page::Audit(Some(open.id())));
                    view! { <Link to=audit class="button small">"Audit log"</Link> }
                })}
        </p>
    }
}
