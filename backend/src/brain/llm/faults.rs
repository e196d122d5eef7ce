//! Why a model did not answer: what to do about it, and how to say it.

use std::time::Duration;

use rig_core::{ProviderResponseError, error::ProviderError, http_client};
use shared::api::ConnectionFault;

use crate::egress::EgressError;

/// Longest word of a provider that is repeated, in characters.
const SAID_CHARS: usize = 300;
/// Longest pause that a provider can ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// Why a model did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Fault {
    /// What kind of thing is wrong.
    pub(super) kind: ConnectionFault,
    /// The same in words, without anything secret.
    pub(super) message: String,
    /// Whether it may be gone when it is tried again.
    pub(super) passing: bool,
    /// Whether it says something of the provider, and not of this one request.
    pub(super) counts: bool,
    /// For how long the provider wants to be left alone.
    pub(super) pause: Option<Duration>,
}

impl Fault {
    fn new(kind: ConnectionFault, message: impl Into<String>) -> Self {
        let passing = matches!(
            kind,
            ConnectionFault::Malformed | ConnectionFault::Quota | ConnectionFault::Refused
        );
        Self { kind, message: message.into(), passing, counts: true, pause: None }
    }

    /// It was silent for too long. Asking it again would keep the visitor waiting once more.
    pub(super) fn slow(waited: Duration) -> Self {
        let message = format!("it was silent for {:.0} s", waited.as_secs_f32());
        Self::new(ConnectionFault::Slow, message)
    }

    /// It said what makes no sense.
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::new(ConnectionFault::Malformed, what)
    }

    /// It does not want to answer this.
    pub(super) fn declined(why: &str) -> Self {
        let message = format!("the provider stopped the answer: {}", said(why));
        let fault = Self::new(ConnectionFault::Refused, message);
        Self { passing: false, counts: false, ..fault }
    }

    /// Whether a request that came to this, and to no word of an answer, was surely not worked on.
    /// One that was met with silence, or with what makes no sense, may have been.
    pub(super) fn costs_nothing(&self) -> bool {
        !matches!(self.kind, ConnectionFault::Slow | ConnectionFault::Malformed)
    }

    /// What rig's error means.
    pub(super) fn of(error: &ProviderError) -> Self {
        match error {
            ProviderError::Http(cause) => match &**cause {
                http_client::Error::Instance(cause) => cause
                    .downcast_ref::<EgressError>()
                    .map_or_else(|| Self::malformed(said(&cause.to_string())), Self::of_egress),
                http_client::Error::InvalidContentType(_) => {
                    Self::new(ConnectionFault::Address, "what answers there is no model server")
                }
                other => Self::malformed(said(&other.to_string())),
            },
            ProviderError::ProviderResponse(answer)
            | ProviderError::InvalidAuthentication(answer) => Self::of_answer(answer),
            ProviderError::Truncated => Self::malformed("the answer broke off"),
            ProviderError::Json(_) => Self::malformed("the answer is not the JSON it should be"),
            ProviderError::Provider(why) => {
                Self::new(ConnectionFault::Refused, format!("the provider reports: {}", said(why)))
            }
            // Nothing was sent.
            ProviderError::Request(why) => {
                let message = format!("the request cannot be made: {}", said(&why.to_string()));
                let fault = Self::new(ConnectionFault::Refused, message);
                Self { passing: false, counts: false, ..fault }
            }
            other => Self::malformed(said(&other.to_string())),
        }
    }

    fn of_egress(error: &EgressError) -> Self {
        let (kind, passing) = match error {
            EgressError::Address(_)
            | EgressError::Plain(_)
            | EgressError::Private(_)
            | EgressError::Unknown(_)
            | EgressError::Setup(_) => (ConnectionFault::Address, false),
            EgressError::Unreachable(..) => (ConnectionFault::Address, true),
            EgressError::Certificate(..) => (ConnectionFault::Certificate, false),
            EgressError::Silent(_) | EgressError::Stalled(_) => (ConnectionFault::Slow, false),
            EgressError::TooLarge(_) | EgressError::Broken(_) => (ConnectionFault::Malformed, true),
        };
        Self { passing, ..Self::new(kind, error.to_string()) }
    }

    /// What the provider answered instead.
    fn of_answer(answer: &ProviderResponseError) -> Self {
        let status = answer.status.map_or(0, |status| status.as_u16());
        let code = answer.machine_code().unwrap_or_default();
        let body = answer.body.to_lowercase();
        let mentions = |words: &[&str]| words.iter().any(|word| body.contains(word));
        let (kind, words) = match status {
            _ if mentions(&[
                "does not support tools",
                "tool use is not supported",
                "tools are not supported",
            ]) =>
            {
                (ConnectionFault::NoTools, "the model calls no tools")
            }
            401 | 403 => (ConnectionFault::Key, "the key is not accepted"),
            400 | 404 if code.contains("model") || mentions(&["model"]) && status == 404 => {
                (ConnectionFault::Model, "there is no such model")
            }
            404 | 405 => (ConnectionFault::Address, "there is nothing at this address"),
            400 if mentions(&["api key not valid", "api_key_invalid"]) => {
                (ConnectionFault::Key, "the key is not accepted")
            }
            402 | 429 => (ConnectionFault::Quota, "it is asked too often, or out of credit"),
            300..=399 => (ConnectionFault::Address, "the address leads elsewhere"),
            _ => (ConnectionFault::Refused, "the provider refused"),
        };
        let message = match reason(&answer.body) {
            Some(reason) => format!("{words} ({status}: {reason})"),
            None => format!("{words} ({status})"),
        };
        let passing = status == 0 || matches!(status, 408 | 409 | 425 | 429 | 500..=599);
        // What is wrong with one request says nothing about the next.
        let counts = !matches!(status, 400 | 413 | 422);
        let pause = answer.headers.as_ref().and_then(retry_after);
        Self { passing, counts, pause, ..Self::new(kind, message) }
    }
}

/// `Retry-After` in seconds, or the milliseconds that some providers give.
fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let ms = number("retry-after-ms").or_else(|| Some(number("retry-after")? * 1000.0))?;
    let asked = Duration::try_from_secs_f64(ms / 1000.0).ok()?;
    Some(asked.min(LONGEST_PAUSE))
}

/// The provider's own sentence in the body of an error, wherever it puts it.
fn reason(body: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    let json = json.get(0).cloned().unwrap_or(json);
    let places = ["/error/message", "/message", "/detail", "/error"];
    let text = places.iter().find_map(|place| json.pointer(place)?.as_str())?;
    Some(said(text)).filter(|text| !text.is_empty())
}

/// A provider's words on one short line. Some repeat the key, or its beginning.
pub(super) fn said(text: &str) -> String {
    let line = text.split_whitespace().map(|word| if is_secret(word) { "…" } else { word });
    let line = line.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(SAID_CHARS).collect()
}

fn is_secret(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    ["sk-", "AIza", "gsk_", "xai-"].iter().any(|prefix| word.contains(prefix))
}

#[cfg(test)]
mod tests {
    use ConnectionFault::{Address, Key, Model, NoTools, Quota, Refused};

    use super::*;

    fn answer(status: u16, body: &str) -> Fault {
        let status = http::StatusCode::from_u16(status).unwrap();
        Fault::of(&ProviderError::from_http_response(status, body))
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        let check = |status, body: &str, kind, passing| {
            let fault = answer(status, body);
            assert_eq!((fault.kind, fault.passing), (kind, passing), "{status} {body}: {fault}");
        };
        check(401, r#"{"error":{"message":"Incorrect API key provided: sk-abc."}}"#, Key, false);
        check(403, "", Key, false);
        check(400, r#"[{"error":{"message":"API key not valid."}}]"#, Key, false);
        check(
            404,
            r#"{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}"#,
            Model,
            false,
        );
        check(
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#,
            Model,
            false,
        );
        check(404, "<html>nginx</html>", Address, false);
        check(302, "", Address, false);
        check(400, r#"{"error":"gemma does not support tools"}"#, NoTools, false);
        check(429, r#"{"error":{"message":"slow down"}}"#, Quota, true);
        check(
            529,
            r#"{"error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            Refused,
            true,
        );
        check(500, "oops", Refused, true);
        check(400, r#"{"error":{"message":"messages: must alternate"}}"#, Refused, false);
    }

    #[test]
    fn a_providers_words_are_repeated_but_no_key() {
        let fault =
            answer(401, r#"{"error":{"message":"Incorrect API key: 'sk-proj-12345'.\nSee x"}}"#);
        assert_eq!(fault.message, "the key is not accepted (401: Incorrect API key: … See x)");
        assert!(
            answer(500, &format!(r#"{{"message":"{}"}}"#, "x".repeat(10_000))).message.len() < 400
        );
    }

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_less() {
        let check = |name: &'static str, value: &str, ms: Option<u64>| {
            let headers = http::HeaderMap::from_iter([(
                http::HeaderName::from_static(name),
                http::HeaderValue::from_str(value).unwrap(),
            )]);
            assert_eq!(retry_after(&headers), ms.map(Duration::from_millis), "{name}: {value}");
        };
        check("retry-after", "3", Some(3_000));
        check("retry-after-ms", "250", Some(250));
        check("retry-after", "999999999", Some(600_000));
        check("retry-after", "-1", None);
        check("retry-after", "NaN", None);
        check("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT", None);
    }
}
