//! What is kept, behind one narrow trait. Each method is a whole domain transaction.

pub mod rows;
pub mod sqlite;
#[cfg(test)]
pub(crate) mod story;

use std::net::IpAddr;

use async_trait::async_trait;
use shared::{
    agent::AgentSpec,
    api::{Audit, Counts, Meter, MeterBy, RefundFilter, RefundLine, SavedTest, Suggestion, View},
    id::{
        AgentSlug, ApprovalId, ClientId, ConversationId, IntentId, KeyId, Seq, SiteKey, StaffId,
        TestId, VisitorId,
    },
    message::StaffRef,
    money::Money,
    time::Timestamp,
};

use rows::{
    AgentRow, Article, AskedInVain, AuditFilter, AuditRow, Batch, ConnectionRow, Ends, Hash, Head,
    Learnt, Line, McpRow, MessageOfLate, NewIdentity, Record, RefundRow, SearchRow, SessionRow,
    SiteRow, StaffRow, ToolRow, VersionRow, VisitorRow,
};

/// On whose behalf something is read. There is no way to read a conversation without one, and what
/// lies outside it answers the same as what does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A visitor: their own conversations.
    Visitor(VisitorId),
    /// A signed-in member of staff: the desk's conversations.
    Staff(StaffId),
    /// The runtime and the commands: everything.
    System,
}

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database failed; retrying later may help.
    #[error("the database failed: {0}")]
    Database(String),
    /// What is stored cannot be read back; retrying will not help.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The database was written by a newer Baton.
    #[error(
        "the database has version {found}, this program knows up to {known}: use a newer Baton"
    )]
    Newer {
        /// The database's version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// The disk is full; reads go on, writes are refused.
    #[error("the disk is full")]
    Full,
    /// A unique value is taken; the field says which.
    #[error("{0} is already in use")]
    Taken(&'static str),
}

/// Why an append was refused. Nothing of the batch was written.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: load again and decide anew.
    #[error("the conversation has moved on")]
    Conflict,
    /// A message with this client id is already there.
    #[error("already recorded as event {0}")]
    Duplicate(Seq),
    /// A condition on money did not hold in the transaction.
    #[error("refused: {0:?}")]
    Refused(Require),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A condition that is checked in the transaction that would break it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Require {
    /// All refunds of the charge that hold money, with this one, stay within what was captured.
    WithinCaptured {
        /// The charge.
        charge: String,
        /// What was captured on it.
        captured: Money,
        /// What would be added.
        adding: Money,
    },
    /// Refunds that were sent without approval, with this one, stay within the limits.
    WithinLimits {
        /// The order.
        order: String,
        /// Its limit.
        per_order: Money,
        /// The customer.
        customer: String,
        /// The day, in days since 1970.
        day: i64,
        /// The limit of customer and day.
        per_customer_day: Money,
        /// What would be added.
        adding: Money,
    },
    /// Refunds are switched on.
    MoneyEnabled,
}

/// What refunds already amount to: all that hold money, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RefundTotals {
    /// On the charge.
    pub charge: i64,
    /// On the order.
    pub order: i64,
    /// Of the customer, on the day.
    pub customer_day: i64,
}

/// What the inbox asks for.
#[derive(Debug, Clone)]
pub struct InboxQuery {
    /// Which view.
    pub view: View,
    /// Whose view.
    pub reader: StaffId,
    /// Words that must occur in a message, a name, an address or an order id; empty for all.
    pub text: String,
    /// Where the last page ended.
    pub after: Option<String>,
    /// Most lines to answer.
    pub limit: usize,
}

/// Everything that Baton keeps.
///
/// Two databases implement it, each in its own best SQL; one story test runs against both.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // The journal and its projections.

    /// Records a batch, if the conversation is still where the batch begins and every condition
    /// holds. When this answers, the batch is on disk.
    async fn append(&self, batch: Batch) -> Result<(), AppendError>;
    /// Events after `after`, oldest first; `None` if the conversation is not in scope.
    async fn records(
        &self,
        scope: &Scope,
        id: &ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<Option<Vec<Record>>, StoreError>;
    /// The projection of one conversation.
    async fn line(&self, scope: &Scope, id: &ConversationId) -> Result<Option<Line>, StoreError>;
    /// The position of the message with this client id.
    async fn message_seq(
        &self,
        id: &ConversationId,
        client_id: &ClientId,
    ) -> Result<Option<Seq>, StoreError>;
    /// A page of the inbox, and where the next one begins.
    async fn inbox(&self, query: InboxQuery) -> Result<(Vec<Line>, Option<String>), StoreError>;
    /// How many conversations each view has for `reader`.
    async fn counts(&self, reader: &StaffId) -> Result<Counts, StoreError>;
    /// The visitor's latest conversation.
    async fn latest_conversation(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError>;
    /// Conversations with a turn to drive on, or (while refunds are on) a refund to send; and those in
    /// which an approval or a deadline has passed at `now`, or the provider is to be asked about a
    /// refund. By id, those after `after`: whoever asks on reaches every one, however many never
    /// cease to be due.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError>;
    /// Those of them in which time has passed, with or without a turn to drive on.
    async fn passed(
        &self,
        now: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError>;
    /// The members of staff who own conversations.
    async fn owners(&self) -> Result<Vec<StaffId>, StoreError>;
    /// All conversations after `after`, by id: for commands that read everything.
    async fn ids(
        &self,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError>;
    /// The newest event of each conversation after `after` that was recorded before `before`, by
    /// id of the conversation.
    async fn heads(
        &self,
        before: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<Head>, StoreError>;
    /// The conversation in which an approval was asked for.
    async fn approval(&self, id: &ApprovalId) -> Result<Option<ConversationId>, StoreError>;

    // Money.

    /// What refunds of a charge, an order, and a customer and day amount to.
    async fn refund_totals(
        &self,
        charge: &str,
        order: &str,
        customer: &str,
        day: i64,
    ) -> Result<RefundTotals, StoreError>;
    /// A page of refunds, oldest first, and where the next one begins.
    async fn refund_lines(
        &self,
        filter: RefundFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<RefundLine>, Option<String>), StoreError>;
    /// How many refunds only a person can settle, and how many settlements the provider contradicts.
    async fn refunds_for_people(&self) -> Result<(u32, u32), StoreError>;
    /// The conversation of a refund.
    async fn refund(&self, intent: &IntentId) -> Result<Option<ConversationId>, StoreError>;
    /// Those of the idempotency `keys` under which, by this database's account, nothing was ever
    /// sent, in their order.
    async fn never_sent(&self, keys: Vec<String>) -> Result<Vec<String>, StoreError>;
    /// Whether a refund was ever sent.
    async fn has_sent(&self) -> Result<bool, StoreError>;
    /// All refunds of a conversation, by intent.
    async fn refunds(&self, id: &ConversationId) -> Result<Vec<RefundRow>, StoreError>;

    // Visitors.

    /// Finds the visitor of a token that is still good, by its hash.
    async fn visitor(
        &self,
        token_hash: &Hash,
        now: Timestamp,
    ) -> Result<Option<VisitorRow>, StoreError>;
    /// Begins a visitor's session: finds the verified customer of that site or makes a new visitor.
    /// Their token is good until `expires`.
    async fn start_visitor(
        &self,
        site: &SiteKey,
        token_hash: &Hash,
        identity: Option<NewIdentity>,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<VisitorRow, StoreError>;
    /// Lets a token be good until `expires`; one that has ended stays so.
    async fn extend_visitor(&self, token_hash: &Hash, expires: Timestamp)
    -> Result<(), StoreError>;
    /// Ends a token.
    async fn end_visitor(&self, token_hash: &Hash) -> Result<(), StoreError>;
    /// Uses up a one-time id; `false` if it was used before. Forgets those that have expired.
    async fn use_once(
        &self,
        site: &SiteKey,
        jti: &str,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    // Staff.

    // Whatever changes something for good takes its audit entry along, and both are written in one
    // transaction: there is no action without its entry, and no entry without its action.

    /// Adds an account; `Taken` if the address is in use.
    async fn add_staff(&self, staff: StaffRow, audit: AuditRow) -> Result<(), StoreError>;
    /// Replaces an account and ends what its change ends. Answers whether it exists.
    async fn put_staff(
        &self,
        staff: StaffRow,
        ends: Ends,
        audit: AuditRow,
    ) -> Result<bool, StoreError>;
    /// All accounts, by name.
    async fn staff(&self) -> Result<Vec<StaffRow>, StoreError>;
    /// The account with this address, in any case.
    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError>;
    /// Begins a session, or adds an API key. `network`, where it is known, counts from now on as
    /// one from which its owner signs in.
    async fn add_session(
        &self,
        session: SessionRow,
        network: Option<IpAddr>,
        audit: AuditRow,
    ) -> Result<(), StoreError>;
    /// A session or key that stands, and its active account.
    async fn session(
        &self,
        hash: &Hash,
        now: Timestamp,
    ) -> Result<Option<(StaffRow, SessionRow)>, StoreError>;
    /// Notes that a key was used.
    async fn use_key(&self, hash: &Hash, now: Timestamp) -> Result<(), StoreError>;
    /// Ends a session.
    async fn end_session(&self, hash: &Hash) -> Result<(), StoreError>;
    /// The API keys of an account, newest first.
    async fn keys(&self, staff: &StaffId) -> Result<Vec<SessionRow>, StoreError>;
    /// Ends an API key of an account. Answers whether there was one, and writes nothing if not.
    async fn end_key(
        &self,
        staff: &StaffId,
        key: &KeyId,
        audit: AuditRow,
    ) -> Result<bool, StoreError>;
    /// Whether the account has signed in from this network in the 90 days before `now`.
    async fn has_signed_in_from(
        &self,
        staff: &StaffId,
        network: IpAddr,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    // What an admin shapes.

    /// All sites, by name.
    async fn sites(&self) -> Result<Vec<SiteRow>, StoreError>;
    /// One site.
    async fn site(&self, key: &SiteKey) -> Result<Option<SiteRow>, StoreError>;
    /// Adds or replaces a site.
    async fn put_site(&self, site: SiteRow, audit: AuditRow) -> Result<(), StoreError>;
    /// All connections to model providers, by id.
    async fn connections(&self) -> Result<Vec<ConnectionRow>, StoreError>;
    /// Adds a connection; `Taken` if there is one of this id.
    async fn add_connection(&self, row: ConnectionRow, audit: AuditRow) -> Result<(), StoreError>;
    /// Replaces a connection. Answers whether there was one, and writes nothing if not.
    async fn put_connection(&self, row: ConnectionRow, audit: AuditRow)
    -> Result<bool, StoreError>;
    /// Deletes a connection. Answers whether there was one, and writes nothing if not.
    async fn delete_connection(&self, id: &str, audit: AuditRow) -> Result<bool, StoreError>;
    /// All tools that administrators made, by name.
    async fn tools(&self) -> Result<Vec<ToolRow>, StoreError>;
    /// Adds or replaces a tool.
    async fn put_tool(&self, row: ToolRow, audit: AuditRow) -> Result<(), StoreError>;
    /// Deletes a tool. Answers whether there was one, and writes nothing if not.
    async fn delete_tool(&self, name: &str, audit: AuditRow) -> Result<bool, StoreError>;
    /// All MCP servers that administrators added, by name.
    async fn mcp_servers(&self) -> Result<Vec<McpRow>, StoreError>;
    /// Adds or replaces an MCP server.
    async fn put_mcp_server(&self, row: McpRow, audit: AuditRow) -> Result<(), StoreError>;
    /// Deletes an MCP server. Answers whether there was one, and writes nothing if not.
    async fn delete_mcp_server(&self, name: &str, audit: AuditRow) -> Result<bool, StoreError>;
    /// Only notes in the audit log what somebody did.
    async fn note(&self, audit: AuditRow) -> Result<(), StoreError>;
    /// All agents that are not retired, by slug: newest version and draft.
    async fn agents(&self) -> Result<Vec<AgentRow>, StoreError>;
    /// One agent.
    async fn agent(&self, slug: &AgentSlug) -> Result<Option<AgentRow>, StoreError>;
    /// One version of an agent, retired or not.
    async fn version(
        &self,
        slug: &AgentSlug,
        version: u32,
    ) -> Result<Option<VersionRow>, StoreError>;
    /// All versions of an agent, newest first.
    async fn versions(&self, slug: &AgentSlug) -> Result<Vec<VersionRow>, StoreError>;
    /// Saves or (with `None`) discards a draft.
    async fn put_draft(
        &self,
        slug: &AgentSlug,
        draft: Option<AgentSpec>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Publishes `spec` as the agent's next version, with its audit entry; answers the version. A
    /// draft that says the same is discarded; another one stays.
    async fn publish(
        &self,
        spec: AgentSpec,
        by: Option<StaffRef>,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<u32, StoreError>;
    /// Retires an agent: no new conversation or handoff reaches it. Versions stay readable. Answers
    /// whether there was one, and writes nothing if not.
    async fn retire(&self, slug: &AgentSlug, audit: AuditRow) -> Result<bool, StoreError>;
    /// A setting, as JSON text.
    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Sets a setting.
    async fn put_setting(&self, key: &str, json: &str, audit: AuditRow) -> Result<(), StoreError>;
    /// All articles of the knowledge base.
    async fn articles(&self) -> Result<Vec<Article>, StoreError>;
    /// Deletes the articles of these short names, then adds or replaces `articles`.
    async fn put_articles(
        &self,
        articles: Vec<Article>,
        gone: Vec<String>,
        audit: AuditRow,
    ) -> Result<(), StoreError>;

    /// Questions that nothing covered and nobody has dismissed, newest first: searches that found
    /// nothing, but for those that went on in the same turn with more words and found something,
    /// or that repeat an earlier one with more words.
    async fn asked_in_vain(&self, limit: usize) -> Result<Vec<AskedInVain>, StoreError>;
    /// Dismisses such questions. Answers whether there was one, and writes nothing if not.
    async fn dismiss_asked(
        &self,
        asked: Vec<(ConversationId, Seq)>,
        audit: AuditRow,
    ) -> Result<bool, StoreError>;
    /// All searches in a conversation, by event.
    async fn searches(&self, id: &ConversationId) -> Result<Vec<SearchRow>, StoreError>;
    /// Puts searches in the place of what is held of a conversation, which must be there.
    async fn replace_searches(
        &self,
        id: &ConversationId,
        searches: Vec<SearchRow>,
    ) -> Result<(), StoreError>;

    // What people teach.

    /// Suggested examples that wait, oldest first.
    async fn suggestions(&self, limit: usize) -> Result<Vec<Suggestion>, StoreError>;
    /// What somebody said that a message was about.
    async fn suggestion(
        &self,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<Option<Suggestion>, StoreError>;
    /// Keeps a suggestion, in the place of what was said of its message before. Nothing comes of it
    /// until it is decided on, so it has no audit entry.
    async fn suggest(&self, suggestion: Suggestion) -> Result<(), StoreError>;
    /// Puts a decided suggestion in the place of the same one that waits, and publishes what was
    /// learnt from it, as [`Self::publish`] does. Answers whether it waited, and writes nothing if
    /// not.
    async fn decide_suggestion(
        &self,
        decided: Suggestion,
        learnt: Option<Learnt>,
        audit: AuditRow,
    ) -> Result<bool, StoreError>;
    /// The newest messages of the conversations that changed last, newest first, whoever wrote them.
    async fn messages_of_late(&self, limit: usize) -> Result<Vec<MessageOfLate>, StoreError>;
    /// Marks a message as one from which nothing is to be learnt. Answers whether that is new, and
    /// writes nothing if not.
    async fn dismiss_message(
        &self,
        id: &ConversationId,
        seq: Seq,
        audit: AuditRow,
    ) -> Result<bool, StoreError>;
    /// All saved tests, newest first.
    async fn saved_tests(&self) -> Result<Vec<SavedTest>, StoreError>;
    /// Saves a test.
    async fn add_test(&self, test: SavedTest, audit: AuditRow) -> Result<(), StoreError>;
    /// Deletes a test. Answers whether there was one, and writes nothing if not.
    async fn delete_test(&self, id: &TestId, audit: AuditRow) -> Result<bool, StoreError>;

    // What is read of it all.

    /// Entries before `after` that pass `filter`, newest first.
    async fn audit(
        &self,
        filter: AuditFilter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Audit, StoreError>;
    /// What brains have cost since `since`, by site and visitor, in millionths.
    async fn spent(&self, since: Timestamp) -> Result<Vec<(SiteKey, VisitorId, u64)>, StoreError>;
    /// What brains have used, summed.
    async fn meters(&self, by: MeterBy) -> Result<Vec<Meter>, StoreError>;
}
