//! The [`Store`] trait, each method one job for the writer or one for a reader.

use std::net::IpAddr;

use async_trait::async_trait;
use shared::{
    agent::AgentSpec,
    api::{Audit, Counts, Meter, MeterBy, RefundFilter, RefundLine, SavedTest, Suggestion},
    id::{
        AgentSlug, ApprovalId, ClientId, ConversationId, IntentId, KeyId, Seq, SiteKey, StaffId,
        TestId, VisitorId,
    },
    message::StaffRef,
    time::Timestamp,
};

use super::{
    SqliteStore, agents,
    append::{self, Refusal},
    articles, audit, connections, conversations, desk, inbox, learning, mcp, meters, money,
    refunds, search, searches, sessions, staff, tools, visitors,
    writer::Tx,
};
use crate::storage::{
    AppendError, InboxQuery, RefundTotals, Scope, Store, StoreError,
    rows::{
        AgentRow, Article, AskedInVain, AuditFilter, AuditRow, Batch, ConnectionRow, Ends, Hash,
        Head, Learnt, Line, McpRow, MessageOfLate, NewIdentity, Record, RefundRow, SearchRow,
        SessionRow, SiteRow, StaffRow, ToolRow, VersionRow, VisitorRow,
    },
};

impl SqliteStore {
    /// Does something and writes its audit entry, or neither.
    async fn act<W>(&self, audit: AuditRow, work: W) -> Result<(), StoreError>
    where
        W: FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        self.act_if(audit, |tx| work(tx).map(|()| true)).await.map(|_| ())
    }

    /// The same for what may find nothing to do, and then leaves no entry.
    async fn act_if<W>(&self, audit: AuditRow, work: W) -> Result<bool, StoreError>
    where
        W: FnOnce(&Tx<'_>) -> Result<bool, StoreError> + Send + 'static,
    {
        let both = move |tx: &mut Tx<'_>| {
            let done = work(tx)?;
            if done {
                audit::add(tx, &audit)?;
            }
            Ok(done)
        };
        self.writer.write(both).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(&self, batch: Batch) -> Result<(), AppendError> {
        let done = self.writer.write(move |tx| append::append(tx, &batch)).await?;
        done.map_err(|refusal| match refusal {
            Refusal::Conflict => AppendError::Conflict,
            Refusal::Duplicate(seq) => AppendError::Duplicate(seq),
            Refusal::Refused(require) => AppendError::Refused(require),
        })
    }

    async fn records(
        &self,
        scope: &Scope,
        id: &ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<Option<Vec<Record>>, StoreError> {
        let (scope, id) = (scope.clone(), id.clone());
        self.readers.read(move |c| conversations::records(c, &scope, &id, after, limit)).await
    }

    async fn line(&self, scope: &Scope, id: &ConversationId) -> Result<Option<Line>, StoreError> {
        let (scope, id) = (scope.clone(), id.clone());
        self.readers.read(move |c| conversations::line(c, &scope, &id)).await
    }

    async fn message_seq(
        &self,
        id: &ConversationId,
        client_id: &ClientId,
    ) -> Result<Option<Seq>, StoreError> {
        let (id, client_id) = (id.clone(), client_id.clone());
        self.readers.read(move |c| conversations::message_seq(c, &id, &client_id)).await
    }

    async fn inbox(&self, query: InboxQuery) -> Result<(Vec<Line>, Option<String>), StoreError> {
        if !query.text.is_empty() {
            // On a full disk the newest texts are not found; the others still are.
            let indexed = self.writer.write(|tx| Ok(search::index(tx)?)).await;
            indexed.or_else(|e| if e == StoreError::Full { Ok(()) } else { Err(e) })?;
        }
        self.readers.read(move |c| inbox::page(c, &query)).await
    }

    async fn counts(&self, reader: &StaffId) -> Result<Counts, StoreError> {
        let reader = reader.clone();
        self.readers.read(move |c| inbox::counts(c, &reader)).await
    }

    async fn latest_conversation(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let visitor = visitor.clone();
        self.readers.read(move |c| conversations::latest(c, &visitor)).await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let after = after.cloned();
        self.readers.read(move |c| conversations::due(c, now, after.as_ref(), limit)).await
    }

    async fn passed(
        &self,
        now: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let after = after.cloned();
        self.readers.read(move |c| conversations::passed(c, now, after.as_ref(), limit)).await
    }

    async fn owners(&self) -> Result<Vec<StaffId>, StoreError> {
        self.readers.read(conversations::owners).await
    }

    async fn ids(
        &self,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let after = after.cloned();
        self.readers.read(move |c| conversations::ids(c, after.as_ref(), limit)).await
    }

    async fn heads(
        &self,
        before: Timestamp,
        after: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<Head>, StoreError> {
        let after = after.cloned();
        self.readers.read(move |c| conversations::heads(c, before, after.as_ref(), limit)).await
    }

    async fn approval(&self, id: &ApprovalId) -> Result<Option<ConversationId>, StoreError> {
        let id = id.clone();
        self.readers.read(move |c| conversations::of_approval(c, &id)).await
    }

    async fn refund_totals(
        &self,
        charge: &str,
        order: &str,
        customer: &str,
        day: i64,
    ) -> Result<RefundTotals, StoreError> {
        let (charge, order) = (charge.to_owned(), order.to_owned());
        let customer = customer.to_owned();
        self.readers.read(move |c| money::totals(c, &charge, &order, &customer, day)).await
    }

    async fn refund_lines(
        &self,
        filter: RefundFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<RefundLine>, Option<String>), StoreError> {
        let after = after.map(str::to_owned);
        self.readers.read(move |c| refunds::page(c, filter, after.as_deref(), limit)).await
    }

    async fn refunds_for_people(&self) -> Result<(u32, u32), StoreError> {
        self.readers.read(refunds::for_people).await
    }

    async fn refund(&self, intent: &IntentId) -> Result<Option<ConversationId>, StoreError> {
        let intent = intent.clone();
        self.readers.read(move |c| refunds::conversation_of(c, &intent)).await
    }

    async fn never_sent(&self, keys: Vec<String>) -> Result<Vec<String>, StoreError> {
        self.readers.read(move |c| refunds::never_sent(c, keys)).await
    }

    async fn has_sent(&self) -> Result<bool, StoreError> {
        self.readers.read(refunds::has_sent).await
    }

    async fn refunds(&self, id: &ConversationId) -> Result<Vec<RefundRow>, StoreError> {
        let id = id.clone();
        self.readers.read(move |c| refunds::of_conversation(c, &id)).await
    }

    async fn visitor(
        &self,
        token_hash: &Hash,
        now: Timestamp,
    ) -> Result<Option<VisitorRow>, StoreError> {
        let token_hash = *token_hash;
        self.readers.read(move |c| visitors::by_token(c, &token_hash, now)).await
    }

    async fn start_visitor(
        &self,
        site: &SiteKey,
        token_hash: &Hash,
        identity: Option<NewIdentity>,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<VisitorRow, StoreError> {
        let (site, hash) = (site.clone(), *token_hash);
        self.writer
            .write(move |tx| visitors::start(tx, &site, &hash, identity.as_ref(), expires, now))
            .await
    }

    async fn extend_visitor(
        &self,
        token_hash: &Hash,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let hash = *token_hash;
        self.writer.write(move |tx| visitors::extend(tx, &hash, expires)).await
    }

    async fn end_visitor(&self, token_hash: &Hash) -> Result<(), StoreError> {
        let hash = *token_hash;
        self.writer.write(move |tx| visitors::end(tx, &hash)).await
    }

    async fn use_once(
        &self,
        site: &SiteKey,
        jti: &str,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (site, jti) = (site.clone(), jti.to_owned());
        self.writer.write(move |tx| visitors::use_once(tx, &site, &jti, expires, now)).await
    }

    async fn add_staff(&self, staff: StaffRow, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| staff::add(tx, &staff)).await
    }

    async fn put_staff(
        &self,
        staff: StaffRow,
        ends: Ends,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        self.act_if(audit, move |tx| staff::put(tx, &staff, ends)).await
    }

    async fn staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        self.readers.read(staff::all).await
    }

    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError> {
        let email = email.to_owned();
        self.readers.read(move |c| staff::by_email(c, &email)).await
    }

    async fn add_session(
        &self,
        session: SessionRow,
        network: Option<IpAddr>,
        audit: AuditRow,
    ) -> Result<(), StoreError> {
        self.act(audit, move |tx| sessions::add(tx, &session, network)).await
    }

    async fn session(
        &self,
        hash: &Hash,
        now: Timestamp,
    ) -> Result<Option<(StaffRow, SessionRow)>, StoreError> {
        let hash = *hash;
        self.readers.read(move |c| sessions::standing(c, &hash, now)).await
    }

    async fn use_key(&self, hash: &Hash, now: Timestamp) -> Result<(), StoreError> {
        let hash = *hash;
        self.writer.write(move |tx| sessions::use_key(tx, &hash, now)).await
    }

    async fn end_session(&self, hash: &Hash) -> Result<(), StoreError> {
        let hash = *hash;
        self.writer.write(move |tx| sessions::end(tx, &hash)).await
    }

    async fn keys(&self, staff: &StaffId) -> Result<Vec<SessionRow>, StoreError> {
        let staff = staff.clone();
        self.readers.read(move |c| sessions::keys(c, &staff)).await
    }

    async fn end_key(
        &self,
        staff: &StaffId,
        key: &KeyId,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        let (staff, key) = (staff.clone(), key.clone());
        self.act_if(audit, move |tx| sessions::end_key(tx, &staff, &key)).await
    }

    async fn has_signed_in_from(
        &self,
        staff: &StaffId,
        network: IpAddr,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let staff = staff.clone();
        self.readers.read(move |c| sessions::has_signed_in_from(c, &staff, network, now)).await
    }

    async fn sites(&self) -> Result<Vec<SiteRow>, StoreError> {
        self.readers.read(desk::sites).await
    }

    async fn site(&self, key: &SiteKey) -> Result<Option<SiteRow>, StoreError> {
        let key = key.clone();
        self.readers.read(move |c| desk::site(c, &key)).await
    }

    async fn put_site(&self, site: SiteRow, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| desk::put_site(tx, &site)).await
    }

    async fn connections(&self) -> Result<Vec<ConnectionRow>, StoreError> {
        self.readers.read(connections::all).await
    }

    async fn add_connection(&self, row: ConnectionRow, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| connections::add(tx, &row)).await
    }

    async fn put_connection(
        &self,
        row: ConnectionRow,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        self.act_if(audit, move |tx| connections::put(tx, &row)).await
    }

    async fn delete_connection(&self, id: &str, audit: AuditRow) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.act_if(audit, move |tx| connections::delete(tx, &id)).await
    }

    async fn tools(&self) -> Result<Vec<ToolRow>, StoreError> {
        self.readers.read(tools::all).await
    }

    async fn put_tool(&self, row: ToolRow, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| tools::put(tx, &row)).await
    }

    async fn delete_tool(&self, name: &str, audit: AuditRow) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.act_if(audit, move |tx| tools::delete(tx, &name)).await
    }

    async fn mcp_servers(&self) -> Result<Vec<McpRow>, StoreError> {
        self.readers.read(mcp::all).await
    }

    async fn put_mcp_server(&self, row: McpRow, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| mcp::put(tx, &row)).await
    }

    async fn delete_mcp_server(&self, name: &str, audit: AuditRow) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.act_if(audit, move |tx| mcp::delete(tx, &name)).await
    }

    async fn note(&self, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, |_| Ok(())).await
    }

    async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        self.readers.read(agents::all).await
    }

    async fn agent(&self, slug: &AgentSlug) -> Result<Option<AgentRow>, StoreError> {
        let slug = slug.clone();
        self.readers.read(move |c| agents::one(c, &slug)).await
    }

    async fn version(
        &self,
        slug: &AgentSlug,
        version: u32,
    ) -> Result<Option<VersionRow>, StoreError> {
        let slug = slug.clone();
        self.readers.read(move |c| agents::version(c, &slug, version)).await
    }

    async fn versions(&self, slug: &AgentSlug) -> Result<Vec<VersionRow>, StoreError> {
        let slug = slug.clone();
        self.readers.read(move |c| agents::versions(c, &slug)).await
    }

    async fn put_draft(
        &self,
        slug: &AgentSlug,
        draft: Option<AgentSpec>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let slug = slug.clone();
        self.writer.write(move |tx| agents::put_draft(tx, &slug, draft.as_ref(), now)).await
    }

    async fn publish(
        &self,
        spec: AgentSpec,
        by: Option<StaffRef>,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.writer
            .write(move |tx| agents::publish(tx, &spec, by.as_ref(), note.as_deref(), now))
            .await
    }

    async fn retire(&self, slug: &AgentSlug, audit: AuditRow) -> Result<bool, StoreError> {
        let slug = slug.clone();
        self.act_if(audit, move |tx| agents::retire(tx, &slug)).await
    }

    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.readers.read(move |c| desk::setting(c, &key)).await
    }

    async fn put_setting(&self, key: &str, json: &str, audit: AuditRow) -> Result<(), StoreError> {
        let (key, json) = (key.to_owned(), json.to_owned());
        self.act(audit, move |tx| desk::put_setting(tx, &key, &json)).await
    }

    async fn articles(&self) -> Result<Vec<Article>, StoreError> {
        self.readers.read(articles::all).await
    }

    async fn put_articles(
        &self,
        articles: Vec<Article>,
        gone: Vec<String>,
        audit: AuditRow,
    ) -> Result<(), StoreError> {
        self.act(audit, move |tx| articles::put(tx, &articles, &gone)).await
    }

    async fn asked_in_vain(&self, limit: usize) -> Result<Vec<AskedInVain>, StoreError> {
        self.readers.read(move |c| searches::in_vain(c, limit)).await
    }

    async fn dismiss_asked(
        &self,
        asked: Vec<(ConversationId, Seq)>,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        self.act_if(audit, move |tx| searches::dismiss(tx, &asked)).await
    }

    async fn searches(&self, id: &ConversationId) -> Result<Vec<SearchRow>, StoreError> {
        let id = id.clone();
        self.readers.read(move |c| searches::of(c, &id)).await
    }

    async fn replace_searches(
        &self,
        id: &ConversationId,
        searches: Vec<SearchRow>,
    ) -> Result<(), StoreError> {
        let id = id.clone();
        self.writer.write(move |tx| searches::replace(tx, &id, &searches)).await
    }

    async fn suggestions(&self, limit: usize) -> Result<Vec<Suggestion>, StoreError> {
        self.readers.read(move |c| learning::waiting(c, limit)).await
    }

    async fn suggestion(
        &self,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<Option<Suggestion>, StoreError> {
        let id = id.clone();
        self.readers.read(move |c| learning::one(c, &id, seq)).await
    }

    async fn suggest(&self, suggestion: Suggestion) -> Result<(), StoreError> {
        self.writer.write(move |tx| learning::put(tx, &suggestion)).await
    }

    async fn decide_suggestion(
        &self,
        decided: Suggestion,
        learnt: Option<Learnt>,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        self.act_if(audit, move |tx| learning::decide(tx, &decided, learnt.as_ref())).await
    }

    async fn messages_of_late(&self, limit: usize) -> Result<Vec<MessageOfLate>, StoreError> {
        self.readers.read(move |c| learning::of_late(c, limit)).await
    }

    async fn dismiss_message(
        &self,
        id: &ConversationId,
        seq: Seq,
        audit: AuditRow,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        self.act_if(audit, move |tx| learning::dismiss(tx, &id, seq)).await
    }

    async fn saved_tests(&self) -> Result<Vec<SavedTest>, StoreError> {
        self.readers.read(learning::tests).await
    }

    async fn add_test(&self, test: SavedTest, audit: AuditRow) -> Result<(), StoreError> {
        self.act(audit, move |tx| learning::add_test(tx, &test)).await
    }

    async fn delete_test(&self, id: &TestId, audit: AuditRow) -> Result<bool, StoreError> {
        let id = id.clone();
        self.act_if(audit, move |tx| learning::delete_test(tx, &id)).await
    }

    async fn audit(
        &self,
        filter: AuditFilter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Audit, StoreError> {
        self.readers.read(move |c| audit::page(c, &filter, after, limit)).await
    }

    async fn spent(&self, since: Timestamp) -> Result<Vec<(SiteKey, VisitorId, u64)>, StoreError> {
        self.readers.read(move |c| meters::spent(c, since)).await
    }

    async fn meters(&self, by: MeterBy) -> Result<Vec<Meter>, StoreError> {
        self.readers.read(move |c| meters::sums(c, by)).await
    }
}
