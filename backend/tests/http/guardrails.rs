//! What an admin lets nobody say.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{TestDesk, uuid};

/// A number that no other test uses, valid by its check digit.
const CARD: &str = "4929 1234 5678 9015";

#[tokio::test]
async fn a_card_number_is_nowhere_on_disk() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let path = format!("/conversations/{id}/messages");
    let said = json!({ "client_id": uuid("card"), "text": format!("Refund it to {CARD}, please") });
    let accepted = visitor.post(&path, said.clone()).await.ok();
    let again = visitor.post(&path, said).await.ok();
    assert_eq!(accepted["seq"], again["seq"], "a retry makes one message");
    let events = visitor.get(&format!("/conversations/{id}/events?after=0")).await.ok();
    let message = events["events"]
        .as_array()
        .and_then(|events| events.iter().find(|event| event["seq"] == accepted["seq"]))
        .expect("the message is where it was said to be");
    assert_eq!(message["text"], "Refund it to •••• 9015, please");
    let comment = format!("charge {CARD} 12/27");
    let rated = json!({ "score": 1, "comment": comment });
    visitor.post(&format!("/conversations/{id}/rating"), rated).await.ok();
    desk.restart_after(|folder| {
        let digits = CARD.replace(' ', "");
        for file in files(folder) {
            let bytes = fs::read(&file).unwrap();
            for canary in [CARD, digits.as_str()] {
                let found = bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
                assert!(!found, "{}", file.display());
            }
        }
    })
    .await
    .finish()
    .await;
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, mut all): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    all.extend(folders.iter().flat_map(|folder| files(folder)));
    all
}

#[tokio::test]
async fn what_an_admin_forbids_holds_from_the_next_message_on() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let mut settings = admin.get("/desk").await.ok();
    let ask = "Which order is it about?";
    settings["guardrails"] = json!([{ "name": "Weather", "at": "message",
        "when": { "on": "phrases", "any": ["weather"] }, "then": { "do": "say", "text": ask } }]);
    admin.put("/desk", settings).await.ok();
    let turn = visitor.turn(&id, "weather", "How is the weather?").await;
    let said =
        |(_, event): &(String, Value)| event["text"] == ask && event["author"]["kind"] == "agent";
    assert_eq!(turn.iter().filter(|event| said(event)).count(), 1, "{turn:?}");
    let trace = desk.sam().await.get(&format!("/conversations/{id}/events?after=0")).await.ok();
    let why = "“Weather”: it says “weather”.";
    assert!(trace.to_string().contains(why), "{trace}");
    desk.finish().await;
}

#[tokio::test]
async fn a_guardrail_that_makes_no_sense_is_refused_in_words() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let settings = admin.get("/desk").await.ok();
    let check = async |guardrails: Value, field: &str| {
        let mut changed = settings.clone();
        changed["guardrails"] = guardrails;
        let answer = admin.put("/desk", changed).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.body["error"]["field"], field);
    };
    let rail = |when: Value, then: Value| json!({ "name": "r", "at": "answer", "when": when, "then": then });
    let pattern = |regex: &str| json!({ "on": "pattern", "regex": regex });
    let block = || json!({ "do": "block" });
    check(json!([rail(pattern("("), block())]), "guardrails[0].when").await;
    check(json!([rail(pattern(".*"), block())]), "guardrails[0].when").await;
    check(json!([rail(pattern("(\\w{99}){99}"), block())]), "guardrails[0].when").await;
    check(
        json!([rail(json!({ "on": "injection" }), json!({ "do": "distrust" }))]),
        "guardrails[0].then",
    )
    .await;
    let one = rail(json!({ "on": "length", "over": 9 }), block());
    check(Value::Array(vec![one; 51]), "guardrails").await;
    assert_eq!(admin.get("/desk").await.ok(), settings, "nothing has changed");
    desk.finish().await;
}
