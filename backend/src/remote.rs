//! `baton refunds`: asks a running server, as the member of staff whose API key it is given.
//!
//! Not the database: the server has it open, a settlement is the act of a person with a name, and
//! the conversation goes on from there at once.

use std::{fmt::Write as _, time::Duration};

use clap::{Subcommand, ValueEnum};
use reqwest::{Client, Url};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    api::{
        ApiError, LookedInto, Notices, RefundFilter, RefundLine, RefundOutcome, Refunds,
        SettleRefund,
    },
    id::IntentId,
};

use crate::egress::prepare_tls;

/// Longer than the server waits for the payment provider.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to do about refunds.
#[derive(Debug, Subcommand)]
pub enum Asked {
    /// Lists refunds that are not settled, oldest first.
    List {
        /// Which of them.
        #[arg(long, value_enum, default_value_t = Which::Open)]
        state: Which,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Asks the payment provider now what became of a refund.
    Ask {
        /// The refund, as `list` names it.
        refund: IntentId,
    },
    /// Says what became of a refund of which the payment provider does not.
    Settle {
        /// The refund, as `list` names it.
        refund: IntentId,
        /// What became of it.
        #[arg(long = "as", value_enum)]
        outcome: Outcome,
        /// How you know.
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Says that the payment provider's contradicting a settlement was looked into.
    LookedInto {
        /// The refund, as `list` names it.
        refund: IntentId,
        /// What came of it.
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
}

/// Which refunds.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Which {
    /// All that are not settled, and those that the provider contradicts.
    Open,
    /// Those that wait for approval.
    Waiting,
    /// Those on their way.
    Pending,
    /// Those of which nobody knows.
    Unknown,
    /// Those that a person settled and the provider contradicts.
    Contradicted,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Outcome {
    /// The customer has the money back.
    Succeeded,
    /// It did not happen and will not.
    Failed,
}

/// Why the server did not do it; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// No key was given.
    #[error(
        "give an administrator's API key with --key or BATON_API_KEY; it is made in the console, under Staff"
    )]
    NoKey,
    /// The key would travel in a way that this command does not know.
    #[error("{0} is not an http:// address: run this on the server's own machine")]
    NotHttp(String),
    /// Nobody answers.
    #[error("cannot reach a Baton server at {server}: {cause}")]
    Unreachable {
        /// Where.
        server: String,
        /// Why not.
        cause: reqwest::Error,
    },
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// What answers is no Baton server, or another version.
    #[error("{0} does not answer as this version of Baton does")]
    Strange(String),
}

/// A running server.
pub struct Remote {
    http: Client,
    server: String,
    key: String,
}

impl Remote {
    /// The server at `server`, such as `http://127.0.0.1:8080`.
    pub fn new(server: &str, key: Option<String>) -> Result<Self, RemoteError> {
        let server = server.trim_end_matches('/').to_owned();
        if !server.starts_with("http://") {
            return Err(RemoteError::NotHttp(server));
        }
        let key = key.filter(|key| !key.is_empty()).ok_or(RemoteError::NoKey)?;
        // The key goes to nobody but the server, whatever the environment says of proxies.
        prepare_tls();
        let http = Client::builder().no_proxy().timeout(PATIENCE).build();
        let http =
            http.map_err(|cause| RemoteError::Unreachable { server: server.clone(), cause })?;
        Ok(Self { http, server, key })
    }

    /// Does what is asked; answers what to print.
    pub async fn refunds(&self, asked: &Asked) -> Result<String, RemoteError> {
        match asked {
            Asked::List { state, json } => self.list(*state, *json).await,
            Asked::Ask { refund } => self.change(refund, "ask", &serde_json::json!({})).await,
            Asked::Settle { refund, outcome, note } => {
                let outcome = match outcome {
                    Outcome::Succeeded => RefundOutcome::Succeeded,
                    Outcome::Failed => RefundOutcome::Failed,
                };
                let settle = SettleRefund { outcome, note: note.clone() };
                self.change(refund, "settle", &settle).await
            }
            Asked::LookedInto { refund, note } => {
                self.change(refund, "look", &LookedInto { note: note.clone() }).await
            }
        }
    }

    async fn list(&self, which: Which, json: bool) -> Result<String, RemoteError> {
        let filter = match which {
            Which::Open => RefundFilter::Open,
            Which::Waiting => RefundFilter::Waiting,
            Which::Pending => RefundFilter::Pending,
            Which::Unknown => RefundFilter::Unknown,
            Which::Contradicted => RefundFilter::Contradicted,
        };
        let mut lines = Vec::new();
        let mut after = None;
        loop {
            let mut query = vec![("state", wire(&filter))];
            query.extend(after.map(|after| ("after", after)));
            let address = Url::parse_with_params(&self.url("/refunds"), &query);
            let address = address.map_err(|_| RemoteError::NotHttp(self.server.clone()))?;
            let page: Refunds = self.send(self.http.get(address)).await?;
            lines.extend(page.refunds);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut text = String::new();
        for line in &lines {
            let told = if json { wire_json(line) } else { told(line) };
            let _ = writeln!(text, "{told}");
        }
        if json {
            return Ok(text);
        }
        if lines.is_empty() {
            text.push_str("no such refund\n");
        }
        let notices: Notices = self.send(self.http.get(self.url("/notices"))).await?;
        if let Some(off) = notices.refunds_off {
            let by = off.by.map_or_else(String::new, |by| format!(", by {}", by.name));
            let _ = writeln!(text, "refunds are OFF{by}: {}", off.detail);
        }
        Ok(text)
    }

    async fn change(
        &self,
        refund: &IntentId,
        what: &str,
        body: &impl Serialize,
    ) -> Result<String, RemoteError> {
        let request = self.http.post(self.url(&format!("/refunds/{refund}/{what}")));
        let line: RefundLine = self.send(request.json(body)).await?;
        Ok(told(&line) + "\n")
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.server)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, RemoteError> {
        let unreachable = |cause| RemoteError::Unreachable { server: self.server.clone(), cause };
        let answer = request.bearer_auth(&self.key).send().await.map_err(unreachable)?;
        let is_fine = answer.status().is_success();
        let body = answer.bytes().await.map_err(unreachable)?;
        let strange = || RemoteError::Strange(self.server.clone());
        if is_fine {
            return serde_json::from_slice(&body).map_err(|_| strange());
        }
        let refused: ApiError = serde_json::from_slice(&body).map_err(|_| strange())?;
        Err(RemoteError::Refused(refused.error.message))
    }
}

/// A refund in one line.
fn told(line: &RefundLine) -> String {
    let mut text = format!(
        "{}  {} for order {}: {} since {}",
        line.intent,
        line.money,
        line.order,
        wire(&line.state),
        line.since
    );
    if line.asked > 0 {
        let _ = write!(text, ", asked {}×", line.asked);
    }
    if let Some(answer) = &line.answer {
        let _ = write!(text, ", last answer “{answer}”");
    }
    if let Some(says) = line.contradicted {
        let by = line.settled_by.as_ref().map_or("a person", |by| &by.name);
        let _ = write!(text, "; settled by {by}, but the provider says {}", wire(&says));
    } else if line.needs_person {
        let _ = write!(text, "; a person must settle it: the provider's key is {}", line.key);
    }
    text
}

/// The name of a plain enum's value, as it is on the wire.
fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn wire_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
