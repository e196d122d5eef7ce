//! The books after the last crash: what was acknowledged, what was done, and how long it took.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use baton::{
    bus::LocalBus,
    journal::{Journal, Thread},
    storage::{Scope, Store, sqlite::SqliteStore},
    verify,
};
use rusqlite::Connection;
use shared::{
    conversation::Conversation,
    event::{Event, EventBody, RefundState},
    id::{ClientId, ConversationId},
    message::AuthorKind,
    time::Timestamp,
};
use tokio::time::sleep;

use super::{TURN, client::Said};
use crate::{Tally, tally::Repeat};

/// How often a running server's database is looked into.
const LOOK: Duration = Duration::from_millis(50);

/// Whether everything there is to do gets done within a turn's time.
pub async fn comes_to_rest(folder: &Path) -> bool {
    let began = Instant::now();
    let database = Connection::open(folder.join("data/baton.db")).expect("the database");
    let _ = database.busy_timeout(TURN);
    while began.elapsed() < TURN {
        let sql = "SELECT count(*) FROM conversations WHERE has_work + has_money > 0";
        let busy: u64 = database.query_row(sql, [], |row| row.get(0)).expect("a count");
        if busy == 0 {
            return true;
        }
        sleep(LOOK).await;
    }
    false
}

/// Compares what is on disk with what clients were told.
pub async fn books(
    folder: &Path,
    said: &[Said],
    killed_at: &[Timestamp],
    repeat: Repeat,
    tally: &mut Tally,
) {
    let data = folder.join("data");
    let store: Arc<dyn Store> = match SqliteStore::open(&data) {
        Ok(store) => store,
        Err(error) => return tally.violate(repeat, error),
    };
    if let Err(fault) = verify::verify(&*store).await {
        tally.violate(repeat, fault);
    }
    let journal = Journal::new(store.clone(), Arc::new(LocalBus::new()));
    let mut spoken: HashMap<&ConversationId, Vec<&Said>> = HashMap::new();
    for message in said {
        spoken.entry(&message.conversation).or_default().push(message);
    }
    let mut refunds = HashMap::new();
    for id in all(&*store).await {
        let thread = match journal.load(&Scope::System, &id).await {
            Ok(Some(thread)) => thread,
            Ok(None) => continue,
            Err(error) => return tally.violate(repeat, error),
        };
        let none = Vec::new();
        messages(&thread, spoken.get(&id).unwrap_or(&none), repeat, tally);
        turns(&thread, killed_at, repeat, tally);
        for refund in thread.state.refunds.iter().filter(|r| r.state == RefundState::Succeeded) {
            let key = refund.terms.as_ref().map(|terms| terms.idempotency_key.clone());
            refunds.insert(key.unwrap_or_default(), refund.money.amount);
        }
    }
    let there: HashSet<ConversationId> = all(&*store).await.into_iter().collect();
    for gone in said.iter().filter(|message| !there.contains(&message.conversation)) {
        tally.lose(repeat, format!("{} of {}", gone.client_id, gone.conversation));
    }
    money(&data, &refunds, repeat, tally);
}

async fn all(store: &dyn Store) -> Vec<ConversationId> {
    let mut ids = Vec::new();
    loop {
        let page = store.ids(ids.last(), 500).await.expect("ids");
        if page.is_empty() {
            return ids;
        }
        ids.extend(page);
    }
}

/// Every acknowledged message is there once, where it was said to be, as it was written.
fn messages(thread: &Thread, said: &[&Said], repeat: Repeat, tally: &mut Tally) {
    let mut found: HashMap<&ClientId, Vec<(&Event, &str)>> = HashMap::new();
    for event in &thread.events {
        if let EventBody::Message(message) = &event.body
            && message.author.kind == AuthorKind::Visitor
        {
            let client_id = message.client_id.as_ref().expect("visitors' messages have one");
            found.entry(client_id).or_default().push((event, &message.text));
        }
    }
    for message in said {
        let place = format!("{} of {}", message.client_id, message.conversation);
        match found.remove(&message.client_id).as_deref() {
            None => tally.lose(repeat, place),
            Some([(event, text)]) => {
                if *text != message.text {
                    tally.violate(repeat, format!("{place} has another text"));
                }
                if message.seqs.iter().any(|seq| *seq != event.seq) {
                    tally.violate(repeat, format!("{place} was acknowledged elsewhere"));
                }
            }
            Some(_) => tally.double(repeat, place),
        }
    }
    for (client_id, _) in found {
        tally.violate(repeat, format!("{client_id} of {} was never said", thread.state.id));
    }
}

/// No turn is open longer than it may, however often it was killed; of those that were killed, the
/// longest counts as the recovery.
fn turns(thread: &Thread, killed_at: &[Timestamp], repeat: Repeat, tally: &mut Tally) {
    let mut state: Option<Conversation> = None;
    let mut began = None;
    for event in &thread.events {
        match &mut state {
            None => state = Conversation::open(thread.state.id.clone(), event).ok(),
            Some(state) => state.apply(event).expect("it was verified"),
        }
        let is_open = state.as_ref().is_some_and(Conversation::has_work);
        match (began, is_open) {
            (None, true) => began = Some(event.at),
            (Some(since), false) => {
                let took = |from: Timestamp| {
                    Duration::from_millis(u64::try_from(event.at.since_ms(from)).unwrap_or(0))
                };
                if took(since) > TURN {
                    let id = &thread.state.id;
                    tally.violate(repeat, format!("a turn of {id} took {:?}", took(since)));
                }
                if let Some(first) = killed_at.iter().find(|at| since < **at && **at < event.at) {
                    tally.recovered(took(*first));
                }
                began = None;
            }
            _ => {}
        }
    }
    if began.is_some() {
        tally.violate(repeat, format!("a turn of {} is still open", thread.state.id));
    }
}

/// The provider has exactly the refunds that the journal says succeeded.
fn money(data: &Path, journal: &HashMap<String, i64>, repeat: Repeat, tally: &mut Tally) {
    let ledger = Connection::open(data.join("shop.db")).expect("the ledger");
    let mut statement = ledger.prepare("SELECT key, amount FROM refunds").expect("a query");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let provider: HashMap<String, i64> = rows.map(|row| row.expect("a row")).collect();
    for (key, amount) in journal {
        if provider.get(key) != Some(amount) {
            tally.lose(repeat, format!("refund {key} succeeded, the provider has none"));
        }
    }
    for key in provider.keys().filter(|key| !journal.contains_key(*key)) {
        tally.violate(repeat, format!("refund {key} was made, the journal does not know"));
    }
    let sql = "SELECT count(*) FROM charges c WHERE
               (SELECT coalesce(sum(amount), 0) FROM refunds WHERE charge = c.id) > c.amount";
    let over: u64 = ledger.query_row(sql, [], |row| row.get(0)).expect("a count");
    if over > 0 {
        tally.violate(repeat, format!("{over} charges gave back more than they took"));
    }
}
