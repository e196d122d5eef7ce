//! What arguments can do to a request (nothing but fill their place), and what answers mean.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::{
    event::Settlement,
    message::{Assurance, VisitorRef},
    time::Timestamp,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{request::idempotency_key, *};
use crate::tools::Context;

/// What a server on loopback answers: these bytes, or nothing at all.
async fn server(answer: Option<&'static str>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16 * 1024];
            let mut len = 0;
            // The head, and a body as short as those here, come in a piece or two.
            while !std::str::from_utf8(&request[..len]).is_ok_and(is_whole) {
                match stream.read(&mut request[len..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(more) => len += more,
                }
            }
            heard
                .lock()
                .expect("a lock")
                .push(String::from_utf8_lossy(&request[..len]).into_owned());
            let Some(answer) = answer else { continue };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (format!("http://{address}"), seen)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}

fn context(customer: Option<&str>) -> Context {
    Context {
        conversation: "cnv_1".parse().expect("an id"),
        call: "c7".parse().expect("an id"),
        visitor: VisitorRef {
            id: "vis_1".parse().expect("an id"),
            assurance: if customer.is_some() { Assurance::Verified } else { Assurance::Anonymous },
            customer: customer.map(str::to_owned),
            name: None,
            email: Some("claimed@x.example".to_owned()),
        },
        said: Vec::new(),
        collections: Vec::new(),
        now: Timestamp(0),
    }
}

fn caller(tool: Value, secrets: &[(&str, &str)]) -> Caller {
    let mut whole = json!({
        "name": "look_up", "purpose": "Looks.", "effect": "read",
        "parameters": { "type": "object", "properties": { "order": {}, "note": {}, "n": {} },
                        "required": ["order"] },
        "url": "https://shop.example/orders/{order}",
        "timeout_s": 1,
    });
    let Value::Object(fields) = tool else { panic!("an object") };
    for (field, value) in fields {
        whole[field] = value;
    }
    let tool: HttpTool = serde_json::from_value(whole).expect("a tool");
    tool.check().expect("a sound tool");
    let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let egress = Egress::new("127.0.0.1".parse().expect("a host"), Bounds::default());
    Caller::new(tool, secrets.collect(), &egress.expect("egress"))
}

/// What would be sent, by whom the site has signed for.
fn made(tool: Value, customer: Option<&str>, args: &Value) -> Result<Sent, Unfit> {
    let caller = caller(tool, &[("authorization", "Bearer sk")]);
    request::make(&caller.tool, &caller.secrets, &context(customer), args).map(|(_, sent)| sent)
}

#[test]
fn an_argument_stays_in_its_place() {
    let check = |url: &str, order: &str, expected: Option<&str>| {
        let sent = made(json!({ "url": url }), None, &json!({ "order": order }));
        assert_eq!(sent.as_ref().ok().map(|sent| sent.url.as_str()), expected, "{url} {order}");
    };
    let path = "https://shop.example/orders/{order}/lines";
    check(path, "A1001", Some("https://shop.example/orders/A1001/lines"));
    check(path, "a/../../admin", None);
    check(path, "a\\..\\admin", None);
    check(path, "x?admin=1#", Some("https://shop.example/orders/x%3Fadmin%3D1%23/lines"));
    check(path, "%2e%2e", Some("https://shop.example/orders/%252e%252e/lines"));
    check(path, "a b\r\nHost: x", None);
    check(path, "a b", Some("https://shop.example/orders/a%20b/lines"));
    check(path, "..", None);
    check(path, ".", None);
    check(path, "", None);
    check("https://shop.example/o/A{order}", "", Some("https://shop.example/o/A"));
    let query = "https://shop.example/find?q={order}&n={n}";
    check(query, "a&n=9", Some("https://shop.example/find?q=a%26n%3D9"));
}

#[test]
fn whose_data_is_asked_for_is_not_the_models_to_say() {
    let bound = json!({
        "url": "https://shop.example/customers/{visitor.customer}/orders/{order}",
        "headers": [{ "name": "X-Mail", "value": "{visitor.email}" }],
    });
    let args =
        json!({ "order": "A1", "visitor.customer": "cus_9", "visitor": { "customer": "cus_9" } });
    let sent = made(bound.clone(), Some("cus_1"), &args).expect("a request");
    assert_eq!(sent.url, "https://shop.example/customers/cus_1/orders/A1");
    assert_eq!(made(bound, None, &args), Err(Unfit::Unverified), "claimed is not signed for");
    // Left out, the question would be about everybody.
    for bound in [
        json!({ "url": "https://shop.example/{order}?customer={visitor.customer}" }),
        json!({ "headers": [{ "name": "X-Customer", "value": "{visitor.customer}" }] }),
        json!({ "method": "POST", "body": { "template": { "of": ["{visitor.customer}"] } } }),
    ] {
        assert_eq!(made(bound.clone(), None, &args), Err(Unfit::Unverified), "{bound}");
        assert!(made(bound.clone(), Some("cus_1"), &args).is_ok(), "{bound}");
    }
    let signed = json!({ "needs_verified": true });
    assert_eq!(made(signed, None, &json!({ "order": "A1" })), Err(Unfit::Unverified));
}

#[test]
fn a_body_keeps_types_and_leaves_out_what_is_not_given() {
    let body = |encoding: &str| {
        json!({ "method": "POST", "body": { "encoding": encoding, "template": {
            "order": "{order}", "n": "{n}", "text": "For {order}: {note}", "by": "{call.id}" } } })
    };
    let args = json!({ "order": "A&1\"", "n": 7 });
    let sent = made(body("json"), None, &args).expect("a request");
    let json: Value = serde_json::from_str(&sent.body.expect("a body")).expect("JSON");
    assert_eq!(json, json!({ "order": "A&1\"", "n": 7, "text": "For A&1\": ", "by": "c7" }));
    let sent = made(body("form"), None, &json!({ "order": "A&1" })).expect("a request");
    assert_eq!(sent.body.as_deref(), Some("order=A%261&text=For+A%261%3A+&by=c7"));
}

#[test]
fn secrets_are_covered_and_lines_cannot_be_added() {
    let tool = json!({ "headers": [{ "name": "Authorization" }, { "name": "X-Note", "value": "{note}" }] });
    let sent = made(tool.clone(), None, &json!({ "order": "A1" })).expect("a request");
    assert_eq!(sent.headers, [("Authorization".to_owned(), "••••••".to_owned())]);
    let split = json!({ "order": "A1", "note": "a\r\nX-Admin: 1" });
    assert_eq!(made(tool, None, &split), Err(Unfit::Argument("X-Note".to_owned())));
    let other = json!({ "headers": [{ "name": "X-Key" }] });
    assert!(matches!(made(other, None, &json!({ "order": "A1" })), Err(Unfit::Secret(_))));
}

#[test]
fn a_repeated_call_has_the_same_key_and_another_call_another() {
    let key = idempotency_key(&context(None));
    assert_eq!(key, idempotency_key(&context(Some("cus_1"))));
    let other = Context { call: "c8".parse().expect("an id"), ..context(None) };
    assert_ne!(key, idempotency_key(&other));
    let shifted = Context {
        conversation: "cnv_1c".parse().expect("an id"),
        call: "7".parse().expect("an id"),
        ..context(None)
    };
    assert_ne!(key, idempotency_key(&shifted));
}

#[tokio::test]
async fn what_the_system_answers_is_what_the_agent_learns() {
    let check =
        async |effect: &str, answer: Option<&'static str>, expected: Settlement, says: &str| {
            let (url, _) = server(answer).await;
            let tool =
                json!({ "effect": effect, "method": "POST", "url": format!("{url}/{{order}}") });
            let tried = caller(tool, &[]).attempt(&context(None), &json!({ "order": "A1" })).await;
            let Outcome::Settled { settlement, result, untrusted, .. } = tried.outcome else {
                panic!("no refund");
            };
            assert_eq!(settlement, expected, "{effect} {answer:?}: {result}");
            assert!(result.to_string().contains(says), "{result}");
            (result, untrusted)
        };
    let fine =
        "HTTP/1.1 200 OK\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{\"status\":\"sent\"}";
    let (result, untrusted) = check("read", Some(fine), Settlement::Ok, "sent").await;
    assert_eq!((result, untrusted), (json!({ "status": "sent" }), true));
    let gone = "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\nConnection: close\r\n\r\nno such";
    check("write", Some(gone), Settlement::Error, "It says: no such").await;
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    check("read", Some(moved), Settlement::Error, "leads elsewhere").await;
    let broken = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    check("read", Some(broken), Settlement::Error, "failed").await;
    // It may have been done.
    check("write", Some(moved), Settlement::Unknown, "leads elsewhere").await;
    check("write", Some(broken), Settlement::Unknown, "failed").await;
    check("write", Some(""), Settlement::Unknown, "may have been done").await;
    check("read", Some(""), Settlement::Error, "did not answer").await;
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{";
    check("write", Some(half), Settlement::Unknown, "may have been done").await;
    // Nothing got there.
    let nowhere =
        json!({ "effect": "write", "method": "POST", "url": "http://127.0.0.1:1/{order}" });
    let tried = caller(nowhere, &[]).attempt(&context(None), &json!({ "order": "A1" })).await;
    assert!(matches!(tried.outcome, Outcome::Settled { settlement: Settlement::Error, .. }));
}

#[tokio::test]
async fn a_secret_that_is_echoed_is_covered() {
    let echo = "HTTP/1.1 401 No\r\nContent-Length: 34\r\nConnection: close\r\n\r\n{\"error\":\"no such key sk-1234567\"}";
    let (url, _) = server(Some(echo)).await;
    let tool =
        json!({ "url": format!("{url}/{{order}}"), "headers": [{ "name": "Authorization" }] });
    let caller = caller(tool, &[("authorization", "Bearer sk-1234567")]);
    let tried = caller.attempt(&context(None), &json!({ "order": "A1" })).await;
    let all = format!("{tried:?}");
    assert!(all.contains("no such key"), "{all}");
    assert!(!all.contains("sk-1234567"), "{all}");
}

#[tokio::test]
async fn the_request_arrives_as_it_was_shown() {
    let (url, seen) = server(Some("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")).await;
    let tool = json!({
        "effect": "write", "method": "PATCH", "url": format!("{url}/orders/{{order}}?n={{n}}"),
        "headers": [{ "name": "Authorization" }], "idempotency_header": "Idempotency-Key",
        "body": { "template": { "note": "{note}" } },
    });
    let caller = caller(tool, &[("authorization", "Bearer sk")]);
    let args = json!({ "order": "A1", "n": 3, "note": "häß" });
    let tried = caller.attempt(&context(None), &args).await;
    assert!(matches!(tried.outcome, Outcome::Settled { settlement: Settlement::Ok, .. }));
    let seen = seen.lock().expect("a lock").join("");
    let (head, body) = seen.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("PATCH /orders/A1?n=3 HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("authorization: bearer sk"), "{head}");
    let key = idempotency_key(&context(None));
    assert!(head.contains(&format!("idempotency-key: {key}")), "{head}");
    assert_eq!(body, "{\"note\":\"häß\"}");
}
