//! The typed API client. Who has not signed in holds a [`Guest`], who has holds a [`Desk`], and
//! only an administrator can get an [`Admin`] out of it: a page cannot call what it may not.

mod admin;
mod desk;
mod failure;
mod guest;
mod knowledge;
mod learning;

pub use admin::Admin;
pub use desk::Desk;
pub use failure::Failure;
pub use guest::Guest;
pub use knowledge::{ArticleFilter, ImportFile};
use serde::{Serialize, de::DeserializeOwned, de::IgnoredAny};
use shared::id::ClientId;

use crate::api;

/// What to do with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// Calls and reads the answer.
async fn ask<A: DeserializeOwned>(
    verb: Verb,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<A, Failure> {
    let method = match verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
        Verb::Delete => "DELETE",
    };
    api::call(method, path, None, body).await.map_err(Failure::from)
}

/// Sends a file as it is, and reads the answer.
async fn upload<A: DeserializeOwned>(path: &str, file: &web_sys::File) -> Result<A, Failure> {
    api::upload(path, file).await.map_err(Failure::from)
}

/// Calls; only whether it worked is of interest.
async fn tell(verb: Verb, path: &str, body: Option<&impl Serialize>) -> Result<(), Failure> {
    ask::<IgnoredAny>(verb, path, body).await.map(drop)
}

/// A body for calls that have none.
const NOTHING: Option<&()> = None;

/// An empty object, where the API asks for one.
#[derive(Serialize)]
struct Empty {}

/// `text` as part of an address.
fn part(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// A fresh id for a message, so that a retry of it makes no second one.
pub fn new_client_id() -> ClientId {
    let mut bytes = [0u8; 16];
    let crypto = leptos::prelude::window().crypto().ok();
    let filled = crypto.and_then(|c| c.get_random_values_with_u8_array(&mut bytes).ok());
    if filled.is_none() {
        // Every browser that runs WASM has it; the clock still tells two messages apart.
        bytes[..8].copy_from_slice(&js_sys::Date::now().to_bits().to_be_bytes());
    }
    ClientId::random(bytes)
}
