//! How the built-in reader understands a message, and what speaks for it.

use serde::{Deserialize, Serialize};

use super::body;

body! {
    /// `POST /reading`: reads a message as the published agents' examples teach.
    pub struct ReadMessage {
        /// What a visitor might say.
        pub text: String,
    }

    /// How a message reads.
    pub struct MessageReading {
        /// Its language, as a BCP 47 primary tag.
        pub language: String,
        /// Whether it is unlike anything that the examples teach.
        pub out_of_scope: bool,
        /// The words that ask for a person or tell of danger, if there are such: they go before any
        /// probability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub person: Option<String>,
        /// The likeliest intents, likeliest first, and what speaks for each.
        pub why: Vec<Why>,
    }

    /// What speaks for an intent.
    pub struct Why {
        /// The intent; of a file of examples the label.
        pub intent: String,
        /// The agent whose examples teach it; `None` for small talk and what is out of scope.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub agent: Option<String>,
        /// How likely it is, 0 to 1.
        pub p: f32,
        /// The parts of the message that speak most for it, or most against it.
        pub parts: Vec<WhyPart>,
        /// The examples of it that are most like the message.
        pub examples: Vec<WhyExample>,
    }

    /// A part of a message: words, letters, or what words are about.
    pub struct WhyPart {
        /// The part, as the reader sees it: in lower case, numbers of orders and the like as `xid`.
        pub text: String,
        /// How much it speaks for the intent more than for the average one; negative: against it.
        pub weight: f32,
    }

    /// An example of an intent.
    pub struct WhyExample {
        /// What somebody said.
        pub text: String,
        /// How like the message it is, 0 to 1.
        pub likeness: f32,
    }
}
