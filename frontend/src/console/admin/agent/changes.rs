//! What stands on the page, compared with what is published.

use leptos::prelude::*;

use super::{
    super::super::load::Empty,
    diff::{Change, Line, changes},
    editor::Editor,
};

/// What differs from the published version, field by field, unsaved changes included.
#[component]
pub fn Changes() -> impl IntoView {
    let editor = Editor::here();
    let found = Memo::new(move |_| {
        let published = editor.agent.with(|a| a.published.as_ref().map(|p| p.spec.clone()));
        published.map(|old| editor.spec.with(|new| changes(&old, new)))
    });
    move || {
        match found.get() {
        None => {
            let text = "Nothing is published yet, so everything is new.";
            view! { <Empty title="Never published" text=text/> }.into_any()
        }
        Some(found) if found.is_empty() => {
            let text = "What stands here is what visitors meet.";
            view! { <Empty title="No changes" text=text/> }.into_any()
        }
        Some(found) => view! {
            <div class="changes"><p class="hint">"Published, compared with what stands here, unsaved changes included."</p>
            <ChangeList changes=found/></div>
        }
        .into_any(),
    }
    }
}

/// Changes, one field after another.
#[component]
pub fn ChangeList(
    /// The changes.
    changes: Vec<Change>,
) -> impl IntoView {
    changes
        .into_iter()
        .map(|change| {
            let lines = change.lines.into_iter().map(|line| match line {
                Line::Same(t) => view! { <li>{t}</li> }.into_any(),
                Line::Gone(t) => {
                    view! { <li class="gone"><span class="sr-only">"Before: "</span>{t}</li> }
                        .into_any()
                }
                Line::New(t) => {
                    view! { <li class="new"><span class="sr-only">"Now: "</span>{t}</li> }
                        .into_any()
                }
                Line::Skipped(n) => {
                    view! { <li class="skipped">{format!("{n} unchanged")}</li> }.into_any()
                }
            });
            view! {
                <h3 class="small-head">{change.field}</h3>
                <ul class="diff">{lines.collect_view()}</ul>
            }
        })
        .collect_view()
}
