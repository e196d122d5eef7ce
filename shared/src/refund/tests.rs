use proptest::prelude::*;

use super::*;
use crate::money::Currency;

const START: Timestamp = Timestamp(1_800_000_000_000);

fn refund(state: RefundState) -> RefundView {
    RefundView {
        intent: "rfd_1".parse().unwrap(),
        order: "A1001".to_owned(),
        money: Money::new(4_900, Currency::EUR),
        state,
        since: START,
        terms: None,
        settled_by: None,
        inquiries: Inquiries::default(),
        seq: 1,
    }
}

fn ana() -> StaffRef {
    StaffRef { id: "stf_ana".parse().unwrap(), name: "Ana".to_owned() }
}

fn asked(refund: &mut RefundView, says: Option<RefundState>, at: Timestamp) {
    let inquiry = Inquiry { intent: refund.intent.clone(), says, detail: String::new(), by: None };
    assert!(refund.allows(&inquiry), "{refund:?}");
    refund.absorb(&inquiry, at);
}

/// Asks whenever it is time to, in vain; answers when.
fn ask_in_vain(refund: &mut RefundView, late_by: i64) -> Vec<Timestamp> {
    let mut times = Vec::new();
    while let Some(at) = refund.ask_at() {
        let at = at.plus_ms(late_by);
        times.push(at);
        asked(refund, None, at);
    }
    times
}

#[test]
fn money_06_an_unknown_refund_is_asked_after_ever_less_often_and_then_by_a_person() {
    let mut unknown = refund(RefundState::Unknown);
    let times = ask_in_vain(&mut unknown, 0);
    let pauses: Vec<i64> = times.windows(2).map(|w| w[1].since_ms(w[0])).collect();
    assert_eq!(times[0], START, "at once");
    assert_eq!(pauses[..4], [5_000, 10_000, 20_000, 40_000]);
    assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE_MS));
    assert_eq!(*times.last().unwrap(), START.plus_ms(PERSON_AFTER_MS), "once more at the end");
    assert!(times.len() < 40, "{}", times.len());
    assert!(unknown.needs_person() && unknown.may_be_settled());
    assert_eq!(unknown.ask_at(), None);

    // After a long stop it is asked once more, then a person is.
    let mut unknown = refund(RefundState::Unknown);
    assert_eq!(ask_in_vain(&mut unknown, 3 * PERSON_AFTER_MS).len(), 1);
    assert!(unknown.needs_person());
}

#[test]
fn a_settlement_is_checked_with_the_provider_and_a_contradiction_shows_until_looked_into() {
    for (state, says, contradicts, holds) in [
        (RefundState::Failed, RefundState::Succeeded, true, true),
        (RefundState::Failed, RefundState::Failed, false, false),
        (RefundState::Succeeded, RefundState::Failed, true, true),
        (RefundState::Succeeded, RefundState::Succeeded, false, true),
    ] {
        let mut settled = refund(state);
        assert_eq!(settled.ask_at(), None, "what the provider settled is settled");
        settled.settled_by = Some(ana());
        assert_eq!(settled.ask_at(), Some(START));
        asked(&mut settled, None, START);
        assert!(settled.ask_at().is_some() && !settled.is_contradicted());
        asked(&mut settled, Some(says), START.plus_ms(5_000));
        assert_eq!((settled.is_contradicted(), settled.holds_money()), (contradicts, holds));
        assert_eq!((settled.ask_at(), settled.state), (None, state), "the settlement stands");
        let look = Inquiry {
            intent: settled.intent.clone(),
            says: None,
            detail: "called them".to_owned(),
            by: Some(ana()),
        };
        assert_eq!(settled.allows(&look), contradicts);
        if contradicts {
            settled.absorb(&look, START.plus_ms(9_000));
            assert!(!settled.is_contradicted() && !settled.allows(&look));
            assert_eq!(settled.holds_money(), holds, "what the provider has is not given twice");
        }
    }
}

#[test]
fn a_refund_that_lay_for_long_is_looked_up_before_it_is_sent() {
    let hours = |n: i64| START.plus_ms(n * HOUR_MS);
    let mut pending = refund(RefundState::Pending);
    assert!(pending.may_send(START) && !pending.must_look(false, START));
    assert!(pending.must_look(true, START), "while refunds are off, once");
    assert!(!pending.may_send(hours(20)) && pending.must_look(false, hours(20)));
    assert!(!pending.may_be_settled(), "nobody was asked yet");

    asked(&mut pending, None, hours(20));
    assert!(!pending.must_look(false, hours(20).plus_ms(1)) && !pending.may_send(hours(20)));
    assert!(pending.needs_person() && pending.may_be_settled());
    assert!(!pending.must_look(true, hours(22)), "while refunds are off, once only");
    assert!(pending.must_look(false, hours(21)));
    asked(&mut pending, Some(RefundState::Failed), hours(21));
    assert!(pending.may_send(hours(21)) && !pending.needs_person());
    assert!(!pending.may_send(hours(22)) && pending.must_look(false, hours(22)));
}

proptest! {
    /// However late each question comes, they end, and never come before their time.
    #[test]
    fn questions_end(late in prop::collection::vec(0i64..100_000_000, 1..60)) {
        let mut unknown = refund(RefundState::Unknown);
        let mut late = late.into_iter().cycle();
        let mut before = START;
        let mut n = 0;
        while let Some(at) = unknown.ask_at() {
            prop_assert!(at >= before);
            before = at.plus_ms(late.next().unwrap());
            asked(&mut unknown, None, before);
            n += 1;
            prop_assert!(n < 40);
        }
        prop_assert!(unknown.needs_person());
        prop_assert!(before.since_ms(START) >= PERSON_AFTER_MS);
    }
}
