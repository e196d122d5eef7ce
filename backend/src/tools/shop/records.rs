//! What the ledger knows, as the tools read it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::{money::Money, time::Timestamp};

use super::{
    data::{InvoiceState, OrderStatus, Period, SubscriptionStatus},
    ledger::{Ledger, LedgerError},
};

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The id that the site signs for.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Where invoices go.
    pub email: String,
}

/// An order with what was paid and given back for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its number.
    pub id: String,
    /// Whose it is.
    pub customer: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// How far it is.
    pub status: OrderStatus,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// What it costs.
    pub total: Money,
    /// What it consists of.
    pub items: Vec<Item>,
    /// What was captured, oldest first.
    pub charges: Vec<Charge>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub price: Money,
}

/// A captured payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// The provider's id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
    /// What was given back of it, oldest first.
    pub refunds: Vec<Returned>,
}

/// A refund on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// The provider's id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub plan: String,
    /// What each period costs.
    pub price: Money,
    /// The period.
    pub every: Period,
    /// Whether it goes on.
    pub status: SubscriptionStatus,
    /// Since when.
    pub started_at: Timestamp,
    /// When it is charged next.
    pub renews_at: Option<Timestamp>,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    /// Its number.
    pub id: String,
    /// Its date.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
    /// Whether it is settled.
    pub state: InvoiceState,
}

impl Ledger {
    /// The customer with this id.
    pub async fn customer(&self, id: &str) -> Result<Option<Customer>, LedgerError> {
        let id = id.to_owned();
        self.run(move |db| customer(db, &id)).await
    }

    /// The customer's order of this number, in any case; `None` also if it is somebody else's.
    pub async fn order(&self, customer: &str, id: &str) -> Result<Option<Order>, LedgerError> {
        let (customer, id) = (customer.to_owned(), id.to_owned());
        self.run(move |db| {
            let sql = "SELECT id, customer, placed_at, status, delivered_at, total, currency
                       FROM orders WHERE id = ?1 AND customer = ?2";
            Ok(orders(db, sql, params![id, customer])?.pop())
        })
        .await
    }

    /// The customer's newest orders, newest first.
    pub async fn orders(&self, customer: &str, limit: u32) -> Result<Vec<Order>, LedgerError> {
        let customer = customer.to_owned();
        self.run(move |db| {
            let sql = "SELECT id, customer, placed_at, status, delivered_at, total, currency
                       FROM orders WHERE customer = ?1 ORDER BY placed_at DESC, id LIMIT ?2";
            orders(db, sql, params![customer, limit])
        })
        .await
    }

    /// The customer's subscription.
    pub async fn subscription(&self, customer: &str) -> Result<Option<Subscription>, LedgerError> {
        let customer = customer.to_owned();
        self.run(move |db| {
            let sql = "SELECT price, currency, id, plan, every, status, started_at, renews_at
                       FROM subscriptions WHERE customer = ?1";
            let mut found = rows(db, sql, params![customer], |row| {
                Ok(Subscription {
                    price: money(row, 0)?,
                    id: row.get(2)?,
                    plan: row.get(3)?,
                    every: word(row, 4, Period::of_word)?,
                    status: word(row, 5, SubscriptionStatus::of_word)?,
                    started_at: Timestamp(row.get(6)?),
                    renews_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                })
            })?;
            Ok(found.pop())
        })
        .await
    }

    /// The customer's newest invoices, newest first.
    pub async fn invoices(&self, customer: &str, limit: u32) -> Result<Vec<Invoice>, LedgerError> {
        let customer = customer.to_owned();
        self.run(move |db| {
            let sql = "SELECT amount, currency, id, at, state FROM invoices
                       WHERE customer = ?1 ORDER BY at DESC, id LIMIT ?2";
            rows(db, sql, params![customer, limit], |row| {
                Ok(Invoice {
                    amount: money(row, 0)?,
                    id: row.get(2)?,
                    at: Timestamp(row.get(3)?),
                    state: word(row, 4, InvoiceState::of_word)?,
                })
            })
        })
        .await
    }

    /// Puts the customer's invoice of this number into the outbox, once for a tool call: answers
    /// its number and the address it goes to, or `None` if it is not theirs.
    pub async fn resend_invoice(
        &self,
        customer: &str,
        invoice: &str,
        call: (&str, &str),
        now: Timestamp,
    ) -> Result<Option<(String, String)>, LedgerError> {
        let (customer, invoice) = (customer.to_owned(), invoice.to_owned());
        let (conversation, call) = (call.0.to_owned(), call.1.to_owned());
        self.run(move |db| {
            let transaction = db.transaction()?;
            let sql = "SELECT invoices.id, email FROM invoices
                       JOIN customers ON customers.id = customer
                       WHERE invoices.id = ?1 AND customer = ?2";
            let found: Option<(String, String)> = transaction
                .query_row(sql, params![invoice, customer], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((invoice, email)) = &found {
                transaction.execute(
                    "INSERT INTO outbox (conversation, call, invoice, email, at)
                     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                    params![conversation, call, invoice, email, now.0],
                )?;
                transaction.commit()?;
            }
            Ok(found)
        })
        .await
    }
}

fn customer(db: &Connection, id: &str) -> Result<Option<Customer>, LedgerError> {
    let sql = "SELECT id, name, email FROM customers WHERE id = ?1";
    let read =
        |row: &Row<'_>| Ok(Customer { id: row.get(0)?, name: row.get(1)?, email: row.get(2)? });
    Ok(db.prepare_cached(sql)?.query_row(params![id], read).optional()?)
}

fn orders(
    db: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Order>, LedgerError> {
    let mut orders = rows(db, sql, values, |row| {
        Ok(Order {
            id: row.get(0)?,
            customer: row.get(1)?,
            placed_at: Timestamp(row.get(2)?),
            status: word(row, 3, OrderStatus::of_word)?,
            delivered_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
            total: money(row, 5)?,
            items: Vec::new(),
            charges: Vec::new(),
        })
    })?;
    for order in &mut orders {
        let currency = order.total.currency;
        let sql = "SELECT name, quantity, price FROM items WHERE order_id = ?1 ORDER BY line";
        order.items = rows(db, sql, params![order.id], |row| {
            let price = Money::new(row.get(2)?, currency);
            Ok(Item { name: row.get(0)?, quantity: row.get(1)?, price })
        })?;
        let sql = "SELECT amount, currency, id, at FROM charges WHERE order_id = ?1
                   ORDER BY at, id";
        order.charges = rows(db, sql, params![order.id], |row| {
            let (amount, id, at) = (money(row, 0)?, row.get(2)?, Timestamp(row.get(3)?));
            Ok(Charge { id, at, amount, refunds: Vec::new() })
        })?;
        for charge in &mut order.charges {
            let sql = "SELECT amount, currency, id, at FROM refunds WHERE charge = ?1
                       ORDER BY at, id";
            charge.refunds = rows(db, sql, params![charge.id], |row| {
                Ok(Returned { amount: money(row, 0)?, id: row.get(2)?, at: Timestamp(row.get(3)?) })
            })?;
        }
    }
    Ok(orders)
}

fn rows<T>(
    db: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The amount in column `at` and its currency in the next one.
fn money(row: &Row<'_>, at: usize) -> Result<Money, LedgerError> {
    let code: String = row.get(at + 1)?;
    let currency = code.parse().map_err(|_| LedgerError::Damaged(format!("currency {code:?}")))?;
    Ok(Money::new(row.get(at)?, currency))
}

fn word<T>(
    row: &Row<'_>,
    at: usize,
    of_word: impl Fn(&str) -> Option<T>,
) -> Result<T, LedgerError> {
    let text: String = row.get(at)?;
    of_word(&text).ok_or_else(|| LedgerError::Damaged(format!("unknown word {text:?}")))
}
