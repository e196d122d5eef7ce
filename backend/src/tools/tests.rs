//! Every tool of the default set: for its own customer, for others, and for those who try.

use std::sync::Arc;

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    agent::{DeskSettings, RefundPolicy, Target},
    event::{Effect, Settlement},
    message::{Assurance, VisitorRef},
    money::{Currency, Money},
    time::Timestamp,
};

use super::{
    Context, Outcome, Registry,
    desk::{Desk, DeskUnavailable, hours_text},
    schema,
    shop::{Ledger, ShopData},
};
use crate::{
    knowledge::{Knowledge, Shelf, demo_articles},
    money::{
        Gateway, Proposal, RefundOrder,
        ledger::LedgerGateway,
        policy::{self, Verdict},
    },
    storage::RefundTotals,
};

/// A Tuesday, 10:40 in UTC.
const NOW: Timestamp = Timestamp(1_800_009_600_000);
const DAY_MS: i64 = 86_400_000;

struct TestDesk {
    broken: bool,
    /// What was given back before.
    before: RefundTotals,
}

fn settings() -> DeskSettings {
    let eur = |amount| Money::new(amount, Currency::EUR);
    DeskSettings {
        front_door: id("triage"),
        escalation: Target::Queue { slug: id("support") },
        queue: id("support"),
        queues: Vec::new(),
        lease_s: 300,
        utc_offset_minutes: 60,
        opens_hour: 9,
        closes_hour: 17,
        open_weekdays: vec![0, 1, 2, 3, 4],
        voice: String::new(),
        spend: shared::model::SpendCaps::default(),
        refund_policy: RefundPolicy {
            per_order: eur(10_000),
            per_customer_day: eur(15_000),
            window_days: 30,
            approval_ttl_s: 3600,
        },
        guardrails: Vec::new(),
    }
}

#[async_trait]
impl Desk for TestDesk {
    async fn settings(&self) -> Result<DeskSettings, DeskUnavailable> {
        if self.broken { Err(DeskUnavailable("no disk".to_owned())) } else { Ok(settings()) }
    }

    async fn judge(&self, refund: &Proposal, _: Timestamp) -> Result<Verdict, DeskUnavailable> {
        Ok(policy::judge(&settings().refund_policy, refund, &self.before, false))
    }

    async fn waiting(&self) -> Result<u32, DeskUnavailable> {
        if self.broken { Err(DeskUnavailable("no disk".to_owned())) } else { Ok(3) }
    }
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("an id")
}

struct World {
    registry: Registry,
    ledger: Ledger,
}

async fn world() -> World {
    world_with(TestDesk { broken: false, before: RefundTotals::default() }).await
}

async fn world_with(desk: TestDesk) -> World {
    let ledger = Ledger::in_memory().expect("a ledger");
    ledger.load(ShopData::demo().expect("demo data"), NOW).await.expect("loaded");
    let knowledge = Arc::new(Shelf::of(Knowledge::build(demo_articles().expect("articles"))));
    let desk: Arc<dyn Desk> = Arc::new(desk);
    World { registry: Registry::with_defaults(&ledger, knowledge, &desk), ledger }
}

fn visitor(assurance: Assurance, customer: Option<&str>) -> VisitorRef {
    VisitorRef {
        id: id("vis_1"),
        assurance,
        customer: customer.map(str::to_owned),
        name: None,
        email: Some("maria.rossi@example.com".to_owned()),
    }
}

fn customer(id: &str) -> VisitorRef {
    visitor(Assurance::Verified, Some(id))
}

impl World {
    async fn call(&self, visitor: VisitorRef, name: &str, args: Value) -> Outcome {
        self.registry.check(name, &args).unwrap_or_else(|fault| panic!("{name} {args}: {fault}"));
        let context = Context {
            conversation: id("cnv_1"),
            call: id("call_1"),
            visitor,
            said: vec!["You reach me at Maria@Shop.example, thanks".to_owned()],
            collections: Vec::new(),
            now: NOW,
        };
        self.registry.get(name).expect("a tool").call(context, args).await
    }

    /// The result and the facts of a call that must work.
    async fn ok(&self, who: &str, name: &str, args: Value) -> (Value, Vec<(String, String)>) {
        match self.call(customer(who), name, args).await {
            Outcome::Settled { settlement: Settlement::Ok, result, facts, untrusted: false } => {
                (result, facts)
            }
            other => panic!("{name}: {other:?}"),
        }
    }

    /// The code of a call that must not work.
    async fn code(&self, who: VisitorRef, name: &str, args: Value) -> String {
        match self.call(who, name, args.clone()).await {
            Outcome::Settled { settlement, result, facts, .. } if settlement != Settlement::Ok => {
                assert!(facts.is_empty() && result["message"].is_string(), "{result}");
                result["error"].as_str().expect("a code").to_owned()
            }
            other => panic!("{name} {args}: {other:?}"),
        }
    }

    async fn proposal(&self, who: &str, args: Value) -> Proposal {
        match self.call(customer(who), "issue_refund", args.clone()).await {
            Outcome::Refund(proposal) => proposal,
            other @ Outcome::Settled { .. } => panic!("{args}: {other:?}"),
        }
    }

    async fn refund(&self, key: &str, charge: &str, amount: i64) {
        let order = RefundOrder {
            key: key.to_owned(),
            charge: charge.to_owned(),
            amount: Money::new(amount, Currency::EUR),
        };
        LedgerGateway::new(self.ledger.clone(), || NOW).refund(&order).await.expect("refunded");
    }
}

const ON_AN_ORDER: [&str; 4] = ["lookup_order", "list_charges", "refund_status", "issue_refund"];

fn args_of(tool: &str, order: &str) -> Value {
    match tool {
        "issue_refund" => json!({ "order": order, "reason": "x" }),
        "resend_invoice" => json!({ "invoice": order }),
        _ => json!({ "order": order }),
    }
}

#[tokio::test]
async fn the_default_set_is_described_well() {
    let world = world().await;
    let names: Vec<&str> = world.registry.infos().map(|info| info.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "business_hours",
            "collect_contact",
            "issue_refund",
            "list_charges",
            "list_invoices",
            "lookup_customer",
            "lookup_order",
            "queue_status",
            "refund_status",
            "resend_invoice",
            "search_knowledge",
        ]
    );
    for info in world.registry.infos() {
        assert!(info.description.len() > 30 && info.description.len() < 600, "{}", info.name);
        let writes = ["issue_refund", "resend_invoice", "collect_contact"];
        assert_eq!(info.effect == Effect::Write, writes.contains(&info.name.as_str()));
        assert_eq!(info.parameters["additionalProperties"], false, "{}", info.name);
        only_known_keywords(&info.parameters);
    }
}

fn only_known_keywords(schema: &Value) {
    for (keyword, value) in schema.as_object().expect("a schema is an object") {
        assert!(schema::KEYWORDS.contains(&keyword.as_str()), "{keyword} is not checked");
        match keyword.as_str() {
            "properties" => {
                value.as_object().expect("properties").values().for_each(only_known_keywords);
            }
            "items" => only_known_keywords(value),
            _ => {}
        }
    }
}

#[tokio::test]
async fn nobody_reads_what_is_not_theirs() {
    let world = world().await;
    let nobody = [
        visitor(Assurance::Anonymous, None),
        visitor(Assurance::Anonymous, Some("cus_1")),
        visitor(Assurance::Claimed, Some("cus_1")),
        visitor(Assurance::Verified, None),
    ];
    let needing: Vec<String> = world
        .registry
        .infos()
        .filter(|info| info.needs_verified)
        .map(|info| info.name.clone())
        .collect();
    assert_eq!(needing.len(), 7);
    for tool in &needing {
        for who in &nobody {
            let args = match tool.as_str() {
                "lookup_customer" | "list_invoices" => json!({}),
                "resend_invoice" => args_of(tool, "INV-3001"),
                _ => args_of(tool, "A1001"),
            };
            assert_eq!(world.code(who.clone(), tool, args).await, "needs_verified", "{tool}");
        }
    }
    // Somebody else's and nobody's are told apart by nothing, not even their words.
    for tool in ON_AN_ORDER.into_iter().chain(["resend_invoice"]) {
        let mut answers = Vec::new();
        for order in [
            "A1001",
            "INV-3001",
            "Z9999",
            "' OR '1'='1",
            "A1001' --",
            "A1001\0",
            "%",
            "_____",
            "Ａ１００１",
            "Á1001",
            "*",
            &"9".repeat(64),
        ] {
            answers.push(world.call(customer("cus_2"), tool, args_of(tool, order)).await);
        }
        assert!(answers.iter().all(|it| it == &answers[0]), "{tool}: {answers:?}");
        let code = world.code(customer("cus_2"), tool, args_of(tool, "A1001")).await;
        assert_eq!(code, "not_found", "{tool}");
    }
    for stranger in ["cus_999", "CUS_1", "cus_1' OR '1'='1", ""] {
        let code = world.code(customer(stranger), "lookup_customer", json!({})).await;
        assert_eq!(code, "not_found", "{stranger}");
        let code = world.code(customer(stranger), "lookup_order", args_of("", "A1001")).await;
        assert_eq!(code, "not_found", "{stranger}");
        let (list, _) = world.ok(stranger, "list_invoices", json!({})).await;
        assert_eq!(list, json!({ "invoices": [] }));
    }
}

#[tokio::test]
async fn hostile_arguments_never_reach_a_tool() {
    let world = world().await;
    let refused = |tool: &str, args: Value| {
        assert!(world.registry.check(tool, &args).is_err(), "{tool} {args}");
    };
    for tool in ON_AN_ORDER {
        for order in [json!(1), json!(null), json!(["A1001"]), json!({ "$ne": "" }), json!("")] {
            refused(tool, json!({ "order": order, "reason": "x" }));
        }
        refused(tool, json!({ "order": "x".repeat(65), "reason": "x" }));
        refused(tool, json!({ "order": "x".repeat(1 << 20), "reason": "x" }));
        refused(tool, json!({ "order": "A1001", "reason": "x", "customer": "cus_2" }));
    }
    for amount in [
        json!(0),
        json!(-4900),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(49.0),
        json!(1e300),
        json!("4900"),
        json!(u64::MAX),
        json!(null),
        json!(true),
    ] {
        refused("issue_refund", json!({ "order": "A1001", "amount": amount, "reason": "x" }));
    }
    refused("issue_refund", json!({ "order": "A1001" }));
    refused("issue_refund", json!({ "order": "A1001", "reason": "x".repeat(301) }));
    refused("issue_refund", json!({ "order": "A1001", "reason": "x", "payee": "me" }));
    refused("lookup_customer", json!({ "customer": "cus_2" }));
    refused("resend_invoice", json!({ "invoice": "INV-3001", "email": "thief@example.com" }));
    refused("search_knowledge", json!({ "query": "x".repeat(501) }));
    refused("collect_contact", json!({}));
    refused("drop_tables", json!({}));
    refused("", Value::Null);
}

#[tokio::test]
async fn money_09_an_order_says_that_a_person_decides_where_earlier_refunds_reach_the_limit() {
    let check = async |before: RefundTotals, needs_approval: bool| {
        let world = world_with(TestDesk { broken: false, before }).await;
        let (order, _) = world.ok("cus_1", "lookup_order", json!({ "order": "A1001" })).await;
        assert_eq!(order["refundable"]["amount"], 4_900);
        assert_eq!(order["needs_approval"], needs_approval, "{before:?}");
    };
    let none = RefundTotals::default();
    check(none, false).await;
    check(RefundTotals { order: 5_100, ..none }, false).await;
    check(RefundTotals { order: 5_101, ..none }, true).await;
    check(RefundTotals { customer_day: 10_100, ..none }, false).await;
    check(RefundTotals { customer_day: 10_101, ..none }, true).await;
    // A charge of which a refund is under way gets none, with or without a person.
    check(RefundTotals { charge: 4_900, order: 4_900, customer_day: 4_900 }, false).await;
}

#[tokio::test]
async fn an_order_shows_what_happened_to_it() {
    let world = world().await;
    let (a1001, facts) = world.ok("cus_1", "lookup_order", json!({ "order": " #a1001 " })).await;
    assert_eq!(a1001["order"]["id"], "A1001");
    assert_eq!(a1001["order"]["status"], "delivered");
    assert_eq!(a1001["order"]["total"], json!({ "amount": 4900, "currency": "EUR" }));
    assert_eq!(a1001["order"]["items"][0]["quantity"], 1);
    let duplicates: Vec<_> =
        a1001["charges"].as_array().expect("charges").iter().map(|it| &it["duplicate"]).collect();
    assert_eq!(duplicates, [false, true]);
    assert_eq!(a1001["charges"][1]["state"], "captured");
    assert_eq!(a1001["refundable"], json!({ "amount": 4900, "currency": "EUR" }));
    assert_eq!(a1001["needs_approval"], false);
    assert_eq!(a1001["refund_window"]["open"], true);
    let fact = |key: &str| facts.iter().find(|(it, _)| it == key).map(|(_, value)| value.as_str());
    assert_eq!(fact("order"), Some("A1001"));
    assert_eq!(fact("order.A1001.status"), Some("delivered"));
    assert_eq!(fact("order.A1001.charged_twice"), Some("true"));
    assert_eq!(fact("order.A1001.total"), Some("49.00 EUR"));
    assert_eq!(fact("order.A1001.refunded"), None);

    let (a1002, facts) = world.ok("cus_1", "lookup_order", json!({ "order": "A1002" })).await;
    assert_eq!(a1002["refundable"]["amount"], 32_000);
    assert_eq!(a1002["needs_approval"], true, "above what an order may get without a person");
    assert_eq!(a1002["refund_window"]["open"], true);
    assert!(facts.iter().all(|(key, _)| !key.ends_with("charged_twice")));

    let (a1003, _) = world.ok("cus_1", "lookup_order", json!({ "order": "A1003" })).await;
    assert_eq!(a1003["refundable"]["amount"], 0);
    assert_eq!(a1003["refund_window"]["open"], false);

    world.refund("k", "ch_A1001_2", 4_900).await;
    let (a1001, facts) = world.ok("cus_1", "lookup_order", json!({ "order": "A1001" })).await;
    assert_eq!(a1001["refundable"]["amount"], 0, "the duplicate is given back once");
    assert_eq!(a1001["charges"][1]["state"], "refunded");
    assert!(facts.contains(&("order.A1001.refunded".to_owned(), "49.00 EUR".to_owned())));
    let (status, _) = world.ok("cus_1", "refund_status", json!({ "order": "A1001" })).await;
    assert_eq!(
        status["refunds"],
        json!([{ "order": "A1001", "amount": { "amount": 4900, "currency": "EUR" },
                 "state": "succeeded", "at": "2027-01-15" }])
    );
}

#[tokio::test]
async fn an_account_shows_orders_charges_and_invoices() {
    let world = world().await;
    let (account, facts) = world.ok("cus_1", "lookup_customer", json!({})).await;
    assert_eq!(account["customer"]["id"], "cus_1");
    let orders: Vec<_> =
        account["orders"].as_array().expect("orders").iter().map(|it| &it["id"]).collect();
    assert_eq!(orders, ["A1001", "A1002", "A1003"]);
    assert_eq!(account["subscription"]["every"], "month");
    assert!(facts.iter().any(|(key, _)| key == "customer.email"));
    let (account, _) = world.ok("cus_2", "lookup_customer", json!({})).await;
    assert_eq!(account["subscription"], Value::Null);
    assert_eq!(account["orders"][0]["total"]["amount"], 7_500);

    let (charges, facts) = world.ok("cus_1", "list_charges", json!({})).await;
    let charges = charges["charges"].as_array().expect("charges");
    assert_eq!(charges.len(), 4);
    assert_eq!(charges[0]["id"], "ch_A1001_2", "newest first");
    assert_eq!(charges.iter().filter(|it| it["duplicate"] == true).count(), 1);
    assert!(facts.contains(&("order.A1001.charged_twice".to_owned(), "true".to_owned())));
    let (charges, _) = world.ok("cus_1", "list_charges", json!({ "order": "a1003" })).await;
    assert_eq!(charges["charges"][0]["order"], "A1003");

    let (invoices, _) = world.ok("cus_1", "list_invoices", json!({})).await;
    let invoices = invoices["invoices"].as_array().expect("invoices");
    assert_eq!(invoices.len(), 3);
    assert_eq!(invoices[0]["id"], "INV-3003");
    let (sent, _) = world.ok("cus_1", "resend_invoice", json!({ "invoice": "inv-3003" })).await;
    assert_eq!(sent, json!({ "sent_to": "maria.rossi@example.com" }));
    // The same call, made again after a crash, sends nothing more.
    world.ok("cus_1", "resend_invoice", json!({ "invoice": "inv-3003" })).await;
    let count = world
        .ledger
        .run(|db| Ok(db.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(count.await.expect("a count"), 1);
}

#[tokio::test]
async fn a_refund_is_proposed_from_the_record() {
    let world = world().await;
    let propose = |order: &str, amount: Option<i64>| {
        let mut args = json!({ "order": order, "reason": " charged\n twice " });
        if let Some(amount) = amount {
            args["amount"] = json!(amount);
        }
        args
    };
    let it = world.proposal("cus_1", propose("a1001", None)).await;
    assert_eq!((it.order.as_str(), it.customer.as_str()), ("A1001", "cus_1"));
    assert_eq!((it.charge.as_str(), it.amount.amount), ("ch_A1001_2", 4_900), "the duplicate");
    assert_eq!(it.captured.amount, 4_900);
    assert_eq!(it.reason, "charged twice");
    let it = world.proposal("cus_1", propose("A1002", None)).await;
    assert_eq!((it.charge.as_str(), it.amount.amount), ("ch_A1002_1", 32_000));
    let it = world.proposal("cus_1", propose("A1002", Some(500))).await;
    assert_eq!((it.amount.amount, it.captured.amount), (500, 32_000));

    let code = async |order: &str, amount| {
        world.code(customer("cus_1"), "issue_refund", propose(order, amount)).await
    };
    assert_eq!(code("A1003", None).await, "outside_window");
    assert_eq!(code("A1003", Some(1)).await, "outside_window");
    assert_eq!(code("A1002", Some(32_001)).await, "amount_too_high");
    assert_eq!(code("B2001", None).await, "not_found");

    world.refund("k1", "ch_A1001_2", 900).await;
    assert_eq!(world.proposal("cus_1", propose("A1001", None)).await.amount.amount, 4_000);
    world.refund("k2", "ch_A1001_2", 4_000).await;
    assert_eq!(code("A1001", None).await, "already_refunded", "asked again, it is not given again");
    world.refund("k3", "ch_A1001_1", 4_900).await;
    assert_eq!(code("A1001", None).await, "already_refunded");
    assert_eq!(code("A1001", Some(1)).await, "already_refunded");
    world.refund("k4", "ch_A1002_1", 32_000).await;
    assert_eq!(code("A1002", None).await, "already_refunded");
}

#[tokio::test]
async fn of_several_charges_the_one_that_is_meant_must_be_named() {
    let world = world().await;
    let of = |charge: Option<&str>, amount: Option<i64>| {
        let mut args = json!({ "order": "A1001", "reason": "charged twice" });
        if let Some(id) = charge {
            args["charge"] = json!(id);
        }
        if let Some(amount) = amount {
            args["amount"] = json!(amount);
        }
        args
    };
    let code = async |charge: Option<&str>, amount| {
        world.code(customer("cus_1"), "issue_refund", of(charge, amount)).await
    };
    let (first, second) = (Some("ch_A1001_1"), Some("ch_A1001_2"));

    let asked = world.call(customer("cus_1"), "issue_refund", of(None, Some(4_900))).await;
    let Outcome::Settled { settlement, result, .. } = asked else { panic!("a proposal") };
    assert_eq!(settlement, Settlement::Error, "it can be repaired, so nothing was denied");
    assert_eq!(result["error"], "charge_needed");
    let message = result["message"].as_str().expect("a message");
    for named in ["`charge`", "ch_A1001_1", "ch_A1001_2", "49.00 EUR", "the duplicate"] {
        assert!(message.contains(named), "{named}: {message}");
    }
    for (charge, amount) in [(first, Some(4_900)), (second, Some(4_900)), (second, Some(1))] {
        let it = world.proposal("cus_1", of(charge, amount)).await;
        assert_eq!((Some(it.charge.as_str()), Some(it.amount.amount)), (charge, amount));
    }
    assert_eq!(world.proposal("cus_1", of(second, None)).await.amount.amount, 4_900);
    assert_eq!(code(second, Some(9_800)).await, "amount_too_high", "a refund is of one charge");
    assert_eq!(code(Some("ch_A1002_1"), Some(1)).await, "not_refundable", "of another order");

    world.refund("k1", "ch_A1001_2", 4_900).await;
    assert_eq!(code(None, Some(4_900)).await, "charge_needed", "never the purchase by mistake");
    assert_eq!(code(second, Some(4_900)).await, "already_refunded");
    assert_eq!(code(second, None).await, "already_refunded");
    assert_eq!(world.proposal("cus_1", of(first, Some(4_900))).await.charge, "ch_A1001_1");
}

#[tokio::test]
async fn the_desk_tells_hours_and_queue_and_takes_an_address() {
    let world = world().await;
    let (hours, facts) = world.ok("cus_1", "business_hours", json!({})).await;
    assert_eq!(hours["open"], true);
    assert_eq!(facts, [("desk.open".to_owned(), "true".to_owned())]);
    let (queue, _) = world.ok("cus_1", "queue_status", json!({})).await;
    assert_eq!(queue["waiting"], 3);

    let (contact, facts) =
        world.ok("x", "collect_contact", json!({ "email": "maria@shop.example" })).await;
    assert_eq!(contact, json!({ "email": "maria@shop.example" }));
    assert_eq!(facts[0].0, "contact.email");
    world.ok("x", "collect_contact", json!({ "email": "maria.rossi@example.com" })).await;
    for (email, code) in [
        ("nobody", "invalid_email"),
        ("a@b\n.co", "invalid_email"),
        ("<script>@x.yz", "invalid_email"),
        ("thief@example.com", "not_said"),
    ] {
        let found = world.code(customer("x"), "collect_contact", json!({ "email": email })).await;
        assert_eq!(found, code, "{email:?}");
    }
}

#[test]
fn hours_read_as_people_say_them() {
    let check = |change: &dyn Fn(&mut DeskSettings), days: i64, text: &str| {
        let mut it = settings();
        change(&mut it);
        assert_eq!(hours_text(&it, NOW.plus_ms(days * DAY_MS)), text);
    };
    let week = "People answer Monday to Friday, 9:00 to 17:00 (UTC+1).";
    // 2027-01-15, 10:40 in UTC, is a Friday.
    check(&|_| {}, 0, &format!("{week} They are here now."));
    check(&|_| {}, 1, &format!("{week} They are back on Monday at 9:00."));
    check(
        &|it| it.opens_hour = 15,
        0,
        "People answer Monday to Friday, 15:00 to 17:00 (UTC+1). They are back today at 15:00.",
    );
    check(
        &|it| it.open_weekdays = vec![6, 0, 2],
        0,
        "People answer Monday, Wednesday and Sunday, 9:00 to 17:00 (UTC+1). They are back on Sunday at 9:00.",
    );
    check(
        &|it| it.open_weekdays = (0..7).collect(),
        1,
        "People answer every day, 9:00 to 17:00 (UTC+1). They are here now.",
    );
    check(
        &|it| it.utc_offset_minutes = -210,
        0,
        "People answer Monday to Friday, 9:00 to 17:00 (UTC-3:30). They are back today at 9:00.",
    );
    let none = "Nobody answers at fixed hours; messages are answered as soon as somebody can.";
    check(&|it| it.open_weekdays = vec![9], 0, none);
    check(&|it| it.closes_hour = 9, 0, none);
}

#[tokio::test]
async fn a_broken_desk_is_an_error_not_a_guess() {
    let world = world_with(TestDesk { broken: true, before: RefundTotals::default() }).await;
    for (tool, args) in [
        ("business_hours", json!({})),
        ("queue_status", json!({})),
        ("lookup_order", args_of("lookup_order", "A1001")),
        ("issue_refund", args_of("issue_refund", "A1001")),
    ] {
        assert_eq!(world.code(customer("cus_1"), tool, args).await, "unavailable", "{tool}");
    }
}

#[tokio::test]
async fn knowledge_is_searched_and_trusted() {
    let world = world().await;
    let query = json!({ "query": "how long does delivery take?", "language": "en" });
    let (found, _) = world.ok("x", "search_knowledge", query).await;
    assert_eq!(found["passages"][0]["url"], "/help/shipping");
    assert!(
        found["passages"][0]["text"].as_str().is_some_and(|text| text.contains("working days"))
    );
    let (nothing, _) = world.ok("x", "search_knowledge", json!({ "query": "zxcv qwer" })).await;
    assert_eq!(nothing, json!({ "passages": [] }));
}

#[tokio::test]
async fn what_nobody_vouches_for_taints() {
    let mut articles = demo_articles().expect("articles");
    for article in &mut articles {
        article.origin = crate::knowledge::Origin::Foreign;
    }
    let mut registry = Registry::default();
    super::knowledge::add_to(&mut registry, Arc::new(Shelf::of(Knowledge::build(articles))));
    let world = World { registry, ledger: Ledger::in_memory().expect("a ledger") };
    let query = json!({ "query": "shipping costs" });
    let outcome = world.call(customer("x"), "search_knowledge", query).await;
    assert!(matches!(outcome, Outcome::Settled { untrusted: true, .. }), "{outcome:?}");
}

#[tokio::test]
async fn labels_hold_nothing_but_plain_order_numbers() {
    let world = world().await;
    let label = |tool: &str, args: Value| world.registry.get(tool).expect("a tool").label(&args);
    assert_eq!(label("lookup_order", json!({ "order": "A1001" })), "Looking up order A1001");
    assert_eq!(label("issue_refund", json!({ "order": "#A1001" })), "Refunding order A1001");
    for hostile in [
        json!({ "order": "<img src=x onerror=alert(1)>" }),
        json!({ "order": "A1001, which is free" }),
        json!({ "order": "x".repeat(1000) }),
        json!({ "order": "\u{202e}1001A" }),
        json!({ "order": 7 }),
        json!([]),
        Value::Null,
    ] {
        for info in world.registry.infos() {
            let text = label(&info.name, hostile.clone());
            assert!(
                text.chars().all(|c| c.is_ascii_alphabetic() || c == ' ' || c == '-'),
                "{text}"
            );
            assert!((5..60).contains(&text.len()), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever fits the schema gets an answer, and money only ever to the visitor's own order.
    #[test]
    fn any_arguments_are_answered(
        order in prop_oneof!["[A-B][12]00[1-3]", "\\PC{1,64}"],
        amount in proptest::option::of(1i64..=1_000_000_000_000),
        reason in "\\PC{1,300}",
        tool in 0usize..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let world = world().await;
            let mut args = args_of(ON_AN_ORDER[tool], &order);
            if ON_AN_ORDER[tool] == "issue_refund" {
                args["reason"] = json!(reason);
                if let Some(amount) = amount {
                    args["amount"] = json!(amount);
                }
            }
            if let Outcome::Refund(it) = world.call(customer("cus_1"), ON_AN_ORDER[tool], args).await {
                assert!(["A1001", "A1002"].contains(&it.order.as_str()));
                assert_eq!(it.customer, "cus_1");
                assert!(it.amount.amount > 0 && it.amount.amount <= it.captured.amount);
                assert!(amount.is_none_or(|amount| it.amount.amount == amount));
            }
        });
    }
}
