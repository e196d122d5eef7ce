//! A connection as it stands in its form.

use shared::{
    api::{Connection, OfferedModel, SaveConnection},
    model::{Price, Protocol},
};

use super::super::super::price;

/// A connection as it stands in its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub protocol: Protocol,
    pub base_url: String,
    /// A new key; the old one stays while this is empty.
    pub key: String,
    pub models: Vec<Row>,
}

/// A model of it, with prices as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub name: String,
    pub input: String,
    pub cached: String,
    pub output: String,
}

impl Draft {
    /// A connection that is yet to be made.
    pub fn new(protocol: Protocol) -> Self {
        Self {
            name: protocol_name(protocol).to_owned(),
            protocol,
            base_url: protocol.home().unwrap_or_default().to_owned(),
            key: String::new(),
            models: vec![Row::default()],
        }
    }

    /// As the server has it.
    pub fn of(connection: &Connection) -> Self {
        let row = |model: &OfferedModel| Row {
            name: model.name.clone(),
            input: price::write(model.price.input),
            cached: model.price.cached.map(price::write).unwrap_or_default(),
            output: price::write(model.price.output),
        };
        Self {
            name: connection.name.clone(),
            protocol: connection.protocol,
            base_url: connection.base_url.clone(),
            key: String::new(),
            models: connection.models.iter().map(row).collect(),
        }
    }

    /// Speaks another protocol; an address that was the old one's own becomes the new one's.
    pub fn speak(&mut self, protocol: Protocol) {
        if self.base_url.is_empty() || Some(self.base_url.as_str()) == self.protocol.home() {
            protocol.home().unwrap_or_default().clone_into(&mut self.base_url);
        }
        if self.name.is_empty() || self.name == protocol_name(self.protocol) {
            protocol_name(protocol).clone_into(&mut self.name);
        }
        self.protocol = protocol;
    }

    /// What is sent; or the field that cannot be read, and why.
    pub fn body(&self) -> Result<SaveConnection, (String, String)> {
        let mut models = Vec::new();
        for (i, row) in self.models.iter().enumerate() {
            let read = |typed: &str| {
                let wrong = "Write a price like 2.50 for a million tokens.";
                price::read(typed).ok_or((format!("models[{i}].price"), wrong.to_owned()))
            };
            let cached = if row.cached.trim().is_empty() { None } else { Some(read(&row.cached)?) };
            let price = Price { input: read(&row.input)?, cached, output: read(&row.output)? };
            models.push(OfferedModel { name: row.name.trim().to_owned(), price });
        }
        let key = self.key.trim();
        Ok(SaveConnection {
            name: self.name.trim().to_owned(),
            protocol: self.protocol,
            base_url: self.base_url.trim().to_owned(),
            key: (!key.is_empty()).then(|| key.to_owned()),
            models,
        })
    }
}

/// What people call a protocol.
pub fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenaiResponses => "OpenAI",
        Protocol::OpenaiChat => "OpenAI (Chat Completions)",
        Protocol::OpenaiCompatible => "OpenAI-compatible server",
        Protocol::Anthropic => "Anthropic",
        Protocol::Gemini => "Google Gemini",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_protocol_brings_its_own_address_but_keeps_a_typed_one() {
        let mut draft = Draft::new(Protocol::OpenaiResponses);
        draft.speak(Protocol::Anthropic);
        assert_eq!(
            (draft.name.as_str(), draft.base_url.as_str()),
            ("Anthropic", "https://api.anthropic.com")
        );
        draft.base_url = "https://proxy.example".to_owned();
        draft.name = "Ours".to_owned();
        draft.speak(Protocol::OpenaiCompatible);
        assert_eq!(
            (draft.name.as_str(), draft.base_url.as_str()),
            ("Ours", "https://proxy.example")
        );
    }

    #[test]
    fn a_price_that_is_none_is_named() {
        let mut draft = Draft::new(Protocol::Gemini);
        draft.models =
            vec![Row { name: " g ".to_owned(), input: "0.3".to_owned(), ..Row::default() }];
        let body = draft.body().unwrap();
        assert_eq!((body.models[0].name.as_str(), body.models[0].price.input), ("g", 300_000));
        assert_eq!((body.models[0].price.cached, body.key), (None, None));
        draft.models[0].output = "cheap".to_owned();
        assert_eq!(draft.body().unwrap_err().0, "models[0].price");
    }
}
