//! The kill switch, and a database that came back from a backup.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    commands::{baton, refused},
    harness::{PATIENCE, TestDesk},
};

const TWICE: &str = "I was charged twice for order A1001 and want my money back";

/// Asks for the refund of the second charge; answers what agents said and how refunds stand.
async fn ask(desk: &TestDesk, client_id: &str) -> (String, Vec<String>) {
    let customer = desk.customer("cus_1").await;
    let id = customer.open().await;
    let turn = customer.turn(&id, client_id, TWICE).await;
    let of = |name: &'static str| turn.iter().filter(move |(event, _)| event == name);
    let said: Vec<_> = of("message").filter_map(|(_, data)| data["text"].as_str()).collect();
    let states = of("refund").filter_map(|(_, data)| data["state"].as_str().map(str::to_owned));
    (said.join("\n"), states.collect())
}

async fn switch(desk: &TestDesk, body: Value) -> crate::harness::Answer {
    desk.admin().await.put("/money", body).await
}

#[tokio::test]
async fn money_11_the_kill_switch_holds_at_once_and_everybody_sees_it() {
    let desk = TestDesk::start().await;
    assert_eq!(desk.sam().await.get("/notices").await.ok()["refunds_off"], Value::Null);
    let off = switch(&desk, json!({ "enabled": false, "note": "the provider misbehaves" })).await;
    assert_eq!(off.ok()["off"]["detail"], "the provider misbehaves");
    let seen = desk.sam().await.get("/notices").await.ok();
    assert_eq!(seen["refunds_off"]["by"]["name"], "Admin", "{seen}");
    assert_eq!(seen["refunds_off"]["cause"], "switched");
    assert!(seen["refunds_off"]["since"].is_string());

    let (said, states) = ask(&desk, "m-1").await;
    assert_eq!(states, [""; 0], "no money moves");
    assert!(said.contains("paused"), "an honest answer: {said}");
    assert!(!said.contains("has been refunded"), "{said}");

    // It outlives a restart, and ends when a person says so.
    let desk = desk.restart().await;
    assert_eq!(ask(&desk, "m-2").await.1, [""; 0]);
    switch(&desk, json!({ "enabled": true })).await.ok();
    let (_, states) = ask(&desk, "m-3").await;
    assert_eq!(states.last().map(String::as_str), Some("succeeded"));
    let audit = desk.admin().await.get("/audit?actions=money_switched").await.ok();
    assert_eq!(audit["entries"][0]["detail"], "refunds on");
    assert_eq!(audit["entries"][1]["detail"], "refunds off; the provider misbehaves");
    desk.finish().await;
}

/// Copies a file that may be missing.
fn copy(from: &Path, to: &Path) {
    match fs::copy(from, to) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let _ = fs::remove_file(to);
        }
        Err(error) => panic!("{error}"),
    }
}

/// Which of Baton's files come back from the backup.
const DATABASE: &[&str] = &["baton.db", "baton.db-wal", "baton.db-shm"];
const SHOP: &[&str] = &["shop.db", "shop.db-wal", "shop.db-shm"];
const HEAD: &[&str] = &["refunds.head"];

#[tokio::test]
async fn money_11_a_restored_database_pays_nothing_until_a_person_has_compared_the_books() {
    // Whether the provider still knows of the refund, and whether the file beside the database does.
    for (restored, told_by_provider) in
        [(vec![DATABASE], true), (vec![DATABASE, SHOP], false), (vec![DATABASE, HEAD], true)]
    {
        let backup = tempfile::tempdir().unwrap();
        let save = |folder: &Path| {
            for name in restored.iter().copied().flatten() {
                copy(&folder.join(name), &backup.path().join(name));
            }
        };
        let restore = |folder: &Path| {
            for name in restored.iter().copied().flatten() {
                copy(&backup.path().join(name), &folder.join(name));
            }
        };
        let desk = TestDesk::start().await.restart_after(save).await;
        assert_eq!(desk.restored, None);
        assert_eq!(ask(&desk, "m-1").await.1.last().map(String::as_str), Some("succeeded"));
        let desk = desk.restart().await;
        assert_eq!(desk.restored, None, "a restart is no restore");

        let desk = desk.restart_after(restore).await;
        assert!(desk.restored.is_some(), "the start tells: {restored:?}");
        let notice = desk.sam().await.get("/notices").await.ok()["refunds_off"].clone();
        assert_eq!(notice["cause"], "restored");
        let lost = notice["lost"].as_array().unwrap();
        assert_eq!(lost.len(), 1, "{notice}");
        if told_by_provider {
            assert_eq!(lost[0]["money"], json!({ "amount": 4900, "currency": "EUR" }));
        }
        let (said, states) = ask(&desk, "m-2").await;
        assert_eq!(states, [""; 0], "{said}");

        // Neither a wordless yes nor a second no ends that.
        switch(&desk, json!({ "enabled": true })).await.refused(422, "invalid");
        switch(&desk, json!({ "enabled": false })).await.ok();
        let desk = desk.restart().await;
        assert_eq!(desk.restored.as_ref().map(|off| off.lost.len()), Some(1), "still");
        let note = "compared with the provider: one refund, booked by hand";
        switch(&desk, json!({ "enabled": true, "note": note })).await.ok();
        let audit = desk.admin().await.get("/audit?actions=refunds_compared").await.ok();
        assert_eq!(audit["entries"][0]["detail"], note);
        // What was compared is no news at the next start.
        let desk = desk.restart().await;
        assert_eq!(desk.restored, None);
        let (_, states) = ask(&desk, "m-3").await;
        let paid = states.last().is_some_and(|state| state == "succeeded");
        assert_eq!(paid, !told_by_provider, "the shop's own record says that it was given back");
        desk.finish().await;
    }
}

#[tokio::test]
async fn money_11_a_database_of_uncertain_age_pays_nothing() {
    let desk = TestDesk::start().await;
    ask(&desk, "m-1").await;
    let forget = |folder: &Path| fs::remove_file(folder.join("refunds.head")).unwrap();
    let desk = desk.restart_after(forget).await;
    let off = desk.restored.clone().unwrap();
    assert!(off.lost.is_empty() && off.detail.contains("refunds.head"), "{off:?}");
    switch(&desk, json!({ "enabled": true, "note": "moved to another machine" })).await.ok();
    let desk = desk.restart().await;
    assert_eq!(desk.restored, None);
    desk.finish().await;
}

/// A refund of which nobody knows, because the provider cannot be reached; answers its line.
async fn unknown_refund(desk: &TestDesk) -> Value {
    let (_, states) = ask(desk, "m-unknown").await;
    assert_eq!(states.last().map(String::as_str), Some("unknown"), "{states:?}");
    let list = desk.admin().await.get("/refunds?state=unknown").await.ok();
    assert_eq!(list["refunds"].as_array().map(Vec::len), Some(1), "{list}");
    list["refunds"][0].clone()
}

#[tokio::test]
async fn money_06_an_unknown_refund_is_asked_after_again_and_settled_by_a_person() {
    let desk = TestDesk::start_with(|config| config.demo_provider_down = true).await;
    let line = unknown_refund(&desk).await;
    let path = |what: &str| format!("/refunds/{}/{what}", line["intent"].as_str().unwrap());
    let admin = desk.admin().await;
    let asked = admin.post(&path("ask"), json!({})).await.ok();
    assert_eq!(asked["state"], "unknown", "{asked}");
    assert_eq!(asked["answer"], "the provider cannot be reached");

    // A call may still arrive: nobody can know yet that it did not happen.
    let failed = json!({ "as": "failed", "note": "not in their list" });
    admin.post(&path("settle"), failed.clone()).await.refused(409, "too_early");
    for note in ["", " \u{0} ", &"x".repeat(100_000)] {
        let settle = json!({ "as": "succeeded", "note": note });
        let answer = admin.post(&path("settle"), settle).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
    }
    let sams = desk.sam().await.post(&path("settle"), failed.clone()).await;
    sams.refused(403, "forbidden");
    admin.post(&path("look"), json!({ "note": "x" })).await.refused(409, "not_for_people");

    let settle = json!({ "as": "succeeded", "note": "it is in their list" });
    let settled = admin.post(&path("settle"), settle.clone()).await.ok();
    assert_eq!(settled["state"], "succeeded");
    assert_eq!(settled["settled_by"]["name"], "Admin");
    admin.post(&path("settle"), settle).await.refused(409, "not_for_people");
    admin.post(&path("ask"), json!({})).await.refused(409, "not_for_people");
    let audit = admin.get("/audit?actions=refund_settled").await.ok();
    let detail = audit["entries"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("it is in their list"), "{detail}");

    // The provider answers again, and says otherwise: that comes to light, and is looked into.
    drop(admin);
    let desk = desk.restart().await;
    let admin = desk.admin().await;
    let deadline = std::time::Instant::now() + PATIENCE;
    while admin.get("/notices").await.ok()["contradicted_refunds"] != 1 {
        assert!(std::time::Instant::now() < deadline, "the contradiction does not come to light");
        tokio::task::yield_now().await;
    }
    let looked = admin.post(&path("look"), json!({ "note": "paid by hand" })).await.ok();
    assert_eq!(looked["state"], "succeeded", "the settlement stands");
    assert_eq!(admin.get("/notices").await.ok()["contradicted_refunds"], 0);
    desk.finish().await;
}

#[tokio::test]
async fn the_command_lists_and_settles_refunds() {
    let desk = TestDesk::start_with(|config| config.demo_provider_down = true).await;
    let key = {
        let admin = desk.admin().await;
        let me = admin.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned();
        let key = admin.post(&format!("/staff/{me}/keys"), json!({ "name": "shell" })).await.ok();
        key["key"].as_str().unwrap().to_owned()
    };
    let command = async |args: Vec<String>| {
        let mut command = baton();
        command.args(["refunds", "--server", &desk.url("/")]).args(args).env("BATON_API_KEY", &key);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    let said = async |args: &[&str]| {
        let output = command(args.iter().map(|&arg| arg.to_owned()).collect()).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(said(&["list"]).await, "no such refund\n");
    let intent = unknown_refund(&desk).await["intent"].as_str().unwrap().to_owned();
    let listed = said(&["list", "--state", "unknown"]).await;
    assert!(listed.contains(&intent) && listed.contains("49.00 EUR for order A1001"), "{listed}");
    let json: Value = serde_json::from_str(&said(&["list", "--json"]).await).unwrap();
    assert_eq!(json["intent"], intent.as_str());
    assert!(said(&["ask", &intent]).await.contains("unknown"));

    let words = |args: &[&str]| args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>();
    let early = command(words(&["settle", &intent, "--as", "failed", "--note", "x"])).await;
    refused(&early, "half an hour");
    let other = command(words(&["settle", "rfd_other", "--as", "failed", "--note", "x"])).await;
    refused(&other, "nothing here");
    let settled = said(&["settle", &intent, "--as", "succeeded", "--note", "looked it up"]).await;
    assert!(settled.contains("succeeded"), "{settled}");
    switch(&desk, json!({ "enabled": false, "note": "a look first" })).await.ok();
    assert!(said(&["list"]).await.contains("refunds are OFF, by Admin: a look first"));

    let bad = |args: &[&str]| {
        let mut command = baton();
        let output = command.arg("refunds").args(args).output();
        output.unwrap()
    };
    refused(&bad(&["list"]), "API key");
    refused(&bad(&["--key", "k", "--server", "https://desk.example", "list"]), "http://");
    refused(&bad(&["--key", "k", "--server", "http://127.0.0.1:1", "list"]), "cannot reach");
    desk.finish().await;
}

#[tokio::test]
async fn the_switch_takes_words_of_limited_length() {
    let desk = TestDesk::start().await;
    for note in [json!("x".repeat(100_000)), json!("x".repeat(5_000)), json!(7)] {
        let answer = switch(&desk, json!({ "enabled": false, "note": note })).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
    }
    assert_eq!(desk.sam().await.get("/notices").await.ok()["refunds_off"], Value::Null);
    desk.finish().await;
}
