//! One session with an MCP server. `rmcp` speaks the protocol; here is what may be asked, how much of
//! an answer is taken, and that the server gets nothing in return.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderName, HeaderValue};
use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
        ClientRequest, ElicitRequestParams, ElicitResult, ErrorCode, Implementation, JsonObject,
        ListToolsRequest, PaginatedRequestParams, ProtocolVersion, ServerResult, Tool,
    },
    service::{
        ClientLifecycleMode, ClientServiceExt, NotificationContext, RequestContext, RunningService,
    },
    transport::{
        StreamableHttpClientTransport, async_rw::AsyncRwTransport,
        common::client_side_sse::FixedInterval,
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};

use super::{
    command::{Commands, Process},
    fault::McpFault,
    road::{ANSWER_BYTES, Below, Road},
};
use crate::{egress::Egress, tools::text::one_line};

/// Most tools of one server that are read.
pub(super) const LISTED: usize = 200;
/// Most pages of its list.
const PAGES: usize = 20;
/// Longest mark by which a server finds its next page, in bytes.
const CURSOR_BYTES: usize = 4 * 1024;

/// Where a server is, and by what it is reached.
pub(super) enum Place {
    Http { url: String, headers: HashMap<HeaderName, HeaderValue>, egress: Egress },
    Command { name: String, commands: Arc<Commands> },
}

/// What a server lists.
pub(super) struct Listed {
    pub(super) tools: Vec<Tool>,
    /// Whether it had no more.
    pub(super) is_whole: bool,
}

/// A session. It ends, and a program with it, when it is dropped.
pub(super) struct Connection {
    service: RunningService<RoleClient, Guest>,
    below: Below,
    said: Option<Arc<AtomicUsize>>,
    _process: Option<Process>,
}

impl Connection {
    /// Begins a session.
    pub(super) async fn open(place: &Place) -> Result<Self, McpFault> {
        let newest = ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::LATEST],
            legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
        };
        let connection = match Self::begin(place, newest).await {
            // It knows the question what it speaks, and only what was spoken before there was one.
            Err(McpFault::Version(versions)) if versions.split(", ").any(is_older) => {
                Self::begin(place, ClientLifecycleMode::Initialize).await?
            }
            other => other?,
        };
        let version = connection.protocol();
        if version == ProtocolVersion::LATEST.as_str() || is_older(&version) {
            return Ok(connection);
        }
        Err(McpFault::Version(one_line(&version, 40)))
    }

    async fn begin(place: &Place, lifecycle: ClientLifecycleMode) -> Result<Self, McpFault> {
        let below = Below::default();
        let guest = Guest::default();
        let (begun, said, process) = match place {
            Place::Http { url, headers, egress } => {
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
                    .custom_headers(headers.clone())
                    // A new session may be with a server that says other things: they are looked at.
                    .reinit_on_expired_session(false);
                let mut patience = FixedInterval::default();
                patience.max_times = Some(2);
                patience.duration = Duration::from_millis(200);
                config.retry_config = Arc::new(patience);
                let road = Road { egress: egress.clone(), below: below.clone() };
                let transport = StreamableHttpClientTransport::with_client(road, config);
                (guest.serve_with_lifecycle(transport, lifecycle).await, None, None)
            }
            Place::Command { name, commands } => {
                let running = commands.start(name, &below)?;
                let transport = AsyncRwTransport::new(running.says, running.hears)
                    .with_max_line_length(ANSWER_BYTES);
                let begun = guest.serve_with_lifecycle(transport, lifecycle).await;
                (begun, Some(running.said), Some(running.process))
            }
        };
        let service = begun.map_err(|error| McpFault::of_beginning(error, below.get().cloned()))?;
        Ok(Self { service, below, said, _process: process })
    }

    /// The tools that the server lists, as far as they are read.
    pub(super) async fn list(&self) -> Result<Listed, McpFault> {
        self.guest().changed.store(false, Ordering::Relaxed);
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            self.ask();
            let mut params = PaginatedRequestParams::default();
            params.cursor = cursor;
            let request = ListToolsRequest { params: Some(params), ..ListToolsRequest::default() };
            // Not by `list_tools`, which keeps answers for as long as the server says.
            let answer = self.service.send_request(ClientRequest::ListToolsRequest(request)).await;
            let page = match answer {
                Ok(ServerResult::ListToolsResult(page)) => page,
                Ok(_) => return Err(McpFault::not_mcp("its list of tools is none")),
                Err(error) => match self.fault(error) {
                    McpFault::Refused(code, _) if code == ErrorCode::METHOD_NOT_FOUND.0 => {
                        return Err(McpFault::NoTools);
                    }
                    fault => return Err(fault),
                },
            };
            tools.extend(page.tools);
            cursor = page.next_cursor.filter(|cursor| cursor.len() <= CURSOR_BYTES);
            if cursor.is_none() || tools.len() >= LISTED {
                break;
            }
        }
        let is_whole = cursor.is_none() && tools.len() <= LISTED;
        tools.truncate(LISTED);
        Ok(Listed { tools, is_whole })
    }

    /// Calls a tool. Given up, the server is told so.
    pub(super) async fn call(
        &self,
        tool: &str,
        args: JsonObject,
    ) -> Result<CallToolResult, McpFault> {
        self.ask();
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(args);
        match self.service.call_tool_once(params).await {
            Ok(CallToolResponse::Complete(result)) => Ok(result),
            Ok(_) => Err(McpFault::Asks),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// Whether it can still be used.
    pub(super) fn is_closed(&self) -> bool {
        self.service.peer().is_transport_closed()
    }

    /// Whether the server has said that its list is another one now.
    pub(super) fn has_changed(&self) -> bool {
        self.guest().changed.load(Ordering::Relaxed)
    }

    /// What the server has asked for, in words.
    pub(super) fn asked(&self) -> Vec<&'static str> {
        self.guest().asked().iter().copied().collect()
    }

    /// What the server calls itself, and its version.
    pub(super) fn title(&self) -> Option<String> {
        let info = self.service.peer_info()?;
        let server = info.server_info.as_ref()?;
        Some(one_line(&format!("{} {}", server.name, server.version), 120))
    }

    /// The version of MCP that both speak.
    pub(super) fn protocol(&self) -> String {
        self.service.peer_info().map(|info| info.protocol_version.to_string()).unwrap_or_default()
    }

    fn guest(&self) -> &Guest {
        self.service.service()
    }

    fn ask(&self) {
        if let Some(said) = &self.said {
            said.store(0, Ordering::Relaxed);
        }
    }

    fn fault(&self, error: rmcp::ServiceError) -> McpFault {
        McpFault::of_request(error, self.below.get().cloned())
    }
}

/// Whether it is a version of before sessions were given up, and one that is known.
fn is_older(version: &str) -> bool {
    let known = ProtocolVersion::KNOWN_VERSIONS.iter().filter(|known| known.has_initialize());
    known.into_iter().any(|known| known.as_str() == version)
}

/// What Baton is to a server: somebody who asks, and gives nothing.
#[derive(Default)]
struct Guest {
    asked: Mutex<BTreeSet<&'static str>>,
    changed: AtomicBool,
}

impl Guest {
    fn asked(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, what: &'static str) -> ErrorData {
        self.asked().insert(what);
        ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "Baton does not do this", None)
    }
}

#[expect(deprecated, reason = "servers may still ask for what the protocol has put away")]
impl ClientHandler for Guest {
    fn get_info(&self) -> ClientConfig {
        let own = Implementation::new("Baton", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), own)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn create_message(
        &self,
        _: rmcp::model::CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::CreateMessageResult, ErrorData> {
        Err(self.refuse("to use Baton's model"))
    }

    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::ListRootsResult, ErrorData> {
        Err(self.refuse("for folders of Baton's machine"))
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Err(self.refuse("to question whoever uses it"))
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changed.store(true, Ordering::Relaxed);
    }
}
