//! The providers' published rules for requests, as far as they can be broken by what is said:
//!
//! - <https://platform.openai.com/docs/api-reference/chat/create>
//! - <https://platform.openai.com/docs/api-reference/responses/create>
//! - <https://docs.anthropic.com/en/api/messages>, and its page on tool use
//! - <https://ai.google.dev/api/generate-content>, and its page on function calling

use std::collections::BTreeSet;

use serde_json::Value;
use shared::model::Protocol;

use crate::brain::{
    Entry, Request,
    llm::{protocol::Spoken, providers::Provider, render::render},
};
use crate::egress::{Bounds, Egress, PrivateHosts};
use shared::message::AuthorKind;

/// What a rule says, if it is broken.
type Ruled = Result<(), String>;

/// Renders `request` for each protocol and holds it against that provider's rules.
pub(crate) fn check_all(request: &Request) -> Ruled {
    let egress = EGRESS.clone();
    for protocol in Protocol::ALL {
        let body = body(request, protocol, egress.clone());
        let ruled = match protocol {
            Protocol::OpenaiChat | Protocol::OpenaiCompatible => chat(&body),
            Protocol::OpenaiResponses => responses(&body),
            Protocol::Anthropic => anthropic(&body),
            Protocol::Gemini => gemini(&body),
        };
        ruled.and_then(|()| holds_latest(request, &body)).map_err(|why| {
            format!("{protocol:?}: {why}\n{}", serde_json::to_string_pretty(&body).unwrap())
        })?;
    }
    Ok(())
}

static EGRESS: std::sync::LazyLock<Egress> =
    std::sync::LazyLock::new(|| Egress::new(PrivateHosts::default(), Bounds::default()).unwrap());

/// The body that `protocol` would send.
pub(crate) fn body(request: &Request, protocol: Protocol, egress: Egress) -> Value {
    let provider = Provider {
        id: "x".to_owned(),
        protocol,
        base_url: "https://models.example".to_owned(),
        key: "key".to_owned(),
        models: Vec::new(),
    };
    let spoken = Spoken::new(&provider, "model-1", egress);
    spoken.exact(render(request)).expect("a request can be made").body
}

/// The visitor's newest words are never left out.
fn holds_latest(request: &Request, body: &Value) -> Ruled {
    let newest = request.dialogue.iter().rev().find_map(|entry| match entry {
        Entry::Said { by: AuthorKind::Visitor, text, .. } if !text.trim().is_empty() => Some(text),
        _ => None,
    });
    let Some(newest) = newest else { return Ok(()) };
    let mut texts = Vec::new();
    strings(body, &mut texts);
    // What looks like a fence is told so that it is none.
    let words = newest.split('<').next().unwrap_or_default().trim();
    rule(texts.iter().any(|text| text.contains(words)), || format!("{newest:?} is missing"))
}

fn strings<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
        _ => {}
    }
}

fn rule(holds: bool, why: impl FnOnce() -> String) -> Ruled {
    if holds { Ok(()) } else { Err(why()) }
}

fn list<'a>(value: &'a Value, at: &str) -> &'a [Value] {
    value.pointer(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, at: &str) -> &'a str {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

/// A name of 1 to `max` letters, digits, `_` and `-`.
fn name(name: &str, max: usize) -> Ruled {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    rule(plain && (1..=max).contains(&name.len()), || format!("a name: {name:?}"))
}

fn filled(text: &str) -> Ruled {
    rule(!text.trim().is_empty(), || "an empty text".to_owned())
}

fn tools<'a>(tools: impl Iterator<Item = (&'a str, &'a str, &'a Value)>) -> Ruled {
    let mut names = BTreeSet::new();
    for (tool, description, schema) in tools {
        name(tool, 64)?;
        rule(names.insert(tool), || format!("{tool} twice"))?;
        rule(description.chars().count() <= 1024, || "a long description".to_owned())?;
        rule(schema["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case("object")), || {
            format!("{tool} takes no object")
        })?;
    }
    Ok(())
}

fn chat(body: &Value) -> Ruled {
    let messages = list(body, "/messages");
    let mut seen = BTreeSet::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for message in messages {
        let role = text(message, "/role");
        rule(open.is_empty() || role == "tool", || format!("{role} before results of {open:?}"))?;
        match role {
            "system" | "user" => match &message["content"] {
                Value::String(content) => filled(content)?,
                Value::Array(parts) => {
                    rule(!parts.is_empty(), || "no content".to_owned())?;
                    parts.iter().try_for_each(|part| filled(text(part, "/text")))?;
                }
                _ => return Err("no content".to_owned()),
            },
            "assistant" => {
                let calls = list(message, "/tool_calls");
                let says = message["content"].as_str().is_some_and(|t| !t.trim().is_empty());
                rule(says || !calls.is_empty(), || "an empty answer".to_owned())?;
                for call in calls {
                    let id = text(call, "/id");
                    rule(!id.is_empty() && id.len() <= 40, || format!("an id: {id:?}"))?;
                    rule(seen.insert(id) && open.insert(id), || format!("{id} twice"))?;
                    name(text(call, "/function/name"), 64)?;
                    let args = serde_json::from_str::<Value>(text(call, "/function/arguments"));
                    rule(args.is_ok_and(|args| args.is_object()), || "arguments".to_owned())?;
                }
            }
            "tool" => {
                let id = text(message, "/tool_call_id");
                rule(open.remove(id), || format!("a result of no call: {id}"))?;
            }
            other => return Err(format!("a role: {other}")),
        }
    }
    rule(open.is_empty(), || format!("no results of {open:?}"))?;
    let last = messages.last().map(|message| text(message, "/role")).unwrap_or_default();
    rule(matches!(last, "user" | "tool"), || format!("ends with {last:?}"))?;
    tools(list(body, "/tools").iter().map(|tool| {
        let function = &tool["function"];
        (text(function, "/name"), text(function, "/description"), &function["parameters"])
    }))
}

fn responses(body: &Value) -> Ruled {
    filled(text(body, "/instructions"))?;
    let mut seen = BTreeSet::new();
    let mut open = BTreeSet::new();
    let items = list(body, "/input");
    for item in items {
        match text(item, "/type") {
            "function_call" => {
                let id = text(item, "/call_id");
                rule(!id.is_empty() && id.len() <= 64, || format!("an id: {id:?}"))?;
                rule(seen.insert(id) && open.insert(id), || format!("{id} twice"))?;
                name(text(item, "/name"), 64)?;
                let args = serde_json::from_str::<Value>(text(item, "/arguments"));
                rule(args.is_ok_and(|args| args.is_object()), || "arguments".to_owned())?;
            }
            "function_call_output" => {
                let id = text(item, "/call_id");
                rule(open.remove(id), || format!("a result of no call: {id}"))?;
            }
            "message" | "" => {
                let parts = match &item["content"] {
                    Value::String(content) => vec![content.as_str()],
                    _ => list(item, "/content").iter().map(|part| text(part, "/text")).collect(),
                };
                rule(!parts.is_empty(), || "no content".to_owned())?;
                parts.into_iter().try_for_each(filled)?;
            }
            other => return Err(format!("an item: {other}")),
        }
    }
    rule(open.is_empty(), || format!("no results of {open:?}"))?;
    rule(!items.is_empty(), || "no input".to_owned())?;
    tools(
        list(body, "/tools")
            .iter()
            .map(|tool| (text(tool, "/name"), text(tool, "/description"), &tool["parameters"])),
    )
}

fn anthropic(body: &Value) -> Ruled {
    rule(body["max_tokens"].as_u64().is_some_and(|n| n > 0), || "no max_tokens".to_owned())?;
    let messages = list(body, "/messages");
    let mut open: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for (i, message) in messages.iter().enumerate() {
        let wanted = if i % 2 == 0 { "user" } else { "assistant" };
        rule(text(message, "/role") == wanted, || format!("message {i} is not {wanted}'s"))?;
        let blocks = list(message, "/content");
        rule(!blocks.is_empty(), || format!("message {i} is empty"))?;
        let mut results = Vec::new();
        let mut said = false;
        for block in blocks {
            match (wanted, text(block, "/type")) {
                (_, "text") => {
                    said = true;
                    filled(text(block, "/text"))?;
                }
                ("user", "tool_result") => {
                    rule(!said, || "text before a result".to_owned())?;
                    results.push(text(block, "/tool_use_id"));
                }
                ("assistant", "tool_use") => {
                    let id = text(block, "/id");
                    name(id, 64)?;
                    rule(seen.insert(id), || format!("{id} twice"))?;
                    name(text(block, "/name"), 128)?;
                    rule(block["input"].is_object(), || "no input".to_owned())?;
                    open.push(id);
                }
                (_, other) => return Err(format!("{other} in {wanted}'s message")),
            }
        }
        if wanted == "user" {
            rule(results == open, || format!("results {results:?} of calls {open:?}"))?;
            open.clear();
        }
    }
    rule(messages.len() % 2 == 1, || "it does not end with the user".to_owned())?;
    list(body, "/system").iter().try_for_each(|block| filled(text(block, "/text")))?;
    let marks = body.to_string().matches("\"cache_control\"").count();
    rule(marks <= 4, || format!("{marks} cache marks"))?;
    tools(
        list(body, "/tools")
            .iter()
            .map(|tool| (text(tool, "/name"), text(tool, "/description"), &tool["input_schema"])),
    )
}

/// The same side may speak twice; but a call follows the user's words or a result, its results follow
/// at once and by themselves, and there are as many of them.
fn gemini(body: &Value) -> Ruled {
    let contents = list(body, "/contents");
    let mut open: Vec<&str> = Vec::new();
    let mut before = "";
    for (i, content) in contents.iter().enumerate() {
        let role = text(content, "/role");
        rule(i > 0 || role == "user", || format!("it begins with {role}"))?;
        let parts = list(content, "/parts");
        rule(!parts.is_empty(), || format!("content {i} is empty"))?;
        let mut results = Vec::new();
        let mut calls = Vec::new();
        for part in parts {
            if let Some(call) = part.get("functionCall") {
                rule(role == "model" && before == "user", || format!("a call after {before}"))?;
                name(text(call, "/name"), 64)?;
                rule(call["args"].is_object(), || "no arguments".to_owned())?;
                calls.push(text(call, "/name"));
            } else if let Some(result) = part.get("functionResponse") {
                rule(role == "user", || "a result of the model".to_owned())?;
                rule(result["response"].is_object(), || "no response".to_owned())?;
                results.push(text(result, "/name"));
            } else {
                filled(text(part, "/text"))?;
            }
        }
        rule(results == open, || format!("results {results:?} of calls {open:?}"))?;
        (open, before) = (calls, role);
    }
    rule(open.is_empty() && before == "user", || "it does not end with the user".to_owned())?;
    let declared = list(body, "/tools").iter().flat_map(|t| list(t, "/functionDeclarations"));
    let empty = &Value::Null;
    let mut names = BTreeSet::new();
    for tool in declared {
        let tool_name = text(tool, "/name");
        name(tool_name, 64)?;
        rule(names.insert(tool_name), || format!("{tool_name} twice"))?;
        let schema = tool.get("parameters").or(tool.get("parametersJsonSchema")).unwrap_or(empty);
        let object = schema.is_null() || text(schema, "/type").eq_ignore_ascii_case("object");
        rule(object, || format!("{tool_name} takes no object"))?;
    }
    Ok(())
}
