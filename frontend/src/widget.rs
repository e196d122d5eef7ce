//! The customer widget: what happens inside the iframe once the app is there.
//!
//! The shell (`frontend/static/shell.html`, `shell.js`) is there first. It keeps the text box, its
//! keys and the port to the host page; what the visitor sends comes from it ([`shell`]). The app
//! fills three places of the shell's page: who answers ([`header`]), the conversation ([`log`]) and
//! what stands above the box ([`bar`]).
//!
//! It is Leptos where things change ([`state`], [`region`]) and plain elements where they are drawn
//! (`crate::dom`); it reads JSON by the browser's parser ([`json`]) into what a visitor sees and no
//! more ([`seen`]). Each of these was most of the page's weight otherwise.
//!
//! Absent on purpose: routing, a service worker, any storage but one entry a site (and whether there is
//! a sound, which the shell keeps), `serde`.

mod bar;
mod card;
mod chat;
mod header;
mod json;
mod language;
mod log;
mod outbox;
mod rating;
mod region;
mod seen;
mod server;
mod shell;
mod state;
mod store;
mod thread;
mod typing;
mod work;

use leptos::prelude::*;

use crate::dom::{Node, by_id};
use chat::Chat;

/// Draws a part of the page into its place, and keeps it as the state is.
type Draw = fn(Chat, &Node);

/// Takes over from the shell.
pub fn mount() {
    let (Some(look), Some(page)) = (shell::look(), document().body()) else { return };
    let take_over = move || {
        let chat = Chat::new(look);
        // What the shell drew stands here again at once, drawn by the app.
        let places: [(&str, Draw); 3] =
            [("who", header::header), ("view", log::log), ("bar", bar::bar)];
        for (place, draw) in places {
            if let Some(place) = by_id(place) {
                draw(chat, &place);
            }
        }
        chat.begin();
    };
    mount_to(page, take_over).forget();
}
