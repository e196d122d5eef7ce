//! `search_knowledge`: what the desk has written down.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{
    api::ToolInfo,
    event::{Effect, Settlement},
};

use super::{Context, Outcome, Registry, Tool, text_arg};
use crate::knowledge::{Origin, Shelf, Wanted};

/// Most passages in one answer.
const PASSAGES: usize = 3;

/// Adds the tool of this file.
pub(super) fn add_to(registry: &mut Registry, knowledge: Arc<Shelf>) {
    registry.add(Arc::new(SearchKnowledge { info: info(), knowledge }));
}

struct SearchKnowledge {
    info: ToolInfo,
    knowledge: Arc<Shelf>,
}

fn info() -> ToolInfo {
    ToolInfo {
        name: "search_knowledge".to_owned(),
        description: "Searches the help articles (shipping, returns, payment, account, opening \
                      hours …). Answer general questions only from what it returns, and say so \
                      if it returns nothing."
            .to_owned(),
        effect: Effect::Read,
        needs_verified: false,
        parameters: json!({
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 500,
                    "description": "What to look for, in the visitor's words.",
                },
                "language": {
                    "type": "string",
                    "minLength": 2,
                    "maxLength": 8,
                    "description": "Prefer articles in this language (BCP 47 primary tag).",
                },
            },
            "required": ["query"],
            "additionalProperties": false,
        }),
    }
}

#[async_trait]
impl Tool for SearchKnowledge {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Searching the help articles".to_owned()
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        let query = text_arg(&args, "query").unwrap_or_default();
        let wanted = Wanted {
            collections: &context.collections,
            language: text_arg(&args, "language"),
            most: PASSAGES,
        };
        let found = self.knowledge.current().search(query, wanted);
        let passages: Vec<Value> = found
            .iter()
            .map(|it| {
                json!({ "title": it.title, "text": it.text, "url": it.url, "score": it.score })
            })
            .collect();
        Outcome::Settled {
            settlement: Settlement::Ok,
            result: json!({ "passages": passages }),
            facts: Vec::new(),
            untrusted: found.iter().any(|it| it.origin == Origin::Foreign),
        }
    }
}
