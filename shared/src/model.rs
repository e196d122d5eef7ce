//! Which model speaks for an agent, how it is asked, and what it costs.

use serde::{Deserialize, Serialize};

use crate::{
    agent::{BUILT_IN, Invalid},
    brief::Usage,
    limits,
};

/// How a provider is spoken to. Each is the provider's own protocol, with streaming and tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Protocol {
    /// OpenAI's Responses.
    OpenaiResponses,
    /// OpenAI's Chat Completions.
    OpenaiChat,
    /// Chat Completions as others speak it: Ollama, vLLM, llama.cpp, LiteLLM, OpenRouter, Azure.
    OpenaiCompatible,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

impl Protocol {
    /// All of them, the most usual first.
    pub const ALL: [Self; 5] = [
        Self::OpenaiResponses,
        Self::OpenaiChat,
        Self::Anthropic,
        Self::Gemini,
        Self::OpenaiCompatible,
    ];

    /// Where the provider itself answers; `None` for what has no home.
    pub fn home(self) -> Option<&'static str> {
        match self {
            Self::OpenaiResponses | Self::OpenaiChat => Some("https://api.openai.com/v1"),
            Self::OpenaiCompatible => None,
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com"),
        }
    }
}

/// What a model costs, in millionths of the desk's currency unit for a million tokens: 2.50 is
/// 2 500 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// What goes in.
    #[serde(default)]
    pub input: u64,
    /// What goes in and was read from the provider's cache; as `input` if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<u64>,
    /// What comes out, reasoning included.
    #[serde(default)]
    pub output: u64,
}

impl Price {
    /// What `tokens_in`, of which `cached` came from a cache, and `tokens_out` cost, in millionths
    /// of the currency unit, rounded up: a call is never free because it is small.
    pub fn cost(&self, tokens_in: u64, cached: u64, tokens_out: u64) -> u64 {
        let cached = cached.min(tokens_in);
        let parts = [
            (tokens_in - cached, self.input),
            (cached, self.cached.unwrap_or(self.input)),
            (tokens_out, self.output),
        ];
        let sum: u128 = parts.iter().map(|(n, price)| u128::from(*n) * u128::from(*price)).sum();
        u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    /// What `usage` costs.
    pub fn of(&self, usage: &Usage) -> u64 {
        self.cost(usage.tokens_in, 0, usage.tokens_out)
    }
}

/// What models may cost in a day (UTC), in millionths of the desk's currency unit; 0 is no limit.
/// Before a call, the most that it can cost is set aside; what does not fit is not asked, and a
/// person takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendCaps {
    /// For one visitor.
    pub visitor_day: u64,
    /// For one site.
    pub site_day: u64,
    /// For the whole desk.
    pub desk_day: u64,
}

impl SpendCaps {
    /// Whether nothing is limited.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How hard a model thinks before it answers, where it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Effort {
    /// Not at all, where the model can do without.
    Off,
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// A lot.
    High,
}

/// How an agent's model is asked, and what happens when it does not answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelSettings {
    /// 0 (always the same) to 2; the provider's own if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// Longest answer, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// How hard it thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// Models that are tried in this order when the first one fails; then the built-in brain
    /// answers, and if it cannot, a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<String>,
}

/// Longest answer if nothing is said, in tokens.
pub const MAX_TOKENS: u32 = 1024;
/// Longest answer that can be asked for, in tokens.
pub const MOST_TOKENS: u32 = 32_768;
/// Most models that are tried one after the other.
pub const FALLBACKS: usize = 4;

impl ModelSettings {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Longest answer, in tokens.
    pub fn max_tokens(&self) -> u32 {
        self.max_tokens.unwrap_or(MAX_TOKENS)
    }

    /// Checks what can be checked without knowing the connections.
    pub fn validate(&self) -> Result<(), Invalid> {
        let wrong = |field: &str, message: String| {
            Err(Invalid { field: format!("model_settings.{field}"), message })
        };
        if self.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
            return wrong("temperature", "Choose a number from 0 to 2.".to_owned());
        }
        if self.max_tokens.is_some_and(|n| !(1..=MOST_TOKENS).contains(&n)) {
            return wrong("max_tokens", format!("Choose a number from 1 to {MOST_TOKENS}."));
        }
        if self.fallbacks.len() > FALLBACKS {
            return wrong("fallbacks", format!("At most {FALLBACKS} fallbacks."));
        }
        for (i, model) in self.fallbacks.iter().enumerate() {
            if ModelRef::parse(model).is_none() {
                return wrong(&format!("fallbacks[{i}]"), "Choose a model.".to_owned());
            }
        }
        Ok(())
    }
}

/// A model as agents name it: `connection/model`. The model's own name may have slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelRef<'a> {
    /// Which connection.
    pub connection: &'a str,
    /// What the provider calls the model.
    pub model: &'a str,
}

impl<'a> ModelRef<'a> {
    /// Reads `connection/model`; `None` for the built-in brain, and for what names nothing.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (connection, model) = text.split_once('/')?;
        let good = text != BUILT_IN && is_connection_id(connection) && is_model_name(model);
        good.then_some(Self { connection, model })
    }
}

/// Whether agents can name a connection by this: small letters, digits, `_` and `-`.
pub fn is_connection_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    (1..=limits::CONNECTION_ID_CHARS).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a provider could call a model this: no spaces, nothing that is not seen.
pub fn is_model_name(text: &str) -> bool {
    (1..=limits::MODEL_NAME_CHARS).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_by_its_connection() {
        let check = |text: &str, parts: Option<(&str, &str)>| {
            let parsed = ModelRef::parse(text).map(|r| (r.connection, r.model));
            assert_eq!(parsed, parts, "{text}");
        };
        check("openai/gpt-5.2", Some(("openai", "gpt-5.2")));
        check("router/meta/llama-4:free", Some(("router", "meta/llama-4:free")));
        for bad in [BUILT_IN, "", "/", "a/", "/a", "A/b", "a b/c", "a/b c", "a/b\n", "ü/b"] {
            check(bad, None);
        }
        check(&format!("a/{}", "x".repeat(limits::MODEL_NAME_CHARS + 1)), None);
        check(&format!("{}/x", "a".repeat(limits::CONNECTION_ID_CHARS + 1)), None);
    }

    #[test]
    fn cost_is_exact_and_never_rounded_to_nothing() {
        let price = Price { input: 2_500_000, cached: Some(250_000), output: 10_000_000 };
        assert_eq!(price.cost(1_000_000, 0, 0), 2_500_000);
        assert_eq!(price.cost(1_000, 400, 100), 1_500 + 100 + 1_000);
        assert_eq!(price.cost(1, 1, 0), 1);
        assert_eq!(price.cost(0, 0, 0), 0);
        assert_eq!(price.cost(1, 5, 0), 1, "more from the cache than there was");
        assert_eq!(price.cost(u64::MAX, 0, u64::MAX), u64::MAX);
        assert_eq!(Price { input: 3, ..Price::default() }.cost(1_000_000, 1_000_000, 9), 3);
    }

    #[test]
    fn settings_have_limits() {
        let good = ModelSettings {
            temperature: Some(2.0),
            max_tokens: Some(1),
            effort: Some(Effort::Low),
            fallbacks: vec!["b/c".to_owned()],
        };
        assert_eq!(good.validate(), Ok(()));
        let check = |field: &str, change: &dyn Fn(&mut ModelSettings)| {
            let mut settings = good.clone();
            change(&mut settings);
            let wrong = settings.validate().expect_err(field);
            assert_eq!(wrong.field, format!("model_settings.{field}"));
        };
        check("temperature", &|s| s.temperature = Some(f32::NAN));
        check("temperature", &|s| s.temperature = Some(2.1));
        check("max_tokens", &|s| s.max_tokens = Some(0));
        check("max_tokens", &|s| s.max_tokens = Some(u32::MAX));
        check("fallbacks", &|s| s.fallbacks = vec!["a/b".to_owned(); 5]);
        check("fallbacks[0]", &|s| s.fallbacks = vec!["nonsense".to_owned()]);
    }
}
