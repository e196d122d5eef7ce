//! What the widget remembers: one entry a site, in the iframe's own (partitioned) storage.
//!
//! Where storage is blocked, nothing is remembered and everything else works.

use leptos::prelude::window;
use shared::id::{Seq, VisitorId};
use web_sys::Storage;

use super::{
    json::{self, Json, Object},
    outbox::Outgoing,
    seen,
    server::Opened,
};
use crate::conversation::party::Party;

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// The visitor's token; created at the first message, not before.
    pub token: Option<String>,
    /// Whom it stands for.
    pub visitor: Option<VisitorId>,
    /// The site's own id of the customer, if the site has signed for them.
    pub customer: Option<String>,
    /// The conversation, and who owned it at first.
    pub conversation: Option<Opened>,
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
    let text = storage().and_then(|storage| storage.get_item(&key(site)).ok().flatten());
    text.map(|text| read(&json::parse(&text))).unwrap_or_default()
}

/// Remembers.
pub fn save(site: &str, memory: &Memory) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(site), &write(memory));
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

/// The shell reads `conversation` too: it tells a visitor who comes back.
fn write(memory: &Memory) -> String {
    let outbox = memory.outbox.iter().map(|outgoing| {
        Object::new().text("id", outgoing.client_id.as_str()).text("text", &outgoing.text).end()
    });
    let mut out = Object::new()
        .maybe("token", memory.token.as_deref())
        .maybe("visitor", memory.visitor.as_ref().map(VisitorId::as_str))
        .maybe("customer", memory.customer.as_deref())
        .number("seen", memory.seen)
        .number("rated", memory.rated)
        .raw("outbox", &json::array(outbox));
    if let Some(Opened { id, owner: Party { kind, name } }) = &memory.conversation {
        let owner = Object::new().text("kind", kind).text("name", name).end();
        out = out.text("conversation", id.as_str()).raw("owner", &owner);
    }
    out.end()
}

fn read(json: &impl Json) -> Memory {
    let seq = |name| json.get(name).number().and_then(|n| n.try_into().ok()).unwrap_or_default();
    let id = json.get("conversation").text().and_then(|id| id.parse().ok());
    Memory {
        token: json.get("token").text(),
        visitor: json.get("visitor").text().and_then(|id| id.parse().ok()),
        customer: json.get("customer").text(),
        conversation: id
            .zip(seen::owner(&json.get("owner")))
            .map(|(id, owner)| Opened { id, owner }),
        seen: seq("seen"),
        rated: seq("rated"),
        outbox: json.get("outbox").items().iter().filter_map(outgoing).collect(),
    }
}

fn outgoing(json: &impl Json) -> Option<Outgoing> {
    Some(Outgoing::new(json.get("id").text()?.parse().ok()?, json.get("text").text()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::id::ClientId;

    use super::*;

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_written(
            token: Option<String>,
            name: String,
            known: bool,
            (seen, rated) in (0u64..1 << 53, 0u64..1 << 53),
            texts in proptest::collection::vec(".*", 0..4),
        ) {
            let owner = Party { kind: "staff", name };
            let opened = Opened { id: "cnv_1".parse().expect("an id"), owner };
            let outbox = texts.into_iter().map(|t| Outgoing::new(ClientId::random([7; 16]), t));
            let memory = Memory {
                customer: token.clone().filter(|_| known),
                token,
                visitor: known.then(|| "vis_1".parse().expect("an id")),
                conversation: known.then_some(opened),
                seen,
                rated,
                outbox: outbox.collect(),
            };
            let json: serde_json::Value = serde_json::from_str(&write(&memory)).expect("JSON");
            prop_assert_eq!(read(&json), memory);
        }

        #[test]
        fn what_somebody_else_wrote_breaks_nothing(text in ".*") {
            let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            prop_assert_eq!(read(&json).conversation, None);
        }
    }
}
