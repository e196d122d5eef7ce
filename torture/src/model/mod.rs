//! A bounded model check of who owns a conversation and how a refund moves: *every* order of what a
//! visitor, people, agents, tools and the payment provider can do, up to a bound, each by a copy of
//! the conversation that may be stale, with crashes, lost answers and time in between. What an act
//! leads to is said by the real decisions and taken in by the real fold.

pub mod act;
mod key;
pub mod law;
mod play;
pub mod provider;
mod questions;
pub mod world;

use baton::runtime::stage::Stage;
use stateright::{Checker as _, HasDiscoveries, Model, Property};

use crate::{Group, Plan, Progress, Tally, Trial, tally::Repeat};
use act::Act;
use law::{
    A_PERSON, CAPTURED, COMPARE_AND_SWAP, DEADLINE, DOUBT, DUE, EPOCH, FORWARD, INTENT_FIRST,
    ONE_EFFECT, ONE_OWNER, SETTLED, SHOWN, SWITCH, UNKNOWN, WISH,
};
use world::World;

/// Asked for by the thousand states, and counted in states. There is no chance in it: a seed changes
/// nothing.
pub const TRIAL: Trial = Trial {
    group: Group::Races,
    name: "model",
    what: "every order of acts, by the thousand states: owners and refunds as the law has them",
    short: 120,
    long: 2_000,
    run,
};

/// One question: what may happen, beginning where.
pub struct Question {
    /// In a word.
    name: &'static str,
    /// What may happen, and how often at most.
    may: Vec<(u8, Vec<Act>)>,
    /// Where it begins, each with the desk around it.
    begins: Vec<Stage>,
    /// What must be seen to happen, so that the law is not kept by nothing happening.
    seen: fn() -> Vec<Property<Question>>,
}

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    let questions = [questions::owners(), questions::refunds()];
    let each = plan.trials.saturating_mul(1000) / questions.len() as u64;
    let mut tally = Tally::default();
    for question in questions {
        tally.add(ask(question, usize::try_from(each).unwrap_or(usize::MAX), plan));
        progress.tell(tally.trials / 1000, tally.faults);
    }
    tally
}

/// Looks at `states` states, or at all there are.
fn ask(question: Question, states: usize, plan: &Plan) -> Tally {
    let name = question.name;
    let asked = question.checker().threads(2).target_state_count(states);
    let checked = asked.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let unique = checked.unique_state_count();
    let cut_off = checked.state_count() >= states;
    let whole = if cut_off { "the nearest" } else { "all that came up" };
    let mut tally = Tally { trials: checked.state_count() as u64, ..Tally::default() };
    tally.note(format!(
        "{name}: {unique} different states, {whole}, up to {} acts from the beginning",
        checked.max_depth()
    ));
    let repeat = Repeat { seed: plan.seed, trials: plan.trials };
    let found = checked.discoveries();
    let mut never = Vec::new();
    for property in checked.model().properties() {
        let path = found.get(property.name);
        match (path, property.expectation.discovery_is_failure()) {
            (Some(path), true) => {
                let broken = path.last_state().broken.as_ref().map_or("", |(_, by)| by);
                tally.violate(repeat, format!("{}: {broken}\n{path}", property.name));
            }
            (None, false) => never.push(property.name),
            _ => {}
        }
    }
    // A broken law ends the search; what was not seen by then says nothing.
    if tally.is_clean() && !never.is_empty() {
        tally.violate(repeat, format!("{name}: never seen: {}", never.join("; ")));
    }
    tally
}

impl Question {
    fn group_of(&self, act: Act) -> Option<usize> {
        self.may.iter().position(|(_, acts)| acts.contains(&act))
    }
}

impl Model for Question {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let left: Vec<u8> = self.may.iter().map(|(times, _)| *times).collect();
        self.begins.iter().map(|stage| World::new(stage, left.clone())).collect()
    }

    fn actions(&self, world: &World, actions: &mut Vec<Act>) {
        if world.broken.is_some() {
            return;
        }
        let groups = self.may.iter().zip(&world.left).filter(|(_, left)| **left > 0);
        let acts = groups.flat_map(|((_, acts), _)| acts);
        actions.extend(acts.filter(|act| world.awaits(**act)));
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        let group = self.group_of(act)?;
        play::after(&self.begins[0], world, act, group)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        macro_rules! always {
            ($($law:ident)+) => {
                vec![$(Property::always($law, |_, world: &World| world.keeps($law))),+]
            };
        }
        let mut all = always! {
            ONE_OWNER EPOCH SETTLED DOUBT COMPARE_AND_SWAP DUE DEADLINE WISH ONE_EFFECT CAPTURED
            INTENT_FIRST UNKNOWN FORWARD A_PERSON SHOWN SWITCH
        };
        all.extend((self.seen)());
        all
    }
}
