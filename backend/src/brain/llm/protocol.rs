//! The providers' protocols, each rig's own: what is sent, and how the answer is read.

#![expect(clippy::result_large_err, reason = "the errors are rig's")]

use rig_core::{
    completion::CompletionRequest,
    driver::Model,
    error::ProviderError,
    operation::Completion,
    providers::{
        anthropic::{AnthropicConfig, Messages},
        gemini::{GeminiConfig, completion::GenerateContent},
        openai::{
            OpenAIConfig,
            responses_api::wire::Responses,
            wire::{Chat, Dialect, OPENAI, Quirks},
        },
    },
    streaming::CompletionStream,
    wire::{Body, Encoded, Mode, Operation, Wire},
};
use serde_json::Value;
use shared::model::Protocol;

use super::{line::Line, providers::Provider};
use crate::egress::Egress;

/// Chat Completions as everybody but OpenAI speaks it. Many end a stream without a reason.
const COMPATIBLE: Dialect = Dialect::gateway("openai-compatible", "", "")
    .with_quirks(Quirks::openai().done_without_finish_reason());

/// A model of a provider, ready to be asked.
pub(super) enum Spoken {
    Chat(Model<Chat>),
    Responses(Model<Responses>),
    Anthropic(Model<Messages>),
    Gemini(Model<GenerateContent>),
}

/// A request exactly as it is sent, without the key.
pub(super) struct Exact {
    pub(super) address: String,
    pub(super) body: Value,
}

impl Spoken {
    /// `model` of `provider`, called by `egress`.
    pub(super) fn new(provider: &Provider, model: &str, egress: Egress) -> Self {
        let line = Line(egress);
        let Provider { key, base_url, .. } = provider;
        let base_url = base_url.trim_end_matches('/');
        let openai = |dialect: &Dialect| {
            OpenAIConfig::with_key(dialect, key.as_str()).with_base_url(base_url)
        };
        match provider.protocol {
            Protocol::OpenaiChat => Self::Chat(openai(&OPENAI).connect(line).chat(model)),
            Protocol::OpenaiCompatible => Self::Chat(openai(&COMPATIBLE).connect(line).chat(model)),
            Protocol::OpenaiResponses => {
                Self::Responses(openai(&OPENAI).connect(line).responses(model))
            }
            Protocol::Anthropic => {
                let config = AnthropicConfig::new(key.as_str()).with_base_url(base_url);
                let mut asked = config.connect(line).completion(model);
                asked.wire = asked.wire.with_prompt_caching();
                Self::Anthropic(asked)
            }
            Protocol::Gemini => {
                let config = GeminiConfig::new(key.as_str()).with_base_url(base_url);
                Self::Gemini(config.connect(line).completion(model))
            }
        }
    }

    /// Asks; nothing is sent until the answer is listened to.
    pub(super) fn ask(
        &self,
        request: CompletionRequest,
    ) -> Result<CompletionStream, ProviderError> {
        match self {
            Self::Chat(model) => model.stream(request),
            Self::Responses(model) => model.stream(request),
            Self::Anthropic(model) => model.stream(request),
            Self::Gemini(model) => model.stream(request),
        }
    }

    /// What [`Self::ask`] would send.
    pub(super) fn exact(&self, request: CompletionRequest) -> Result<Exact, ProviderError> {
        match self {
            Self::Chat(model) => exact(&model.wire, request),
            Self::Responses(model) => exact(&model.wire, request),
            Self::Anthropic(model) => exact(&model.wire, request),
            Self::Gemini(model) => exact(&model.wire, request),
        }
    }
}

fn exact<W>(wire: &W, request: CompletionRequest) -> Result<Exact, ProviderError>
where
    W: Wire<Op = Completion, Payload = Encoded>,
{
    let request = Completion::prepare(request, &wire.describe())?;
    let Encoded { request, .. } = wire.encode(request, Mode::Streaming)?;
    let (parts, body) = request.into_parts();
    let body = match body {
        Body::Bytes(bytes) => serde_json::from_slice(&bytes)?,
        Body::Multipart(_) => Value::Null,
    };
    // The query may hold the key.
    let address = parts.uri.to_string();
    let address = address.split('?').next().unwrap_or_default().to_owned();
    Ok(Exact { address, body })
}
