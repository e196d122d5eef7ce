//! How the widget looks on a site: a drawing that follows every key, or the real one as it is saved.

use leptos::prelude::*;
use shared::id::SiteKey;

use crate::{contrast::Rgb, conversation::party::Party, text};

/// The name of who answers first, which stands in the widget's head.
#[derive(Debug, Clone, Copy)]
pub struct FirstOwner(pub Signal<String>);

/// The widget, drawn as it is typed or real as it is saved.
#[component]
pub fn Preview(
    /// The site's colour, as typed.
    color: RwSignal<String>,
    /// What the widget says before anybody has written, as typed.
    greeting: RwSignal<String>,
    /// The site, if it is saved.
    key: Option<SiteKey>,
) -> impl IntoView {
    let real = RwSignal::new(false);
    let address = key.map(|key| format!("/widget/{key}"));
    let can_be_real = address.is_some();
    view! {
        <div class="preview-side">
            {move || match address.clone().filter(|_| real.get()) {
                Some(src) => {
                    view! { <iframe class="preview" title="The widget as it is saved" src=src></iframe> }
                        .into_any()
                }
                None => view! { <Drawing color=color greeting=greeting/> }.into_any(),
            }}
            {can_be_real
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button small"
                            aria-pressed=move || real.get().to_string()
                            on:click=move |_| real.update(|on| *on = !*on)
                        >
                            "Try the real one, as saved"
                        </button>
                    }
                })}
        </div>
    }
}

#[component]
fn Drawing(
    /// The site's colour, as typed.
    #[prop(into)]
    color: Signal<String>,
    /// What the widget says before anybody has written.
    #[prop(into)]
    greeting: Signal<String>,
) -> impl IntoView {
    let first = expect_context::<FirstOwner>().0;
    let initials = move || Party { kind: "agent", name: first.get() }.initials();
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
                <p class="preview-head">
                    <span class="preview-face">{initials}</span>
                    <span>
                        <strong>{move || first.get()}</strong>
                        <span class="preview-kind">{text::ASSISTANT}</span>
                    </span>
                </p>
                <p class="preview-first">{text::FIRST_USE}</p>
                <p class="preview-bubble">{move || greeting.get()}</p>
                <p class="preview-own">"I was charged twice."</p>
                <p class="preview-person">{text::TALK_TO_PERSON}</p>
                <p class="preview-box">"Write a message" <span class="preview-send"></span></p>
            </div>
            <span class="preview-launcher">
                <svg viewBox="0 0 24 24"><path d="M5 6h14v10H10l-5 4z"></path></svg>
            </span>
        </div>
    }
}
