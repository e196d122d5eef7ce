//! Trials of policy, record and provider over any amounts and any order of calls.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use shared::{
    agent::RefundPolicy,
    event::{ApprovalState, Event, EventBody, RefundState},
    id::{AgentSlug, CallId, ConversationId},
    money::{Currency, Money},
    time::Timestamp,
};
use tokio::sync::Barrier;

use super::{
    Finding, Gateway, GatewayError, Proposal, RefundOrder,
    events::{
        Proposer, approval_id, canonical_hash, idempotency_key, intent_id, proposed, requirements,
        requirements_once_approved,
    },
    faulty::{Fault, Faulty},
    ledger::LedgerGateway,
    policy::{Verdict, judge},
};
use crate::{
    storage::{RefundTotals, Require},
    tools::shop::{Ledger, ShopData},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn usd(amount: i64) -> Money {
    Money::new(amount, "USD".parse().expect("a currency"))
}

fn policy() -> RefundPolicy {
    RefundPolicy {
        per_order: eur(10_000),
        per_customer_day: eur(15_000),
        window_days: 30,
        approval_ttl_s: 3600,
    }
}

fn proposal(amount: Money, captured: Money) -> Proposal {
    Proposal {
        order: "A1001".to_owned(),
        customer: "cus_1".to_owned(),
        charge: "ch_1".to_owned(),
        captured,
        amount,
        reason: "charged twice".to_owned(),
    }
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("an id")
}

// Policy.

#[test]
fn policy_decides() {
    let check = |amount, captured, totals: (i64, i64, i64), tainted, wanted: &str| {
        let totals = RefundTotals { charge: totals.0, order: totals.1, customer_day: totals.2 };
        let verdict = judge(&policy(), &proposal(amount, captured), &totals, tainted);
        let found = match &verdict {
            Verdict::Send => "send",
            Verdict::Ask { .. } => "ask",
            Verdict::Deny { code, .. } => code,
        };
        assert_eq!(found, wanted, "{amount} of {captured}, {totals:?}, {tainted}: {verdict:?}");
    };
    let none = (0, 0, 0);
    check(eur(4_900), eur(4_900), none, false, "send");
    check(eur(10_000), eur(10_000), none, false, "send");
    check(eur(10_001), eur(10_001), none, false, "ask");
    check(eur(32_000), eur(32_000), none, false, "ask");
    check(eur(1), eur(4_900), none, true, "ask");
    // Cumulative: per order, and per customer and day.
    check(eur(5_000), eur(20_000), (5_000, 5_000, 5_000), false, "send");
    check(eur(5_001), eur(20_000), (5_000, 5_000, 5_000), false, "ask");
    check(eur(5_000), eur(5_000), (0, 0, 10_000), false, "send");
    check(eur(5_001), eur(5_001), (0, 0, 10_000), false, "ask");
    // Never above what was captured, whoever approves.
    check(eur(4_901), eur(4_900), none, false, "amount_too_high");
    check(eur(1_000), eur(4_900), (4_000, 0, 0), true, "amount_too_high");
    check(eur(1), eur(4_900), (4_900, 4_900, 4_900), false, "refund_under_way");
    // Nonsense.
    check(eur(0), eur(4_900), none, false, "invalid_amount");
    check(eur(-1), eur(4_900), none, true, "invalid_amount");
    check(eur(i64::MIN), eur(4_900), none, false, "invalid_amount");
    check(usd(4_900), eur(4_900), none, false, "wrong_currency");
    check(eur(i64::MAX), eur(i64::MAX), none, false, "amount_too_high");
    check(eur(i64::MAX), eur(i64::MAX), (1, 1, 1), false, "amount_too_high");
    check(eur(5), eur(10), (0, i64::MAX, 0), false, "ask");
    check(eur(5), eur(10), (0, 0, i64::MAX), false, "ask");
    // Limits in one currency say nothing about another.
    check(usd(100), usd(100), none, false, "ask");
}

proptest! {
    /// However an amount is cut up over an order's charges, what goes out without a person stays
    /// within the limits, and what goes out at all within what was captured.
    #[test]
    fn money_09_splitting_never_helps(
        parts in proptest::collection::vec((1i64..12_000, 0usize..3, any::<bool>()), 1..40),
        captured in 1i64..40_000,
    ) {
        let mut charges = [0i64; 3];
        let (mut order, mut unattended) = (0, 0);
        for (amount, charge, approves) in parts {
            let totals = RefundTotals { charge: charges[charge], order, customer_day: order };
            let sent = match judge(&policy(), &proposal(eur(amount), eur(captured)), &totals, false) {
                Verdict::Send => {
                    unattended += amount;
                    true
                }
                Verdict::Ask { .. } => approves,
                Verdict::Deny { .. } => false,
            };
            if sent {
                charges[charge] += amount;
                order += amount;
            }
            prop_assert!(unattended <= policy().per_order.amount);
            prop_assert!(charges.iter().all(|sum| *sum <= captured));
        }
    }

    /// A customer's orders of a day, together, stay within the limit of the day.
    #[test]
    fn money_09_many_orders_do_not_help(parts in proptest::collection::vec(1i64..12_000, 1..40)) {
        let mut day = 0;
        for amount in parts {
            let totals = RefundTotals { charge: 0, order: 0, customer_day: day };
            if judge(&policy(), &proposal(eur(amount), eur(amount)), &totals, false) == Verdict::Send {
                day += amount;
            }
        }
        prop_assert!(day <= policy().per_customer_day.amount);
    }

    /// Any numbers at all: no panic, and never more than was captured.
    #[test]
    fn money_04_no_amount_overflows(
        amount: i64, captured: i64, charge: i64, order: i64, customer_day: i64, tainted: bool,
    ) {
        let totals = RefundTotals { charge, order, customer_day };
        let verdict = judge(&policy(), &proposal(eur(amount), eur(captured)), &totals, tainted);
        if !matches!(verdict, Verdict::Deny { .. }) {
            prop_assert!(amount > 0);
            prop_assert!(i128::from(charge.max(0)) + i128::from(amount) <= i128::from(captured));
        }
        if tainted {
            prop_assert_ne!(verdict, Verdict::Send);
        }
    }
}

// The record.

#[test]
fn money_02_ids_and_keys_depend_on_conversation_and_call_alone() {
    let intent = |c: &str, call: &str| intent_id(&id(c), &id(call));
    assert_eq!(intent("c1", "k1"), intent("c1", "k1"));
    assert_ne!(intent("c1", "k1"), intent("c2", "k1"), "calls repeat across conversations");
    assert_ne!(intent("c1", "k1"), intent("c1", "k2"));
    assert_ne!(intent("a", "b.c"), intent("a.b", "c"));
    let longest = "x".repeat(64);
    let it = intent(&longest, &longest);
    assert!(it.as_str().len() <= 64);
    assert_ne!(approval_id(&it).as_str(), it.as_str());
    let conversation: ConversationId = id(&longest);
    let key = |attempt| idempotency_key(&conversation, &it, attempt);
    assert_eq!(key(1), key(1));
    assert_ne!(key(1), key(2));
    assert!(key(1).len() <= 64);
}

#[test]
fn money_09_the_hash_is_of_the_meaning_not_of_the_order_of_keys() {
    let one = serde_json::from_str(r#"{"a":1,"b":{"d":[1,2],"c":"x\u00e9"}}"#).expect("JSON");
    let two = serde_json::from_str(r#" {"b": {"c": "xé", "d": [1, 2]}, "a": 1} "#).expect("JSON");
    let hash = canonical_hash("issue_refund", &one);
    assert_eq!(hash, canonical_hash("issue_refund", &two));
    assert_eq!(hash.len(), 64);
    for (tool, args) in [
        ("issue_refunds", one.clone()),
        ("issue_refund", json!({"a": 2, "b": {"c": "xé", "d": [1, 2]}})),
        ("issue_refund", json!({"a": "1", "b": {"c": "xé", "d": [1, 2]}})),
        ("issue_refund", json!({"a": 1, "b": {"c": "xé", "d": [2, 1]}})),
        ("issue_refund", json!({"a": 1, "b": {"c": "xé", "d": [1, 2]}, "e": null})),
    ] {
        assert_ne!(hash, canonical_hash(tool, &args), "{tool} {args}");
    }
    // SHA-256 of `{"args":{},"tool":"t"}`, from another program.
    assert_eq!(canonical_hash("t", &json!({})), KNOWN_HASH);
}

const KNOWN_HASH: &str = "a9c1b56f2d5711641e3a95a211412b31f9042cd471d093fc67e268e679fd0f45";

#[test]
fn a_proposal_becomes_events() {
    let (conversation, call): (ConversationId, CallId) = (id("c1"), id("k1"));
    let agent: AgentSlug = id("refunds");
    let by =
        Proposer { conversation: &conversation, call: &call, tool: "issue_refund", agent: &agent };
    let it = proposal(eur(32_000), eur(32_000));

    let sent = proposed(by, &it, None, &policy(), NOW);
    let [EventBody::Refund(refund)] = &sent[..] else { panic!("one refund: {sent:?}") };
    assert_eq!((refund.state, refund.money), (RefundState::Pending, eur(32_000)));
    let terms = refund.terms.as_ref().expect("terms");
    assert_eq!((terms.call.as_str(), terms.day, terms.captured), ("k1", NOW.day(), 32_000));
    assert_eq!(terms.approval, None);

    let waiting = proposed(by, &it, Some("above the limit"), &policy(), NOW);
    let [EventBody::Refund(refund), EventBody::Approval(approval)] = &waiting[..] else {
        panic!("a refund and an approval: {waiting:?}")
    };
    assert_eq!((refund.state, approval.state), (RefundState::Waiting, ApprovalState::Waiting));
    let terms_waiting = refund.terms.as_ref().expect("terms");
    assert_eq!(terms_waiting.approval.as_ref(), Some(&approval.id));
    assert_eq!(terms_waiting.idempotency_key, terms.idempotency_key, "one intent, one key");
    assert_eq!(approval.expires_at, Some(NOW.plus_ms(3_600_000)));
    let action = approval.action.as_ref().expect("the exact write");
    assert_eq!(action.hash, canonical_hash("issue_refund", &action.args));
    assert_eq!(action.args["customer"], "cus_1");
    assert_eq!(action.args["amount"], 32_000);
    assert_eq!(approval.summary, "Refund 320.00 EUR for order A1001");

    // What the visitor sees has neither key nor customer.
    for body in waiting {
        let seen = Event { seq: 1, at: NOW, epoch: 1, body }.for_visitor().expect("visible");
        let text = serde_json::to_string(&seen).expect("JSON");
        assert!(!text.contains("key_") && !text.contains("cus_1"), "{text}");
    }
}

#[test]
fn what_must_hold_depends_on_who_decides() {
    let it = proposal(eur(500), eur(4_900));
    let sent = requirements(&it, false, &policy(), NOW);
    assert!(sent.contains(&Require::MoneyEnabled));
    assert!(
        sent.iter()
            .any(|it| matches!(it, Require::WithinCaptured { adding, .. } if *adding == eur(500)))
    );
    assert!(
        sent.iter().any(|it| matches!(it, Require::WithinLimits { day, .. } if *day == NOW.day()))
    );
    let waits = requirements(&it, true, &policy(), NOW);
    assert!(matches!(&waits[..], [Require::WithinCaptured { .. }]));
    let approved = requirements_once_approved(&it);
    assert!(
        matches!(&approved[..], [Require::MoneyEnabled, Require::WithinCaptured { adding, .. }] if *adding == eur(500))
    );
}

// The provider.

async fn shop() -> (Ledger, Arc<LedgerGateway>) {
    let json = br#"{"customers": [{"id": "cus_1", "name": "A", "email": "a@b.co", "orders": [
        {"id": "A1", "placed": {"days_ago": 1}, "status": "processing",
         "total": {"amount": 10000, "currency": "EUR"},
         "charges": [{"id": "ch_1", "at": {"days_ago": 1}, "amount": 10000,
                      "refunds": [{"id": "re_old", "at": {"days_ago": 1}, "amount": 1000}]}]}]}]}"#;
    let ledger = Ledger::in_memory().expect("a ledger");
    ledger.load(ShopData::parse(json).expect("shop data"), NOW).await.expect("loaded");
    (ledger.clone(), Arc::new(LedgerGateway::new(ledger, || NOW)))
}

fn order(key: &str, amount: Money) -> RefundOrder {
    RefundOrder { key: key.to_owned(), charge: "ch_1".to_owned(), amount }
}

async fn refunded(ledger: &Ledger) -> i64 {
    let order = ledger.order("cus_1", "A1").await.expect("a ledger").expect("an order");
    order.charges[0].refunded()
}

#[tokio::test]
async fn money_03_a_key_makes_one_refund_and_takes_no_other_terms() {
    let (ledger, gateway) = shop().await;
    assert_eq!(gateway.find("k1").await, Ok(Finding::NotMade));
    let receipt = gateway.refund(&order("k1", eur(4_000))).await.expect("made");
    assert_eq!(gateway.refund(&order("k1", eur(4_000))).await.as_ref(), Ok(&receipt));
    assert_eq!(gateway.find("k1").await, Ok(Finding::Made(receipt.clone())));
    assert_eq!(refunded(&ledger).await, 5_000);

    let refused = |wrong: RefundOrder| {
        let gateway = Arc::clone(&gateway);
        async move {
            let outcome = gateway.refund(&wrong).await;
            assert!(matches!(outcome, Err(GatewayError::Refused(_))), "{wrong:?}: {outcome:?}");
        }
    };
    // The same key with other terms.
    refused(order("k1", eur(4_001))).await;
    refused(order("k1", usd(4_000))).await;
    refused(RefundOrder { charge: "ch_2".to_owned(), ..order("k1", eur(4_000)) }).await;
    // Nonsense, and more than is left.
    refused(RefundOrder { charge: "ch_2".to_owned(), ..order("k2", eur(1)) }).await;
    refused(RefundOrder { charge: "ch_1' OR '1'='1".to_owned(), ..order("k2", eur(1)) }).await;
    refused(order("k2", usd(1))).await;
    refused(order("k2", eur(0))).await;
    refused(order("k2", eur(-1))).await;
    refused(order("k2", eur(i64::MIN))).await;
    refused(order("k2", eur(i64::MAX))).await;
    refused(order("k2", eur(5_001))).await;
    refused(order("", eur(1))).await;
    refused(order(&"k".repeat(256), eur(1))).await;
    assert_eq!(gateway.find("k2").await, Ok(Finding::NotMade), "a refusal leaves nothing behind");
    gateway.refund(&order("k2", eur(5_000))).await.expect("all that is left");
    assert_eq!(refunded(&ledger).await, 10_000);
}

#[tokio::test]
async fn an_abandoned_call_has_happened_or_never_will() {
    let (ledger, gateway) = shop().await;
    for round in 0..50 {
        let key = format!("k{round}");
        // The first poll hands the work to another thread; then the caller leaves.
        let order = order(&key, eur(10));
        let _ = tokio::time::timeout(std::time::Duration::ZERO, gateway.refund(&order)).await;
        let found = gateway.find(&key).await.expect("an answer");
        let before = refunded(&ledger).await;
        assert_eq!(gateway.find(&key).await.as_ref(), Ok(&found), "the answer stays");
        assert_eq!(refunded(&ledger).await, before);
    }
}

#[tokio::test]
async fn faults_do_what_the_script_says() {
    let (ledger, gateway) = shop().await;
    let faulty = Faulty::new(gateway);
    let unknown =
        |outcome: Result<_, GatewayError>| matches!(outcome, Err(GatewayError::Unknown(_)));

    faulty.script_refunds([
        Fault::DropBefore,
        Fault::CommitThenTimeOut,
        Fault::CommitThenFail,
        Fault::Double,
        Fault::Refuse,
    ]);
    assert!(unknown(faulty.refund(&order("k1", eur(100))).await));
    assert_eq!(faulty.find("k1").await, Ok(Finding::NotMade));
    assert!(unknown(faulty.refund(&order("k1", eur(100))).await));
    assert!(matches!(faulty.find("k1").await, Ok(Finding::Made(_))));
    assert!(unknown(faulty.refund(&order("k2", eur(100))).await));
    assert!(faulty.refund(&order("k3", eur(100))).await.is_ok());
    assert!(matches!(faulty.refund(&order("k4", eur(1))).await, Err(GatewayError::Refused(_))));
    faulty.script_finds([Fault::DropBefore]);
    assert!(faulty.find("k3").await.is_err());
    assert_eq!(refunded(&ledger).await, 1_000 + 300);
    assert_eq!(faulty.calls().len(), 5);

    let (before, after) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    faulty.script_refunds([
        Fault::Hold(Arc::clone(&before)),
        Fault::CommitThenHold(Arc::clone(&after)),
    ]);
    let held = async {
        faulty.refund(&order("k5", eur(100))).await.expect("made");
        faulty.refund(&order("k6", eur(100))).await.expect("made");
    };
    let watch = async {
        assert_eq!(
            faulty.find("k5").await,
            Ok(Finding::NotMade),
            "held before it reaches the provider"
        );
        before.wait().await;
        after.wait().await;
    };
    tokio::join!(held, watch);
    assert_eq!(refunded(&ledger).await, 1_500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Any calls in any order, repeated and at once: each key has one outcome for good, and the
    /// charge is never overdrawn.
    #[test]
    fn money_03_any_calls_keep_the_books(
        calls in proptest::collection::vec((0u8..6, 1i64..6_000), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let (ledger, gateway) = shop().await;
            let mut made = std::collections::BTreeMap::new();
            for pair in calls.chunks(2) {
                let ask = |(key, amount): (u8, i64)| {
                    let gateway = Arc::clone(&gateway);
                    async move { gateway.refund(&order(&format!("k{key}"), eur(amount))).await.is_ok() }
                };
                let outcomes = match pair {
                    [a, b] => { let (x, y) = tokio::join!(ask(*a), ask(*b)); vec![(a, x), (b, y)] }
                    [a] => vec![(a, ask(*a).await)],
                    _ => Vec::new(),
                };
                for ((key, amount), ok) in outcomes {
                    if ok {
                        assert_eq!(*made.entry(*key).or_insert(*amount), *amount, "one key, one amount");
                    } else if let Some(known) = made.get(key) {
                        assert_ne!(known, amount, "the same call again gets the same answer");
                    }
                }
            }
            let all = 1_000 + made.values().sum::<i64>();
            assert_eq!(refunded(&ledger).await, all);
            assert!(all <= 10_000);
        });
    }
}
