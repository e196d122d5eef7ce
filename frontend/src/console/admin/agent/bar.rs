//! The head of the editor: where the agent stands, and save, publish, discard, retire.

use leptos::{prelude::*, task::spawn_local};
use shared::{api::Publish, limits::PHRASE_CHARS};
use wasm_bindgen::JsCast;

use super::{
    super::super::{
        clock,
        dialog::{Confirm, Dialog},
        field::{Field, TextInput, Wrong, concerns},
        format,
        icon::{BACK, Icon},
        nav::{Link, Nav},
        route::{Page, Route},
    },
    editor::Editor,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Nothing,
    Publish,
    Discard,
    Retire,
}

/// The head of the editor.
#[component]
pub fn Bar() -> impl IntoView {
    let editor = Editor::here();
    let asking = RwSignal::new(Asking::Nothing);
    let changed = Memo::new(move |_| editor.is_changed());
    let wrong = editor.wrong();
    let blocked = move || editor.busy.get() || wrong.get().is_some();
    view! {
        <header class="page-head sticky">
            <Link to=Route::Admin(Page::Agents) class="icon-button">
                <Icon path=BACK/><span class="sr-only">"All agents"</span>
            </Link>
            <div class="page-head-name">
                <h1>{move || heading(editor)}</h1>
                <p class="hint"><code>{editor.slug().to_string()}</code> " · " {move || standing(editor)}</p>
            </div>
            <div class="buttons">
                {move || changed.get().then(|| view! { <span class="chip approval unsaved">"Unsaved changes"</span> })}
                {move || {
                    (editor.has_draft() || changed.get())
                        .then(|| {
                            view! {
                                <button type="button" class="button" on:click=move |_| asking.set(Asking::Discard)>
                                    "Discard"
                                </button>
                            }
                        })
                }}
                <button
                    type="button"
                    class="button"
                    disabled=move || blocked() || !changed.get()
                    on:click=move |_| editor.save()
                >
                    "Save draft"
                </button>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || blocked() || changed.get() || !editor.has_draft()
                    title=move || if changed.get() { "Save the draft first" } else { "" }
                    on:click=move |_| asking.set(Asking::Publish)
                >
                    "Publish"
                </button>
                <button type="button" class="button quiet" on:click=move |_| asking.set(Asking::Retire)>
                    "Retire"
                </button>
            </div>
        </header>
        <Mend wrong=wrong/>
        {move || match asking.get() {
            Asking::Nothing => ().into_any(),
            Asking::Publish => view! { <PublishDialog asking=asking/> }.into_any(),
            Asking::Discard => discard(editor, asking),
            Asking::Retire => retire(editor, asking),
        }}
    }
}

/// Why nothing can be saved: the reason stands at its field, so this leads there and says it only
/// where the page has no such field.
#[component]
fn Mend(wrong: Wrong) -> impl IntoView {
    let at_field = |name: &str| PLACES.iter().any(|place| concerns(name, place));
    move || {
        wrong.get().map(|(name, text)| {
            if !at_field(&name) {
                return view! { <p class="banner fault" role="alert">{text}</p> }.into_any();
            }
            view! {
                <p class="banner fault with-button">
                    "Something must be mended before this can be saved."
                    <button type="button" class="button small" on:click=move |_| show_wrong()>"Show it"</button>
                </p>
            }
            .into_any()
        })
    }
}

/// The fields of the page that say what is wrong with them.
const PLACES: [&str; 9] = [
    "name",
    "purpose",
    "model",
    "instructions",
    "opening",
    "confidence_threshold",
    "budgets",
    "rules",
    "examples",
];

/// Leads to the field that is wrong.
fn show_wrong() {
    let inside = ".is-wrong :is(input, textarea, select, button)";
    let found = document().query_selector(inside).ok().flatten();
    if let Some(field) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

fn heading(editor: Editor) -> String {
    let name = editor.spec.with(|s| s.name.trim().to_owned());
    if name.is_empty() { "Agent without a name".to_owned() } else { name }
}

fn standing(editor: Editor) -> String {
    editor.agent.with(|a| {
        let published = a.published.as_ref().map_or_else(
            || "not published yet".to_owned(),
            |p| format!("version {} is published", p.version),
        );
        let draft = a.draft_saved_at.filter(|_| a.draft.is_some()).map(|at| {
            format!(", draft saved {}", format::date_and_time(at, clock::utc_offset_minutes(at)))
        });
        published + &draft.unwrap_or_default()
    })
}

#[component]
fn PublishDialog(asking: RwSignal<Asking>) -> impl IntoView {
    let editor = Editor::here();
    let note = RwSignal::new(String::new());
    let close = Callback::new(move |()| asking.set(Asking::Nothing));
    let publish = move |_| {
        let note: String = note.get_untracked().trim().chars().take(PHRASE_CHARS).collect();
        let body = Publish { note: (!note.is_empty()).then_some(note) };
        let (admin, slug) = (editor.admin(), editor.slug());
        asking.set(Asking::Nothing);
        editor.run(
            "Published. New conversations meet this version.",
            async move { admin.publish(&slug, &body).await },
            true,
        );
    };
    view! {
        <Dialog title="Publish this draft?" on_close=close>
            <p class="dialog-text">
                "Conversations that begin or are handed over from now on meet it. Those that an agent holds keep their version."
            </p>
            <Field field="publish-note" label="What has changed (optional)" hint="For the version history and the audit log.">
                <TextInput id="publish-note" value=note on_input=Callback::new(move |v| note.set(v))/>
            </Field>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button primary" on:click=publish>"Publish"</button>
            </footer>
        </Dialog>
    }
}

fn discard(editor: Editor, asking: RwSignal<Asking>) -> AnyView {
    let close = Callback::new(move |()| asking.set(Asking::Nothing));
    let discard = Callback::new(move |()| {
        asking.set(Asking::Nothing);
        let (admin, slug) = (editor.admin(), editor.slug());
        if editor.agent.with_untracked(|a| a.draft.is_some() && a.published.is_some()) {
            editor.run("Draft discarded.", async move { admin.discard_draft(&slug).await }, true);
        } else {
            editor.run("Changes discarded.", async move { admin.agent(&slug).await }, true);
        }
    });
    view! {
        <Confirm
            title="Discard the draft?"
            text="The page goes back to what is published, or to the first draft of an agent that never was. This cannot be undone."
            yes="Discard"
            on_yes=discard
            on_no=close
        />
    }
    .into_any()
}

fn retire(editor: Editor, asking: RwSignal<Asking>) -> AnyView {
    let nav = Nav::here();
    let close = Callback::new(move |()| asking.set(Asking::Nothing));
    let retire = Callback::new(move |()| {
        asking.set(Asking::Nothing);
        let (admin, slug) = (editor.admin(), editor.slug());
        spawn_local(async move {
            match admin.retire(&slug).await {
                Ok(()) => {
                    editor.toasts().done("Retired.");
                    nav.set_unsaved(false);
                    nav.go(Route::Admin(Page::Agents));
                }
                Err(failure) => editor.toasts().failed(&failure),
            }
        });
    });
    view! {
        <Confirm
            title="Retire this agent?"
            text="It takes no more conversations, and no agent can hand over to it. What it said stays on record."
            yes="Retire"
            on_yes=retire
            on_no=close
        />
    }
    .into_any()
}
