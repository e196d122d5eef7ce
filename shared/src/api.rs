//! Bodies of the HTTP API (`/api/v1`).

use serde::{Deserialize, Serialize};

use crate::{
    agent::AgentSpec,
    brief::{Brief, TriggerKind, Usage},
    conversation::RefundView,
    event::{Effect, Event, ProposedWrite, RefundState},
    id::{
        AgentSlug, ApprovalId, ClientId, ConversationId, Epoch, IntentId, KeyId, Seq, SiteKey,
        StaffId,
    },
    message::{AuthorKind, StaffRef, VisitorRef},
    money::Money,
    owner::Owner,
    time::Timestamp,
};

macro_rules! body {
    ($($(#[$doc:meta])* pub struct $name:ident { $($fields:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($fields)* }
    )+};
}

body! {
    /// Every error answer.
    pub struct ApiError {
        /// What went wrong.
        pub error: ErrorBody,
    }

    /// What went wrong.
    pub struct ErrorBody {
        /// Stable, in snake case; programs decide by this.
        pub code: String,
        /// What a person can do about it.
        pub message: String,
        /// The field at fault, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// For `already_claimed`: who has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Owner>,
    }

    /// `POST /visitors`.
    pub struct StartVisitor {
        /// The site's public key.
        pub site: SiteKey,
        /// A JWT that the site signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub identity: Option<String>,
    }

    /// Answer to `POST /visitors`.
    pub struct VisitorSession {
        /// Bearer token of the visitor API.
        pub token: String,
        /// Who the token stands for.
        pub visitor: VisitorInfo,
        /// Their latest conversation.
        pub conversation: Option<Conversation>,
    }

    /// Who a visitor token stands for.
    pub struct VisitorInfo {
        /// Who.
        pub id: crate::id::VisitorId,
        /// Whether the site signed for them.
        pub verified: bool,
        /// The name that people read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// A conversation, as its reader may see it.
    pub struct Conversation {
        /// Which conversation.
        pub id: ConversationId,
        /// On which site.
        pub site: SiteKey,
        /// With whom.
        pub visitor: VisitorRef,
        /// Who must answer next.
        pub owner: Owner,
        /// How often the owner has changed, plus one.
        pub epoch: Epoch,
        /// The newest event.
        pub seq: Seq,
        /// When it began.
        pub opened_at: Timestamp,
        /// Since when a person is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub escalated_at: Option<Timestamp>,
        /// The brief of the latest handoff. Staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub brief: Option<Brief>,
        /// Refunds, as they stand.
        #[serde(default)]
        pub refunds: Vec<RefundView>,
        /// Approvals that wait for a person. Staff only.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub approvals: Vec<WaitingApproval>,
        /// What brains have used. Staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub usage: Option<Usage>,
        /// The newest events that the reader may see, oldest first.
        pub events: Vec<Event>,
        /// Whether older ones were left out.
        #[serde(default)]
        pub truncated: bool,
    }

    /// An approval that waits for a person.
    pub struct WaitingApproval {
        /// Which approval.
        pub id: ApprovalId,
        /// What is to be done, in a few words.
        pub summary: String,
        /// The exact write.
        pub action: ProposedWrite,
        /// Until when a person can decide.
        pub expires_at: Timestamp,
    }

    /// `POST /conversations/{id}/messages` and `/replies`.
    pub struct SendMessage {
        /// The sender's own id, a UUID; a retry carries the same one.
        pub client_id: ClientId,
        /// What to say, as Markdown.
        pub text: String,
    }

    /// The message is on disk.
    pub struct Accepted {
        /// Its position in the journal.
        pub seq: Seq,
    }

    /// `POST /conversations/{id}/rating`.
    pub struct Rate {
        /// One (bad) to five (good).
        pub score: u8,
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }

    /// `GET /conversations/{id}/events`.
    pub struct Events {
        /// In order.
        pub events: Vec<Event>,
    }

    /// `POST /staff/login`.
    pub struct Login {
        /// The e-mail address of the account.
        pub email: String,
        /// Its password.
        pub password: String,
    }

    /// A member of staff.
    pub struct Staff {
        /// Who.
        pub id: StaffId,
        /// The e-mail address of the account.
        pub email: String,
        /// The name that people read.
        pub name: String,
        /// What they may do.
        pub role: Role,
        /// Whether they can sign in.
        pub active: bool,
    }

    /// `POST /staff`: a new account.
    pub struct NewStaff {
        /// The e-mail address of the account.
        pub email: String,
        /// The name that people read.
        pub name: String,
        /// What they may do.
        pub role: Role,
        /// Its first password; at least 10 characters.
        pub password: String,
    }

    /// `PUT /staff/{id}`: what to change of an account.
    pub struct ChangeStaff {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// A new role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<Role>,
        /// Whether they can sign in; `false` ends their sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub active: Option<bool>,
        /// A new password; at least 10 characters; ends their sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
    }

    /// `PUT /staff/me/password`: one's own password. Ends one's other sessions, not one's keys.
    pub struct ChangePassword {
        /// The password as it is.
        pub current: String,
        /// The new one; at least 10 characters.
        pub new: String,
    }

    /// `POST /staff/{id}/keys`.
    pub struct AddApiKey {
        /// What the key is for, so that people know it again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// Answer to `POST /staff/{id}/keys`: an API key, shown this once.
    pub struct NewApiKey {
        /// Bearer token of the staff API.
        pub key: String,
        /// Which key, in the list and to delete it.
        pub id: KeyId,
        /// What it is for.
        pub name: String,
    }

    /// An API key. The key itself is never shown again.
    pub struct ApiKey {
        /// Which key.
        pub id: KeyId,
        /// What it is for.
        pub name: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was used last, to within a minute; absent if never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_used_at: Option<Timestamp>,
    }

    /// `GET /staff/{id}/keys`.
    pub struct ApiKeys {
        /// Newest first.
        pub keys: Vec<ApiKey>,
    }

    /// A member of staff who has a page open.
    pub struct Present {
        /// Who.
        pub id: StaffId,
        /// The name that people read.
        pub name: String,
        /// Whether they have said that they are away.
        pub away: bool,
    }

    /// `GET /staff/presence`: who is here.
    pub struct People {
        /// Whoever has a page open, by name.
        pub people: Vec<Present>,
    }

    /// `PUT /staff/me/away`.
    pub struct SetAway {
        /// Whether they are away.
        pub away: bool,
    }

    /// One line of the inbox.
    pub struct Summary {
        /// Which conversation.
        pub id: ConversationId,
        /// On which site.
        pub site: SiteKey,
        /// With whom.
        pub visitor: VisitorRef,
        /// Who must answer next.
        pub owner: Owner,
        /// When the newest event was recorded.
        pub updated_at: Timestamp,
        /// Since when a person is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub escalated_at: Option<Timestamp>,
        /// Until when it must be claimed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<Timestamp>,
        /// Why it came to people: the latest brief's trigger and reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Reason>,
        /// What is wanted, where a person is needed: the latest brief's request, or what is to be
        /// approved; shortened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub request: Option<String>,
        /// Whether an approval waits.
        pub needs_approval: bool,
        /// Who wrote the newest message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_author: Option<AuthorKind>,
        /// The newest message, shortened.
        pub preview: String,
        /// The visitor's score.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rating: Option<u8>,
        /// The newest event.
        pub seq: Seq,
    }

    /// Why a conversation came to its owner.
    pub struct Reason {
        /// Which trigger.
        pub trigger: TriggerKind,
        /// In a sentence.
        pub text: String,
    }

    /// How many conversations each view has.
    pub struct Counts {
        /// In a queue, or with an approval that waits.
        pub waiting: u32,
        /// Owned by the reader.
        pub mine: u32,
        /// Not closed.
        pub all: u32,
        /// Closed.
        pub closed: u32,
    }

    /// `GET /inbox`.
    pub struct InboxPage {
        /// Longest waiting first in `waiting`, newest first elsewhere.
        pub conversations: Vec<Summary>,
        /// What to pass as `after` for the next page.
        pub next: Option<String>,
        /// How many conversations each view has.
        pub counts: Counts,
    }

    /// `POST /conversations/{id}/notes`.
    pub struct AddNote {
        /// What to note.
        pub text: String,
    }

    /// `POST /conversations/{id}/return`.
    pub struct Return {
        /// Who goes on.
        pub agent: AgentSlug,
        /// What they should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// `POST /approvals/{id}`.
    pub struct Decide {
        /// Yes or no.
        pub decision: Decision,
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// An agent, published and draft.
    pub struct Agent {
        /// Which agent.
        pub slug: AgentSlug,
        /// What visitors meet; absent until first published.
        pub published: Option<Published>,
        /// What an admin is working on; absent when nothing differs from the published version.
        pub draft: Option<AgentSpec>,
        /// When the draft was saved.
        pub draft_saved_at: Option<Timestamp>,
    }

    /// A published version.
    pub struct Published {
        /// Counts up from 1.
        pub version: u32,
        /// The agent, whole.
        pub spec: AgentSpec,
        /// When.
        pub at: Timestamp,
        /// By whom; absent for what Baton came with.
        pub by: Option<StaffRef>,
        /// What they said about it.
        pub note: Option<String>,
    }

    /// `GET /agents`.
    pub struct Agents {
        /// All agents, by slug.
        pub agents: Vec<Agent>,
    }

    /// `GET /agents/{slug}/versions`.
    pub struct Versions {
        /// Newest first.
        pub versions: Vec<Published>,
    }

    /// `POST /agents/{slug}/publish`.
    pub struct Publish {
        /// What to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// `POST /agents/{slug}/rollback`: publishes an earlier version again, as a new one.
    pub struct Rollback {
        /// Which.
        pub version: u32,
    }

    /// A tool that agents can be given.
    pub struct ToolInfo {
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Whether it only looks.
        pub effect: Effect,
        /// Whether the site must have signed for the visitor.
        pub needs_verified: bool,
        /// JSON Schema of its arguments.
        pub parameters: serde_json::Value,
    }

    /// `GET /tools`.
    pub struct Tools {
        /// All tools, by name.
        pub tools: Vec<ToolInfo>,
    }

    /// One entry of the audit log.
    pub struct AuditEntry {
        /// Its position; pass it as `after` for what is older.
        pub id: u64,
        /// When.
        pub at: Timestamp,
        /// What, such as `handoff`, `approval`, `publish`, `sign_in`.
        pub action: String,
        /// Who: a member of staff, an agent, or `baton`.
        pub actor: String,
        /// To what: a conversation, an agent, an account.
        pub subject: String,
        /// The conversation, where it was in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversation: Option<ConversationId>,
        /// What a reader should know besides.
        pub detail: String,
    }

    /// `GET /audit`.
    pub struct Audit {
        /// Newest first.
        pub entries: Vec<AuditEntry>,
        /// What to pass as `after` for the next page.
        pub next: Option<String>,
    }

    /// One line of the meters.
    pub struct Meter {
        /// The agent, handoff or conversation.
        pub key: String,
        /// What it used.
        pub usage: Usage,
        /// Turns that ended in it.
        pub turns: u64,
    }

    /// `GET /meters`.
    pub struct Meters {
        /// By key.
        pub meters: Vec<Meter>,
        /// The sum of the lines, exactly.
        pub total: Meter,
    }

    /// `GET /journal/head`: what all events before a moment amount to. It stays what it is; kept
    /// outside Baton, it shows later whether anything before that moment was changed.
    pub struct JournalHead {
        /// The moment, about a minute ago; pass it to `baton heads --before`.
        pub before: Timestamp,
        /// Conversations that had begun.
        pub conversations: u64,
        /// Events in them.
        pub events: u64,
        /// SHA-256, in hexadecimal, of what `baton heads` prints for that moment.
        pub head: String,
    }

    /// A site, as an admin sees it.
    pub struct Site {
        /// Its public key.
        pub key: SiteKey,
        /// What the desk calls it.
        pub name: String,
        /// Where it may be embedded: `https://shop.example`, or `http://localhost:*`.
        pub origins: Vec<String>,
        /// The site's colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What it suggests to ask at first; if empty, the widget has suggestions of its own.
        pub questions: Vec<String>,
        /// Whether an identity secret is set. The secret itself is never shown again.
        pub has_identity_secret: bool,
        /// Whether visitors can write.
        pub active: bool,
    }

    /// `GET /sites`.
    pub struct Sites {
        /// All sites, by name.
        pub sites: Vec<Site>,
    }

    /// `POST /sites` and `PUT /sites/{key}`.
    pub struct SaveSite {
        /// What the desk calls it.
        pub name: String,
        /// Where it may be embedded.
        pub origins: Vec<String>,
        /// The site's colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What it suggests to ask at first, at most four; empty for the widget's own suggestions.
        #[serde(default)]
        pub questions: Vec<String>,
        /// Whether visitors can write.
        pub active: bool,
    }

    /// `POST /sites/{key}/secret`: a new identity secret, shown this once.
    pub struct NewSecret {
        /// The secret.
        pub secret: String,
    }

    /// What the widget may know of its site.
    pub struct SiteLook {
        /// Its public key.
        pub key: SiteKey,
        /// What to call it.
        pub name: String,
        /// Its colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What to suggest before anybody has written.
        pub questions: Vec<String>,
        /// The name of who will answer first.
        pub first_owner: String,
    }

    /// `POST /playground`: a try-out conversation with a draft.
    pub struct StartPlayground {
        /// The agent whose draft takes the place of its published version.
        pub agent: AgentSlug,
        /// Whether it takes the first message, or the desk's front door does.
        #[serde(default)]
        pub front_door: bool,
        /// The customer whom the visitor is taken for, such as `cus_1`; anonymous if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<String>,
    }

    /// A try-out conversation. Its tools act on a copy of the demo shop, never on anything real.
    pub struct Playground {
        /// What to pass to `POST /playground/{id}/messages`.
        pub id: String,
        /// The conversation so far, as staff see it.
        pub conversation: Conversation,
        /// How rules were held against what the visitor wrote, oldest first.
        #[serde(default)]
        pub tried: Vec<TriedRules>,
    }

    /// How an agent's rules were held against a visitor's message when it was taken in.
    pub struct TriedRules {
        /// The event after which they were tried: the message, or the handoff to the agent.
        pub seq: Seq,
        /// Whose rules.
        pub agent: AgentSlug,
        /// The rules, in their order.
        pub rules: Vec<TriedRule>,
        /// Which trigger went before any rule, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub instead: Option<TriggerKind>,
    }

    /// How one rule was held against a message.
    pub struct TriedRule {
        /// What it is called.
        pub name: String,
        /// Whether it handed the conversation over.
        pub fired: bool,
        /// What became of each of its conditions.
        pub conditions: Vec<TriedCondition>,
        /// Why it did not fire though all of them hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub held_back: Option<String>,
    }

    /// What became of one condition.
    pub struct TriedCondition {
        /// Whether it holds.
        pub holds: bool,
        /// Why or why not, such as `order is not known`.
        pub text: String,
    }

    /// `POST /playground/{id}/messages`.
    pub struct TryMessage {
        /// What the visitor says.
        pub text: String,
    }

    /// A refund, as the people see it who look after money.
    pub struct RefundLine {
        /// The conversation.
        pub conversation: ConversationId,
        /// The intent.
        pub intent: IntentId,
        /// The order.
        pub order: String,
        /// The customer.
        pub customer: String,
        /// The charge that is refunded.
        pub charge: String,
        /// How much.
        pub money: Money,
        /// Where it stands.
        pub state: RefundState,
        /// Since when.
        pub since: Timestamp,
        /// The key under which the payment provider knows it: what to search for there.
        pub key: String,
        /// How often the provider was asked in vain since then.
        pub asked: u32,
        /// What the provider said last, or why it said nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<String>,
        /// When it is asked next; absent if it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ask_at: Option<Timestamp>,
        /// Whether a person must settle it: the provider was asked for long enough.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub needs_person: bool,
        /// From when on a person may settle it as failed: until then a call may still arrive.
        /// Absent if it is not for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fails_from: Option<Timestamp>,
        /// The person who settled it, where the provider did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settled_by: Option<StaffRef>,
        /// What became of it by the provider's account, where that contradicts the person and
        /// nobody has looked into it. The settlement stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contradicted: Option<RefundState>,
    }

    /// `GET /refunds`.
    pub struct Refunds {
        /// Oldest first.
        pub refunds: Vec<RefundLine>,
        /// What to pass as `after` for the next page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// `POST /refunds/{intent}/settle`: what became of a refund of which the provider does not say.
    pub struct SettleRefund {
        /// What became of it.
        #[serde(rename = "as")]
        pub outcome: RefundOutcome,
        /// How that is known.
        pub note: String,
    }

    /// `POST /refunds/{intent}/look`: the provider's contradicting a settlement was looked into.
    pub struct LookedInto {
        /// What came of it.
        pub note: String,
    }

    /// Refunds are off.
    pub struct RefundsOff {
        /// Since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<Timestamp>,
        /// Who switched them off; absent where Baton did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<StaffRef>,
        /// Why.
        pub cause: OffCause,
        /// What else is known about it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub detail: String,
        /// After a restore: refunds that were sent and that the database does not know, the newest
        /// first; at most 100.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lost: Vec<LostRefund>,
    }

    /// A refund that was sent, and that the database does not know.
    pub struct LostRefund {
        /// The key under which the payment provider knows it.
        pub key: String,
        /// The provider's id of it; absent if the provider was not heard about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub receipt: Option<String>,
        /// The charge, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub charge: Option<String>,
        /// How much, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub money: Option<Money>,
    }

    /// `GET /money`: the kill switch and what is not settled.
    pub struct MoneyState {
        /// Whether refunds may be sent.
        pub enabled: bool,
        /// Why not, if they may not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub off: Option<RefundsOff>,
        /// Refunds that are waiting, pending or unknown, or contradicted: the oldest.
        pub open: Vec<RefundLine>,
    }

    /// `PUT /money`.
    pub struct SwitchMoney {
        /// Whether refunds may be sent.
        pub enabled: bool,
        /// Why; needed to switch them on after a restore: what was compared with the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// `GET /notices`: what everybody at the desk must know.
    pub struct Notices {
        /// Refunds are off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refunds_off: Option<RefundsOff>,
        /// Refunds that only a person can settle.
        pub unknown_refunds: u32,
        /// Settled refunds that the provider contradicts.
        pub contradicted_refunds: u32,
    }

    /// `GET /setup`: what a page must know before anybody has signed in.
    pub struct Setup {
        /// The program's version.
        pub version: String,
        /// Whether demo data is loaded.
        pub demo: bool,
    }
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Answers in the inbox.
    Agent,
    /// Also shapes agents, sites and staff.
    Admin,
}

/// Which refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundFilter {
    /// Waiting, pending or unknown, or contradicted by the provider.
    #[default]
    Open,
    /// Waiting for a person's approval.
    Waiting,
    /// On their way.
    Pending,
    /// The provider did not say whether they happened.
    Unknown,
    /// Settled by a person, contradicted by the provider.
    Contradicted,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundOutcome {
    /// The customer has the money back.
    Succeeded,
    /// It did not happen and will not.
    Failed,
}

/// Why refunds are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OffCause {
    /// A person switched them off.
    Switched,
    /// The database came back from a backup: what was refunded since is not in it.
    Restored,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Decision {
    /// Do it.
    Approve,
    /// Do not.
    Decline,
}

/// A view of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum View {
    /// In a queue, or with an approval that waits.
    #[default]
    Waiting,
    /// Owned by the reader.
    Mine,
    /// Not closed.
    All,
    /// Closed.
    Closed,
}

/// What the meters are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MeterBy {
    /// One line an agent.
    Agent,
    /// One line a tenure, by the handoff that began it.
    Handoff,
    /// One line a conversation.
    Conversation,
}
