//! Tools that an administrator makes: each is a request to one of the shop's systems.

mod answer;
mod fill;
mod request;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{
    api::ToolInfo,
    event::{Effect, Settlement},
    tool::{Asks, HttpTool},
};

use super::{Context, Outcome, Tool, text::one_line};
use crate::egress::{Bounds, Egress, EgressError};

pub(super) use self::{
    answer::{SAID, picked},
    fill::Values,
    request::idempotency_key,
};
pub use request::{Sent, Unfit};

/// Largest answer that is read, in bytes.
const ANSWER_BYTES: usize = 512 * 1024;

/// Shortest secret that is looked for in answers, in bytes: shorter ones would be found everywhere.
const SECRET_BYTES: usize = 6;

/// Values of secret headers, by the header's name.
pub type Secrets = BTreeMap<String, String>;

/// A request to one of the shop's systems, as agents can make it.
pub struct Caller {
    tool: HttpTool,
    info: ToolInfo,
    secrets: Secrets,
    egress: Egress,
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// What was sent, without anything secret; why nothing was, if nothing was.
    pub sent: Result<Sent, Unfit>,
    /// The status of the answer and its beginning; `None` if there was none.
    pub answer: Option<(u16, String)>,
    /// What an agent learns of it.
    pub outcome: Outcome,
}

impl Caller {
    /// Makes a tool callable. Its secrets stay in here.
    pub fn new(tool: HttpTool, secrets: Secrets, egress: &Egress) -> Self {
        let wait = Duration::from_secs(u64::from(tool.timeout_s));
        let bounds =
            Bounds { first_byte: wait, stall: wait, bytes: ANSWER_BYTES, ..Bounds::default() };
        let info = ToolInfo {
            name: tool.name.clone(),
            description: tool.purpose.clone(),
            effect: tool.effect,
            needs_verified: tool.needs_verified,
            parameters: tool.parameters.clone(),
        };
        Self { tool, info, secrets, egress: egress.within(bounds) }
    }

    /// Makes the request and says all that can be told of it.
    pub async fn attempt(&self, context: &Context, args: &Value) -> Tried {
        let made = request::make(&self.tool, &self.secrets, context, args);
        let (request, sent) = match made {
            Ok(made) => made,
            Err(unfit) => {
                let outcome = Outcome::denied(unfit.code(), unfit.to_string());
                return Tried { sent: Err(unfit), answer: None, outcome };
            }
        };
        let wait = Duration::from_secs(u64::from(self.tool.timeout_s));
        let answered = async {
            let answer = self.egress.send(request).await?;
            let status = answer.status.as_u16();
            let text = answer.body.beginning(ANSWER_BYTES).await?;
            Ok((status, covered(&self.secrets, text)))
        };
        // Who cannot be reached at all is found out before, and nothing has been sent then.
        let answered = tokio::time::timeout(Bounds::default().connect + wait, answered)
            .await
            .unwrap_or(Err(EgressError::Silent(wait)));
        let outcome = match &answered {
            Ok((status, text)) => self.understood(*status, text),
            Err(error) => self.failed(error),
        };
        Tried { sent: Ok(sent), answer: answered.ok(), outcome }
    }

    /// What an answer means.
    fn understood(&self, status: u16, text: &str) -> Outcome {
        if (200..300).contains(&status) {
            let (result, facts) = answer::picked(&self.tool.result, text);
            return Outcome::Settled {
                settlement: Settlement::Ok,
                result,
                facts,
                untrusted: !self.tool.trusted,
            };
        }
        let code = format!("status_{status}");
        let mut message = match status {
            300..400 => "The system leads elsewhere; an administrator must correct the address.",
            401 | 403 => "The system does not accept the key; an administrator must look at it.",
            404 => "The system knows nothing of it.",
            408 | 425 | 429 => "The system is asked too often; try again later.",
            400..500 => "The system did not accept the request.",
            _ => "The system has failed.",
        }
        .to_owned();
        let said = one_line(text, answer::SAID);
        if !said.is_empty() {
            message = format!("{message} It says: {said}");
        }
        // A server that fails, or leads on to a page, may have done its work before.
        let in_doubt = !(400..500).contains(&status) || status == 408;
        let settlement = if in_doubt { self.in_doubt() } else { Settlement::Error };
        match Outcome::fault(settlement, &code, &message) {
            Outcome::Settled { settlement, result, facts, .. } => {
                Outcome::Settled { settlement, result, facts, untrusted: !self.tool.trusted }
            }
            other @ Outcome::Refund(_) => other,
        }
    }

    /// What it means that there was no answer.
    fn failed(&self, error: &EgressError) -> Outcome {
        let settlement =
            if error.is_before_sending() { Settlement::Error } else { self.in_doubt() };
        tracing::warn!(tool = self.tool.name, %error, "a tool's server did not answer");
        let message = match (settlement, error) {
            (Settlement::Unknown, _) => "There was no whole answer: it may have been done.",
            (_, EgressError::TooLarge(_)) => "The answer is too large to be read.",
            _ => "The system did not answer.",
        };
        Outcome::fault(settlement, "no_answer", message)
    }

    /// What is not known to have been done has failed, unless it writes.
    fn in_doubt(&self) -> Settlement {
        if self.tool.effect == Effect::Write { Settlement::Unknown } else { Settlement::Error }
    }
}

/// A text without the secrets: a server that repeats one, as some do that refuse it, repeats it to
/// nobody.
pub(super) fn covered(secrets: &Secrets, mut text: String) -> String {
    for secret in secrets.values() {
        let bare = secret.split_once(' ').map(|(_, bare)| bare);
        let escaped = Value::from(secret.as_str()).to_string();
        let forms = [Some(escaped.trim_matches('"')), Some(secret.as_str()), bare];
        for form in forms.into_iter().flatten().filter(|form| form.len() >= SECRET_BYTES) {
            text = text.replace(form, request::SECRET);
        }
    }
    text
}

#[async_trait]
impl Tool for Caller {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        let label = self.tool.label.trim();
        if label.is_empty() { "Working on it".to_owned() } else { label.to_owned() }
    }

    fn always_asks(&self) -> bool {
        self.tool.asks == Asks::Always
    }

    fn fingerprint(&self) -> String {
        // Only what is sent: other words for the agent make no other call of it.
        let HttpTool { effect, method, url, headers, body, idempotency_header, .. } = &self.tool;
        json!([effect, method, url, headers, body, idempotency_header]).to_string()
    }

    fn is_repeatable(&self) -> bool {
        self.tool.effect != Effect::Write || self.tool.idempotency_header.is_some()
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.attempt(&context, &args).await.outcome
    }
}

#[cfg(test)]
mod tests;
