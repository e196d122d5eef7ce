//! Refunds: what they amount to, and whether more may be added.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};
use shared::{
    api::OpenRefund,
    id::{ConversationId, IntentId},
    money::Money,
    time::Timestamp,
};

use super::convert::{name_of, named, parsed, taken};
use crate::storage::{RefundTotals, Require, StoreError, rows::RefundRow};

/// The columns that [`refund_of`] reads.
const REFUND: &str = "c.id, r.intent, r.order_id, r.amount, r.currency, r.state, r.since,
                      r.charge, r.customer, r.day, r.key";

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
        if !except.iter().any(|refund| refund.open.intent == intent) {
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

fn money_enabled(conn: &Connection) -> rusqlite::Result<bool> {
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

pub(super) fn open(conn: &Connection) -> Result<Vec<OpenRefund>, StoreError> {
    let sql = format!(
        "SELECT {REFUND} FROM refunds r JOIN conversations c ON c.n = r.conversation
         WHERE r.open = 1 ORDER BY r.since, r.intent"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let refunds = statement.query_map([], |row| Ok(refund_of(row)?.open))?;
    Ok(refunds.collect::<Result<_, _>>()?)
}

pub(super) fn of_conversation(
    conn: &Connection,
    id: &ConversationId,
) -> Result<Vec<RefundRow>, StoreError> {
    let sql = format!(
        "SELECT {REFUND} FROM refunds r JOIN conversations c ON c.n = r.conversation
         WHERE c.id = ? ORDER BY r.intent"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let refunds = statement.query_map([id.as_str()], refund_of)?;
    Ok(refunds.collect::<Result<_, _>>()?)
}

/// Records a refund that is new or has moved. What its first record fixed does not change.
pub(super) fn put(conn: &Connection, n: i64, refund: &RefundRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO refunds (intent, conversation, order_id, charge, customer, day, amount,
                   currency, state, holds, open, since, key)
               VALUES (:intent, :n, :order_id, :charge, :customer, :day, :amount,
                   :currency, :state, :holds, :open, :since, :key)
               ON CONFLICT (intent) DO UPDATE
               SET state = :state, holds = :holds, open = :open, since = :since
               WHERE conversation = :n AND key = :key AND charge = :charge
                   AND amount = :amount AND currency = :currency";
    let OpenRefund { intent, order, money, state, since, .. } = &refund.open;
    let changed = conn
        .prepare_cached(sql)?
        .execute(named_params! {
            ":intent": intent.as_str(),
            ":n": n,
            ":order_id": order,
            ":charge": refund.charge,
            ":customer": refund.customer,
            ":day": refund.day,
            ":amount": money.amount,
            ":currency": money.currency.code(),
            ":state": name_of(state)?,
            ":holds": state.holds_money(),
            ":open": !state.is_terminal(),
            ":since": since.0,
            ":key": refund.key,
        })
        .map_err(|e| taken(e, "idempotency key"))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Taken("refund intent")) }
}

fn refund_of(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    Ok(RefundRow {
        open: OpenRefund {
            conversation: parsed(row, 0)?,
            intent: parsed(row, 1)?,
            order: row.get(2)?,
            money: Money::new(row.get(3)?, parsed(row, 4)?),
            state: named(row, 5)?,
            since: Timestamp(row.get(6)?),
        },
        charge: row.get(7)?,
        customer: row.get(8)?,
        day: row.get(9)?,
        key: row.get(10)?,
    })
}
