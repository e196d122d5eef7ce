//! A modal dialog on the browser's own `<dialog>`: it traps focus, closes on Escape and gives the
//! focus back.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::copy::CopyButton;

/// Dialogs may lie on one another, and each is named by its own title.
static DIALOGS: AtomicU32 = AtomicU32::new(0);

/// A modal dialog; it is open as long as it is on the page.
#[component]
pub fn Dialog(
    /// What it is about.
    #[prop(into)]
    title: String,
    /// What to do when it is dismissed.
    on_close: Callback<()>,
    /// Whether it cannot be dismissed.
    #[prop(optional)]
    firm: bool,
    /// Whether it needs more room.
    #[prop(optional)]
    wide: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let title_id = format!("dialog-title-{}", DIALOGS.fetch_add(1, Ordering::Relaxed));
    let named_by = title_id.clone();
    let node = NodeRef::<html::Dialog>::new();
    let before = document().active_element();
    let before = StoredValue::new_local(before);
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            // Refused only if it is open already.
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        let element = before.try_get_value().flatten();
        if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    let dismissed = move |event: ev::Event| {
        event.prevent_default();
        if !firm {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:wide=wide
            aria-labelledby=named_by
            on:cancel=dismissed
        >
            <header class="dialog-head">
                <h2 id=title_id>{title}</h2>
                {(!firm)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="icon-button"
                                aria-label="Close"
                                on:click=move |_| on_close.run(())
                            >
                                "×"
                            </button>
                        }
                    })}
            </header>
            {children()}
        </dialog>
    }
}

/// A question with two answers, the second of which does something.
#[component]
pub fn Confirm(
    /// The question.
    #[prop(into)]
    title: String,
    /// What follows from a yes.
    #[prop(into)]
    text: String,
    /// What the button that does it says.
    #[prop(into)]
    yes: String,
    /// Does it.
    on_yes: Callback<()>,
    /// Does not.
    on_no: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog title=title on_close=on_no>
            <p class="dialog-text">{text}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_no.run(())>
                    "Cancel"
                </button>
                <button type="button" class="button danger" on:click=move |_| on_yes.run(())>
                    {yes}
                </button>
            </footer>
        </Dialog>
    }
}

/// A button that deletes, once it has been asked whether it should.
#[component]
pub fn DeleteButton(
    /// What the button says.
    label: &'static str,
    /// The question.
    title: &'static str,
    /// What follows from a yes.
    text: &'static str,
    /// Deletes.
    on_yes: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    let no = Callback::new(move |()| asking.set(false));
    let yes = Callback::new(move |()| {
        asking.set(false);
        on_yes.run(());
    });
    view! {
        <p class="buttons">
            <button type="button" class="button danger" on:click=move |_| asking.set(true)>{label}</button>
        </p>
        {move || asking.get().then(|| view! { <Confirm title=title text=text yes="Delete" on_yes=yes on_no=no/> })}
    }
}

/// Something that is shown only once, with a button to copy it.
#[component]
pub fn ShownOnce(
    /// What it is.
    #[prop(into)]
    title: String,
    /// What to do with it.
    #[prop(into)]
    text: String,
    /// The secret.
    secret: String,
    /// It has been kept.
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog title=title on_close=on_close firm=true>
            <p class="dialog-text">{text}</p>
            <div class="copy-line">
                <code>{secret.clone()}</code>
                <CopyButton text=secret/>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=move |_| on_close.run(())>
                    "I have kept it"
                </button>
            </footer>
        </Dialog>
    }
}
