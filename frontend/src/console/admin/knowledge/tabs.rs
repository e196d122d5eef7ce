//! The pages of the knowledge base.

use leptos::prelude::*;

use super::super::super::{
    nav::Link,
    route::{Page, Route},
};

/// Links to them.
#[component]
pub fn Tabs() -> impl IntoView {
    view! {
        <nav class="page-tabs" aria-label="Knowledge">
            <Link to=Route::Admin(Page::Knowledge)>"Articles"</Link>
            <Link to=Route::Admin(Page::Unanswered)>"Unanswered"</Link>
            <Link to=Route::Admin(Page::Import)>"Import"</Link>
        </nav>
    }
}
