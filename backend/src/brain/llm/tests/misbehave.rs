//! Faults of providers, each with a visible outcome soon.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use shared::api::ConnectionFault;
use tokio::time::Instant;

use super::{
    super::{Llm, Models},
    Outcome, SHORT, agent, ask, models, provider, request,
    server::{Does, Server},
    speak::{Tongue, chunk},
};
use crate::brain::{
    Brain, BrainError, Piece,
    builtin::{Builtin, tests::SHIPPED},
};

/// Asks a model that does as `script` says, with the built-in brain behind it.
async fn meet(tongue: Tongue, script: Vec<Does>) -> (Outcome, Server) {
    let server = Server::new(script).await;
    let models = models([provider("one", tongue.protocol(), &server)]);
    let began = Instant::now();
    let outcome = ask(&models, request(agent(&["one/m"]))).await;
    let longest = SHORT.chain + Duration::from_secs(2);
    assert!(began.elapsed() < longest, "{tongue:?}: {:?}", began.elapsed());
    (outcome, server)
}

/// The model fails in the way that `says` names, and the built-in brain answers.
async fn fails(tongue: Tongue, does: Does, says: &str) {
    let what = format!("{tongue:?} {does:?}");
    let what: String = what.chars().take(120).collect();
    let (outcome, _) = meet(tongue, vec![does]).await;
    assert_eq!(outcome.model, "built-in", "{what}: {outcome:?}");
    assert!(!outcome.text.is_empty() || !outcome.calls.is_empty(), "{what}: somebody answers");
    assert!(!outcome.text.contains("Your order"), "{what}: what was void is not shown");
    let told = outcome.setbacks.iter().any(|why| why.contains(says));
    assert!(told, "{what}: {says:?} in {:?}", outcome.setbacks);
}

#[tokio::test]
async fn a_good_answer_is_streamed_called_and_counted() {
    for tongue in Tongue::BOTH {
        let pieces = vec![
            tongue.begins(),
            tongue.says("Your order is on its way. "),
            tongue.calls(Some("call_1"), "look", r#"{"order":"A1001"}"#),
            tongue.ends(true),
        ];
        let (outcome, server) = meet(tongue, vec![Does::Streams(pieces)]).await;
        assert_eq!((outcome.model.as_str(), outcome.setbacks.len()), ("one/m", 0), "{outcome:?}");
        assert_eq!(outcome.text, "Your order is on its way. ");
        assert_eq!(outcome.calls, [("look".to_owned(), Ok(json!({ "order": "A1001" })))]);
        assert_eq!((outcome.usage.tokens_in, outcome.usage.tokens_out), (100, 20), "{tongue:?}");
        assert_eq!(outcome.usage.cost_micros, 140, "{tongue:?}");
        let (head, body) = server.seen().remove(0);
        let (path, key) = match tongue {
            Tongue::Chat => ("post /chat/completions", "authorization: bearer sk-test-key"),
            Tongue::Anthropic => ("post /v1/messages", "x-api-key: sk-test-key"),
        };
        assert!(head.starts_with(path) && head.contains(key), "{head}");
        assert_eq!(body["stream"], true);
    }
}

#[tokio::test]
async fn characters_are_put_together_wherever_the_network_cut_them() {
    for tongue in Tongue::BOTH {
        let whole = tongue.answer("Grüße 🙂 €").concat();
        let bytes = whole.into_iter().map(|byte| vec![byte]).collect();
        let (outcome, _) = meet(tongue, vec![Does::Streams(bytes)]).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.setbacks.len()),
            ("Grüße 🙂 €", 0),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn what_breaks_off_or_makes_no_sense_is_void() {
    for tongue in Tongue::BOTH {
        let begun = || vec![tongue.begins(), tongue.says("Your order ")];
        let with = |last: &[u8]| [begun(), vec![last.to_vec()]].concat();
        fails(tongue, Does::Streams(begun()), "broke off").await;
        // Cut within a character, and no more.
        let cut = tongue.says("Ihre Größe");
        let at = cut.iter().position(|byte| *byte >= 0x80).unwrap() + 1;
        fails(tongue, Does::Streams(with(&cut[..at])), "broke off").await;
        fails(
            tongue,
            Does::Streams(with(b"event: content_block_delta\ndata: {\"type\": \n\n")),
            "JSON",
        )
        .await;
        fails(tongue, Does::Streams(with(b"event: x\ndata: \xff\xfe\n\n")), "JSON").await;
        fails(tongue, Does::Closes, "").await;
        fails(
            tongue,
            Does::Says(200, "content-type: text/html\r\n", "<h1>Hello</h1>"),
            "no model server",
        )
        .await;
        fails(tongue, Does::Says(200, "content-type: text/event-stream\r\n", ""), "broke off")
            .await;
    }
}

#[tokio::test]
async fn what_has_no_end_is_cut_off() {
    for tongue in Tongue::BOTH {
        fails(tongue, Does::Floods(vec![b'x'; 64 * 1024]), "larger than").await;
        let line = [b"data: ".to_vec(), vec![b'x'; 64 * 1024]].concat();
        fails(tongue, Does::Floods(line), "larger than").await;
        fails(tongue, Does::Floods(b": comment\n\n".repeat(1_000)), "").await;
    }
}

#[tokio::test]
async fn who_is_silent_is_not_waited_for() {
    for tongue in Tongue::BOTH {
        let ping = tongue.event("ping", &json!({ "type": "ping" }));
        let comment = b": keep-alive\n\n".to_vec();
        let begun = vec![tongue.begins(), tongue.says("Your order ")];
        fails(tongue, Does::Hangs(Vec::new()), "silent").await;
        fails(tongue, Does::Hangs(begun.clone()), "silent").await;
        fails(tongue, Does::Drips(begun.concat(), comment), "silent").await;
        if tongue == Tongue::Anthropic {
            fails(tongue, Does::Drips(begun.concat(), ping), "silent").await;
        }
    }
}

#[tokio::test]
async fn calls_are_understood_where_they_can_be() {
    for tongue in Tongue::BOTH {
        let called =
            |pieces: Vec<u8>| Does::Streams(vec![tongue.begins(), pieces, tongue.ends(true)]);
        let (outcome, _) = meet(tongue, vec![called(tongue.calls(None, "look", "{}"))]).await;
        if outcome.model == "one/m" {
            assert_eq!(outcome.calls, [("look".to_owned(), Ok(json!({})))], "{tongue:?}: no id");
        } else {
            assert_eq!(tongue, Tongue::Anthropic, "whose ids are required: {outcome:?}");
            assert!(!outcome.setbacks.is_empty());
        }
        let half = tongue.calls(Some("c"), "look", r#"{"order": "A1"#);
        let (outcome, _) = meet(tongue, vec![called(half)]).await;
        if outcome.model == "one/m" {
            let [(name, args)] = &outcome.calls[..] else { panic!("{outcome:?}") };
            assert!(name == "look" && args.is_err(), "{tongue:?}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn of_two_answers_the_first_counts_and_no_index_costs_memory() {
    let tongue = Tongue::Chat;
    let mut other = chunk(&json!({ "content": "Another answer." }));
    other["choices"][0]["index"] = json!(1);
    let pieces = vec![
        tongue.begins(),
        tongue.says("One answer."),
        tongue.event("", &other),
        tongue.ends(false),
        tongue.says("And more after the end."),
    ];
    let (outcome, _) = meet(tongue, vec![Does::Streams(pieces)]).await;
    assert_eq!((outcome.text.as_str(), outcome.setbacks.len()), ("One answer.", 0), "{outcome:?}");
    let far = json!({ "tool_calls": [{ "index": 4_294_967_295_u64, "id": "c", "type": "function",
        "function": { "name": "look", "arguments": "{}" } }] });
    let pieces = vec![tongue.begins(), tongue.event("", &chunk(&far)), tongue.ends(true)];
    let (outcome, _) = meet(tongue, vec![Does::Streams(pieces)]).await;
    assert_eq!(outcome.calls.len(), 1, "{outcome:?}");
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_does_not_is_not() {
    for tongue in Tongue::BOTH {
        let busy = Does::Says(429, "retry-after: 0\r\n", r#"{"error":{"message":"slow down"}}"#);
        let good = Does::Streams(tongue.answer("Here I am."));
        let (outcome, server) = meet(tongue, vec![busy.clone(), good.clone()]).await;
        assert_eq!((outcome.text.as_str(), server.seen().len()), ("Here I am.", 2), "{outcome:?}");
        assert_eq!(outcome.setbacks.len(), 1);
        let (outcome, server) = meet(tongue, vec![busy]).await;
        assert_eq!((outcome.model.as_str(), server.seen().len()), ("built-in", 2), "{outcome:?}");
        let denied = Does::Says(401, "", r#"{"error":{"message":"bad key sk-test-key"}}"#);
        let (outcome, server) = meet(tongue, vec![denied, good]).await;
        assert_eq!((outcome.model.as_str(), server.seen().len()), ("built-in", 1), "{outcome:?}");
        assert!(!outcome.setbacks.concat().contains("sk-test-key"), "{outcome:?}");
        // Longer than a visitor waits.
        let later = Does::Says(429, "retry-after: 600\r\n", "{}");
        let (outcome, server) = meet(tongue, vec![later]).await;
        assert_eq!((outcome.model.as_str(), server.seen().len()), ("built-in", 1), "{outcome:?}");
    }
}

#[tokio::test]
async fn another_model_goes_on_and_who_fails_too_often_is_left_alone() {
    let down = Server::new(vec![Does::Says(500, "", "oops")]).await;
    let up =
        Server::new(vec![Does::Streams(Tongue::Anthropic.answer("I am the other one."))]).await;
    let models = models([
        provider("down", Tongue::Chat.protocol(), &down),
        provider("up", Tongue::Anthropic.protocol(), &up),
    ]);
    for _ in 0..5 {
        let outcome = ask(&models, request(agent(&["down/m", "up/m"]))).await;
        assert_eq!(
            (outcome.model.as_str(), outcome.text.as_str()),
            ("up/m", "I am the other one.")
        );
        assert!(!outcome.setbacks.is_empty());
    }
    assert_eq!((down.seen().len(), up.seen().len()), (5, 5), "it was left alone after five");
    assert!(models.providers.health("down").resting);
    assert!(models.providers.health("down").last_error.is_some_and(|why| why.contains("500")));
    assert_eq!(models.providers.health("up").failures, 0);
    let gone = ask(&models, request(agent(&["nobody/m"]))).await;
    assert_eq!(gone.model, "built-in");
    assert_eq!(gone.setbacks, ["nobody/m: no connection offers it"]);
}

#[tokio::test]
async fn what_may_not_cost_more_is_not_asked() {
    let tongue = Tongue::Chat;
    let server = Server::new(vec![Does::Streams(tongue.answer("Hello."))]).await;
    let models = models([provider("one", tongue.protocol(), &server)]);
    let mut request = request(agent(&["one/m"]));
    request.caps.desk_day = 100;
    let brain = Llm::new(models.clone(), Builtin::new(SHIPPED.clone()));
    let pieces: Vec<_> = brain.step(request.clone()).collect().await;
    let [Err(BrainError::Broke(why))] = &pieces[..] else { panic!("{pieces:?}") };
    assert!(why.contains("the whole desk"), "{why}");
    assert!(server.seen().is_empty());
    request.caps.desk_day = 1_000_000;
    assert_eq!(ask(&models, request.clone()).await.text, "Hello.");
    // What it cost is known: 140 millionths.
    request.caps.desk_day = 140;
    let pieces: Vec<_> = brain.step(request).collect().await;
    assert!(matches!(&pieces[..], [Err(BrainError::Broke(_))]));
}

#[tokio::test]
async fn an_answer_that_nobody_waited_for_counts_at_its_worst() {
    let check = async |does: Does, abandoned: bool| {
        let server = Server::new(vec![does]).await;
        let models = models([provider("one", Tongue::Chat.protocol(), &server)]);
        let mut request = request(agent(&["one/m"]));
        let limit = request.agent.model_settings.max_tokens();
        let worst = Models::worst(&models.find("one/m", limit).expect("offered"), &request);
        request.caps.desk_day = worst + worst / 2;
        let brain = Llm::new(models.clone(), Builtin::new(SHIPPED.clone()));
        let mut pieces = brain.step(request.clone());
        assert!(matches!(pieces.next().await, Some(Ok(Piece::Model(_)))));
        if abandoned {
            assert!(pieces.next().now_or_never().is_none(), "it has been asked");
            drop(pieces);
        } else {
            while pieces.next().await.is_some() {}
        }
        let next: Vec<_> = brain.step(request).collect().await;
        matches!(&next[..], [Err(BrainError::Broke(_))])
    };
    assert!(check(Does::Hangs(Vec::new()), true).await, "it is asked for all the same");
    assert!(check(Does::Hangs(Vec::new()), false).await, "it may be at work");
    assert!(!check(Does::Says(401, "", "{}"), false).await, "it has refused");
}

#[tokio::test]
async fn trying_a_connection_says_what_is_wrong() {
    for tongue in Tongue::BOTH {
        let check = |does: Does, fault: Option<ConnectionFault>| async move {
            let server = Server::new(vec![does.clone()]).await;
            let models = models([provider("one", tongue.protocol(), &server)]);
            let test = models.test("one/m").await.unwrap();
            assert_eq!((test.ok, test.fault), (fault.is_none(), fault), "{does:?}: {test:?}");
            assert!(test.message.ends_with('.') && !test.message.contains("sk-test"), "{test:?}");
        };
        let calls = tongue.calls(Some("c"), "report", r#"{"state":"ready"}"#);
        check(Does::Streams(vec![tongue.begins(), calls, tongue.ends(true)]), None).await;
        check(Does::Streams(tongue.answer("ready")), Some(ConnectionFault::NoTools)).await;
        check(Does::Says(401, "", "{}"), Some(ConnectionFault::Key)).await;
        let no_model = r#"{"error":{"message":"model: no such model"}}"#;
        check(Does::Says(404, "", no_model), Some(ConnectionFault::Model)).await;
        check(Does::Says(404, "", "nothing"), Some(ConnectionFault::Address)).await;
        check(Does::Says(429, "", "{}"), Some(ConnectionFault::Quota)).await;
        check(Does::Says(200, "content-type: text/html\r\n", "hi"), Some(ConnectionFault::Address))
            .await;
        check(Does::Hangs(Vec::new()), Some(ConnectionFault::Slow)).await;
        let no_tools = r#"{"error":{"message":"m does not support tools"}}"#;
        check(Does::Says(400, "", no_tools), Some(ConnectionFault::NoTools)).await;
    }
    assert!(models([]).test("one/m").await.is_none());
}
