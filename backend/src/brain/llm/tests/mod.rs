//! Models over real sockets, most of which misbehave.

pub(crate) mod legal;
mod misbehave;
mod server;
mod speak;

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use shared::{
    agent::AgentSpec,
    api::OfferedModel,
    brief::Usage,
    model::{Price, Protocol},
};

use self::server::Server;
use super::{Llm, Models, Patience, Provider, Providers};
use crate::{
    brain::{
        Brain, Piece, Request, ToolSchema,
        builtin::{
            Builtin,
            tests::{SHIPPED, greeting},
        },
        defaults,
    },
    egress::{Bounds, Egress},
};

/// Short enough for a test, long enough for a busy machine.
const SHORT: Patience = Patience {
    first_token: Duration::from_millis(800),
    stall: Duration::from_millis(800),
    chain: Duration::from_secs(8),
    tries: 2,
    pause: Duration::from_millis(10),
    rest: Duration::from_mins(10),
};

/// A connection `id` to `server`, which offers `m`: 1.00 a million tokens in, 2.00 out.
fn provider(id: &str, protocol: Protocol, server: &Server) -> Provider {
    Provider {
        id: id.to_owned(),
        protocol,
        base_url: server.url(),
        key: "sk-test-key".to_owned(),
        models: vec![OfferedModel {
            name: "m".to_owned(),
            price: Price { input: 1_000_000, cached: None, output: 2_000_000 },
        }],
    }
}

fn models(providers: impl IntoIterator<Item = Provider>) -> Models {
    let egress = Egress::new("127.0.0.1".parse().unwrap(), Bounds::default()).unwrap();
    let known = Providers::default();
    known.replace(providers);
    Models::new(known, egress, SHORT)
}

/// Triage, by these models.
fn agent(chain: &[&str]) -> AgentSpec {
    let mut agent = defaults::agents().remove(0);
    agent.model = chain[0].to_owned();
    agent.model_settings.fallbacks = chain[1..].iter().map(|&m| m.to_owned()).collect();
    agent
}

fn request(agent: AgentSpec) -> Request {
    let look = ToolSchema {
        name: "look".to_owned(),
        description: "Looks.".to_owned(),
        effect: shared::event::Effect::Read,
        parameters: serde_json::json!({ "type": "object", "properties": {} }),
    };
    Request { tools: vec![look], ..greeting(agent, "Where is order A1001?") }
}

/// What an answer came to, as the runtime puts it together.
#[derive(Debug, Default)]
struct Outcome {
    model: String,
    text: String,
    calls: Vec<(String, Result<Value, String>)>,
    setbacks: Vec<String>,
    usage: Usage,
}

async fn ask(models: &Models, request: Request) -> Outcome {
    let brain = Llm::new(models.clone(), Builtin::new(SHIPPED.clone()));
    let mut pieces = brain.step(request);
    let mut outcome = Outcome::default();
    while let Some(piece) = pieces.next().await {
        match piece.expect("a brain that always answers") {
            Piece::Text(delta) => outcome.text.push_str(&delta),
            Piece::Call { name, args } => outcome.calls.push((name, args)),
            Piece::Model(model) => outcome.model = model,
            Piece::Setback { model, why } => {
                outcome.text.clear();
                outcome.calls.clear();
                outcome.setbacks.push(format!("{model}: {why}"));
            }
            Piece::Usage(usage) => outcome.usage.add(&usage),
            Piece::Alive | Piece::QuickReplies(_) | Piece::Source { .. } => {}
        }
    }
    outcome
}
