//! Finds out whether the database came back from a backup that is older than what was paid. Then
//! refunds stay off until a person has compared the books: what the database has forgotten would be
//! paid again.

use std::{collections::BTreeSet, io, path::Path, time::Duration};

use shared::{
    api::{LostRefund, OffCause, RefundsOff},
    time::Timestamp,
};

use super::{
    Gateway, head,
    switch::{self, MONEY_SETTING},
};
use crate::storage::{Store, StoreError, rows::AuditRow};

/// Keys of refunds that the database had forgotten when a person allowed refunds again, as a JSON
/// list: they are no news at the next start.
pub const COMPARED_SETTING: &str = "refunds_compared";
/// How many of the provider's newest refunds are looked at.
const LOOK_AT: usize = 100;
/// How long the provider may take to list them; without it, the file alone tells.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nobody can say.
#[derive(Debug, thiserror::Error)]
pub enum RestoredError {
    /// The file beside the database cannot be read or made.
    #[error("cannot use refunds.head in the data folder, which tells what was refunded last: {0}")]
    Head(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a start has found out.
#[derive(Debug, Default)]
pub struct Found {
    /// Refunds are off because of a restore, found now or before.
    pub off: Option<RefundsOff>,
    /// Keys that the provider is asked about before anything is sent under them.
    pub doubtful: BTreeSet<String>,
}

/// Compares the database with what was noted in `folder` and with the provider's newest refunds. If
/// it lacks any of them, switches refunds off, and says so in the audit log.
pub async fn look(
    store: &dyn Store,
    folder: &Path,
    gateway: &dyn Gateway,
    now: Timestamp,
) -> Result<Found, RestoredError> {
    let compared = compared(store).await?;
    let mut doubtful: BTreeSet<String> = compared.iter().cloned().collect();
    let setting = store.setting(MONEY_SETTING).await?;
    if let Some(off) = switch::off(setting.as_deref()).filter(|off| off.cause == OffCause::Restored)
    {
        head::begin(folder)?;
        doubtful.extend(off.lost.iter().map(|lost| lost.key.clone()));
        return Ok(Found { off: Some(off), doubtful });
    }
    let noted = head::noted(folder)?;
    let mut lost = made_unknown(store, gateway, &compared).await?;
    let candidates = noted.iter().flatten().rev().filter(|key| !compared.contains(key));
    let candidates = candidates.filter(|key| lost.iter().all(|known| known.key != **key));
    let forgotten = store.never_sent(candidates.cloned().collect()).await?;
    lost.extend(forgotten.into_iter().map(|key| LostRefund {
        key,
        receipt: None,
        charge: None,
        money: None,
    }));
    lost.truncate(LOOK_AT);
    let detail = if !lost.is_empty() {
        "The database does not know refunds that were sent: it is older than they are.".to_owned()
    } else if noted.is_none() && store.has_sent().await? {
        "The file refunds.head is missing beside a database with refunds: nobody can say how old \
         the database is."
            .to_owned()
    } else {
        head::begin(folder)?;
        return Ok(Found { off: None, doubtful });
    };
    let off = RefundsOff { since: Some(now), by: None, cause: OffCause::Restored, detail, lost };
    let entry = AuditRow::of_baton(now, "money_switched", "money")
        .with(format!("refunds off; {}", off.detail));
    store.put_setting(MONEY_SETTING, &switch::off_setting(&off), entry).await?;
    // Only now: a start that ends here comes to the same end the next time.
    head::begin(folder)?;
    doubtful.extend(off.lost.iter().map(|lost| lost.key.clone()));
    Ok(Found { off: Some(off), doubtful })
}

/// Keys that a person has compared before.
pub async fn compared(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let json = store.setting(COMPARED_SETTING).await?;
    let parsed = json.map(|json| serde_json::from_str(&json)).transpose();
    Ok(parsed.map_err(|error| StoreError::Damaged(error.to_string()))?.unwrap_or_default())
}

/// The provider's newest refunds that the database has never sent, newest first.
async fn made_unknown(
    store: &dyn Store,
    gateway: &dyn Gateway,
    compared: &[String],
) -> Result<Vec<LostRefund>, StoreError> {
    let newest = match tokio::time::timeout(PATIENCE, gateway.newest(LOOK_AT)).await {
        Ok(Ok(newest)) => newest,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the payment provider does not list its newest refunds");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!("the payment provider did not list its newest refunds in time");
            Vec::new()
        }
    };
    let keys = newest.iter().map(|receipt| receipt.of.key.clone());
    let keys = keys.filter(|key| !compared.contains(key)).collect();
    let unknown = store.never_sent(keys).await?;
    let newest = newest.into_iter().filter(|receipt| unknown.contains(&receipt.of.key));
    Ok(newest
        .map(|receipt| LostRefund {
            key: receipt.of.key,
            receipt: Some(receipt.id),
            charge: Some(receipt.of.charge),
            money: Some(receipt.of.amount),
        })
        .collect())
}
