//! The entries on the page: one block a day, one line an entry, older ones on demand.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Audit, AuditEntry},
    time::Timestamp,
};

use super::{
    super::super::{
        client::Failure,
        clock,
        copy::{CopyIcon, ShortId, short},
        format,
        load::Loader,
        nav::Link,
        route::{Page, Route},
        toast::Toasts,
        words,
    },
    sentence::{Names, Told, tell},
};

/// The entries, and a button for older ones.
#[component]
pub fn Entries<M, F>(
    /// What is there so far.
    page: Audit,
    /// Where older ones are added.
    log: Loader<Audit>,
    /// Asks for older ones.
    more: M,
    /// What agents and queues are called.
    names: Signal<Names>,
    /// Whether all of them are of one conversation.
    in_one: bool,
) -> impl IntoView
where
    M: Fn(String) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Audit, Failure>> + 'static,
{
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let next = page.next.clone();
    let add = move |after: String| {
        busy.set(true);
        let answer = more(after);
        spawn_local(async move {
            let answer = answer.await;
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
    let days = days(page.entries).into_iter().map(|(at, entries)| {
        let lines =
            entries.into_iter().map(|e| view! { <Entry entry=e names=names in_one=in_one/> });
        view! {
            <h2 class="day-head">{format::date(at, clock::utc_offset_minutes(at))}</h2>
            <ol class="cards audit">{lines.collect_view()}</ol>
        }
    });
    view! {
        {days.collect_view()}
        {next
            .map(|after| {
                view! {
                    <p class="center more">
                        <button type="button" class="button" disabled=move || busy.get() on:click=move |_| add(after.clone())>
                            "Show older"
                        </button>
                    </p>
                }
            })}
    }
}

#[component]
fn Entry(entry: AuditEntry, names: Signal<Names>, in_one: bool) -> impl IntoView {
    let at = entry.at;
    let offset = clock::utc_offset_minutes(at);
    let conversation = entry.conversation.clone();
    let told = Memo::new(move |_| tell(&entry, &names.get()));
    let which = conversation.filter(|_| !in_one).map(|id| {
        let (shown, open) = (short(id.as_str()), Route::Inbox(Some(id.clone())));
        view! {
            <span class="audit-where">
                <Link to=open class="code-link">{shown}</Link>
                <CopyIcon text=id.to_string() what="conversation’s id"/>
                <Link to=Route::Admin(Page::Audit(Some(id))) class="quiet-link">"Only this"</Link>
            </span>
        }
    });
    view! {
        <li class="card-line audit-line">
            <time class="audit-time" datetime=at.to_string() title=format::date_and_time(at, offset)>
                {format::time_of_day(at, offset)}
            </time>
            <span class="chip audit-kind">{move || told.with(|t| t.kind)}</span>
            <div class="audit-what">{move || what(told.get())}</div>
            {which}
        </li>
    }
}

fn what(told: Told) -> impl IntoView {
    view! {
        <p class="audit-sentence">{told.what}</p>
        {(!told.more.is_empty()).then(|| view! { <p class="hint">{told.more}</p> })}
        {told.id.map(|(what, id)| view! { <p class="hint">{words::title(what)} " " <ShortId id=id what=what/></p> })}
    }
}

/// The entries by the day on which the reader saw them happen, in the order in which they come.
fn days(entries: Vec<AuditEntry>) -> Vec<(Timestamp, Vec<AuditEntry>)> {
    let mut days: Vec<(Timestamp, Vec<AuditEntry>)> = Vec::new();
    for entry in entries {
        let offset = clock::utc_offset_minutes(entry.at);
        match days.last_mut() {
            Some((at, same)) if format::same_day(*at, entry.at, offset) => same.push(entry),
            _ => days.push((entry.at, vec![entry])),
        }
    }
    days
}
