//! Guardrails: what an admin lets nobody say, whatever model speaks or is spoken to.

use serde::{Deserialize, Serialize};

use crate::{agent::Invalid, id::SiteKey, limits};

/// Looks for something at one place, and does something about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guardrail {
    /// What the record and the admin page call it.
    pub name: String,
    /// Where it looks.
    pub at: Place,
    /// What it looks for.
    pub when: Watch,
    /// What it then does.
    pub then: Act,
    /// Only in conversations of these sites; of all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteKey>,
}

/// Where a guardrail looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Place {
    /// What a visitor writes, before it is recorded.
    Message,
    /// What an agent's brain says to a visitor, before anything of it is seen.
    Answer,
    /// The arguments of a tool call that a brain makes.
    Call,
    /// The words that a brain sends along with a handoff.
    Handoff,
}

/// What a guardrail looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Watch {
    /// Words that try to give a model orders, or characters that hide some.
    Injection,
    /// Data by which somebody can be found or charged.
    PersonalData {
        /// Which kinds.
        any: Vec<PersonalData>,
    },
    /// One of these phrases, as whole words, in any case: topics and promises.
    Phrases {
        /// The phrases.
        any: Vec<String>,
    },
    /// What fits this regular expression (the syntax of Rust's `regex`), in any case.
    Pattern {
        /// The expression.
        regex: String,
    },
    /// A language that is none of these; what is too short to tell passes.
    Language {
        /// BCP 47 primary tags of the languages that pass.
        not: Vec<String>,
    },
    /// More than so many characters.
    Length {
        /// The most that pass.
        over: u32,
    },
}

/// Data by which somebody can be found or charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PersonalData {
    /// The number of a payment card, by its length and check digit (ISO/IEC 7812-1, Luhn).
    Card,
    /// An account number, by its check digits (ISO 13616, modulo 97).
    Iban,
    /// An e-mail address.
    Email,
    /// A phone number, with its country's or its area's code.
    Phone,
}

impl PersonalData {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Card, Self::Iban, Self::Email, Self::Phone];
}

/// What a guardrail does about what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Act {
    /// Only says so in the record.
    Record,
    /// Lets it pass, but nothing that it leads to changes anything without a person.
    Distrust,
    /// Takes what was found out. It is recorded, logged and read by models without it.
    Rewrite {
        /// What takes its place; personal data is masked instead.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        with: String,
    },
    /// Says this instead: a refusal, or a question.
    Say {
        /// What.
        text: String,
    },
    /// Stops it; the brain is told why and may do better once.
    Block,
    /// Hands over to people.
    Escalate,
}

impl Place {
    /// Whether something can be done here.
    pub fn allows(self, act: &Act) -> bool {
        match act {
            Act::Record | Act::Escalate => true,
            Act::Distrust => matches!(self, Self::Message),
            Act::Rewrite { .. } => !matches!(self, Self::Call),
            Act::Say { .. } => matches!(self, Self::Message | Self::Answer),
            Act::Block => !matches!(self, Self::Message),
        }
    }
}

impl Guardrail {
    /// Checks what can be checked here; whether a pattern is one, only the server can tell.
    pub fn validate(&self) -> Result<(), Invalid> {
        let fail = |field: &str, message: &str| {
            Err(Invalid { field: field.to_owned(), message: message.to_owned() })
        };
        let line = |text: &str, most: usize| {
            !text.trim().is_empty() && text.chars().count() <= most && !text.contains('\0')
        };
        if !line(&self.name, limits::NAME_CHARS) {
            return fail("name", "Give the guardrail a short name.");
        }
        if self.sites.len() > limits::RULES {
            return fail("sites", "Name fewer sites; none means all.");
        }
        let lists = |all: &[String]| {
            let fine = |text: &String| line(text, limits::PHRASE_CHARS);
            !all.is_empty() && all.len() <= limits::RULES && all.iter().all(fine)
        };
        let meaningful = match &self.when {
            Watch::Injection => true,
            Watch::PersonalData { any } => !any.is_empty() && any.len() <= PersonalData::ALL.len(),
            Watch::Phrases { any } => lists(any),
            Watch::Language { not } => lists(not),
            Watch::Pattern { regex } => line(regex, limits::PHRASE_CHARS),
            Watch::Length { over } => *over > 0,
        };
        if !meaningful {
            return fail("when", "Say what to look for.");
        }
        if !self.at.allows(&self.then) {
            return fail("then", "This cannot be done at that place.");
        }
        match &self.then {
            Act::Say { text } if !line(text, limits::PHRASE_CHARS) => {
                fail("then", "Write what is said instead.")
            }
            Act::Rewrite { with } if with.chars().count() > limits::NAME_CHARS => {
                fail("then", "Shorten what takes its place.")
            }
            Act::Rewrite { .. } if !self.when.has_place() => {
                fail("then", "A length or a language cannot be taken out.")
            }
            _ => Ok(()),
        }
    }
}

impl Watch {
    /// Whether what is found stands somewhere in the text, so that it can be taken out.
    pub fn has_place(&self) -> bool {
        !matches!(self, Self::Language { .. } | Self::Length { .. })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guardrail_makes_sense_or_says_why_not() {
        let check =
            |at: &str, when: serde_json::Value, then: serde_json::Value, wrong: Option<&str>| {
                let rail: Guardrail = serde_json::from_value(
                    json!({ "name": "r", "at": at, "when": when, "then": then }),
                )
                .expect("a guardrail");
                assert_eq!(rail.validate().err().map(|e| e.field).as_deref(), wrong, "{rail:?}");
            };
        let injection = json!({ "on": "injection" });
        let cards = json!({ "on": "personal_data", "any": ["card"] });
        check("message", injection.clone(), json!({ "do": "distrust" }), None);
        check("answer", injection.clone(), json!({ "do": "distrust" }), Some("then"));
        check("message", cards.clone(), json!({ "do": "rewrite" }), None);
        check("call", cards.clone(), json!({ "do": "rewrite" }), Some("then"));
        check("message", injection.clone(), json!({ "do": "block" }), Some("then"));
        check("call", injection.clone(), json!({ "do": "block" }), None);
        check("answer", injection.clone(), json!({ "do": "say", "text": " " }), Some("then"));
        check("handoff", injection, json!({ "do": "say", "text": "x" }), Some("then"));
        let long = json!({ "on": "length", "over": 10 });
        check("answer", long.clone(), json!({ "do": "block" }), None);
        check("answer", long, json!({ "do": "rewrite" }), Some("then"));
        check(
            "answer",
            json!({ "on": "length", "over": 0 }),
            json!({ "do": "block" }),
            Some("when"),
        );
        let none = json!({ "on": "personal_data", "any": [] });
        check("answer", none, json!({ "do": "record" }), Some("when"));
        let phrases = |any: &[&str]| json!({ "on": "phrases", "any": any });
        check("answer", phrases(&["a guarantee"]), json!({ "do": "block" }), None);
        check("answer", phrases(&["", "x"]), json!({ "do": "block" }), Some("when"));
        check("answer", phrases(&[&"x".repeat(100_000)]), json!({ "do": "block" }), Some("when"));
    }
}
