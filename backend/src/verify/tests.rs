//! What tampering, and faults of our own, look like to `baton verify`.

use shared::{brief::TriggerKind, event::RefundState, id::ConversationId};

use super::*;
use crate::{
    journal::samples::{
        Desk, NOW, agent, approval, handoff, id, opened, refund, says, turn_done, used,
    },
    storage::sqlite::SqliteStore,
};

/// Two conversations with something of everything.
async fn lived_in() -> Desk {
    let desk = Desk::new();
    for (c, intent) in [("cnv_1", "int_1"), ("cnv_2", "int_2")] {
        let now = NOW;
        let thread = desk.journal.open(id(c), opened("vis_1"), now).await.expect("opened");
        let bodies = vec![says("hi", "a"), used(10)];
        let thread = desk.journal.append(&thread, bodies, vec![], now).await.expect("said");
        let mut bodies = handoff(&thread.state, &agent("refunds"), TriggerKind::Model);
        bodies.push(used(20));
        let ask = approval(&format!("app_{c}"), shared::event::ApprovalState::Waiting);
        bodies.extend([refund(intent, 4_000, RefundState::Pending), ask, turn_done(2)]);
        desk.journal.append(&thread, bodies, vec![], now).await.expect("refunded");
    }
    desk
}

/// One conversation of `bodies`, as somebody would leave it who can mend everything: a database in
/// which each part fits the others.
async fn written(bodies: &[EventBody]) -> Desk {
    let desk = Desk::new();
    let mut thread = desk.journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    for body in bodies {
        let bodies = vec![body.clone()];
        thread = desk.journal.append(&thread, bodies, vec![], NOW).await.expect("said");
    }
    desk
}

#[tokio::test]
async fn what_fits_together_but_is_not_what_was_published_is_found() {
    let story = [says("hi", "a"), used(10), says("more", "b"), turn_done(2)];
    let honest = written(&story).await;
    let later = NOW.plus_ms(1);
    let published = heads::lines(honest.store.as_ref(), later).await.expect("lines");
    assert_eq!(published.lines().count(), 1);
    let check = async |what: &str, found: &Desk, fault: Option<&str>| {
        verify(found.store.as_ref()).await.expect(what);
        let said = against(found.store.as_ref(), &published).await.map_err(|f| f.to_string());
        assert_eq!(said.as_ref().err().map(String::as_str), fault, "{what}");
    };
    check("as it was", &honest, None).await;
    let mut longer = story.to_vec();
    longer.push(says("and on", "c"));
    check("gone on", &written(&longer).await, None).await;
    let cut = "conversation cnv_1: event 5 is missing";
    check("its end cut off", &written(&story[..3]).await, Some(cut)).await;
    let mut other = story.to_vec();
    other[0] = says("ho", "a");
    let changed = "conversation cnv_1, event 5: this is not the event that was published: it, or \
                   one before it, was changed";
    check("another word", &written(&other).await, Some(changed)).await;
    check(
        "all of it gone",
        &Desk::new(),
        Some("conversation cnv_1: the whole conversation is missing"),
    )
    .await;
    let nonsense = against(honest.store.as_ref(), "cnv_1 5 beef").await.expect_err("no head");
    assert_eq!(nonsense.to_string(), "line 1 of the published heads is none: expected ID SEQ HASH");
}

/// Runs `sql` on the closed database and answers what verify then says.
async fn after(sql: &str) -> String {
    let dir = lived_in().await.close();
    let conn = rusqlite::Connection::open(dir.path().join("baton.db")).expect("the database");
    conn.execute_batch("PRAGMA foreign_keys = OFF").expect("set");
    conn.execute_batch(sql).expect(sql);
    assert!(conn.total_changes() > 0 || sql.is_empty(), "nothing was changed by {sql}");
    drop(conn);
    let store = SqliteStore::open(dir.path()).expect("the store again");
    match verify(store.as_ref()).await {
        Ok(verified) => verified.to_string(),
        Err(fault) => fault.to_string(),
    }
}

#[tokio::test]
async fn what_was_touched_is_found_at_its_place() {
    let cnv_2 = "conversation = (SELECT n FROM conversations WHERE id = 'cnv_2')";
    for (sql, says) in [
        (String::new(), "2 conversations, 18 events, 2 refunds: no fault"),
        (
            format!("UPDATE events SET json = replace(json, 'hi', 'ho') WHERE {cnv_2} AND seq = 2"),
            "conversation cnv_2, event 2: the hash chain breaks here",
        ),
        (
            format!("UPDATE events SET hash = zeroblob(32) WHERE {cnv_2} AND seq = 5"),
            "conversation cnv_2, event 5: the hash chain breaks here",
        ),
        (
            format!("DELETE FROM events WHERE {cnv_2} AND seq = 4"),
            "conversation cnv_2: event 4 is missing",
        ),
        (
            format!("DELETE FROM events WHERE {cnv_2} AND seq = 1"),
            "conversation cnv_2: event 1 is missing",
        ),
        (
            format!("DELETE FROM events WHERE {cnv_2} AND seq >= 8"),
            "conversation cnv_2: event 8 is missing",
        ),
        (format!("DELETE FROM events WHERE {cnv_2}"), "conversation cnv_2: event 1 is missing"),
        (
            // Exchanges two neighbours, numbers and all.
            format!(
                "UPDATE events SET seq = 100 WHERE {cnv_2} AND seq = 3;
                 UPDATE events SET seq = 3 WHERE {cnv_2} AND seq = 2;
                 UPDATE events SET seq = 2 WHERE {cnv_2} AND seq = 100"
            ),
            "conversation cnv_2, event 2: the hash chain breaks here",
        ),
        (
            // Gives one conversation the records of the other.
            format!(
                "DELETE FROM events WHERE {cnv_2};
                 UPDATE events SET conversation = (SELECT n FROM conversations WHERE id = 'cnv_2')"
            ),
            "conversation cnv_1: event 1 is missing",
        ),
        (
            format!("UPDATE events SET at = at + 1 WHERE {cnv_2} AND seq = 3"),
            "conversation cnv_2, event 3: its time is not what the event says",
        ),
        (
            format!("UPDATE events SET kind = 'note' WHERE {cnv_2} AND seq = 3"),
            "conversation cnv_2, event 3: its kind is not what the event says",
        ),
        (
            format!("UPDATE events SET client_id = NULL WHERE {cnv_2} AND seq = 2"),
            "conversation cnv_2, event 2: its client id is not what the event says",
        ),
        (
            "UPDATE conversations SET has_work = 1 - has_work WHERE id = 'cnv_2'".to_owned(),
            "conversation cnv_2: the line in the inbox differs",
        ),
        (
            "UPDATE conversations SET summary = replace(summary, 'hi', 'ho')".to_owned(),
            "conversation cnv_1: the line in the inbox differs",
        ),
        (
            "UPDATE refunds SET amount = 1 WHERE intent = 'int_2'".to_owned(),
            "conversation cnv_2: the list of refunds differs",
        ),
        (
            "DELETE FROM refunds WHERE intent = 'int_1'".to_owned(),
            "conversation cnv_1: the list of refunds differs",
        ),
        (
            "DELETE FROM approvals WHERE id = 'app_cnv_2'".to_owned(),
            "conversation cnv_2: the list of approvals differs",
        ),
        (
            format!("UPDATE meters SET tokens_in = tokens_in + 1 WHERE {cnv_2} AND seq = 3"),
            "conversation cnv_2: the sum of its meters differs",
        ),
        (
            format!("UPDATE events SET hash = x'00' WHERE {cnv_2} AND seq = 3"),
            "conversation cnv_2: stored data is damaged",
        ),
    ] {
        let said = after(&sql).await;
        assert!(said.starts_with(says), "{sql}\n said: {said}");
    }
}

#[tokio::test]
async fn records_whose_hashes_were_mended_still_must_fit() {
    let dir = lived_in().await.close();
    let c: ConversationId = id("cnv_2");
    let conn = rusqlite::Connection::open(dir.path().join("baton.db")).expect("the database");
    let mut statement = conn
        .prepare(
            "SELECT c.n, e.seq, json FROM events e JOIN conversations c
                  ON c.n = e.conversation WHERE id = 'cnv_2' ORDER BY e.seq",
        )
        .expect("a query");
    let rows: Vec<(i64, i64, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows");
    let mut head = chain::root(&c);
    for (n, seq, json) in rows {
        // The refund grows, and whoever did it made the chain fit again.
        let json = json.replace("\"amount\":4000", "\"amount\":4001");
        head = chain::link(&head, &json);
        let sql = "UPDATE events SET json = ?, hash = ? WHERE conversation = ? AND seq = ?";
        conn.execute(sql, (json, head, n, seq)).expect("changed");
    }
    drop(statement);
    drop(conn);
    let store = SqliteStore::open(dir.path()).expect("the store again");
    let fault = verify(store.as_ref()).await.expect_err("a fault");
    assert!(fault.to_string().contains("list of refunds"), "{fault}");
}

#[tokio::test]
async fn a_charge_that_gives_back_more_than_it_took_is_found() {
    // Written without the condition that the runtime always sets: a fault of our own.
    let desk = Desk::new();
    for n in 0..3 {
        let c = id(&format!("cnv_{n}"));
        let thread = desk.journal.open(c, opened("vis_1"), NOW).await.expect("opened");
        let bodies = vec![refund(&format!("int_{n}"), 4_000, RefundState::Pending)];
        desk.journal.append(&thread, bodies, vec![], NOW).await.expect("refunded");
    }
    let fault = verify(desk.store.as_ref()).await.expect_err("a fault");
    let says = "conversation cnv_2, event 2: refunds of charge ch_1 hold 120.00 EUR, \
                captured was 100.00 EUR";
    assert_eq!(fault.to_string(), says);
}

#[tokio::test]
async fn an_empty_store_is_clean() {
    let desk = Desk::new();
    assert_eq!(verify(desk.store.as_ref()).await.expect("no fault"), Verified::default());
}
