//! The audit log: every change of responsibility, approval, publication and sign-in.

mod entries;
mod sentence;

use std::collections::HashMap;

use leptos::{ev, html, prelude::*};
use shared::id::ConversationId;

use self::{
    entries::Entries,
    sentence::{KINDS, Names},
};
use super::{
    super::{
        client::Admin,
        copy::short,
        field::Select,
        load::{Empty, Loader, loaded},
        nav::{Link, Nav},
        route::{Page, Route},
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
    let kind = RwSignal::new(String::new());
    let asked = StoredValue::new(of.clone());
    let log = Loader::new(move || {
        let (admin, kind) = (admin.get_value(), kind.get());
        async move { admin.audit(asked.get_value().as_ref(), &kind, None).await }
    });
    let names = Loader::new(move || {
        let admin = admin.get_value();
        async move { names(&admin).await }
    });
    let narrowed = of.is_some();
    view! {
        <PageHead title="Audit log" text="Who did what, and on what evidence. The newest comes first.">
            <button type="button" class="button" on:click=move |_| log.reload()>"Reload"</button>
        </PageHead>
        <div class="row filter">
            <Kinds kind=kind/>
            <OfConversation of=of/>
        </div>
        {loaded(log, move |page| {
            if page.entries.is_empty() {
                let text = if narrowed || !kind.get_untracked().is_empty() {
                    "Nothing on record fits. Choose another kind, or show all conversations."
                } else {
                    "Handoffs, approvals, publications and sign-ins will be on record here."
                };
                return view! { <Empty title="No entries" text=text/> }.into_any();
            }
            view! {
                <Entries
                    page=page
                    log=log
                    more=move |after: String| {
                        let (admin, kind) = (admin.get_value(), kind.get_untracked());
                        async move { admin.audit(asked.get_value().as_ref(), &kind, Some(&after)).await }
                    }
                    names=Signal::derive(move || names.ready().unwrap_or_default())
                    in_one=narrowed
                />
            }
            .into_any()
        })}
    }
}

#[component]
fn Kinds(kind: RwSignal<String>) -> impl IntoView {
    let mut options = vec![(String::new(), "Everything".to_owned())];
    options.extend(KINDS.map(|(name, actions)| (actions.to_owned(), name.to_owned())));
    view! {
        <Select
            id="audit-kind"
            label="What to show"
            value=kind
            options=Signal::stored(options)
            on_change=Callback::new(move |v| kind.set(v))
        />
    }
}

/// Narrows to one conversation by its id; the links in the log do the same.
#[component]
fn OfConversation(of: Option<ConversationId>) -> impl IntoView {
    let nav = Nav::here();
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    if let Some(id) = of {
        let to = Route::Admin(Page::Audit(None));
        return view! {
            <span class="filter-chip">
                "Conversation " <code>{short(id.as_str())}</code>
                <Link to=to class="icon-button tiny"><span aria-hidden="true">"×"</span><span class="sr-only">"Show all conversations"</span></Link>
            </span>
        }
        .into_any();
    }
    let search = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = input.get_untracked().map(|i| i.value()).unwrap_or_default();
        let of = text.trim().parse::<ConversationId>().ok();
        wrong.set(of.is_none() && !text.trim().is_empty());
        if of.is_some() {
            nav.go(Route::Admin(Page::Audit(of)));
        }
    };
    view! {
        <form class="row find" on:submit=search>
            <input type="search" aria-label="Conversation id" placeholder="Conversation id" node_ref=input/>
            <button type="submit" class="button">"Find"</button>
        </form>
        {move || wrong.get().then(|| view! { <p class="wrong" role="alert">"That is no conversation id."</p> })}
    }
    .into_any()
}

async fn names(admin: &Admin) -> Result<Names, super::super::client::Failure> {
    let agents = admin.desk().agents().await?.agents.into_iter().filter_map(|agent| {
        let spec = agent.published.map(|p| p.spec).or(agent.draft)?;
        Some((spec.slug.to_string(), spec.name))
    });
    let agents: HashMap<_, _> = agents.collect();
    let settings = admin.settings().await?;
    let queues = settings.queues.into_iter().map(|queue| (queue.slug.to_string(), queue.name));
    Ok(Names { agents, queues: queues.collect() })
}
