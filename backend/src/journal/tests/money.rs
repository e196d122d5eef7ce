//! Conditions on money hold in the transaction that would break them.

use proptest::prelude::*;
use shared::{
    api::RefundFilter,
    event::{EventBody, RefundState},
    money::Money,
};

use super::{
    super::{
        AppendError,
        samples::{Desk, NOW, eur, id, opened, refund, says},
    },
    state_of,
};
use crate::{
    storage::{Require, Store, StoreError},
    verify::verify,
};

/// Asks, from many conversations at once, for refunds of one charge.
async fn refund_from_everywhere(amounts: &[i64]) -> (i64, Desk) {
    let desk = Desk::new();
    let tasks: Vec<_> = amounts
        .iter()
        .enumerate()
        .map(|(n, &amount)| {
            let journal = desk.journal.clone();
            tokio::spawn(async move {
                let c = id(&format!("cnv_{n}"));
                let thread = journal.open(c, opened("vis_1"), NOW).await.expect("opened");
                let require = vec![
                    Require::MoneyEnabled,
                    Require::WithinCaptured {
                        charge: "ch_1".to_owned(),
                        captured: eur(10_000),
                        adding: eur(amount),
                    },
                ];
                let body = refund(&format!("int_{n}"), amount, RefundState::Pending);
                match journal.append(&thread, vec![body], require, NOW).await {
                    Ok(_) => amount,
                    Err(AppendError::Refused(Require::WithinCaptured { .. })) => 0,
                    Err(e) => panic!("{e}"),
                }
            })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += task.await.expect("a task");
    }
    (granted, desk)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn money_04_no_more_is_refunded_than_was_captured(
        amounts in prop::collection::vec(1i64..6_000, 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
        let result: Result<(), TestCaseError> = runtime.expect("a runtime").block_on(async {
            let (granted, desk) = refund_from_everywhere(&amounts).await;
            prop_assert!(granted <= 10_000);
            let smallest_refused = amounts.iter().sum::<i64>() > 10_000;
            prop_assert!(smallest_refused || granted == amounts.iter().sum::<i64>());
            let totals = desk.store.refund_totals("ch_1", "A1001", "cus_1", NOW.day()).await;
            prop_assert_eq!(totals.expect("totals").charge, granted);
            prop_assert!(verify(desk.store.as_ref()).await.is_ok());
            Ok(())
        });
        result?;
    }
}

#[tokio::test]
async fn conditions_on_money_hold_or_nothing_is_written() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let captured = |adding| Require::WithinCaptured {
        charge: "ch_1".to_owned(),
        captured: eur(10_000),
        adding,
    };
    let limits = |customer: &str, day, adding| Require::WithinLimits {
        order: "A1001".to_owned(),
        per_order: eur(10_000),
        customer: customer.to_owned(),
        day,
        per_customer_day: eur(8_000),
        adding: eur(adding),
    };
    let usd = Money::new(1, id("USD"));
    let first = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let bodies = vec![refund("int_1", 6_000, RefundState::Waiting)];
    let require = vec![captured(eur(6_000))];
    let first = journal.append(&first, bodies, require, NOW).await.expect("held");

    let second = journal.open(id("cnv_2"), opened("vis_1"), NOW).await.expect("opened");
    for (require, holds) in [
        (captured(eur(4_000)), true),
        (captured(eur(4_001)), false),
        (captured(eur(i64::MAX)), false),
        (captured(eur(-1)), false),
        (captured(usd), false),
        (limits("cus_1", NOW.day(), 2_000), true),
        (limits("cus_1", NOW.day(), 2_001), false),
        (limits("cus_1", NOW.day() + 1, 4_000), true),
        (limits("cus_1", NOW.day() + 1, 4_001), false),
        (limits("cus_2", NOW.day(), 4_001), false),
    ] {
        let said = format!("{require:?}");
        let at = state_of(&journal, "cnv_2").await;
        let bodies = vec![says("please", &format!("m{}", at.state.seq))];
        let done = journal.append(&at, bodies, vec![require.clone()], NOW).await;
        match done {
            Ok(_) => assert!(holds, "{said}"),
            Err(AppendError::Refused(refused)) => assert!(!holds && refused == require, "{said}"),
            Err(e) => panic!("{said}: {e}"),
        }
    }
    assert!(second.state.seq < state_of(&journal, "cnv_2").await.state.seq);

    // What only moves on is not counted twice.
    let bodies = vec![refund("int_1", 6_000, RefundState::Pending)];
    let first = journal
        .append(&first, moved(bodies), vec![captured(eur(6_000)), Require::MoneyEnabled], NOW)
        .await
        .expect("it moves on");
    // What was given up holds nothing any more.
    let bodies = vec![refund("int_1", 6_000, RefundState::Failed)];
    journal.append(&first, bodies, vec![], NOW).await.expect("it fails");
    let at = state_of(&journal, "cnv_2").await;
    journal
        .append(&at, vec![says("all of it", "z")], vec![captured(eur(10_000))], NOW)
        .await
        .expect("the charge is free again");

    for (setting, on) in [("false", false), ("true", true), ("\"yes\"", false)] {
        store
            .put_setting("money_enabled", setting, crate::storage::story::entry("money"))
            .await
            .expect("set");
        let at = state_of(&journal, "cnv_2").await;
        let client = format!("s{}{on}", setting.len());
        let done =
            journal.append(&at, vec![says("now", &client)], vec![Require::MoneyEnabled], NOW).await;
        assert_eq!(done.is_ok(), on, "{setting}");
    }
    verify(store.as_ref()).await.expect("no fault");
}

/// Later events of an intent carry no terms.
fn moved(bodies: Vec<EventBody>) -> Vec<EventBody> {
    let strip = |mut body| {
        if let EventBody::Refund(refund) = &mut body {
            refund.terms = None;
        }
        body
    };
    bodies.into_iter().map(strip).collect()
}

#[tokio::test]
async fn money_02_an_idempotency_key_belongs_to_one_refund() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let one = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let two = journal.open(id("cnv_2"), opened("vis_1"), NOW).await.expect("opened");
    let begin = || vec![refund("int_1", 100, RefundState::Pending)];
    journal.append(&one, begin(), vec![], NOW).await.expect("recorded");
    let again = journal.append(&two, begin(), vec![], NOW).await;
    assert!(matches!(again, Err(AppendError::Store(StoreError::Taken(_)))), "{again:?}");
    let (open, _) = store.refund_lines(RefundFilter::Open, None, 9).await.expect("open refunds");
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].conversation, one.state.id);
    verify(store.as_ref()).await.expect("no fault");
}

#[tokio::test]
async fn money_07_a_refund_only_moves_forward_and_never_from_where_it_ended() {
    use RefundState::{Declined, Expired, Failed, Pending, Succeeded, Unknown, Waiting};
    let all = [Waiting, Pending, Unknown, Succeeded, Failed, Declined, Expired];
    let Desk { journal, store, dir: _dir } = Desk::new();
    let mut n = 0;
    for (path, may_follow) in [
        (&[Waiting][..], &[Pending, Declined, Expired][..]),
        (&[Pending], &[Unknown, Succeeded, Failed]),
        (&[Waiting, Pending], &[Unknown, Succeeded, Failed]),
        (&[Pending, Unknown], &[Succeeded, Failed]),
        (&[Pending, Succeeded], &[]),
        (&[Pending, Unknown, Succeeded], &[]),
        (&[Pending, Failed], &[]),
        (&[Waiting, Declined], &[]),
        (&[Waiting, Expired], &[]),
    ] {
        for next in all {
            n += 1;
            let intent = format!("int_{n}");
            let mut at = journal.open(id(&format!("cnv_{n}")), opened("vis_1"), NOW).await;
            for (step, state) in path.iter().enumerate() {
                let bodies = vec![refund(&intent, 100, *state)];
                let bodies = if step == 0 { bodies } else { moved(bodies) };
                at = journal.append(&at.expect("so far"), bodies, vec![], NOW).await;
            }
            let at = at.expect("the path");
            let bodies = moved(vec![refund(&intent, 100, next)]);
            let done = journal.append(&at, bodies, vec![], NOW).await;
            assert_eq!(done.is_ok(), may_follow.contains(&next), "{path:?} then {next:?}");
            let other = moved(vec![refund(&intent, 101, *may_follow.first().unwrap_or(&next))]);
            let done = journal.append(&at, other, vec![], NOW).await;
            assert!(done.is_err(), "{path:?}: another amount");
        }
    }
    verify(store.as_ref()).await.expect("no fault");
}
