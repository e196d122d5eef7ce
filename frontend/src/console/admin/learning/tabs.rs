//! The pages of what is learnt.

use leptos::prelude::*;

use super::super::super::{
    nav::Link,
    route::{Page, Route},
};

/// Links to them.
#[component]
pub fn Tabs() -> impl IntoView {
    view! {
        <nav class="page-tabs" aria-label="Learning">
            <Link to=Route::Admin(Page::Learning)>"Suggestions"</Link>
            <Link to=Route::Admin(Page::Unsure)>"Least certain"</Link>
            <Link to=Route::Admin(Page::SavedTests)>"Saved tests"</Link>
        </nav>
    }
}
