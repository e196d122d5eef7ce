//! A tool as it stands in its form.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::{
    api::{MadeTool, SaveTool},
    event::Effect,
    tool::{Asks, Body, Encoding, Header, HttpTool, Method, Pick},
};

/// A tool as it stands in its form.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What the form does not show as text: its choices.
    pub tool: HttpTool,
    pub timeout: String,
    pub headers: Vec<HeaderRow>,
    pub arguments: Vec<Argument>,
    /// The schema as JSON, where it says more than rows can.
    pub schema: Option<String>,
    pub encoding: Encoding,
    /// What is sent along, as JSON; nothing if it is empty.
    pub body: String,
    pub idempotency: String,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderRow {
    pub name: String,
    /// What was typed; the old value of a secret one stays while this is empty.
    pub value: String,
    pub secret: bool,
    /// Whether the server has its secret.
    pub is_set: bool,
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Argument {
    pub name: String,
    pub kind: String,
    pub about: String,
    pub required: bool,
}

/// Types that an argument can have in the form, and what people call them.
pub const KINDS: [(&str, &str); 4] = [
    ("string", "Text"),
    ("integer", "Whole number"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
];

impl Draft {
    /// A tool that is yet to be made.
    pub fn new() -> Self {
        let tool = HttpTool {
            name: String::new(),
            purpose: String::new(),
            label: String::new(),
            effect: Effect::Read,
            asks: Asks::default(),
            needs_verified: false,
            parameters: json!({ "type": "object", "properties": {} }),
            method: Method::Get,
            url: String::new(),
            headers: Vec::new(),
            body: None,
            result: Vec::new(),
            trusted: false,
            idempotency_header: None,
            timeout_s: 10,
        };
        Self::of(&tool, &[])
    }

    /// As the server has it.
    pub fn made(made: &MadeTool) -> Self {
        Self::of(&made.tool, &made.has_secrets)
    }

    /// As a tool says; those of its secrets that are `set` need not be typed.
    pub fn of(tool: &HttpTool, set: &[String]) -> Self {
        let header = |header: &Header| HeaderRow {
            name: header.name.clone(),
            value: header.value.clone().unwrap_or_default(),
            secret: header.value.is_none(),
            is_set: set.contains(&header.name),
        };
        let arguments = rows(&tool.parameters);
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        Self {
            timeout: tool.timeout_s.to_string(),
            headers: tool.headers.iter().map(header).collect(),
            schema: arguments.is_none().then(|| pretty(&tool.parameters)),
            arguments: arguments.unwrap_or_default(),
            encoding: tool.body.as_ref().map(|body| body.encoding).unwrap_or_default(),
            body: tool.body.as_ref().map(|body| pretty(&body.template)).unwrap_or_default(),
            idempotency: tool.idempotency_header.clone().unwrap_or_default(),
            tool: tool.clone(),
        }
    }

    /// What is sent; or the field that cannot be read, and why.
    pub fn save(&self) -> Result<SaveTool, (String, String)> {
        let mut tool = self.tool.clone();
        for text in [&mut tool.name, &mut tool.purpose, &mut tool.label, &mut tool.url] {
            *text = text.trim().to_owned();
        }
        let wrong = |field: &str, text: &str| (field.to_owned(), text.to_owned());
        tool.timeout_s = self
            .timeout
            .trim()
            .parse()
            .map_err(|_| wrong("timeout_s", "Write a number of seconds."))?;
        tool.parameters = match &self.schema {
            Some(json) => serde_json::from_str(json)
                .map_err(|why| wrong("parameters", &format!("This is no JSON: {why}.")))?,
            None => schema(&self.arguments),
        };
        let template = self.body.trim();
        tool.body = match template {
            "" => None,
            text => Some(Body {
                encoding: self.encoding,
                template: serde_json::from_str(text)
                    .map_err(|why| wrong("body", &format!("This is no JSON: {why}.")))?,
            }),
        };
        let mut secrets = BTreeMap::new();
        tool.headers = Vec::new();
        for row in &self.headers {
            let (name, value) = (row.name.trim().to_owned(), row.value.trim().to_owned());
            if row.secret && !value.is_empty() {
                secrets.insert(name.clone(), value.clone());
            }
            tool.headers.push(Header { name, value: (!row.secret).then_some(value) });
        }
        let key = self.idempotency.trim();
        tool.idempotency_header = (!key.is_empty()).then(|| key.to_owned());
        if tool.effect == Effect::Read {
            (tool.asks, tool.idempotency_header) = (Asks::default(), None);
        }
        for pick in &mut tool.result {
            let Pick { name, at, .. } = pick;
            (*name, *at) = (name.trim().to_owned(), at.trim().to_owned());
        }
        tool.check().map_err(|fault| (fault.field, fault.message))?;
        Ok(SaveTool { tool, secrets })
    }
}

/// The arguments as rows; `None` if the schema says more than rows can.
fn rows(schema: &Value) -> Option<Vec<Argument>> {
    let known = ["type", "properties", "required", "additionalProperties"];
    let whole = schema.as_object()?;
    if whole.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let required = |name: &str| {
        let names = schema["required"].as_array().into_iter().flatten();
        names.into_iter().any(|other| other == name)
    };
    let no_fields = Map::new();
    let fields = schema["properties"].as_object().unwrap_or(&no_fields);
    let row = |(name, field): (&String, &Value)| {
        let plain = field.as_object()?.keys().all(|key| key == "type" || key == "description");
        let kind = field["type"].as_str().filter(|kind| KINDS.iter().any(|(k, _)| k == kind))?;
        plain.then(|| Argument {
            name: name.clone(),
            kind: kind.to_owned(),
            about: field["description"].as_str().unwrap_or_default().to_owned(),
            required: required(name),
        })
    };
    fields.iter().map(row).collect()
}

fn schema(rows: &[Argument]) -> Value {
    let name = |row: &Argument| row.name.trim().to_owned();
    let field = |row: &Argument| match row.about.trim() {
        "" => json!({ "type": row.kind }),
        about => json!({ "type": row.kind, "description": about }),
    };
    let fields: Map<_, _> = rows.iter().map(|row| (name(row), field(row))).collect();
    let required: Vec<_> = rows.iter().filter(|row| row.required).map(name).collect();
    json!({
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let mut draft = Draft::new();
        "track".clone_into(&mut draft.tool.name);
        "Says where a parcel is.".clone_into(&mut draft.tool.purpose);
        "https://post.example/{parcel}".clone_into(&mut draft.tool.url);
        let [kind, ..] = KINDS;
        draft.arguments = vec![Argument {
            name: " parcel ".to_owned(),
            kind: kind.0.to_owned(),
            about: "Its number".to_owned(),
            required: true,
        }];
        draft
    }

    #[test]
    fn what_is_typed_is_what_is_saved_and_shown_again() {
        let mut typed = draft();
        typed.headers = vec![HeaderRow {
            name: "Authorization".to_owned(),
            value: "Bearer x".to_owned(),
            secret: true,
            is_set: false,
        }];
        let saved = typed.save().expect("a tool");
        assert_eq!(saved.secrets["Authorization"], "Bearer x");
        assert_eq!(saved.tool.headers[0].value, None, "no secret in the tool");
        let set = ["Authorization".to_owned()];
        let again = Draft::of(&saved.tool, &set);
        assert_eq!((again.arguments.len(), again.schema.as_ref()), (1, None));
        assert!(again.headers[0].is_set && again.headers[0].value.is_empty());
        assert_eq!(again.save().expect("a tool").tool, saved.tool);
        assert!(again.save().expect("a tool").secrets.is_empty(), "it stays");
    }

    #[test]
    fn what_rows_cannot_say_stays_json() {
        let mut tool = draft().save().expect("a tool").tool;
        tool.parameters["properties"]["parcel"]["enum"] = json!(["a", "b"]);
        let shown = Draft::of(&tool, &[]);
        assert!(shown.schema.is_some());
        assert_eq!(shown.save().expect("a tool").tool, tool);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |change: fn(&mut Draft), field: &str| {
            let mut draft = draft();
            change(&mut draft);
            assert_eq!(draft.save().expect_err("wrong").0, field);
        };
        check(|d| "soon".clone_into(&mut d.timeout), "timeout_s");
        check(|d| d.schema = Some("{".to_owned()), "parameters");
        check(|d| "{".clone_into(&mut d.body), "body");
        check(|d| "Track".clone_into(&mut d.tool.name), "name");
        check(|d| d.arguments.clear(), "url");
    }
}
