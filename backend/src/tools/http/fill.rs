//! Placeholders filled in.

use serde_json::Value;
use shared::{
    message::Assurance,
    tool::template::{Bound, Part, only_slot, parts},
};

use crate::tools::Context;

/// What placeholders stand for in one call.
pub(in crate::tools) struct Values<'a> {
    pub(in crate::tools) context: &'a Context,
    pub(in crate::tools) args: &'a Value,
}

impl Values<'_> {
    /// What stands for `{name}`; `None` if there is nothing.
    pub(in crate::tools) fn of(&self, name: &str) -> Option<Value> {
        let Some(bound) = Bound::named(name) else {
            return self.args.get(name).filter(|value| !value.is_null()).cloned();
        };
        let Context { conversation, call, visitor, .. } = self.context;
        let signed = |value: &Option<String>| {
            value.clone().filter(|_| visitor.assurance == Assurance::Verified)
        };
        let text = match bound {
            Bound::Visitor => Some(visitor.id.to_string()),
            Bound::Customer => signed(&visitor.customer),
            Bound::Email => signed(&visitor.email),
            Bound::Conversation => Some(conversation.to_string()),
            Bound::Call => Some(call.to_string()),
        };
        text.map(Value::from)
    }

    /// A text with its placeholders filled in, each by `write`; the name of the first one for which
    /// there is nothing, if there is one.
    pub(in crate::tools) fn text<'t>(
        &self,
        text: &'t str,
        mut write: impl FnMut(&str, &mut String),
    ) -> Result<String, &'t str> {
        let mut filled = String::new();
        for part in parts(text) {
            match part {
                Part::Text(plain) => filled.push_str(plain),
                Part::Slot(name) => write(&plain(&self.of(name).ok_or(name)?), &mut filled),
            }
        }
        Ok(filled)
    }

    /// JSON with the placeholders in its texts filled in; `None` where it is nothing but a
    /// placeholder for which there is nothing.
    pub(in crate::tools) fn json(&self, template: &Value) -> Option<Value> {
        let filled = match template {
            Value::String(text) => {
                if let Some(name) = only_slot(text) {
                    return self.of(name);
                }
                let filled = parts(text).map(|part| match part {
                    Part::Text(text) => text.to_owned(),
                    Part::Slot(name) => self.of(name).as_ref().map(plain).unwrap_or_default(),
                });
                Value::String(filled.collect())
            }
            Value::Array(items) => items.iter().filter_map(|item| self.json(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                let filled =
                    fields.filter_map(|(name, field)| Some((name.clone(), self.json(field)?)));
                Value::Object(filled.collect())
            }
            other => other.clone(),
        };
        Some(filled)
    }
}

/// A value as a text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
