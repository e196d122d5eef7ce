//! Makes tables again from the events, for a database from before they were kept.

use shared::{conversation::Conversation, event::Event};

use super::{Journal, projection::Added};
use crate::storage::{
    Scope, Store, StoreError,
    rows::{AuditRow, SearchRow},
};

/// The setting that says that the searches are those of the events.
const SEARCHES: &str = "searches_kept";
/// Conversations that are read at once.
const PAGE: usize = 500;

/// Keeps the searches of all conversations, unless that was done before. `done` is what the audit
/// log says of it.
pub async fn searches(
    store: &dyn Store,
    journal: &Journal,
    done: AuditRow,
) -> Result<(), StoreError> {
    if store.setting(SEARCHES).await?.is_some() {
        return Ok(());
    }
    let mut last = None;
    loop {
        let ids = store.ids(last.as_ref(), PAGE).await?;
        for id in &ids {
            let Some(thread) = journal.load(&Scope::System, id).await? else { continue };
            let events = thread.events.iter().map(AsRef::as_ref);
            let rows = of(id.clone(), events).map_err(StoreError::Damaged)?;
            if !rows.is_empty() {
                store.replace_searches(id, rows).await?;
            }
        }
        if ids.len() < PAGE {
            break;
        }
        last = ids.last().cloned();
    }
    store.put_setting(SEARCHES, "true", done).await
}

/// The searches in a conversation's events.
fn of<'e>(
    id: shared::id::ConversationId,
    mut events: impl Iterator<Item = &'e Event>,
) -> Result<Vec<SearchRow>, String> {
    let Some(first) = events.next() else { return Ok(Vec::new()) };
    let mut state = Conversation::open(id, first).map_err(|fault| fault.to_string())?;
    let mut added = Added::default();
    for event in events {
        added.note(&state, event);
        state.apply(event).map_err(|fault| fault.to_string())?;
    }
    Ok(added.searches)
}
