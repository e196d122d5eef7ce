//! The one story that every database must tell: what each method of [`Store`] promises.

mod connections;
mod learning;

use std::sync::Arc;

use sha2::{Digest, Sha256};
use shared::{
    agent::{AgentSpec, BUILT_IN},
    api::{MeterBy, Origin, RefundFilter, RefundLine, Role, Summary, View},
    brief::Usage,
    event::RefundState,
    id::{ClientId, ConversationId, Seq, SiteKey},
    message::{Assurance, StaffRef, VisitorRef},
    money::{Currency, Money},
    owner::Owner,
    time::Timestamp,
};

use super::{
    AppendError, InboxQuery, RefundTotals, Scope, Store, StoreError,
    rows::{
        ApprovalRow, Article, AuditFilter, AuditRow, Batch, Ends, Line, MeterRow, NewIdentity,
        Record, RefundRow, SessionKind, SessionRow, SiteRow, StaffRow,
    },
};
use crate::vault::Sealed;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Tells the whole story on an empty store.
pub(crate) async fn story(store: Arc<dyn Store>) {
    let store = store.as_ref();
    conversations(store).await;
    refused_batches(store).await;
    inbox(store).await;
    money(store).await;
    visitors(store).await;
    staff(store).await;
    agents(store).await;
    desk(store).await;
    connections::story(store).await;
    learning::story(store).await;
    audit_and_meters(store).await;
}

pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

/// The client id of the message that a test calls `name`.
pub(crate) fn client(name: &str) -> ClientId {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut bits = [0; 16];
    bits.copy_from_slice(&digest[..16]);
    ClientId::random(bits)
}

/// What the audit log says of something that is done to `subject`.
pub(crate) fn entry(subject: &str) -> AuditRow {
    AuditRow::new(NOW, "Ana", "did", subject)
}

/// A batch of `records` that follow on `expect_seq` in conversation `c` of visitor `vis_1`.
pub(crate) fn batch(c: &str, expect_seq: Seq, records: u64) -> Batch {
    let records: Vec<_> = (expect_seq + 1..=expect_seq + records).map(record).collect();
    let visitor = VisitorRef {
        id: id("vis_1"),
        assurance: Assurance::Anonymous,
        customer: None,
        name: None,
        email: None,
    };
    let seq = expect_seq + records.len() as u64;
    let summary = Summary {
        id: id(c),
        site: id("demo"),
        visitor,
        owner: Owner::Agent { slug: id("triage"), version: 1, name: "Mia".to_owned() },
        updated_at: NOW.plus_ms(i64::try_from(seq).expect("small")),
        escalated_at: None,
        deadline: None,
        reason: None,
        request: None,
        needs_approval: false,
        last_author: None,
        preview: String::new(),
        rating: None,
        seq,
    };
    let line = Line {
        summary,
        epoch: 1,
        opened_at: NOW,
        has_work: false,
        has_money_in_flight: false,
        wake_at: None,
    };
    Batch {
        line,
        expect_seq,
        records,
        require: Vec::new(),
        refunds: Vec::new(),
        approvals: Vec::new(),
        meters: Vec::new(),
        searches: Vec::new(),
        audit: Vec::new(),
        search: String::new(),
    }
}

fn record(seq: Seq) -> Record {
    Record {
        seq,
        at: NOW,
        epoch: 1,
        kind: "message".to_owned(),
        json: format!("{{\"seq\":{seq}}}"),
        hash: [u8::try_from(seq % 256).expect("small"); 32],
        client_id: Some(client(&format!("client-{seq}"))),
    }
}

async fn conversations(store: &dyn Store) {
    let c: ConversationId = id("story_1");
    let first = batch("story_1", 0, 2);
    store.append(first.clone()).await.expect("a new conversation");
    let second = batch("story_1", 2, 3);
    store.append(second.clone()).await.expect("more of it");

    let all: Vec<_> = first.records.iter().chain(&second.records).cloned().collect();
    let own = Scope::Visitor(id("vis_1"));
    let foreign = Scope::Visitor(id("vis_2"));
    for scope in [&own, &Scope::Staff(id("stf_1")), &Scope::System] {
        for (after, limit) in [(0, 100), (2, 100), (0, 2), (1, 3), (5, 9), (Seq::MAX, 9)] {
            let page = store.records(scope, &c, after, limit).await.expect("records");
            let expected = all.iter().filter(|r| r.seq > after).take(limit);
            assert!(page.expect("in scope").iter().eq(expected), "after {after}, {limit} of them");
        }
        assert_eq!(store.line(scope, &c).await.expect("a line"), Some(second.line.clone()));
    }
    assert_eq!(store.records(&foreign, &c, 0, 9).await.expect("records"), None);
    assert_eq!(store.line(&foreign, &c).await.expect("a line"), None);
    let nobody = id("story_none");
    assert_eq!(store.records(&Scope::System, &nobody, 0, 9).await.expect("records"), None);

    assert_eq!(store.message_seq(&c, &client("client-4")).await.expect("a place"), Some(4));
    assert_eq!(store.message_seq(&c, &client("client-9")).await.expect("a place"), None);
    assert_eq!(store.message_seq(&nobody, &client("client-4")).await.expect("a place"), None);

    let mut later = batch("story_2", 0, 1);
    later.line.opened_at = NOW.plus_ms(1);
    store.append(later).await.expect("another conversation");
    let latest = store.latest_conversation(&id("vis_1")).await.expect("the latest");
    assert_eq!(latest, Some(id("story_2")));
    assert_eq!(store.latest_conversation(&id("vis_2")).await.expect("none"), None);
    let ids = store.ids(None, 9).await.expect("ids");
    assert_eq!(ids, [c.clone(), id("story_2")]);
    assert_eq!(store.ids(Some(&c), 9).await.expect("ids"), [id("story_2")]);
    assert_eq!(store.ids(None, 1).await.expect("ids"), [c]);
}

/// Each of these leaves everything as it was, what the batch holds besides events included.
async fn refused_batches(store: &dyn Store) {
    let before = store.line(&Scope::System, &id("story_1")).await.expect("a line");
    let with_rows = |mut batch: Batch| {
        batch.approvals = vec![ApprovalRow { id: id("app_no"), waiting: true }];
        batch.audit = vec![audit_row("story_1", "refused")];
        batch.search = "nevermore".to_owned();
        batch
    };
    for expect in [0, 4, 6] {
        let mut late = with_rows(batch("story_1", expect, 1));
        late.records[0].client_id = None;
        let refused = store.append(late).await;
        assert!(matches!(refused, Err(AppendError::Conflict)), "{expect}: {refused:?}");
    }
    let mut unknown = with_rows(batch("story_none", 5, 1));
    unknown.records[0].client_id = None;
    assert!(matches!(store.append(unknown).await, Err(AppendError::Conflict)));
    for expect in [5, 2] {
        let mut twice = with_rows(batch("story_1", expect, 2));
        twice.records[1].client_id = Some(client("client-3"));
        let refused = store.append(twice).await;
        assert!(matches!(refused, Err(AppendError::Duplicate(3))), "{expect}: {refused:?}");
    }
    let mut within = with_rows(batch("story_1", 5, 2));
    within.records[1].client_id = within.records[0].client_id.clone();
    assert!(store.append(within).await.is_err(), "two messages of one client id in a batch");

    assert_eq!(store.line(&Scope::System, &id("story_1")).await.expect("a line"), before);
    assert_eq!(store.approval(&id("app_no")).await.expect("none"), None);
    assert_eq!(store.audit(AuditFilter::default(), None, 9).await.expect("audit").entries, []);
    assert_eq!(found(store, View::All, "nevermore").await, [""; 0]);
}

async fn inbox(store: &dyn Store) {
    let ana = Owner::Staff { id: id("stf_ana"), name: "Ana".to_owned() };
    let queue = Owner::Queue { slug: id("support"), name: "Team".to_owned() };
    for n in 0..30i64 {
        let mut b = batch(&format!("inbox_{n:02}"), 0, 1);
        b.search = format!("number{n} äpfel");
        let summary = &mut b.line.summary;
        // In pairs, so that pages must not lose one of two with the same time.
        summary.updated_at = NOW.plus_ms(1_000 + n / 2);
        match n % 3 {
            0 => {
                summary.owner = queue.clone();
                summary.escalated_at = Some(NOW.plus_ms(-n / 6));
            }
            1 => summary.owner = ana.clone(),
            _ => summary.owner = Owner::Nobody,
        }
        store.append(b).await.expect("a conversation");
    }
    let mut asks = batch("inbox_asks", 0, 1);
    asks.line.summary.needs_approval = true;
    store.append(asks).await.expect("a conversation");

    let counts = store.counts(&id("stf_ana")).await.expect("counts");
    assert_eq!((counts.waiting, counts.mine, counts.all, counts.closed), (11, 10, 23, 10));
    assert_eq!(store.counts(&id("stf_bob")).await.expect("counts").mine, 0);
    assert_eq!(store.owners().await.expect("owners"), [id("stf_ana")], "each once");
    for (view, count) in
        [(View::Waiting, 11), (View::Mine, 10), (View::All, 23), (View::Closed, 10)]
    {
        let all = pages(store, view, 100).await;
        assert_eq!(all.len(), count, "{view:?}");
        for limit in [1, 2, 3, 7, 10, 11] {
            assert_eq!(pages(store, view, limit).await, all, "{view:?} by {limit}");
        }
    }
    let waiting = pages(store, View::Waiting, 100).await;
    assert_eq!(waiting[0], "inbox_24", "waits longest");
    assert_eq!(waiting[10], "inbox_asks", "waits since now");
    assert_eq!(pages(store, View::Mine, 100).await[0], "inbox_28", "is newest");

    assert_eq!(found(store, View::Mine, "NUMBER4 apfel").await, ["inbox_04"]);
    assert_eq!(found(store, View::Waiting, "number4").await, [""; 0]);
    assert_eq!(found(store, View::Closed, "number2").await.len(), 5, "2, 20, 23, 26 and 29");
    let hostile = ["\"", "a OR b", "*", "-", "(", "col:x", "\\", "'; DELETE", "\u{202e}", "^", "+"];
    for text in hostile {
        assert_eq!(found(store, View::All, text).await, [""; 0], "{text}");
    }
    let long = "word ".repeat(5_000);
    assert_eq!(found(store, View::All, &long).await, [""; 0]);
    for after in ["", "x", "1.", ".x", "99999999999999999999.a", "' OR 1", "1.2.3"] {
        let mut query = ask(View::Mine, "", 3);
        query.after = Some(after.to_owned());
        store.inbox(query).await.expect("a made-up place is no error");
    }
}

fn ask(view: View, text: &str, limit: usize) -> InboxQuery {
    InboxQuery { view, reader: id("stf_ana"), text: text.to_owned(), after: None, limit }
}

async fn found(store: &dyn Store, view: View, text: &str) -> Vec<String> {
    let (lines, _) = store.inbox(ask(view, text, 50)).await.expect("a page");
    lines.iter().map(|line| line.summary.id.to_string()).collect()
}

async fn pages(store: &dyn Store, view: View, limit: usize) -> Vec<String> {
    let mut query = ask(view, "", limit);
    let mut all = Vec::new();
    loop {
        let (lines, next) = store.inbox(query.clone()).await.expect("a page");
        assert!(lines.len() <= limit);
        all.extend(lines.iter().map(|line| line.summary.id.to_string()));
        match next {
            Some(next) => query.after = Some(next),
            None => return all,
        }
    }
}

async fn money(store: &dyn Store) {
    assert!(!store.has_sent().await.expect("an answer"));
    let refund = |n: i64, state| RefundRow {
        line: RefundLine {
            conversation: id("money"),
            intent: id(&format!("int_{n}")),
            order: format!("order_{}", n % 2),
            customer: "cus".to_owned(),
            charge: "ch".to_owned(),
            money: Money::new(100 * n, Currency::EUR),
            state,
            since: NOW.plus_ms(-n),
            key: format!("key_{n}"),
            asked: 2,
            answer: Some("no answer".to_owned()),
            ask_at: Some(NOW),
            needs_person: state == RefundState::Unknown,
            fails_from: (state == RefundState::Unknown).then_some(NOW),
            settled_by: None,
            contradicted: None,
        },
        day: n % 3,
        holds: state.holds_money(),
    };
    let states = [
        (1, RefundState::Waiting),
        (2, RefundState::Pending),
        (3, RefundState::Unknown),
        (4, RefundState::Succeeded),
        (5, RefundState::Failed),
        (6, RefundState::Declined),
        (7, RefundState::Expired),
    ];
    let mut b = batch("money", 0, 1);
    b.refunds = states.map(|(n, state)| refund(n, state)).to_vec();
    store.append(b.clone()).await.expect("refunds");
    let totals = store.refund_totals("ch", "order_1", "cus", 1).await.expect("totals");
    assert_eq!(totals, RefundTotals { charge: 1_000, order: 400, customer_day: 500 });
    let none = store.refund_totals("x", "x", "x", 1).await.expect("totals");
    assert_eq!(none, RefundTotals::default());
    for (filter, wanted) in [
        (RefundFilter::Open, vec!["int_3", "int_2", "int_1"]),
        (RefundFilter::Unknown, vec!["int_3"]),
        (RefundFilter::Pending, vec!["int_2"]),
        (RefundFilter::Waiting, vec!["int_1"]),
        (RefundFilter::Contradicted, vec![]),
    ] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = store.refund_lines(filter, after.as_deref(), 2).await.expect("a page");
            assert!(page.0.len() <= 2);
            found.extend(page.0.into_iter().map(|line| line.intent.to_string()));
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, wanted, "{filter:?}, oldest first");
    }
    let hostile = store.refund_lines(RefundFilter::Open, Some("x' OR 1=1 --"), 9).await;
    assert_eq!(hostile.expect("a page").0.len(), 3, "what is no place is the beginning");
    assert_eq!(store.refunds_for_people().await.expect("counts"), (1, 0));
    assert_eq!(store.refund(&id("int_3")).await.expect("found"), Some(id("money")));
    assert_eq!(store.refund(&id("int_99")).await.expect("found"), None);
    assert_eq!(store.refunds(&id("money")).await.expect("refunds"), b.refunds);
    let keys = ["key_9", "key_1", "key_2", "key_5", "key_6", "key_7", "' OR 1=1 --"];
    let keys = keys.iter().map(|&key| key.to_owned()).collect();
    let never = store.never_sent(keys).await.expect("keys");
    assert_eq!(never, ["key_9", "key_1", "key_6", "key_7", "' OR 1=1 --"], "in their order");
    assert!(store.has_sent().await.expect("an answer"));

    let mut done = batch("money", 1, 1);
    done.refunds = vec![refund(2, RefundState::Failed)];
    store.append(done).await.expect("one fails");
    let totals = store.refund_totals("ch", "order_0", "cus", 2).await.expect("totals");
    assert_eq!(totals, RefundTotals { charge: 800, order: 400, customer_day: 0 });

    let mut changed = refund(1, RefundState::Pending);
    changed.line.money.amount += 1;
    let mut stolen = refund(9, RefundState::Pending);
    stolen.line.key = "key_1".to_owned();
    for (what, row) in [("other terms", changed), ("another's key", stolen)] {
        let mut b = batch("money", 2, 1);
        b.refunds = vec![row];
        let refused = store.append(b).await;
        assert!(
            matches!(refused, Err(AppendError::Store(StoreError::Taken(_)))),
            "{what}: {refused:?}"
        );
    }
}

async fn visitors(store: &dyn Store) {
    let (demo, other): (SiteKey, SiteKey) = (id("demo"), id("other"));
    let jane = |name: &str| NewIdentity {
        customer: "cus_1".to_owned(),
        name: Some(name.to_owned()),
        email: None,
    };
    let start = async |site: &SiteKey, token: u8, identity| {
        let expires = NOW.plus_ms(1_000);
        store.start_visitor(site, &[token; 32], identity, expires, NOW).await.expect("a visitor")
    };
    let one = start(&demo, 1, None).await;
    let two = start(&demo, 2, None).await;
    assert_ne!(one.visitor.id, two.visitor.id);
    assert_eq!(one.visitor.assurance, Assurance::Anonymous);

    let known = start(&demo, 3, Some(jane("Jane"))).await;
    let again = start(&demo, 4, Some(jane("Jane Doe"))).await;
    let elsewhere = start(&other, 5, Some(jane("Jane"))).await;
    assert_eq!(known.visitor.assurance, Assurance::Verified);
    assert_eq!(known.visitor.id, again.visitor.id, "the same customer of the same site");
    assert_ne!(known.visitor.id, elsewhere.visitor.id, "a customer id means one site's customer");
    let of = async |token: u8, after_ms: i64| {
        store.visitor(&[token; 32], NOW.plus_ms(after_ms)).await.expect("an answer")
    };
    assert_eq!(of(3, 0).await, Some(again), "under the newest name");
    assert_eq!(of(9, 0).await, None);
    assert!(of(1, 999).await.is_some() && of(1, 1_000).await.is_none(), "a token ends");
    for ms in [5_000, 2_000] {
        store.extend_visitor(&[1; 32], NOW.plus_ms(ms)).await.expect("extended");
    }
    assert!(of(1, 4_999).await.is_some() && of(1, 5_000).await.is_none(), "and is not cut short");
    store.end_visitor(&[1; 32]).await.expect("ended");
    store.extend_visitor(&[1; 32], NOW.plus_ms(9_000)).await.expect("nothing to extend");
    assert_eq!(of(1, 0).await, None, "ended is ended");
    assert!(of(2, 0).await.is_some(), "another's stands");

    let use_it = async |site: &SiteKey, jti: &str, now: i64| {
        let expires = NOW.plus_ms(300_000);
        store.use_once(site, jti, expires, NOW.plus_ms(now)).await.expect("an answer")
    };
    assert!(use_it(&demo, "j1", 0).await);
    assert!(!use_it(&demo, "j1", 0).await, "used twice");
    assert!(use_it(&other, "j1", 0).await, "another site's");
    assert!(!use_it(&demo, "j1", 310_000).await, "within what a clock may differ by");
    assert!(use_it(&demo, "j1", 300_000 + 3_700_000).await, "forgotten long after its end");
}

async fn staff(store: &dyn Store) {
    let row = |staff: &str, email: &str| StaffRow {
        id: id(staff),
        email: email.to_owned(),
        name: staff.to_uppercase(),
        role: Role::Agent,
        active: true,
        password_hash: "$argon2id$…".to_owned(),
    };
    let ana = row("stf_ana", "Ana@Example.com");
    store.add_staff(ana.clone(), entry("ana")).await.expect("Ana");
    store.add_staff(row("stf_bob", "bob@example.com"), entry("bob")).await.expect("Bob");
    let taken = store.add_staff(row("stf_eve", "ANA@example.com"), entry("eve")).await;
    assert_eq!(taken, Err(StoreError::Taken("email")));
    let known = store.staff_by_email(" ana@EXAMPLE.com").await.expect("an account");
    assert_eq!(known, Some(ana.clone()));
    assert_eq!(store.staff().await.expect("accounts").len(), 2);

    sessions(store, &ana).await;

    let eve = row("stf_eve", "eve@example.com");
    assert_eq!(store.put_staff(eve, Ends::Nothing, entry("eve")).await, Ok(false));
    let clash = StaffRow { email: "bob@example.com".to_owned(), ..ana };
    let taken = store.put_staff(clash, Ends::Nothing, entry("ana")).await;
    assert_eq!(taken, Err(StoreError::Taken("email")));
}

async fn sessions(store: &dyn Store, ana: &StaffRow) {
    let browser = |ms: i64| SessionKind::Browser { expires: NOW.plus_ms(ms) };
    let key = |name: &str| SessionKind::Key { name: name.to_owned(), used: None };
    let session = |n: u8, kind: SessionKind| SessionRow {
        hash: [n; 32],
        staff: ana.id.clone(),
        created: NOW.plus_ms(i64::from(n)),
        kind,
    };
    let standing = async |n: u8, after_ms: i64| {
        store.session(&[n; 32], NOW.plus_ms(after_ms)).await.expect("an answer")
    };
    let stand = async || {
        let mut all = Vec::new();
        for n in 1..=5 {
            all.extend(standing(n, 0).await.map(|_| n));
        }
        all
    };
    let home = "203.0.113.7".parse().expect("an address");
    let rows = [
        session(1, browser(1_000)),
        session(2, key("import")),
        session(3, browser(9_000)),
        session(4, key("export")),
        session(5, browser(9_000)),
    ];
    for row in rows.clone() {
        store.add_session(row, Some(home), entry("ana")).await.expect("a session");
    }
    assert_eq!(standing(1, 999).await, Some((ana.clone(), rows[0].clone())));
    assert_eq!(standing(1, 1_000).await, None);
    let much_later = i64::from(u32::MAX);
    assert!(standing(2, much_later).await.is_some(), "a key does not end by itself");
    store.end_session(&[3; 32]).await.expect("ended");
    assert_eq!(standing(3, 0).await, None);

    store.use_key(&[2; 32], NOW.plus_ms(7)).await.expect("noted");
    store.use_key(&[1; 32], NOW.plus_ms(7)).await.expect("a session is no key");
    let used = SessionKind::Key { name: "import".to_owned(), used: Some(NOW.plus_ms(7)) };
    let keys = store.keys(&ana.id).await.expect("keys");
    assert_eq!(keys, [rows[3].clone(), session(2, used)], "newest first");
    assert_eq!(store.keys(&id("stf_bob")).await, Ok(Vec::new()));
    let export = id(&SessionRow::key_id(&[4; 32]));
    let of_a_session = id(&SessionRow::key_id(&[1; 32]));
    assert_eq!(store.end_key(&id("stf_bob"), &export, entry("bob")).await, Ok(false));
    assert_eq!(store.end_key(&ana.id, &of_a_session, entry("ana")).await, Ok(false));
    assert_eq!(store.end_key(&ana.id, &export, entry("ana")).await, Ok(true));
    assert_eq!(store.end_key(&ana.id, &export, entry("ana")).await, Ok(false), "gone");

    let known = async |staff: &str, network: &str, days: i64| {
        let network = network.parse().expect("an address");
        let now = NOW.plus_ms(days * 86_400_000);
        store.has_signed_in_from(&id(staff), network, now).await.expect("an answer")
    };
    assert!(known("stf_ana", "203.0.113.7", 89).await);
    assert!(!known("stf_ana", "203.0.113.7", 91).await, "forgotten");
    assert!(!known("stf_ana", "203.0.113.8", 0).await);
    assert!(!known("stf_bob", "203.0.113.7", 0).await);

    assert_eq!(stand().await, [1, 2, 5]);
    let put = async |row: StaffRow, ends| {
        assert_eq!(store.put_staff(row, ends, entry("ana")).await, Ok(true));
    };
    put(StaffRow { active: false, ..ana.clone() }, Ends::Nothing).await;
    assert_eq!(stand().await, [0; 0], "who may not sign in is nobody");
    put(ana.clone(), Ends::Nothing).await;
    assert_eq!(stand().await, [1, 2, 5]);
    put(ana.clone(), Ends::OtherSessions([5; 32])).await;
    assert_eq!(stand().await, [2, 5], "keys stay");
    put(ana.clone(), Ends::Everything).await;
    assert_eq!(stand().await, [0; 0]);
    assert!(!known("stf_ana", "203.0.113.7", 0).await, "whoever signed in there may not be Ana");
}

/// An agent that greets under this name.
pub(crate) fn greeter(name: &str) -> AgentSpec {
    AgentSpec {
        slug: id("greeter"),
        name: name.to_owned(),
        purpose: "Greets.".to_owned(),
        instructions: String::new(),
        opening: String::new(),
        model: BUILT_IN.to_owned(),
        model_settings: shared::model::ModelSettings::default(),
        tools: Vec::new(),
        collections: Vec::new(),
        targets: Vec::new(),
        rules: Vec::new(),
        examples: Vec::new(),
        confidence_threshold: 0.7,
        budgets: shared::agent::Budgets::default(),
    }
}

async fn agents(store: &dyn Store) {
    let slug = id("greeter");
    let spec = greeter;
    assert_eq!(store.agent(&slug).await, Ok(None));
    assert_eq!(store.retire(&slug, entry("greeter")).await, Ok(false));
    store.put_draft(&slug, Some(spec("Draft")), NOW).await.expect("a draft");
    let row = store.agent(&slug).await.expect("an agent").expect("known by its draft");
    assert_eq!((row.published, row.draft), (None, Some((spec("Draft"), NOW))));

    let ana = StaffRef { id: id("stf_ana"), name: "Ana".to_owned() };
    let note = Some("first".to_owned());
    assert_eq!(store.publish(spec("One"), Some(ana.clone()), note, NOW).await, Ok(1));
    assert_eq!(store.publish(spec("Two"), None, None, NOW.plus_ms(1)).await, Ok(2));
    let row = store.agent(&slug).await.expect("an agent").expect("known");
    let newest = row.published.expect("published");
    assert_eq!((newest.version, &newest.spec), (2, &spec("Two")));
    assert_eq!(row.draft, Some((spec("Draft"), NOW)), "says something else, so it stays");
    let versions = store.versions(&slug).await.expect("versions");
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(versions[1].by, Some(ana));
    assert_eq!(store.agents().await.expect("agents").len(), 1);

    store.put_draft(&slug, None, NOW).await.expect("no draft");
    assert_eq!(store.agent(&slug).await.expect("an agent").expect("known").draft, None);

    assert_eq!(store.retire(&slug, entry("greeter")).await, Ok(true));
    assert_eq!(store.agents().await, Ok(Vec::new()));
    assert_eq!(store.agent(&slug).await, Ok(None));
    assert_eq!(store.version(&slug, 2).await, Ok(Some(newest)), "conversations pin it");
    assert_eq!(store.version(&slug, 3).await, Ok(None));
    store.put_draft(&slug, Some(spec("Back")), NOW).await.expect("a draft");
    let row = store.agent(&slug).await.expect("an agent").expect("known by its draft");
    assert_eq!(row.published, None, "a draft does not bring back what was retired");
    assert_eq!(store.publish(spec("Back"), None, None, NOW).await, Ok(3));
    let row = store.agent(&slug).await.expect("an agent").expect("known");
    assert_eq!((row.published.map(|v| v.version), row.draft), (Some(3), None));
}

async fn desk(store: &dyn Store) {
    let site = |key: &str, name: &str| SiteRow {
        key: id(key),
        name: name.to_owned(),
        origins: vec!["https://shop.example".to_owned()],
        color: "#102030".to_owned(),
        greeting: "Hi".to_owned(),
        questions: vec!["Where is it?".to_owned()],
        identity_secret: Some(Sealed::stored("secret".to_owned())),
        active: true,
    };
    for row in [site("demo", "Zeta"), site("shop", "Alpha"), site("demo", "Beta")] {
        store.put_site(row, entry("site")).await.expect("a site");
    }
    let sites = store.sites().await.expect("sites");
    assert_eq!(sites, [site("shop", "Alpha"), site("demo", "Beta")]);
    assert_eq!(store.site(&id("shop")).await, Ok(Some(site("shop", "Alpha"))));
    assert_eq!(store.site(&id("none")).await, Ok(None));

    assert_eq!(store.setting("desk").await, Ok(None));
    for json in ["{\"a\":1}", "{}"] {
        store.put_setting("desk", json, entry("desk")).await.expect("set");
        assert_eq!(store.setting("desk").await, Ok(Some(json.to_owned())));
    }

    let article = |slug: &str, title: &str| Article {
        slug: slug.to_owned(),
        title: title.to_owned(),
        body: "Body".to_owned(),
        url: String::new(),
        language: "en".to_owned(),
        questions: vec!["How?".to_owned()],
        collection: "help".to_owned(),
        origin: Origin::Foreign,
        source: "https://shop.example/".to_owned(),
        updated_at: NOW,
        updated_by: "Ana".to_owned(),
    };
    let put = async |articles: &[(&str, &str)], gone: &[&str]| {
        let articles = articles.iter().map(|(slug, title)| article(slug, title)).collect();
        let gone = gone.iter().map(|&slug| slug.to_owned()).collect();
        store.put_articles(articles, gone, entry("article")).await.expect("written");
    };
    put(&[("b", "B"), ("a", "A"), ("c", "C")], &[]).await;
    put(&[("b", "New")], &["c", "nothing"]).await;
    assert_eq!(store.articles().await, Ok(vec![article("a", "A"), article("b", "New")]));
}

fn audit_row(c: &str, action: &str) -> AuditRow {
    AuditRow {
        at: NOW,
        action: action.to_owned(),
        actor: "baton".to_owned(),
        subject: "subject".to_owned(),
        conversation: Some(id(c)),
        detail: String::new(),
    }
}

async fn audit_and_meters(store: &dyn Store) {
    let used = |seq: Seq, agent: &str, epoch, tokens_in, ends_turn| MeterRow {
        seq,
        agent: id(agent),
        epoch,
        usage: Usage { steps: 1, tokens_in, tokens_out: 1, cost_micros: 2, took_ms: 3 },
        ends_turn,
    };
    let mut one = batch("meters_1", 0, 2);
    one.meters = vec![used(1, "triage", 1, 10, false), used(2, "billing", 2, 20, true)];
    one.audit = vec![audit_row("meters_1", "handoff"), audit_row("meters_1", "close")];
    let mut two = batch("meters_2", 0, 1);
    two.meters = vec![used(1, "triage", 1, 40, true)];
    two.audit = vec![audit_row("meters_2", "handoff")];
    store.append(one).await.expect("one");
    store.append(two).await.expect("two");
    store.put_setting("switch", "true", entry("switch")).await.expect("set");

    for (by, sums) in [
        (MeterBy::Agent, vec![("billing", 20, 1), ("triage", 50, 1)]),
        (
            MeterBy::Handoff,
            vec![("meters_1/1", 10, 0), ("meters_1/2", 20, 1), ("meters_2/1", 40, 1)],
        ),
        (MeterBy::Conversation, vec![("meters_1", 30, 1), ("meters_2", 40, 1)]),
    ] {
        let meters = store.meters(by).await.expect("meters");
        let found: Vec<_> =
            meters.iter().map(|m| (m.key.as_str(), m.usage.tokens_in, m.turns)).collect();
        assert_eq!(found, sums, "{by:?}");
    }

    let spent = store.spent(NOW).await;
    assert_eq!(spent, Ok(vec![(id("demo"), id("vis_1"), 6)]));
    assert_eq!(store.spent(NOW.plus_ms(1)).await, Ok(Vec::new()), "before");

    let all = AuditFilter::default;
    let audit = store.audit(all(), None, 3).await.expect("audit");
    let actions: Vec<_> = audit.entries.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(actions, ["did", "handoff", "close"], "newest first");
    let next = audit.next.as_ref().and_then(|next| next.parse().ok());
    let rest = store.audit(all(), next, 500).await.expect("audit");
    assert_eq!(rest.next, None);
    // One entry for each that did something, and none for one that did not.
    let of = |what: &str| {
        let entries = audit.entries.iter().chain(&rest.entries);
        entries.filter(|e| e.subject == what || e.subject.starts_with(&format!("{what} v"))).count()
    };
    assert_eq!((of("greeter"), of("bob"), of("eve")), (3 + 1, 1, 0));
    assert_eq!((of("ana"), of("site"), of("desk")), (1 + 5 + 1 + 4, 3, 2));
    assert_eq!((of("connection"), of("twice")), (4, 0));
    assert_eq!((of("decided"), of("decided_twice"), of("tutor")), (2, 0, 2));
    assert_eq!((of("dismissed"), of("dismissed_twice"), of("saved_test")), (1, 0, 3));
    let conversation = Some(id("meters_1"));
    let of_one = store.audit(AuditFilter { conversation, ..all() }, None, 9).await.expect("audit");
    assert_eq!(of_one.entries.len(), 2);
    for (actions, found) in [(&["close", "did"][..], 1), (&["clo", "", "%"], 0)] {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        let some = store.audit(AuditFilter { actions, ..all() }, None, 9).await.expect("audit");
        assert_eq!(some.entries.iter().filter(|e| e.subject == "subject").count(), found);
    }
}
