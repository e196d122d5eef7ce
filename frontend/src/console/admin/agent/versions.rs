//! Earlier versions of an agent, and the way back to one.

use leptos::prelude::*;
use shared::api::Published;

use super::{
    super::super::{
        clock,
        dialog::Confirm,
        format,
        load::{Empty, Loader, loaded},
    },
    changes::ChangeList,
    diff::changes,
    editor::Editor,
};

/// All published versions, the newest first.
#[component]
pub fn VersionsPanel() -> impl IntoView {
    let editor = Editor::here();
    let versions = Loader::new(move || {
        editor.answered.track();
        let (admin, slug) = (editor.admin(), editor.slug());
        async move { admin.versions(&slug).await }
    });
    loaded(versions, |list| {
        if list.versions.is_empty() {
            let text = "Every publication is kept here, with the way back to it.";
            return view! { <Empty title="Never published" text=text/> }.into_any();
        }
        let current = list.versions[0].clone();
        let lines = list.versions.into_iter().map(|version| {
            view! { <VersionLine current=current.clone() version=version/> }
        });
        view! { <ol class="versions">{lines.collect_view()}</ol> }.into_any()
    })
}

#[component]
fn VersionLine(current: Published, version: Published) -> impl IntoView {
    let editor = Editor::here();
    let asking = RwSignal::new(false);
    let number = version.version;
    let is_current = number == current.version;
    let by = version.by.as_ref().map_or_else(|| "came with Baton".to_owned(), |b| b.name.clone());
    let when = format::date_and_time(version.at, clock::utc_offset_minutes(version.at));
    let found = changes(&version.spec, &current.spec);
    let back = Callback::new(move |()| {
        asking.set(false);
        let (admin, slug) = (editor.admin(), editor.slug());
        editor.run(
            "Rolled back. New conversations meet it again.",
            async move { admin.roll_back(&slug, number).await },
            true,
        );
    });
    view! {
        <li class="version">
            <p class="version-top">
                <strong>{format!("Version {number}")}</strong>
                {is_current.then(|| view! { <span class="chip good">"Published"</span> })}
                <span class="hint">{when} ", " {by}</span>
            </p>
            {version.note.map(|n| view! { <p>{n}</p> })}
            {(!is_current)
                .then(|| {
                    view! {
                        <details class="fold">
                            <summary>"What has changed since"</summary>
                            {if found.is_empty() {
                                view! { <p class="hint">"Nothing."</p> }.into_any()
                            } else {
                                view! { <ChangeList changes=found/> }.into_any()
                            }}
                        </details>
                        <button
                            type="button"
                            class="button small"
                            disabled=move || editor.busy.get()
                            on:click=move |_| asking.set(true)
                        >
                            "Roll back to this"
                        </button>
                    }
                })}
            {move || {
                asking
                    .get()
                    .then(|| {
                        view! {
                            <Confirm
                                title=format!("Roll back to version {number}?")
                                text="It is published again as a new version. A draft and unsaved changes on this page are replaced by it."
                                yes="Roll back"
                                on_yes=back
                                on_no=Callback::new(move |()| asking.set(false))
                            />
                        }
                    })
            }}
        </li>
    }
}
