//! Short messages at the edge of the page: what worked, what did not and what to do about it.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::client::Failure;

/// How long a message stays, in milliseconds; a fault stays longer, for it must be read.
const STAY_MS: u32 = 5_000;
const FAULT_STAY_MS: u32 = 12_000;

#[derive(Debug, Clone, PartialEq)]
struct Toast {
    id: u32,
    text: String,
    fault: bool,
}

/// The messages that are shown.
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Makes them available to every page below.
    pub fn provide() -> Self {
        let toasts = Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        provide_context(toasts);
        toasts
    }

    /// The messages of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Says that something worked.
    pub fn done(self, text: impl Into<String>) {
        self.push(text.into(), false);
    }

    /// Says that something did not work.
    pub fn fault(self, text: impl Into<String>) {
        self.push(text.into(), true);
    }

    /// Says why something did not work; the end of a session has its own dialog.
    pub fn failed(self, failure: &Failure) {
        if *failure != Failure::SignedOut {
            self.fault(failure.to_string());
        }
    }

    fn push(self, text: String, fault: bool) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|list| {
            list.retain(|t| t.text != text);
            list.push(Toast { id, text, fault });
        });
        let stay = if fault { FAULT_STAY_MS } else { STAY_MS };
        Timeout::new(stay, move || self.drop(id)).forget();
    }

    fn drop(self, id: u32) {
        self.shown.update(|list| list.retain(|t| t.id != id));
    }
}

/// Shows them.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = Toasts::here();
    view! {
        <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
            <For each=move || toasts.shown.get() key=|t| t.id let:toast>
                <div class="toast" class:fault=toast.fault>
                    <p>{toast.text}</p>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label="Dismiss"
                        on:click=move |_| toasts.drop(toast.id)
                    >
                        "×"
                    </button>
                </div>
            </For>
        </div>
    }
}
