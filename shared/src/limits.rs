//! Sizes beyond which input is refused, in one place so that pages can say so before they send.

/// Longest visitor or staff message, in characters.
pub const MESSAGE_CHARS: usize = 4_000;
/// Longest internal note, in characters.
pub const NOTE_CHARS: usize = 4_000;
/// Longest rating comment, in characters.
pub const COMMENT_CHARS: usize = 1_000;
/// Longest name of an agent, a site or a member of staff, in characters.
pub const NAME_CHARS: usize = 80;
/// Longest instructions of an agent, in characters.
pub const INSTRUCTIONS_CHARS: usize = 20_000;
/// Longest example utterance or rule phrase, in characters.
pub const PHRASE_CHARS: usize = 300;
/// Most questions that a site suggests to its visitors.
pub const QUESTIONS: usize = 4;
/// Most example utterances of one agent.
pub const EXAMPLES: usize = 500;
/// Most suggested examples that wait for an administrator.
pub const SUGGESTIONS: usize = 500;
/// Most saved tests of a desk.
pub const SAVED_TESTS: usize = 500;
/// Messages of late that a lesson is tried on, and that are looked through for unsure ones.
pub const MESSAGES_OF_LATE: usize = 300;
/// Most rules of one agent.
pub const RULES: usize = 50;
/// Longest id of a connection to a model provider, in bytes.
pub const CONNECTION_ID_CHARS: usize = 32;
/// Longest name of a model, in bytes.
pub const MODEL_NAME_CHARS: usize = 120;
/// Most connections to model providers.
pub const CONNECTIONS: usize = 50;
/// Most models of one connection.
pub const MODELS: usize = 100;
/// Longest key of a provider, in bytes.
pub const PROVIDER_KEY_BYTES: usize = 4_000;
/// Longest address of a provider, in bytes.
pub const URL_BYTES: usize = 500;
/// Most guardrails of a desk.
pub const GUARDRAILS: usize = 50;
/// Most queues of a desk.
pub const QUEUES: usize = 20;
/// Longest purpose of a tool, in characters.
pub const PURPOSE_CHARS: usize = 600;
/// Longest name of a tool, in bytes.
pub const TOOL_NAME_CHARS: usize = 64;
/// Longest schema of a tool's arguments, and longest template of what it sends, in bytes of JSON.
pub const SCHEMA_BYTES: usize = 16 * 1024;
/// Most headers of a tool's request.
pub const TOOL_HEADERS: usize = 20;
/// Most things that are taken out of a tool's answer.
pub const TOOL_PICKS: usize = 30;
/// Most tools that an administrator makes.
pub const HTTP_TOOLS: usize = 200;
/// Most MCP servers of a desk.
pub const MCP_SERVERS: usize = 30;
/// Longest name of an MCP server, in bytes: the names of its tools begin with it.
pub const MCP_NAME_CHARS: usize = 24;
/// Longest name that an MCP server gives a tool of its own, in characters.
pub const MCP_TOOL_CHARS: usize = 128;
/// Most tools that are chosen of one MCP server.
pub const MCP_TOOLS: usize = 40;
/// Most tools, and most handoff targets, of one agent.
pub const TOOLS: usize = 64;
/// Longest preview of a message or a request in a list, in characters.
pub const PREVIEW_CHARS: usize = 140;
/// Longest search text, in characters.
pub const QUERY_CHARS: usize = 200;
/// Largest request body, in bytes, unless a route says otherwise.
pub const BODY_BYTES: usize = 256 * 1024;
/// Most events in one answer.
pub const EVENTS_PAGE: usize = 500;
/// Most conversations, or audit entries, in one page of a list.
pub const LIST_PAGE: usize = 50;
/// Longest e-mail address, in bytes.
pub const EMAIL_BYTES: usize = 254;
/// Shortest password of an account, in characters.
pub const PASSWORD_CHARS: usize = 10;
/// Longest password of an account, in bytes.
pub const PASSWORD_BYTES: usize = 200;
/// Most API keys of one account.
pub const KEYS: usize = 20;
/// Largest article, in bytes.
pub const ARTICLE_BYTES: usize = 64 * 1024;
/// Most articles of a desk.
pub const ARTICLES: usize = 5_000;
/// Most questions that one article says it answers.
pub const ARTICLE_QUESTIONS: usize = 100;
/// Longest address of an article, in bytes.
pub const ADDRESS_BYTES: usize = 500;
/// Most collections that one agent is held to.
pub const COLLECTIONS: usize = 50;
/// Most questions that nothing covered, and that are listed at once.
pub const UNANSWERED: usize = 500;
/// Largest file that is imported, in bytes.
pub const IMPORT_BYTES: usize = 10 * 1024 * 1024;
