//! Whoever follows, from whenever on, is shown the same; whatever comes in which order.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use futures_util::{Stream, StreamExt};
use proptest::prelude::*;
use shared::{
    brief::TriggerKind,
    conversation::Conversation,
    event::{Event, EventBody, Guard, Message, TurnState, Verdict},
    fleeting::{Draft, Fleeting, Moment, Turn, Typing},
    id::{ConversationId, Seq},
    message::{Author, AuthorKind},
};
use tokio::sync::broadcast::Receiver;

use super::{Feed, Item};
use crate::{
    bus::{Bus, Following, LineChanged, LocalBus, Signal, Spoken},
    journal::{
        Journal, Thread,
        samples::{Desk, NOW, agent, ana, closed, handoff, id, opened, says, turn_done, used},
    },
    storage::{Scope, StoreError},
};

/// A bus on which what others append is told late, and in an order of its own.
struct Tardy {
    bus: LocalBus,
    /// What is held back; `None` while everything is told at once.
    held: Mutex<Option<Vec<Signal>>>,
}

impl Bus for Tardy {
    fn tell(&self, conversation: &ConversationId, signal: Signal) {
        match &mut *self.held.lock().expect("the lock") {
            Some(held) => held.push(signal),
            None => self.bus.tell(conversation, signal),
        }
    }

    fn tell_inbox(&self, change: LineChanged) {
        self.bus.tell_inbox(change);
    }

    fn follow(&self, conversation: &ConversationId) -> Following {
        self.bus.follow(conversation)
    }

    fn follow_inbox(&self) -> Receiver<LineChanged> {
        self.bus.follow_inbox()
    }
}

/// A page: what it was told, and what it shows.
struct Page {
    feed: Feed,
    state: Option<Conversation>,
    events: Vec<Event>,
    moment: Moment,
    turn: Option<Turn>,
}

impl Page {
    async fn open(stage: &Stage, after: Seq) -> Self {
        let feed = Feed::open(&stage.journal, &Scope::System, &stage.id, after).await;
        let feed = feed.expect("read").expect("in scope");
        let thread = stage.thread().await;
        let known: Vec<Event> =
            thread.events.iter().take_while(|e| e.seq <= after).map(|e| (**e).clone()).collect();
        let state = Conversation::fold(stage.id.clone(), &known).ok();
        Self { feed, state, events: known, moment: Moment::default(), turn: None }
    }

    /// Takes in everything up to `marker`.
    async fn read(&mut self, stage: &Stage, marker: &Typing) {
        loop {
            match self.feed.next().await.expect("more").expect("read") {
                Item::Fleeting(Fleeting::Typing(typing)) if typing == *marker => return,
                item => self.take(item, stage),
            }
        }
    }

    fn take(&mut self, item: Item, stage: &Stage) {
        match item {
            Item::Event(event) => {
                if let EventBody::Message(Message { author, text, .. }) = &event.body
                    && author.kind == AuthorKind::Agent
                    && let Some(draft) = &self.moment.draft
                {
                    assert!(text.starts_with(&draft.delta), "{text:?} after {draft:?}");
                }
                self.moment.see(&event);
                match &mut self.state {
                    Some(state) => state.apply(&event).expect("in order, without a gap"),
                    None => self.state = Conversation::open(stage.id.clone(), &event).ok(),
                }
                self.events.push((*event).clone());
            }
            Item::CaughtUp(seq) => assert_eq!(self.events.last().map(|e| e.seq), Some(seq)),
            Item::Fleeting(what) => {
                if let Fleeting::Turn(turn) = &what {
                    self.turn = Some(*turn);
                }
                let is_draft = matches!(&what, Fleeting::Draft(piece) if !piece.delta.is_empty());
                self.moment.hear(what);
                if is_draft {
                    self.check_draft(stage);
                }
            }
        }
    }

    /// What is shown as being said is the beginning of what the owner's agent says, in this turn.
    fn check_draft(&self, stage: &Stage) {
        let state = self.state.as_ref().expect("a draft has history");
        let draft = self.moment.draft.as_ref().expect("it was told");
        let whole = stage.texts.iter().any(|text| text.starts_with(&draft.delta));
        assert!(whole, "nobody says {:?}", draft.delta);
        assert_eq!(draft.author.name, state.owner.name(), "only the owner is heard");
        assert_eq!(Some(draft.turn), self.turn.map(|turn| turn.turn), "one number for a turn");
    }

    fn check(&self, stage: &Stage, thread: &Thread) {
        let all: Vec<_> = thread.events.iter().map(|event| (**event).clone()).collect();
        assert_eq!(self.events, all);
        let turn = thread.state.turn.as_ref().map(|turn| turn.id);
        assert_eq!(self.moment.working, turn.is_some());
        if let Some(turn) = turn {
            assert_eq!(self.turn, Some(Turn { turn, state: TurnState::Running }));
        }
        let shown = self.moment.draft.as_ref().map(|draft| draft.delta.as_str());
        assert_eq!(shown, stage.said(thread), "late or early, all are shown the same");
    }
}

/// One answer of an agent, as far as it has been said.
struct Speech {
    at: Arc<Thread>,
    text: String,
    said: usize,
}

/// A conversation, and everybody who has to do with it.
struct Stage {
    journal: Journal,
    bus: Arc<Tardy>,
    id: ConversationId,
    speech: Option<Speech>,
    texts: Vec<String>,
    pages: Vec<Page>,
    count: usize,
    _dir: tempfile::TempDir,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    /// The visitor writes.
    Write,
    /// The agent's brain is asked, or says some more.
    Speak,
    /// The agent's answer is whole: it is said, and may end the turn.
    Finish {
        end: bool,
    },
    /// The agent's answer is refused, or fails.
    Refuse,
    /// The agent's answer is thrown away because the visitor has written.
    Discard,
    /// A person takes over, hands back, or closes.
    Claim,
    Return,
    Close,
    /// Somebody begins to follow, from where a page that was open before would.
    Join {
        after: Seq,
    },
    /// What others append is told late from now on; or told now, the latest first.
    Hold,
    Release,
}

impl Stage {
    async fn new() -> Self {
        let Desk { journal: _, store, dir } = Desk::new();
        let bus = Arc::new(Tardy { bus: LocalBus::new(), held: Mutex::new(None) });
        let journal = Journal::new(store, bus.clone());
        let id: ConversationId = id("cnv_1");
        journal.open(id.clone(), opened("vis_1"), NOW).await.expect("opened");
        Self { journal, bus, id, speech: None, texts: vec![], pages: vec![], count: 0, _dir: dir }
    }

    async fn thread(&self) -> Arc<Thread> {
        self.journal.load(&Scope::System, &self.id).await.expect("read").expect("there")
    }

    async fn append(&self, at: &Thread, bodies: Vec<EventBody>) {
        self.journal.append(at, bodies, vec![], NOW).await.expect("appended");
    }

    fn tell(&self, speech: &Speech, at: usize, delta: &str) {
        let state = &speech.at.state;
        let turn = state.turn.as_ref().expect("an agent speaks in a turn").id;
        let author = Author::new(AuthorKind::Agent, state.owner.name());
        let piece = Draft { turn, author, at, delta: delta.to_owned() };
        // A runner's own signals are told in their order, and its drafts are never held back.
        self.bus.bus.tell(&self.id, Signal::Draft(Spoken { after: state.seq, piece }));
    }

    /// What of an answer has been said and is not void.
    fn said(&self, thread: &Thread) -> Option<&str> {
        let speech = self.speech.as_ref().filter(|s| s.at.state.epoch == thread.state.epoch)?;
        (speech.said > 0).then(|| &speech.text[..speech.said])
    }

    async fn act(&mut self, act: Act) {
        let thread = self.thread().await;
        self.count += 1;
        let is_agents = thread.state.has_work();
        match act {
            Act::Write => {
                let said = says("more", &format!("m-{}", self.count));
                self.append(&thread, vec![said]).await;
            }
            Act::Speak => match self.speech.take() {
                Some(mut speech) => {
                    // A former owner goes on a little before it learns that it is not heard.
                    let rest = &speech.text[speech.said..];
                    let cut = rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at);
                    if cut > 0 {
                        self.tell(&speech, speech.said, &rest[..cut]);
                    }
                    speech.said += cut;
                    self.speech = Some(speech);
                }
                None if is_agents => {
                    let text =
                        format!("Answer {} is: grüße, {}!", self.count, "x".repeat(self.count));
                    self.texts.push(text.clone());
                    self.speech = Some(Speech { at: thread, text, said: 0 });
                }
                None => {}
            },
            Act::Finish { end } => {
                let Some(speech) = self.voiced(&thread) else { return };
                let author = Author::new(AuthorKind::Agent, speech.at.state.owner.name());
                let message = EventBody::Message(Message {
                    author,
                    text: speech.text,
                    client_id: None,
                    quick_replies: Vec::new(),
                    sources: Vec::new(),
                });
                let mut bodies = vec![used(1), message];
                let turn = thread.state.turn.as_ref().filter(|_| end);
                bodies.extend(turn.map(|turn| turn_done(turn.id)));
                self.append_own(&thread, bodies).await;
            }
            Act::Refuse => {
                if self.voiced(&thread).is_none() {
                    return;
                }
                let guard = Guard {
                    check: "promise_without_handoff".to_owned(),
                    verdict: Verdict::Refused,
                    detail: String::new(),
                    about: None,
                };
                self.append_own(&thread, vec![used(1), EventBody::Guard(guard)]).await;
            }
            Act::Discard => {
                if let Some(speech) = self.speech.take() {
                    self.tell(&speech, 0, "");
                }
            }
            Act::Claim => {
                let bodies = handoff(&thread.state, &ana(), TriggerKind::Claim);
                if thread.state.owner != ana() {
                    self.append(&thread, bodies).await;
                }
            }
            Act::Return => {
                let bodies = handoff(&thread.state, &agent("refunds"), TriggerKind::Return);
                if thread.state.owner.agent().is_none() {
                    self.append(&thread, bodies).await;
                }
            }
            Act::Close => {
                if !thread.state.is_closed() {
                    self.append(&thread, closed(&thread.state)).await;
                }
            }
            Act::Join { after } => {
                let page = Page::open(self, after.min(thread.state.seq)).await;
                self.pages.push(page);
            }
            Act::Hold => drop(self.bus.held.lock().expect("the lock").get_or_insert_default()),
            Act::Release => self.release(),
        }
    }

    /// The answer that is being given, if it may still be recorded.
    fn voiced(&mut self, thread: &Thread) -> Option<Speech> {
        let speech = self.speech.take()?;
        let void = speech.at.state.epoch != thread.state.epoch || !thread.state.has_work();
        (!void).then_some(speech)
    }

    /// The runner's own append is told before anything else that it says.
    async fn append_own(&self, at: &Thread, bodies: Vec<EventBody>) {
        let held = self.bus.held.lock().expect("the lock").take();
        self.append(at, bodies).await;
        *self.bus.held.lock().expect("the lock") = held;
    }

    fn release(&self) {
        let held = self.bus.held.lock().expect("the lock").take().unwrap_or_default();
        for signal in held.into_iter().rev() {
            self.bus.bus.tell(&self.id, signal);
        }
    }

    async fn read(&mut self) {
        self.count += 1;
        let author = Author::new(AuthorKind::Staff, format!("marker {}", self.count));
        let marker = Typing { author, on: false };
        self.bus.bus.tell(&self.id, Signal::Typing(marker.clone()));
        let mut pages = std::mem::take(&mut self.pages);
        for page in &mut pages {
            page.read(self, &marker).await;
        }
        self.pages = pages;
    }

    /// Plays `acts`; pages read after each of them where `reads` says so, and at the end.
    async fn play(acts: &[(Act, bool)]) {
        let mut stage = Self::new().await;
        stage.act(Act::Join { after: 0 }).await;
        for (act, reads) in acts {
            stage.act(*act).await;
            if *reads {
                stage.read().await;
            }
            let thread = stage.thread().await;
            if *reads && stage.bus.held.lock().expect("the lock").is_none() {
                stage.pages.iter().for_each(|page| page.check(&stage, &thread));
            }
        }
        stage.release();
        // Who comes when all is said is shown the same, too.
        stage.act(Act::Join { after: 0 }).await;
        stage.read().await;
        let thread = stage.thread().await;
        stage.pages.iter().for_each(|page| page.check(&stage, &thread));
    }
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Write),
        12 => Just(Act::Speak),
        2 => any::<bool>().prop_map(|end| Act::Finish { end }),
        1 => Just(Act::Refuse),
        1 => Just(Act::Discard),
        1 => Just(Act::Claim),
        2 => Just(Act::Return),
        1 => Just(Act::Close),
        5 => (0u64..12).prop_map(|after| Act::Join { after }),
        2 => Just(Act::Hold),
        2 => Just(Act::Release),
    ]
}

fn run(play: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(play);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn in_every_order_all_are_shown_the_same(
        acts in prop::collection::vec((acts(), any::<bool>()), 1..40),
    ) {
        run(Stage::play(&acts));
    }
}

/// Late at every point of a burst, a takeover, a return and a closing.
#[tokio::test]
async fn who_joins_late_at_any_point_sees_the_beginning() {
    use Act::{Claim, Close, Discard, Finish, Hold, Refuse, Release, Return, Speak, Write};
    let story = [
        Write,
        Speak,
        Speak,
        Speak,
        Write,
        Speak,
        Discard,
        Speak,
        Speak,
        Hold,
        Write,
        Speak,
        Write,
        Release,
        Finish { end: false },
        Speak,
        Speak,
        Refuse,
        Speak,
        Speak,
        Claim,
        Speak,
        Write,
        Return,
        Speak,
        Discard,
        Speak,
        Speak,
        Hold,
        Write,
        Finish { end: true },
        Release,
        Write,
        Speak,
        Speak,
        Close,
        Speak,
    ];
    for join in 0..story.len() {
        let mut acts: Vec<(Act, bool)> = story.iter().map(|act| (*act, true)).collect();
        acts.insert(join, (Act::Join { after: 0 }, true));
        Stage::play(&acts).await;
    }
}

#[tokio::test]
async fn who_is_too_slow_gets_the_draft_from_its_start_again() {
    let mut stage = Stage::new().await;
    stage.act(Act::Write).await;
    stage.act(Act::Join { after: 0 }).await;
    stage.act(Act::Speak).await;
    let text = "x".repeat(1000);
    stage.texts.push(text.clone());
    let mut speech = Speech { at: stage.thread().await, text, said: 0 };
    stage.tell(&speech, 0, "x");
    stage.read().await;
    for at in 1..500 {
        stage.tell(&speech, at, "x");
    }
    speech.said = 501;
    let mut page = stage.pages.remove(0);
    let again = page.feed.next().await.expect("more").expect("read");
    assert!(matches!(&again, Item::Fleeting(Fleeting::Draft(piece)) if piece.at == 0));
    page.take(again, &stage);
    stage.tell(&speech, 500, "x");
    stage.speech = Some(speech);
    stage.pages.push(page);
    stage.read().await;
    stage.pages[0].check(&stage, &*stage.thread().await);
}

/// The answer to one message of a burst begins with that message and ends with the turn's end,
/// which bears the same number as the drafts, whoever asks, and also if they ask again later.
#[tokio::test]
async fn an_answer_is_the_turn_of_its_message() {
    let mut stage = Stage::new().await;
    let answer = async |stage: &Stage, seq: Seq| {
        let items = Feed::answer(&stage.journal, &Scope::System, &stage.id, seq).await;
        let items: Pin<Box<dyn Stream<Item = _> + Send>> =
            Box::pin(items.expect("read").expect("in scope"));
        items
    };
    stage.act(Act::Write).await;
    let first = answer(&stage, 2).await;
    for act in [Act::Speak, Act::Speak, Act::Write] {
        stage.act(act).await;
    }
    let second = answer(&stage, 3).await;
    for act in [Act::Speak, Act::Finish { end: true }, Act::Write] {
        stage.act(act).await;
    }
    let (first_again, second_again) = (answer(&stage, 2).await, answer(&stage, 3).await);
    let check = async |items: Pin<Box<dyn Stream<Item = _> + Send>>, expected: &[&str]| {
        let items: Vec<Result<Item, StoreError>> = items.collect().await;
        let told = items.into_iter().map(|item| match item.expect("read") {
            Item::Event(event) => format!("{} {}", event.seq, event.body.name()),
            Item::Fleeting(Fleeting::Draft(piece)) => {
                format!("{} draft at {}", piece.turn, piece.at)
            }
            Item::Fleeting(Fleeting::Turn(Turn { turn, state })) => format!("{turn} is {state:?}"),
            other => panic!("{other:?}"),
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
    };
    let end = ["4 usage", "5 message", "6 turn", "2 is Done"];
    let of_first =
        ["2 message", "2 is Running", "2 draft at 0", "3 message", "2 is Running", "2 draft at 3"];
    check(first, &[&of_first[..], &end].concat()).await;
    check(
        second,
        &[&["3 message", "2 is Running", "2 draft at 0", "2 draft at 3"][..], &end].concat(),
    )
    .await;
    let again = ["2 message", "2 is Running", "3 message", "2 is Running"];
    check(first_again, &[&again[..], &end].concat()).await;
    check(second_again, &[&again[2..], &end].concat()).await;

    stage.act(Act::Claim).await;
    stage.act(Act::Write).await;
    let thread = stage.thread().await;
    let last = thread.state.seq;
    assert_eq!(last, 10, "a brief and a handoff before it");
    check(answer(&stage, last).await, &["10 message", "10 is Waiting"]).await;
    check(
        answer(&stage, 7).await,
        &["7 message", "7 is Running", "8 brief", "9 handoff", "7 is Waiting"],
    )
    .await;
}
