//! People type as they think: several messages before anybody has answered.
//!
//! Whether the brain comes to see them together or one after the other is a matter of timing, and
//! must not matter to the outcome.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use baton::brain::{Brain, BrainError, Piece, Request};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::Notify;

use crate::{
    check::{
        Expect::{Handed, Lacks, NoRefund, Owner, Refunded, Says, Waits},
        MARIA, PEOPLE, STRANGER, check, look,
    },
    rig::{MakeBrain, Rig, builtin},
};

#[tokio::test]
async fn nothing_is_lost_of_what_is_written_in_several_messages() {
    for burst in [
        "I was charged twice for order A1001 and want my money back // hello?",
        "hi // I was charged twice for order A1001 and want my money back",
        "I was charged twice and want my money back // for order A1001 // please",
        "I was charged twice for A1003 // sorry, A1001 // I want that money back",
    ] {
        check(MARIA, &[burst], &[Refunded("A1001 49.00 EUR"), Handed("Refunds")]).await;
    }
    let wish = "I want to talk to a person // hello?";
    check(MARIA, &[wish], &[PEOPLE]).await;
    let two = "I was charged twice for order A1001, give it back // and where is order A1002?";
    check(MARIA, &[two, "yes please"], &[Refunded("A1001 49.00 EUR"), Says("A1002")]).await;
}

#[tokio::test]
async fn a_request_stands_whatever_is_typed_around_it() {
    for burst in [
        "I was charged twice for order A1001 and want my money back // hello? // are you there?",
        "hi there // it's about order A1001 // I was charged twice // I want my money back",
        "I was charged twice for A1001, please refund it // can anybody hear me?",
        "my order A1001 // got billed two times // give me one payment back",
        "Charged twice for A1001, refund please! // ???",
    ] {
        check(MARIA, &[burst], &[Refunded("A1001 49.00 EUR"), Handed("Refunds")]).await;
    }
    for burst in [
        "I want a refund // for A1002 // please",
        "refund A1001 // sorry, A1002",
        "I want my money back for A1001 // no wait, I mean A1002 // thanks",
    ] {
        check(MARIA, &[burst], &[Waits("A1002 320.00 EUR")]).await;
    }
    check(MARIA, &["I want a refund", "A1001 // no, A1002", "yes"], &[Waits("A1002 320.00 EUR")])
        .await;
    check(MARIA, &["where is my parcel // the dinner service"], &[Says("A1002 from")]).await;
    check(STRANGER, &["how much is shipping // to Switzerland?"], &[Says("Switzerland")]).await;
}

#[tokio::test]
async fn what_is_taken_back_in_the_same_breath_is_not_done() {
    let nothing = [NoRefund, Says("?")];
    for burst in ["refund A1002 please // actually never mind", "please refund A1002 // no"] {
        check(MARIA, &[burst], &nothing).await;
    }
    check(MARIA, &["can I get a refund for A1002?", "yes // no wait"], &nothing).await;
    let yes = [Waits("A1002 320.00 EUR")];
    check(MARIA, &["can I get a refund for A1002?", "no // sorry, I mean yes"], &yes).await;
    check(MARIA, &["can I get a refund for A1002?", "yes // no problem if it takes long"], &yes)
        .await;
    let other = [NoRefund, Says("A1002 from"), Lacks("Shall I refund")];
    check(MARIA, &["I want a refund // no wait, where is my order A1002?"], &other).await;
}

#[tokio::test]
async fn two_requests_in_two_messages_are_both_served() {
    let both = [Says("A1002 from"), Says("INV-3003")];
    check(MARIA, &["where is order A1002? // and send me my last invoice", "yes"], &both).await;
    let money_and_plan = [Waits("A1002 320.00 EUR"), Says("renews on 1 December 2026")];
    let burst = "refund order A1002 please // when does my subscription renew?";
    check(MARIA, &[burst, "yes"], &money_and_plan).await;
}

#[tokio::test]
async fn a_yes_counts_whatever_comes_with_it() {
    let both = [Waits("A1002 320.00 EUR"), Says("Order A1003 from")];
    for burst in [
        "yes // and where is A1003?",
        "where is A1003? // yes, refund it",
        "yes please // where is order A1003 // thanks",
        "yes, and where is A1003?",
        "Yes please. Also, where is order A1003?",
    ] {
        check(MARIA, &["can I get a refund for A1002?", burst], &both).await;
    }
    let no = [NoRefund, Says("Order A1003 from")];
    for burst in ["no // where is A1003?", "no thanks, but where is A1003?"] {
        check(MARIA, &["can I get a refund for A1002?", burst], &no).await;
    }
}

#[tokio::test]
async fn a_wish_for_a_person_counts_wherever_it_stands() {
    for burst in [
        "I want to talk to a person // about order A1002",
        "where is A1002 // human please // hello?",
        "this is taking ages // get me a human // and refund A1001",
    ] {
        check(MARIA, &[burst], &[PEOPLE, NoRefund]).await;
    }
    check(STRANGER, &["flurb the gizmo wibble // grunk the zib florp"], &[Owner("triage")]).await;
}

/// Stops for good when it is asked for the `left`-th time: the process is killed there.
struct Stops {
    brain: Arc<dyn Brain>,
    left: Arc<AtomicI64>,
    stopped: Arc<Notify>,
}

impl Brain for Stops {
    fn model(&self) -> &str {
        self.brain.model()
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 1 {
            return self.brain.step(request);
        }
        self.stopped.notify_one();
        stream::pending().boxed()
    }
}

/// A rig whose brain stops when it is asked for the `asked`-th time, and what tells that it did.
async fn stopping(asked: i64) -> (Rig, Arc<Notify>) {
    let (left, stopped) = (Arc::new(AtomicI64::new(asked)), Arc::new(Notify::new()));
    let told = stopped.clone();
    let make: MakeBrain = Arc::new(move |reader| {
        let (left, stopped) = (left.clone(), stopped.clone());
        Arc::new(Stops { brain: builtin(reader), left, stopped })
    });
    (Rig::with(make, |agents| agents).await, told)
}

#[tokio::test]
async fn a_burst_that_was_being_answered_when_the_process_died_is_answered_once() {
    let burst = ["I was charged twice for A1001, give it back", "hello?", "and where is A1002?"];
    for asked in 1..=4 {
        let (rig, stopped) = stopping(asked).await;
        let mut talk = rig.open(MARIA).await;
        let conversation = talk.id.clone();
        talk.send(burst).await;
        stopped.notified().await;
        drop(talk);
        let rig = rig.kill(Arc::new(builtin)).await;
        let mut talk = rig.talk(conversation);
        let told = format!("killed when asked {asked} times\n{}", talk.rest().await);
        look(&talk, &told, &[Refunded("A1001 49.00 EUR"), Says("Order A1002 from")]).await;
        assert_eq!(told.matches("Order A1002 from").count(), 1, "{told}");
        rig.verify().await;
    }
}

#[tokio::test]
async fn what_came_while_an_answer_was_under_way_when_the_process_died_is_answered_too() {
    for asked in 1..=2 {
        let (rig, stopped) = stopping(asked).await;
        let mut talk = rig.open(MARIA).await;
        let conversation = talk.id.clone();
        talk.send(["where is A1002?"]).await;
        stopped.notified().await;
        talk.send(["and A1003?", "also send me my last invoice"]).await;
        drop(talk);
        let rig = rig.kill(Arc::new(builtin)).await;
        let mut talk = rig.talk(conversation);
        let mut told = format!("killed when asked {asked} times\n{}", talk.rest().await);
        told += &talk.say("yes").await;
        look(&talk, &told, &[Says("Order A1003 from"), Says("INV-3003"), NoRefund]).await;
        rig.verify().await;
    }
}
