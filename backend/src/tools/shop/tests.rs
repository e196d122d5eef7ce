//! The ledger as a file, and the data that shops load into it.

use shared::{
    money::{Currency, Money},
    time::Timestamp,
};

use super::{Ledger, LedgerError, ShopData, data::InvalidShop};
use crate::money::{Gateway, RefundOrder, ledger::LedgerGateway};

const NOW: Timestamp = Timestamp(1_800_009_600_000);
const DAY_MS: i64 = 86_400_000;

/// One customer with one order whose fields `change` can replace.
fn shop(change: &[(&str, &str)]) -> Vec<u8> {
    let mut json = r#"{"customers": [{"id": "cus_1", "name": "Ann", "email": "a@b.co",
        "orders": [{"id": "A1", "placed": {"days_ago": 9}, "status": "delivered",
            "delivered": {"days_ago": 4, "time": "10:30"},
            "total": {"amount": 5000, "currency": "EUR"},
            "items": [{"name": "Cup", "quantity": 2, "price": 2500}],
            "charges": [{"id": "ch_1", "at": {"days_ago": 9}, "amount": 5000,
                "refunds": [{"id": "re_1", "at": {"days_ago": 1}, "amount": 100}]}]}],
        "subscription": {"id": "sub_1", "plan": "Club", "every": "month", "status": "active",
            "price": {"amount": 900, "currency": "EUR"}, "started": "2026-01-31T09:30:00Z",
            "renews": {"days_ahead": 3}},
        "invoices": [{"id": "INV-1", "date": {"days_ago": 30}, "state": "paid",
            "amount": {"amount": 900, "currency": "EUR"}}]}]}"#
        .to_owned();
    for (from, to) in change {
        assert!(json.contains(from), "{from}");
        json = json.replacen(from, to, 1);
    }
    json.into_bytes()
}

#[test]
fn data_is_checked_and_the_place_named() {
    let check = |change: &[(&str, &str)], fault: Option<&str>| {
        let outcome = ShopData::parse(&shop(change)).and_then(|data| data.validate(NOW));
        match (outcome.map_err(|error| error.to_string()), fault) {
            (Ok(()), None) => {}
            (Err(found), Some(fault)) if found.contains(fault) => {}
            (outcome, _) => panic!("{change:?}: {outcome:?}, not {fault:?}"),
        }
    };
    check(&[], None);
    check(&[("\"A1\"", "\"A 1\"")], Some("customers[0].orders[0].id"));
    check(&[("\"A1\"", "\"\"")], Some("customers[0].orders[0].id"));
    check(&[("\"Ann\"", "\" \"")], Some("customers[0].name"));
    check(&[("\"Ann\"", "\"A\\u0000\"")], Some("customers[0].name"));
    check(&[("a@b.co", "a.b.co")], Some("customers[0].email"));
    check(&[("{\"days_ago\": 9}", "{\"days_ahead\": 1}")], Some("not happened yet"));
    check(&[("{\"days_ago\": 9}", "{\"days_ago\": 2}")], Some("before it was placed"));
    check(&[("{\"days_ago\": 9}", "{\"days_ago\": 99999999}")], Some("orders[0].placed"));
    check(&[("{\"days_ago\": 9}", "\"yesterday\"")], Some("a time is"));
    check(&[("{\"days_ago\": 9}", "{\"days_ago\": 9, \"hour\": 3}")], Some("a time is"));
    check(&[("10:30", "24:00")], Some("a time is"));
    check(&[("10:30", "1030")], Some("a time is"));
    check(&[("\"delivered\": {\"days_ago\": 4, \"time\": \"10:30\"},", "")], Some("say when"));
    check(&[("\"delivered\",", "\"teleported\",")], Some("teleported"));
    check(&[("\"EUR\"", "\"euro\"")], Some("three capital letters"));
    check(&[("\"amount\": 5000, \"currency\"", "\"amount\": -1, \"currency\"")], Some("total"));
    check(&[("\"amount\": 5000,\n", "\"amount\": 0,\n")], Some("charges[0].amount"));
    check(
        &[("\"amount\": 5000,\n", "\"amount\": 9223372036854775807,\n")],
        Some("charges[0].amount"),
    );
    check(&[("\"amount\": 5000,\n", "\"amount\": 49.5,\n")], Some("49.5"));
    check(&[("\"amount\": 100", "\"amount\": 5001")], Some("more is refunded"));
    check(&[("\"quantity\": 2", "\"quantity\": 0")], Some("quantity"));
    check(&[("\"quantity\": 2", "\"quantity\": -2")], Some("-2"));
    check(&[("\"name\": \"Cup\"", "\"title\": \"Cup\"")], Some("title"));
    check(&[("\"invoices\"", "\"bills\"")], Some("bills"));
    let doubled =
        "\"orders\": [{\"id\": \"a1\", \"placed\": {\"days_ago\": 9}, \"status\": \"processing\",
        \"total\": {\"amount\": 1, \"currency\": \"EUR\"}}, ";
    check(&[("\"orders\": [", doubled)], Some("there is another order A1"));
    assert!(ShopData::parse(b"").is_err());
    assert!(ShopData::parse(b"[]").is_err());
    assert!(ShopData::parse("[".repeat(100_000).as_bytes()).is_err(), "no overflow of the stack");
    let huge = vec![b' '; super::data::SHOP_BYTES + 1];
    assert!(matches!(ShopData::parse(&huge), Err(InvalidShop::TooLarge(_))));
}

async fn load(ledger: &Ledger, change: &[(&str, &str)], now: Timestamp) -> Result<(), LedgerError> {
    ledger.load(ShopData::parse(&shop(change)).expect("shop data"), now).await
}

#[tokio::test]
async fn loading_again_updates_and_never_contradicts() {
    let ledger = Ledger::in_memory().expect("a ledger");
    load(&ledger, &[], NOW).await.expect("loaded");
    let order = async || ledger.order("cus_1", "a1").await.expect("a ledger").expect("an order");
    let first = order().await;
    assert_eq!(first.delivered_at, Some(Timestamp((NOW.day() - 4) * DAY_MS + 630 * 60_000)));
    load(&ledger, &[], NOW).await.expect("loaded again");
    assert_eq!(order().await, first, "twice is the same as once");

    let gateway = LedgerGateway::new(ledger.clone(), || NOW);
    let refund = RefundOrder {
        key: "k".to_owned(),
        charge: "ch_1".to_owned(),
        amount: Money::new(700, Currency::EUR),
    };
    gateway.refund(&refund).await.expect("refunded");
    let later = NOW.plus_ms(100 * DAY_MS);
    load(&ledger, &[("2, \"price\"", "3, \"price\"")], later).await.expect("loaded later");
    let aged = order().await;
    assert_eq!(aged.delivered_at, first.delivered_at.map(|at| at.plus_ms(100 * DAY_MS)));
    assert_eq!(aged.items[0].quantity, 3);
    assert_eq!(aged.charges[0].refunded(), 800, "what was given back stays given back");

    for change in [
        ("\"amount\": 5000,\n", "\"amount\": 9000,\n"),
        ("\"cus_1\"", "\"cus_2\""),
        ("\"currency\": \"EUR\"", "\"currency\": \"USD\""),
        ("\"id\": \"A1\"", "\"id\": \"A2\""),
    ] {
        let outcome = load(&ledger, &[change], later).await;
        assert!(
            matches!(outcome, Err(LedgerError::Invalid(InvalidShop::Conflict(_)))),
            "{change:?}"
        );
        assert_eq!(order().await, aged, "nothing of it was loaded");
        assert!(ledger.customer("cus_2").await.expect("a ledger").is_none());
    }
}

#[tokio::test]
async fn the_file_keeps_what_was_done_and_a_copy_is_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let refund = |amount| RefundOrder {
        key: format!("k{amount}"),
        charge: "ch_A1001_2".to_owned(),
        amount: Money::new(amount, Currency::EUR),
    };
    {
        let ledger = Ledger::open(&path).expect("a ledger");
        ledger.load(ShopData::demo().expect("demo data"), NOW).await.expect("loaded");
        LedgerGateway::new(ledger, || NOW).refund(&refund(100)).await.expect("refunded");
    }
    let ledger = Ledger::open(&path).expect("the same ledger");
    let refunded = async |ledger: &Ledger| {
        let order = ledger.order("cus_1", "A1001").await.expect("a ledger").expect("an order");
        order.charges[1].refunded()
    };
    assert_eq!(refunded(&ledger).await, 100);
    let copy = ledger.scratch_copy().await.expect("a copy");
    LedgerGateway::new(copy.clone(), || NOW).refund(&refund(200)).await.expect("refunded");
    assert_eq!(refunded(&copy).await, 300);
    assert_eq!(refunded(&ledger).await, 100, "the playground moves no money");

    ledger.run(|db| Ok(db.pragma_update(None, "user_version", 99)?)).await.expect("set");
    drop(ledger);
    let newer = Ledger::open(&path).err().expect("refused");
    assert!(matches!(newer, LedgerError::Newer { found: 99 }), "{newer}");
    std::fs::write(&path, "this is not a database, and never was one").expect("a file");
    assert!(Ledger::open(&path).is_err());
    assert!(Ledger::open(folder.path()).is_err(), "a folder is not a file");
}

#[tokio::test]
async fn the_demo_is_as_promised_whenever_it_starts() {
    for now in [NOW, Timestamp(NOW.day() * DAY_MS), Timestamp((NOW.day() + 1) * DAY_MS - 1)] {
        let ledger = Ledger::in_memory().expect("a ledger");
        ledger.load(ShopData::demo().expect("demo data"), now).await.expect("loaded");
        let order = async |customer: &str, id: &str| {
            ledger.order(customer, id).await.expect("a ledger").expect("an order")
        };
        let a1001 = order("cus_1", "A1001").await;
        assert_eq!((a1001.total.amount, a1001.charges.len()), (4_900, 2));
        assert_eq!(a1001.eligible(None, None, 30, now).map(|it| it.amount.amount), Ok(4_900));
        let a1002 = order("cus_1", "A1002").await;
        let delivered = a1002.delivered_at.expect("delivered");
        assert_eq!((a1002.total.amount, now.day() - delivered.day()), (32_000, 9));
        let a1003 = order("cus_1", "A1003").await;
        let delivered = a1003.delivered_at.expect("delivered");
        assert_eq!((a1003.total.amount, now.day() - delivered.day()), (1_850, 200));
        assert!(!a1003.window_is_open(30, now));
        assert_eq!(order("cus_2", "B2001").await.total.amount, 7_500);
        assert_eq!(ledger.invoices("cus_1", 9).await.expect("a ledger").len(), 3);
        let subscription = ledger.subscription("cus_1").await.expect("a ledger");
        assert!(subscription.is_some_and(|it| it.renews_at > Some(now)));
    }
    assert!(ShopData::demo().expect("demo data").customers.len() >= 40);
}

#[tokio::test]
async fn a_duplicate_is_what_was_taken_in_excess() {
    // Charges as (amount, days ago, given back, given back days ago) on an order of 50.00.
    let check = async |charges: &[(i64, u32, i64, u32)], wanted: Result<(&str, i64), &str>| {
        let charges: Vec<String> = (1..)
            .zip(charges)
            .map(|(n, (amount, days, back, back_days))| {
                let refunds = if *back == 0 {
                    String::new()
                } else {
                    format!(
                        r#"{{"id": "r{n}", "at": {{"days_ago": {back_days}}}, "amount": {back}}}"#
                    )
                };
                format!(
                    r#"{{"id": "c{n}", "at": {{"days_ago": {days}, "time": "0{n}:00"}},
                        "amount": {amount}, "refunds": [{refunds}]}}"#
                )
            })
            .collect();
        let json = format!(
            r#"{{"customers": [{{"id": "c", "name": "A", "email": "a@b.co", "orders": [{{"id": "A",
                "placed": {{"days_ago": 90}}, "status": "delivered", "delivered": {{"days_ago": 60}},
                "total": {{"amount": 5000, "currency": "EUR"}}, "charges": [{}]}}]}}]}}"#,
            charges.join(",")
        );
        let ledger = Ledger::in_memory().expect("a ledger");
        let data = ShopData::parse(json.as_bytes()).expect("shop data");
        ledger.load(data, NOW).await.expect("loaded");
        let order = ledger.order("c", "A").await.expect("a ledger").expect("an order");
        let found = order.eligible(None, None, 30, NOW);
        let found = found.as_ref().map(|it| (it.charge.as_str(), it.amount.amount));
        assert_eq!(found.map_err(|no| no.code), wanted, "{charges:?}");
    };
    check(&[], Err("not_refundable")).await;
    check(&[(5_000, 80, 0, 0)], Err("outside_window")).await;
    check(&[(5_000, 80, 0, 0), (5_000, 80, 0, 0)], Ok(("c2", 5_000))).await;
    check(&[(5_000, 80, 0, 0), (3_000, 79, 0, 0)], Ok(("c2", 3_000))).await;
    // Paid in two parts: no part is a duplicate.
    check(&[(2_500, 80, 0, 0), (2_500, 80, 0, 0)], Err("outside_window")).await;
    check(&[(2_500, 80, 0, 0), (2_500, 80, 0, 0), (2_500, 80, 0, 0)], Ok(("c3", 2_500))).await;
    // Given back and charged anew.
    check(&[(5_000, 80, 5_000, 79), (5_000, 78, 0, 0)], Err("outside_window")).await;
    // The first was given back instead of the second.
    check(&[(5_000, 80, 5_000, 70), (5_000, 80, 0, 0)], Err("already_refunded")).await;
    check(&[(5_000, 80, 0, 0), (5_000, 80, 5_000, 70)], Err("already_refunded")).await;
    check(&[(5_000, 80, 0, 0), (5_000, 80, 2_000, 70)], Ok(("c2", 3_000))).await;
}
