//! Narrows the list of articles.

use leptos::prelude::*;
use shared::api::Articles;

use super::super::super::{client::ArticleFilter, field::Select, load::Loader, words};

/// Search, collection and language.
#[component]
pub fn Filter(
    /// What passes.
    filter: RwSignal<ArticleFilter>,
    /// What there is.
    list: Loader<Articles>,
) -> impl IntoView {
    let collections = Memo::new(move |_| {
        let known = list.ready().map(|list| list.collections).unwrap_or_default();
        let mut options = vec![(String::new(), "All collections".to_owned())];
        options.extend(known.into_iter().map(|it| {
            let name = format!("{} ({})", it.name, it.articles);
            (it.name, name)
        }));
        options
    });
    let languages = Memo::new(move |_| {
        let known = list.ready().map(|list| list.languages).unwrap_or_default();
        let mut options = vec![(String::new(), "All languages".to_owned())];
        options.extend(known.into_iter().map(|tag| {
            let name = words::language(&tag);
            (tag, name)
        }));
        options
    });
    view! {
        <div class="row filter" role="search">
            <input
                type="search"
                aria-label="Search the articles"
                placeholder="Search"
                prop:value=move || filter.with(|it| it.words.clone())
                on:input:target=move |ev| filter.update(|it| it.words = ev.target().value())
            />
            <Select
                id="collection"
                label="Collection"
                value=Signal::derive(move || filter.with(|it| it.collection.clone()))
                options=collections
                on_change=Callback::new(move |name| filter.update(|it| it.collection = name))
            />
            <Select
                id="language"
                label="Language"
                value=Signal::derive(move || filter.with(|it| it.language.clone()))
                options=languages
                on_change=Callback::new(move |tag| filter.update(|it| it.language = tag))
            />
        </div>
    }
}
