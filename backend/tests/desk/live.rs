//! What is seen of a turn while it goes on, and what becomes of one whose brain fails.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering},
};

use baton::{
    brain::{
        Brain, BrainError, Piece, Request,
        scripted::{Cue, Scripted},
    },
    live::{Feed, Item},
    storage::Scope,
};
use futures_util::{StreamExt, stream, stream::BoxStream};
use shared::{
    event::{EventBody, TurnState},
    fleeting::{Fleeting, Moment, Turn},
    id::Seq,
    message::AuthorKind,
};
use tokio::sync::Notify;

use crate::rig::{Rig, Talk, client, staff};

/// What a page shows, and what it was told on the way.
struct Page {
    feed: Feed,
    moment: Moment,
    shown: Vec<String>,
}

impl Page {
    async fn open(talk: &Talk<'_>) -> Self {
        let feed = Feed::open(talk.rig.desk.journal(), &Scope::System, &talk.id, 0).await;
        let feed = feed.expect("read").expect("in scope");
        Self { feed, moment: Moment::default(), shown: Vec::new() }
    }

    /// Reads on until `is_enough`.
    async fn until(&mut self, is_enough: impl Fn(&Moment, Option<&EventBody>) -> bool) {
        loop {
            let item = self.feed.next().await.expect("more").expect("read");
            let event = match item {
                Item::Event(event) => {
                    self.moment.see(&event);
                    self.shown.push(event.body.name().to_owned());
                    Some(event)
                }
                Item::Fleeting(what) => {
                    self.moment.hear(what);
                    None
                }
                Item::CaughtUp(_) => None,
            };
            if is_enough(&self.moment, event.as_ref().map(|event| &event.body)) {
                return;
            }
        }
    }

    async fn until_draft(&mut self, text: &str) {
        let is = |moment: &Moment| moment.draft.as_ref().is_some_and(|draft| draft.delta == text);
        if !is(&self.moment) {
            self.until(|moment, _| is(moment)).await;
        }
    }
}

fn is_answer(body: Option<&EventBody>) -> bool {
    matches!(body, Some(EventBody::Message(m)) if m.author.kind == AuthorKind::Agent)
}

async fn answer_to(talk: &Talk<'_>, seq: Seq) -> BoxStream<'static, Item> {
    let items = Feed::answer(talk.rig.desk.journal(), &Scope::System, &talk.id, seq).await;
    items.expect("read").expect("in scope").map(|item| item.expect("read")).boxed()
}

#[tokio::test]
async fn whoever_joins_late_sees_the_beginning_of_the_message() {
    static GATE: LazyLock<Arc<Notify>> = LazyLock::new(Arc::default);
    // Spaces at the ends are not part of the message, and so not of the draft.
    const PIECES: [&str; 4] = [" \n", "Grü", "ße  ", " \naus Köln. \n"];
    const SHOWN: [&str; 4] = ["", "Grü", "Grüße", "Grüße   \naus Köln."];
    let rig = Rig::with(
        Arc::new(|_| {
            let pieces = PIECES.iter().flat_map(|text| [Cue::text(text), Cue::Wait(GATE.clone())]);
            Arc::new(Scripted::new().then("triage", pieces))
        }),
        |agents| agents,
    )
    .await;
    let mut talk = rig.open(None).await;
    let mut pages = vec![Page::open(&talk).await];
    talk.send(["hi"]).await;
    for shown in SHOWN {
        if !shown.is_empty() {
            pages.push(Page::open(&talk).await);
            for page in &mut pages {
                page.until_draft(shown).await;
            }
        }
        GATE.notify_one();
    }
    for page in &mut pages {
        page.until(|_, event| is_answer(event)).await;
        page.until(|moment, _| !moment.working).await;
        assert_eq!(page.moment, Moment::default());
    }
    let seen = talk.rest().await;
    assert!(seen.ends_with(SHOWN[3]), "{seen:?}");
}

#[tokio::test]
async fn scenario_07_a_takeover_takes_back_what_was_being_said() {
    static GATE: LazyLock<Arc<Notify>> = LazyLock::new(Arc::default);
    let rig = Rig::with(
        Arc::new(|_| {
            let answer = [Cue::text("I will "), Cue::Wait(GATE.clone()), Cue::text("refund you.")];
            let back = [Cue::text("Back with you.")];
            Arc::new(Scripted::new().then("triage", answer).then("triage", back))
        }),
        |agents| agents,
    )
    .await;
    let mut talk = rig.open(None).await;
    let mut page = Page::open(&talk).await;
    talk.send(["hi"]).await;
    page.until_draft("I will").await;
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    GATE.notify_one();
    page.until(|moment, event| {
        let is_handoff = matches!(event, Some(EventBody::Handoff(_)));
        assert!(!is_handoff || moment.draft.is_none(), "gone before Sam has it");
        is_handoff
    })
    .await;
    talk.rest().await;
    rig.desk
        .reply(staff("Sam"), &talk.id, client("r-1"), "Sam here".to_owned())
        .await
        .expect("said");
    page.until(|moment, event| {
        assert_eq!(moment.draft, None, "nobody hears the former owner");
        matches!(event, Some(EventBody::Message(_)))
    })
    .await;
    assert!(!page.moment.working);
    assert_eq!(talk.say("hello?").await, "Sam: Sam here", "no agent speaks while Sam has it");
    let triage = "triage".parse().expect("a name");
    rig.desk.hand_back(staff("Sam"), &talk.id, triage, None).await.expect("handed back");
    let seen = talk.rest().await;
    assert_eq!(seen, "-> Assistant\nAssistant: Back with you.", "handed back, it speaks");
    rig.verify().await;
}

/// Each message of a burst is answered by the one turn, under the one number.
#[tokio::test]
async fn invariant_16_scenario_12_a_burst_is_one_turn() {
    static GATE: LazyLock<Arc<Notify>> = LazyLock::new(Arc::default);
    let rig = Rig::with(
        Arc::new(|_| {
            let first = [Cue::text("Let me "), Cue::Wait(GATE.clone()), Cue::text("see.")];
            Arc::new(Scripted::new().then("triage", first).then("triage", [Cue::text("Both!")]))
        }),
        |agents| agents,
    )
    .await;
    let mut talk = rig.open(None).await;
    let mut page = Page::open(&talk).await;
    talk.send(["hi"]).await;
    let first = answer_to(&talk, 2).await;
    page.until_draft("Let me").await;
    talk.send(["hello"]).await;
    let second = answer_to(&talk, 3).await;
    page.until_draft("Both!").await;
    for items in [first, second] {
        let items: Vec<Item> = items.collect().await;
        let last = Item::Fleeting(Fleeting::Turn(Turn { turn: 2, state: TurnState::Done }));
        assert_eq!(items.last(), Some(&last));
        for item in &items {
            if let Item::Fleeting(Fleeting::Draft(piece)) = item {
                assert_eq!(piece.turn, 2);
            }
        }
        assert!(
            items.iter().any(|item| matches!(item, Item::Event(e) if is_answer(Some(&e.body))))
        );
    }
    assert_eq!(talk.rest().await.lines().count(), 1, "answered once");
    rig.verify().await;
}

/// A brain that panics: `early`, before it says anything, or in the middle of its answer.
struct Panics {
    early: bool,
    left: AtomicU32,
}

impl Brain for Panics {
    fn model(&self) -> &'static str {
        "panics"
    }

    fn step(&self, _: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let again = |left: u32| left.checked_sub(1);
        let well = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, again).is_err();
        assert!(well || !self.early, "on purpose");
        let pieces =
            stream::iter([Piece::Text("Here ".to_owned()), Piece::Text("I am.".to_owned())]);
        pieces
            .enumerate()
            .map(move |(n, piece)| {
                assert!(well || n == 0, "on purpose, in the middle");
                Ok(piece)
            })
            .boxed()
    }
}

#[tokio::test]
async fn a_brain_that_panics_leaves_nobody_waiting() {
    let (answers, hands_over) = ("Here I am.", "-> Support team");
    for (early, times, end) in
        [(true, 1, answers), (false, 1, answers), (true, 9, hands_over), (false, 9, hands_over)]
    {
        let make =
            move |_| Arc::new(Panics { early, left: AtomicU32::new(times) }) as Arc<dyn Brain>;
        let rig = Rig::with(Arc::new(make), |agents| agents).await;
        let mut talk = rig.open(None).await;
        let mut page = Page::open(&talk).await;
        talk.send(["hi"]).await;
        page.until(|moment, _| moment.working).await;
        page.until(|moment, _| !moment.working).await;
        assert_eq!(page.moment.draft, None);
        let seen = talk.rest().await;
        assert!(seen.ends_with(end), "{seen}");
        rig.verify().await;
    }
}

/// Panics where nobody expects it, twice.
struct Faints(AtomicU32);

impl Brain for Faints {
    fn model(&self) -> &'static str {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) >= 2, "on purpose");
        "faints"
    }

    fn step(&self, _: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        stream::iter([Ok(Piece::Text("Back again.".to_owned()))]).boxed()
    }
}

#[tokio::test]
async fn a_turn_that_panics_is_taken_up_again() {
    let make = |_| Arc::new(Faints(AtomicU32::new(0))) as Arc<dyn Brain>;
    let rig = Rig::with(Arc::new(make), |agents| agents).await;
    let mut talk = rig.open(None).await;
    assert_eq!(talk.say("hi").await, "", "it has come to rest without an answer");
    // What the sweep does.
    let due = rig.store.due(rig.desk.now(), None, 10).await.expect("what is due");
    assert_eq!(due, [talk.id.clone()]);
    rig.desk.nudge(&talk.id);
    assert!(talk.rest().await.ends_with("Back again."));
    rig.verify().await;
}
