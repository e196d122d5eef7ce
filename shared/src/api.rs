//! Bodies of the HTTP API (`/api/v1`), by who is concerned.

mod agents;
mod connections;
mod conversations;
mod desk;
mod error;
mod inbox;
mod knowledge;
mod learning;
mod mcp;
mod playground;
mod reading;
mod records;
mod refunds;
mod sites;
mod staff;
mod tools;
mod visitors;

pub use agents::{Agent, Agents, Publish, Published, Rollback, ToolInfo, Tools, Versions};
pub use connections::{
    AddConnection, Connection, ConnectionFault, ConnectionHealth, ConnectionTest, Connections,
    OfferedModel, SaveConnection, StepRequest, TestConnection,
};
pub use conversations::{
    Accepted, AddNote, Conversation, Decide, Decision, Events, Rate, Return, SendMessage,
    WaitingApproval,
};
pub use desk::{Notices, Setup};
pub use error::{ApiError, ErrorBody};
pub use inbox::{Counts, InboxPage, Reason, Summary, View};
pub use knowledge::{
    Article, ArticleLine, Articles, AskedAt, AskedOnce, Collection, DismissQuestion, FoundPassage,
    Imported, ImportedArticle, NearArticle, NewArticle, NothingFound, Origin, SaveArticle,
    TriedQuestion, TriedWord, TryQuestion, UnansweredQuestion, UnansweredQuestions,
};
pub use learning::{
    AddTest, ChangedMessage, DismissMessage, Effect, Lesson, MessageUnderstood, ReadAs, ReadTwice,
    SavedTest, Suggest, Suggestion, SuggestionState, Suggestions, TestRun, TestRuns, TestedTwice,
    Topic, Topics, UnsureMessage, UnsureMessages,
};
pub use mcp::{
    HeldTool, McpLook, McpSeen, McpServers, OfferState, OfferedTool, SaveMcpServer, ShownMcpServer,
};
pub use playground::{
    Playground, StartPlayground, TriedCondition, TriedRule, TriedRules, TryMessage,
};
pub use reading::{MessageReading, ReadMessage, Why, WhyExample, WhyPart};
pub use records::{Audit, AuditEntry, JournalHead, Meter, MeterBy, Meters};
pub use refunds::{
    LookedInto, LostRefund, MoneyState, OffCause, RefundFilter, RefundLine, RefundOutcome, Refunds,
    RefundsOff, SettleRefund, SwitchMoney,
};
pub use sites::{NewSecret, SaveSite, Site, SiteLook, Sites};
pub use staff::{
    AddApiKey, ApiKey, ApiKeys, ChangePassword, ChangeStaff, Login, NewApiKey, NewStaff, People,
    Present, Role, SetAway, Staff,
};
pub use tools::{
    ImportTools, ImportableTools, LeftOut, MadeTool, MadeTools, SaveTool, SentRequest, TriedTool,
    TryTool,
};
pub use visitors::{StartVisitor, VisitorInfo, VisitorSession};

/// Structs as every body is: cloned, compared, read, written, and described where the server
/// publishes its contract.
macro_rules! body {
    ($($(#[$doc:meta])* pub struct $name:ident { $($fields:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($fields)* }
    )+};
}
use body;
