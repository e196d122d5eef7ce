//! The journal over a real store: what readers, listeners and rivals see.

use std::sync::Arc;

use shared::{
    api::View,
    event::{EventBody, Message, Opened},
    id::ConversationId,
    message::{Assurance, Author, AuthorKind, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

use super::*;
use crate::{
    bus::{LocalBus, Signal},
    storage::{InboxQuery, sqlite::SqliteStore},
};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

struct Desk {
    journal: Journal,
    dir: tempfile::TempDir,
}

fn desk() -> Desk {
    let dir = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(dir.path()).expect("a store");
    Desk { journal: Journal::new(store, Arc::new(LocalBus::new())), dir }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn triage() -> Owner {
    Owner::Agent { slug: id("triage"), version: 1, name: "Mia".to_owned() }
}

fn opened() -> Opened {
    let visitor = VisitorRef {
        id: id("vis_1"),
        assurance: Assurance::Anonymous,
        customer: None,
        name: Some("Ada Lovelace".to_owned()),
        email: None,
    };
    Opened { site: id("demo"), visitor, owner: triage() }
}

fn says(text: &str, client_id: &str) -> EventBody {
    EventBody::Message(Message {
        author: Author::new(AuthorKind::Visitor, "Ada"),
        text: text.to_owned(),
        client_id: Some(id(client_id)),
        quick_replies: Vec::new(),
        sources: Vec::new(),
    })
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let Desk { journal, dir } = desk();
    let c: ConversationId = id("cnv_1");
    let thread = journal.open(c.clone(), opened(), NOW).await.expect("opened");
    let thread = journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    drop(journal);

    let store = SqliteStore::open(dir.path()).expect("the store again");
    let journal = Journal::new(store, Arc::new(LocalBus::new()));
    let again = journal.load(&Scope::System, &c).await.expect("loaded").expect("there");
    assert_eq!(again.state, thread.state);
    assert_eq!(again.head, thread.head);
    assert!(again.events.iter().eq(thread.events.iter()));
}

#[tokio::test]
async fn a_retry_makes_one_message_and_says_where_it_is() {
    let Desk { journal, dir: _dir } = desk();
    let opened = journal.open(id("cnv_1"), opened(), NOW).await.expect("opened");
    let said = journal.append(&opened, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    for at in [&opened, &said] {
        let again = journal.append(at, vec![says("hi", "a")], vec![], NOW).await;
        assert!(matches!(again, Err(AppendError::Duplicate(2))), "{again:?}");
    }
    let late = journal.append(&opened, vec![says("more", "b")], vec![], NOW).await;
    assert!(matches!(late, Err(AppendError::Conflict)), "{late:?}");
}

#[tokio::test]
async fn listeners_hear_events_and_turns() {
    let Desk { journal, dir: _dir } = desk();
    let c: ConversationId = id("cnv_1");
    let mut inbox = journal.bus().follow_inbox();
    let mut follower = journal.bus().follow(&c);
    let thread = journal.open(c.clone(), opened(), NOW).await.expect("opened");
    journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 1));
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 2));
    assert!(matches!(follower.try_recv(), Ok(Signal::Turn { turn: 2, .. })));
    assert_eq!(inbox.try_recv().expect("a line").summary.seq, 1);
    assert_eq!(inbox.try_recv().expect("a line").summary.preview, "hi");
}

#[tokio::test]
async fn a_foreign_visitor_sees_nothing_cached_or_not() {
    let Desk { journal, dir: _dir } = desk();
    let c: ConversationId = id("cnv_1");
    journal.open(c.clone(), opened(), NOW).await.expect("opened");
    let fresh = Journal::new(journal.store().clone(), Arc::new(LocalBus::new()));
    for journal in [&journal, &fresh] {
        for (visitor, sees) in [("vis_1", true), ("vis_2", false), ("vis_1", true)] {
            let scope = Scope::Visitor(id(visitor));
            let thread = journal.load(&scope, &c).await.expect("loaded");
            assert_eq!(thread.is_some(), sees, "{visitor}");
        }
        let nobody = journal.load(&Scope::System, &id("cnv_2")).await.expect("loaded");
        assert!(nobody.is_none());
    }
}

#[tokio::test]
async fn the_inbox_finds_words_and_names() {
    let Desk { journal, dir: _dir } = desk();
    let thread = journal.open(id("cnv_1"), opened(), NOW).await.expect("opened");
    let text = "I was charged twice für A1001";
    journal.append(&thread, vec![says(text, "a")], vec![], NOW).await.expect("said");
    let finds = async |text: &str| {
        let query = InboxQuery {
            view: View::All,
            reader: id("stf_1"),
            text: text.to_owned(),
            after: None,
            limit: 10,
        };
        let (lines, _) = journal.store().inbox(query).await.expect("a page");
        !lines.is_empty()
    };
    for (words, found) in [
        ("", true),
        ("charged a1001", true),
        ("lovelace CHARG", true),
        ("fur", true),
        ("refund", false),
        ("charged refund", false),
        ("\"", false),
        ("\" OR \"\"", false),
        ("charged\" OR text:\"x", false),
        ("NEAR(charged)", false),
        ("charged*", true),
        ("^charged -twice", true),
        ("' ; DROP TABLE search; --", false),
        ("\0", true),
        ("½ ♥ \u{1F600}", false),
        ("%", false),
    ] {
        assert_eq!(finds(words).await, found, "{words:?}");
    }
}
