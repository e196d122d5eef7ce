//! The staff console: sign-in, inbox and admin. It shares nothing with the widget but `shared` and
//! the conversation's view pieces, so neither page carries the other's code.

mod admin;
mod alert;
mod app;
mod client;
mod clock;
mod copy;
mod dialog;
mod field;
mod format;
mod icon;
mod inbox;
mod live;
mod load;
mod nav;
mod notices;
mod price;
mod profile;
mod route;
mod shell;
mod sign_in;
mod toast;
mod understood;
mod words;

/// Puts the console on the page, in place of the line that says it is loading.
pub fn mount() {
    std::panic::set_hook(Box::new(stopped));
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(app::App);
}

/// A fault of ours leaves a page that no longer answers: it must say so, and the log why.
fn stopped(fault: &std::panic::PanicHookInfo<'_>) {
    web_sys::console::error_1(&fault.to_string().into());
    let page = leptos::prelude::document();
    if let (Some(body), Ok(line)) = (page.body(), page.create_element("p")) {
        line.set_class_name("banner fault stopped");
        line.set_text_content(Some("The console has stopped working. Reload the page to go on."));
        // If even that fails there is nothing left to tell it with.
        let _ = line.set_attribute("role", "alert");
        let _ = body.prepend_with_node_1(&line);
    }
}
