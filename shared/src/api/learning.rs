//! What people teach the built-in reader: corrections that become examples, and saved tests.

use serde::{Deserialize, Serialize};

use super::{MessageReading, body};
use crate::{
    id::{AgentSlug, ConversationId, Seq, TestId},
    message::StaffRef,
    time::Timestamp,
};

/// How far a suggestion has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SuggestionState {
    /// An administrator has not looked at it.
    Waiting,
    /// It is an example now.
    Accepted,
    /// It will be none.
    Rejected,
}

body! {
    /// What a message can be about: an intent that a published agent's examples teach.
    pub struct Topic {
        /// The agent that answers it.
        pub agent: AgentSlug,
        /// Its name.
        pub agent_name: String,
        /// The intent.
        pub intent: String,
        /// How a person would put it.
        pub label: String,
    }

    /// `GET /learning/topics`.
    pub struct Topics {
        /// By agent and label.
        pub topics: Vec<Topic>,
    }

    /// An example, before it is one.
    pub struct Lesson {
        /// The agent that is to answer it.
        pub agent: AgentSlug,
        /// What it is about; one of the agent's intents.
        pub intent: String,
        /// What somebody said. Addresses and numbers are masked before it is kept.
        pub text: String,
    }

    /// `PUT /learning/suggestions/{conversation}/{seq}`: says what a visitor's message was about.
    pub struct Suggest {
        /// The agent that should have answered.
        pub agent: AgentSlug,
        /// What it was about.
        pub intent: String,
    }

    /// How a message is read, in short.
    pub struct ReadAs {
        /// The agent whose examples it resembles most.
        pub agent: Option<String>,
        /// What it is about most likely.
        pub intent: Option<String>,
        /// How likely that is, 0 to 1.
        pub p: f32,
        /// Whether it is unlike anything that the examples teach.
        pub out_of_scope: bool,
    }

    /// What somebody said that a message was about.
    pub struct Suggestion {
        /// The conversation.
        pub conversation: ConversationId,
        /// The message.
        pub seq: Seq,
        /// What it would teach.
        pub lesson: Lesson,
        /// How the message was read then.
        pub read: ReadAs,
        /// Who suggested it.
        pub by: StaffRef,
        /// When.
        pub at: Timestamp,
        /// How far it has come.
        pub state: SuggestionState,
        /// Who decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decided_by: Option<StaffRef>,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decided_at: Option<Timestamp>,
    }

    /// `GET /learning/suggestions`: those that wait.
    pub struct Suggestions {
        /// Oldest first.
        pub suggestions: Vec<Suggestion>,
        /// Whether there are more.
        pub more: bool,
    }

    /// `GET /conversations/{id}/readings/{seq}`: how a visitor's message is read.
    pub struct MessageUnderstood {
        /// The message as it would be kept for an example.
        pub example: String,
        /// In short.
        pub read: ReadAs,
        /// How it reads, and what speaks for it.
        pub reading: MessageReading,
        /// What somebody has said that it was about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub suggestion: Option<Suggestion>,
    }

    /// `POST /learning/effect`: what a lesson would change.
    pub struct Effect {
        /// How the example itself is read.
        pub own: ReadTwice,
        /// The saved tests whose reading it changes.
        pub tests: Vec<TestedTwice>,
        /// How many saved tests there are.
        pub tests_in_all: u32,
        /// How many of them pass now.
        pub pass_before: u32,
        /// How many would.
        pub pass_after: u32,
        /// The messages of late that would be read otherwise.
        pub messages: Vec<ChangedMessage>,
        /// How many messages of late were looked at.
        pub messages_in_all: u32,
    }

    /// How one message is read without and with a lesson.
    pub struct ReadTwice {
        /// As it is.
        pub before: ReadAs,
        /// As it would be.
        pub after: ReadAs,
    }

    /// A saved test without and with a lesson.
    pub struct TestedTwice {
        /// The test.
        pub test: SavedTest,
        /// How it is read.
        pub read: ReadTwice,
        /// Whether it passes now.
        pub passes_before: bool,
        /// Whether it would.
        pub passes_after: bool,
    }

    /// A message of late that would be read otherwise.
    pub struct ChangedMessage {
        /// In which conversation.
        pub conversation: ConversationId,
        /// Which.
        pub seq: Seq,
        /// What was said, masked.
        pub text: String,
        /// How it is read.
        pub read: ReadTwice,
    }

    /// A message that must be read as somebody expects.
    pub struct SavedTest {
        /// Its id.
        pub id: TestId,
        /// What a visitor says, masked.
        pub text: String,
        /// The agent that must be found.
        pub agent: AgentSlug,
        /// What it must be about, if that matters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub intent: Option<String>,
        /// Who saved it.
        pub by: StaffRef,
        /// When.
        pub at: Timestamp,
    }

    /// `POST /learning/tests`: saves a test.
    pub struct AddTest {
        /// What a visitor says. Addresses and numbers are masked before it is kept.
        pub text: String,
        /// The agent that must be found.
        pub agent: AgentSlug,
        /// What it must be about, if that matters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub intent: Option<String>,
    }

    /// A saved test that was run.
    pub struct TestRun {
        /// The test.
        pub test: SavedTest,
        /// How it is read.
        pub read: ReadAs,
        /// Whether that is as expected.
        pub passes: bool,
    }

    /// `GET /learning/tests`: all saved tests, run against what is published.
    pub struct TestRuns {
        /// Those that fail first.
        pub runs: Vec<TestRun>,
    }

    /// A message of late that the reader is not sure of.
    pub struct UnsureMessage {
        /// In which conversation.
        pub conversation: ConversationId,
        /// Which.
        pub seq: Seq,
        /// When.
        pub at: Timestamp,
        /// What was said, masked.
        pub text: String,
        /// How it is read.
        pub read: ReadAs,
    }

    /// `GET /learning/unsure`.
    pub struct UnsureMessages {
        /// The least certain first.
        pub messages: Vec<UnsureMessage>,
        /// How many messages of late were looked at.
        pub looked_at: u32,
    }

    /// `POST /learning/unsure/dismiss`: says that there is nothing to learn from a message.
    pub struct DismissMessage {
        /// In which conversation.
        pub conversation: ConversationId,
        /// Which.
        pub seq: Seq,
    }
}

impl SavedTest {
    /// Whether this reading is as expected.
    pub fn passes(&self, read: &ReadAs) -> bool {
        let right_intent = self.intent.is_none() || self.intent == read.intent;
        !read.out_of_scope && read.agent.as_deref() == Some(self.agent.as_str()) && right_intent
    }
}
