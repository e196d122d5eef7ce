//! Every route × role × foreign id. A route that is not listed here fails the test.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, TestDesk, uuid};

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

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Nobody,
    Visitor,
    Agent,
    Admin,
}

struct Route {
    method: &'static str,
    path: &'static str,
    who: Who,
    /// A body that is good but for the id.
    body: Value,
}

fn route(method: &'static str, path: &'static str, who: Who, body: Value) -> Route {
    Route { method, path, who, body }
}

fn routes() -> Vec<Route> {
    let none = || json!({});
    let message = || json!({ "client_id": uuid("c-1"), "text": "hello" });
    let connection =
        || json!({ "name": "x", "protocol": "anthropic", "models": [{ "name": "x" }] });
    let site = || json!({ "name": "x", "origins": [], "color": "#000000", "greeting": "", "active": true });
    let article = || json!({ "title": "x", "body": "x", "language": "en", "collection": "x" });
    let mut routes = vec![
        route("get", "/setup", Anyone, none()),
        route("get", "/sites/{key}/look", Anyone, none()),
        route("post", "/visitors", Anyone, none()),
        route("post", "/staff/login", Anyone, none()),
        route("get", "/live", Anyone, none()),
        route("post", "/visitors/logout", Visitor, none()),
        route("post", "/conversations", Visitor, none()),
        route("post", "/conversations/{id}/messages", Visitor, message()),
        route("post", "/conversations/{id}/human", Visitor, none()),
        route("post", "/conversations/{id}/rating", Visitor, json!({ "score": 3 })),
        route("get", "/conversations/{id}/events", Reader, none()),
        route("get", "/staff/me", Staff, none()),
        route("put", "/staff/me/password", Staff, none()),
        route("post", "/staff/logout", Staff, none()),
        route("get", "/staff/presence", Staff, none()),
        route("put", "/staff/me/away", Staff, json!({ "away": false })),
        route("get", "/inbox", Staff, none()),
        route("get", "/conversations/{id}", Staff, none()),
        route("post", "/conversations/{id}/claim", Staff, none()),
        route("post", "/conversations/{id}/replies", Staff, message()),
        route("post", "/conversations/{id}/notes", Staff, json!({ "text": "hello" })),
        route("post", "/conversations/{id}/return", Staff, json!({ "agent": "triage" })),
        route("post", "/conversations/{id}/close", Staff, none()),
        route("post", "/approvals/{id}", Staff, json!({ "decision": "approve" })),
        route("get", "/notices", Staff, none()),
        route("get", "/staff", Staff, none()),
        route("get", "/agents", Staff, none()),
        route("post", "/staff", Admin, none()),
        route("put", "/staff/{id}", Admin, none()),
        route("get", "/staff/{id}/keys", Admin, none()),
        route("post", "/staff/{id}/keys", Admin, none()),
        route("delete", "/staff/{id}/keys/{key}", Admin, none()),
        route("get", "/agents/{slug}", Admin, none()),
        route("delete", "/agents/{slug}", Admin, none()),
        route("put", "/agents/{slug}/draft", Admin, none()),
        route("delete", "/agents/{slug}/draft", Admin, none()),
        route("post", "/agents/{slug}/publish", Admin, none()),
        route("post", "/agents/{slug}/rollback", Admin, json!({ "version": 1 })),
        route("get", "/agents/{slug}/versions", Admin, none()),
        route("get", "/tools", Admin, none()),
        route("get", "/tools/made", Admin, none()),
        route("put", "/tools/made/{name}", Admin, none()),
        route("delete", "/tools/made/{name}", Admin, none()),
        route("post", "/tools/try", Admin, none()),
        route("post", "/tools/import", Admin, json!({ "document": "" })),
        route("get", "/tools/mcp", Admin, none()),
        route("put", "/tools/mcp/{name}", Admin, none()),
        route("delete", "/tools/mcp/{name}", Admin, none()),
        route("post", "/tools/look", Admin, none()),
        route("get", "/desk", Admin, none()),
        route("put", "/desk", Admin, none()),
        route("get", "/connections", Admin, none()),
        route("post", "/connections", Admin, none()),
        route("put", "/connections/{id}", Admin, connection()),
        route("delete", "/connections/{id}", Admin, none()),
        route("post", "/connections/{id}/test", Admin, json!({ "model": "x" })),
        route("get", "/conversations/{id}/steps/{seq}", Admin, none()),
        route("get", "/money", Admin, none()),
        route("put", "/money", Admin, json!({ "enabled": true })),
        route("get", "/refunds", Admin, none()),
        route("post", "/refunds/{intent}/settle", Admin, json!({ "as": "failed", "note": "x" })),
        route("post", "/refunds/{intent}/ask", Admin, none()),
        route("post", "/refunds/{intent}/look", Admin, json!({ "note": "x" })),
        route("get", "/audit", Admin, none()),
        route("get", "/journal/head", Admin, none()),
        route("get", "/meters", Admin, none()),
        route("get", "/sites", Admin, none()),
        route("post", "/sites", Admin, none()),
        route("put", "/sites/{key}", Admin, site()),
        route("post", "/sites/{key}/secret", Admin, none()),
        route("get", "/knowledge/articles", Admin, none()),
        route("post", "/knowledge/articles", Admin, none()),
        route("get", "/knowledge/articles/{slug}", Admin, none()),
        route("put", "/knowledge/articles/{slug}", Admin, article()),
        route("delete", "/knowledge/articles/{slug}", Admin, none()),
        route("get", "/knowledge/unanswered", Admin, none()),
        route("post", "/knowledge/unanswered/dismiss", Admin, json!({ "asked": [] })),
        route("post", "/knowledge/import", Admin, none()),
        route("post", "/knowledge/try", Admin, json!({ "question": "hello" })),
        route("post", "/reading", Admin, json!({ "text": "hello" })),
        route("post", "/playground", Admin, none()),
        route("post", "/playground/{id}/messages", Admin, json!({ "text": "hello" })),
    ];
    routes.extend(learning());
    routes
}

fn learning() -> Vec<Route> {
    let none = || json!({});
    let about = || json!({ "agent": "billing", "intent": "double_charge" });
    let lesson = || json!({ "agent": "billing", "intent": "double_charge", "text": "twice" });
    vec![
        route("get", "/conversations/{id}/readings/{seq}", Staff, none()),
        route("get", "/learning/topics", Staff, none()),
        route("put", "/learning/suggestions/{id}/{seq}", Staff, about()),
        route("get", "/learning/suggestions", Admin, none()),
        route("post", "/learning/suggestions/{id}/{seq}/accept", Admin, lesson()),
        route("post", "/learning/suggestions/{id}/{seq}/reject", Admin, none()),
        route("post", "/learning/effect", Admin, lesson()),
        route("get", "/learning/unsure", Admin, none()),
        route("post", "/learning/unsure/dismiss", Admin, none()),
        route("get", "/learning/tests", Admin, none()),
        route("post", "/learning/tests", Admin, none()),
        route("delete", "/learning/tests/{id}", Admin, none()),
    ]
}

/// What the pages' routes answer, which need nobody: a new one is looked at before it is added here.
const PAGES: [&str; 15] = [
    "/",
    "/embed.js",
    "/embed-chat.js",
    "/widget/{key}",
    "/widget/",
    "/assets/{*name}",
    "/inbox",
    "/inbox/{id}",
    "/admin",
    "/admin/{*rest}",
    "/demo",
    "/demo/identity",
    "/demo/{file}",
    "/help/{slug}",
    "/healthz",
];

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

/// The API has no route but those that are described: the router's source says so, because a
/// router cannot be asked.
#[test]
fn there_is_no_route_besides_the_described_ones_and_the_pages() {
    let source = include_str!("../../src/http/router.rs");
    let named = |call: &str| -> Vec<&str> {
        let calls = source.split(call).skip(1);
        calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
    };
    let mut pages = PAGES.to_vec();
    pages.push("/api/{*rest}");
    assert_eq!(named(".route("), pages, "look at the new page, then list it here");
    let described: BTreeSet<_> = named("at(").into_iter().collect();
    let listed: BTreeSet<_> = routes().iter().map(|route| route.path).collect();
    assert_eq!(described, listed);
    for other in [".nest_service(", ".route_service(", ".fallback_service("] {
        assert!(!source.contains(other), "{other} would hide routes from this test");
    }
}

#[tokio::test]
async fn each_role_reaches_its_own_and_nothing_else() {
    let desk = TestDesk::start().await;
    let (nobody, visitor) = (desk.anyone(), desk.visitor().await);
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let (junk, junk_key) = (desk.bearer("vt_nonsense"), desk.bearer("bk_nonsense"));
    let (sams, admins) = (key_of(&admin, &sam).await, key_of(&admin, &admin).await);
    let callers = [
        ("nobody", &nobody, Role::Nobody),
        ("a made-up visitor", &junk, Role::Nobody),
        ("a made-up key", &junk_key, Role::Nobody),
        ("a visitor", &visitor, Role::Visitor),
        ("staff", &sam, Role::Agent),
        ("a key of staff", &sams, Role::Agent),
        ("an admin", &admin, Role::Admin),
        ("a key of an admin", &admins, Role::Admin),
    ];
    // Signing out comes last: nobody is signed in after it.
    let mut routes = routes();
    routes.sort_by_key(|route| route.path.ends_with("/logout"));
    for route in &routes {
        for (name, caller, role) in callers {
            let answer = call(caller, route, "missing").await;
            let status = answer.status.as_u16();
            let at = format!("{name}: {} {}: {status}", route.method, route.path);
            match (route.who, role) {
                (Anyone, _)
                | (Visitor | Reader, Role::Visitor)
                | (Reader | Staff, Role::Agent)
                | (Reader | Staff | Admin, Role::Admin) => {
                    assert!(![401, 403, 500].contains(&status), "{at}");
                }
                (Admin, Role::Agent) => {
                    assert_eq!(status, 403, "{at}");
                    answer.refused(403, "forbidden");
                }
                _ => {
                    assert_eq!(status, 401, "{at}");
                    answer.refused(401, "not_signed_in");
                }
            }
        }
    }
    desk.finish().await;
}

#[tokio::test]
async fn what_is_foreign_reads_like_what_is_missing() {
    let desk = TestDesk::start().await;
    let (owner, stranger) = (desk.visitor().await, desk.customer("cus_1").await);
    let conversation = owner.open().await;
    let (admin, sam) = (desk.admin().await, desk.sam().await);
    let second = {
        let id = id_of(&sam).await;
        admin.put(&format!("/staff/{id}"), json!({ "role": "admin" })).await.ok();
        key_of(&admin, &sam).await
    };
    let playground = admin.post("/playground", json!({ "agent": "triage" })).await.ok();
    let playground = playground["id"].as_str().unwrap();
    // A key under the account of somebody else.
    let keys = admin.get(&format!("/staff/{}/keys", id_of(&sam).await)).await.ok();
    let key = keys["keys"][0]["id"].as_str().unwrap();

    for route in routes().iter().filter(|route| route.path.contains('{')) {
        let at = format!("{} {}", route.method, route.path);
        // Saving a draft makes an agent, and saving a tool a tool; the look of a site is for everybody.
        let makes = ["/agents/{slug}/draft", "/tools/made/{name}", "/tools/mcp/{name}"]
            .contains(&route.path);
        if route.who == Anyone || makes && route.method == "put" {
            continue;
        }
        let (caller, foreign) = match route.path {
            "/playground/{id}/messages" => (&second, playground.to_owned()),
            "/staff/{id}/keys/{key}" => (&admin, key.to_owned()),
            _ if route.who == Visitor || route.who == Reader => (&stranger, conversation.clone()),
            // Nothing of these is anybody's own.
            _ => (&admin, "another".to_owned()),
        };
        let foreign = call(caller, route, &foreign).await;
        let missing = call(caller, route, "missing").await;
        foreign.refused(404, "not_found");
        assert_eq!(foreign.body, missing.body, "{at}");
    }
    let kept = owner.get(&format!("/conversations/{conversation}/events")).await.ok();
    assert_eq!(kept["events"], json!([]), "nobody left a trace");
    desk.finish().await;
}

async fn id_of(caller: &Caller<'_>) -> String {
    caller.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned()
}

/// An API key of a member of staff, as a caller.
async fn key_of<'a>(admin: &Caller<'a>, staff: &Caller<'a>) -> Caller<'a> {
    let path = format!("/staff/{}/keys", id_of(staff).await);
    let made = admin.post(&path, json!({})).await.ok();
    admin.desk.bearer(made["key"].as_str().unwrap())
}

/// Calls a route with `id` in every variable place; a key stands under the caller's own account.
async fn call(caller: &Caller<'_>, route: &Route, id: &str) -> Answer {
    let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
    let mut path: Vec<_> =
        route.path.split('/').map(|part| if part.starts_with('{') { id } else { part }).collect();
    let own;
    if route.path.ends_with("/keys/{key}") && route.who == Admin && id.starts_with("key_") {
        own = id_of(caller).await;
        path[2] = &own;
    }
    let path = path.join("/");
    let request = caller.request(method.clone(), &path);
    let request = if method == Method::GET || method == Method::DELETE {
        request
    } else {
        request.json(&route.body)
    };
    Answer::of(request).await
}
