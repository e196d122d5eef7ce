//! What people teach: a correction is nothing until an administrator says yes, and then it is used.

use serde_json::{Value, json};
use shared::limits;

use crate::harness::{Caller, TestDesk};

/// What the shipped agents do not understand as the shop means it.
const QUESTION: &str = "My lumbago cushion from A1001 whistles, ada.king@example.org";
const KEPT: &str = "My lumbago cushion from xid whistles, xemail";

fn about() -> Value {
    json!({ "agent": "refunds", "intent": "item_problem" })
}

fn lesson(text: &str) -> Value {
    json!({ "agent": "refunds", "intent": "item_problem", "text": text })
}

/// A visitor says it; answers where it stands.
async fn said(desk: &TestDesk, text: &str) -> (String, u64) {
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let turn = visitor.turn(&id, "q", text).await;
    let (_, message) = turn.iter().find(|(name, _)| name == "message").expect("what was said");
    assert_eq!(message["author"]["kind"], "visitor");
    (id, message["seq"].as_u64().unwrap())
}

/// Which agent answers a new visitor.
async fn answers(desk: &TestDesk, text: &str) -> String {
    let admin = desk.admin().await;
    let (id, _) = said(desk, text).await;
    let conversation = admin.get(&format!("/conversations/{id}")).await.ok();
    conversation["owner"]["slug"].as_str().unwrap_or("people").to_owned()
}

async fn waiting(admin: &Caller<'_>) -> Vec<Value> {
    let list = admin.get("/learning/suggestions").await.ok();
    list["suggestions"].as_array().unwrap().clone()
}

async fn version(admin: &Caller<'_>) -> u64 {
    let agent = admin.get("/agents/refunds").await.ok();
    agent["published"]["version"].as_u64().unwrap()
}

#[tokio::test]
async fn a_correction_is_used_once_an_administrator_says_yes() {
    let desk = TestDesk::start().await;
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let (id, seq) = said(&desk, QUESTION).await;
    let path = format!("/conversations/{id}/readings/{seq}");
    let read = sam.get(&path).await.ok();
    assert_eq!(read["example"], KEPT);
    assert_ne!(read["read"]["agent"], "refunds", "{read}");
    assert!(!read["reading"]["why"][0]["parts"].as_array().unwrap().is_empty());

    let suggestion = format!("/learning/suggestions/{id}/{seq}");
    let elsewhere = json!({ "agent": "billing", "intent": "invoice_copy" });
    sam.put(&suggestion, elsewhere).await.ok();
    sam.put(&suggestion, about()).await.ok();
    let list = waiting(&admin).await;
    assert_eq!(list.len(), 1, "the second word takes the first back: {list:?}");
    assert_eq!(list[0]["lesson"], lesson(KEPT));
    assert_eq!((&list[0]["by"]["name"], &list[0]["conversation"]), (&json!("Sam"), &json!(id)));
    assert_eq!(sam.get(&path).await.ok()["suggestion"]["state"], "waiting");

    // Nothing comes of it until then.
    let before = version(&admin).await;
    assert_ne!(answers(&desk, QUESTION).await, "refunds");
    let effect = admin.post("/learning/effect", list[0]["lesson"].clone()).await.ok();
    assert_ne!(effect["own"]["before"]["agent"], "refunds");
    assert_eq!(effect["own"]["after"]["agent"], "refunds", "{effect}");
    let changed = effect["messages"].as_array().unwrap();
    assert!(changed.iter().any(|it| it["conversation"] == id && it["text"] == KEPT));
    assert_eq!((version(&admin).await, waiting(&admin).await.len()), (before, 1), "only tried");

    let accepted = admin.post(&format!("{suggestion}/accept"), lesson(KEPT)).await.ok();
    assert_eq!(
        (&accepted["state"], &accepted["decided_by"]["name"]),
        (&json!("accepted"), &json!("Admin"))
    );
    assert_eq!((version(&admin).await, waiting(&admin).await.len()), (before + 1, 0));
    assert_eq!(answers(&desk, QUESTION).await, "refunds");
    let versions = admin.get("/agents/refunds/versions").await.ok();
    let note = versions["versions"][0]["note"].as_str().unwrap();
    assert!(note.contains(KEPT) && note.contains("item problem"), "{note}");
    admin.post(&format!("{suggestion}/accept"), lesson(KEPT)).await.refused(409, "decided");
    admin.post(&format!("{suggestion}/reject"), json!({})).await.refused(409, "decided");
    let audit = admin.get("/audit?actions=example_accepted").await.ok();
    assert_eq!(audit["entries"][0]["subject"], KEPT);
    assert_eq!(audit["entries"][0]["conversation"], id);

    // It is there after a restart, and gone with a rollback.
    let desk = desk.restart().await;
    let admin = desk.admin().await;
    assert_eq!(answers(&desk, QUESTION).await, "refunds");
    admin.post("/agents/refunds/rollback", json!({ "version": before })).await.ok();
    assert_ne!(answers(&desk, QUESTION).await, "refunds");
    desk.finish().await;
}

#[tokio::test]
async fn a_draft_learns_too_and_a_rejected_suggestion_teaches_nothing() {
    let desk = TestDesk::start().await;
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let mut draft = admin.get("/agents/refunds").await.ok()["published"]["spec"].clone();
    draft["purpose"] = json!("Another purpose.");
    admin.put("/agents/refunds/draft", draft).await.ok();
    let (id, seq) = said(&desk, QUESTION).await;
    let suggestion = format!("/learning/suggestions/{id}/{seq}");
    sam.put(&suggestion, about()).await.ok();
    let before = version(&admin).await;
    let rejected = admin.post(&format!("{suggestion}/reject"), json!({})).await.ok();
    assert_eq!((&rejected["state"], version(&admin).await), (&json!("rejected"), before));
    assert_eq!(waiting(&admin).await.len(), 0);
    let audit = admin.get("/audit?actions=example_rejected").await.ok();
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1);
    // What nobody wants to keep stands neither there nor in the log.
    assert!(!rejected.to_string().contains("cushion") && !audit.to_string().contains("cushion"));

    // Said again, and kept with other words.
    sam.put(&suggestion, about()).await.ok();
    let words = "The cushion of order B-4711 whistles";
    let accepted = admin.post(&format!("{suggestion}/accept"), lesson(words)).await.ok();
    assert_eq!(accepted["lesson"]["text"], "The cushion of order xid whistles");
    let agent = admin.get("/agents/refunds").await.ok();
    let last = |spec: &Value| spec["examples"].as_array().unwrap().last().unwrap()["text"].clone();
    assert_eq!(last(&agent["published"]["spec"]), "The cushion of order xid whistles");
    assert_eq!(last(&agent["draft"]), last(&agent["published"]["spec"]));
    assert_eq!(agent["draft"]["purpose"], "Another purpose.");
    assert_ne!(agent["published"]["spec"]["purpose"], "Another purpose.");
    desk.finish().await;
}

#[tokio::test]
async fn saved_tests_say_what_a_lesson_breaks() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    assert_eq!(admin.get("/learning/tests").await.ok(), json!({ "runs": [] }));
    let save = async |text: &str, agent: &str| {
        admin.post("/learning/tests", json!({ "text": text, "agent": agent })).await
    };
    let bad = save("My lumbago cushion whistles", "refunds").await.ok();
    assert_eq!(bad["passes"], false);
    let good = save("I was charged twice for A1001", "billing").await.ok();
    assert_eq!(
        (&good["passes"], &good["test"]["text"]),
        (&json!(true), &json!("I was charged twice for xid"))
    );
    let list = admin.get("/learning/tests").await.ok();
    let passes = |at: usize| list["runs"][at]["passes"].clone();
    assert_eq!((passes(0), passes(1)), (json!(false), json!(true)), "what fails comes first");

    let effect = admin.post("/learning/effect", lesson(KEPT)).await.ok();
    assert_eq!(effect["tests_in_all"], 2);
    assert_eq!((&effect["pass_before"], &effect["pass_after"]), (&json!(1), &json!(2)));
    let wrong = json!({ "agent": "billing", "intent": "double_charge", "text": "My lumbago cushion whistles" });
    let effect = admin.post("/learning/effect", wrong).await.ok();
    assert_eq!((&effect["pass_before"], &effect["pass_after"]), (&json!(1), &json!(1)));

    let intent =
        json!({ "text": "I was charged twice", "agent": "billing", "intent": "invoice_copy" });
    assert_eq!(admin.post("/learning/tests", intent).await.ok()["passes"], false);
    let path = format!("/learning/tests/{}", good["test"]["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 204);
    admin.delete(&path).await.refused(404, "not_found");
    let audit = admin.get("/audit?actions=test_saved,test_deleted").await.ok();
    assert_eq!(audit["entries"].as_array().unwrap().len(), 4);
    desk.finish().await;
}

#[tokio::test]
async fn what_is_least_certain_is_offered_until_it_is_labelled_or_dismissed() {
    let desk = TestDesk::start().await;
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let list = async || admin.get("/learning/unsure").await.ok();
    assert_eq!(list().await["messages"], json!([]));
    said(&desk, "I was charged twice for A1001").await;
    said(&desk, "I want to talk to a human about a purple sock thing").await;
    let (first, first_seq) =
        said(&desk, "the zebra of my order is about the sofa return maybe").await;
    let (second, second_seq) = said(&desk, "payment box arrived account").await;
    let unsure = list().await;
    let found: Vec<&str> = unsure["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["conversation"].as_str().unwrap())
        .collect();
    assert_eq!(unsure["looked_at"], 4);
    assert!(found.contains(&first.as_str()) && found.contains(&second.as_str()), "{unsure}");
    assert_eq!(found.len(), 2, "neither what is clear nor what words decide: {unsure}");
    sam.put(&format!("/learning/suggestions/{first}/{first_seq}"), about()).await.ok();
    let dismiss = json!({ "conversation": second, "seq": second_seq });
    assert_eq!(admin.post("/learning/unsure/dismiss", dismiss.clone()).await.status, 204);
    assert_eq!(admin.post("/learning/unsure/dismiss", dismiss).await.status, 204);
    assert_eq!(list().await["messages"], json!([]));
    let audit = admin.get("/audit?actions=message_dismissed").await.ok();
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1);
    desk.finish().await;
}

#[tokio::test]
async fn hostile_lessons_are_refused_and_leave_nothing() {
    let desk = TestDesk::start().await;
    let (sam, admin) = (desk.sam().await, desk.admin().await);
    let (id, seq) = said(&desk, QUESTION).await;
    let at = |seq: &str| format!("/learning/suggestions/{id}/{seq}");
    let good = at(&seq.to_string());
    for nowhere in ["0", "1", "-1", "9999", "18446744073709551615", "x"] {
        sam.put(&at(nowhere), about()).await.refused(404, "not_found");
        sam.get(&format!("/conversations/{id}/readings/{nowhere}")).await.refused(404, "not_found");
    }
    for (agent, intent) in [
        ("refunds", "no_such_intent"),
        ("nobody", "item_problem"),
        ("billing", "item_problem"),
        ("refunds", ""),
        ("refunds", "out_of_scope"),
        ("refunds", &"x".repeat(100_000)),
    ] {
        sam.put(&good, json!({ "agent": agent, "intent": intent })).await.refused(422, "invalid");
    }
    sam.put(&good, json!({ "agent": "../etc", "intent": "x" })).await.refused(400, "malformed");
    assert!(waiting(&admin).await.is_empty());

    sam.put(&good, about()).await.ok();
    let before = version(&admin).await;
    let too_long = "é".repeat(limits::PHRASE_CHARS + 1);
    for text in ["", " \u{0}\u{8} ", "\u{200b}", &too_long] {
        for path in [&format!("{good}/accept"), "/learning/effect", "/learning/tests"] {
            let refused = admin.post(path, lesson(text)).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.body["error"]["field"], "text", "{path} {text:?}");
        }
    }
    let nobody = json!({ "text": "x y z", "agent": "nobody" });
    admin.post("/learning/tests", nobody).await.refused(422, "invalid");
    admin.post("/learning/unsure/dismiss", json!({ "conversation": id, "seq": u64::MAX })).await;
    assert_eq!((version(&admin).await, waiting(&admin).await.len()), (before, 1));

    // An agent that has no room says so, and the suggestion waits on.
    let mut full = admin.get("/agents/refunds").await.ok()["published"]["spec"].clone();
    let examples = full["examples"].as_array_mut().unwrap();
    for n in examples.len()..limits::EXAMPLES {
        examples.push(json!({ "intent": "item_problem", "text": format!("broken {n}") }));
    }
    admin.put("/agents/refunds/draft", full).await.ok();
    admin.post("/agents/refunds/publish", json!({})).await.ok();
    for path in [&format!("{good}/accept"), "/learning/effect"] {
        let refused = admin.post(path, lesson(KEPT)).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], "examples");
    }
    assert_eq!(waiting(&admin).await.len(), 1);
    desk.finish().await;
}
