//! One agent: the form, and beside it the playground, what changed, and earlier versions.

mod bar;
mod changes;
mod conditions;
mod diff;
mod editor;
mod examples;
mod fields;
mod model;
mod playground;
mod rules;
mod tried;
mod versions;

use leptos::prelude::*;
use shared::id::AgentSlug;

use self::{
    bar::Bar, changes::Changes, editor::Editor, examples::Examples, fields::Fields,
    playground::PlaygroundPanel, rules::Rules, versions::VersionsPanel,
};
use super::super::{
    client::Admin,
    load::{Loader, loaded},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    Playground,
    Changes,
    Versions,
}

/// One agent.
#[component]
pub fn AgentPage(
    /// Which.
    slug: AgentSlug,
) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let agent = Loader::new(move || {
        let (admin, slug) = (admin.clone(), slug.clone());
        async move { admin.agent(&slug).await }
    });
    loaded(agent, |agent| {
        Editor::provide(agent);
        view! { <Bench/> }
    })
}

/// The form and what stands beside it.
#[component]
fn Bench() -> impl IntoView {
    let panel = RwSignal::new(Panel::Playground);
    let tab = move |own: Panel, name: &'static str| {
        view! {
            <button
                type="button"
                class="mode-tab"
                aria-pressed=move || (panel.get() == own).to_string()
                on:click=move |_| panel.set(own)
            >
                {name}
            </button>
        }
    };
    view! {
        <Bar/>
        <div class="bench">
            <div class="bench-form form">
                <Fields/>
                <Rules/>
                <Examples/>
            </div>
            <section class="bench-panel" aria-label="Try, compare, go back">
                <div class="composer-tabs" role="group" aria-label="Panel">
                    {tab(Panel::Playground, "Playground")} {tab(Panel::Changes, "Changes")}
                    {tab(Panel::Versions, "Versions")}
                </div>
                {move || match panel.get() {
                    Panel::Playground => view! { <PlaygroundPanel/> }.into_any(),
                    Panel::Changes => view! { <Changes/> }.into_any(),
                    Panel::Versions => view! { <VersionsPanel/> }.into_any(),
                }}
            </section>
        </div>
    }
}
