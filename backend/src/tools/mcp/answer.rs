//! From what a call came to, to what an agent learns of it.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::json;
use shared::{
    event::{Effect, Settlement},
    tool::mcp::McpTool,
};

use crate::tools::{
    Outcome,
    http::{SAID, Secrets, covered, picked},
    text::one_line,
};

/// What `result` means. A tool that says that it failed has failed, and says why; if it writes, nobody
/// knows how far it came: servers say so of whatever went wrong, also after the work was done.
pub(super) fn understood(tool: &McpTool, secrets: &Secrets, result: &CallToolResult) -> Outcome {
    let text = covered(secrets, text(result));
    let untrusted = !tool.trusted;
    if result.is_error == Some(true) {
        let message = format!("The tool says that it failed: {}", one_line(&text, SAID));
        let result = json!({ "error": "tool_failed", "message": message });
        let writes = tool.effect == Effect::Write;
        return Outcome::Settled {
            settlement: if writes { Settlement::Unknown } else { Settlement::Error },
            result,
            facts: Vec::new(),
            untrusted,
        };
    }
    let (result, facts) = picked(&tool.result, &text);
    Outcome::Settled { settlement: Settlement::Ok, result, facts, untrusted }
}

/// What was answered, as text: what has a structure is JSON; what cannot be read is named.
fn text(result: &CallToolResult) -> String {
    if let Some(value) = &result.structured_content
        && result.is_error != Some(true)
    {
        return value.to_string();
    }
    let parts: Vec<String> = result.content.iter().map(part).collect();
    parts.join("\n")
}

fn part(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(_) => "[an image]".to_owned(),
        ContentBlock::Audio(_) => "[a recording]".to_owned(),
        ContentBlock::Resource(embedded) => match &embedded.resource {
            ResourceContents::TextResourceContents { text, .. } => text.clone(),
            _ => "[a file]".to_owned(),
        },
        ContentBlock::ResourceLink(link) => format!("[a link: {}]", one_line(&link.uri, 200)),
        _ => "[something else]".to_owned(),
    }
}
