//! An MCP server as it stands in its form.

use std::collections::BTreeMap;

use shared::{
    api::{OfferedTool, SaveMcpServer, ShownMcpServer},
    event::Effect,
    limits,
    tool::{
        Asks, Header,
        mcp::{BETWEEN, McpAt, McpServer, McpTool},
    },
};

use super::super::draft::HeaderRow;

/// An MCP server as it stands in its form.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub name: String,
    pub is_command: bool,
    pub url: String,
    pub command: String,
    pub headers: Vec<HeaderRow>,
    pub timeout: String,
    pub active: bool,
    pub tools: Vec<McpTool>,
}

impl Draft {
    /// A server that is yet to be added.
    pub fn new() -> Self {
        Self {
            name: String::new(),
            is_command: false,
            url: String::new(),
            command: String::new(),
            headers: Vec::new(),
            timeout: "10".to_owned(),
            active: true,
            tools: Vec::new(),
        }
    }

    /// As the desk has it.
    pub fn of(shown: &ShownMcpServer) -> Self {
        let McpServer { name, at, timeout_s, active, tools } = shown.server.clone();
        let timeout = timeout_s.to_string();
        let plain = Self { name, timeout, active, tools, ..Self::new() };
        match at {
            McpAt::Command { command } => Self { is_command: true, command, ..plain },
            McpAt::Http { url, headers } => {
                let row = |header: Header| HeaderRow {
                    is_set: shown.has_secrets.contains(&header.name),
                    secret: header.value.is_none(),
                    value: header.value.unwrap_or_default(),
                    name: header.name,
                };
                Self { url, headers: headers.into_iter().map(row).collect(), ..plain }
            }
        }
    }

    /// What is sent; or the field that cannot be read, and why.
    pub fn save(&self) -> Result<SaveMcpServer, (String, String)> {
        let wrong = |_| ("timeout_s".to_owned(), "Write a number of seconds.".to_owned());
        let timeout_s = self.timeout.trim().parse().map_err(wrong)?;
        let mut secrets = BTreeMap::new();
        let at = if self.is_command {
            McpAt::Command { command: self.command.clone() }
        } else {
            let header = |row: &HeaderRow| {
                let (name, value) = (row.name.trim().to_owned(), row.value.trim().to_owned());
                if row.secret && !value.is_empty() {
                    secrets.insert(name.clone(), value.clone());
                }
                Header { name, value: (!row.secret).then_some(value) }
            };
            let headers = self.headers.iter().map(header).collect();
            McpAt::Http { url: self.url.trim().to_owned(), headers }
        };
        let (name, mut tools) = (self.name.trim().to_owned(), self.tools.clone());
        // Chosen before the server had this name.
        for tool in &mut tools {
            if let Some((_, own)) = tool.name.split_once(BETWEEN) {
                tool.name = format!("{name}{BETWEEN}{own}");
            }
        }
        let server = McpServer { name, at, timeout_s, active: self.active, tools };
        server.check().map_err(|fault| (fault.field, fault.message))?;
        Ok(SaveMcpServer { server, secrets })
    }
}

/// A tool as an administrator finds it before they have said anything: careful in everything, whatever
/// its server says of it.
pub fn careful(offer: &OfferedTool) -> McpTool {
    let said = offer.description.split_whitespace().collect::<Vec<_>>().join(" ");
    McpTool {
        name: offer.name.clone(),
        tool: offer.tool.clone(),
        purpose: said.chars().take(limits::PURPOSE_CHARS).collect(),
        label: String::new(),
        effect: Effect::Write,
        asks: Asks::Always,
        needs_verified: true,
        trusted: false,
        parameters: offer.parameters.clone(),
        filled: BTreeMap::new(),
        key: None,
        result: Vec::new(),
        seen: offer.seen.clone(),
    }
}

/// A chosen tool as its server describes it now. What fills an argument that is gone goes with it.
pub fn renewed(mut tool: McpTool, offer: &OfferedTool) -> McpTool {
    tool.parameters = offer.parameters.clone();
    tool.seen.clone_from(&offer.seen);
    let texts = texts(&tool);
    tool.filled.retain(|name, _| texts.contains(name));
    tool.key = tool.key.filter(|name| texts.contains(name));
    tool
}

/// The arguments that are texts, which Baton can fill in.
pub fn texts(tool: &McpTool) -> Vec<String> {
    let all = tool.parameters["properties"].as_object().into_iter().flatten();
    let texts = all.filter(|(_, schema)| schema.get("type").is_none_or(|kind| kind == "string"));
    texts.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::api::OfferState;

    use super::*;

    fn offer() -> OfferedTool {
        OfferedTool {
            tool: "count".to_owned(),
            name: "stock__count".to_owned(),
            description: format!("Counts. {}", "x ".repeat(2_000)),
            schema: json!({}),
            parameters: json!({ "type": "object", "properties": {
                "sku": { "type": "string" }, "n": { "type": "integer" } } }),
            unchecked: Vec::new(),
            hints: vec!["only reads".to_owned()],
            seen: "f1".to_owned(),
            state: OfferState::New,
            unfit: None,
        }
    }

    fn draft() -> Draft {
        let header = HeaderRow {
            name: "Authorization".to_owned(),
            value: "Bearer x".to_owned(),
            secret: true,
            is_set: false,
        };
        Draft {
            name: " stock ".to_owned(),
            url: "https://mcp.example/mcp".to_owned(),
            headers: vec![header],
            tools: vec![careful(&offer())],
            ..Draft::new()
        }
    }

    #[test]
    fn what_is_typed_is_what_is_saved_and_shown_again() {
        let saved = draft().save().expect("a server");
        assert_eq!(saved.secrets["Authorization"], "Bearer x");
        let shown = ShownMcpServer {
            server: saved.server.clone(),
            has_secrets: vec!["Authorization".to_owned()],
            used_by: BTreeMap::new(),
            seen: None,
        };
        let again = Draft::of(&shown);
        assert!(again.headers[0].is_set && again.headers[0].value.is_empty());
        let again = again.save().expect("a server");
        assert_eq!(again.server, saved.server);
        assert!(again.secrets.is_empty(), "it stays");
    }

    #[test]
    fn nothing_that_a_server_says_makes_a_tool_less_careful() {
        let tool = careful(&offer());
        assert_eq!((tool.effect, tool.asks), (Effect::Write, Asks::Always));
        assert!(tool.needs_verified && !tool.trusted);
    }

    #[test]
    fn what_filled_an_argument_that_is_gone_goes_with_it() {
        let mut tool = careful(&offer());
        tool.filled.insert("sku".to_owned(), "{visitor.customer}".to_owned());
        let parameters = json!({ "type": "object", "properties": { "id": {} } });
        let now = OfferedTool { parameters, seen: "f2".to_owned(), ..offer() };
        let tool = renewed(tool, &now);
        assert!(tool.filled.is_empty());
        assert_eq!((tool.seen.as_str(), texts(&tool)), ("f2", vec!["id".to_owned()]));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |change: fn(&mut Draft), field: &str| {
            let mut draft = draft();
            change(&mut draft);
            assert_eq!(draft.save().expect_err("wrong").0, field);
        };
        check(|d| "soon".clone_into(&mut d.timeout), "timeout_s");
        check(|d| "A b".clone_into(&mut d.name), "name");
        check(|d| d.url.clear(), "at.url");
        check(|d| d.is_command = true, "at.command");
    }
}
