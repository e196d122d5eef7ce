//! Moving between pages with the History API, and the guard over unsaved changes.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsValue;

use super::route::Route;

/// Where the console is, and how it goes elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Nav {
    route: RwSignal<Route>,
    /// Whether leaving the page would lose something.
    unsaved: RwSignal<bool>,
    /// Where somebody wanted to go while there was something to lose.
    asked: RwSignal<Option<Route>>,
}

impl Nav {
    /// Reads the address and follows it from here on.
    pub fn provide() -> Self {
        let nav = Self {
            route: RwSignal::new(read()),
            unsaved: RwSignal::new(false),
            asked: RwSignal::new(None),
        };
        window_event_listener(ev::popstate, move |_| nav.came_back());
        window_event_listener(ev::beforeunload, move |event| {
            if nav.unsaved.get_untracked() {
                event.prevent_default();
            }
        });
        provide_context(nav);
        nav
    }

    /// The navigation of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Where the console is.
    pub fn route(self) -> Route {
        self.route.get()
    }

    /// Goes to `to`, or asks first if that would lose something.
    pub fn go(self, to: Route) {
        if to == self.route.get_untracked() {
            return;
        }
        if self.unsaved.get_untracked() {
            self.asked.set(Some(to));
        } else {
            push(&to);
            self.route.set(to);
        }
    }

    /// Says whether leaving the page would lose something.
    pub fn set_unsaved(self, unsaved: bool) {
        self.unsaved.set(unsaved);
    }

    /// Whether somebody must say if they want to lose something.
    pub fn is_asking(self) -> bool {
        self.asked.with(Option::is_some)
    }

    /// They stay.
    pub fn stay(self) {
        self.asked.set(None);
    }

    /// They go and lose it.
    pub fn leave(self) {
        self.unsaved.set(false);
        if let Some(to) = self.asked.get_untracked() {
            self.asked.set(None);
            self.go(to);
        }
    }

    fn came_back(self) {
        let to = read();
        if self.unsaved.get_untracked() && to != self.route.get_untracked() {
            // The browser has moved already: put the address back and ask.
            push(&self.route.get_untracked());
            self.asked.set(Some(to));
        } else {
            self.route.set(to);
        }
    }
}

/// A link to a page of the console.
#[component]
pub fn Link(
    /// Where it leads.
    #[prop(into)]
    to: Signal<Route>,
    /// Its class.
    #[prop(into, optional)]
    class: String,
    /// Whether the page is the one that is open; by default, whether it is exactly that.
    #[prop(into, optional)]
    current: Option<Signal<bool>>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let nav = Nav::here();
    let is_current = move || current.map_or_else(|| nav.route() == to.get(), |c| c.get());
    let follow = move |event: ev::MouseEvent| {
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if plain {
            event.prevent_default();
            nav.go(to.get_untracked());
        }
    };
    view! {
        <a
            href=move || to.get().address()
            class=class
            aria-current=move || is_current().then_some("page")
            on:click=follow
        >
            {children()}
        </a>
    }
}

fn read() -> Route {
    let location = window().location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default())
}

fn push(to: &Route) {
    if let Ok(history) = window().history() {
        // Only a sandboxed page refuses; then the address stays behind and nothing else is lost.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&to.address()));
    }
}
