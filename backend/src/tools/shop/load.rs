//! Writing shop data into the ledger.

use rusqlite::{Params, Transaction, params};
use shared::time::Timestamp;

use super::{
    data::{ChargeData, CustomerData, InvalidShop, OrderData, ShopData, When},
    ledger::LedgerError,
};

/// Adds what is new and brings the rest up to date. What is owed or owned by whom never changes:
/// an order keeps its customer, a charge its order and amount.
pub(super) fn load(
    to: &Transaction<'_>,
    data: &ShopData,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let load = Load { to, now };
    data.customers.iter().try_for_each(|customer| load.customer(customer))
}

struct Load<'a> {
    to: &'a Transaction<'a>,
    now: Timestamp,
}

impl Load<'_> {
    fn customer(&self, customer: &CustomerData) -> Result<(), LedgerError> {
        let id = &customer.id;
        self.put(
            "INSERT INTO customers (id, name, email) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email",
            params![id, customer.name, customer.email],
        )?;
        for order in &customer.orders {
            self.order(id, order)?;
        }
        if let Some(it) = &customer.subscription {
            self.put(
                "INSERT INTO subscriptions
                   (customer, id, plan, price, currency, every, status, started_at, renews_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (customer) DO UPDATE SET id = excluded.id, plan = excluded.plan,
                   price = excluded.price, currency = excluded.currency, every = excluded.every,
                   status = excluded.status, started_at = excluded.started_at,
                   renews_at = excluded.renews_at",
                params![
                    id,
                    it.id,
                    it.plan,
                    it.price.amount,
                    it.price.currency.code(),
                    it.every.word(),
                    it.status.word(),
                    self.at(it.started),
                    it.renews.map(|when| self.at(when)),
                ],
            )?;
        }
        for it in &customer.invoices {
            let changed = self.put(
                "INSERT INTO invoices (id, customer, at, amount, currency, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET at = excluded.at, amount = excluded.amount,
                   currency = excluded.currency, state = excluded.state
                 WHERE customer = excluded.customer",
                params![
                    it.id,
                    id,
                    self.at(it.date),
                    it.amount.amount,
                    it.amount.currency.code(),
                    it.state.word(),
                ],
            )?;
            unless(changed, || format!("invoice {} belongs to another customer", it.id))?;
        }
        Ok(())
    }

    fn order(&self, customer: &str, order: &OrderData) -> Result<(), LedgerError> {
        let changed = self.put(
            "INSERT INTO orders (id, customer, placed_at, status, delivered_at, total, currency)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET placed_at = excluded.placed_at,
               status = excluded.status, delivered_at = excluded.delivered_at,
               total = excluded.total
             WHERE customer = excluded.customer AND currency = excluded.currency",
            params![
                order.id,
                customer,
                self.at(order.placed),
                order.status.word(),
                order.delivered.map(|when| self.at(when)),
                order.total.amount,
                order.total.currency.code(),
            ],
        )?;
        unless(changed, || {
            format!("order {} belongs to another customer or has another currency", order.id)
        })?;
        self.put("DELETE FROM items WHERE order_id = ?1", params![order.id])?;
        for (line, item) in (1i64..).zip(&order.items) {
            self.put(
                "INSERT INTO items (order_id, line, name, quantity, price)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![order.id, line, item.name, item.quantity, item.price],
            )?;
        }
        order.charges.iter().try_for_each(|charge| self.charge(order, charge))
    }

    fn charge(&self, order: &OrderData, charge: &ChargeData) -> Result<(), LedgerError> {
        let currency = order.total.currency.code();
        let changed = self.put(
            "INSERT INTO charges (id, order_id, at, amount, currency) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at
             WHERE order_id = excluded.order_id AND amount = excluded.amount
               AND currency = excluded.currency",
            params![charge.id, order.id, self.at(charge.at), charge.amount, currency],
        )?;
        unless(changed, || format!("charge {} has another order or amount", charge.id))?;
        for refund in &charge.refunds {
            // Keys that Baton mints have no colon, so that these never meet them.
            self.put(
                "INSERT INTO refunds (id, key, charge, amount, currency, at)
                 VALUES (?1, 'loaded:' || ?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING",
                params![refund.id, charge.id, refund.amount, currency, self.at(refund.at)],
            )?;
        }
        Ok(())
    }

    fn put(&self, sql: &str, values: impl Params) -> Result<usize, LedgerError> {
        Ok(self.to.prepare_cached(sql)?.execute(values)?)
    }

    fn at(&self, when: When) -> i64 {
        when.resolve(self.now).0
    }
}

fn unless(changed: usize, conflict: impl FnOnce() -> String) -> Result<(), LedgerError> {
    if changed > 0 { Ok(()) } else { Err(InvalidShop::Conflict(conflict()).into()) }
}
