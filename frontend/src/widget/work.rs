//! What the widget owes the server, done one after the other: say who the visitor is, send what is
//! written, ask for a person. One worker, so that nothing overtakes anything.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::window;
use shared::id::ConversationId;

use super::{
    chat::Chat,
    json::{self, Json},
    outbox::{Delivery, Outbox, Outgoing},
    server::{self, Session},
    shell,
};
use crate::{api::Failure, backoff};

/// After so many failures in a row a message says that it is not sent; it is still tried.
const PATIENCE: u32 = 4;

/// What is owed besides messages, and whether somebody is at it.
#[derive(Debug, Default)]
pub struct Work {
    identity: Option<String>,
    person: bool,
    at_it: bool,
    /// Grows when the visitor changes: what was begun for another is not finished for this one.
    stay: u32,
    failures: u32,
}

impl Work {
    /// Owes nothing any more.
    pub fn cancel(&mut self) {
        *self = Self { stay: self.stay + 1, ..Self::default() };
    }
}

/// What to do next.
enum Task {
    Identify(String),
    Send(Outgoing),
    AskForPerson,
}

impl Chat {
    /// The site says who the visitor is.
    pub fn identify(self, jwt: String) {
        let known = self.quiet(|q| q.memory.customer.clone().filter(|_| q.memory.token.is_some()));
        // A page that says so at every load says nothing new; its assertion stays unused.
        if known.is_some() && known == subject(&jwt) {
            return;
        }
        self.quiet(|q| q.work.identity = Some(jwt));
        self.work_on();
    }

    /// The visitor wants a person.
    pub fn ask_for_person(self) {
        self.state.change(|state| state.problem = None);
        self.quiet(|q| q.work.person = true);
        self.work_on();
    }

    /// Tries again to send what failed.
    pub fn retry(self, outgoing: &Outgoing) {
        self.state.change(|state| state.outbox.set(&outgoing.client_id, Delivery::Pending));
        self.work_on();
    }

    /// Does what is owed, if nobody is at it.
    pub fn work_on(self) {
        if !self.quiet(|q| std::mem::replace(&mut q.work.at_it, true)) {
            leptos::task::spawn_local(self.work_off());
        }
    }

    /// The token is not known any more: begins anew with what is not sent, and says so to whom the
    /// conversation has gone from view.
    pub fn lose_session(self) {
        self.disconnect();
        let ended = self.conversation().is_some();
        self.quiet(|q| {
            q.memory.token = None;
            q.memory.visitor = None;
            q.memory.customer = None;
            q.memory.conversation = None;
        });
        self.remember();
        self.state.change(|state| {
            state.clear();
            state.ended |= ended;
            state.caught_up = true;
        });
    }

    async fn work_off(self) {
        let stay = self.stay();
        while let Some(task) = self.next_task() {
            let outcome = self.perform(&task, stay).await;
            if self.stay() != stay {
                // Somebody else's worker is at it now.
                return;
            }
            match outcome {
                Ok(()) => self.quiet(|q| q.work.failures = 0),
                // Once: a server that knows no token at all must not be asked without end.
                Err(failure) if self.is_first_failure() && failure.is_session_lost() => {
                    self.quiet(|q| q.work.failures = 1);
                    self.lose_session();
                }
                Err(failure) => self.fail(&task, &failure).await,
            }
            if self.stay() != stay {
                return;
            }
        }
        self.quiet(|q| q.work.at_it = false);
    }

    fn is_first_failure(self) -> bool {
        self.quiet(|q| q.work.failures == 0)
    }

    fn stay(self) -> u32 {
        self.quiet(|q| q.work.stay)
    }

    fn next_task(self) -> Option<Task> {
        if let Some(jwt) = self.quiet(|q| q.work.identity.clone()) {
            return Some(Task::Identify(jwt));
        }
        if let Some(next) = self.state.now(|state| state.outbox.next().cloned()) {
            return Some(Task::Send(next));
        }
        self.quiet(|q| q.work.person).then_some(Task::AskForPerson)
    }

    async fn perform(self, task: &Task, stay: u32) -> Result<(), Failure> {
        if let Task::Identify(jwt) = task {
            self.start(Some(jwt), stay).await?;
            self.quiet(|q| q.work.identity = None);
            return Ok(());
        }
        let (token, conversation) = self.ready(stay).await?;
        match task {
            Task::Send(Outgoing { client_id, text, .. }) => {
                server::say(token, &conversation, client_id, text).await?;
                // The event may have come first; then it is gone from the outbox already.
                self.state.change(|state| state.outbox.set(client_id, Delivery::Sent));
            }
            Task::AskForPerson | Task::Identify(_) => {
                server::ask_for_person(token, &conversation).await?;
                self.quiet(|q| q.work.person = false);
            }
        }
        Ok(())
    }

    /// A token and a conversation; begins both at the first message.
    async fn ready(self, stay: u32) -> Result<(String, ConversationId), Failure> {
        if self.token().is_none() {
            self.start(None, stay).await?;
        }
        let token = self.token().ok_or(Failure::Garbled)?;
        if let Some(conversation) = self.conversation() {
            return Ok((token, conversation));
        }
        let opened = server::open(token.clone()).await?;
        let id = opened.id.clone();
        if self.stay() == stay {
            self.adopt(opened, true);
        }
        Ok((token, id))
    }

    /// Gets a token, for whoever the site says the visitor is.
    async fn start(self, identity: Option<&str>, stay: u32) -> Result<(), Failure> {
        let site = self.quiet(|q| q.look.key.clone());
        let customer = identity.and_then(subject);
        let session = server::start(&site, identity, self.token()).await?;
        if self.stay() == stay {
            self.enter(session, customer);
        }
        Ok(())
    }

    fn enter(self, session: Session, customer: Option<String>) {
        let (other, was_somebody) = self.quiet(|q| {
            let known = q.memory.visitor.replace(session.visitor.clone());
            (known.is_some_and(|known| known != session.visitor), q.memory.customer.is_some())
        });
        // What an anonymous visitor wrote goes along; what somebody else wrote is not said for them.
        if other && was_somebody {
            self.state.change(|state| state.outbox = Outbox::default());
        }
        self.disconnect();
        self.quiet(|q| {
            q.memory.token = Some(session.token);
            q.memory.customer = customer.filter(|_| session.verified);
        });
        match session.conversation {
            Some(opened) => self.adopt(opened, false),
            // The thread of another visitor is not this one's to see.
            None if other => {
                self.quiet(|q| {
                    super::store::wipe(q.look.key.as_str());
                    q.memory.conversation = None;
                });
                self.state.change(super::state::State::clear);
                self.remember();
            }
            None => {
                self.remember();
                self.resume();
            }
        }
    }

    /// Says what went wrong, or waits and lets it be tried again.
    async fn fail(self, task: &Task, failure: &Failure) {
        let failures = self.quiet(|q| {
            q.work.failures = q.work.failures.saturating_add(1);
            q.work.failures
        });
        let passing = failure.is_passing();
        match task {
            Task::Send(outgoing) if !passing || failures >= PATIENCE => {
                let why = failure.message().to_owned();
                let state = Delivery::Failed { why, passing };
                self.state.change(|shown| shown.outbox.set(&outgoing.client_id, state));
                self.remember();
            }
            Task::Identify(_) if !passing => {
                self.quiet(|q| q.work.identity = None);
                shell::tell_of(
                    "error",
                    &[("code", failure.code()), ("message", failure.message())],
                );
            }
            Task::AskForPerson if !passing || failures >= PATIENCE => {
                self.quiet(|q| q.work.person = false);
                self.state.change(|state| state.problem = Some(failure.message().to_owned()));
            }
            _ => TimeoutFuture::new(backoff::delay_ms(failures, js_sys::Math::random())).await,
        }
    }
}

/// Whom a JWT speaks of, unchecked: only to see whether it says anything new.
fn subject(jwt: &str) -> Option<String> {
    let payload = jwt.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    json::parse(&window().atob(&payload).ok()?).get("sub").text()
}
