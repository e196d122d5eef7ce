//! From an OpenAPI 3 document to tools: one for each operation that agents could use.
//!
//! Read as plain JSON: of the standard (<https://spec.openapis.org/oas/v3.1.0>) only addresses,
//! parameters, JSON and form bodies and header keys matter here, and documents in use keep to little
//! else of it.

use std::cell::Cell;

use serde_json::{Map, Value, json};
use shared::{
    api::{ImportableTools, LeftOut},
    event::Effect,
    limits,
    tool::{Asks, Body, Encoding, Header, HttpTool, Method, TIMEOUT_S, is_tool_name},
};

use super::{schema, text::one_line};

/// How many references are followed one after the other.
const HOPS: usize = 8;
/// How deep schemas are read.
const DEPTH: usize = 6;
/// How many schemas are read for one operation.
const SCHEMAS: usize = 400;
/// Most operations that are listed as left out.
const LEFT_OUT: usize = 200;
/// Longest description of an argument, in characters.
const DESCRIPTION: usize = 200;

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is neither JSON nor YAML.
    #[error("this is neither JSON nor YAML: {0}")]
    Syntax(String),
    /// It is something else.
    #[error("this is no OpenAPI 3 document")]
    Kind,
    /// It does not say which server is called.
    #[error("the document names no server with a whole address")]
    Server,
}

/// The tools that the operations of a document make.
pub fn read(document: &str) -> Result<ImportableTools, Unreadable> {
    let document: Value = serde_json::from_str(document)
        .or_else(|_| serde_saphyr::from_str(document))
        .map_err(|why| Unreadable::Syntax(one_line(&why.to_string(), 120)))?;
    let is_3 = document["openapi"].as_str().is_some_and(|version| version.starts_with("3."));
    let paths = document["paths"].as_object().filter(|_| is_3).ok_or(Unreadable::Kind)?;
    let server = server(&document).ok_or(Unreadable::Server)?;
    let title = one_line(document["info"]["title"].as_str().unwrap_or("API"), limits::NAME_CHARS);
    let (mut tools, mut left_out) = (Vec::<HttpTool>::new(), Vec::new());
    for (path, item) in paths {
        let item = followed(&document, item);
        for method in Method::ALL {
            let Some(operation) = item.get(method.as_str().to_ascii_lowercase()) else { continue };
            let place = Place {
                left: Cell::new(SCHEMAS),
                document: &document,
                server: &server,
                path,
                item,
                method,
                operation,
            };
            let made = place.tool().and_then(|tool| {
                let wrong = tool.check().err().map(|wrong| wrong.message);
                let twice = tools.iter().any(|other| other.name == tool.name);
                match wrong.or(twice.then(|| "another one has the same name".to_owned())) {
                    Some(why) => Err(why),
                    None if tools.len() >= limits::HTTP_TOOLS => {
                        Err("there are too many".to_owned())
                    }
                    None => Ok(tool),
                }
            });
            match made {
                Ok(tool) => tools.push(tool),
                Err(_) if left_out.len() >= LEFT_OUT => {}
                Err(why) => {
                    let operation =
                        one_line(&format!("{} {path}", method.as_str()), limits::NAME_CHARS);
                    left_out.push(LeftOut { operation, why });
                }
            }
        }
    }
    Ok(ImportableTools { title, tools, left_out })
}

/// The first server with a whole address; its variables at their defaults.
fn server(document: &Value) -> Option<String> {
    document["servers"].as_array()?.iter().find_map(|server| {
        let mut url = server["url"].as_str()?.trim_end_matches('/').to_owned();
        for (name, variable) in server["variables"].as_object().into_iter().flatten() {
            url = url.replace(&format!("{{{name}}}"), variable["default"].as_str()?);
        }
        (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
    })
}

/// What a reference leads to.
fn followed<'d>(document: &'d Value, mut value: &'d Value) -> &'d Value {
    for _ in 0..HOPS {
        let target = value["$ref"].as_str().and_then(|at| document.pointer(at.strip_prefix('#')?));
        match target {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// One operation, and where it stands.
struct Place<'d> {
    /// How many more schemas are read for it: a few lines can refer to each other without end.
    left: Cell<usize>,
    document: &'d Value,
    server: &'d str,
    path: &'d str,
    item: &'d Value,
    method: Method,
    operation: &'d Value,
}

impl Place<'_> {
    fn tool(&self) -> Result<HttpTool, String> {
        let mut arguments = Arguments::default();
        let mut url = format!("{}{}", self.server, self.path);
        let mut query = Vec::new();
        let mut headers = self.keys()?;
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().ok_or("a parameter has no name")?;
            let required = parameter["required"] == true;
            let schema = self.schema(&parameter["schema"], DEPTH);
            let slot = arguments.add(name, schema, required, &parameter["description"])?;
            match parameter["in"].as_str() {
                Some("path") => url = url.replace(&format!("{{{name}}}"), &format!("{{{slot}}}")),
                Some("query") => query.push(format!("{name}={{{slot}}}")),
                Some("header") => {
                    let value = Some(format!("{{{slot}}}"));
                    headers.push(Header { name: name.to_owned(), value });
                }
                _ if required => return Err("it needs a cookie".to_owned()),
                _ => arguments.remove(&slot),
            }
        }
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let body = self.body(&mut arguments)?;
        let reads = self.method == Method::Get;
        Ok(HttpTool {
            name: self.name()?,
            purpose: self.purpose(),
            label: String::new(),
            effect: if reads { Effect::Read } else { Effect::Write },
            asks: if reads { Asks::WhenInDoubt } else { Asks::Always },
            needs_verified: !reads,
            parameters: arguments.into_schema(),
            method: self.method,
            url,
            headers,
            body,
            result: Vec::new(),
            trusted: false,
            idempotency_header: None,
            timeout_s: TIMEOUT_S.min(10),
        })
    }

    /// What agents call it: the operation's id, or its method and path.
    fn name(&self) -> Result<String, String> {
        let id = self.operation["operationId"].as_str();
        let words =
            id.map_or_else(|| format!("{} {}", self.method.as_str(), self.path), str::to_owned);
        let mut name = String::new();
        let mut was_small = false;
        for c in words.chars() {
            if c.is_ascii_uppercase() && was_small {
                name.push('_');
            }
            was_small = c.is_ascii_lowercase() || c.is_ascii_digit();
            let c = c.to_ascii_lowercase();
            name.push(if c.is_ascii_alphanumeric() { c } else { '_' });
        }
        let words: Vec<_> = name.split('_').filter(|word| !word.is_empty()).collect();
        let mut name = words.join("_");
        name.truncate(limits::TOOL_NAME_CHARS);
        let name = name.trim_end_matches('_').to_owned();
        if is_tool_name(&name) { Ok(name) } else { Err("its name cannot be used".to_owned()) }
    }

    fn purpose(&self) -> String {
        let said = |field: &str| {
            let text = self.operation[field].as_str().unwrap_or_default();
            one_line(text, limits::PURPOSE_CHARS)
        };
        let all = [said("summary"), said("description")];
        let fallback = format!("{} {}", self.method.as_str(), self.path);
        let found = all.into_iter().find(|text| !text.is_empty());
        found.unwrap_or_else(|| one_line(&fallback, limits::PURPOSE_CHARS))
    }

    /// Parameters of the path and of the operation; the latter's count where both have one.
    fn parameters(&self) -> Vec<&Value> {
        let own = self.operation["parameters"].as_array().into_iter().flatten();
        let shared = self.item["parameters"].as_array().into_iter().flatten();
        let mut all: Vec<&Value> = Vec::new();
        for parameter in own.chain(shared).map(|value| followed(self.document, value)) {
            let same = |other: &&Value| {
                other["name"] == parameter["name"] && other["in"] == parameter["in"]
            };
            if !all.iter().any(same) {
                all.push(parameter);
            }
        }
        all
    }

    /// Secret headers that the document asks for; a key in the query is refused, for it would stand
    /// in logs.
    fn keys(&self) -> Result<Vec<Header>, String> {
        let wanted = match self.operation["security"].as_array() {
            Some(own) => own,
            None => match self.document["security"].as_array() {
                Some(all) => all,
                None => return Ok(Vec::new()),
            },
        };
        let schemes = &self.document["components"]["securitySchemes"];
        let mut why = None;
        for choice in wanted {
            let names: Vec<_> = choice.as_object().into_iter().flatten().map(|(n, _)| n).collect();
            let headers = names.iter().map(|name| {
                let scheme = followed(self.document, &schemes[name.as_str()]);
                match (scheme["type"].as_str(), scheme["in"].as_str()) {
                    (Some("http" | "oauth2" | "openIdConnect"), _) => {
                        Ok("Authorization".to_owned())
                    }
                    (Some("apiKey"), Some("header")) => {
                        Ok(scheme["name"].as_str().unwrap_or("Authorization").to_owned())
                    }
                    _ => Err("its key does not go into a header".to_owned()),
                }
            });
            match headers.collect::<Result<Vec<_>, _>>() {
                Ok(mut names) => {
                    names.dedup();
                    let secret = |name| Header { name, value: None };
                    return Ok(names.into_iter().map(secret).collect());
                }
                Err(unfit) => why = Some(unfit),
            }
        }
        why.map_or(Ok(Vec::new()), Err)
    }

    fn body(&self, arguments: &mut Arguments) -> Result<Option<Body>, String> {
        let described = followed(self.document, &self.operation["requestBody"]);
        let Some(content) = described["content"].as_object() else { return Ok(None) };
        let kinds = [
            ("application/json", Encoding::Json),
            ("application/x-www-form-urlencoded", Encoding::Form),
        ];
        let Some((media, encoding)) =
            kinds.into_iter().find_map(|(kind, encoding)| Some((content.get(kind)?, encoding)))
        else {
            return Err("it takes neither JSON nor a form".to_owned());
        };
        let whole = self.schema(&media["schema"], DEPTH);
        let Some(fields) = whole["properties"].as_object() else {
            return Err("its body is not an object with known fields".to_owned());
        };
        let required = |name: &str| {
            let names = whole["required"].as_array().into_iter().flatten();
            described["required"] == true && names.into_iter().any(|other| other == name)
        };
        let mut template = Map::new();
        for (name, schema) in fields {
            let is_plain = !matches!(schema["type"].as_str(), Some("object" | "array"));
            if encoding == Encoding::Form && !is_plain {
                if required(name) {
                    return Err(format!("the form field {} is not plain", one_line(name, 40)));
                }
                continue;
            }
            let slot = arguments.add(name, schema.clone(), required(name), &Value::Null)?;
            template.insert(name.clone(), Value::from(format!("{{{slot}}}")));
        }
        Ok(Some(Body { encoding, template: Value::Object(template) }))
    }

    /// A schema with its references resolved and only the keywords that are checked here.
    fn schema(&self, schema: &Value, depth: usize) -> Value {
        let schema = followed(self.document, schema);
        let left = self.left.get();
        if depth == 0 || left == 0 {
            return json!({});
        }
        self.left.set(left - 1);
        let mut kept = Map::new();
        // 3.1 writes `["string", "null"]`.
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").cloned(),
            Value::String(kind) => Some(kind.clone().into()),
            _ => schema.get("properties").map(|_| "object".into()),
        };
        kept.extend(kind.map(|kind| ("type".to_owned(), kind)));
        for keyword in ["enum", "minLength", "maxLength", "minimum", "maximum", "required"] {
            kept.extend(schema.get(keyword).map(|value| (keyword.to_owned(), value.clone())));
        }
        if let Some(text) = schema["description"].as_str() {
            kept.insert("description".to_owned(), one_line(text, DESCRIPTION).into());
        }
        if schema.get("items").is_some() {
            kept.insert("items".to_owned(), self.schema(&schema["items"], depth - 1));
        }
        // What is put together of several parts has the fields of all of them.
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let mut fields = Map::new();
        for part in parts {
            let part = self.schema(part, depth - 1);
            kept.entry("type").or_insert_with(|| "object".into());
            fields.extend(part["properties"].as_object().cloned().unwrap_or_default());
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if field["readOnly"] != true {
                fields.insert(name.clone(), self.schema(field, depth - 1));
            }
        }
        if !fields.is_empty() {
            kept.insert("properties".to_owned(), Value::Object(fields));
        }
        let kept = Value::Object(kept);
        if schema::sound(&kept).is_ok() { kept } else { json!({}) }
    }
}

/// The arguments of a tool so far.
#[derive(Default)]
struct Arguments {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Arguments {
    /// Adds one under a name that a placeholder can have; answers that name.
    fn add(
        &mut self,
        name: &str,
        mut schema: Value,
        required: bool,
        description: &Value,
    ) -> Result<String, String> {
        let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let slot: String = name.chars().map(word).collect();
        let slot = slot.trim_matches('_').to_owned();
        let is_name = slot.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_name || slot.len() > limits::TOOL_NAME_CHARS || self.properties.contains_key(&slot) {
            return Err(format!("{} cannot be an argument", one_line(name, 40)));
        }
        if let (Some(text), Some(schema)) = (description.as_str(), schema.as_object_mut()) {
            schema.insert("description".to_owned(), one_line(text, DESCRIPTION).into());
        }
        self.properties.insert(slot.clone(), schema);
        if required {
            self.required.push(slot.clone().into());
        }
        Ok(slot)
    }

    fn remove(&mut self, slot: &str) {
        self.properties.remove(slot);
    }

    fn into_schema(self) -> Value {
        json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r##"
openapi: 3.1.0
info: { title: Shop }
servers: [{ url: "https://{region}.shop.example/v2/", variables: { region: { default: eu } } }]
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Shop-Key } }
  schemas:
    Address: { type: object, required: [city], properties: { city: { type: [string, "null"] } } }
paths:
  /orders/{order-id}:
    parameters: [{ name: order-id, in: path, required: true, schema: { type: string, pattern: "^A" } }]
    get:
      operationId: getOrder
      summary: Reads an order.
      parameters: [{ name: expand, in: query, description: What else, schema: { type: string } }]
    patch:
      summary: Changes where it goes.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [address]
              properties:
                address: { $ref: "#/components/schemas/Address" }
                id: { type: string, readOnly: true }
  /files:
    post: { operationId: upload, requestBody: { content: { image/png: {} } } }
"##;

    #[test]
    fn each_operation_becomes_a_tool() {
        let read = read(SHOP).expect("a document");
        assert_eq!(read.title, "Shop");
        let names: Vec<_> = read.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["get_order", "patch_orders_order_id"]);
        let get = &read.tools[0];
        assert_eq!(get.url, "https://eu.shop.example/v2/orders/{order_id}?expand={expand}");
        assert_eq!(get.headers, [Header { name: "X-Shop-Key".to_owned(), value: None }]);
        assert_eq!(
            (get.effect, get.asks, get.needs_verified),
            (Effect::Read, Asks::WhenInDoubt, false)
        );
        assert_eq!(get.parameters["required"], json!(["order_id"]));
        assert_eq!(get.parameters["properties"]["expand"]["description"], "What else");
        let patch = &read.tools[1];
        assert_eq!(
            patch.body.as_ref().expect("a body").template,
            json!({ "address": "{address}" })
        );
        let address = &patch.parameters["properties"]["address"];
        assert_eq!(address["properties"]["city"]["type"], "string");
        assert_eq!((patch.effect, patch.asks), (Effect::Write, Asks::Always));
        assert_eq!(read.left_out.len(), 1);
        assert_eq!(read.left_out[0].operation, "POST /files");
    }

    #[test]
    fn what_is_no_document_is_told() {
        let check =
            |text: &str, expected: Unreadable| assert_eq!(read(text), Err(expected), "{text}");
        check("{}", Unreadable::Kind);
        check("swagger: '2.0'\npaths: {}", Unreadable::Kind);
        check(r#"{"openapi":"3.0.0","paths":{}}"#, Unreadable::Server);
        check(r#"{"openapi":"3.0.0","paths":{},"servers":[{"url":"/v1"}]}"#, Unreadable::Server);
        assert!(matches!(read("a: [b"), Err(Unreadable::Syntax(_))));
    }

    #[test]
    fn a_document_that_refers_to_itself_ends() {
        let document = json!({
            "openapi": "3.0.0", "servers": [{ "url": "https://a.example" }],
            "components": { "schemas": {
                "Loop": { "$ref": "#/components/schemas/Loop" },
                "Tree": { "type": "object", "properties": { "child": { "$ref": "#/components/schemas/Tree" } } },
            } },
            "paths": { "/a": {
                "get": { "parameters": [{ "$ref": "#/paths/~1a/get/parameters/0" }] },
                "post": { "requestBody": { "content": { "application/json": { "schema": {
                    "$ref": "#/components/schemas/Tree" } } } } },
                "put": { "requestBody": { "content": { "application/json": { "schema": {
                    "$ref": "#/components/schemas/Loop" } } } } },
            } },
        });
        let read = read(&document.to_string()).expect("a document");
        assert_eq!(read.tools.len(), 1, "{read:?}");
        assert_eq!(read.left_out.len(), 2, "{read:?}");

        let many: Map<_, _> = (0..200)
            .map(|n| (format!("f{n}"), json!({ "$ref": "#/components/schemas/T" })))
            .collect();
        let document = json!({
            "openapi": "3.0.0", "servers": [{ "url": "https://a.example" }],
            "components": { "schemas": { "T": { "type": "object", "properties": many } } },
            "paths": { "/a": { "post": { "requestBody": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/T" } } } } } } },
        });
        let read = super::read(&document.to_string()).expect("a document");
        assert!(read.tools.iter().all(|tool| tool.parameters.to_string().len() < 100_000));
    }
}
