//! Putting something on the clipboard: a secret, a snippet, an id that is shown short.

use leptos::prelude::*;

use super::{
    icon::{COPY, DONE, Icon},
    toast::Toasts,
};

/// How long "Copied" stays, in milliseconds.
const STAY_MS: u32 = 2_000;
/// Longest id that is shown whole, in characters.
const WHOLE_CHARS: usize = 14;
/// What is shown of a longer one, in characters.
const SHOWN_CHARS: usize = 10;

/// Puts a text on the clipboard.
#[component]
pub fn CopyButton(
    /// What to copy.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let toasts = Toasts::here();
    view! {
        <button type="button" class="button small" on:click=move |_| copy(&text.get_untracked(), copied, toasts)>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

/// The same, as an icon.
#[component]
pub fn CopyIcon(
    /// What to copy.
    #[prop(into)]
    text: String,
    /// What it is, for the button's name.
    what: &'static str,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let toasts = Toasts::here();
    let name = move || if copied.get() { "Copied".to_owned() } else { format!("Copy the {what}") };
    view! {
        <button
            type="button"
            class="icon-button tiny"
            title=name
            aria-label=name
            on:click=move |_| copy(&text, copied, toasts)
        >
            {move || if copied.get() { view! { <Icon path=DONE/> } } else { view! { <Icon path=COPY/> } }}
        </button>
    }
}

/// The beginning of an id, with a button that copies all of it.
#[component]
pub fn ShortId(
    /// The id.
    #[prop(into)]
    id: String,
    /// What it is, for the button's name.
    what: &'static str,
) -> impl IntoView {
    view! {
        <span class="short-id">
            <code title=id.clone()>{short(&id)}</code>
            <CopyIcon text=id what=what/>
        </span>
    }
}

/// The beginning of an id that is too long to read.
pub fn short(id: &str) -> String {
    if id.chars().count() <= WHOLE_CHARS {
        return id.to_owned();
    }
    let mut shown: String = id.chars().take(SHOWN_CHARS).collect();
    shown.push('…');
    shown
}

fn copy(text: &str, copied: RwSignal<bool>, toasts: Toasts) {
    let promise = window().navigator().clipboard().write_text(text);
    leptos::task::spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
            copied.try_set(true);
            gloo_timers::future::TimeoutFuture::new(STAY_MS).await;
            copied.try_set(false);
        } else {
            toasts
                .fault("The browser does not allow copying. Select the text and copy it yourself.");
        }
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_ids_are_cut_where_a_letter_ends() {
        let check = |id: &str, shown: &str| assert_eq!(super::short(id), shown);
        check("", "");
        check("re_1", "re_1");
        check("cnv_6cb2d153b8a9b024dbc095e2", "cnv_6cb2d1…");
        check(&"ä".repeat(64), "ääääääääää…");
    }
}
