//! The audit log: every change of responsibility, approval, publication and sign-in.

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    api::{Audit, AuditEntry},
    id::ConversationId,
};

use super::{
    super::{
        client::Admin,
        clock, format,
        load::{Empty, Loader, loaded},
        nav::{Link, Nav},
        route::{Page, Route},
        toast::Toasts,
        words,
    },
    PageHead,
};

/// The audit log, of all or of one conversation.
#[component]
pub fn AuditPage(
    /// Of which conversation.
    of: Option<ConversationId>,
) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let filter = StoredValue::new(of.as_ref().map(ToString::to_string).unwrap_or_default());
    let log = Loader::new(move || {
        let (admin, filter) = (admin.get_value(), filter.get_value());
        async move { admin.audit(&filter, None).await }
    });
    view! {
        <PageHead title="Audit log" text="Every handoff, approval, publication and sign-in, the newest first.">
            <button type="button" class="button" on:click=move |_| log.reload()>"Reload"</button>
        </PageHead>
        <Filter of=of/>
        {loaded(log, move |page| {
            if page.entries.is_empty() {
                let text = "Nothing is on record here. Check the conversation's id if you typed one.";
                return view! { <Empty title="No entries" text=text/> }.into_any();
            }
            view! { <Entries page=page log=log admin=admin filter=filter/> }.into_any()
        })}
    }
}

#[component]
fn Filter(of: Option<ConversationId>) -> impl IntoView {
    let nav = Nav::here();
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let has = of.is_some();
    let search = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = input.get_untracked().map(|i| i.value()).unwrap_or_default();
        let text = text.trim();
        let of = text.parse::<ConversationId>().ok();
        wrong.set(of.is_none() && !text.is_empty());
        if of.is_some() || text.is_empty() {
            nav.go(Route::Admin(Page::Audit(of)));
        }
    };
    view! {
        <form class="row filter" on:submit=search>
            <input
                type="search"
                aria-label="Conversation id"
                placeholder="Conversation id"
                node_ref=input
                prop:value=of.map(|id| id.to_string()).unwrap_or_default()
            />
            <button type="submit" class="button">"Filter"</button>
            {has.then(|| view! { <Link to=Route::Admin(Page::Audit(None)) class="button">"Show all"</Link> })}
            {move || wrong.get().then(|| view! { <p class="wrong" role="alert">"That is no conversation id."</p> })}
        </form>
    }
}

#[component]
fn Entries(
    page: Audit,
    log: Loader<Audit>,
    admin: StoredValue<Admin>,
    filter: StoredValue<String>,
) -> impl IntoView {
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let next = page.next.clone();
    let more = move |after: String| {
        let (admin, filter) = (admin.get_value(), filter.get_value());
        busy.set(true);
        spawn_local(async move {
            let answer = admin.audit(&filter, Some(&after)).await;
            busy.try_set(false);
            match answer {
                Ok(older) => log.change(|page| {
                    page.entries.extend(older.entries);
                    page.next = older.next;
                }),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let rows = page.entries.into_iter().map(|e| view! { <EntryRow entry=e/> });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Entries">
            <table>
                <thead>
                    <tr><th>"When"</th><th>"What"</th><th>"Who"</th><th>"To what"</th><th>"Detail"</th></tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {next
            .map(|after| {
                view! {
                    <p class="center">
                        <button type="button" class="button" disabled=move || busy.get() on:click=move |_| more(after.clone())>
                            "Show older"
                        </button>
                    </p>
                }
            })}
    }
}

#[component]
fn EntryRow(entry: AuditEntry) -> impl IntoView {
    let at = format::date_and_time(entry.at, clock::utc_offset_minutes(entry.at));
    view! {
        <tr>
            <td class="nowrap">{at}</td>
            <td class="nowrap"><span class="chip">{words::spaced(&entry.action)}</span></td>
            <td>{entry.actor}</td>
            <td>
                {match entry.conversation {
                    Some(id) => {
                        let text = id.to_string();
                        view! { <Link to=Route::Inbox(Some(id)) class="code-link">{text}</Link> }.into_any()
                    }
                    None => view! { <span>{entry.subject}</span> }.into_any(),
                }}
            </td>
            <td>{entry.detail}</td>
        </tr>
    }
}
