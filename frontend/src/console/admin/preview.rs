//! How the widget looks in a site's colours: a drawing of it, so that it follows every key.

use leptos::prelude::*;

use crate::contrast::Rgb;

/// The widget, drawn.
#[component]
pub fn WidgetPreview(
    /// The site's colour, as typed.
    #[prop(into)]
    color: Signal<String>,
    /// What the widget says before anybody has written.
    #[prop(into)]
    greeting: Signal<String>,
    /// What the desk calls the site.
    #[prop(into)]
    name: Signal<String>,
) -> impl IntoView {
    let paint = Memo::new(move |_| Rgb::parse(&color.get()).unwrap_or(Rgb(0x3a, 0x3f, 0x4a)));
    view! {
        <div
            class="preview"
            aria-hidden="true"
            style:--site=move || paint.get().hex()
            style:--site-ink=move || paint.get().ink().hex()
        >
            <div class="preview-page">
                <span></span><span></span><span></span>
            </div>
            <div class="preview-widget">
                <p class="preview-head">{move || name.get()}</p>
                <p class="preview-bubble">{move || greeting.get()}</p>
                <p class="preview-own">"I was charged twice."</p>
                <p class="preview-box">"Write a message"</p>
            </div>
            <span class="preview-launcher">
                <svg viewBox="0 0 24 24"><path d="M5 6h14v10H10l-5 4z"></path></svg>
            </span>
        </div>
    }
}
