//! One article: its text, and beside it how it reads and what it is found by.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Article, Origin, SaveArticle},
    id::ArticleSlug,
};

use super::{
    super::{
        super::{
            client::{Admin, ArticleFilter},
            clock,
            dialog::Confirm,
            format,
            load::{Loader, loaded},
            nav::{Link, Nav},
            route::{Page, Route},
            toast::Toasts,
        },
        FormFault, placed,
    },
    form::{Draft, Fields, check, editable, fresh},
    tried::TryQuestion,
};
use crate::conversation::prose::prose;

/// The fields that say themselves what is wrong with them.
const FIELDS: &[&str] = &["title", "body", "questions", "collection", "language", "url"];

/// An article.
#[component]
pub fn ArticlePage(
    /// Which.
    slug: ArticleSlug,
) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let article = Loader::new(move || {
        let (admin, slug) = (admin.clone(), slug.clone());
        async move { admin.article(&slug).await }
    });
    loaded(article, |article| {
        if article.read_only {
            view! { <Kept article=article/> }.into_any()
        } else {
            view! { <Bench start=editable(article.clone()) known=Some(article)/> }.into_any()
        }
    })
}

/// An article that is being written.
#[component]
pub fn NewArticlePage(
    /// The question that it answers; empty if it is written for no one question.
    question: String,
) -> impl IntoView {
    view! { <Bench start=fresh(question) known=None/> }
}

/// An article that is kept in a folder.
#[component]
fn Kept(article: Article) -> impl IntoView {
    view! {
        <header class="page-head">
            <div>
                <Back/>
                <h1>{article.title.clone()}</h1>
            </div>
        </header>
        <p class="banner">
            "This article is kept in a folder on the server, as " <code>{article.source.clone()}</code>
            ". Change it there; it is read at the next start."
        </p>
        <section class="panel">{prose(&article.body)}</section>
    }
}

#[component]
fn Bench(start: SaveArticle, known: Option<Article>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let list = Loader::new(move || {
        let admin = admin.get_value();
        async move { admin.articles(&ArticleFilter::default(), None).await }
    });
    let draft = Draft::of(start.clone());
    let start = RwSignal::new(start);
    let known = RwSignal::new(known);
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let changed = Memo::new(move |_| start.with(|start| *start != draft.read()));
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let save = move || {
        let article = untrack(|| draft.read());
        if let Err(fault) = check(&article) {
            return wrong.set(Some(fault));
        }
        wrong.set(None);
        busy.set(true);
        let slug = known.with_untracked(|it| it.as_ref().map(|it| it.slug.clone()));
        spawn_local(async move {
            let answer = admin.get_value().save_article(slug.as_ref(), article.clone()).await;
            busy.try_set(false);
            match answer {
                Ok(saved) => {
                    nav.set_unsaved(false);
                    toasts.done("Saved. Agents answer from it now.");
                    list.reload();
                    if slug.is_none() {
                        nav.go(Route::Admin(Page::Article(saved.slug)));
                    } else {
                        start.try_set(article);
                        known.try_set(Some(saved));
                    }
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    let title = move || {
        let title = draft.title.get();
        if title.trim().is_empty() { "New article".to_owned() } else { title }
    };
    view! {
        <header class="page-head sticky">
            <div class="page-head-name">
                <Back/>
                <h1>{title}</h1>
                {move || known.get().map(|it| view! { <Facts article=it/> })}
            </div>
            <div class="buttons">
                {move || changed.get().then(|| view! { <span class="chip approval unsaved">"Unsaved changes"</span> })}
                {move || known.get().map(|it| view! { <Delete slug=it.slug/> })}
                <button
                    type="button"
                    class="button primary"
                    disabled=move || busy.get() || !changed.get()
                    on:click=move |_| save()
                >
                    "Save"
                </button>
            </div>
        </header>
        <div class="bench">
            <div class="bench-form form">
                <FormFault wrong=wrong fields=FIELDS/>
                <Fields draft=draft wrong=wrong.into() list=list/>
            </div>
            <section class="bench-panel" aria-label="Preview and search">
                <Beside draft=draft list=list/>
            </section>
        </div>
    }
}

#[component]
fn Back() -> impl IntoView {
    view! { <Link to=Route::Admin(Page::Knowledge) class="quiet-link">"← All articles"</Link> }
}

/// Where it is read, where it came from, and who changed it last.
#[component]
fn Facts(article: Article) -> impl IntoView {
    let changed = format::date(article.updated_at, clock::utc_offset_minutes(article.updated_at));
    let by = if article.updated_by == "baton" { "Baton".to_owned() } else { article.updated_by };
    let foreign = article.origin == Origin::Foreign;
    view! {
        <p class="hint article-facts">
            {format!("Changed {changed} by {by}")}
            {(!article.page.is_empty()).then(|| view! {
                <a href=article.page target="_blank" rel="noopener">"What visitors read"</a>
            })}
            {(!article.source.is_empty()).then(|| view! { <span>"From " <code>{article.source}</code></span> })}
            {foreign.then(|| view! {
                <span class="chip approval" title="Nobody vouches for it: what an agent does after reading it waits for a person.">"Foreign"</span>
            })}
        </p>
    }
}

#[component]
fn Delete(slug: ArticleSlug) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let asking = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        asking.set(false);
        let (admin, slug) = (admin.clone(), slug.clone());
        spawn_local(async move {
            match admin.delete_article(&slug).await {
                Ok(()) => {
                    toasts.done("Deleted. Agents no longer answer from it.");
                    nav.set_unsaved(false);
                    nav.go(Route::Admin(Page::Knowledge));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    view! {
        <button type="button" class="button danger" on:click=move |_| asking.set(true)>"Delete"</button>
        {move || asking.get().then(|| view! {
            <Confirm
                title="Delete this article?"
                text="Agents stop answering from it at once, and links to its page in earlier answers lead nowhere. This cannot be undone."
                yes="Delete"
                on_yes=delete
                on_no=Callback::new(move |()| asking.set(false))
            />
        })}
    }
}

/// How it reads, or what it is found by.
#[component]
fn Beside(draft: Draft, list: Loader<shared::api::Articles>) -> impl IntoView {
    let preview = RwSignal::new(true);
    let tab = move |own: bool, name: &'static str| {
        view! {
            <button
                type="button"
                class="mode-tab"
                aria-pressed=move || (preview.get() == own).to_string()
                on:click=move |_| preview.set(own)
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="composer-tabs" role="group" aria-label="Panel">
            {tab(true, "Preview")} {tab(false, "Try a question")}
        </div>
        {move || {
            if preview.get() {
                view! {
                    <article class="article-preview" tabindex="0" aria-label="Preview">
                        <h2>{move || draft.title.get()}</h2>
                        {move || prose(&draft.body.get())}
                    </article>
                }.into_any()
            } else {
                view! { <TryQuestion list=list/> }.into_any()
            }
        }}
    }
}
