//! What refunds amount to, and whether more may be added.

use rusqlite::{Connection, OptionalExtension, Row, ToSql};
use shared::{id::IntentId, money::Money};

use super::convert::parsed;
use crate::storage::{RefundTotals, Require, StoreError, rows::RefundRow};

/// Whether `require` holds in this transaction, in which `moving` will be written. A refund that
/// only moves on is not counted twice: its earlier row is left out of the sum.
pub(super) fn holds(
    conn: &Connection,
    require: &Require,
    moving: &[RefundRow],
) -> Result<bool, StoreError> {
    match require {
        Require::MoneyEnabled => Ok(money_enabled(conn)?),
        Require::WithinCaptured { charge, captured, adding } => {
            let held = held(conn, &Sum::Charge(charge), *captured, moving)?;
            Ok(fits(held, *adding, *captured))
        }
        Require::WithinLimits { order, per_order, customer, day, per_customer_day, adding } => {
            let of_order = held(conn, &Sum::Order(order), *per_order, moving)?;
            let of_day = held(conn, &Sum::CustomerDay(customer, *day), *per_customer_day, moving)?;
            Ok(fits(of_order, *adding, *per_order) && fits(of_day, *adding, *per_customer_day))
        }
    }
}

fn fits(held: Option<Money>, adding: Money, limit: Money) -> bool {
    let sum = held.and_then(|held| held.checked_add(adding));
    adding.amount >= 0
        && sum.is_some_and(|sum| sum.currency == limit.currency && sum.amount <= limit.amount)
}

/// What is summed up.
enum Sum<'a> {
    Charge(&'a str),
    Order(&'a str),
    CustomerDay(&'a str, i64),
}

/// What refunds that hold money amount to, in the limit's currency, without those in `except`;
/// `None` if one of them is in another currency, so that nobody can say.
fn held(
    conn: &Connection,
    of: &Sum<'_>,
    limit: Money,
    except: &[RefundRow],
) -> Result<Option<Money>, StoreError> {
    let mut held = Some(Money::new(0, limit.currency));
    let mut add = |row: &Row<'_>| -> rusqlite::Result<()> {
        let intent: IntentId = parsed(row, 0)?;
        let money = Money::new(row.get(1)?, parsed(row, 2)?);
        if !except.iter().any(|refund| refund.line.intent == intent) {
            held = held.and_then(|sum| sum.checked_add(money));
        }
        Ok(())
    };
    let mut each = |filter: &str, values: &[&dyn ToSql]| -> rusqlite::Result<()> {
        let sql =
            format!("SELECT intent, amount, currency FROM refunds WHERE holds = 1 AND {filter}");
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
        while let Some(row) = rows.next()? {
            add(row)?;
        }
        Ok(())
    };
    match of {
        Sum::Charge(charge) => each("charge = ?", &[charge])?,
        Sum::Order(order) => each("order_id = ?", &[order])?,
        Sum::CustomerDay(customer, day) => each("customer = ? AND day = ?", &[customer, day])?,
    }
    Ok(held)
}

pub(super) fn money_enabled(conn: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT json FROM settings WHERE key = 'money_enabled'";
    let json: Option<String> =
        conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    // Anything but a plain yes is a no.
    Ok(json.is_none_or(|json| json == "true"))
}

pub(super) fn totals(
    conn: &Connection,
    charge: &str,
    order: &str,
    customer: &str,
    day: i64,
) -> Result<RefundTotals, StoreError> {
    let sql = "SELECT
        (SELECT coalesce(sum(amount), 0) FROM refunds WHERE holds = 1 AND charge = ?1),
        (SELECT coalesce(sum(amount), 0) FROM refunds WHERE holds = 1 AND order_id = ?2),
        (SELECT coalesce(sum(amount), 0) FROM refunds WHERE holds = 1 AND customer = ?3 AND day = ?4)";
    let totals = conn.prepare_cached(sql)?.query_row((charge, order, customer, day), |row| {
        Ok(RefundTotals { charge: row.get(0)?, order: row.get(1)?, customer_day: row.get(2)? })
    })?;
    Ok(totals)
}
