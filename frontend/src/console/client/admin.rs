//! What only an administrator can call.

use serde::Deserialize;
use shared::{
    agent::{AgentSpec, DeskSettings},
    api::{
        AddApiKey, AddConnection, Agent, ApiKeys, Audit, ChangeStaff, Connection, ConnectionTest,
        Connections, ImportTools, ImportableTools, LookedInto, MadeTool, MadeTools, McpLook,
        McpServers, MeterBy, Meters, MoneyState, NewApiKey, NewSecret, NewStaff, Playground,
        Publish, RefundLine, Rollback, SaveConnection, SaveMcpServer, SaveSite, SaveTool,
        SettleRefund, ShownMcpServer, Site, Sites, Staff, StartPlayground, StepRequest,
        SwitchMoney, TestConnection, Tools, TriedTool, TryMessage, TryTool, Versions,
    },
    id::{AgentSlug, ConversationId, IntentId, KeyId, Seq, SiteKey, StaffId},
};

use super::{Desk, Empty, Failure, NOTHING, Verb, part};

/// The client of an administrator.
#[derive(Debug, Clone)]
pub struct Admin {
    desk: Desk,
}

/// `GET /staff`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StaffList {
    /// All accounts.
    pub staff: Vec<Staff>,
}

impl Admin {
    pub(super) fn new(desk: Desk) -> Self {
        Self { desk }
    }

    /// The client of the same person without the administrator's calls.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// One agent.
    pub async fn agent(&self, slug: &AgentSlug) -> Result<Agent, Failure> {
        self.desk.ask(Verb::Get, &format!("/agents/{slug}"), NOTHING).await
    }

    /// Saves a draft; creates the agent if there is none of that name.
    pub async fn save_draft(&self, spec: &AgentSpec) -> Result<Agent, Failure> {
        self.desk.ask(Verb::Put, &format!("/agents/{}/draft", spec.slug), Some(spec)).await
    }

    /// Throws a draft away.
    pub async fn discard_draft(&self, slug: &AgentSlug) -> Result<Agent, Failure> {
        self.desk.ask(Verb::Delete, &format!("/agents/{slug}/draft"), NOTHING).await
    }

    /// Publishes the draft.
    pub async fn publish(&self, slug: &AgentSlug, publish: &Publish) -> Result<Agent, Failure> {
        self.desk.ask(Verb::Post, &format!("/agents/{slug}/publish"), Some(publish)).await
    }

    /// Publishes an earlier version again.
    pub async fn roll_back(&self, slug: &AgentSlug, version: u32) -> Result<Agent, Failure> {
        let body = Rollback { version };
        self.desk.ask(Verb::Post, &format!("/agents/{slug}/rollback"), Some(&body)).await
    }

    /// Takes an agent out of service.
    pub async fn retire(&self, slug: &AgentSlug) -> Result<(), Failure> {
        self.desk.tell(Verb::Delete, &format!("/agents/{slug}"), NOTHING).await
    }

    /// All published versions of an agent.
    pub async fn versions(&self, slug: &AgentSlug) -> Result<Versions, Failure> {
        self.desk.ask(Verb::Get, &format!("/agents/{slug}/versions"), NOTHING).await
    }

    /// All tools that agents can be given.
    pub async fn tools(&self) -> Result<Tools, Failure> {
        self.desk.ask(Verb::Get, "/tools", NOTHING).await
    }

    /// Starts a try-out conversation.
    pub async fn start_playground(&self, start: &StartPlayground) -> Result<Playground, Failure> {
        self.desk.ask(Verb::Post, "/playground", Some(start)).await
    }

    /// Says something in a try-out conversation.
    pub async fn try_message(&self, id: &str, message: &TryMessage) -> Result<Playground, Failure> {
        let path = format!("/playground/{}/messages", part(id));
        self.desk.ask(Verb::Post, &path, Some(message)).await
    }

    /// All connections to model providers.
    pub async fn connections(&self) -> Result<Connections, Failure> {
        self.desk.ask(Verb::Get, "/connections", NOTHING).await
    }

    /// Adds a connection.
    pub async fn add_connection(&self, new: &AddConnection) -> Result<Connection, Failure> {
        self.desk.ask(Verb::Post, "/connections", Some(new)).await
    }

    /// Changes a connection.
    pub async fn save_connection(
        &self,
        id: &str,
        changed: &SaveConnection,
    ) -> Result<Connection, Failure> {
        self.desk.ask(Verb::Put, &format!("/connections/{}", part(id)), Some(changed)).await
    }

    /// Deletes a connection and its key.
    pub async fn delete_connection(&self, id: &str) -> Result<(), Failure> {
        self.desk.tell(Verb::Delete, &format!("/connections/{}", part(id)), NOTHING).await
    }

    /// What a model was asked in one step of a conversation.
    pub async fn step_request(
        &self,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<StepRequest, Failure> {
        self.desk.ask(Verb::Get, &format!("/conversations/{id}/steps/{seq}"), NOTHING).await
    }

    /// Tries one of its models.
    pub async fn test_connection(
        &self,
        id: &str,
        test: &TestConnection,
    ) -> Result<ConnectionTest, Failure> {
        self.desk.ask(Verb::Post, &format!("/connections/{}/test", part(id)), Some(test)).await
    }

    /// The tools that administrators have made.
    pub async fn made_tools(&self) -> Result<MadeTools, Failure> {
        self.desk.ask(Verb::Get, "/tools/made", NOTHING).await
    }

    /// Adds or changes a tool.
    pub async fn save_tool(&self, save: &SaveTool) -> Result<MadeTool, Failure> {
        let path = format!("/tools/made/{}", part(&save.tool.name));
        self.desk.ask(Verb::Put, &path, Some(save)).await
    }

    /// Deletes a tool and its secrets.
    pub async fn delete_tool(&self, name: &str) -> Result<(), Failure> {
        self.desk.tell(Verb::Delete, &format!("/tools/made/{}", part(name)), NOTHING).await
    }

    /// Makes a tool's request once.
    pub async fn try_tool(&self, tool: &TryTool) -> Result<TriedTool, Failure> {
        self.desk.ask(Verb::Post, "/tools/try", Some(tool)).await
    }

    /// All MCP servers that were added.
    pub async fn mcp_servers(&self) -> Result<McpServers, Failure> {
        self.desk.ask(Verb::Get, "/tools/mcp", NOTHING).await
    }

    /// Adds or changes an MCP server.
    pub async fn save_mcp(&self, save: &SaveMcpServer) -> Result<ShownMcpServer, Failure> {
        let path = format!("/tools/mcp/{}", part(&save.server.name));
        self.desk.ask(Verb::Put, &path, Some(save)).await
    }

    /// Deletes an MCP server and its secrets.
    pub async fn delete_mcp(&self, name: &str) -> Result<(), Failure> {
        self.desk.tell(Verb::Delete, &format!("/tools/mcp/{}", part(name)), NOTHING).await
    }

    /// Asks an MCP server what it offers.
    pub async fn look_at_mcp(&self, server: &SaveMcpServer) -> Result<McpLook, Failure> {
        self.desk.ask(Verb::Post, "/tools/look", Some(server)).await
    }

    /// The tools that an OpenAPI document describes.
    pub async fn import_tools(&self, document: &ImportTools) -> Result<ImportableTools, Failure> {
        self.desk.ask(Verb::Post, "/tools/import", Some(document)).await
    }

    /// All sites.
    pub async fn sites(&self) -> Result<Sites, Failure> {
        self.desk.ask(Verb::Get, "/sites", NOTHING).await
    }

    /// Adds a site, or changes the one of `key`.
    pub async fn save_site(&self, key: Option<&SiteKey>, site: &SaveSite) -> Result<Site, Failure> {
        match key {
            Some(key) => self.desk.ask(Verb::Put, &format!("/sites/{key}"), Some(site)).await,
            None => self.desk.ask(Verb::Post, "/sites", Some(site)).await,
        }
    }

    /// Makes a new identity secret; the old one ends.
    pub async fn new_secret(&self, key: &SiteKey) -> Result<NewSecret, Failure> {
        self.desk.ask(Verb::Post, &format!("/sites/{key}/secret"), Some(&Empty {})).await
    }

    /// All accounts.
    pub async fn staff(&self) -> Result<StaffList, Failure> {
        self.desk.ask(Verb::Get, "/staff", NOTHING).await
    }

    /// Adds an account.
    pub async fn add_staff(&self, staff: &NewStaff) -> Result<Staff, Failure> {
        self.desk.ask(Verb::Post, "/staff", Some(staff)).await
    }

    /// Changes an account.
    pub async fn change_staff(&self, id: &StaffId, change: &ChangeStaff) -> Result<Staff, Failure> {
        self.desk.ask(Verb::Put, &format!("/staff/{id}"), Some(change)).await
    }

    /// The API keys of an account.
    pub async fn keys(&self, id: &StaffId) -> Result<ApiKeys, Failure> {
        self.desk.ask(Verb::Get, &format!("/staff/{id}/keys"), NOTHING).await
    }

    /// Makes an API key for an account.
    pub async fn new_key(&self, id: &StaffId, key: &AddApiKey) -> Result<NewApiKey, Failure> {
        self.desk.ask(Verb::Post, &format!("/staff/{id}/keys"), Some(key)).await
    }

    /// Revokes an API key.
    pub async fn delete_key(&self, id: &StaffId, key: &KeyId) -> Result<(), Failure> {
        self.desk.tell(Verb::Delete, &format!("/staff/{id}/keys/{key}"), NOTHING).await
    }

    /// What holds for the whole desk.
    pub async fn settings(&self) -> Result<DeskSettings, Failure> {
        self.desk.ask(Verb::Get, "/desk", NOTHING).await
    }

    /// Changes what holds for the whole desk.
    pub async fn save_settings(&self, settings: &DeskSettings) -> Result<(), Failure> {
        self.desk.tell(Verb::Put, "/desk", Some(settings)).await
    }

    /// The kill switch and open refunds.
    pub async fn money(&self) -> Result<MoneyState, Failure> {
        self.desk.ask(Verb::Get, "/money", NOTHING).await
    }

    /// Turns refunds on or off.
    pub async fn switch_money(&self, switch: &SwitchMoney) -> Result<(), Failure> {
        self.desk.tell(Verb::Put, "/money", Some(switch)).await
    }

    /// Asks the payment provider now what became of a refund.
    pub async fn ask_about_refund(&self, intent: &IntentId) -> Result<RefundLine, Failure> {
        self.desk.ask(Verb::Post, &format!("/refunds/{intent}/ask"), Some(&Empty {})).await
    }

    /// Settles a refund of which the payment provider does not say what became.
    pub async fn settle_refund(
        &self,
        intent: &IntentId,
        settle: &SettleRefund,
    ) -> Result<RefundLine, Failure> {
        self.desk.ask(Verb::Post, &format!("/refunds/{intent}/settle"), Some(settle)).await
    }

    /// Notes that the provider's contradicting a settlement was looked into.
    pub async fn looked_into_refund(
        &self,
        intent: &IntentId,
        note: String,
    ) -> Result<RefundLine, Failure> {
        let body = LookedInto { note };
        self.desk.ask(Verb::Post, &format!("/refunds/{intent}/look"), Some(&body)).await
    }

    /// One page of the audit log: of one conversation or all, and of some kinds or all.
    pub async fn audit(
        &self,
        conversation: Option<&ConversationId>,
        actions: &str,
        after: Option<&str>,
    ) -> Result<Audit, Failure> {
        let mut path = "/audit?".to_owned();
        if let Some(id) = conversation {
            path = format!("{path}conversation={id}&");
        }
        if !actions.is_empty() {
            path = format!("{path}actions={}&", part(actions));
        }
        if let Some(after) = after {
            path = format!("{path}after={}", part(after));
        }
        self.desk.ask(Verb::Get, path.trim_end_matches(['?', '&']), NOTHING).await
    }

    /// Tokens, cost and turns.
    pub async fn meters(&self, by: MeterBy) -> Result<Meters, Failure> {
        let by = match by {
            MeterBy::Agent => "agent",
            MeterBy::Handoff => "handoff",
            MeterBy::Conversation => "conversation",
        };
        self.desk.ask(Verb::Get, &format!("/meters?by={by}"), NOTHING).await
    }
}
