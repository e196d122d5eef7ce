//! From a tool and its arguments to the request. Arguments are a model's words: none of them can
//! change which server is called, which path of it beyond their own place, or a header's line.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header};
use serde_json::Value;
use shared::{
    message::Assurance,
    tool::{Encoding, HttpTool, template},
};

use super::{
    Secrets,
    fill::{Values, plain},
};
use crate::{hex::hex, tools::Context};

/// What stands for a secret wherever people read.
pub(super) const SECRET: &str = "••••••";

/// A request as people may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// How.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// Names and values, secrets covered.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<String>,
}

/// Why a request cannot be made of these arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The site has not signed for the visitor.
    #[error("This needs a visitor for whom the site has signed.")]
    Unverified,
    /// Something in the address is missing.
    #[error("{0} is missing.")]
    Missing(String),
    /// An argument cannot stand where it would.
    #[error("{0} cannot be used here.")]
    Argument(String),
    /// A secret header has no value.
    #[error("The header {0} has no value; an administrator must enter it.")]
    Secret(String),
    /// What comes out is no address.
    #[error("The address cannot be used.")]
    Address,
}

impl Unfit {
    /// The same for a model.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unverified => "needs_verified",
            Self::Missing(_) | Self::Argument(_) => "bad_arguments",
            Self::Secret(_) | Self::Address => "not_set_up",
        }
    }
}

/// The request, and the same as people may read it.
pub(super) fn make(
    tool: &HttpTool,
    secrets: &Secrets,
    context: &Context,
    args: &Value,
) -> Result<(Request<Bytes>, Sent), Unfit> {
    if tool.needs_verified && context.visitor.assurance != Assurance::Verified {
        return Err(Unfit::Unverified);
    }
    let values = Values { context, args };
    whose(tool, &values)?;
    let url = address(&tool.url, &values)?;
    let mut request = Request::builder().method(tool.method.as_str()).uri(&url);
    let mut shown = Vec::new();
    for (name, value) in headers(tool, secrets, &values)? {
        let header = HeaderName::try_from(&name).map_err(|_| Unfit::Argument(name.clone()))?;
        let is_secret = value.is_err();
        let value = value.unwrap_or_else(|secret| secret);
        let mut line = HeaderValue::try_from(&value).map_err(|_| Unfit::Argument(name.clone()))?;
        line.set_sensitive(is_secret);
        request = request.header(header, line);
        shown.push((name, if is_secret { SECRET.to_owned() } else { value }));
    }
    let body = tool.body.as_ref().map(|body| {
        let filled = values.json(&body.template).unwrap_or(Value::Null);
        match body.encoding {
            Encoding::Json => ("application/json", filled.to_string()),
            Encoding::Form => ("application/x-www-form-urlencoded", form(&filled)),
        }
    });
    let has_own = shown.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some((kind, _)) = body.as_ref().filter(|_| !has_own) {
        request = request.header(header::CONTENT_TYPE, *kind);
        shown.push(("Content-Type".to_owned(), (*kind).to_owned()));
    }
    let body = body.map(|(_, text)| text);
    let bytes = Bytes::from(body.clone().unwrap_or_default());
    let request = request.body(bytes).map_err(|_| Unfit::Address)?;
    Ok((request, Sent { method: tool.method.as_str(), url, headers: shown, body }))
}

/// Whose data is asked for must be known wherever the tool says it: left out, the question would be
/// about everybody's.
fn whose(tool: &HttpTool, values: &Values<'_>) -> Result<(), Unfit> {
    let mut texts = vec![tool.url.as_str()];
    texts.extend(tool.headers.iter().filter_map(|header| header.value.as_deref()));
    if let Some(body) = &tool.body {
        template::texts(&body.template, &mut texts);
    }
    let unknown = |part| match part {
        template::Part::Slot(name) => {
            template::Bound::named(name).is_some() && values.of(name).is_none()
        }
        template::Part::Text(_) => false,
    };
    let widens = texts.into_iter().flat_map(template::parts).any(unknown);
    if widens { Err(Unfit::Unverified) } else { Ok(()) }
}

/// By which its server knows this call again: the same after a crash, another for each call.
pub(in crate::tools) fn idempotency_key(context: &Context) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in [context.conversation.as_str(), context.call.as_str()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    format!("baton-{}", hex(&hash.finalize()[..16]))
}

fn address(url: &str, values: &Values<'_>) -> Result<String, Unfit> {
    let missing = |name: &str| Unfit::Missing(name.to_owned());
    let (server, rest) = template::split(url).ok_or(Unfit::Address)?;
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut filled = server.to_owned();
    for segment in path.split_inclusive('/') {
        let (name, slash) = match segment.strip_suffix('/') {
            Some(name) => (name, "/"),
            None => (segment, ""),
        };
        // What an argument makes of a segment never leads to another one, even where the server
        // decodes it before it looks for `/`.
        let plain = values.text(name, |value, into| into.push_str(value)).map_err(missing)?;
        let leads = |c: char| matches!(c, '/' | '\\') || c.is_control();
        if plain != name && (matches!(plain.as_str(), "" | "." | "..") || plain.contains(leads)) {
            return Err(Unfit::Argument(name.trim_matches(['{', '}']).to_owned()));
        }
        let text = values.text(name, encode).map_err(missing)?;
        filled.push_str(&text);
        filled.push_str(slash);
    }
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    // What is optional and not given is not asked for.
    let pairs: Vec<_> = pairs.filter_map(|pair| values.text(pair, encode).ok()).collect();
    if !pairs.is_empty() {
        filled.push('?');
        filled.push_str(&pairs.join("&"));
    }
    Ok(filled)
}

/// Names and values of the head; `Err` holds a secret one.
type Head = Vec<(String, Result<String, String>)>;

fn headers(tool: &HttpTool, secrets: &Secrets, values: &Values<'_>) -> Result<Head, Unfit> {
    let mut head = Head::new();
    for header in &tool.headers {
        let name = header.name.clone();
        let value = match &header.value {
            None => {
                let secret = secrets.get(&name.to_ascii_lowercase());
                Err(secret.ok_or_else(|| Unfit::Secret(name.clone()))?.clone())
            }
            Some(text) => {
                let filled = values.text(text, |value, line| line.push_str(value));
                // A header with nothing to say is left out.
                let Ok(line) = filled else { continue };
                Ok(line)
            }
        };
        head.push((name, value));
    }
    if let Some(name) = &tool.idempotency_header {
        head.push((name.clone(), Ok(idempotency_key(values.context))));
    }
    Ok(head)
}

fn form(fields: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        form.append_pair(name, &plain(value));
    }
    form.finish()
}

/// Everything but what RFC 3986 calls unreserved.
fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}
