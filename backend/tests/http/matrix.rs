//! Every route × role × foreign id. A route that is not listed here fails the test.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, TestDesk};

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anyone,
    Visitor,
    Reader,
    Staff,
    Admin,
}
use Who::{Admin, Anyone, Reader, Staff, Visitor};

struct Route {
    method: &'static str,
    path: &'static str,
    who: Who,
    /// A body that is good but for the id.
    body: Value,
}

fn routes() -> Vec<Route> {
    let route = |method, path, who, body| Route { method, path, who, body };
    let none = || json!({});
    let message = || json!({ "client_id": "c-1", "text": "hello" });
    let site = || json!({ "name": "x", "origins": [], "color": "#000000", "greeting": "", "active": true });
    vec![
        route("get", "/setup", Anyone, none()),
        route("get", "/sites/{key}/look", Anyone, none()),
        route("post", "/visitors", Anyone, none()),
        route("post", "/staff/login", Anyone, none()),
        route("get", "/live", Anyone, none()),
        route("post", "/conversations", Visitor, none()),
        route("post", "/conversations/{id}/messages", Visitor, message()),
        route("post", "/conversations/{id}/human", Visitor, none()),
        route("post", "/conversations/{id}/rating", Visitor, json!({ "score": 3 })),
        route("get", "/conversations/{id}/events", Reader, none()),
        route("get", "/staff/me", Staff, none()),
        route("post", "/staff/logout", Staff, none()),
        route("get", "/inbox", Staff, none()),
        route("get", "/conversations/{id}", Staff, none()),
        route("post", "/conversations/{id}/claim", Staff, none()),
        route("post", "/conversations/{id}/replies", Staff, message()),
        route("post", "/conversations/{id}/notes", Staff, json!({ "text": "hello" })),
        route("post", "/conversations/{id}/return", Staff, json!({ "agent": "triage" })),
        route("post", "/conversations/{id}/close", Staff, none()),
        route("post", "/approvals/{id}", Staff, json!({ "decision": "approve" })),
        route("get", "/staff", Staff, none()),
        route("get", "/agents", Staff, none()),
        route("post", "/staff", Admin, none()),
        route("put", "/staff/{id}", Admin, none()),
        route("post", "/staff/{id}/keys", Admin, none()),
        route("get", "/agents/{slug}", Admin, none()),
        route("delete", "/agents/{slug}", Admin, none()),
        route("put", "/agents/{slug}/draft", Admin, none()),
        route("delete", "/agents/{slug}/draft", Admin, none()),
        route("post", "/agents/{slug}/publish", Admin, none()),
        route("post", "/agents/{slug}/rollback", Admin, json!({ "version": 1 })),
        route("get", "/agents/{slug}/versions", Admin, none()),
        route("get", "/tools", Admin, none()),
        route("get", "/desk", Admin, none()),
        route("put", "/desk", Admin, none()),
        route("get", "/money", Admin, none()),
        route("put", "/money", Admin, json!({ "enabled": true })),
        route("get", "/audit", Admin, none()),
        route("get", "/meters", Admin, none()),
        route("get", "/sites", Admin, none()),
        route("post", "/sites", Admin, none()),
        route("put", "/sites/{key}", Admin, site()),
        route("post", "/sites/{key}/secret", Admin, none()),
        route("post", "/playground", Admin, none()),
        route("post", "/playground/{id}/messages", Admin, json!({ "text": "hello" })),
    ]
}

#[tokio::test]
async fn the_description_holds_every_route_and_this_table_too() {
    let desk = TestDesk::start().await;
    let description = Answer::of(desk.request(Method::GET, "/api/openapi.json")).await.ok();
    let mut described = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.strip_prefix("/api/v1").expect("under the API");
            described.insert((method.clone(), path.to_owned()));
            let tag = operation["tags"][0].as_str().unwrap();
            let listed = routes().into_iter().find(|r| r.method == method && r.path == path);
            let who = listed.unwrap_or_else(|| panic!("{method} {path} is not listed here")).who;
            assert_eq!(tag, format!("{who:?}").to_lowercase(), "{method} {path}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
        }
    }
    let listed: BTreeSet<_> =
        routes().iter().map(|r| (r.method.to_owned(), r.path.to_owned())).collect();
    assert_eq!(described, listed);
    desk.finish().await;
}

#[tokio::test]
async fn each_role_reaches_its_own_and_nothing_else() {
    let desk = TestDesk::start().await;
    let owner = desk.visitor().await;
    let foreign = owner.open().await;
    let nobody = desk.anyone();
    let stranger = desk.visitor().await;
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let junk = desk.bearer("vt_nonsense");
    let junk_key = desk.bearer("bk_nonsense");
    for route in routes() {
        let may = |who: &[Who]| who.contains(&route.who);
        let check = async |name: &str, caller: &Caller<'_>, allowed: bool, refusal: u16| {
            if allowed || route.who == Anyone {
                return;
            }
            let answer = call(caller, &route, &foreign).await;
            assert_eq!(answer.status, refusal, "{name}: {} {}", route.method, route.path);
            let code = if refusal == 403 { "forbidden" } else { "not_signed_in" };
            answer.refused(refusal, code);
        };
        check("nobody", &nobody, false, 401).await;
        check("a made-up visitor", &junk, false, 401).await;
        check("a made-up key", &junk_key, false, 401).await;
        check("a visitor", &stranger, may(&[Visitor, Reader]), 401).await;
        let sam_is_refused_with = if route.who == Visitor { 401 } else { 403 };
        check("staff", &sam, may(&[Reader, Staff]), sam_is_refused_with).await;
        check("an admin", &admin, may(&[Reader, Staff, Admin]), 401).await;

        if !route.path.contains('{') || route.path == "/sites/{key}/look" {
            continue;
        }
        if may(&[Visitor, Reader]) {
            let foreign = call(&stranger, &route, &foreign).await;
            let missing = call(&stranger, &route, "cnv_missing").await;
            foreign.refused(404, "not_found");
            assert_eq!(foreign.body, missing.body, "{}: foreign reads like missing", route.path);
        }
        if may(&[Reader, Staff, Admin]) && route.path != "/agents/{slug}/draft" {
            call(&admin, &route, "missing").await.refused(404, "not_found");
        }
    }
    let kept = owner.get(&format!("/conversations/{foreign}/events")).await.ok();
    assert_eq!(kept["events"], json!([]), "nobody left a trace");
    desk.finish().await;
}

async fn call(caller: &Caller<'_>, route: &Route, id: &str) -> Answer {
    let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
    let path = route.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
    let path = path.collect::<Vec<_>>().join("/");
    let request = caller.request(method.clone(), &path);
    let request = if method == Method::GET || method == Method::DELETE {
        request
    } else {
        request.json(&route.body)
    };
    Answer::of(request).await
}
