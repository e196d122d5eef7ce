//! Tools of MCP servers: chosen one by one by an administrator, who says what each may do.

mod answer;
mod command;
mod connection;
mod fault;
mod offer;
mod road;
mod server;
mod tame;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use shared::{
    api::{McpLook, McpSeen, ToolInfo},
    event::{Effect, Settlement},
    message::Assurance,
    time::Timestamp,
    tool::{
        Asks,
        mcp::{McpAt, McpServer, McpTool},
    },
};

pub use command::{Commands, InvalidCommand};

use super::{
    Context, Outcome, Tool,
    http::{Secrets, Values, idempotency_key},
    schema,
};
use crate::egress::{Bounds, Egress};
use connection::Place;
use fault::McpFault;
use server::{Failed, Server};

/// The MCP servers that there are now, each with its session.
pub struct McpServers {
    egress: Egress,
    commands: Arc<Commands>,
    all: RwLock<BTreeMap<String, Arc<Server>>>,
}

impl McpServers {
    /// None yet. Those at an address are reached by `egress`; of programs, only `commands` are
    /// started.
    pub fn new(egress: &Egress, commands: Commands) -> Self {
        let wait = Duration::from_secs(u64::from(shared::tool::TIMEOUT_S));
        let bounds = Bounds {
            first_byte: wait,
            stall: wait,
            bytes: road::ANSWER_BYTES,
            ..Bounds::default()
        };
        let all = RwLock::default();
        Self { egress: egress.within(bounds), commands: Arc::new(commands), all }
    }

    /// The commands that can be chosen.
    pub fn commands(&self) -> Vec<String> {
        self.commands.names().map(str::to_owned).collect()
    }

    /// From now on, these are the servers; answers the tools of those that are active. The session
    /// with a server that is still the same goes on.
    pub fn replace(
        &self,
        servers: impl IntoIterator<Item = (McpServer, Secrets)>,
    ) -> Vec<Arc<dyn Tool>> {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::take(&mut *all);
        let mut tools: Vec<Arc<dyn Tool>> = Vec::new();
        for (spec, secrets) in servers {
            let same = old.get(&spec.name).filter(|s| s.spec == spec && s.secrets == secrets);
            let server = same.cloned().unwrap_or_else(|| Arc::new(self.server(spec, secrets)));
            if server.spec.active {
                let chosen = server.spec.tools.iter();
                tools.extend(chosen.map(|tool| {
                    Arc::new(McpCaller::new(server.clone(), tool.clone())) as Arc<dyn Tool>
                }));
            }
            all.insert(server.spec.name.clone(), server);
        }
        tools
    }

    /// How a server was when it was spoken with last.
    pub fn seen(&self, name: &str) -> Option<McpSeen> {
        self.named(name)?.seen()
    }

    /// Asks a server, kept or not, what it offers now.
    pub async fn look(&self, spec: McpServer, secrets: Secrets, now: Timestamp) -> McpLook {
        let kept = self.named(&spec.name).filter(|s| s.spec == spec && s.secrets == secrets);
        let server = kept.unwrap_or_else(|| Arc::new(self.server(spec, secrets)));
        server.look(now).await
    }

    /// Ends all sessions, and the programs.
    pub async fn close(&self) {
        let all = std::mem::take(&mut *self.all.write().unwrap_or_else(PoisonError::into_inner));
        for server in all.into_values() {
            server.close().await;
        }
    }

    fn named(&self, name: &str) -> Option<Arc<Server>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn server(&self, spec: McpServer, secrets: Secrets) -> Server {
        let place = match &spec.at {
            McpAt::Http { url, headers } => {
                let egress = self.egress.clone();
                let said = headers.iter().filter_map(|header| {
                    let name = header.name.to_ascii_lowercase();
                    let value = header.value.as_ref().or_else(|| secrets.get(&name))?;
                    let mut line = HeaderValue::from_str(value).ok()?;
                    line.set_sensitive(header.value.is_none());
                    Some((HeaderName::try_from(name).ok()?, line))
                });
                let headers: HashMap<_, _> = said.collect();
                Place::Http { url: url.clone(), headers, egress }
            }
            McpAt::Command { command } => {
                Place::Command { name: command.clone(), commands: self.commands.clone() }
            }
        };
        Server::new(spec, secrets, place)
    }
}

/// A tool of an MCP server, as agents can call it.
struct McpCaller {
    server: Arc<Server>,
    tool: McpTool,
    info: ToolInfo,
}

impl McpCaller {
    fn new(server: Arc<Server>, tool: McpTool) -> Self {
        let info = ToolInfo {
            name: tool.name.clone(),
            description: tool.purpose.clone(),
            effect: tool.effect,
            needs_verified: tool.needs_verified,
            parameters: tool.open_parameters(),
        };
        Self { server, tool, info }
    }

    /// The arguments with what Baton fills in; a code and words of why not, if it may not be called.
    fn filled(&self, context: &Context, args: Value) -> Result<Value, (&'static str, String)> {
        let unsigned =
            || ("needs_verified", "This needs a visitor for whom the site has signed.".to_owned());
        if self.tool.needs_verified && context.visitor.assurance != Assurance::Verified {
            return Err(unsigned());
        }
        let mut args = if args.is_null() { json!({}) } else { args };
        // Whatever a model says in their place.
        for (name, text) in &self.tool.filled {
            let values = Values { context, args: &Value::Null };
            let filled = values.text(text, |value, into| into.push_str(value));
            args[name.as_str()] = filled.map_err(|_| unsigned())?.into();
        }
        if let Some(name) = &self.tool.key {
            args[name.as_str()] = idempotency_key(context).into();
        }
        let checked = schema::check(&self.tool.parameters, &args);
        checked.map(|()| args).map_err(|why| ("bad_arguments", why))
    }

    /// What is not known to have been done has failed, unless it writes.
    fn in_doubt(&self) -> Settlement {
        if self.tool.effect == Effect::Write { Settlement::Unknown } else { Settlement::Error }
    }

    fn failed(&self, failed: &Failed) -> Outcome {
        let (settlement, code, message) = match failed {
            Failed::Held(why) => {
                let message =
                    format!("The tool is held back, for {why}; an administrator must look at it.");
                (Settlement::Error, "held_back", message)
            }
            Failed::Unreached(_) => {
                (Settlement::Error, "no_answer", "The system did not answer.".to_owned())
            }
            Failed::Made(McpFault::Refused(_, said)) => {
                let settlement = self.settlement_of(failed);
                (
                    settlement,
                    "refused",
                    format!("The system did not accept the call. It says: {said}"),
                )
            }
            Failed::Made(_) => match self.settlement_of(failed) {
                Settlement::Unknown => {
                    let message = "There was no whole answer: it may have been done.";
                    (Settlement::Unknown, "no_answer", message.to_owned())
                }
                settlement => (settlement, "no_answer", "The system did not answer.".to_owned()),
            },
        };
        let said = matches!(failed, Failed::Made(McpFault::Refused(..)));
        let message = super::http::covered(&self.server.secrets, message);
        match Outcome::fault(settlement, code, &message) {
            Outcome::Settled { settlement, result, facts, .. } => {
                let untrusted = said && !self.tool.trusted;
                Outcome::Settled { settlement, result, facts, untrusted }
            }
            other @ Outcome::Refund(_) => other,
        }
    }

    fn settlement_of(&self, failed: &Failed) -> Settlement {
        match failed {
            Failed::Made(fault) if !fault.is_before_doing() => self.in_doubt(),
            _ => Settlement::Error,
        }
    }
}

#[async_trait]
impl Tool for McpCaller {
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
        // The same tool of another server is another tool.
        serde_json::to_string(&(&self.server.spec.at, &self.tool)).unwrap_or_default()
    }

    fn is_repeatable(&self) -> bool {
        self.tool.effect != Effect::Write || self.tool.key.is_some()
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        let args = match self.filled(&context, args) {
            Ok(Value::Object(args)) => args,
            Ok(_) => return Outcome::denied("bad_arguments", "arguments must be a JSON object"),
            Err((code, why)) => return Outcome::denied(code, why),
        };
        match self.server.call(&self.tool, args, context.now).await {
            Ok(result) => answer::understood(&self.tool, &self.server.secrets, &result),
            Err(failed) => self.failed(&failed),
        }
    }
}

#[cfg(test)]
mod tests;
