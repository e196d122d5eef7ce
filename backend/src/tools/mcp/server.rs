//! An MCP server as the desk uses it: one session for all who call, begun when it is needed and anew
//! when it broke; and what the server says now, held against what an administrator has looked at.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rmcp::model::{CallToolResult, JsonObject};
use shared::{
    api::{HeldTool, McpLook, McpSeen, OfferState, OfferedTool},
    time::Timestamp,
    tool::mcp::{McpServer, McpTool},
};
use tokio::time::{Instant, timeout_at};

use super::{
    connection::{Connection, LISTED, Listed, Place},
    fault::McpFault,
    offer::{Offer, fingerprint},
};
use crate::tools::http::{Secrets, covered};

/// How old a list may be by which a call goes, in milliseconds.
const FRESH_MS: i64 = 60_000;
/// How long looking at a server may take beyond its own longest wait: it is several questions.
const LOOKING: Duration = Duration::from_secs(5);

/// An MCP server, and the session with it.
pub(super) struct Server {
    pub(super) spec: McpServer,
    pub(super) secrets: Secrets,
    place: Place,
    live: tokio::sync::Mutex<Option<Arc<Live>>>,
    seen: Mutex<Option<McpSeen>>,
}

/// A session, and what the server listed in it.
struct Live {
    connection: Connection,
    /// What each tool was at that time.
    says: BTreeMap<String, String>,
    at: Timestamp,
    /// Whether something went wrong in it: nobody else uses it.
    is_left: AtomicBool,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// It was never made: the server could not be spoken with.
    Unreached(McpFault),
    /// It was never made: the tool is held back.
    Held(String),
    /// It was made, and there was no answer that counts.
    Made(McpFault),
}

impl Server {
    /// Nobody is asked before it is needed.
    pub(super) fn new(spec: McpServer, secrets: Secrets, place: Place) -> Self {
        Self { spec, secrets, place, live: tokio::sync::Mutex::default(), seen: Mutex::default() }
    }

    /// How it was when it was spoken with last.
    pub(super) fn seen(&self) -> Option<McpSeen> {
        self.seen_now().clone()
    }

    /// Calls a chosen tool, within the server's longest wait.
    pub(super) async fn call(
        &self,
        tool: &McpTool,
        args: JsonObject,
        now: Timestamp,
    ) -> Result<CallToolResult, Failed> {
        let wait = Duration::from_secs(u64::from(self.spec.timeout_s));
        let deadline = Instant::now() + wait;
        let mut again = false;
        loop {
            let live = timeout_at(deadline, self.live(now, false)).await;
            let live = live.unwrap_or_else(|_| {
                self.note(now, Err(&McpFault::Silent(wait)));
                Err(McpFault::Silent(wait))
            });
            let (live, _) = live.map_err(Failed::Unreached)?;
            if let Some(why) = held(tool, &live.says) {
                return Err(Failed::Held(why.to_owned()));
            }
            let called = timeout_at(deadline, live.connection.call(&tool.tool, args.clone())).await;
            let fault = match called.unwrap_or(Err(McpFault::Silent(wait))) {
                Ok(result) => return Ok(result),
                Err(fault) => fault,
            };
            // An answer that refuses is an answer; after anything else nobody knows what is in the
            // session. Whoever still waits in it goes on waiting.
            if !matches!(fault, McpFault::Refused(..)) {
                self.leave(&live);
                self.note(now, Err(&fault));
            }
            // What a server has forgotten it has not done.
            if fault == McpFault::Forgotten && !again {
                again = true;
                continue;
            }
            return Err(Failed::Made(fault));
        }
    }

    /// Asks the server in a new session what it offers.
    pub(super) async fn look(&self, now: Timestamp) -> McpLook {
        let began = Instant::now();
        let wait = Duration::from_secs(u64::from(self.spec.timeout_s)) + LOOKING;
        let found = timeout_at(began + wait, self.live(now, true)).await;
        let found = found.unwrap_or_else(|_| {
            self.note(now, Err(&McpFault::Silent(wait)));
            Err(McpFault::Silent(wait))
        });
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut look = McpLook {
            problem: None,
            title: None,
            protocol: None,
            tools: Vec::new(),
            gone: Vec::new(),
            notes: Vec::new(),
            took_ms,
        };
        match found {
            Err(fault) => look.problem = Some(self.words(&fault)),
            Ok((live, listed)) => {
                look.title = live.connection.title().map(|text| covered(&self.secrets, text));
                look.protocol = Some(live.connection.protocol());
                let listed = listed.unwrap_or(Listed { tools: Vec::new(), is_whole: true });
                look.tools = self.offered(&listed);
                let chosen = self.spec.tools.iter();
                let gone = chosen.filter(|tool| !live.says.contains_key(&tool.tool));
                look.gone = gone.map(|tool| tool.name.clone()).collect();
                look.notes = notes(&live, &listed);
            }
        }
        look
    }

    /// Ends the session.
    pub(super) async fn close(&self) {
        self.live.lock().await.take();
    }

    /// The session, in which the list is fresh; and the list, if it was asked for just now.
    async fn live(
        &self,
        now: Timestamp,
        anew: bool,
    ) -> Result<(Arc<Live>, Option<Listed>), McpFault> {
        let mut slot = self.live.lock().await;
        if !anew
            && let Some(live) = &*slot
            && !live.is_left.load(Ordering::Relaxed)
            && !live.connection.is_closed()
            && !live.connection.has_changed()
            && now.0 - live.at.0 < FRESH_MS
        {
            return Ok((live.clone(), None));
        }
        // A session whose list is old is left, and not asked again: so there is one way to a list.
        *slot = None;
        let begun = self.begin(now).await;
        self.note(now, begun.as_ref().map(|(live, _)| &live.says));
        let (live, listed) = begun?;
        let live = Arc::new(live);
        *slot = Some(live.clone());
        Ok((live, Some(listed)))
    }

    async fn begin(&self, now: Timestamp) -> Result<(Live, Listed), McpFault> {
        let connection = Connection::open(&self.place).await?;
        let listed = connection.list().await?;
        // Of two that are called the same, nobody knows which one would be called.
        let mut says = BTreeMap::new();
        for tool in &listed.tools {
            let entry = says.entry(tool.name.to_string());
            entry
                .and_modify(|said: &mut String| said.push('+'))
                .or_insert_with(|| fingerprint(tool));
        }
        Ok((Live { connection, says, at: now, is_left: AtomicBool::default() }, listed))
    }

    /// Lets nobody else use a session that broke.
    fn leave(&self, live: &Arc<Live>) {
        live.is_left.store(true, Ordering::Relaxed);
        // Who holds it is about to begin another one, and is not waited for.
        if let Ok(mut slot) = self.live.try_lock()
            && slot.as_ref().is_some_and(|now| Arc::ptr_eq(now, live))
        {
            *slot = None;
        }
    }

    fn offered(&self, listed: &Listed) -> Vec<OfferedTool> {
        let calls = |name: &str| listed.tools.iter().filter(|tool| tool.name == name).count();
        let mut names: Vec<String> = self.spec.tools.iter().map(|tool| tool.name.clone()).collect();
        let offers = listed.tools.iter().map(|tool| {
            let mut offer = Offer::of(tool);
            if calls(&tool.name) > 1 {
                offer.unfit = Some("The server lists two tools of this name.".to_owned());
            }
            let chosen = self.spec.tools.iter().find(|chosen| chosen.tool == offer.tool);
            let (name, state) = match chosen {
                Some(tool) if tool.seen == offer.seen => (tool.name.clone(), OfferState::Same),
                Some(tool) => (tool.name.clone(), OfferState::Changed),
                None => {
                    let name = self.spec.name_for(&offer.tool, names.iter().map(String::as_str));
                    names.push(name.clone());
                    (name, OfferState::New)
                }
            };
            OfferedTool {
                tool: offer.tool,
                name,
                description: covered(&self.secrets, offer.description),
                schema: offer.schema,
                parameters: offer.parameters,
                unchecked: offer.unchecked,
                hints: offer.hints,
                seen: offer.seen,
                state,
                unfit: offer.unfit,
            }
        });
        offers.collect()
    }

    fn note(&self, now: Timestamp, said: Result<&BTreeMap<String, String>, &McpFault>) {
        let seen = match said {
            Ok(says) => {
                let held = self.spec.tools.iter().filter_map(|tool| {
                    Some(HeldTool { name: tool.name.clone(), why: held(tool, says)?.to_owned() })
                });
                let held: Vec<HeldTool> = held.collect();
                if !held.is_empty() {
                    let names: Vec<_> = held.iter().map(|held| held.name.as_str()).collect();
                    tracing::warn!(server = self.spec.name, tools = ?names, "tools of an MCP server are held back");
                }
                McpSeen { at: now, problem: None, held }
            }
            Err(fault) => {
                let problem = self.words(fault);
                tracing::warn!(server = self.spec.name, problem, "an MCP server did not answer");
                let held = self.seen().map(|seen| seen.held).unwrap_or_default();
                McpSeen { at: now, problem: Some(problem), held }
            }
        };
        *self.seen_now() = Some(seen);
    }

    fn words(&self, fault: &McpFault) -> String {
        covered(&self.secrets, fault.to_string())
    }

    fn seen_now(&self) -> MutexGuard<'_, Option<McpSeen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a chosen tool is held back, if it is.
fn held(tool: &McpTool, says: &BTreeMap<String, String>) -> Option<&'static str> {
    match says.get(&tool.tool) {
        None => Some("the server does not offer it any more"),
        Some(seen) if *seen != tool.seen => {
            Some("the server says something else of it than when an administrator looked")
        }
        Some(_) => None,
    }
}

fn notes(live: &Live, listed: &Listed) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if !listed.is_whole {
        notes.push(format!("It lists more than is read: the first {LISTED} tools, or 20 pages."));
    }
    if listed.tools.is_empty() {
        notes.push("It offers no tools.".to_owned());
    }
    let asked = live.connection.asked();
    notes.extend(asked.iter().map(|what| format!("It asks {what}, which Baton does not grant.")));
    notes
}
