//! What the widget remembers: one entry a site, in the iframe's own (partitioned) storage.
//!
//! Where storage is blocked, nothing is remembered and everything else works.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    event::Opened,
    id::{ConversationId, Seq, VisitorId},
};
use web_sys::Storage;

use super::outbox::Outgoing;

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The visitor's token; created at the first message, not before.
    pub token: Option<String>,
    /// Whom it stands for.
    pub visitor: Option<VisitorId>,
    /// The site's own id of the customer, if the site has signed for them.
    pub customer: Option<String>,
    /// The conversation, and how it began.
    pub conversation: Option<(ConversationId, Opened)>,
    /// The newest event that the visitor has had in view.
    pub seen: Seq,
    /// The end of the conversation that the visitor has rated.
    pub rated: Seq,
    /// What is written and not acknowledged.
    pub outbox: Vec<Outgoing>,
}

/// The entry's name.
pub fn key(site: &str) -> String {
    format!("baton:{site}")
}

/// What is remembered of `site`; what cannot be read is forgotten.
pub fn load(site: &str) -> Memory {
    let json = storage().and_then(|storage| storage.get_item(&key(site)).ok().flatten());
    json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// Remembers.
pub fn save(site: &str, memory: &Memory) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(memory)) {
        let _ = storage.set_item(&key(site), &json);
    }
}

/// Forgets everything.
pub fn wipe(site: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(site));
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
