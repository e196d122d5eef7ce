//! What people teach the built-in reader: anybody of the desk suggests, an administrator decides.

use shared::{
    api::{
        AddTest, DismissMessage, Effect, Lesson, MessageUnderstood, Suggest, Suggestion,
        Suggestions, TestRun, TestRuns, Topics, UnsureMessages,
    },
    id::{ConversationId, Seq, TestId},
};

use super::{Admin, Desk, Empty, Failure, NOTHING, Verb};

impl Desk {
    /// What a message can be about.
    pub async fn topics(&self) -> Result<Topics, Failure> {
        self.ask(Verb::Get, "/learning/topics", NOTHING).await
    }

    /// How a visitor's message is read, and why so.
    pub async fn understood(
        &self,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<MessageUnderstood, Failure> {
        self.ask(Verb::Get, &format!("/conversations/{id}/readings/{seq}"), NOTHING).await
    }

    /// Says what a message was about.
    pub async fn suggest(
        &self,
        id: &ConversationId,
        seq: Seq,
        suggest: &Suggest,
    ) -> Result<Suggestion, Failure> {
        self.ask(Verb::Put, &format!("/learning/suggestions/{id}/{seq}"), Some(suggest)).await
    }
}

impl Admin {
    /// The suggestions that wait.
    pub async fn suggestions(&self) -> Result<Suggestions, Failure> {
        self.desk().ask(Verb::Get, "/learning/suggestions", NOTHING).await
    }

    /// What a lesson would change.
    pub async fn effect(&self, lesson: &Lesson) -> Result<Effect, Failure> {
        self.desk().ask(Verb::Post, "/learning/effect", Some(lesson)).await
    }

    /// Makes a suggestion an example.
    pub async fn accept_suggestion(
        &self,
        of: &Suggestion,
        lesson: &Lesson,
    ) -> Result<Suggestion, Failure> {
        let path = format!("/learning/suggestions/{}/{}/accept", of.conversation, of.seq);
        self.desk().ask(Verb::Post, &path, Some(lesson)).await
    }

    /// Turns a suggestion down.
    pub async fn reject_suggestion(&self, of: &Suggestion) -> Result<Suggestion, Failure> {
        let path = format!("/learning/suggestions/{}/{}/reject", of.conversation, of.seq);
        self.desk().ask(Verb::Post, &path, Some(&Empty {})).await
    }

    /// The messages that the reader is least sure of.
    pub async fn unsure(&self) -> Result<UnsureMessages, Failure> {
        self.desk().ask(Verb::Get, "/learning/unsure", NOTHING).await
    }

    /// Takes a message out of that list.
    pub async fn dismiss_message(&self, message: &DismissMessage) -> Result<(), Failure> {
        self.desk().tell(Verb::Post, "/learning/unsure/dismiss", Some(message)).await
    }

    /// All saved tests, run.
    pub async fn saved_tests(&self) -> Result<TestRuns, Failure> {
        self.desk().ask(Verb::Get, "/learning/tests", NOTHING).await
    }

    /// Saves a test.
    pub async fn save_test(&self, test: &AddTest) -> Result<TestRun, Failure> {
        self.desk().ask(Verb::Post, "/learning/tests", Some(test)).await
    }

    /// Deletes a saved test.
    pub async fn delete_test(&self, id: &TestId) -> Result<(), Failure> {
        self.desk().tell(Verb::Delete, &format!("/learning/tests/{id}"), NOTHING).await
    }
}
