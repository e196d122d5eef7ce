//! What is SQLite's own: groups, files, versions, full disks.

use std::{
    fs,
    path::Path,
    sync::{Arc, Barrier},
};

use rusqlite::Connection;
use shared::{
    api::Role,
    id::{ConversationId, StaffId},
    time::Timestamp,
};

use super::{OpenError, SqliteStore};
use crate::storage::{
    AppendError, Scope, Store, StoreError,
    rows::{AuditFilter, Ends, SessionKind, SessionRow, SiteRow, StaffRow},
    story::{batch, entry, greeter, id, story},
};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn refusal(dir: &Path) -> String {
    match SqliteStore::open(dir) {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn the_story() {
    let dir = folder();
    story(SqliteStore::open(dir.path()).expect("a store")).await;
}

#[tokio::test]
async fn appends_that_come_together_share_commits() {
    let dir = folder();
    let store = SqliteStore::open(dir.path()).expect("a store");
    // While this job holds the writer, all others gather behind it.
    let (gate, held) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (opens, says_held) = (gate.clone(), held.clone());
    let holder = {
        let store = store.clone();
        tokio::spawn(async move {
            let wait = move |_: &mut super::writer::Tx<'_>| {
                says_held.wait();
                opens.wait();
                Ok(())
            };
            store.writer.write(wait).await
        })
    };
    tokio::task::spawn_blocking(move || held.wait()).await.expect("held");
    let before = (store.writes().jobs(), store.writes().commits());
    let appends: Vec<_> = (0..200)
        .map(|n| {
            let store = store.clone();
            // Every third is refused and must not disturb its neighbours.
            let expect = if n % 3 == 2 { 7 } else { 0 };
            tokio::spawn(async move { store.append(batch(&format!("c{n}"), expect, 1)).await })
        })
        .collect();
    while store.writer.waiting() < 200 {
        tokio::task::yield_now().await;
    }
    tokio::task::spawn_blocking(move || gate.wait()).await.expect("opened");
    holder.await.expect("the holder").expect("held");
    let mut stored = 0;
    for (n, append) in appends.into_iter().enumerate() {
        match append.await.expect("an append") {
            Ok(()) => stored += 1,
            Err(AppendError::Conflict) => assert_eq!(n % 3, 2),
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!(stored, 134);
    assert_eq!(store.ids(None, 500).await.expect("ids").len(), stored);
    let after = (store.writes().jobs(), store.writes().commits());
    assert_eq!(after.0 - before.0, 200);
    assert_eq!(after.1 - before.1, 1 + 1, "the holder's commit, and one for all the others");
}

#[tokio::test]
async fn a_folder_belongs_to_one_server() {
    let dir = folder();
    let store = SqliteStore::open(dir.path()).expect("a store");
    store.append(batch("c", 0, 1)).await.expect("appended");
    assert!(refusal(dir.path()).starts_with("another Baton is using the data folder"));
    drop(store);
    let store = SqliteStore::open(dir.path()).expect("free again");
    assert_eq!(store.ids(None, 9).await, Ok(vec![id::<ConversationId>("c")]));
}

#[test]
fn what_cannot_be_used_is_refused_in_one_sentence() {
    let check = |file: &[u8], says: &str| {
        let dir = folder();
        fs::write(dir.path().join("baton.db"), file).expect("written");
        let said = refusal(dir.path());
        assert!(said.contains(says) && !said.contains('\n'), "{said}");
        let kept = fs::read(dir.path().join("baton.db")).expect("read");
        assert!(kept == file, "what is not ours is not touched");
    };
    check(&b"no database at all, but long enough to look at".repeat(100), "not a Baton database");
    check(&foreign_database(), "not a Baton database");
    let newer = ours("PRAGMA user_version = 4711");
    let says = format!(
        "version 4711, this program knows up to {}: use a newer Baton",
        super::open::newest()
    );
    check(&newer, &says);

    let dir = folder();
    fs::write(dir.path().join("file"), "x").expect("written");
    let said = refusal(&dir.path().join("file"));
    assert!(said.starts_with("cannot use the data folder"), "{said}");
    fs::create_dir(dir.path().join("baton.db")).expect("made");
    let said = refusal(dir.path());
    assert!(said.starts_with("cannot use the data folder"), "{said}");
}

fn foreign_database() -> Vec<u8> {
    let dir = folder();
    let path = dir.path().join("x.db");
    let conn = Connection::open(&path).expect("a database");
    conn.execute_batch("CREATE TABLE theirs (x)").expect("a table");
    drop(conn);
    fs::read(path).expect("read")
}

/// The file of one of our databases after `sql`.
fn ours(sql: &str) -> Vec<u8> {
    let dir = folder();
    drop(SqliteStore::open(dir.path()).expect("a store"));
    let path = dir.path().join("baton.db");
    let conn = Connection::open(&path).expect("the database");
    conn.execute_batch(sql).expect("changed");
    conn.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).expect("one file");
    drop(conn);
    fs::read(path).expect("read")
}

/// A copy of the files right after an answer is what a crash would leave.
#[tokio::test]
async fn what_was_acknowledged_is_in_the_files() {
    let (dir, copy) = (folder(), folder());
    let store = SqliteStore::open(dir.path()).expect("a store");
    for n in 0..20 {
        store.append(batch("c", n, 1)).await.expect("appended");
        for entry in fs::read_dir(dir.path()).expect("files") {
            let entry = entry.expect("a file");
            // The shared-memory index is made anew from the log.
            if !entry.path().ends_with("baton.db-shm") {
                fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copied");
            }
        }
        let crashed = SqliteStore::open(copy.path()).expect("the copy");
        let records = crashed.records(&Scope::System, &id("c"), 0, 99).await.expect("records");
        assert_eq!(records.expect("there"), batch("c", 0, n + 1).records);
        drop(crashed);
        for entry in fs::read_dir(copy.path()).expect("files") {
            fs::remove_file(entry.expect("a file").path()).expect("removed");
        }
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    let data = dir.path().join("made/for/it");
    let store = SqliteStore::open(&data).expect("a store");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o077;
    assert_eq!(mode(&data), 0);
    for entry in fs::read_dir(&data).expect("files") {
        let path = entry.expect("a file").path();
        assert_eq!(mode(&path), 0, "{}", path.display());
    }
    drop(store);
}

#[test]
fn an_empty_file_is_a_fresh_start() {
    let dir = folder();
    fs::write(dir.path().join("baton.db"), "").expect("written");
    assert!(SqliteStore::open(dir.path()).is_ok());
}

#[tokio::test]
async fn a_damaged_page_is_told_and_never_read_as_something_else() {
    let dir = folder();
    let store = SqliteStore::open(dir.path()).expect("a store");
    for n in 0..200 {
        store.append(batch(&format!("c{n}"), 0, 5)).await.expect("appended");
    }
    drop(store);
    let path = dir.path().join("baton.db");
    let mut bytes = fs::read(&path).expect("read");
    // The header page and the schema stay whole; what lies behind is noise.
    let from = bytes.len() / 4;
    bytes[from..].iter_mut().zip((0u8..251).cycle()).for_each(|(byte, noise)| *byte = noise);
    fs::write(&path, bytes).expect("written");
    let Ok(store) = SqliteStore::open(dir.path()) else { return };
    let mut told = 0;
    for n in 0..200 {
        let c: ConversationId = id(&format!("c{n}"));
        match store.records(&Scope::System, &c, 0, 9).await {
            Ok(Some(records)) => assert_eq!(records, batch("x", 0, 5).records),
            Ok(None) => {}
            Err(StoreError::Damaged(_)) => told += 1,
            Err(e) => panic!("{e}"),
        }
    }
    assert!(told > 0);
}

#[tokio::test]
async fn a_full_disk_refuses_writes_serves_reads_and_passes() {
    let dir = folder();
    let store = SqliteStore::open(dir.path()).expect("a store");
    store.append(batch("before", 0, 3)).await.expect("appended");
    limit_pages(&store, Some(20)).await;
    let mut big = batch("big", 0, 1);
    big.records[0].json = "x".repeat(4_000_000);
    let fails: Vec<_> = (0..10)
        .map(|n| {
            let (store, mut big) = (store.clone(), big.clone());
            big.line.summary.id = id(&format!("big{n}"));
            tokio::spawn(async move { store.append(big).await })
        })
        .collect();
    for fail in fails {
        let refused = fail.await.expect("an append");
        assert!(matches!(refused, Err(AppendError::Store(StoreError::Full))), "{refused:?}");
    }
    assert_eq!(store.ids(None, 9).await, Ok(vec![id::<ConversationId>("before")]));
    limit_pages(&store, None).await;
    store.append(big).await.expect("there is room again");
    store.append(batch("before", 3, 1)).await.expect("what was begun goes on");
}

/// Everything that an administrator does for good, tried while the audit log takes no entry.
#[tokio::test]
async fn there_is_no_action_without_its_entry() {
    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    let dir = folder();
    let store = SqliteStore::open(dir.path()).expect("a store");
    let person = |name: &str| StaffRow {
        id: id(&format!("stf_{name}")),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        role: Role::Agent,
        active: true,
        password_hash: "$argon2id$…".to_owned(),
    };
    let key = |n: u8| SessionRow {
        hash: [n; 32],
        staff: id("stf_ana"),
        created: NOW,
        kind: SessionKind::Key { name: "import".to_owned(), used: None },
    };
    let site = |name: &str| SiteRow {
        key: id("demo"),
        name: name.to_owned(),
        origins: Vec::new(),
        color: "#102030".to_owned(),
        greeting: String::new(),
        questions: Vec::new(),
        identity_secret: None,
        active: true,
    };
    let spec = greeter("One");
    let (slug, ana): (_, StaffId) = (spec.slug.clone(), id("stf_ana"));
    store.add_staff(person("ana"), entry("ana")).await.expect("Ana");
    store.add_session(key(1), None, entry("ana")).await.expect("a key");
    store.put_site(site("One"), entry("site")).await.expect("a site");
    store.put_setting("desk", "1", entry("desk")).await.expect("a setting");
    store.publish(spec.clone(), None, None, NOW).await.expect("published");
    let all = async || {
        (
            store.staff().await.expect("staff"),
            store.keys(&ana).await.expect("keys"),
            store.sites().await.expect("sites"),
            store.setting("desk").await.expect("a setting"),
            store.agents().await.expect("agents"),
            store.audit(AuditFilter::default(), None, 99).await.expect("audit").entries,
        )
    };
    let before = all().await;
    let forbid = |tx: &mut super::writer::Tx<'_>| {
        let sql = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END";
        Ok(tx.execute_batch(sql)?)
    };
    store.writer.write(forbid).await.expect("forbidden");

    let gone = StaffRow { active: false, ..person("ana") };
    let of_key = id(&SessionRow::key_id(&[1; 32]));
    store.add_staff(person("bob"), entry("bob")).await.expect_err("an account");
    store.put_staff(gone, Ends::Everything, entry("ana")).await.expect_err("a change of one");
    store.add_session(key(2), None, entry("ana")).await.expect_err("a key");
    store.end_key(&ana, &of_key, entry("ana")).await.expect_err("the end of one");
    store.put_site(site("Two"), entry("site")).await.expect_err("a site");
    store.put_setting("desk", "2", entry("desk")).await.expect_err("a setting");
    store.publish(spec, None, None, NOW).await.expect_err("a version");
    store.retire(&slug, entry("agent")).await.expect_err("the end of an agent");
    assert_eq!(all().await, before);
}

#[tokio::test]
async fn keys_of_an_older_database_still_open() {
    let dir = folder();
    let path = dir.path().join("baton.db");
    let conn = Connection::open(&path).expect("a database");
    conn.execute_batch(include_str!("migrations/0001_begin.sql")).expect("the first version");
    conn.execute_batch(&format!(
        "INSERT INTO staff VALUES ('stf_ana', 'a@b', 'a@b', 'Ana', 'agent', 1, 'x');
         INSERT INTO sessions VALUES (zeroblob(32), 'stf_ana', NULL, 5);
         PRAGMA application_id = {}; PRAGMA user_version = 1;",
        super::open::APPLICATION
    ))
    .expect("rows");
    drop(conn);
    let store = SqliteStore::open(dir.path()).expect("brought up to date");
    let (_, key) = store.session(&[0; 32], Timestamp(9)).await.expect("read").expect("it stands");
    assert_eq!(key.kind, SessionKind::Key { name: "API key".to_owned(), used: None });
}

#[tokio::test]
async fn the_one_queue_of_an_older_desk_is_the_first_of_many() {
    let dir = folder();
    let old =
        r#"{"front_door":"triage","queue":"support","queue_name":"Us","queue_deadline_s":90}"#;
    let path = dir.path().join("baton.db");
    drop(SqliteStore::open(dir.path()).expect("a store"));
    let conn = Connection::open(&path).expect("the database");
    conn.execute("INSERT INTO settings VALUES ('desk', ?1)", [old]).expect("old settings");
    // As it was before: without what later versions add.
    conn.execute_batch(
        "ALTER TABLE articles DROP COLUMN collection; ALTER TABLE articles DROP COLUMN origin;
         ALTER TABLE articles DROP COLUMN source; ALTER TABLE articles DROP COLUMN updated_at;
         ALTER TABLE articles DROP COLUMN updated_by;
         DROP TABLE suggestions; DROP TABLE unsure_dismissed; DROP TABLE saved_tests;
         DROP TABLE mcp_servers; DROP TABLE tools; DROP TABLE connections; DROP TABLE searches; DROP TABLE searches_dismissed; PRAGMA user_version = 5",
    )
    .expect("an older version");
    drop(conn);
    let store = SqliteStore::open(dir.path()).expect("brought up to date");
    let json = store.setting("desk").await.expect("read").expect("a setting");
    let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let queue = serde_json::json!({ "slug": "support", "name": "Us", "deadline_s": 90 });
    let desk = serde_json::json!({ "front_door": "triage", "queue": "support", "queues": [queue] });
    assert_eq!(found, desk);
}

async fn limit_pages(store: &SqliteStore, pages: Option<u32>) {
    let pages = pages.unwrap_or(u32::MAX - 1);
    let limit = move |tx: &mut super::writer::Tx<'_>| {
        tx.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    };
    store.writer.write(limit).await.expect("limited");
}

#[test]
fn errors_read_as_sentences() {
    let newer = OpenError::Newer { path: "data/baton.db".into(), found: 9, known: 1 };
    let says = "data/baton.db has version 9, this program knows up to 1: use a newer Baton";
    assert_eq!(newer.to_string(), says);
}

/// Measures appends a second, alone and by 64 at once: `cargo test --release -- --ignored --nocapture rates`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn rates() {
    let dir =
        tempfile::tempdir_in(std::env::var("BATON_RATES_DIR").unwrap_or_else(|_| ".".to_owned()))
            .expect("a folder on a disk");
    let store = SqliteStore::open(dir.path()).expect("a store");
    for (tasks, appends) in [(1u64, 500u64), (64, 200), (256, 100)] {
        let before = store.writes().commits();
        let began = std::time::Instant::now();
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    let c = format!("c{tasks}-{task}");
                    for n in 0..appends {
                        let mut b = batch(&c, n, 1);
                        b.records[0].json = "x".repeat(400);
                        b.search = "I was charged twice for order A1001".to_owned();
                        store.append(b).await.expect("appended");
                    }
                })
            })
            .collect();
        for task in running {
            task.await.expect("a task");
        }
        let ms = began.elapsed().as_millis().max(1);
        let rate = u128::from(tasks * appends) * 1000 / ms;
        let commits = store.writes().commits() - before;
        println!("{tasks:>4} at once: {rate:>6} appends/s, {commits} commits");
    }
}

#[test]
fn the_folder_is_free_again_even_while_a_copy_of_its_lock_lives() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("lock");
    let lock = std::fs::File::create(&path).expect("a file");
    lock.try_lock().expect("free");
    // A program that is being started from this process has one for a moment.
    let copy = lock.try_clone().expect("a copy");
    let conn = rusqlite::Connection::open_in_memory().expect("a database");
    drop(super::writer::Writer::start(conn, lock).expect("started"));
    std::fs::File::open(&path).expect("the file").try_lock().expect("free again");
    drop(copy);
}
