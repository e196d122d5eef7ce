//! The typed API client. Who has not signed in holds a [`Guest`], who has holds a [`Desk`], and
//! only an administrator can get an [`Admin`] out of it: a page cannot call what it may not.

mod admin;
mod desk;
mod failure;
mod guest;

pub use admin::Admin;
pub use desk::Desk;
pub use failure::Failure;
use gloo_net::http::Method;
pub use guest::Guest;
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
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Delete => Method::DELETE,
    };
    api::call(method, path, None, body).await.map_err(Failure::from)
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
    uuid(bytes)
}

/// RFC 9562, version 4.
fn uuid(mut bytes: [u8; 16]) -> ClientId {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let text = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    #[expect(clippy::expect_used, reason = "hexadecimal digits and dashes are an id")]
    text.parse().expect("an id")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_client_id_is_a_version_4_uuid() {
        assert_eq!(super::uuid([0xff; 16]).as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(super::uuid([0; 16]).as_str(), "00000000-0000-4000-8000-000000000000");
    }
}
