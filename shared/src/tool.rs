//! Tools that an administrator makes without code: requests to the shop's own systems.

pub mod mcp;
pub mod template;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{agent::Invalid, event::Effect, limits};
use template::{Bound, Part, parts};

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Adds, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// All of them, the most usual first.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As it is written in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// When a person must say yes before a tool that writes is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Asks {
    /// Once text that nobody vouches for has come into the conversation's turn.
    #[default]
    WhenInDoubt,
    /// Each time.
    Always,
}

/// A header that goes with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value, with placeholders; `None` for one that is secret and kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Encoding {
    /// As JSON.
    #[default]
    Json,
    /// As a form: names and values.
    Form,
}

/// What is sent along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Body {
    /// How.
    #[serde(default)]
    pub encoding: Encoding,
    /// What: JSON in whose texts placeholders stand. A text that is nothing but one placeholder
    /// becomes the value itself, and goes if there is none.
    pub template: Value,
}

/// What is taken out of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pick {
    /// What the agent knows it by.
    pub name: String,
    /// Where it stands: a JSON Pointer (RFC 6901), in which `*` stands for each entry of a list.
    pub at: String,
    /// Whether it is kept as a fact of the conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fact: bool,
}

/// A request to one of the shop's systems that agents can make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HttpTool {
    /// What agents call it: small letters, digits and `_`.
    pub name: String,
    /// What it is for, for the agent that may use it.
    pub purpose: String,
    /// What the visitor reads while it runs.
    #[serde(default)]
    pub label: String,
    /// Whether it only reads. Said by whoever made it, and never by the server that it calls.
    pub effect: Effect,
    /// When a person must say yes, if it writes.
    #[serde(default)]
    pub asks: Asks,
    /// Whether the site must have signed for the visitor.
    #[serde(default)]
    pub needs_verified: bool,
    /// JSON Schema of its arguments.
    pub parameters: Value,
    /// How it is called.
    #[serde(default)]
    pub method: Method,
    /// Where, with placeholders in path and query: `https://shop.example/orders/{order}`.
    pub url: String,
    /// What else is said in the head.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// What is sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// What is taken out of the answer; all of it if nothing is named.
    #[serde(default)]
    pub result: Vec<Pick>,
    /// Whether somebody vouches for the text in its answers. Where not, writes in the same turn wait
    /// for a person.
    #[serde(default)]
    pub trusted: bool,
    /// The header by which its server knows a repeated call. Without one, a write of which nobody
    /// knows what became is never made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_header: Option<String>,
    /// How long its answer may take, in seconds.
    #[serde(default = "timeout")]
    pub timeout_s: u16,
}

fn timeout() -> u16 {
    10
}

/// Longest time that an answer may take, in seconds.
pub const TIMEOUT_S: u16 = 14;
/// Headers that the connection itself is made of.
const OWN_HEADERS: [&str; 6] =
    ["connection", "content-length", "host", "te", "transfer-encoding", "upgrade"];

impl HttpTool {
    /// Checks what can be checked without knowing the other tools or calling anybody.
    pub fn check(&self) -> Result<(), Invalid> {
        if !is_tool_name(&self.name) {
            let max = limits::TOOL_NAME_CHARS;
            return no("name", format!("Use 2 to {max} small letters, digits and '_'."));
        }
        if self.purpose.trim().is_empty() || self.purpose.chars().count() > limits::PURPOSE_CHARS {
            let max = limits::PURPOSE_CHARS;
            return no("purpose", format!("Say in 1 to {max} characters what it is for."));
        }
        if self.label.chars().count() > limits::NAME_CHARS || self.label.contains('\n') {
            return no("label", format!("Use one line of {} characters.", limits::NAME_CHARS));
        }
        if !matches!(self.effect, Effect::Read | Effect::Write) {
            return no("effect", "It reads or writes.");
        }
        let may_read = matches!(self.method, Method::Get | Method::Post);
        if self.effect == Effect::Read && !may_read {
            return no("effect", "PUT, PATCH and DELETE change something.");
        }
        if !(1..=TIMEOUT_S).contains(&self.timeout_s) {
            return no("timeout_s", format!("Choose 1 to {TIMEOUT_S} seconds."));
        }
        self.check_parameters()?;
        self.check_url()?;
        self.check_headers()?;
        self.check_body()?;
        check_result(&self.result)
    }

    /// The names of its arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let properties = self.parameters.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|all| all.keys().map(String::as_str))
    }

    fn is_required(&self, argument: &str) -> bool {
        let required = self.parameters.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|name| name == argument))
    }

    fn check_parameters(&self) -> Result<(), Invalid> {
        let field = "parameters";
        if self.parameters.get("type") != Some(&Value::from("object")) {
            return no(field, "The arguments are an object: {\"type\": \"object\", …}.");
        }
        if self.parameters.to_string().len() > limits::SCHEMA_BYTES {
            return no(field, format!("At most {} bytes.", limits::SCHEMA_BYTES));
        }
        let plain = |name: &str| {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !name.is_empty() && name.len() <= limits::TOOL_NAME_CHARS && name.chars().all(word)
        };
        match self.arguments().find(|name| !plain(name)) {
            Some(name) => {
                let name: String = name.chars().take(40).collect();
                no(field, format!("Name arguments with letters, digits and '_', unlike {name:?}."))
            }
            None => Ok(()),
        }
    }

    fn check_url(&self) -> Result<(), Invalid> {
        if self.url.len() > limits::URL_BYTES {
            return no("url", format!("At most {} bytes.", limits::URL_BYTES));
        }
        if self.url.contains('#') || self.url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return no("url", "An address has no spaces and no '#'.");
        }
        let Some((server, _)) = template::split(&self.url) else {
            return no("url", "Write an address like https://shop.example/orders/{order}.");
        };
        if server.contains(['{', '}']) {
            return no("url", "Which server is called cannot depend on an argument.");
        }
        self.check_slots("url", &self.url)?;
        let (path, _) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let optional = parts(path).find_map(|part| match part {
            Part::Slot(name) if Bound::named(name).is_none() => {
                Some(name).filter(|name| !self.is_required(name))
            }
            _ => None,
        });
        match optional {
            Some(name) => no("url", format!("{{{name}}} is in the path: make it required.")),
            None => Ok(()),
        }
    }

    fn check_headers(&self) -> Result<(), Invalid> {
        if self.headers.len() > limits::TOOL_HEADERS {
            return no("headers", format!("At most {}.", limits::TOOL_HEADERS));
        }
        let names = self.headers.iter().map(|header| header.name.as_str());
        for (i, name) in names.chain(self.idempotency_header.as_deref()).enumerate() {
            let field = match self.headers.get(i) {
                Some(_) => format!("headers[{i}].name"),
                None => "idempotency_header".to_owned(),
            };
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || name.len() > 64 || !name.chars().all(token) {
                return no(field, "A header's name has letters, digits and '-'.");
            }
            let same = |other: &Header| other.name.eq_ignore_ascii_case(name);
            if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
                || self.headers.iter().take(i).any(same)
            {
                return no(field, "This header is set already.");
            }
        }
        for (i, header) in self.headers.iter().enumerate() {
            let Some(value) = &header.value else { continue };
            let field = format!("headers[{i}].value");
            if value.len() > limits::PROVIDER_KEY_BYTES || value.chars().any(char::is_control) {
                return no(field, "A header's value is one line.");
            }
            self.check_slots(field, value)?;
        }
        Ok(())
    }

    fn check_body(&self) -> Result<(), Invalid> {
        let Some(body) = &self.body else { return Ok(()) };
        if self.method == Method::Get {
            return no("body", "GET sends nothing along.");
        }
        let json = body.template.to_string();
        if json.len() > limits::SCHEMA_BYTES {
            return no("body", format!("At most {} bytes.", limits::SCHEMA_BYTES));
        }
        let is_flat = |fields: &serde_json::Map<String, Value>| {
            fields.values().all(|value| !value.is_object() && !value.is_array())
        };
        if body.encoding == Encoding::Form && !body.template.as_object().is_some_and(is_flat) {
            return no("body", "A form has names and values: {\"order\": \"{order}\"}.");
        }
        let mut texts = Vec::new();
        template::texts(&body.template, &mut texts);
        texts.into_iter().try_for_each(|text| self.check_slots("body", text))
    }

    fn check_slots(&self, field: impl Into<String>, text: &str) -> Result<(), Invalid> {
        let known =
            |name: &str| Bound::named(name).is_some() || self.arguments().any(|a| a == name);
        let unknown = parts(text).find_map(|part| match part {
            Part::Slot(name) => Some(name).filter(|name| !known(name)),
            Part::Text(_) => None,
        });
        match unknown {
            Some(name) => no(field, format!("There is no argument called {name}.")),
            None => Ok(()),
        }
    }
}

/// Checks what is taken out of an answer.
fn check_result(picks: &[Pick]) -> Result<(), Invalid> {
    if picks.len() > limits::TOOL_PICKS {
        return no("result", format!("At most {}.", limits::TOOL_PICKS));
    }
    for (i, pick) in picks.iter().enumerate() {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ');
        let name = &pick.name;
        if name.trim().is_empty() || name.len() > 64 || !name.chars().all(word) {
            return no(format!("result[{i}].name"), "Use letters, digits, '_' and '.'.");
        }
        if picks.iter().take(i).any(|other| other.name == *name) {
            return no(format!("result[{i}].name"), "Name each once.");
        }
        if !(pick.at.is_empty() || pick.at.starts_with('/')) || pick.at.len() > 200 {
            return no(format!("result[{i}].at"), "Write it like /order/status.");
        }
    }
    Ok(())
}

/// Whether a tool can be called this.
pub fn is_tool_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (2..=limits::TOOL_NAME_CHARS).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(word)
        && !name.starts_with("transfer_to_")
}

fn no(field: impl Into<String>, message: impl Into<String>) -> Result<(), Invalid> {
    Err(Invalid { field: field.into(), message: message.into() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool() -> Value {
        json!({
            "name": "track_parcel", "purpose": "Says where a parcel is.", "effect": "read",
            "parameters": { "type": "object", "required": ["parcel"],
                            "properties": { "parcel": { "type": "string" },
                                            "lang": { "type": "string" } } },
            "url": "https://post.example/v1/parcels/{parcel}?lang={lang}",
            "headers": [{ "name": "Authorization" }, { "name": "X-Customer", "value": "{visitor.customer}" }],
            "result": [{ "name": "status", "at": "/data/status", "fact": true }],
        })
    }

    #[test]
    fn a_tool_says_what_is_wrong_with_it() {
        let check = |pointer: &str, value: Value, field: Option<&str>| {
            let mut json = tool();
            match json.pointer_mut(pointer) {
                Some(place) => *place = value.clone(),
                None => json[pointer.trim_start_matches('/')] = value.clone(),
            }
            let tool: HttpTool = serde_json::from_value(json).expect("a tool");
            let wrong = tool.check().err().map(|wrong| wrong.field);
            assert_eq!(wrong.as_deref(), field, "{pointer} {value}");
        };
        check("/name", json!("track_parcel"), None);
        for name in ["", "x", "Track", "1st", "a b", "transfer_to_billing", &"x".repeat(65)] {
            check("/name", json!(name), Some("name"));
        }
        check("/purpose", json!(" "), Some("purpose"));
        check("/label", json!("a\nb"), Some("label"));
        check("/effect", json!("transfer"), Some("effect"));
        check("/method", json!("DELETE"), Some("effect"));
        check("/timeout_s", json!(0), Some("timeout_s"));
        check("/timeout_s", json!(15), Some("timeout_s"));
        check("/parameters", json!([]), Some("parameters"));
        check("/parameters/properties", json!({ "a b": {} }), Some("parameters"));
        let long = json!({ "type": "object", "description": "x".repeat(20_000) });
        check("/parameters", long, Some("parameters"));
        check("/url", json!("https://post.example"), None);
        check("/url", json!("post.example/x"), Some("url"));
        check("/url", json!("https://{parcel}/x"), Some("url"));
        check("/url", json!("https://x@{parcel}.example/x"), Some("url"));
        check("/url", json!("https://post.example/{other}"), Some("url"));
        check("/url", json!("https://post.example/{lang}"), Some("url"));
        check("/url", json!("https://post.example/a b"), Some("url"));
        check("/url", json!("https://post.example/a#b"), Some("url"));
        check("/url", json!(format!("https://post.example/{}", "x".repeat(600))), Some("url"));
        check("/headers/0/name", json!("a b"), Some("headers[0].name"));
        check("/headers/0/name", json!("Host"), Some("headers[0].name"));
        check("/headers/1/name", json!("authorization"), Some("headers[1].name"));
        check("/headers/1/value", json!("a\r\nX: y"), Some("headers[1].value"));
        check("/headers/1/value", json!("{nobody}"), Some("headers[1].value"));
        check("/idempotency_header", json!("Idempotency-Key"), None);
        check("/idempotency_header", json!("authorization"), Some("idempotency_header"));
        check("/body", json!({ "template": { "a": 1 } }), Some("body"));
        check("/result/0/at", json!("data"), Some("result[0].at"));
        check("/result/0/name", json!("{}"), Some("result[0].name"));
    }

    #[test]
    fn a_body_is_checked_like_the_rest() {
        let check = |body: Value, fine: bool| {
            let mut json = tool();
            json["method"] = json!("POST");
            json["body"] = body.clone();
            let tool: HttpTool = serde_json::from_value(json).expect("a tool");
            assert_eq!(tool.check().is_ok(), fine, "{body}");
        };
        check(json!({ "template": { "a": ["{parcel}", 1, { "b": "no {lang}" }] } }), true);
        check(json!({ "template": { "a": "{order}" } }), false);
        check(json!({ "encoding": "form", "template": { "a[b]": "{parcel}" } }), true);
        check(json!({ "encoding": "form", "template": { "a": { "b": 1 } } }), false);
        check(json!({ "encoding": "form", "template": [] }), false);
        check(json!({ "template": "x".repeat(20_000) }), false);
    }
}
