//! Whether shop data makes sense: checked whole, before any of it is loaded.

use std::collections::HashSet;

use shared::{id::CallId, limits, time::Timestamp};

use super::data::{
    ChargeData, CustomerData, InvalidShop, InvoiceData, OrderData, OrderStatus, ShopData,
    SubscriptionData, When,
};
use crate::tools::text::is_email;

/// Most customers in one file.
const CUSTOMERS: usize = 100_000;
/// Most orders, and most invoices, of one customer.
const PER_CUSTOMER: usize = 5_000;
/// Most items, charges, and refunds of a charge, in one order.
const PER_ORDER: usize = 200;
/// Longest name of an item or a plan, in characters.
const ITEM_CHARS: usize = 200;
/// Largest amount, in minor units; far from where sums could overflow.
const AMOUNT: i64 = 1_000_000_000_000;
/// Furthest relative day: a century.
const DAYS: u32 = 36_525;

impl ShopData {
    /// Checks everything that can be checked without the ledger: the first fault, and where it is.
    pub fn validate(&self, now: Timestamp) -> Result<(), InvalidShop> {
        at_most("customers", self.customers.len(), CUSTOMERS)?;
        let mut check = Check { now, seen: HashSet::new() };
        for (i, customer) in self.customers.iter().enumerate() {
            check.customer(&format!("customers[{i}]"), customer)?;
        }
        Ok(())
    }
}

struct Check {
    now: Timestamp,
    /// Ids met so far, each with its kind.
    seen: HashSet<(&'static str, String)>,
}

impl Check {
    fn customer(&mut self, place: &str, customer: &CustomerData) -> Result<(), InvalidShop> {
        self.id(place, "customer", &customer.id)?;
        text(&format!("{place}.name"), &customer.name, limits::NAME_CHARS)?;
        if !is_email(&customer.email) {
            return wrong(&format!("{place}.email"), "give an e-mail address");
        }
        at_most(&format!("{place}.orders"), customer.orders.len(), PER_CUSTOMER)?;
        for (i, order) in customer.orders.iter().enumerate() {
            self.order(&format!("{place}.orders[{i}]"), order)?;
        }
        if let Some(subscription) = &customer.subscription {
            self.subscription(&format!("{place}.subscription"), subscription)?;
        }
        at_most(&format!("{place}.invoices"), customer.invoices.len(), PER_CUSTOMER)?;
        for (i, invoice) in customer.invoices.iter().enumerate() {
            self.invoice(&format!("{place}.invoices[{i}]"), invoice)?;
        }
        Ok(())
    }

    fn order(&mut self, place: &str, order: &OrderData) -> Result<(), InvalidShop> {
        self.id(place, "order", &order.id)?;
        let placed = self.past(&format!("{place}.placed"), order.placed)?;
        match order.delivered {
            Some(when) if self.past(&format!("{place}.delivered"), when)? < placed => {
                return wrong(&format!("{place}.delivered"), "it arrived before it was placed");
            }
            None if order.status == OrderStatus::Delivered => {
                return wrong(&format!("{place}.delivered"), "say when it arrived");
            }
            _ => {}
        }
        amount(&format!("{place}.total"), order.total.amount, 0)?;
        at_most(&format!("{place}.items"), order.items.len(), PER_ORDER)?;
        for (i, item) in order.items.iter().enumerate() {
            let place = format!("{place}.items[{i}]");
            text(&format!("{place}.name"), &item.name, ITEM_CHARS)?;
            amount(&format!("{place}.price"), item.price, 0)?;
            amount(&format!("{place}.quantity"), i64::from(item.quantity), 1)?;
        }
        at_most(&format!("{place}.charges"), order.charges.len(), PER_ORDER)?;
        for (i, charge) in order.charges.iter().enumerate() {
            self.charge(&format!("{place}.charges[{i}]"), charge)?;
        }
        Ok(())
    }

    fn charge(&mut self, place: &str, charge: &ChargeData) -> Result<(), InvalidShop> {
        self.id(place, "charge", &charge.id)?;
        self.past(&format!("{place}.at"), charge.at)?;
        amount(&format!("{place}.amount"), charge.amount, 1)?;
        at_most(&format!("{place}.refunds"), charge.refunds.len(), PER_ORDER)?;
        let mut refunded = 0;
        for (i, refund) in charge.refunds.iter().enumerate() {
            let place = format!("{place}.refunds[{i}]");
            self.id(&place, "refund", &refund.id)?;
            self.past(&format!("{place}.at"), refund.at)?;
            amount(&format!("{place}.amount"), refund.amount, 1)?;
            refunded += refund.amount;
            if refunded > charge.amount {
                return wrong(&format!("{place}.amount"), "more is refunded than was charged");
            }
        }
        Ok(())
    }

    fn subscription(&mut self, place: &str, it: &SubscriptionData) -> Result<(), InvalidShop> {
        self.id(place, "subscription", &it.id)?;
        text(&format!("{place}.plan"), &it.plan, ITEM_CHARS)?;
        amount(&format!("{place}.price"), it.price.amount, 0)?;
        self.past(&format!("{place}.started"), it.started)?;
        it.renews.map_or(Ok(()), |when| near(&format!("{place}.renews"), when))
    }

    fn invoice(&mut self, place: &str, invoice: &InvoiceData) -> Result<(), InvalidShop> {
        self.id(place, "invoice", &invoice.id)?;
        amount(&format!("{place}.amount"), invoice.amount.amount, 0)?;
        near(&format!("{place}.date"), invoice.date)
    }

    fn id(&mut self, place: &str, kind: &'static str, id: &str) -> Result<(), InvalidShop> {
        let place = format!("{place}.id");
        // Any identifier type will do: they all share one rule.
        if let Err(rule) = id.parse::<CallId>() {
            return wrong(&place, &rule.to_string());
        }
        // People type order and invoice numbers in any case; the other ids are for programs.
        let any_case = matches!(kind, "order" | "invoice");
        let key = if any_case { id.to_ascii_lowercase() } else { id.to_owned() };
        if !self.seen.insert((kind, key)) {
            return wrong(&place, &format!("there is another {kind} {id}"));
        }
        Ok(())
    }

    fn past(&self, place: &str, when: When) -> Result<Timestamp, InvalidShop> {
        near(place, when)?;
        let at = when.resolve(self.now);
        if at > self.now {
            return wrong(place, "this has not happened yet");
        }
        Ok(at)
    }
}

fn near(place: &str, when: When) -> Result<(), InvalidShop> {
    let days = match when {
        When::At(_) => 0,
        When::Ago(ago) => ago.days_ago,
        When::Ahead(ahead) => ahead.days_ahead,
    };
    if days > DAYS { wrong(place, &format!("at most {DAYS} days away")) } else { Ok(()) }
}

fn text(place: &str, text: &str, max: usize) -> Result<(), InvalidShop> {
    let fine = !text.trim().is_empty()
        && text.chars().count() <= max
        && !text.chars().any(char::is_control);
    if fine { Ok(()) } else { wrong(place, &format!("1 to {max} printable characters")) }
}

fn amount(place: &str, amount: i64, min: i64) -> Result<(), InvalidShop> {
    if (min..=AMOUNT).contains(&amount) {
        Ok(())
    } else {
        wrong(place, &format!("a number from {min} to {AMOUNT}"))
    }
}

fn at_most(place: &str, count: usize, max: usize) -> Result<(), InvalidShop> {
    if count <= max { Ok(()) } else { wrong(place, &format!("{count} entries; at most {max}")) }
}

fn wrong<T>(place: &str, message: &str) -> Result<T, InvalidShop> {
    Err(InvalidShop::Value { place: place.to_owned(), message: message.to_owned() })
}
