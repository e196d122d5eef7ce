//! Files as articles: several at a time, each with what became of it.

use leptos::{html, prelude::*, task::spawn_local};
use shared::{api::Imported, limits::IMPORT_BYTES};

use super::{
    super::{
        super::{
            client::{Admin, ImportFile},
            field::{Field, Select},
            nav::{Link, Nav},
            route::{Page, Route},
            words,
        },
        PageHead,
    },
    LANGUAGES,
    tabs::Tabs,
};

/// Most articles of one file that are linked to.
const LINKS: usize = 10;
/// What can be read, for the browser's dialog.
const ENDINGS: &str = ".md,.markdown,.txt,.html,.htm,.csv,.pdf";

/// How far a file has come.
#[derive(Debug, Clone, PartialEq)]
enum State {
    Waiting,
    Reading,
    Done(Imported),
    Failed(String),
}

/// A file that was chosen.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    name: StoredValue<String>,
    size: f64,
    file: StoredValue<web_sys::File, LocalStorage>,
    state: RwSignal<State>,
}

/// Chooses files, reads them one by one.
#[component]
pub fn ImportPage() -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let nav = Nav::here();
    let collection = RwSignal::new("imported".to_owned());
    let language = RwSignal::new(String::new());
    let files = RwSignal::new(Vec::<Chosen>::new());
    let busy = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| nav.set_unsaved(busy.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let choose = move |_| {
        let list = input.get_untracked().and_then(|it| it.files());
        let found =
            list.map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect::<Vec<_>>());
        let chosen = found.unwrap_or_default().into_iter().map(|file| Chosen {
            name: StoredValue::new(file.name()),
            size: file.size(),
            file: StoredValue::new_local(file),
            state: RwSignal::new(State::Waiting),
        });
        files.set(chosen.collect());
    };
    let read = move |_| {
        busy.set(true);
        spawn_local(async move {
            for it in files.get_untracked() {
                if it.state.try_get_untracked() != Some(State::Waiting) {
                    continue;
                }
                it.state.try_set(State::Reading);
                let asked = ImportFile {
                    name: it.name.get_value(),
                    collection: collection.get_untracked(),
                    language: language.get_untracked(),
                };
                let state = if it.size > f64::from(u32::try_from(IMPORT_BYTES).unwrap_or(u32::MAX))
                {
                    State::Failed("This file is larger than 10 MB. Divide it.".to_owned())
                } else {
                    match admin.get_value().import_file(&asked, &it.file.get_value()).await {
                        Ok(done) => State::Done(done),
                        Err(failure) => State::Failed(failure.to_string()),
                    }
                };
                it.state.try_set(state);
            }
            busy.try_set(false);
        });
    };
    let waiting = move || files.get().iter().filter(|it| it.state.get() == State::Waiting).count();
    view! {
        <PageHead title="Knowledge" text="Files become articles at once; look at them afterwards and say which questions they answer."/>
        <Tabs/>
        <section class="panel narrow import">
            <Field
                field="files"
                label="Files"
                hint="Markdown, HTML, plain text, PDF, or CSV with the columns question and answer. Up to 10 MB each. A file of the same name replaces what came from it before, edits included."
            >
                <input id="files" type="file" multiple accept=ENDINGS node_ref=input disabled=busy on:change=choose/>
            </Field>
            <div class="row">
                <Field field="collection" label="Collection">
                    <input
                        id="collection"
                        prop:value=collection
                        disabled=busy
                        on:input:target=move |ev| collection.set(ev.target().value())
                    />
                </Field>
                <Field field="language" label="Language">
                    <Select
                        id="language"
                        value=language
                        options=Signal::stored(languages())
                        on_change=Callback::new(move |tag| language.set(tag))
                    />
                </Field>
            </div>
            <p class="buttons">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || busy.get() || waiting() == 0 || collection.get().trim().is_empty()
                    on:click=read
                >
                    {move || match waiting() {
                        0 => "Import".to_owned(),
                        count => format!("Import {}", words::plural(count, "file")),
                    }}
                </button>
            </p>
            <ul class="imported" aria-live="polite">
                {move || files.get().into_iter().map(|it| view! { <Line chosen=it/> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Line(chosen: Chosen) -> impl IntoView {
    view! {
        <li>
            <strong>{chosen.name.get_value()}</strong>
            {move || match chosen.state.get() {
                State::Waiting => view! { <span class="hint">"chosen"</span> }.into_any(),
                State::Reading => view! { <span class="hint">"is being read …"</span> }.into_any(),
                State::Failed(why) => view! { <span class="wrong">{why}</span> }.into_any(),
                State::Done(done) => view! { <Result done=done/> }.into_any(),
            }}
        </li>
    }
}

#[component]
fn Result(done: Imported) -> impl IntoView {
    let count = done.articles.len();
    let more = count.saturating_sub(LINKS);
    let links = done.articles.into_iter().take(LINKS).map(|it| {
        view! { <li><Link to=Route::Admin(Page::Article(it.slug))>{it.title}</Link></li> }
    });
    view! {
        <span class="chip good">{words::plural(count, "article")}</span>
        {(done.replaced > 0).then(|| view! {
            <span class="hint">{format!("in the place of {}", done.replaced)}</span>
        })}
        <ul>{links.collect_view()}</ul>
        {(more > 0).then(|| view! { <p class="hint">{format!("and {more} more")}</p> })}
    }
}

fn languages() -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "As each seems to be".to_owned())];
    options.extend(LANGUAGES.map(|tag| (tag.to_owned(), words::language(tag))));
    options
}
