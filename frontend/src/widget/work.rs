//! What the widget owes the server, done one after the other: say who the visitor is, send what is
//! written, ask for a person. One worker, so that nothing overtakes anything.

use gloo_timers::future::TimeoutFuture;
use shared::{
    api::{SendMessage, StartVisitor, VisitorSession},
    id::ConversationId,
};

use super::{
    chat::Chat,
    outbox::{Delivery, Outbox, Outgoing},
    shell,
};
use crate::{
    api::{self, Failure, VisitorApi},
    backoff,
};
use leptos::prelude::*;

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
        let known =
            self.memory.with_value(|m| m.token.is_some().then(|| m.customer.clone()).flatten());
        // A page that says so at every load says nothing new; its assertion stays unused.
        if known.is_some() && known == subject(&jwt) {
            return;
        }
        self.work.update_value(|work| work.identity = Some(jwt));
        self.work_on();
    }

    /// The visitor wants a person.
    pub fn ask_for_person(self) {
        self.problem.set(None);
        self.work.update_value(|work| work.person = true);
        self.work_on();
    }

    /// Tries again to send what failed.
    pub fn retry(self, outgoing: &Outgoing) {
        self.outbox.update(|outbox| outbox.set(&outgoing.client_id, Delivery::Pending));
        self.work_on();
    }

    /// Does what is owed, if nobody is at it.
    pub fn work_on(self) {
        let begins = self.work.try_update_value(|work| !std::mem::replace(&mut work.at_it, true));
        if begins == Some(true) {
            leptos::task::spawn_local(self.work_off());
        }
    }

    /// The token is not known any more: begins anew with what is not sent, and says so to whom the
    /// conversation has gone from view.
    pub fn lose_session(self) {
        self.disconnect();
        if self.conversation().is_some() {
            self.ended.set(true);
        }
        self.memory.update_value(|memory| {
            memory.token = None;
            memory.visitor = None;
            memory.customer = None;
            memory.conversation = None;
        });
        self.remember();
        self.clear();
        self.caught_up.set(true);
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
                Ok(()) => self.work.update_value(|work| work.failures = 0),
                // Once: a server that knows no token at all must not be asked without end.
                Err(failure) if self.is_first_failure() && failure.is_session_lost() => {
                    self.work.update_value(|work| work.failures = 1);
                    self.lose_session();
                }
                Err(failure) => self.fail(&task, &failure).await,
            }
            if self.stay() != stay {
                return;
            }
        }
        self.work.update_value(|work| work.at_it = false);
    }

    fn is_first_failure(self) -> bool {
        self.work.with_value(|work| work.failures == 0)
    }

    fn stay(self) -> u32 {
        self.work.with_value(|work| work.stay)
    }

    fn next_task(self) -> Option<Task> {
        if let Some(jwt) = self.work.with_value(|work| work.identity.clone()) {
            return Some(Task::Identify(jwt));
        }
        if let Some(next) = self.outbox.with_untracked(|outbox| outbox.next().cloned()) {
            return Some(Task::Send(next));
        }
        self.work.with_value(|work| work.person).then_some(Task::AskForPerson)
    }

    async fn perform(self, task: &Task, stay: u32) -> Result<(), Failure> {
        match task {
            Task::Identify(jwt) => {
                self.start(Some(jwt.clone()), stay).await?;
                self.work.update_value(|work| work.identity = None);
            }
            Task::Send(Outgoing { client_id, text, .. }) => {
                let (api, conversation) = self.ready(stay).await?;
                let message = SendMessage { client_id: client_id.clone(), text: text.clone() };
                api.send(&conversation, &message).await?;
                // The event may have come first; then it is gone from the outbox already.
                self.outbox.update(|outbox| outbox.set(client_id, Delivery::Sent));
            }
            Task::AskForPerson => {
                let (api, conversation) = self.ready(stay).await?;
                api.ask_for_person(&conversation).await?;
                self.work.update_value(|work| work.person = false);
            }
        }
        Ok(())
    }

    /// The API and a conversation; begins both at the first message.
    async fn ready(self, stay: u32) -> Result<(VisitorApi, ConversationId), Failure> {
        if self.api().is_none() {
            self.start(None, stay).await?;
        }
        let api = self.api().ok_or(Failure::Garbled)?;
        if let Some(conversation) = self.conversation() {
            return Ok((api, conversation));
        }
        let conversation = api.open().await?;
        if self.stay() == stay {
            self.adopt(&conversation, true);
        }
        Ok((api, conversation.id))
    }

    /// Gets a token, for whoever the site says the visitor is.
    async fn start(self, identity: Option<String>, stay: u32) -> Result<(), Failure> {
        let site = self.look.with_value(|look| look.key.clone());
        let customer = identity.as_deref().and_then(subject);
        let held = self.memory.with_value(|memory| memory.token.clone());
        let start = StartVisitor { site, identity };
        let session = api::start_visitor(&start, held.as_deref()).await?;
        if self.stay() == stay {
            self.enter(&session, customer);
        }
        Ok(())
    }

    fn enter(self, session: &VisitorSession, customer: Option<String>) {
        let other = self.memory.with_value(|memory| {
            memory.visitor.as_ref().is_some_and(|known| *known != session.visitor.id)
        });
        // What an anonymous visitor wrote goes along; what somebody else wrote is not said for them.
        if other && self.memory.with_value(|memory| memory.customer.is_some()) {
            self.outbox.set(Outbox::default());
        }
        self.disconnect();
        self.memory.update_value(|memory| {
            memory.token = Some(session.token.clone());
            memory.visitor = Some(session.visitor.id.clone());
            memory.customer = customer.filter(|_| session.visitor.verified);
        });
        match &session.conversation {
            Some(conversation) => self.adopt(conversation, false),
            // The thread of another visitor is not this one's to see.
            None if other => {
                let site = self.look.with_value(|look| look.key.to_string());
                super::store::wipe(&site);
                self.memory.update_value(|memory| memory.conversation = None);
                self.clear();
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
        let failures = self.work.try_update_value(|work| {
            work.failures = work.failures.saturating_add(1);
            work.failures
        });
        let failures = failures.unwrap_or_default();
        let passing = failure.is_passing();
        match task {
            Task::Send(outgoing) if !passing || failures >= PATIENCE => {
                let why = failure.message().to_owned();
                let state = Delivery::Failed { why, passing };
                self.outbox.update(|outbox| outbox.set(&outgoing.client_id, state));
                self.remember();
            }
            Task::Identify(_) if !passing => {
                self.work.update_value(|work| work.identity = None);
                shell::tell_of(
                    "error",
                    &[("code", failure.code()), ("message", failure.message())],
                );
            }
            Task::AskForPerson if !passing || failures >= PATIENCE => {
                self.work.update_value(|work| work.person = false);
                self.problem.set(Some(failure.message().to_owned()));
            }
            _ => TimeoutFuture::new(backoff::delay_ms(failures, js_sys::Math::random())).await,
        }
    }
}

/// Whom a JWT speaks of, unchecked: only to see whether it says anything new.
fn subject(jwt: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Claims {
        sub: String,
    }
    let payload = jwt.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    let json = window().atob(&payload).ok()?;
    serde_json::from_str::<Claims>(&json).ok().map(|claims| claims.sub)
}
