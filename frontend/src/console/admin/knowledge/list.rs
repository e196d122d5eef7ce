//! The articles that pass the filter, more of them on demand.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{ArticleLine, Articles, Origin};

use super::super::super::{
    client::{Admin, ArticleFilter},
    clock, format,
    load::{Empty, Loader, loaded},
    nav::Link,
    route::{Page, Route},
    toast::Toasts,
    words,
};

/// The articles.
#[component]
pub fn List(
    /// What passes.
    filter: RwSignal<ArticleFilter>,
    /// What there is.
    list: Loader<Articles>,
) -> impl IntoView {
    loaded(list, move |page| {
        if page.articles.is_empty() {
            return nothing(&filter.get_untracked()).into_any();
        }
        let total = words::plural(usize::try_from(page.total).unwrap_or_default(), "article");
        let lines = page.articles.into_iter().map(|it| view! { <Line article=it/> }).collect_view();
        view! {
            <p class="hint list-count" role="status">{total}</p>
            <ul class="cards">{lines}</ul>
            {page.next.map(|after| view! { <More filter=filter list=list after=after/> })}
        }
        .into_any()
    })
}

fn nothing(filter: &ArticleFilter) -> impl IntoView + use<> {
    if *filter == ArticleFilter::default() {
        let text = "Write what visitors ask about most: delivery, returns, payment.";
        view! { <Empty title="There are no articles" text=text/> }.into_any()
    } else {
        let text = "Look for fewer words, or in all collections and languages.";
        view! { <Empty title="No article fits" text=text/> }.into_any()
    }
}

#[component]
fn Line(article: ArticleLine) -> impl IntoView {
    let changed = format::date(article.updated_at, clock::utc_offset_minutes(article.updated_at));
    let by = match article.updated_by.as_str() {
        "baton" => String::new(),
        by => format!(" by {by}"),
    };
    let foreign = article.origin == Origin::Foreign;
    view! {
        <li class="card-line">
            <Link to=Route::Admin(Page::Article(article.slug))>
                <span class="card-line-top">
                    <strong>{article.title}</strong>
                    <span class="chip">{article.collection}</span>
                    <span class="chip">{words::language(&article.language)}</span>
                    {foreign.then(|| view! { <span class="chip approval">"Foreign"</span> })}
                    {article.read_only.then(|| view! { <span class="chip">"Kept in a folder"</span> })}
                </span>
                <span class="excerpt">{plain(&article.excerpt)}</span>
                <span class="hint">"Changed " {changed} {by}</span>
            </Link>
        </li>
    }
}

#[component]
fn More(filter: RwSignal<ArticleFilter>, list: Loader<Articles>, after: String) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let more = move |_| {
        let (admin, filter, after) = (admin.clone(), filter.get_untracked(), after.clone());
        busy.set(true);
        spawn_local(async move {
            let answer = admin.articles(&filter, Some(&after)).await;
            busy.try_set(false);
            match answer {
                Ok(older) => list.change(|page| {
                    page.articles.extend(older.articles);
                    page.next = older.next;
                }),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <p class="center more">
            <button type="button" class="button" disabled=busy on:click=more>"More"</button>
        </p>
    }
}

/// How an article begins, on one line and without the marks of Markdown.
fn plain(excerpt: &str) -> String {
    let unmarked = excerpt.replace(['*', '#', '`', '|', '>'], "");
    unmarked.split_whitespace().collect::<Vec<_>>().join(" ")
}
