//! The staff console: sign-in, inbox and admin. It shares nothing with the widget but `shared` and
//! the conversation's view pieces, so neither page carries the other's code.

mod admin;
mod alert;
mod app;
mod client;
mod clock;
mod dialog;
mod field;
mod format;
mod icon;
mod inbox;
mod live;
mod load;
mod nav;
mod route;
mod shell;
mod sign_in;
mod toast;
mod words;

/// Puts the console on the page, in place of the line that says it is loading.
pub fn mount() {
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
