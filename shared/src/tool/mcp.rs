//! MCP servers whose tools agents can use. What a server says of itself is shown to an administrator;
//! what holds is what the administrator says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Asks, Header, OWN_HEADERS, Pick, TIMEOUT_S, is_tool_name, no,
    template::{self, Bound, Part, parts},
};
use crate::{agent::Invalid, event::Effect, limits};

/// An MCP server, and what of it agents may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct McpServer {
    /// What the names of its tools begin with: small letters, digits and single `_`.
    pub name: String,
    /// Where it is.
    pub at: McpAt,
    /// How long an answer of it may take, in seconds.
    #[serde(default = "super::timeout")]
    pub timeout_s: u16,
    /// Whether agents may use it at all.
    #[serde(default)]
    pub active: bool,
    /// The tools that an administrator has chosen.
    #[serde(default)]
    pub tools: Vec<McpTool>,
}

/// Where an MCP server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum McpAt {
    /// At an address: streamable HTTP.
    Http {
        /// Which.
        url: String,
        /// What is said in the head of each request; without placeholders.
        #[serde(default)]
        headers: Vec<Header>,
    },
    /// A program on Baton's machine, by the name that whoever runs Baton gave it in the settings.
    Command {
        /// That name.
        command: String,
    },
}

/// A tool of an MCP server, as an administrator has looked at it and chosen it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct McpTool {
    /// What agents call it: the server's name, `__`, and a name of its own.
    pub name: String,
    /// What the server calls it.
    pub tool: String,
    /// What it is for, for the agent that may use it.
    pub purpose: String,
    /// What the visitor reads while it runs.
    #[serde(default)]
    pub label: String,
    /// Whether it only reads. Said by the administrator, and never by the server.
    pub effect: Effect,
    /// When a person must say yes, if it writes.
    #[serde(default)]
    pub asks: Asks,
    /// Whether the site must have signed for the visitor.
    #[serde(default)]
    pub needs_verified: bool,
    /// Whether somebody vouches for the text in its answers. Where not, writes in the same turn wait
    /// for a person.
    #[serde(default)]
    pub trusted: bool,
    /// JSON Schema of its arguments, as the administrator saw it.
    pub parameters: Value,
    /// Arguments that Baton fills in and no model can: texts, in which `{visitor.customer}` and the
    /// like stand for what Baton knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filled: BTreeMap<String, String>,
    /// The argument by which the server knows a repeated call. Without one, a write of which nobody
    /// knows what became is never made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What is taken out of an answer; all of it if nothing is named.
    #[serde(default)]
    pub result: Vec<Pick>,
    /// The fingerprint of what the server said of it when the administrator looked. Once the server
    /// says something else, the tool is held back.
    pub seen: String,
}

/// What stands between a server's name and its tool's.
pub const BETWEEN: &str = "__";

impl McpServer {
    /// Checks what can be checked without knowing anything else or calling anybody.
    pub fn check(&self) -> Result<(), Invalid> {
        let max = limits::MCP_NAME_CHARS;
        if !is_tool_name(&self.name)
            || self.name.len() > max
            || self.name.contains(BETWEEN)
            || self.name.ends_with('_')
        {
            return no("name", format!("Use 2 to {max} small letters, digits and single '_'."));
        }
        if !(1..=TIMEOUT_S).contains(&self.timeout_s) {
            return no("timeout_s", format!("Choose 1 to {TIMEOUT_S} seconds."));
        }
        match &self.at {
            McpAt::Http { url, headers } => {
                check_url(url)?;
                check_headers(headers)?;
            }
            McpAt::Command { command } if command.is_empty() || command.len() > 64 => {
                return no("at.command", "Choose one of the commands of the settings.");
            }
            McpAt::Command { .. } => {}
        }
        if self.tools.len() > limits::MCP_TOOLS {
            return no("tools", format!("Choose at most {}.", limits::MCP_TOOLS));
        }
        for (i, tool) in self.tools.iter().enumerate() {
            let within =
                |wrong: Invalid| Invalid { field: format!("tools[{i}].{}", wrong.field), ..wrong };
            tool.check(&self.name).map_err(within)?;
            let earlier = &self.tools[..i];
            if earlier.iter().any(|other| other.name == tool.name || other.tool == tool.tool) {
                return no(format!("tools[{i}].name"), "Choose each tool once.");
            }
        }
        Ok(())
    }

    /// What agents call a tool that the server calls `tool`: the same always, and unlike the names of
    /// the `others`.
    pub fn name_for<'a>(&self, tool: &str, others: impl Iterator<Item = &'a str>) -> String {
        let mut own = String::new();
        for c in tool.chars() {
            match c {
                'a'..='z' | '0'..='9' => own.push(c),
                // `getOrder` reads as `get_order`.
                'A'..='Z' => {
                    if own.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
                        own.push('_');
                    }
                    own.push(c.to_ascii_lowercase());
                }
                _ if own.ends_with('_') || own.is_empty() => {}
                _ => own.push('_'),
            }
        }
        let room = limits::TOOL_NAME_CHARS - self.name.len() - BETWEEN.len() - 3;
        own.truncate(room);
        let own = own.trim_matches('_');
        let own = if own.is_empty() { "tool" } else { own };
        let first = format!("{}{BETWEEN}{own}", self.name);
        let others: Vec<&str> = others.collect();
        let numbered = (2..100).map(|n| format!("{first}_{n}"));
        let mut names = std::iter::once(first.clone()).chain(numbered);
        names.find(|name| !others.contains(&name.as_str())).unwrap_or(first)
    }
}

impl McpTool {
    /// Checks it as one of the server `server`.
    fn check(&self, server: &str) -> Result<(), Invalid> {
        let own = self.name.strip_prefix(server).and_then(|rest| rest.strip_prefix(BETWEEN));
        if !is_tool_name(&self.name) || own.is_none_or(str::is_empty) {
            return no("name", format!("Begin it with {server}{BETWEEN}."));
        }
        if self.tool.is_empty() || self.tool.chars().count() > limits::MCP_TOOL_CHARS {
            return no("tool", "This is no name of a tool.");
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
        if self.parameters.get("type") != Some(&Value::from("object"))
            || self.parameters.to_string().len() > limits::SCHEMA_BYTES
        {
            let max = limits::SCHEMA_BYTES;
            return no(
                "parameters",
                format!("The arguments are an object of at most {max} bytes."),
            );
        }
        if self.seen.is_empty() || self.seen.len() > 100 {
            return no("seen", "Look at the server's tools first.");
        }
        self.check_filled()?;
        super::check_result(&self.result)
    }

    fn check_filled(&self) -> Result<(), Invalid> {
        let is_text = |name: &str| {
            let argument = self.parameters.get("properties").and_then(|all| all.get(name));
            argument.is_some_and(|schema| schema.get("type").is_none_or(|kind| kind == "string"))
        };
        for (name, text) in &self.filled {
            let field = format!("filled.{name}");
            if !is_text(name) {
                return no(field, "Baton can only fill in an argument that is a text.");
            }
            if text.len() > limits::URL_BYTES || text.chars().any(char::is_control) {
                return no(field, format!("Use one line of at most {} bytes.", limits::URL_BYTES));
            }
            let unknown = parts(text).find_map(|part| match part {
                Part::Slot(name) => Some(name).filter(|name| Bound::named(name).is_none()),
                Part::Text(_) => None,
            });
            if let Some(unknown) = unknown {
                return no(field, format!("Baton knows no {{{unknown}}}."));
            }
        }
        match &self.key {
            Some(key) if !is_text(key) || self.filled.contains_key(key) => {
                no("key", "Name an argument that is a text and is not filled in already.")
            }
            _ => Ok(()),
        }
    }

    /// The arguments that are a model's to give.
    pub fn open_parameters(&self) -> Value {
        let mut open = self.parameters.clone();
        let kept =
            |name: &str| !self.filled.contains_key(name) && self.key.as_deref() != Some(name);
        if let Some(all) = open.get_mut("properties").and_then(Value::as_object_mut) {
            all.retain(|name, _| kept(name));
        }
        if let Some(required) = open.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name.as_str().is_none_or(kept));
        }
        open
    }
}

fn check_url(url: &str) -> Result<(), Invalid> {
    let plain =
        !url.contains(['#', '{', '}']) && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    if url.len() > limits::URL_BYTES || !plain || template::split(url).is_none() {
        return no("at.url", "Write an address like https://mcp.example/mcp.");
    }
    Ok(())
}

fn check_headers(headers: &[Header]) -> Result<(), Invalid> {
    if headers.len() > limits::TOOL_HEADERS {
        return no("at.headers", format!("At most {}.", limits::TOOL_HEADERS));
    }
    for (i, header) in headers.iter().enumerate() {
        let field = format!("at.headers[{i}].name");
        let name = header.name.to_ascii_lowercase();
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(token) {
            return no(field, "A header's name has letters, digits and '-'.");
        }
        // The protocol's own, and those that the connection is made of.
        let taken = ["accept", "content-type", "last-event-id"].contains(&name.as_str())
            || name.starts_with("mcp-")
            || OWN_HEADERS.contains(&name.as_str())
            || headers[..i].iter().any(|other| other.name.eq_ignore_ascii_case(&name));
        if taken {
            return no(field, "This header is set already.");
        }
        let bad = |value: &String| {
            value.len() > limits::PROVIDER_KEY_BYTES
                || value.chars().any(|c| c.is_control() || !c.is_ascii())
        };
        if header.value.as_ref().is_some_and(bad) {
            return no(
                format!("at.headers[{i}].value"),
                "A header's value is one line of plain letters.",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn server() -> Value {
        json!({
            "name": "stock", "active": true,
            "at": { "kind": "http", "url": "https://mcp.example/mcp",
                    "headers": [{ "name": "Authorization" }] },
            "tools": [{
                "name": "stock__count", "tool": "Count", "purpose": "Counts.", "effect": "read",
                "parameters": { "type": "object", "required": ["sku", "who"], "properties": {
                    "sku": { "type": "string" }, "who": { "type": "string" },
                    "n": { "type": "integer" }, "once": { "type": "string" } } },
                "filled": { "who": "{visitor.customer}" }, "key": "once", "seen": "f1",
            }],
        })
    }

    #[test]
    fn a_server_says_what_is_wrong_with_it() {
        let check = |pointer: &str, value: Value, field: Option<&str>| {
            let mut json = server();
            *json.pointer_mut(pointer).expect("a place") = value.clone();
            let server: McpServer = serde_json::from_value(json).expect("a server");
            let wrong = server.check().err().map(|wrong| wrong.field);
            assert_eq!(wrong.as_deref(), field, "{pointer} {value}");
        };
        check("/name", json!("stock"), None);
        for name in ["", "s", "a__b", "stock_", "Stock", "a b", &"x".repeat(25)] {
            check("/name", json!(name), Some("name"));
        }
        for url in ["mcp.example", "https://mcp.example/{x}", "https://a b/", "https://a/#b"] {
            check("/at/url", json!(url), Some("at.url"));
        }
        check("/at/url", json!("x".repeat(600)), Some("at.url"));
        for name in ["Mcp-Session-Id", "Accept", "Host", "a b", ""] {
            check("/at/headers/0/name", json!(name), Some("at.headers[0].name"));
        }
        check(
            "/at/headers/0",
            json!({ "name": "X", "value": "a\nb" }),
            Some("at.headers[0].value"),
        );
        check("/at", json!({ "kind": "command", "command": "" }), Some("at.command"));
        check("/at", json!({ "kind": "command", "command": "stock" }), None);
        let in_tool = |field: &str, value: Value, wrong: Option<&str>| {
            let wrong = wrong.map(|wrong| format!("tools[0].{wrong}"));
            check(&format!("/tools/0/{field}"), value, wrong.as_deref());
        };
        in_tool("name", json!("other__count"), Some("name"));
        in_tool("name", json!("stock__"), Some("name"));
        in_tool("name", json!("stock__9"), None);
        in_tool("tool", json!(""), Some("tool"));
        in_tool("tool", json!("x".repeat(1_000_000)), Some("tool"));
        in_tool("purpose", json!("x".repeat(601)), Some("purpose"));
        in_tool("effect", json!("transfer"), Some("effect"));
        in_tool("parameters", json!({ "type": "array" }), Some("parameters"));
        in_tool("seen", json!(""), Some("seen"));
        in_tool("filled", json!({ "n": "1" }), Some("filled.n"));
        in_tool("filled", json!({ "nobody": "1" }), Some("filled.nobody"));
        in_tool("filled", json!({ "who": "{sku}" }), Some("filled.who"));
        in_tool("filled", json!({ "who": "always {call.id}" }), None);
        in_tool("key", json!("who"), Some("key"));
        in_tool("key", json!("n"), Some("key"));
    }

    #[test]
    fn a_tools_name_is_its_servers_and_stays_a_name() {
        let server: McpServer = serde_json::from_value(server()).expect("a server");
        let check = |tool: &str, expected: &str| {
            assert_eq!(server.name_for(tool, ["stock__taken"].into_iter()), expected, "{tool}");
        };
        check("get-order", "stock__get_order");
        check("getOrder", "stock__get_order");
        check("Ünï.cödé", "stock__n_c_d");
        check("__", "stock__tool");
        check("taken", "stock__taken_2");
        let long = server.name_for(&"x".repeat(1_000_000), std::iter::empty());
        assert!(is_tool_name(&long), "{long}");
    }

    #[test]
    fn what_baton_fills_in_is_not_the_models_to_give() {
        let server: McpServer = serde_json::from_value(server()).expect("a server");
        let open = server.tools[0].open_parameters();
        let mut names: Vec<_> = open["properties"].as_object().expect("names").keys().collect();
        names.sort();
        assert_eq!(names, ["n", "sku"]);
        assert_eq!(open["required"], json!(["sku"]));
    }
}
