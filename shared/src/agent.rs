//! What an admin edits: an agent as a document.

use serde::{Deserialize, Serialize};

use crate::{
    brief::Sentiment,
    guardrail::Guardrail,
    id::{AgentSlug, QueueSlug},
    limits,
    model::{ModelRef, ModelSettings, SpendCaps},
    money::Money,
    queue::Queue,
};

/// An agent, whole. A published version of it never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentSpec {
    /// Its short name; other agents transfer to it by this.
    pub slug: AgentSlug,
    /// What the visitor reads.
    pub name: String,
    /// What it is for, in a sentence; other agents choose it by this.
    pub purpose: String,
    /// How it behaves. An LLM follows this freely; the built-in brain does not read prose.
    #[serde(default)]
    pub instructions: String,
    /// What it says first when it is greeted or takes over; any brain says this as it stands.
    #[serde(default)]
    pub opening: String,
    /// The model that speaks for it: `connection/model`, or `built-in`, which needs no key.
    #[serde(default = "built_in")]
    pub model: String,
    /// How that model is asked.
    #[serde(default, skip_serializing_if = "ModelSettings::is_default")]
    pub model_settings: ModelSettings,
    /// The tools it may call, by name.
    #[serde(default)]
    pub tools: Vec<String>,
    /// The collections of articles that it may answer from; all if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// Whom it may hand a conversation to.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// When to hand off whatever the brain thinks; tried in order, the first that fits wins.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What visitors say who want this agent.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// Below this the reading of a message is not trusted; 0 to 1.
    #[serde(default = "default_threshold")]
    pub confidence_threshold: f32,
    /// How much it may spend.
    #[serde(default)]
    pub budgets: Budgets,
}

/// The model name of the brain that needs no key.
pub const BUILT_IN: &str = "built-in";

fn built_in() -> String {
    BUILT_IN.to_owned()
}

fn default_threshold() -> f32 {
    0.70
}

fn default_lease() -> u32 {
    5 * 60
}

/// What stands before a queue's short name in the name of the tool that transfers to it.
pub const QUEUE_PREFIX: &str = "queue_";

/// Whom a conversation can be handed to by an agent or a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Target {
    /// Another agent.
    Agent {
        /// Which.
        slug: AgentSlug,
    },
    /// People.
    Queue {
        /// Which queue.
        slug: QueueSlug,
    },
}

impl Target {
    /// The name of the tool by which a brain transfers here.
    pub fn tool_name(&self) -> String {
        match self {
            Self::Agent { slug } => format!("transfer_to_{slug}"),
            Self::Queue { slug } => format!("transfer_to_{QUEUE_PREFIX}{slug}"),
        }
    }
}

/// Hands off when all of its conditions hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// What the record and the admin page call it.
    pub name: String,
    /// All of these must hold; a rule without conditions never fires.
    pub when: Vec<Condition>,
    /// Where the conversation then goes.
    pub then: Target,
}

/// One condition of a rule, on what is known when a visitor's message is taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Condition {
    /// The message contains one of these phrases, as whole words, in any case.
    Text {
        /// The phrases.
        any: Vec<String>,
    },
    /// The message is read as this intent, at or above the agent's threshold.
    Intent {
        /// The intent.
        is: String,
    },
    /// This fact is known, and has this value if one is given.
    Fact {
        /// Its key.
        key: String,
        /// Its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        equals: Option<String>,
    },
    /// The message names an amount above this one.
    Amount {
        /// The limit, not included.
        over: Money,
    },
    /// The visitor sounds like this, or worse.
    Sentiment {
        /// The mildest that counts.
        at_least: Sentiment,
    },
    /// The message is in one of these languages.
    Language {
        /// BCP 47 primary tags.
        any: Vec<String>,
    },
    /// The desk is open, or closed.
    Hours {
        /// Whether it must be open.
        open: bool,
    },
    /// So many tool calls or answers in a row went wrong.
    Failures {
        /// The number that counts.
        at_least: u32,
    },
}

/// Something a visitor says, and what they want by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Example {
    /// What they want, such as `refund_request`.
    pub intent: String,
    /// What they say.
    pub text: String,
}

/// How much an agent may spend before a person takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budgets {
    /// Requests to the brain in one turn.
    pub steps: u32,
    /// Handoffs in one turn.
    pub handoffs: u32,
    /// Tokens in one conversation.
    pub tokens: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { steps: 12, handoffs: 4, tokens: 200_000 }
    }
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The field, such as `rules[2].name`.
    pub field: String,
    /// What a person can do about it.
    pub message: String,
}

impl AgentSpec {
    /// Checks what can be checked without knowing the other agents and the tools.
    pub fn validate(&self) -> Result<(), Invalid> {
        let fail = |field: &str, message: String| Err(Invalid { field: field.to_owned(), message });
        if self.slug.as_str().starts_with(QUEUE_PREFIX) {
            // Its transfer would have the name of a queue's.
            return fail(
                "slug",
                format!("An agent's short name cannot begin with {QUEUE_PREFIX}."),
            );
        }
        let too_long = |text: &str, max: usize| text.chars().count() > max;
        if self.name.trim().is_empty() || too_long(&self.name, limits::NAME_CHARS) {
            return fail("name", format!("Give a name of 1 to {} characters.", limits::NAME_CHARS));
        }
        if self.name.chars().any(char::is_control) {
            return fail("name", "A name is one line of plain text.".to_owned());
        }
        if self.purpose.trim().is_empty() || too_long(&self.purpose, limits::PHRASE_CHARS) {
            let max = limits::PHRASE_CHARS;
            return fail("purpose", format!("Say in 1 to {max} characters what the agent is for."));
        }
        if too_long(&self.instructions, limits::INSTRUCTIONS_CHARS) {
            let max = limits::INSTRUCTIONS_CHARS;
            return fail("instructions", format!("Shorten the instructions to {max} characters."));
        }
        if too_long(&self.opening, limits::PHRASE_CHARS) {
            let max = limits::PHRASE_CHARS;
            return fail("opening", format!("Shorten the opening to {max} characters."));
        }
        if self.model != BUILT_IN && ModelRef::parse(&self.model).is_none() {
            let message = "Choose a model: connection/model, or built-in.";
            return fail("model", message.to_owned());
        }
        self.model_settings.validate()?;
        if self.tools.len() > limits::TOOLS || self.targets.len() > limits::TOOLS {
            return fail("tools", format!("At most {} tools and targets.", limits::TOOLS));
        }
        let twice = |tool: &String| self.tools.iter().filter(|other| *other == tool).count() > 1;
        if self.tools.iter().any(twice) {
            return fail("tools", "List each tool once.".to_owned());
        }
        let fine = |name: &String| !name.trim().is_empty() && !too_long(name, limits::NAME_CHARS);
        if self.collections.len() > limits::COLLECTIONS || !self.collections.iter().all(fine) {
            let message = format!(
                "At most {} collections, with names of 1 to {} characters.",
                limits::COLLECTIONS,
                limits::NAME_CHARS
            );
            return fail("collections", message);
        }
        if self.targets.iter().any(|t| matches!(t, Target::Agent { slug } if *slug == self.slug)) {
            return fail("targets", "An agent cannot hand off to itself.".to_owned());
        }
        if !(0.0..=1.0).contains(&self.confidence_threshold) {
            return fail("confidence_threshold", "Choose a number from 0 to 1.".to_owned());
        }
        if self.budgets.steps == 0 || self.budgets.steps > 100 || self.budgets.handoffs > 20 {
            return fail("budgets", "1 to 100 steps and at most 20 handoffs a turn.".to_owned());
        }
        self.validate_examples().and_then(|()| self.validate_rules())
    }

    fn validate_examples(&self) -> Result<(), Invalid> {
        if self.examples.len() > limits::EXAMPLES {
            let message = format!("At most {} examples.", limits::EXAMPLES);
            return Err(Invalid { field: "examples".to_owned(), message });
        }
        for (i, example) in self.examples.iter().enumerate() {
            let fine = |text: &str| {
                !text.trim().is_empty() && text.chars().count() <= limits::PHRASE_CHARS
            };
            if !fine(&example.text) || !fine(&example.intent) {
                let message = format!("1 to {} characters each.", limits::PHRASE_CHARS);
                return Err(Invalid { field: format!("examples[{i}]"), message });
            }
        }
        Ok(())
    }

    fn validate_rules(&self) -> Result<(), Invalid> {
        if self.rules.len() > limits::RULES {
            let message = format!("At most {} rules.", limits::RULES);
            return Err(Invalid { field: "rules".to_owned(), message });
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let wrong = |field: &str, message: &str| {
                let field = format!("rules[{i}].{field}");
                Err(Invalid { field, message: message.to_owned() })
            };
            if rule.name.trim().is_empty() || rule.name.chars().count() > limits::NAME_CHARS {
                return wrong("name", "Give the rule a short name.");
            }
            if rule.when.is_empty() || rule.when.len() > 10 {
                return wrong("when", "A rule needs 1 to 10 conditions.");
            }
            if !rule.when.iter().all(Condition::is_meaningful) {
                return wrong("when", "Each condition needs a short, non-empty value.");
            }
            if !self.targets.contains(&rule.then) {
                return wrong(
                    "then",
                    "The agent must be allowed to hand off to the rule's target.",
                );
            }
        }
        Ok(())
    }
}

impl Condition {
    fn is_meaningful(&self) -> bool {
        let fine =
            |text: &str| !text.trim().is_empty() && text.chars().count() <= limits::PHRASE_CHARS;
        match self {
            Self::Text { any } | Self::Language { any } => {
                !any.is_empty() && any.len() <= limits::RULES && any.iter().all(|p| fine(p))
            }
            Self::Intent { is } => fine(is),
            Self::Fact { key, equals } => fine(key) && equals.as_deref().is_none_or(fine),
            Self::Amount { over } => over.amount >= 0,
            Self::Failures { at_least } => *at_least > 0,
            Self::Sentiment { .. } | Self::Hours { .. } => true,
        }
    }
}

/// What holds for the whole desk, outside any agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeskSettings {
    /// The agent that takes the first message.
    pub front_door: AgentSlug,
    /// Where a conversation goes when a person is asked for or needed.
    pub escalation: Target,
    /// The queue of people behind everything: where a conversation goes when all else fails.
    pub queue: QueueSlug,
    /// All queues, that one among them.
    pub queues: Vec<Queue>,
    /// How long a visitor may wait for a person who owns the conversation and is not there, until
    /// it goes back to its queue; in seconds.
    #[serde(default = "default_lease")]
    pub lease_s: u32,
    /// Local time as minutes from UTC.
    pub utc_offset_minutes: i32,
    /// First hour of the day at which people answer, local time.
    pub opens_hour: u8,
    /// First hour at which they no longer do.
    pub closes_hour: u8,
    /// The weekdays on which people answer; 0 is Monday.
    pub open_weekdays: Vec<u8>,
    /// How the desk speaks and what it keeps to, for every agent's model to follow.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub voice: String,
    /// What models may cost in a day.
    #[serde(default, skip_serializing_if = "SpendCaps::is_default")]
    pub spend: SpendCaps,
    /// What a refund may reach without a person.
    pub refund_policy: RefundPolicy,
    /// What nobody may say, whatever model speaks or is spoken to; held in this order.
    #[serde(default)]
    pub guardrails: Vec<Guardrail>,
}

/// What a refund may reach without a person; outside any model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundPolicy {
    /// Total for one order; above it a person approves.
    pub per_order: Money,
    /// Total for one customer and day; above it a person approves.
    pub per_customer_day: Money,
    /// Days after delivery within which a refund is possible at all.
    pub window_days: u32,
    /// How long an approval stays open, in seconds.
    pub approval_ttl_s: u32,
}

impl DeskSettings {
    /// Whether people answer at `now`.
    pub fn is_open(&self, now: crate::time::Timestamp) -> bool {
        let (hour, weekday) = now.hour_and_weekday(self.utc_offset_minutes);
        self.open_weekdays.contains(&weekday) && (self.opens_hour..self.closes_hour).contains(&hour)
    }
}
