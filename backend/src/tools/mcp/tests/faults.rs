//! What servers do that misbehave: contained, with a word for the administrator.

use std::time::Instant;

use axum::{
    body::{Body, Bytes},
    http::HeaderMap,
    response::Response,
};
use futures_util::{StreamExt, stream};

use super::{
    fake::{answer, error, fake, json as said, list, result},
    *,
};

type Odd = fn(&str, &Value, &HeaderMap) -> Option<Response>;

/// Looks at a server that is sound but for `odd`; never for longer than is promised.
async fn looked(odd: Odd) -> McpLook {
    let servers = servers("");
    let spec = McpServer { timeout_s: 1, ..at(&fake(odd).await) };
    let began = Instant::now();
    let look = look(&servers, &spec).await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    look
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_said_in_words() {
    let check = async |odd: Odd, says: &str| {
        let problem = looked(odd).await.problem.expect("a problem");
        assert!(problem.contains(says), "{says}: {problem}");
    };
    check(|_, _, _| Some(answer(401, "text/plain", "who are you")), "does not accept the key")
        .await;
    check(|_, _, _| Some(answer(403, "application/json", "{}")), "does not accept the key").await;
    check(|_, _, _| Some(answer(404, "text/html", "<p>")), "nothing at this address").await;
    check(|_, _, _| Some(answer(302, "text/html", "")), "leads elsewhere").await;
    check(|_, _, _| Some(answer(500, "text/html", "")), "failed (status 500)").await;
    check(|_, _, _| Some(answer(429, "text/html", "")), "asked too often").await;
    check(|_, _, _| Some(answer(200, "text/html", "<p>Hello")), "does not speak MCP").await;
    check(|_, _, _| Some(answer(200, "application/json", "{\"hello\":1}")), "does not speak MCP")
        .await;
    check(
        |_, _, _| Some(answer(200, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":0,\"res")),
        "does not speak MCP",
    )
    .await;
    check(
        |_, _, _| Some(answer(200, "application/json", "[".repeat(100_000))),
        "does not speak MCP",
    )
    .await;
    check(
        |method, asked, _| (method == "initialize").then(|| {
            let other = json!({ "protocolVersion": "1999-01-01", "capabilities": {}, "serverInfo": { "name": "x", "version": "1" } });
            said(&result(asked, &other))
        }),
        "version of MCP that Baton does not know: 1999-01-01",
    ).await;
    check(
        |method, asked, _| (method == "initialize").then(|| said(&error(asked, -32000))),
        "refused (-32000): no",
    )
    .await;
    check(
        |method, _, _| {
            (method == "initialize").then(|| said(&result(&json!({ "id": 99 }), &json!({}))))
        },
        "answers what nobody has asked",
    )
    .await;
    check(
        |method, _, _| {
            (method == "tools/list").then(|| said(&result(&json!({ "id": "x" }), &list())))
        },
        "answers what nobody has asked",
    )
    .await;
    check(
        |method, asked, _| (method == "tools/list").then(|| said(&error(asked, -32601))),
        "offers no tools",
    )
    .await;
    check(
        |method, asked, _| {
            (method == "tools/list")
                .then(|| said(&result(asked, &json!({ "tools": [{ "name": 7 }] }))))
        },
        "list of tools is none",
    )
    .await;
    check(
        |method, asked, _| {
            (method == "tools/list")
                .then(|| said(&result(asked, &json!({ "tools": [], "x": "x".repeat(3_000_000) }))))
        },
        "larger than",
    )
    .await;
    let nowhere = at("http://127.0.0.1:1/mcp");
    let problem = look(&servers(""), &nowhere).await.problem.expect("a problem");
    assert!(problem.contains("cannot be reached"), "{problem}");
}

#[tokio::test]
async fn a_server_that_never_ends_is_left() {
    // All at once: each takes as long as is waited for it.
    let silent = looked(|_, _, _| {
        Some(answer(
            200,
            "text/event-stream",
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
        ))
    });
    let comments = looked(|method, _, _| {
        (method == "tools/list").then(|| {
            let line = || Ok::<_, std::io::Error>(Bytes::from_static(b": still here\n\n"));
            let slowly = stream::unfold((), move |()| async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Some((line(), ()))
            });
            answer(200, "text/event-stream", Body::from_stream(slowly))
        })
    });
    let flood = looked(|method, _, _| {
        (method == "tools/list").then(|| {
            let piece = Bytes::from(vec![b'x'; 64 * 1024]);
            let pieces = stream::repeat(piece).map(Ok::<_, std::io::Error>);
            answer(200, "text/event-stream", Body::from_stream(pieces))
        })
    });
    let (silent, comments, flood) = tokio::join!(silent, comments, flood);
    for (look, says) in [
        (silent, "no whole answer within 6 s"),
        (comments, "no whole answer within 6 s"),
        (flood, "larger than"),
    ] {
        let problem = look.problem.expect("a problem");
        assert!(problem.contains(says), "{says}: {problem}");
    }
}

#[tokio::test]
async fn lists_have_an_end_even_if_the_server_has_none() {
    let endless = looked(|method, asked, _| {
        (method == "tools/list").then(|| {
            let mut page = list();
            page["nextCursor"] = json!("again");
            said(&result(asked, &page))
        })
    })
    .await;
    assert_eq!(endless.problem, None);
    assert!(
        endless.notes.iter().any(|note| note.contains("more than is read")),
        "{:?}",
        endless.notes
    );
    assert!(endless.tools.iter().all(|offer| offer.unfit.is_some()), "all are called the same");
    let many = looked(|method, asked, _| {
        (method == "tools/list").then(|| {
            let one =
                |n: usize| json!({ "name": format!("t{n}"), "inputSchema": { "type": "object" } });
            let tools: Vec<_> = (0..5_000).map(one).collect();
            said(&result(asked, &json!({ "tools": tools })))
        })
    })
    .await;
    assert_eq!(many.tools.len(), 200);
    let long = looked(|method, asked, _| {
        (method == "tools/list").then(|| {
            let name = "n".repeat(1_000_000);
            let tools =
                json!([{ "name": name, "inputSchema": { "type": "object" } }, list()["tools"][0]]);
            said(&result(asked, &json!({ "tools": tools })))
        })
    })
    .await;
    assert!(long.tools[0].unfit.is_some() && long.tools[1].unfit.is_none());
    assert!(serde_json::to_string(&long).expect("JSON").len() < 10_000);
}

#[tokio::test]
async fn a_server_that_asks_gets_nothing() {
    let asks = looked(|method, asked, _| (method == "tools/list").then(|| {
        let ask = |id: u32, method: &str, params: Value| {
            let asks = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
            format!("data: {asks}\n\n")
        };
        let message = json!({ "role": "user", "content": { "type": "text", "text": "hi" } });
        let events = [
            ask(1, "sampling/createMessage", json!({ "messages": [message], "maxTokens": 9 })),
            ask(2, "roots/list", json!({})),
            ask(3, "elicitation/create", json!({ "message": "Your password?", "requestedSchema": { "type": "object", "properties": {} } })),
            format!("data: {}\n\n", result(asked, &list())),
        ];
        answer(200, "text/event-stream", events.concat())
    })).await;
    assert_eq!(asks.problem, None);
    assert_eq!(asks.tools.len(), 1);
    let notes = asks.notes.join(" ");
    for what in ["Baton's model", "folders", "to question"] {
        assert!(notes.contains(what), "{what}: {notes}");
    }
}

/// How a call of a reading and of a writing tool is settled that is answered so.
async fn settled<F>(answers: F, read: Settlement, write: Settlement)
where
    F: Fn(&Value) -> Response + Send + Sync + 'static,
{
    let odd = move |method: &str, asked: &Value, _: &HeaderMap| {
        (method == "tools/call").then(|| answers(asked))
    };
    let servers = servers("");
    let plain = McpServer { timeout_s: 1, ..at(&fake(odd).await) };
    let seen = look(&servers, &plain).await;
    for (effect, expected) in [("read", read), ("write", write)] {
        let spec = choose(plain.clone(), &seen, "do", &json!({ "effect": effect }));
        let (settlement, result, _) = call(&tool(&servers, &spec), json!({})).await;
        assert_eq!(settlement, expected, "{effect}: {result}");
    }
}

#[tokio::test]
async fn an_answer_that_refuses_a_call_means_that_it_was_not_done() {
    let check = async |answers: fn(&Value) -> Response| {
        settled(answers, Settlement::Error, Settlement::Error).await;
    };
    check(|asked| said(&error(asked, -32602))).await;
    check(|asked| answer(400, "application/json", error(asked, -32600).to_string())).await;
    check(|_| answer(401, "text/plain", "")).await;
    check(|_| answer(404, "text/plain", "")).await;
    check(|_| answer(429, "text/plain", "")).await;
}

#[tokio::test]
async fn after_a_broken_answer_nobody_knows_whether_a_write_was_done() {
    let check = async |answers: fn(&Value) -> Response| {
        settled(answers, Settlement::Error, Settlement::Unknown).await;
    };
    check(|asked| said(&error(asked, -32603))).await;
    check(|_| answer(503, "text/plain", "")).await;
    check(|_| answer(307, "text/plain", "")).await;
    check(|_| answer(202, "text/plain", "")).await;
    check(|_| answer(200, "application/json", "{\"jsonrpc\":")).await;
    check(|_| said(&result(&json!({ "id": 77 }), &json!({ "content": [] })))).await;
    check(|_| {
        let event =
            format!("data: {}\n\n", result(&json!({ "id": 77 }), &json!({ "content": [] })));
        answer(200, "text/event-stream", event)
    })
    .await;
    check(|_| answer(200, "text/event-stream", "")).await;
    check(|asked| said(&result(asked, &json!({ "resultType": "input_required" })))).await;
    check(|asked| said(&result(asked, &json!({})))).await;
    let done = |asked: &Value| said(&result(asked, &json!({ "content": [] })));
    settled(done, Settlement::Ok, Settlement::Ok).await;
}

#[tokio::test]
async fn a_result_is_bounded_and_repeats_no_secret() {
    let url = fake(|method, asked, headers| (method == "tools/call").then(|| {
        let key = headers["authorization"].to_str().expect("a key").to_owned();
        let text = format!("{key} {}", "ä".repeat(500_000));
        said(&result(asked, &json!({ "content": [{ "type": "text", "text": text }, { "type": "image", "data": "AA==", "mimeType": "image/png" }] })))
    })).await;
    let servers = servers("");
    let mut plain = at(&url);
    plain.at = McpAt::Http {
        url,
        headers: vec![shared::tool::Header { name: "Authorization".to_owned(), value: None }],
    };
    let secrets: Secrets = [("authorization".to_owned(), "Bearer sk-1234567".to_owned())].into();
    let seen = servers.look(plain.clone(), secrets.clone(), NOW).await;
    let spec = choose(plain, &seen, "do", &json!({}));
    let tool = servers.replace([(spec, secrets)]).pop().expect("a tool");
    let (settlement, result, _) = call(&tool, json!({})).await;
    assert_eq!(settlement, Settlement::Ok);
    let text = result.to_string();
    assert!(text.contains("••••") && !text.contains("sk-1234567"), "{}", &text[..200]);
    assert!(text.len() < 20_000, "{}", text.len());
}
