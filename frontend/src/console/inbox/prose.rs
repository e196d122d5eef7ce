//! A message's text.

use leptos::prelude::*;

/// A message's text, as its author broke it into lines.
#[component]
pub fn Prose(
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <p class="prose">{text}</p> }
}
