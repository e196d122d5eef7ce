//! Try-out conversations with a draft, and how its rules were held against them.

use serde::{Deserialize, Serialize};

use super::{Conversation, body};
use crate::{
    brief::TriggerKind,
    id::{AgentSlug, Seq},
};

body! {
    /// `POST /playground`: a try-out conversation with a draft.
    pub struct StartPlayground {
        /// The agent whose draft takes the place of its published version.
        pub agent: AgentSlug,
        /// Whether it takes the first message, or the desk's front door does.
        #[serde(default)]
        pub front_door: bool,
        /// The customer whom the visitor is taken for, such as `cus_1`; anonymous if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<String>,
    }

    /// A try-out conversation. Its tools act on a copy of the demo shop, never on anything real.
    pub struct Playground {
        /// What to pass to `POST /playground/{id}/messages`.
        pub id: String,
        /// The conversation so far, as staff see it.
        pub conversation: Conversation,
        /// How rules were held against what the visitor wrote, oldest first.
        #[serde(default)]
        pub tried: Vec<TriedRules>,
    }

    /// `POST /playground/{id}/messages`.
    pub struct TryMessage {
        /// What the visitor says.
        pub text: String,
    }

    /// How an agent's rules were held against a visitor's message when it was taken in.
    pub struct TriedRules {
        /// The event after which they were tried: the message, or the handoff to the agent.
        pub seq: Seq,
        /// Whose rules.
        pub agent: AgentSlug,
        /// The rules, in their order.
        pub rules: Vec<TriedRule>,
        /// Which trigger went before any rule, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub instead: Option<TriggerKind>,
    }

    /// How one rule was held against a message.
    pub struct TriedRule {
        /// What it is called.
        pub name: String,
        /// Whether it handed the conversation over.
        pub fired: bool,
        /// What became of each of its conditions.
        pub conditions: Vec<TriedCondition>,
        /// Why it did not fire though all of them hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub held_back: Option<String>,
    }

    /// What became of one condition.
    pub struct TriedCondition {
        /// Whether it holds.
        pub holds: bool,
        /// Why or why not, such as `order is not known`.
        pub text: String,
    }
}
