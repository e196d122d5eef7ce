//! The embedded ledger as a payment provider.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use shared::{money::Money, time::Timestamp};

use super::{Finding, Gateway, GatewayError, Receipt, RefundOrder, hex};
use crate::tools::shop::{Ledger, LedgerError};

/// Longest idempotency key, in bytes.
const KEY_BYTES: usize = 255;

/// Refunds charges of a [`Ledger`]. Its clock is its own, as a provider's is.
pub struct LedgerGateway {
    ledger: Ledger,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl LedgerGateway {
    /// A gateway to `ledger` that dates refunds by `clock`.
    pub fn new(ledger: Ledger, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { ledger, clock: Box::new(clock) }
    }
}

#[async_trait]
impl Gateway for LedgerGateway {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        let (order, now) = (order.clone(), (self.clock)());
        let outcome = self
            .ledger
            .run(move |connection| {
                // The lock comes before the first look, so that no two refunds see the same rest.
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let outcome = refund(&transaction, &order, now)?;
                transaction.commit()?;
                Ok(outcome)
            })
            .await;
        outcome
            .map_err(|error| GatewayError::Unknown(error.to_string()))?
            .map_err(GatewayError::Refused)
    }

    /// Calls are worked off one after the other, and those whose caller has gone are not begun, so
    /// that what is not on record now was not made.
    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        let key = key.to_owned();
        let found = self.ledger.run(move |connection| made(connection, &key));
        let found = found.await.map_err(|error| GatewayError::Unknown(error.to_string()))?;
        Ok(found.map_or(Finding::NotMade, Finding::Made))
    }

    async fn newest(&self, limit: usize) -> Result<Vec<Receipt>, GatewayError> {
        let found = self.ledger.run(move |connection| newest(connection, limit)).await;
        found.map_err(|error| GatewayError::Unknown(error.to_string()))
    }
}

/// The refund that a key has made.
fn made(db: &Connection, key: &str) -> Result<Option<Receipt>, LedgerError> {
    let sql = "SELECT id, key, charge, amount, currency FROM refunds WHERE key = ?1";
    db.prepare_cached(sql)?.query_row([key], columns).optional()?.map(receipt).transpose()
}

/// The refunds that Baton has made; those that were loaded with the shop's data have other keys.
fn newest(db: &Connection, limit: usize) -> Result<Vec<Receipt>, LedgerError> {
    let sql = "SELECT id, key, charge, amount, currency FROM refunds WHERE key NOT LIKE 'loaded:%'
               ORDER BY at DESC, id LIMIT ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([limit], columns)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(receipt).collect()
}

type Columns = (String, String, String, i64, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn receipt((id, key, charge, amount, currency): Columns) -> Result<Receipt, LedgerError> {
    let currency = currency.parse().map_err(|e| LedgerError::Damaged(format!("{e}")))?;
    Ok(Receipt { id, of: RefundOrder { key, charge, amount: Money::new(amount, currency) } })
}

/// The refund, made now or before; or why not.
fn refund(
    db: &Transaction<'_>,
    order: &RefundOrder,
    now: Timestamp,
) -> Result<Result<Receipt, String>, LedgerError> {
    let refuse = |why: &str| Ok(Err(why.to_owned()));
    let (amount, currency) = (order.amount.amount, order.amount.currency.code());
    if order.key.is_empty() || order.key.len() > KEY_BYTES {
        return refuse("an idempotency key has 1 to 255 bytes");
    }
    if amount <= 0 {
        return refuse("a refund is above zero");
    }
    if let Some(receipt) = made(db, &order.key)? {
        if receipt.of == *order {
            return Ok(Ok(receipt));
        }
        return refuse("this key was used for another refund");
    }
    let charge: Option<(i64, String, i64)> = db
        .prepare_cached(
            "SELECT amount, currency,
               (SELECT coalesce(sum(amount), 0) FROM refunds WHERE charge = charges.id)
             FROM charges WHERE id = ?1",
        )?
        .query_row([&order.charge], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((captured, charged_in, refunded)) = charge else {
        return refuse("there is no such charge");
    };
    if charged_in != currency {
        return refuse("the charge is in another currency");
    }
    if refunded.checked_add(amount).is_none_or(|sum| sum > captured) {
        return refuse("more than is left of the charge");
    }
    let id = format!("re_{}", &hex(&Sha256::digest(&order.key))[..24]);
    db.execute(
        "INSERT INTO refunds (id, key, charge, amount, currency, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, order.key, order.charge, amount, currency, now.0],
    )?;
    Ok(Ok(Receipt { id, of: order.clone() }))
}
