//! What happens at the desk meanwhile: customers ask, people decide, time passes, the server is
//! started anew.

use std::sync::Arc;

use baton::{
    runtime::{Desk, DeskError},
    storage::Scope,
};
use fastrand::Rng;
use shared::{
    api::{Decision, RefundFilter, RefundLine, RefundOutcome},
    event::RefundState,
    id::{ClientId, ConversationId, IntentId},
    message::{Assurance, StaffRef, VisitorRef},
    money::{Currency, Money},
};

use super::{desk::Hands, provider::Provider};

/// Whose orders they are.
pub const CUSTOMER: &str = "cus_1";
/// How much time passes at a step, in milliseconds.
const PAUSES: [i64; 6] =
    [5_000, 60_000, 31 * 60_000, 3 * 3_600_000, 21 * 3_600_000, 3 * 86_400_000];
/// Rounds of an hour in which everything must come to an end once the provider behaves.
const ROUNDS: u32 = 120;

/// A charge that customers want back.
#[derive(Debug, Clone)]
pub struct Charge {
    pub id: String,
    pub order: String,
    pub captured: Money,
}

/// How a life of the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was killed.
    Killed,
    /// It was stopped, to be started again.
    Stopped,
    /// Nothing is open any more.
    Done,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Ask,
    Chat,
    Decide,
    Pass,
    Sweep,
    Switch,
    Settle,
    Restart,
}

/// A story, and how far it has come. It goes on where it was when the server is started again.
pub struct Story {
    chance: Rng,
    charges: Arc<[Charge]>,
    conversations: Vec<ConversationId>,
    steps: u32,
    messages: u128,
    is_on: bool,
    is_ending: bool,
    rounds: u32,
    /// Refunds that a person has settled as failed though they were made, or the other way round.
    pub mistaken: Vec<IntentId>,
}

impl Story {
    pub fn new(seed: u64) -> Self {
        let mut chance = Rng::with_seed(seed);
        let charges = (0..chance.u8(2..6))
            .map(|n| Charge {
                id: format!("ch_{n}"),
                order: format!("A{}", n / 2),
                captured: Money::new(chance.i64(1_000..25_000), Currency::EUR),
            })
            .collect();
        let steps = chance.u32(10..40);
        Self {
            chance,
            charges,
            conversations: Vec::new(),
            steps,
            messages: 0,
            is_on: true,
            is_ending: false,
            rounds: 0,
            mistaken: Vec::new(),
        }
    }

    pub fn charges(&self) -> Arc<[Charge]> {
        self.charges.clone()
    }

    /// Whether people sometimes look into the wrong account.
    pub fn has_mistakes(&self) -> bool {
        !self.mistaken.is_empty()
    }

    /// Lives until the server is killed, stopped, or nothing is open any more.
    pub async fn live(&mut self, desk: &Desk, provider: &Provider, clock: &Hands) -> End {
        provider.switch(desk.money_enabled().await.expect("an answer"));
        sweep(desk).await;
        while self.steps > 0 {
            self.steps -= 1;
            let step = self.step();
            if let Step::Restart = step {
                desk.drain().await;
                return End::Stopped;
            }
            self.take(step, desk, provider, clock).await;
        }
        self.end(desk, provider, clock).await;
        End::Done
    }

    fn step(&mut self) -> Step {
        match self.chance.u8(..100) {
            ..38 => Step::Ask,
            38..41 => Step::Chat,
            41..58 => Step::Decide,
            58..76 => Step::Pass,
            76..82 => Step::Sweep,
            82..87 => Step::Switch,
            87..96 => Step::Settle,
            _ => Step::Restart,
        }
    }

    async fn take(&mut self, step: Step, desk: &Desk, provider: &Provider, clock: &Hands) {
        match step {
            Step::Ask => {
                let charge = &self.charges[self.chance.usize(..self.charges.len())];
                let most = charge.captured.amount;
                let amount = match self.chance.u8(..4) {
                    0 => self.chance.i64(1..=most * 5 / 4),
                    1 => self.chance.i64(1..=most / 2),
                    _ => self.chance.i64(1..=most / 6),
                };
                let text = format!("refund {} {amount}", charge.id);
                self.say(desk, text).await;
            }
            Step::Chat => self.say(desk, "Thanks.".to_owned()).await,
            Step::Decide => self.decide(desk, None).await,
            Step::Pass => {
                clock.forward(PAUSES[self.chance.usize(..PAUSES.len())]);
                sweep(desk).await;
            }
            Step::Sweep => sweep(desk).await,
            Step::Switch => self.switch(desk, provider, !self.is_on).await,
            Step::Settle => self.settle(desk, provider).await,
            Step::Restart => {}
        }
        // Not always: the next step meets what is still going on.
        if self.chance.u8(..4) > 0 {
            desk.idle().await;
        }
    }

    async fn say(&mut self, desk: &Desk, text: String) {
        let open_another = self.conversations.len() < 3 && self.chance.u8(..3) == 0;
        if self.conversations.is_empty() || open_another {
            let visitor = VisitorRef {
                id: "vis_1".parse().expect("an id"),
                assurance: Assurance::Verified,
                customer: Some(CUSTOMER.to_owned()),
                name: Some("Ada".to_owned()),
                email: None,
            };
            let site = "shop".parse().expect("a key");
            let thread = desk.open(&site, visitor).await.expect("opened");
            self.conversations.push(thread.state.id.clone());
        }
        let id = &self.conversations[self.chance.usize(..self.conversations.len())];
        self.messages += 1;
        let client = ClientId::random(self.messages.to_be_bytes());
        desk.visitor_says(&Scope::System, id, client, text).await.expect("said");
    }

    /// Somebody decides on what waits; at random, unless said how.
    async fn decide(&mut self, desk: &Desk, how: Option<Decision>) {
        for id in &self.conversations {
            let thread = desk.load(&Scope::System, id).await.expect("there");
            for approval in &thread.state.approvals {
                let approve = self.chance.u8(..3) > 0;
                let drawn = if approve { Decision::Approve } else { Decision::Decline };
                match desk.decide(sam(), &approval.id, how.unwrap_or(drawn), None).await {
                    Ok(_)
                    | Err(
                        DeskError::AlreadyDecided
                        | DeskError::Expired
                        | DeskError::RefundsPaused
                        | DeskError::Changed,
                    ) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    async fn switch(&mut self, desk: &Desk, provider: &Provider, on: bool) {
        self.is_on = on;
        if on {
            provider.switch(true);
        }
        desk.switch_refunds(sam(), on, None).await.expect("switched");
        if !on {
            // What was under way when the switch was thrown has begun by now.
            provider.switch(false);
        }
    }

    /// A person looks refunds up at the provider that nobody knows of.
    async fn settle(&mut self, desk: &Desk, provider: &Provider) {
        for line in open_refunds(desk).await {
            let made = provider.look_up(&line.key);
            let is_mistaken = !self.is_ending && self.chance.u8(..50) == 0;
            let outcome =
                if made == is_mistaken { RefundOutcome::Failed } else { RefundOutcome::Succeeded };
            if is_mistaken {
                // Before: the process may be killed when it is on record and not yet answered.
                self.mistaken.push(line.intent.clone());
            }
            match desk.settle_refund(sam(), &line.intent, outcome, "looked up".to_owned()).await {
                Ok(_) => {}
                // Not found: listed in the moment between the disk and the cache.
                Err(DeskError::NotForPeople(_) | DeskError::TooEarly(_) | DeskError::NotFound) => {
                    self.mistaken.retain(|intent| !is_mistaken || *intent != line.intent);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The provider behaves from now on, and everything comes to an end.
    async fn end(&mut self, desk: &Desk, provider: &Provider, clock: &Hands) {
        self.is_ending = true;
        provider.clear();
        self.switch(desk, provider, true).await;
        while self.rounds < ROUNDS {
            self.rounds += 1;
            clock.forward(3_600_000);
            sweep(desk).await;
            self.decide(desk, Some(Decision::Decline)).await;
            desk.idle().await;
            self.settle(desk, provider).await;
            desk.idle().await;
            if open_refunds(desk).await.is_empty() && self.rounds > 24 {
                return;
            }
        }
    }
}

async fn sweep(desk: &Desk) {
    let due = desk.journal().store().due(desk.now(), None, 1_000).await.expect("what is due");
    for id in &due {
        desk.nudge(id);
    }
    desk.idle().await;
}

/// Refunds that are on their way, or of which nobody knows.
async fn open_refunds(desk: &Desk) -> Vec<RefundLine> {
    let store = desk.journal().store();
    let (lines, _) = store.refund_lines(RefundFilter::Open, None, 1_000).await.expect("refunds");
    let open = |line: &RefundLine| {
        matches!(line.state, RefundState::Pending | RefundState::Unknown | RefundState::Waiting)
    };
    lines.into_iter().filter(open).collect()
}

fn sam() -> StaffRef {
    StaffRef { id: "stf_sam".parse().expect("an id"), name: "Sam".to_owned() }
}
