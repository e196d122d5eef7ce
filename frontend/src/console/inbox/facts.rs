//! Facts as a person reads them: one block for each order, customer or the like. No page in here.

use shared::{brief::Fact, id::Seq};

use super::super::{format, words};

/// What is known about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is, such as `Order A1001`.
    pub title: String,
    /// The event that first named it, where it was named by itself.
    pub named: Option<Seq>,
    /// What is known about it.
    pub rows: Vec<Row>,
}

/// One thing that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub label: String,
    /// What is so.
    pub value: String,
    /// The event that says so.
    pub seq: Seq,
}

const CUSTOMER: &str = "Customer";
const BESIDES: &str = "Also said";

/// Things that have a number of their own and are named by it.
const NUMBERED: [&str; 2] = ["order", "invoice"];

/// The blocks of `facts`: the customer first, what belongs to nothing last.
pub fn blocks(facts: &[Fact]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for fact in facts {
        take(&mut blocks, fact);
    }
    blocks.sort_by_key(|block| match block.title.as_str() {
        CUSTOMER => 0,
        BESIDES => 2,
        _ => 1,
    });
    blocks
}

fn take(blocks: &mut Vec<Block>, fact: &Fact) {
    let parts: Vec<&str> = fact.key.split('.').collect();
    let (title, label) = match parts[..] {
        // When people answer is no fact of the case.
        [] | ["desk", ..] => return,
        ["customer"] => (CUSTOMER.to_owned(), "Number".to_owned()),
        ["customer", what] => (CUSTOMER.to_owned(), label(what)),
        ["contact", what] => (CUSTOMER.to_owned(), format!("Contact {}", words::spaced(what))),
        [thing] if NUMBERED.contains(&thing) => {
            let title = format!("{} {}", label(thing), fact.value);
            block(blocks, title).named.get_or_insert(fact.source_seq);
            return;
        }
        [what] => (BESIDES.to_owned(), label(what)),
        [thing, what] => (label(thing), label(what)),
        [thing, id, ref what @ ..] => (format!("{} {id}", label(thing)), label(&what.join(" "))),
    };
    let row = Row { label, value: value(&fact.value), seq: fact.source_seq };
    let rows = &mut block(blocks, title).rows;
    if !rows.iter().any(|known| known.label == row.label && known.value == row.value) {
        rows.push(row);
    }
}

fn block(blocks: &mut Vec<Block>, title: String) -> &mut Block {
    let at = blocks.iter().position(|block| block.title == title).unwrap_or_else(|| {
        blocks.push(Block { title, named: None, rows: Vec::new() });
        blocks.len() - 1
    });
    &mut blocks[at]
}

/// `charged_twice` as `Charged twice`, `delivered_at` as `Delivered`.
fn label(key: &str) -> String {
    match key {
        "email" => "E-mail".to_owned(),
        "number" => "Number named".to_owned(),
        other => words::title(other.strip_suffix("_at").unwrap_or(other)),
    }
}

fn value(text: &str) -> String {
    match text {
        "true" => "Yes".to_owned(),
        "false" => "No".to_owned(),
        word if word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => words::title(word),
        other => format::date_written(other).unwrap_or_else(|| other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fact(key: &str, value: &str, source_seq: Seq) -> Fact {
        Fact { key: key.into(), value: value.into(), source_seq }
    }

    #[test]
    fn facts_are_told_by_what_they_are_about() {
        let facts = [
            fact("order", "A1001", 2),
            fact("amount", "49.00 EUR", 2),
            fact("customer", "cus_1", 1),
            fact("order.A1001.charged_twice", "true", 8),
            fact("order.A1001.delivered_at", "2026-11-09", 8),
            fact("order.A1001.status", "delivered", 8),
            fact("desk.open", "false", 9),
            fact("customer.email", "maria@example.com", 10),
            fact("contact.email", "m@example.com", 11),
            fact("subscription.plan", "Coffee club", 12),
            fact("order", "A1002", 14),
        ];
        let told: Vec<_> = blocks(&facts)
            .into_iter()
            .map(|b| {
                let rows = b.rows.into_iter().map(|r| format!("{}: {}", r.label, r.value));
                (b.title, b.named, rows.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let line = |title: &str, named, rows: &str| (title.to_owned(), named, rows.to_owned());
        assert_eq!(
            told,
            [
                line(
                    "Customer",
                    None,
                    "Number: cus_1, E-mail: maria@example.com, Contact email: m@example.com"
                ),
                line(
                    "Order A1001",
                    Some(2),
                    "Charged twice: Yes, Delivered: Mon 9 Nov 2026, Status: Delivered"
                ),
                line("Subscription", None, "Plan: Coffee club"),
                line("Order A1002", Some(14), ""),
                line("Also said", None, "Amount: 49.00 EUR"),
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_known_gets_lost(keys in prop::collection::vec("[a-c_.]{0,12}", 0..20)) {
            let facts: Vec<_> = keys.iter().enumerate()
                .map(|(n, key)| fact(key, &format!("v{n}"), n as Seq))
                .collect();
            let rows: usize = blocks(&facts).iter().map(|b| b.rows.len()).sum();
            prop_assert_eq!(rows, facts.len());
        }
    }
}
