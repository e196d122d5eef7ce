//! The customer widget: what happens inside the iframe once the app is there.
//!
//! The shell (`frontend/static/shell.html`, `shell.js`) is there first. It keeps the text box, its
//! keys and the port to the host page; what the visitor sends comes from it ([`shell`]). The app
//! fills three places of the shell's page: who answers ([`header`]), the conversation ([`log`]) and
//! what stands above the box ([`bar`]).
//!
//! Absent on purpose: routing, a service worker, any storage but one entry a site.

mod bar;
mod chat;
mod header;
mod log;
mod outbox;
mod rating;
mod shell;
mod store;
mod typing;
mod work;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use chat::Chat;

/// Takes over from the shell.
pub fn mount() {
    let Some(look) = shell::look() else { return };
    let chat = Chat::new(look);
    for place in ["who", "view", "bar"] {
        let Some(element) = document().get_element_by_id(place) else { continue };
        // What the shell drew stands here again a moment later, drawn by the app.
        element.replace_children_with_node_0();
        let Ok(element) = element.dyn_into::<web_sys::HtmlElement>() else { continue };
        match place {
            "who" => mount_to(element, move || header::header(chat)).forget(),
            "view" => mount_to(element, move || log::log(chat)).forget(),
            _ => mount_to(element, move || bar::bar(chat)).forget(),
        }
    }
    chat.begin();
}
