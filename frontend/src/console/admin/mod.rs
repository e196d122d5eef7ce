//! stub
use leptos::prelude::*;
#[component]
pub fn AdminPages() -> impl IntoView { view!{<p>"x"</p>} }
