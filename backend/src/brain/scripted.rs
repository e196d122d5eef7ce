//! A brain that tests write: it answers what it was told to, well or badly, and remembers what it
//! was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{StreamExt, stream, stream::BoxStream};
use serde_json::Value;
use tokio::sync::Notify;

use super::{Brain, BrainError, Piece, Request};

/// One thing a scripted answer does.
#[derive(Debug, Clone)]
pub enum Cue {
    /// Gives a piece.
    Piece(Piece),
    /// Breaks off with this error.
    Fail(String),
    /// Waits until the test opens the gate: a late answer without sleeping.
    Wait(Arc<Notify>),
}

impl Cue {
    /// Text.
    pub fn text(text: &str) -> Self {
        Self::Piece(Piece::Text(text.to_owned()))
    }

    /// A tool call.
    pub fn call(name: &str, args: Value) -> Self {
        Self::Piece(Piece::Call { name: name.to_owned(), args: Ok(args) })
    }

    /// A tool call whose arguments are not JSON.
    pub fn broken_call(name: &str, text: &str) -> Self {
        Self::Piece(Piece::Call { name: name.to_owned(), args: Err(text.to_owned()) })
    }
}

/// A brain with a queue of answers for each agent. Clones share the queues.
#[derive(Debug, Clone, Default)]
pub struct Scripted {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<String, VecDeque<Vec<Cue>>>,
    otherwise: BTreeMap<String, Vec<Cue>>,
    seen: Vec<Request>,
}

impl Scripted {
    /// Without a script, every step fails and says so.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next answer of `agent` that is not yet scripted.
    #[must_use]
    pub fn then(self, agent: &str, answer: impl IntoIterator<Item = Cue>) -> Self {
        self.push(agent, answer);
        self
    }

    /// What `agent` answers when its script is over, as often as it is asked.
    #[must_use]
    pub fn always(self, agent: &str, answer: impl IntoIterator<Item = Cue>) -> Self {
        self.state().otherwise.insert(agent.to_owned(), answer.into_iter().collect());
        self
    }

    /// As [`Self::then`], while the brain is in use.
    pub fn push(&self, agent: &str, answer: impl IntoIterator<Item = Cue>) {
        let answer = answer.into_iter().collect();
        self.state().answers.entry(agent.to_owned()).or_default().push_back(answer);
    }

    /// The requests so far, oldest first.
    pub fn seen(&self) -> Vec<Request> {
        self.state().seen.clone()
    }

    /// How many scripted answers nobody has asked for.
    pub fn left(&self) -> usize {
        self.state().answers.values().map(VecDeque::len).sum()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, request: Request) -> Vec<Cue> {
        let mut state = self.state();
        let agent = request.agent.slug.as_str().to_owned();
        state.seen.push(request);
        let scripted = state.answers.get_mut(&agent).and_then(VecDeque::pop_front);
        scripted
            .or_else(|| state.otherwise.get(&agent).cloned())
            .unwrap_or_else(|| vec![Cue::Fail(format!("nothing is scripted for {agent}"))])
    }
}

impl Brain for Scripted {
    fn model(&self) -> &'static str {
        "scripted"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let cues = self.next(request);
        let performed = stream::iter(cues).filter_map(|cue| async move {
            match cue {
                Cue::Piece(piece) => Some(Ok(piece)),
                Cue::Fail(why) => Some(Err(BrainError::Failed(why))),
                Cue::Wait(gate) => {
                    gate.notified().await;
                    None
                }
            }
        });
        performed.boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::brain::{builtin::tests::greeting, defaults};

    #[tokio::test]
    async fn plays_its_script_and_remembers() {
        let gate = Arc::new(Notify::new());
        let brain = Scripted::new()
            .then("triage", [Cue::Wait(Arc::clone(&gate)), Cue::text("Hello")])
            .then("triage", [Cue::call("nonsense", json!({})), Cue::broken_call("x", "{")])
            .always("refunds", [Cue::Fail("down".to_owned())]);
        let request = greeting(defaults::agents().remove(0), "hi");
        let mut answer = brain.step(request.clone());
        assert!(answer.next().now_or_never().is_none(), "it waits at the gate");
        gate.notify_one();
        let first = answer.next().await.and_then(Result::ok);
        assert_eq!(first, Some(Piece::Text("Hello".to_owned())));
        assert_eq!(brain.left(), 1);
        let calls: Vec<_> = brain.step(request.clone()).collect().await;
        assert!(matches!(&calls[1], Ok(Piece::Call { args: Err(text), .. }) if text == "{"));
        let over: Vec<_> = brain.step(request.clone()).collect().await;
        assert!(matches!(&over[..], [Err(BrainError::Failed(_))]));
        let seen: Vec<_> = brain.seen().into_iter().map(|request| request.dialogue).collect();
        assert_eq!(seen, vec![request.dialogue; 3]);
    }
}
