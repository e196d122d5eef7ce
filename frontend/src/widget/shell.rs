//! The seam to `shell.js`: what the visitor and the host page say, and what they are told.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use shared::{api::SiteLook, id::ClientId};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{
    json::{self, Json},
    seen,
};

/// What the shell passes on; a closed set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The visitor sent this.
    Send(ClientId, String),
    /// The visitor is typing.
    Typing,
    /// The visitor wants a person; only while the app is not there.
    Person,
    /// The widget came into view.
    Show,
    /// The widget went out of view.
    Hide,
    /// The site says who the visitor is.
    Identify(String),
    /// The site says that the visitor has left.
    Logout,
}

/// What the widget may know of its site, as the page was served with it.
pub fn look() -> Option<SiteLook> {
    let json = document().get_element_by_id("look")?.text_content()?;
    read(&json::parse(&json))
}

fn read(json: &impl Json) -> Option<SiteLook> {
    let text = |name| json.get(name).text();
    Some(SiteLook {
        key: text("key")?.parse().ok()?,
        name: text("name")?,
        color: text("color")?,
        greeting: text("greeting")?,
        questions: seen::texts(&json.get("questions")),
        first_owner: text("first_owner")?,
    })
}

/// Takes over: what waited comes first.
pub fn start(handler: impl Fn(Said) + 'static) {
    let pass = move |name: String, a: JsValue, b: JsValue| {
        if let Some(said) = said(&name, &a, &b) {
            handler(said);
        }
    };
    let pass = Closure::<dyn Fn(String, JsValue, JsValue)>::new(pass).into_js_value();
    call("start", &pass, &JsValue::UNDEFINED);
}

fn said(name: &str, a: &JsValue, b: &JsValue) -> Option<Said> {
    Some(match name {
        "send" => Said::Send(a.as_string()?.parse().ok()?, b.as_string()?),
        "typing" => Said::Typing,
        "person" => Said::Person,
        "show" => Said::Show,
        "hide" => Said::Hide,
        "identify" => Said::Identify(a.as_string()?),
        "logout" => Said::Logout,
        _ => return None,
    })
}

/// Sends as if the visitor had typed it.
pub fn send(text: &str) {
    call("send", &text.into(), &JsValue::UNDEFINED);
}

/// Leaves the focus where the visitor goes on after a button that went away with its press.
pub fn settle() {
    call("settle", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
}

/// Tells the host page.
pub fn tell(name: &str, value: &JsValue) {
    call("tell", &name.into(), value);
}

/// Tells the host page something with named parts.
pub fn tell_of(name: &str, parts: &[(&str, &str)]) {
    let value = js_sys::Object::new();
    for (key, part) in parts {
        let _ = Reflect::set(&value, &(*key).into(), &(*part).into());
    }
    tell(name, &value);
}

/// Without its shell the app is on a page that is not ours, and says nothing.
fn call(name: &str, a: &JsValue, b: &JsValue) {
    let function = Reflect::get(&window(), &"baton".into())
        .and_then(|baton| Reflect::get(&baton, &name.into()))
        .and_then(JsCast::dyn_into::<Function>);
    if let Ok(function) = function {
        let _ = function.call2(&JsValue::UNDEFINED, a, b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_is_read_as_it_is_written() {
        let look = SiteLook {
            key: "demo".parse().expect("a key"),
            name: "Teapots".to_owned(),
            color: "#7a1f3d".to_owned(),
            greeting: "Hello \u{1f375}".to_owned(),
            questions: vec!["Where is my teapot?".to_owned(), String::new()],
            first_owner: "Mia".to_owned(),
        };
        let json = serde_json::to_value(&look).expect("JSON");
        assert_eq!(read(&json), Some(look));
    }
}
