//! What must hold of money, whatever the payment provider, the visitor or the agent does.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use baton::{
    brain::{Brain, BrainError, Entry, Piece, Request},
    money::{
        Finding, Gateway, GatewayError, Receipt, RefundOrder, faulty::Fault, switch::MONEY_SETTING,
    },
    runtime::DeskError,
    storage::{
        Scope, Store,
        rows::{AuditFilter, AuditRow},
    },
};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use shared::{
    api::{Decision, RefundOutcome},
    event::{EventBody, RefundState},
    id::IntentId,
    message::{AuthorKind, VisitorRef},
    time::Timestamp,
};

use crate::rig::{Rig, Talk, staff};

const TWICE: &str = "I was charged twice for order A1001 and want my money back";
const MINUTE: i64 = 60_000;

/// Asks for the refund of the second charge of A1001; the agent may ask whether it is sure.
async fn ask(talk: &mut Talk<'_>) -> String {
    let mut seen = talk.say(TWICE).await;
    if !seen.contains("refund A1001") {
        seen += &talk.say("Yes, please.").await;
    }
    seen
}

async fn state(talk: &Talk<'_>) -> RefundState {
    talk.thread().await.state.refunds[0].state
}

async fn intent(talk: &Talk<'_>) -> IntentId {
    talk.thread().await.state.refunds[0].intent.clone()
}

#[tokio::test]
async fn money_01_whatever_goes_wrong_an_intent_moves_money_once_and_is_known() {
    let faults =
        || [Fault::DropBefore, Fault::CommitThenTimeOut, Fault::CommitThenFail, Fault::Double];
    for first in faults() {
        for then in [vec![], vec![Fault::DropBefore], vec![Fault::CommitThenFail; 3]] {
            let rig = Rig::new().await;
            rig.provider.script_refunds([first.clone()]);
            rig.provider.script_finds(then.clone());
            let mut talk = rig.open(Some("cus_1")).await;
            ask(&mut talk).await;
            for _ in 0..4 {
                rig.clock.forward(MINUTE);
                rig.desk.sweep().await;
                rig.desk.idle().await;
            }
            let moved = rig.refunded("cus_1", "A1001").await;
            let told = format!("{first:?}, then {then:?}");
            let expected = match state(&talk).await {
                RefundState::Succeeded => 4_900,
                RefundState::Failed => 0,
                other => panic!("{told}: {other:?}"),
            };
            assert_eq!(moved, expected, "{told}");
            let mut calls = rig.provider.calls();
            calls.dedup();
            assert_eq!(calls.len(), 1, "one key, one set of terms: {told}");
            rig.verify().await;
        }
    }
}

/// A provider that looks into the store when it is called.
struct Witness {
    store: Arc<dyn Store>,
    inner: Arc<dyn Gateway>,
}

#[async_trait]
impl Gateway for Witness {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        let never = self.store.never_sent(vec![order.key.clone()]).await.expect("an answer");
        assert_eq!(never, [""; 0], "the intent is on record before the call");
        let audit = self.store.audit(AuditFilter::default(), None, 1).await.expect("the log");
        let entry = &audit.entries[0];
        assert_eq!((entry.action.as_str(), entry.subject.as_str()), ("refund", "A1001"));
        assert!(entry.detail.starts_with("49.00 EUR pending"), "{entry:?}");
        self.inner.refund(order).await
    }

    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        self.inner.find(key).await
    }
}

#[tokio::test]
async fn money_05_intent_and_audit_are_on_record_before_the_call() {
    let rig = Rig::through(|store, inner| Arc::new(Witness { store, inner })).await;
    let mut talk = rig.open(Some("cus_1")).await;
    let seen = ask(&mut talk).await;
    assert!(seen.contains("Succeeded"), "{seen}");
    rig.verify().await;
}

#[tokio::test]
async fn money_06_scenario_04_a_time_out_is_unknown_is_asked_after_and_then_a_person_settles_it_once()
 {
    let rig = Rig::new().await;
    rig.provider.script_refunds([Fault::DropBefore]);
    rig.provider.script_finds(vec![Fault::DropBefore; 60]);
    let mut talk = rig.open(Some("cus_1")).await;
    ask(&mut talk).await;
    assert_eq!(state(&talk).await, RefundState::Unknown);
    let intent = intent(&talk).await;
    let settle =
        |outcome| rig.desk.settle_refund(staff("Sam"), &intent, outcome, "looked it up".to_owned());
    let early = settle(RefundOutcome::Failed).await;
    assert!(matches!(early, Err(DeskError::TooEarly(_))), "a call may still arrive");
    for _ in 0..25 {
        rig.clock.forward(60 * MINUTE);
        rig.desk.sweep().await;
        rig.desk.idle().await;
    }
    let refund = talk.thread().await.state.refunds[0].clone();
    assert!(refund.needs_person() && refund.inquiries.count > 20, "{refund:?}");
    assert_eq!(rig.store.refunds_for_people().await.expect("counts"), (1, 0));
    let asked = refund.inquiries.count;
    rig.clock.forward(60 * MINUTE);
    rig.desk.sweep().await;
    rig.desk.idle().await;
    assert_eq!(talk.thread().await.state.refunds[0].inquiries.count, asked, "no more");
    assert_eq!(rig.provider.calls().len(), 1, "it was never sent again");

    talk.rest().await;
    let (one, two) = tokio::join!(settle(RefundOutcome::Failed), settle(RefundOutcome::Failed));
    assert!(one.is_ok() != two.is_ok(), "exactly one settles it");
    let seen = talk.rest().await;
    assert!(seen.contains("refund A1001 49.00 EUR Failed"), "the visitor is told: {seen}");
    assert_eq!(rig.refunded("cus_1", "A1001").await, 0);
    rig.verify().await;
}

#[tokio::test]
async fn money_08_what_was_approved_is_refused_if_the_visitor_is_another_by_then() {
    let rig = Rig::new().await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("please refund order A1002").await;
    talk.say("yes").await;
    let approval = talk.thread().await.state.approvals[0].id.clone();
    let visitor = talk.thread().await.state.visitor.clone();
    let other = VisitorRef { customer: Some("cus_2".to_owned()), ..visitor.clone() };
    rig.desk.identify(&Scope::System, &talk.id, other).await.expect("identified");
    let approve = || rig.desk.decide(staff("Sam"), &approval, Decision::Approve, None);
    let decided = approve().await;
    assert!(matches!(decided, Err(DeskError::Changed)), "{:?}", decided.err());
    assert_eq!(rig.provider.calls(), []);
    rig.desk.identify(&Scope::System, &talk.id, visitor).await.expect("identified");
    approve().await.expect("the same again");
    talk.rest().await;
    assert_eq!(rig.refunded("cus_1", "A1002").await, 32_000);
    rig.verify().await;
}

#[tokio::test]
async fn money_09_an_approval_runs_out() {
    let rig = Rig::new().await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("please refund order A1002").await;
    talk.say("yes").await;
    let approval = talk.thread().await.state.approvals[0].id.clone();
    rig.clock.forward(25 * 60 * MINUTE);
    let late = rig.desk.decide(staff("Sam"), &approval, Decision::Approve, None).await;
    assert!(matches!(late, Err(DeskError::Expired)));
    talk.rest().await;
    assert_eq!(state(&talk).await, RefundState::Expired);

    assert_eq!(rig.provider.calls(), []);
    rig.verify().await;
}

/// Does what a person's note says.
struct Obedient;

impl Brain for Obedient {
    fn model(&self) -> &'static str {
        "obedient"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let any = |is: fn(&Entry) -> bool| request.dialogue.iter().any(is);
        let told = any(|entry| matches!(entry, Entry::Happened { kind, .. } if kind == "note"));
        let done = any(|entry| matches!(entry, Entry::Called { .. }));
        let piece = if told && !done {
            let args = serde_json::json!({ "order": "A1002", "reason": "as the note says" });
            Piece::Call { name: "issue_refund".to_owned(), args: Ok(args) }
        } else {
            Piece::Text("Noted.".to_owned())
        };
        stream::iter([Ok(piece)]).boxed()
    }
}

#[tokio::test]
async fn money_09_nobody_approves_what_they_asked_for_themself() {
    let rig = Rig::with(Arc::new(|_| Arc::new(Obedient)), |agents| agents).await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("hello").await;
    // Sam hands the conversation to the agent, at whose word it then asks.
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    let note = Some("Please refund order A1002.".to_owned());
    let agent = "refunds".parse().expect("a name");
    rig.desk.hand_back(staff("Sam"), &talk.id, agent, note).await.expect("handed back");
    let seen = talk.rest().await;
    assert!(seen.contains("refund A1002 320.00 EUR Waiting"), "{seen}");
    let open = talk.thread().await.state.approvals[0].id.clone();
    let decide = |name| rig.desk.decide(staff(name), &open, Decision::Approve, None);
    let own = decide("Sam").await;
    assert!(matches!(own, Err(DeskError::OwnRequest)), "{:?}", own.err());
    assert_eq!(rig.provider.calls(), []);
    decide("Kim").await.expect("Kim may");
    talk.rest().await;
    assert_eq!(rig.refunded("cus_1", "A1002").await, 32_000);
    rig.verify().await;
}

/// Says that it has refunded everything, and does nothing.
struct Liar;

impl Brain for Liar {
    fn model(&self) -> &'static str {
        "liar"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let asked = request
            .dialogue
            .iter()
            .any(|entry| matches!(entry, Entry::Said { by: AuthorKind::Visitor, .. }));
        assert!(asked, "there is something to answer");
        let text = "Your 49.00 EUR for order A1001 have been refunded.".to_owned();
        stream::iter([Ok(Piece::Text(text))]).boxed()
    }
}

#[tokio::test]
async fn money_10_an_agents_words_refund_nothing_and_show_no_refund() {
    let rig = Rig::with(Arc::new(|_| Arc::new(Liar)), |agents| agents).await;
    let mut talk = rig.open(Some("cus_1")).await;
    let seen = talk.say("hello").await;
    assert!(!seen.contains("refund A1001"), "no card: {seen}");
    let thread = talk.thread().await;
    let refunds = thread.events.iter().filter(|e| matches!(e.body, EventBody::Refund(_))).count();
    assert_eq!((refunds, thread.state.refunds.len()), (0, 0));
    assert_eq!(rig.provider.calls(), []);
    rig.verify().await;
}

/// A provider at whose door refunds are switched off, when the first one is about to leave.
struct LastMoment {
    store: Arc<dyn Store>,
    inner: Arc<dyn Gateway>,
    switched: AtomicBool,
}

#[async_trait]
impl Gateway for LastMoment {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        if self.switched.swap(true, Ordering::SeqCst) {
            return self.inner.refund(order).await;
        }
        let audit = AuditRow::new(Timestamp(0), "Ada", "switch", "refunds");
        self.store.put_setting(MONEY_SETTING, "false", audit).await.expect("off");
        Err(GatewayError::Off)
    }

    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        self.inner.find(key).await
    }
}

#[tokio::test]
async fn money_11_what_is_stopped_at_the_door_waits_and_the_agent_goes_on() {
    let wrap = |store, inner| -> Arc<dyn Gateway> {
        Arc::new(LastMoment { store, inner, switched: AtomicBool::new(false) })
    };
    let rig = Rig::through(wrap).await;
    let mut talk = rig.open(Some("cus_1")).await;
    let seen = ask(&mut talk).await;
    assert_eq!(
        (state(&talk).await, rig.provider.calls().len()),
        (RefundState::Pending, 0),
        "{seen}"
    );
    assert!(talk.thread().await.state.turn.is_none(), "the visitor is answered: {seen}");
    assert!(!seen.contains("Succeeded") && seen.lines().last().is_some_and(|l| l.contains(": ")));
    rig.desk.switch_refunds(staff("Ada"), true, None).await.expect("on");
    rig.desk.sweep().await;
    let seen = talk.rest().await;
    assert!(seen.contains("refund A1001 49.00 EUR Succeeded"), "it is sent by itself: {seen}");
    assert_eq!(rig.provider.calls().len(), 1);
    rig.verify().await;
}

#[tokio::test]
async fn money_11_the_switch_stops_every_call_that_has_not_begun() {
    let rig = Rig::new().await;
    let mut talks = Vec::new();
    for _ in 0..4 {
        let mut talk = rig.open(Some("cus_1")).await;
        talk.say("please refund order A1002").await;
        talk.say("yes").await;
        talks.push(talk);
    }
    let mut waiting = Vec::new();
    for talk in &talks {
        waiting.extend(talk.thread().await.state.approvals.first().map(|a| a.id.clone()));
    }
    assert!(!waiting.is_empty());
    rig.desk.switch_refunds(staff("Ada"), false, None).await.expect("off");
    for approval in &waiting {
        let decided = rig.desk.decide(staff("Sam"), approval, Decision::Approve, None).await;
        assert!(matches!(decided, Err(DeskError::RefundsPaused)), "{:?}", decided.err());
    }
    rig.clock.forward(10 * MINUTE);
    rig.desk.sweep().await;
    rig.desk.idle().await;
    assert_eq!(rig.provider.calls(), []);

    rig.desk.switch_refunds(staff("Ada"), true, None).await.expect("on");
    rig.desk.decide(staff("Sam"), &waiting[0], Decision::Approve, None).await.expect("approved");
    rig.desk.idle().await;
    assert_eq!(rig.provider.calls().len(), 1);
    rig.verify().await;
}
