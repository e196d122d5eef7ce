//! What agents answer from: all articles, one of them, and a question put to them.

mod article;
mod filter;
mod form;
mod import;
mod list;
mod tabs;
mod tried;
mod unanswered;

pub use article::{ArticlePage, NewArticlePage};
pub use import::ImportPage;
pub use unanswered::UnansweredPage;

use leptos::prelude::*;

use self::{filter::Filter, list::List, tabs::Tabs, tried::TryQuestion};
use super::{
    super::{
        client::{Admin, ArticleFilter},
        load::Loader,
        nav::Link,
        route::{Page, Route},
    },
    PageHead,
};

/// The languages that are offered; any other tag can be had by the API.
const LANGUAGES: [&str; 8] = ["en", "de", "es", "fr", "it", "nl", "pl", "pt"];

/// All articles, and beside them a question put to them.
#[component]
pub fn KnowledgePage() -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let filter = RwSignal::new(ArticleFilter::default());
    let list = Loader::new(move || {
        let (admin, filter) = (admin.get_value(), filter.get());
        async move { admin.articles(&filter, None).await }
    });
    view! {
        <PageHead title="Knowledge" text="What agents answer from. A change counts from the next question on.">
            <Link to=Route::Admin(Page::NewArticle(String::new())) class="button primary">"New article"</Link>
        </PageHead>
        <Tabs/>
        <div class="bench">
            <div>
                <Filter filter=filter list=list/>
                <List filter=filter list=list/>
            </div>
            <section class="bench-panel" aria-label="Try a question">
                <TryQuestion list=list/>
            </section>
        </div>
    }
}
