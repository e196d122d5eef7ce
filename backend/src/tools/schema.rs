//! Checks a tool's arguments against its JSON Schema before it is called.
//!
//! It knows the keywords that tools here use and no more; a schema with another keyword is a fault
//! of the tool, found by a test. A general validator would be the larger part of this room's code
//! for a dozen flat objects.

use serde_json::{Map, Value};

/// Largest arguments, in bytes of JSON.
pub const ARGS_BYTES: usize = 8 * 1024;

/// Keywords that [`check`] honours or that only describe.
pub const KEYWORDS: [&str; 11] = [
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
];

/// Checks `args` against `schema`: the first fault, for the one who called.
pub fn check(schema: &Value, args: &Value) -> Result<(), String> {
    if !args.is_object() {
        return Err("arguments must be a JSON object".to_owned());
    }
    let bytes = args.to_string().len();
    if bytes > ARGS_BYTES {
        return Err(format!("arguments have {bytes} bytes; at most {ARGS_BYTES} are taken"));
    }
    value("arguments", schema, args)
}

/// How deep a schema may be.
const DEPTH: usize = 12;

/// Whether [`check`] honours all that `schema` says; if not, what it does not know.
pub fn sound(schema: &Value) -> Result<(), String> {
    sound_within(schema, DEPTH)
}

fn sound_within(schema: &Value, depth: usize) -> Result<(), String> {
    let Some(fields) = schema.as_object() else {
        return Err("a schema is an object".to_owned());
    };
    if depth == 0 {
        return Err(format!("a schema has at most {DEPTH} levels"));
    }
    for (keyword, value) in fields {
        let fits = match keyword.as_str() {
            "type" => value.as_str().is_some_and(|kind| TYPES.contains(&kind)),
            "description" => value.is_string(),
            "properties" | "items" => value.is_object(),
            "required" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            "additionalProperties" => value.is_boolean(),
            "enum" => value.is_array(),
            "minLength" | "maxLength" => value.is_u64(),
            "minimum" | "maximum" => value.is_number(),
            _ => {
                let keyword: String = keyword.chars().take(40).collect();
                return Err(format!("`{keyword}` is not known here"));
            }
        };
        if !fits {
            return Err(format!("`{keyword}` has a value that it cannot have"));
        }
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(_, schema)| schema)
        .chain(fields.get("items"))
        .try_for_each(|schema| sound_within(schema, depth - 1))
}

/// Types that a value can have.
const TYPES: [&str; 7] = ["object", "array", "string", "boolean", "integer", "number", "null"];

fn value(place: &str, schema: &Value, given: &Value) -> Result<(), String> {
    if let Some(wanted) = schema["type"].as_str()
        && !is_of_type(given, wanted)
    {
        return Err(format!("{place} must be of type {wanted}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(given)
    {
        let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
        return Err(format!("{place} must be one of {}", allowed.join(", ")));
    }
    match given {
        Value::String(text) => string(place, schema, text),
        Value::Number(number) => self::number(place, schema, number),
        Value::Object(fields) => object(place, schema, fields),
        Value::Array(items) => {
            items.iter().try_for_each(|item| value(place, &schema["items"], item))
        }
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn is_of_type(given: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => given.is_object(),
        "array" => given.is_array(),
        "string" => given.is_string(),
        "boolean" => given.is_boolean(),
        // What does not fit 64 bits is refused here and need not be feared further on.
        "integer" => given.is_i64(),
        "number" => given.is_number(),
        "null" => given.is_null(),
        _ => false,
    }
}

fn string(place: &str, schema: &Value, text: &str) -> Result<(), String> {
    let length = text.chars().count() as u64;
    match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        (Some(min), _) if length < min => Err(format!("{place} needs at least {min} characters")),
        (_, Some(max)) if length > max => Err(format!("{place} has more than {max} characters")),
        _ => Ok(()),
    }
}

fn number(place: &str, schema: &Value, given: &serde_json::Number) -> Result<(), String> {
    let beyond = |limit: &Value, order: std::cmp::Ordering| {
        if let (Some(limit), Some(given)) = (limit.as_i64(), given.as_i64()) {
            return given.cmp(&limit) == order;
        }
        limit.as_f64().zip(given.as_f64()).is_some_and(|(l, g)| g.total_cmp(&l) == order)
    };
    if beyond(&schema["minimum"], std::cmp::Ordering::Less) {
        return Err(format!("{place} must be at least {}", schema["minimum"]));
    }
    if beyond(&schema["maximum"], std::cmp::Ordering::Greater) {
        return Err(format!("{place} must be at most {}", schema["maximum"]));
    }
    Ok(())
}

fn object(place: &str, schema: &Value, given: &Map<String, Value>) -> Result<(), String> {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !given.contains_key(name) {
            return Err(format!("{place} must have `{name}`"));
        }
    }
    for (name, given) in given {
        match schema["properties"].get(name) {
            Some(schema) => value(&format!("`{name}`"), schema, given)?,
            None if schema["additionalProperties"] == false => {
                let name: String = name.chars().take(40).collect();
                return Err(format!("{place} may not have `{name}`"));
            }
            None => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "order": {"type": "string", "minLength": 1, "maxLength": 5},
                "amount": {"type": "integer", "minimum": 1, "maximum": 100},
                "kind": {"enum": ["a", "b"]},
                "tags": {"type": "array", "items": {"type": "string", "maxLength": 2}},
            },
            "required": ["order"],
            "additionalProperties": false,
        })
    }

    #[test]
    fn arguments_are_checked() {
        let check = |args: Value, fault: Option<&str>| {
            let outcome = check(&schema(), &args);
            assert_eq!(outcome.as_ref().err().map(String::as_str), fault, "{args}");
        };
        check(json!({"order": "A1"}), None);
        check(json!({"order": "äöüßé", "amount": 100, "kind": "a", "tags": ["x"]}), None);
        check(json!({}), Some("arguments must have `order`"));
        check(json!([]), Some("arguments must be a JSON object"));
        check(json!("A1"), Some("arguments must be a JSON object"));
        check(Value::Null, Some("arguments must be a JSON object"));
        check(json!({"order": 1}), Some("`order` must be of type string"));
        check(json!({"order": null}), Some("`order` must be of type string"));
        check(json!({"order": ""}), Some("`order` needs at least 1 characters"));
        check(json!({"order": "123456"}), Some("`order` has more than 5 characters"));
        check(json!({"order": "A", "amount": 0}), Some("`amount` must be at least 1"));
        check(json!({"order": "A", "amount": -1}), Some("`amount` must be at least 1"));
        check(json!({"order": "A", "amount": 101}), Some("`amount` must be at most 100"));
        check(json!({"order": "A", "amount": 1.5}), Some("`amount` must be of type integer"));
        check(json!({"order": "A", "amount": "5"}), Some("`amount` must be of type integer"));
        check(json!({"order": "A", "amount": u64::MAX}), Some("`amount` must be of type integer"));
        check(json!({"order": "A", "kind": "c"}), Some(r#"`kind` must be one of "a", "b""#));
        check(json!({"order": "A", "tags": ["xyz"]}), Some("`tags` has more than 2 characters"));
        check(json!({"order": "A", "payee": "me"}), Some("arguments may not have `payee`"));
    }

    #[test]
    fn a_schema_that_would_not_be_honoured_is_refused() {
        let check = |schema: Value, fine: bool| {
            assert_eq!(sound(&schema).is_ok(), fine, "{schema}");
        };
        check(schema(), true);
        check(json!({}), true);
        check(json!([]), false);
        check(json!({ "type": ["string", "null"] }), false);
        check(json!({ "pattern": "^a" }), false);
        check(json!({ "properties": { "a": { "minLength": -1 } } }), false);
        check(json!({ "items": { "required": [1] } }), false);
        let deep = (0..40).fold(json!({}), |inner, _| json!({ "items": inner }));
        check(deep, false);
    }

    #[test]
    fn size_comes_first() {
        let huge = json!({"order": "x".repeat(ARGS_BYTES)});
        assert!(check(&schema(), &huge).is_err_and(|fault| fault.contains("bytes")));
    }

    proptest! {
        #[test]
        fn no_fault_repeats_what_was_given(name in "[^`]{0,400}", text in ".{6,400}") {
            for args in [json!({ "order": text }), json!({ "order": "A", name: text })] {
                let fault = check(&schema(), &args).expect_err("it is wrong");
                prop_assert!(fault.chars().count() < 120, "{fault}");
            }
        }
    }
}
