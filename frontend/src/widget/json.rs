//! JSON without a parser of our own: the browser has one, and knows no Rust types.
//!
//! Reading goes through [`Json`], so that what reads can be held against `serde` in tests: there
//! the same code reads a `serde_json::Value`. Writing is a few lines.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A JSON value. What is not there reads like `null`.
pub trait Json: Sized {
    /// The member `name` of an object.
    fn get(&self, name: &str) -> Self;
    /// The text that it is.
    fn text(&self) -> Option<String>;
    /// The number that it is, rounded towards zero.
    fn number(&self) -> Option<i64>;
    /// Whether it is `true`.
    fn is_true(&self) -> bool;
    /// The items of an array.
    fn items(&self) -> Vec<Self>;
}

impl Json for JsValue {
    fn get(&self, name: &str) -> Self {
        Reflect::get(self, &name.into()).unwrap_or(JsValue::NULL)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too large is no valid number here"
    )]
    fn number(&self) -> Option<i64> {
        self.as_f64().map(|number| number as i64)
    }

    fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }

    fn items(&self) -> Vec<Self> {
        self.dyn_ref::<Array>().map(|array| array.iter().collect()).unwrap_or_default()
    }
}

/// Reads `text` by the browser's parser; what is no JSON is `null`.
pub fn parse(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap_or(JsValue::NULL)
}

/// An object that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object(String);

impl Object {
    /// One without members.
    pub fn new() -> Self {
        Self("{".to_owned())
    }

    /// With a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.raw(name, &quoted(value))
    }

    /// With a text, if there is one.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// With a number.
    #[must_use]
    pub fn number(self, name: &str, value: u64) -> Self {
        self.raw(name, &value.to_string())
    }

    /// With what is JSON already.
    #[must_use]
    pub fn raw(mut self, name: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// The whole.
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// An array of what is JSON already.
pub fn array(items: impl Iterator<Item = String>) -> String {
    let mut out = "[".to_owned();
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&item);
    }
    out.push(']');
    out
}

/// `text` as JSON (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\x1f' => {
                out.push_str("\\u00");
                for digit in [u32::from(c) >> 4, u32::from(c) & 15] {
                    out.extend(char::from_digit(digit, 16));
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    impl Json for Value {
        fn get(&self, name: &str) -> Self {
            Value::get(self, name).cloned().unwrap_or_default()
        }

        fn text(&self) -> Option<String> {
            self.as_str().map(str::to_owned)
        }

        fn number(&self) -> Option<i64> {
            self.as_i64()
        }

        fn is_true(&self) -> bool {
            self.as_bool() == Some(true)
        }

        fn items(&self) -> Vec<Self> {
            self.as_array().cloned().unwrap_or_default()
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(name in ".*", text in ".*", number: u64) {
            let part = Object::new().number("n", number).end();
            let written = Object::new()
                .text("t", &text)
                .maybe(&format!("x{name}"), Some(&name))
                .maybe("absent", None)
                .raw("a", &array([part.clone(), part].into_iter()))
                .end();
            let part = json!({ "n": number });
            let meant = json!({ "t": text, format!("x{name}"): name, "a": [part, part] });
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), meant);
        }
    }

    #[test]
    fn nothing_is_written_too() {
        assert_eq!(Object::new().end(), "{}");
        assert_eq!(array(std::iter::empty()), "[]");
    }
}
