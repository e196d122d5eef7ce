//! From an answer to what an agent learns: what was asked for, and never more than a little.

use serde_json::{Map, Value, json};
use shared::tool::Pick;

use super::fill::plain;
use crate::tools::text::one_line;

/// Longest words of a server that are repeated, in characters.
pub(in crate::tools) const SAID: usize = 300;
/// Largest result, in bytes of JSON.
const RESULT_BYTES: usize = 8 * 1024;
/// Most entries of a list that are looked at.
const ENTRIES: usize = 50;
/// Longest fact, in characters.
const FACT: usize = 200;

/// What `picks` take out of an answer, and what of it are facts. All of the answer if they are none.
pub(in crate::tools) fn picked(picks: &[Pick], text: &str) -> (Value, Vec<(String, String)>) {
    let Ok(answer) = serde_json::from_str::<Value>(text) else {
        let result = match picks {
            [] => within(json!({ "text": text })),
            // What was not asked for is not taken, whatever it is.
            _ => json!({ "error": "not_json", "message": "The answer is not what was expected." }),
        };
        return (result, Vec::new());
    };
    if picks.is_empty() {
        return (within(answer), Vec::new());
    }
    let (mut result, mut facts) = (Map::new(), Vec::new());
    for pick in picks {
        let path: Vec<_> = pick.at.split('/').skip(1).collect();
        let found = at(&answer, &path).unwrap_or(Value::Null);
        if pick.fact && !(found.is_null() || found.is_object() || found.is_array()) {
            facts.push((pick.name.clone(), one_line(&plain(&found), FACT)));
        }
        result.insert(pick.name.clone(), found);
    }
    (within(Value::Object(result)), facts)
}

/// What stands at a JSON Pointer (RFC 6901) in which `*` stands for each entry of a list.
fn at(value: &Value, path: &[&str]) -> Option<Value> {
    let Some((step, rest)) = path.split_first() else { return Some(value.clone()) };
    match value {
        Value::Array(items) if *step == "*" => {
            let found = items.iter().take(ENTRIES).filter_map(|item| at(item, rest));
            Some(found.collect())
        }
        Value::Array(items) => at(items.get(step.parse::<usize>().ok()?)?, rest),
        Value::Object(fields) => at(fields.get(&step.replace("~1", "/").replace("~0", "~"))?, rest),
        _ => None,
    }
}

/// The value, or its beginning if it is too much for a model to read.
fn within(value: Value) -> Value {
    let text = value.to_string();
    if text.len() <= RESULT_BYTES {
        return value;
    }
    let mut end = RESULT_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    json!({ "cut_off": true, "beginning": &text[..end] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_taken() {
        let text = r#"{"data":[{"id":"p1","n":1,"a/b":true},{"id":"p2"}],"card":"4111"}"#;
        let check = |at: &str, expected: Value| {
            let pick = Pick { name: "x".to_owned(), at: at.to_owned(), fact: true };
            let (result, facts) = picked(&[pick], text);
            assert_eq!(result["x"], expected, "{at}");
            assert_eq!(facts.is_empty(), expected.is_null() || expected.is_array(), "{at}");
        };
        check("/data/0/id", json!("p1"));
        check("/data/*/id", json!(["p1", "p2"]));
        check("/data/*/n", json!([1]));
        check("/data/0/a~1b", json!(true));
        check("/data/2/id", Value::Null);
        check("/data/x/id", Value::Null);
        check("/card/x", Value::Null);
        assert_eq!(picked(&[], "no JSON").0, json!({ "text": "no JSON" }));
        let pick = Pick { name: "x".to_owned(), at: "/x".to_owned(), fact: true };
        let (result, _) = picked(&[pick], "<html>4111</html>");
        assert_eq!(result["error"], "not_json");
        let long = "ä".repeat(RESULT_BYTES);
        let (result, _) = picked(&[], &long);
        assert_eq!(result["cut_off"], true);
    }
}
