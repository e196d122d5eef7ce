//! The admin part: agents, knowledge, learning, sites, staff, the desk, money, audit log, meters.

mod agent;
mod agents;
mod audit;
mod desk;
mod knowledge;
mod learning;
mod meters;
mod models;
mod money;
mod preview;
mod sites;
mod staff;
mod target;
mod tools;

use leptos::{html, prelude::*};

use super::{
    client::{Admin, Desk},
    load::Empty,
    nav::{Link, Nav},
    route::{Page, Route},
};

/// The admin part, for who is an administrator.
#[component]
pub fn AdminPages() -> impl IntoView {
    match expect_context::<Desk>().admin() {
        Some(admin) => view! { <Pages admin=admin/> }.into_any(),
        None => view! {
            <div class="page">
                <Empty
                    title="Only administrators see this part"
                    text="Your account answers in the inbox. Ask an administrator if you need more."
                >
                    <Link to=Route::Inbox(None) class="button">"Go to the inbox"</Link>
                </Empty>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Pages(admin: Admin) -> impl IntoView {
    provide_context(admin);
    let nav = Nav::here();
    let page = Memo::new(move |_| match nav.route() {
        Route::Admin(page) => Some(page),
        _ => None,
    });
    view! {
        <div class="admin">
            <SideNav/>
            <div class="admin-page">
                {move || match page.get() {
                    Some(Page::Agents) => view! { <agents::AgentsPage/> }.into_any(),
                    Some(Page::Agent(slug)) => view! { <agent::AgentPage slug=slug/> }.into_any(),
                    Some(Page::Knowledge) => view! { <knowledge::KnowledgePage/> }.into_any(),
                    Some(Page::Article(slug)) => view! { <knowledge::ArticlePage slug=slug/> }.into_any(),
                    Some(Page::NewArticle(question)) => view! { <knowledge::NewArticlePage question=question/> }.into_any(),
                    Some(Page::Unanswered) => view! { <knowledge::UnansweredPage/> }.into_any(),
                    Some(Page::Import) => view! { <knowledge::ImportPage/> }.into_any(),
                    Some(Page::Learning) => view! { <learning::SuggestionsPage/> }.into_any(),
                    Some(Page::Unsure) => view! { <learning::UnsurePage/> }.into_any(),
                    Some(Page::SavedTests) => view! { <learning::TestsPage/> }.into_any(),
                    Some(Page::Sites) => view! { <sites::SitesPage/> }.into_any(),
                    Some(Page::Staff) => view! { <staff::StaffPage/> }.into_any(),
                    Some(Page::Desk) => view! { <desk::DeskPage/> }.into_any(),
                    Some(Page::Models) => view! { <models::ModelsPage/> }.into_any(),
                    Some(Page::Tools) => view! { <tools::ToolsPage/> }.into_any(),
                    Some(Page::Money) => view! { <money::MoneyPage/> }.into_any(),
                    Some(Page::Audit(of)) => view! { <audit::AuditPage of=of/> }.into_any(),
                    Some(Page::Meters) => view! { <meters::MetersPage/> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
        </div>
    }
}

#[component]
fn SideNav() -> impl IntoView {
    let nav = Nav::here();
    let in_agents =
        Signal::derive(move || matches!(nav.route(), Route::Admin(Page::Agents | Page::Agent(_))));
    // On a phone the row scrolls; the page that is open must be in sight.
    let node = NodeRef::<html::Nav>::new();
    Effect::new(move |_| {
        nav.route();
        if let Some(row) = node.get() {
            gloo_timers::callback::Timeout::new(0, move || show_current(&row)).forget();
        }
    });
    let in_audit = Signal::derive(move || matches!(nav.route(), Route::Admin(Page::Audit(_))));
    let in_knowledge = Signal::derive(move || {
        matches!(
            nav.route(),
            Route::Admin(
                Page::Knowledge
                    | Page::Article(_)
                    | Page::NewArticle(_)
                    | Page::Unanswered
                    | Page::Import
            )
        )
    });
    let in_learning = Signal::derive(move || {
        matches!(nav.route(), Route::Admin(Page::Learning | Page::Unsure | Page::SavedTests))
    });
    view! {
        <nav class="side-nav" aria-label="Admin" node_ref=node>
            <Link to=Route::Admin(Page::Agents) current=in_agents>"Agents"</Link>
            <Link to=Route::Admin(Page::Models)>"Models"</Link>
            <Link to=Route::Admin(Page::Tools)>"Tools"</Link>
            <Link to=Route::Admin(Page::Knowledge) current=in_knowledge>"Knowledge"</Link>
            <Link to=Route::Admin(Page::Learning) current=in_learning>"Learning"</Link>
            <Link to=Route::Admin(Page::Sites)>"Sites"</Link>
            <Link to=Route::Admin(Page::Staff)>"Staff"</Link>
            <Link to=Route::Admin(Page::Desk)>"Desk"</Link>
            <Link to=Route::Admin(Page::Money)>"Money"</Link>
            <Link to=Route::Admin(Page::Audit(None)) current=in_audit>"Audit log"</Link>
            <Link to=Route::Admin(Page::Meters)>"Meters"</Link>
        </nav>
    }
}

fn show_current(row: &web_sys::HtmlElement) {
    if let Ok(Some(link)) = row.query_selector("[aria-current]") {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_inline(web_sys::ScrollLogicalPosition::Center);
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        link.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The head of a page: its name, what it is for, and what can be done on it.
#[component]
fn PageHead(
    /// Its name.
    #[prop(into)]
    title: String,
    /// What it is for.
    #[prop(into)]
    text: String,
    /// What can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-head">
            <div>
                <h1>{title}</h1>
                <p class="hint">{text}</p>
            </div>
            {children.map(|c| view! { <div class="buttons">{c()}</div> })}
        </header>
    }
}

/// What is wrong with a form, from what the server said about it.
fn placed(failure: &super::client::Failure) -> (String, String) {
    (failure.field().unwrap_or_default().to_owned(), failure.to_string())
}

/// What is wrong with a form but belongs to no field of it.
#[component]
fn FormFault(
    wrong: RwSignal<Option<(String, String)>>,
    fields: &'static [&'static str],
) -> impl IntoView {
    move || {
        let placed = |name: &str| fields.iter().any(|f| super::field::concerns(name, f));
        let stray = wrong.get().filter(|(name, _)| !placed(name));
        stray.map(|(_, text)| view! { <p class="banner fault" role="alert">{text}</p> })
    }
}
