//! The head of the whole journal at a moment, to be published where nobody who can write the
//! database can reach it.
//!
//! The hash chains find what was changed or removed by somebody who did not mend everything that
//! depends on it. Somebody who did leaves a database without a fault, but cannot take back a head
//! that was logged or asked for before. The heads of all conversations are one line each,
//! `ID SEQ HASH`, by id; the journal's head is the SHA-256 of these lines, as `sha256sum` gives it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use shared::{api::JournalHead, id::ConversationId, time::Timestamp};

use crate::{
    hex::hex,
    storage::{Store, StoreError, rows::Head},
};

/// How long ago the moment lies of which a head is published, in milliseconds: what was begun
/// before it has long been written, so the head of that moment does not change any more.
pub const SETTLED_MS: i64 = 60_000;

/// Heads that are read at once.
const PAGE: usize = 1000;

/// The journal's head as it was at the newest moment that is settled.
pub async fn head(store: &dyn Store, now: Timestamp) -> Result<JournalHead, StoreError> {
    let before = now.plus_ms(-SETTLED_MS);
    let (mut digest, mut conversations, mut events) = (Sha256::new(), 0, 0);
    each(store, before, |head| {
        digest.update(line(head));
        conversations += 1;
        events += head.seq;
    })
    .await?;
    Ok(JournalHead { before, conversations, events, head: hex(&digest.finalize()) })
}

/// The heads of all conversations, of events that were recorded before `before`: one line each.
pub async fn lines(store: &dyn Store, before: Timestamp) -> Result<String, StoreError> {
    let mut lines = String::new();
    each(store, before, |head| lines.push_str(&line(head))).await?;
    Ok(lines)
}

/// The head of a line; `None` if it is none.
pub fn parse(line: &str) -> Option<Head> {
    let mut words = line.split(' ');
    let (id, seq, hash) = (words.next()?, words.next()?, words.next()?);
    let whole = words.next().is_none() && hash.len() == 64 && hash.is_ascii();
    let byte = |i: usize| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).ok();
    let bytes: Option<Vec<u8>> = whole.then(|| (0..32).map(byte).collect()).flatten();
    Some(Head { id: id.parse().ok()?, seq: seq.parse().ok()?, hash: bytes?.try_into().ok()? })
}

fn line(head: &Head) -> String {
    let mut line = format!("{} {} ", head.id, head.seq);
    for byte in head.hash {
        // Writing to a String cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    line.push('\n');
    line
}

async fn each(
    store: &dyn Store,
    before: Timestamp,
    mut take: impl FnMut(&Head),
) -> Result<(), StoreError> {
    let mut last: Option<ConversationId> = None;
    loop {
        let page = store.heads(before, last.as_ref(), PAGE).await?;
        page.iter().for_each(&mut take);
        if page.len() < PAGE {
            return Ok(());
        }
        last = page.into_iter().next_back().map(|head| head.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::samples::{Desk, NOW, id, opened, says};

    #[test]
    fn a_line_says_what_its_head_is() {
        let head = Head { id: id("cnv_1"), seq: 7, hash: [0xa5; 32] };
        let text = line(&head);
        assert_eq!(text, format!("cnv_1 7 {}\n", "a5".repeat(32)));
        assert_eq!(parse(text.trim_end()), Some(head));
        let hex = "a5".repeat(32);
        for bad in [
            String::new(),
            "cnv_1 7".to_owned(),
            format!("cnv_1 x {hex}"),
            format!("cnv_1 7 {hex} more"),
            format!("cnv_1 7 {}", &hex[1..]),
            format!("cnv_1 7 {}zz", &hex[2..]),
            format!("cnv_1 7 ä{}", &hex[2..]),
            format!("<b> 7 {hex}"),
            "x".repeat(100_000),
        ] {
            assert_eq!(parse(&bad), None, "{bad:.80}");
        }
    }

    #[tokio::test]
    async fn the_head_of_a_moment_stays_what_it_was() {
        let desk = Desk::new();
        let store = desk.store.as_ref();
        let at = |minute: i64| NOW.plus_ms(minute * 60_000);
        let thread = desk.journal.open(id("cnv_1"), opened("v"), at(0)).await.expect("opened");
        let thread =
            desk.journal.append(&thread, vec![says("hi", "a")], vec![], at(1)).await.expect("said");
        let empty = head(store, at(1)).await.expect("a head");
        assert_eq!((empty.conversations, empty.events), (0, 0), "not settled yet");
        let first = head(store, at(3)).await.expect("a head");
        assert_eq!((first.before, first.conversations, first.events), (at(2), 1, 2));
        let published = lines(store, at(2)).await.expect("lines");
        assert_eq!(first.head, hex(&Sha256::digest(&published)), "as sha256sum gives it");
        desk.journal.append(&thread, vec![says("ho", "b")], vec![], at(5)).await.expect("said");
        desk.journal.open(id("cnv_0"), opened("w"), at(5)).await.expect("opened");
        assert_eq!(lines(store, at(2)).await.expect("lines"), published, "whatever came later");
        let later = head(store, at(9)).await.expect("a head");
        assert_eq!((later.conversations, later.events), (2, 4));
        assert_ne!(later.head, first.head);
    }
}
