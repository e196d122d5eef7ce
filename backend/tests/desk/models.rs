//! The demo journey, with a language model that speaks for every agent: once a server that speaks
//! Chat Completions as many do, once one that speaks Anthropic's Messages. The same script behind
//! both leads to the same end.

use std::sync::Arc;

use axum::{Json, Router, http::header, response::IntoResponse, routing::post};
use baton::{
    brain::{
        Brain, Entry,
        builtin::Builtin,
        llm::{Llm, Models, Patience, Provider, Providers},
    },
    egress::{Bounds, Egress},
    storage::Scope,
};
use serde_json::{Value, json};
use shared::{
    agent::AgentSpec,
    api::OfferedModel,
    event::{EventBody, RefundState, Verdict},
    model::{Price, Protocol},
};
use tokio::net::TcpListener;

use crate::rig::{MakeBrain, Rig, Talk};

/// What a scripted model does next.
enum Does {
    Says(&'static str),
    Calls(&'static str, Value),
}

/// What a model sees: the tools it is offered, and the results of the calls it has made.
struct Sees {
    tools: Vec<String>,
    called: Vec<String>,
}

/// The script: whoever can refund looks the order up, refunds it and says so; others hand over.
fn script(sees: &Sees) -> Does {
    let offered = |name: &str| sees.tools.iter().any(|tool| tool == name);
    let called = |name: &str| sees.called.iter().any(|tool| tool == name);
    match () {
        () if !offered("issue_refund") => Does::Calls(
            "transfer_to_refunds",
            json!({ "reason": "They want money back.", "request": "Refund the double charge of A1001." }),
        ),
        () if !called("lookup_order") => Does::Calls("lookup_order", json!({ "order": "A1001" })),
        () if !called("issue_refund") => {
            let args = json!({ "order": "A1001", "reason": "charged twice" });
            Does::Calls("issue_refund", args)
        }
        () => Does::Says("Your money is on its way back."),
    }
}

fn texts(list: &Value, at: &str) -> Vec<String> {
    let items = list.as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|item| item.pointer(at)?.as_str()).map(str::to_owned).collect()
}

fn streamed(events: &[String]) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "text/event-stream")], events.concat())
}

async fn chat(Json(body): Json<Value>) -> impl IntoResponse {
    assert_eq!(body["stream"], true);
    let messages = body["messages"].as_array().expect("messages");
    let called = messages.iter().flat_map(|m| texts(&m["tool_calls"], "/function/name")).collect();
    let does = script(&Sees { tools: texts(&body["tools"], "/function/name"), called });
    let (delta, reason) = match does {
        Does::Says(text) => (json!({ "role": "assistant", "content": text }), "stop"),
        Does::Calls(name, args) => {
            let function = json!({ "name": name, "arguments": args.to_string() });
            let call =
                json!({ "index": 0, "id": "call_x", "type": "function", "function": function });
            (json!({ "role": "assistant", "tool_calls": [call] }), "tool_calls")
        }
    };
    let chunk = |delta: Value, reason: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": reason });
        format!(
            "data: {}\n\n",
            json!({ "id": "c", "object": "chat.completion.chunk", "created": 1,
            "model": "m", "choices": [choice] })
        )
    };
    let usage = json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [], "usage": { "prompt_tokens": 50, "completion_tokens": 7, "total_tokens": 57 } });
    streamed(&[
        chunk(delta, Value::Null),
        chunk(json!({}), json!(reason)),
        format!("data: {usage}\n\n"),
        "data: [DONE]\n\n".to_owned(),
    ])
}

async fn messages(Json(body): Json<Value>) -> impl IntoResponse {
    assert_eq!(body["stream"], true);
    let messages = body["messages"].as_array().expect("messages");
    let called = messages.iter().flat_map(|m| texts(&m["content"], "/name")).collect();
    let does = script(&Sees { tools: texts(&body["tools"], "/name"), called });
    let event =
        |data: Value| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or(""));
    let (block, delta, reason) = match does {
        Does::Says(text) => (
            json!({ "type": "text", "text": "" }),
            json!({ "type": "text_delta", "text": text }),
            "end_turn",
        ),
        Does::Calls(name, args) => (
            json!({ "type": "tool_use", "id": "toolu_x", "name": name, "input": {} }),
            json!({ "type": "input_json_delta", "partial_json": args.to_string() }),
            "tool_use",
        ),
    };
    streamed(&[
        event(json!({ "type": "message_start", "message": { "id": "m", "type": "message",
            "role": "assistant", "content": [], "model": "m", "stop_reason": null,
            "stop_sequence": null, "usage": { "input_tokens": 50, "output_tokens": 1 } } })),
        event(json!({ "type": "content_block_start", "index": 0, "content_block": block })),
        event(json!({ "type": "content_block_delta", "index": 0, "delta": delta })),
        event(json!({ "type": "content_block_stop", "index": 0 })),
        event(json!({ "type": "message_delta", "delta": { "stop_reason": reason,
            "stop_sequence": null }, "usage": { "output_tokens": 7 } })),
        event(json!({ "type": "message_stop" })),
    ])
}

/// A server that speaks both, on loopback.
async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/messages", post(messages));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/v1")
}

/// A desk whose agents all speak by the model `m` of the connection `llm`.
async fn rig(protocol: Protocol, base_url: String) -> Rig {
    let egress = Egress::new("127.0.0.1".parse().expect("a host"), Bounds::default());
    let providers = Providers::default();
    let price = Price { input: 1_000_000, cached: None, output: 10_000_000 };
    providers.replace([Provider {
        id: "llm".to_owned(),
        protocol,
        base_url,
        key: "sk-test".to_owned(),
        models: vec![OfferedModel { name: "m".to_owned(), price }],
    }]);
    let models = Models::new(providers, egress.expect("egress"), Patience::default());
    let make: MakeBrain = Arc::new(move |reader| {
        let brain: Arc<dyn Brain> = Arc::new(Llm::new(models.clone(), Builtin::new(reader)));
        brain
    });
    Rig::with(make, by_llm).await
}

fn by_llm(mut agents: Vec<AgentSpec>) -> Vec<AgentSpec> {
    for agent in &mut agents {
        "llm/m".clone_into(&mut agent.model);
    }
    agents
}

fn entry_seq(entry: &Entry) -> u64 {
    match entry {
        Entry::Said { seq, .. }
        | Entry::Called { seq, .. }
        | Entry::HandedOver { seq, .. }
        | Entry::Happened { seq, .. } => *seq,
    }
}

/// What happened, without what tells one provider from the other.
async fn story(talk: &Talk<'_>) -> Vec<String> {
    let thread = talk.thread().await;
    thread.events.iter().map(|event| format!("{} {}", event.seq, event.body.name())).collect()
}

#[tokio::test]
async fn the_demo_journey_ends_the_same_whoever_speaks() {
    let mut ends = Vec::new();
    for protocol in [Protocol::OpenaiCompatible, Protocol::Anthropic] {
        let rig = rig(protocol, server().await).await;
        let mut talk = rig.open(Some("cus_1")).await;
        let seen = talk.say("I was charged twice for order A1001 and want my money back").await;
        assert!(seen.contains("-> "), "a handoff is seen: {seen}");
        assert!(seen.contains("refund A1001 49.00 EUR Succeeded"), "{protocol:?}: {seen}");
        assert!(seen.contains("Your money is on its way back."), "{protocol:?}: {seen}");
        assert_eq!(rig.refunded("cus_1", "A1001").await, 4_900);
        assert_eq!(talk.owner().await, "refunds");
        let thread = talk.thread().await;
        let used = thread.events.iter().filter_map(|event| match &event.body {
            EventBody::Usage(usage) => Some(usage),
            _ => None,
        });
        for step in used {
            assert_eq!(step.model, "llm/m");
            let told = (step.usage.tokens_in, step.usage.tokens_out, step.usage.cost_micros);
            assert_eq!(told, (50, 7, 120), "{protocol:?}");
        }
        let steps = thread.events.iter().filter(|e| matches!(e.body, EventBody::Usage(_)));
        for step in steps {
            let asked = rig.desk.asked(&Scope::System, &talk.id, step.seq).await.expect("read");
            let asked = asked.expect("a step");
            assert_eq!(asked.model, "llm/m");
            assert!(asked.request.dialogue.iter().all(|entry| entry_seq(entry) < step.seq));
        }
        let story = story(&talk).await;
        rig.verify().await;
        ends.push((seen, story));
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn when_the_provider_is_gone_the_built_in_brain_goes_on_and_the_trace_says_why() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr();
    let nowhere = format!("http://{}/v1", closed.expect("an address"));
    let rig = rig(Protocol::OpenaiCompatible, nowhere).await;
    let mut talk = rig.open(Some("cus_1")).await;
    let mut seen = talk.say("I was charged twice for order A1001 and want my money back").await;
    if !seen.contains("Succeeded") {
        seen += &talk.say("Yes, please.").await;
    }
    assert!(seen.contains("refund A1001 49.00 EUR Succeeded"), "{seen}");
    let thread = talk.thread().await;
    let failed = thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Guard(g) if g.check == "model_failed" => Some(g),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    assert!(!failed.is_empty());
    assert!(
        failed.iter().all(|g| g.verdict == Verdict::Replaced && g.detail.starts_with("llm/m: "))
    );
    let paid = thread.events.iter().filter(
        |event| matches!(&event.body, EventBody::Refund(r) if r.state == RefundState::Succeeded),
    );
    assert_eq!(paid.count(), 1);
    rig.verify().await;
}
