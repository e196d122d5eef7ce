//! The schema of a stranger's tool in the words that Baton checks arguments by
//! ([`schema`](crate::tools::schema)) and that every provider of models takes. What those words
//! cannot say is left to the server, and told to the administrator.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shared::limits;

use crate::tools::schema::KEYWORDS;

/// A schema in Baton's words.
pub(super) struct Tamed {
    /// The schema.
    pub(super) schema: Value,
    /// The keywords that were left out and would have bound an argument.
    pub(super) unchecked: Vec<String>,
}

/// Keywords that only describe.
const DESCRIBE: [&str; 12] = [
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$comment",
    "title",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
];
/// How deep is looked; what is deeper is not sound for Baton anyway.
const DEPTH: usize = 24;
/// Most places of a schema that are looked at: a definition can be named in many.
const PLACES: usize = 2_000;
/// Most bytes of words that are taken over: a long description can be named in many places, too.
const BYTES: usize = 4 * limits::SCHEMA_BYTES;

/// `schema` in Baton's words.
pub(super) fn tame(schema: &Value) -> Tamed {
    let mut tamer =
        Tamer { root: schema, unchecked: BTreeSet::new(), places: PLACES, bytes: BYTES };
    let mut tamed = tamer.tame(schema, DEPTH);
    if let Some(fields) = tamed.as_object_mut() {
        // A tool without arguments may say nothing at all.
        fields.entry("type").or_insert_with(|| "object".into());
        fields.entry("properties").or_insert_with(|| json!({}));
        if schema.get("additionalProperties").is_none() {
            // What nobody has described, an administrator has not seen.
            fields.insert("additionalProperties".to_owned(), false.into());
        }
    }
    Tamed { schema: tamed, unchecked: tamer.unchecked.into_iter().collect() }
}

/// How many bytes of a place are taken over as they are.
fn words(fields: &Map<String, Value>) -> usize {
    let properties = fields.get("properties").and_then(Value::as_object);
    let names: usize = properties.into_iter().flat_map(Map::keys).map(String::len).sum();
    let is_plain = |keyword: &str| {
        keyword == "const"
            || (KEYWORDS.contains(&keyword) && !["properties", "items"].contains(&keyword))
    };
    let plain = fields.iter().filter(|(keyword, _)| is_plain(keyword));
    names + plain.map(|(_, value)| value.to_string().len()).sum::<usize>()
}

struct Tamer<'a> {
    root: &'a Value,
    unchecked: BTreeSet<String>,
    places: usize,
    bytes: usize,
}

impl<'a> Tamer<'a> {
    fn tame(&mut self, schema: &'a Value, depth: usize) -> Value {
        let Some(fields) = schema.as_object() else { return json!({}) };
        self.places = self.places.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(words(fields));
        if depth == 0 || self.places == 0 || self.bytes == 0 {
            self.unchecked.insert("what is too deep".to_owned());
            return json!({});
        }
        if let Some(to) = fields.get("$ref").and_then(Value::as_str) {
            return self.follow(to, fields, depth);
        }
        let mut tamed = Map::new();
        for (keyword, value) in fields {
            self.keyword(keyword, value, &mut tamed, depth);
        }
        Value::Object(tamed)
    }

    /// What stands where a reference leads, with the description that stands beside the reference.
    fn follow(&mut self, to: &str, beside: &'a Map<String, Value>, depth: usize) -> Value {
        let root = self.root;
        let target = to.strip_prefix('#').and_then(|at| root.pointer(at));
        let mut tamed = if let Some(target) = target {
            self.tame(target, depth - 1)
        } else {
            self.unchecked.insert("$ref".to_owned());
            json!({})
        };
        if let (Some(text), Some(fields)) = (beside.get("description"), tamed.as_object_mut()) {
            fields.insert("description".to_owned(), text.clone());
        }
        tamed
    }

    fn keyword(
        &mut self,
        keyword: &str,
        value: &'a Value,
        into: &mut Map<String, Value>,
        depth: usize,
    ) {
        let value = match (keyword, value) {
            ("properties", Value::Object(all)) => {
                let tamed = all.iter().map(|(name, of)| (name.clone(), self.tame(of, depth - 1)));
                Some(Value::Object(tamed.collect()))
            }
            ("items", Value::Object(_)) => Some(self.tame(value, depth - 1)),
            ("type", Value::Array(kinds)) => {
                let kinds: Vec<_> = kinds.iter().filter(|kind| *kind != "null").collect();
                let only = kinds.first().filter(|_| kinds.len() == 1).map(|kind| (*kind).clone());
                if only.is_none() {
                    self.unchecked.insert("several types".to_owned());
                }
                only
            }
            ("const", value) => {
                into.insert("enum".to_owned(), json!([value]));
                None
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(all)) => {
                // What may be missing is said so by many: something, or nothing.
                let some: Vec<_> = all.iter().filter(|one| one["type"] != "null").collect();
                if let [one] = some.as_slice()
                    && let Value::Object(tamed) = self.tame(one, depth - 1)
                {
                    for (keyword, value) in tamed {
                        into.entry(keyword).or_insert(value);
                    }
                } else {
                    self.unchecked.insert(keyword.to_owned());
                }
                None
            }
            ("additionalProperties", Value::Object(_)) => {
                self.unchecked.insert(keyword.to_owned());
                None
            }
            _ if KEYWORDS.contains(&keyword) => Some(value.clone()),
            _ => {
                if !DESCRIBE.contains(&keyword) {
                    self.unchecked.insert(keyword.chars().take(40).collect());
                }
                None
            }
        };
        if let Some(value) = value {
            into.insert(keyword.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::schema;

    #[test]
    fn what_others_write_becomes_what_baton_checks() {
        let check = |theirs: Value, ours: Value, left_out: &[&str]| {
            let tamed = tame(&json!({ "type": "object", "properties": { "a": theirs.clone() } }));
            assert_eq!(tamed.schema["properties"]["a"], ours, "{theirs}");
            assert_eq!(tamed.unchecked, left_out, "{theirs}");
            assert_eq!(schema::sound(&tamed.schema), Ok(()), "{theirs}");
        };
        // As FastMCP, the TypeScript SDK and rmcp write them.
        check(
            json!({ "anyOf": [{ "type": "string", "maxLength": 3 }, { "type": "null" }], "default": null, "title": "A" }),
            json!({ "type": "string", "maxLength": 3 }),
            &[],
        );
        check(
            json!({ "type": ["integer", "null"], "format": "int32" }),
            json!({ "type": "integer" }),
            &["format"],
        );
        check(json!({ "const": "x" }), json!({ "enum": ["x"] }), &[]);
        check(
            json!({ "type": "string", "pattern": "^(a+)+$" }),
            json!({ "type": "string" }),
            &["pattern"],
        );
        check(
            json!({ "oneOf": [{ "type": "string" }, { "type": "number" }] }),
            json!({}),
            &["oneOf"],
        );
        check(json!({ "type": ["string", "number"] }), json!({}), &["several types"]);
        check(
            json!({ "type": "array", "items": { "enum": [1, 2] }, "minItems": 1 }),
            json!({ "type": "array", "items": { "enum": [1, 2] } }),
            &["minItems"],
        );
        check(
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            json!({ "type": "object" }),
            &["additionalProperties"],
        );
        check(json!({ "$ref": "https://evil.example/x" }), json!({}), &["$ref"]);
        check(json!(true), json!({}), &[]);
    }

    #[test]
    fn references_are_followed_and_never_for_ever() {
        let tamed = tame(&json!({
            "type": "object", "$schema": "x", "required": ["to"],
            "properties": { "to": { "$ref": "#/$defs/Place", "description": "Where to." } },
            "$defs": { "Place": { "type": "object", "title": "Place", "description": "A place.",
                                  "properties": { "zip": { "type": "string" } } } },
        }));
        let place = json!({ "type": "object", "description": "Where to.",
                            "properties": { "zip": { "type": "string" } } });
        assert_eq!(
            tamed.schema,
            json!({ "type": "object", "required": ["to"],
                                         "properties": { "to": place }, "additionalProperties": false })
        );
        assert!(tamed.unchecked.is_empty(), "{:?}", tamed.unchecked);
        let round = tame(&json!({ "type": "object", "properties": { "a": { "$ref": "#" } } }));
        assert_eq!(round.unchecked, ["what is too deep"]);
        // Each names the one before twice: a billion places.
        let mut defs = Map::new();
        for n in 1..31 {
            let to = json!({ "$ref": format!("#/$defs/d{}", n - 1) });
            defs.insert(format!("d{n}"), json!({ "properties": { "a": to, "b": to } }));
        }
        let bomb =
            tame(&json!({ "properties": { "a": { "$ref": "#/$defs/d30" } }, "$defs": defs }));
        assert!(bomb.schema.to_string().len() < 200_000, "{}", bomb.schema.to_string().len());
        let none = json!({ "type": "object", "properties": {}, "additionalProperties": false });
        assert_eq!(tame(&json!({})).schema, none);
        assert_eq!(tame(&Value::Null).schema, none);
    }
}
