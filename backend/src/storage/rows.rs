//! What goes into the store and comes out of it.

use shared::{
    agent::AgentSpec,
    api::{OfferedModel, Origin, RefundLine, Role, Summary},
    brief::Usage,
    id::{AgentSlug, ApprovalId, ClientId, ConversationId, Epoch, Seq, SiteKey, StaffId},
    message::{StaffRef, VisitorRef},
    model::Protocol,
    time::Timestamp,
    tool::{HttpTool, mcp::McpServer},
};

use super::Require;
use crate::vault::Sealed;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// One event as it lies on disk. The store does not look into `json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its position.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// The tenure.
    pub epoch: Epoch,
    /// The event's name.
    pub kind: String,
    /// The whole event.
    pub json: String,
    /// SHA-256 of the previous record's hash and `json`.
    pub hash: Hash,
    /// A message's client id, unique in its conversation.
    pub client_id: Option<ClientId>,
}

/// The newest event of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The conversation.
    pub id: ConversationId,
    /// The event's position.
    pub seq: Seq,
    /// Its record's hash, which depends on all records before it.
    pub hash: Hash,
}

/// Everything that one append writes, in one transaction.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The conversation's state afterwards; also names the conversation.
    pub line: Line,
    /// The sequence number that the conversation must have now; 0 for a new one.
    pub expect_seq: Seq,
    /// The new records, without a gap from `expect_seq + 1`.
    pub records: Vec<Record>,
    /// What must hold.
    pub require: Vec<Require>,
    /// Refunds that are new or have moved.
    pub refunds: Vec<RefundRow>,
    /// Approvals that are new or decided.
    pub approvals: Vec<ApprovalRow>,
    /// What brains used.
    pub meters: Vec<MeterRow>,
    /// What was looked for in the articles.
    pub searches: Vec<SearchRow>,
    /// What the audit log says of it.
    pub audit: Vec<AuditRow>,
    /// Text that a search should find from now on.
    pub search: String,
}

/// The projection of one conversation: its line in the inbox and what the sweep looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What the inbox shows.
    pub summary: Summary,
    /// The tenure.
    pub epoch: Epoch,
    /// When it began.
    pub opened_at: Timestamp,
    /// Whether an agent has a turn to go on with.
    pub has_work: bool,
    /// Whether a refund is on its way.
    pub has_money_in_flight: bool,
    /// When the next approval or the queue's deadline passes, or the provider is to be asked about a
    /// refund.
    pub wake_at: Option<Timestamp>,
}

/// A refund, as limits are summed from.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundRow {
    /// What the people see who look after money; its key is unique.
    pub line: RefundLine,
    /// The day it counts against.
    pub day: i64,
    /// Whether it counts against what was captured.
    pub holds: bool,
}

/// Where an approval is, so that its id leads to its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Which approval.
    pub id: ApprovalId,
    /// Whether it still waits.
    pub waiting: bool,
}

/// What one brain step used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterRow {
    /// The event.
    pub seq: Seq,
    /// The agent.
    pub agent: AgentSlug,
    /// The tenure.
    pub epoch: Epoch,
    /// What it used.
    pub usage: Usage,
    /// Whether it ended a turn.
    pub ends_turn: bool,
}

/// A search in the articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRow {
    /// The event that settled it.
    pub seq: Seq,
    /// The event that began the turn.
    pub turn: Seq,
    /// When.
    pub at: Timestamp,
    /// What was looked for.
    pub query: String,
    /// Whether anything was found.
    pub found: bool,
}

/// A question that nothing covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedInVain {
    /// In which conversation.
    pub conversation: ConversationId,
    /// The event at which nothing was found.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// What was looked for.
    pub question: String,
}

/// A message of a conversation that changed lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOfLate {
    /// In which conversation.
    pub conversation: ConversationId,
    /// The event.
    pub record: Record,
    /// Whether somebody has said what it was about, or that nothing is to be learnt from it.
    pub labelled: bool,
}

/// What an accepted suggestion changes of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// The agent, as it is to be published.
    pub spec: AgentSpec,
    /// Its draft, if it has one: it learns the same, so that publishing it takes nothing back.
    pub draft: Option<AgentSpec>,
    /// What the version says about itself.
    pub note: String,
    /// Who publishes.
    pub by: StaffRef,
    /// When.
    pub at: Timestamp,
}

/// An entry of the audit log, before it has its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// What, such as `handoff`.
    pub action: String,
    /// Who.
    pub actor: String,
    /// To what.
    pub subject: String,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// What else.
    pub detail: String,
}

impl AuditRow {
    /// What `actor` did to `subject` outside of conversations.
    pub fn new(at: Timestamp, actor: &str, action: &str, subject: impl Into<String>) -> Self {
        Self {
            at,
            action: action.to_owned(),
            actor: actor.to_owned(),
            subject: subject.into(),
            conversation: None,
            detail: String::new(),
        }
    }

    /// What the program did by itself.
    pub fn of_baton(at: Timestamp, action: &str, subject: impl Into<String>) -> Self {
        Self::new(at, "baton", action, subject)
    }

    /// With what a reader should know besides.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// Which entries of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of one conversation only.
    pub conversation: Option<ConversationId>,
    /// Of these kinds only; of all if there are none.
    pub actions: Vec<String>,
}

/// A visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitorRow {
    /// Who, and how sure that is.
    pub visitor: VisitorRef,
    /// On which site.
    pub site: SiteKey,
    /// Until when their token is good.
    pub expires: Timestamp,
}

/// What a site signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIdentity {
    /// The site's own id of the customer.
    pub customer: String,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
}

/// An account of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Who.
    pub id: StaffId,
    /// The address they sign in with.
    pub email: String,
    /// The name that people read.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they can sign in.
    pub active: bool,
    /// Argon2id, in PHC format.
    pub password_hash: String,
}

/// A session of a member of staff, or an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub hash: Hash,
    /// Whose.
    pub staff: StaffId,
    /// Since when.
    pub created: Timestamp,
    /// Which of the two.
    pub kind: SessionKind,
}

/// What stands for a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionKind {
    /// A browser in which they signed in.
    Browser {
        /// Until when.
        expires: Timestamp,
    },
    /// A program to which an administrator gave a key.
    Key {
        /// What it is for.
        name: String,
        /// When it was used last.
        used: Option<Timestamp>,
    },
}

/// What ends with a change of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Nothing.
    Nothing,
    /// All sessions but this one; keys stay.
    OtherSessions(Hash),
    /// All sessions and keys, and what is known of where they signed in.
    Everything,
}

impl SessionRow {
    /// The public name of a key: the beginning of its hash, which gives nothing of it away.
    pub fn key_id(hash: &Hash) -> String {
        use std::fmt::Write;
        hash[..12].iter().fold("key_".to_owned(), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        })
    }
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// Its public key.
    pub key: SiteKey,
    /// What the desk calls it.
    pub name: String,
    /// Where it may be embedded.
    pub origins: Vec<String>,
    /// Its colour.
    pub color: String,
    /// What the widget says at first.
    pub greeting: String,
    /// What the widget suggests to ask; its own suggestions if empty.
    pub questions: Vec<String>,
    /// The secret with which it signs identities; it opens for [`Self::identity_purpose`].
    pub identity_secret: Option<Sealed>,
    /// Whether visitors can write.
    pub active: bool,
}

impl SiteRow {
    /// What its identity secret is sealed for.
    pub fn identity_purpose(key: &SiteKey) -> String {
        format!("site/{key}/identity")
    }
}

/// A connection to a model provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// What agents call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where it answers.
    pub base_url: String,
    /// Its key; it opens for [`Self::key_purpose`].
    pub key: Option<Sealed>,
    /// What it offers.
    pub models: Vec<OfferedModel>,
}

impl ConnectionRow {
    /// What its key is sealed for.
    pub fn key_purpose(id: &str) -> String {
        format!("connection/{id}/key")
    }
}

/// A tool that an administrator made.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolRow {
    /// The tool.
    pub tool: HttpTool,
    /// The values of its secret headers, as JSON; they open for [`Self::secrets_purpose`].
    pub secrets: Option<Sealed>,
}

impl ToolRow {
    /// What its secrets are sealed for.
    pub fn secrets_purpose(name: &str) -> String {
        format!("tool/{name}/secrets")
    }
}

/// An MCP server that an administrator added.
#[derive(Debug, Clone, PartialEq)]
pub struct McpRow {
    /// The server, with the tools that were chosen.
    pub server: McpServer,
    /// The values of its secret headers, as JSON; they open for [`Self::secrets_purpose`].
    pub secrets: Option<Sealed>,
}

impl McpRow {
    /// What its secrets are sealed for.
    pub fn secrets_purpose(name: &str) -> String {
        format!("mcp/{name}/secrets")
    }
}

/// An agent's newest version and draft.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRow {
    /// Which agent.
    pub slug: AgentSlug,
    /// The newest version, if one was published.
    pub published: Option<VersionRow>,
    /// The draft and when it was saved.
    pub draft: Option<(AgentSpec, Timestamp)>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRow {
    /// Counts up from 1.
    pub version: u32,
    /// The agent, whole.
    pub spec: AgentSpec,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<StaffRef>,
    /// What they said about it.
    pub note: Option<String>,
}

/// An article of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its short name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it says, as Markdown.
    pub body: String,
    /// A page of the site's own on which visitors can read it; empty if there is none.
    pub url: String,
    /// Its language, as a BCP 47 primary tag.
    pub language: String,
    /// What visitors ask that it answers.
    pub questions: Vec<String>,
    /// The collection it is in.
    pub collection: String,
    /// Who vouches for it.
    pub origin: Origin,
    /// Where it came from, such as a file or a page; empty if it was written here.
    pub source: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}
