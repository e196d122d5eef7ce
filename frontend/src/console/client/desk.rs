//! What every member of staff can call.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    api::{
        Accepted, AddNote, Agents, ChangePassword, Conversation, Decide, Events, InboxPage,
        Notices, Return, Role, SendMessage, SetAway, Staff, View,
    },
    id::{ApprovalId, ConversationId, Seq, StaffId},
};

use super::{Admin, Empty, Failure, NOTHING, Verb, ask, part, tell, upload};

/// The client of a member of staff who has signed in.
#[derive(Debug, Clone)]
pub struct Desk {
    me: Arc<Staff>,
    ended: ArcRwSignal<bool>,
}

impl Desk {
    pub(super) fn new(me: Staff) -> Self {
        Self { me: Arc::new(me), ended: ArcRwSignal::new(false) }
    }

    /// Who has signed in.
    pub fn me(&self) -> &Staff {
        &self.me
    }

    /// The id of who has signed in.
    pub fn my_id(&self) -> &StaffId {
        &self.me.id
    }

    /// The administrator's client, for who is one.
    pub fn admin(&self) -> Option<Admin> {
        (self.me.role == Role::Admin).then(|| Admin::new(self.clone()))
    }

    /// Whether the server has ended the session.
    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// The same person has signed in again.
    pub fn resumed(&self) {
        self.ended.set(false);
    }

    /// Ends the session.
    pub async fn logout(&self) -> Result<(), Failure> {
        self.tell(Verb::Post, "/staff/logout", Some(&Empty {})).await
    }

    /// Asks whether the session still holds.
    pub async fn still_there(&self) -> Result<Staff, Failure> {
        self.ask(Verb::Get, "/staff/me", NOTHING).await
    }

    /// Changes one's own password; one's other sessions end.
    pub async fn change_password(&self, change: &ChangePassword) -> Result<(), Failure> {
        self.tell(Verb::Put, "/staff/me/password", Some(change)).await
    }

    /// Tells everybody that one is away, or back.
    pub async fn set_away(&self, away: bool) -> Result<(), Failure> {
        self.tell(Verb::Put, "/staff/me/away", Some(&SetAway { away })).await
    }

    /// What everybody at the desk must know.
    pub async fn notices(&self) -> Result<Notices, Failure> {
        self.ask(Verb::Get, "/notices", NOTHING).await
    }

    /// One page of a view of the inbox.
    pub async fn inbox(
        &self,
        view: View,
        query: &str,
        after: Option<&str>,
    ) -> Result<InboxPage, Failure> {
        let view = super::super::words::view_key(view);
        let mut path = format!("/inbox?view={view}");
        if !query.is_empty() {
            path = format!("{path}&q={}", part(query));
        }
        if let Some(after) = after {
            path = format!("{path}&after={}", part(after));
        }
        self.ask(Verb::Get, &path, NOTHING).await
    }

    /// A conversation with its newest events.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation, Failure> {
        self.ask(Verb::Get, &format!("/conversations/{id}"), NOTHING).await
    }

    /// Events after `after`, oldest first.
    pub async fn events(&self, id: &ConversationId, after: Seq) -> Result<Events, Failure> {
        self.ask(Verb::Get, &format!("/conversations/{id}/events?after={after}"), NOTHING).await
    }

    /// Takes a conversation over.
    pub async fn claim(&self, id: &ConversationId) -> Result<Conversation, Failure> {
        self.ask(Verb::Post, &format!("/conversations/{id}/claim"), Some(&Empty {})).await
    }

    /// Answers the visitor.
    pub async fn reply(
        &self,
        id: &ConversationId,
        message: &SendMessage,
    ) -> Result<Accepted, Failure> {
        self.ask(Verb::Post, &format!("/conversations/{id}/replies"), Some(message)).await
    }

    /// Notes something that the visitor never sees.
    pub async fn note(&self, id: &ConversationId, note: &AddNote) -> Result<(), Failure> {
        self.tell(Verb::Post, &format!("/conversations/{id}/notes"), Some(note)).await
    }

    /// Hands a conversation back to an agent.
    pub async fn hand_back(&self, id: &ConversationId, to: &Return) -> Result<(), Failure> {
        self.tell(Verb::Post, &format!("/conversations/{id}/return"), Some(to)).await
    }

    /// Closes a conversation.
    pub async fn close(&self, id: &ConversationId) -> Result<(), Failure> {
        self.tell(Verb::Post, &format!("/conversations/{id}/close"), Some(&Empty {})).await
    }

    /// All agents.
    pub async fn agents(&self) -> Result<Agents, Failure> {
        self.ask(Verb::Get, "/agents", NOTHING).await
    }

    /// Decides on one exact write.
    pub async fn decide(&self, id: &ApprovalId, decision: &Decide) -> Result<(), Failure> {
        self.tell(Verb::Post, &format!("/approvals/{id}"), Some(decision)).await
    }

    pub(super) async fn ask<A: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<A, Failure> {
        let answer = ask(verb, path, body).await;
        self.noticed(answer)
    }

    pub(super) async fn upload<A: DeserializeOwned>(
        &self,
        path: &str,
        file: &web_sys::File,
    ) -> Result<A, Failure> {
        let answer = upload(path, file).await;
        self.noticed(answer)
    }

    pub(super) async fn tell(
        &self,
        verb: Verb,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(), Failure> {
        let answer = tell(verb, path, body).await;
        self.noticed(answer)
    }

    fn noticed<T>(&self, answer: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(answer, Err(Failure::SignedOut)) {
            self.ended.set(true);
        }
        answer
    }
}
