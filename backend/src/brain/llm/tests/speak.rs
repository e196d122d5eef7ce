//! What well-behaved servers of the two most spoken wire formats stream.

use serde_json::{Value, json};

/// A wire format in which a test speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    Chat,
    Anthropic,
}

impl Tongue {
    pub(super) const BOTH: [Self; 2] = [Self::Chat, Self::Anthropic];

    pub(super) fn protocol(self) -> shared::model::Protocol {
        match self {
            Self::Chat => shared::model::Protocol::OpenaiCompatible,
            Self::Anthropic => shared::model::Protocol::Anthropic,
        }
    }

    /// The beginning of an answer.
    pub(super) fn begins(self) -> Vec<u8> {
        match self {
            Self::Chat => self.event("", &chunk(&json!({ "role": "assistant", "content": "" }))),
            Self::Anthropic => self.event("message_start", &json!({
                "type": "message_start",
                "message": { "id": "msg_1", "type": "message", "role": "assistant", "content": [],
                    "model": "m", "stop_reason": null, "stop_sequence": null,
                    "usage": { "input_tokens": 100, "output_tokens": 1 } },
            })),
        }
    }

    /// Some text, in one block.
    pub(super) fn says(self, text: &str) -> Vec<u8> {
        match self {
            Self::Chat => self.event("", &chunk(&json!({ "content": text }))),
            Self::Anthropic => [
                self.event(
                    "content_block_start",
                    &json!({
                        "type": "content_block_start", "index": 0,
                        "content_block": { "type": "text", "text": "" },
                    }),
                ),
                self.event(
                    "content_block_delta",
                    &json!({
                        "type": "content_block_delta", "index": 0,
                        "delta": { "type": "text_delta", "text": text },
                    }),
                ),
                self.event(
                    "content_block_stop",
                    &json!({ "type": "content_block_stop", "index": 0 }),
                ),
            ]
            .concat(),
        }
    }

    /// A call of a tool; `id` may be missing.
    pub(super) fn calls(self, id: Option<&str>, name: &str, args: &str) -> Vec<u8> {
        let (half, rest) = args.split_at(args.len() / 2);
        match self {
            Self::Chat => {
                let mut first = json!({ "index": 0, "type": "function",
                    "function": { "name": name, "arguments": half } });
                if let Some(id) = id {
                    first["id"] = json!(id);
                }
                let second = json!({ "index": 0, "function": { "arguments": rest } });
                [first, second]
                    .map(|call| self.event("", &chunk(&json!({ "tool_calls": [call] }))))
                    .concat()
            }
            Self::Anthropic => {
                let mut block = json!({ "type": "tool_use", "name": name, "input": {} });
                if let Some(id) = id {
                    block["id"] = json!(id);
                }
                let delta = |part: &str| {
                    self.event(
                        "content_block_delta",
                        &json!({
                            "type": "content_block_delta", "index": 1,
                            "delta": { "type": "input_json_delta", "partial_json": part },
                        }),
                    )
                };
                [
                    self.event(
                        "content_block_start",
                        &json!({
                            "type": "content_block_start", "index": 1, "content_block": block,
                        }),
                    ),
                    delta(half),
                    delta(rest),
                    self.event(
                        "content_block_stop",
                        &json!({ "type": "content_block_stop", "index": 1 }),
                    ),
                ]
                .concat()
            }
        }
    }

    /// The end of an answer: 100 tokens in, 20 out.
    pub(super) fn ends(self, called: bool) -> Vec<u8> {
        match self {
            Self::Chat => {
                let reason = if called { "tool_calls" } else { "stop" };
                let mut last = chunk(&json!({}));
                last["choices"][0]["finish_reason"] = json!(reason);
                let usage = json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1,
                    "model": "m", "choices": [],
                    "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 } });
                [self.event("", &last), self.event("", &usage), b"data: [DONE]\n\n".to_vec()]
                    .concat()
            }
            Self::Anthropic => {
                let reason = if called { "tool_use" } else { "end_turn" };
                [
                    self.event(
                        "message_delta",
                        &json!({
                            "type": "message_delta",
                            "delta": { "stop_reason": reason, "stop_sequence": null },
                            "usage": { "output_tokens": 20 },
                        }),
                    ),
                    self.event("message_stop", &json!({ "type": "message_stop" })),
                ]
                .concat()
            }
        }
    }

    /// A whole answer that says `text`.
    pub(super) fn answer(self, text: &str) -> Vec<Vec<u8>> {
        vec![self.begins(), self.says(text), self.ends(false)]
    }

    /// One event.
    pub(super) fn event(self, name: &str, data: &Value) -> Vec<u8> {
        match self {
            Self::Chat => format!("data: {data}\n\n").into_bytes(),
            Self::Anthropic => format!("event: {name}\ndata: {data}\n\n").into_bytes(),
        }
    }
}

/// A piece of a chat completion.
pub(super) fn chunk(delta: &Value) -> Value {
    json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}
