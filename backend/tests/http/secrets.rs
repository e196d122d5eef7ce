//! What lies in the database cannot be read without the key file.

use std::fs;

use crate::harness::TestDesk;

/// Whether `text` is anywhere in the data folder's database.
pub fn lies_open(folder: &std::path::Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn identity_secrets_are_sealed_and_still_good_after_a_restart() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let made = admin.post("/sites/demo/secret", serde_json::json!({})).await.ok();
    let secret = made["secret"].as_str().unwrap().to_owned();
    let desk = desk
        .restart_after(|folder| {
            assert!(!lies_open(folder, "demo-identity-secret"));
            assert!(!lies_open(folder, &secret));
            assert!(folder.join("secret.keys").exists());
        })
        .await;
    let body =
        serde_json::json!({ "site": "demo", "identity": crate::harness::assertion("cus_1") });
    desk.anyone().post("/visitors", body).await.refused(401, "identity_invalid");
    let signed = baton::auth::identity::sign(&secret, &crate::harness::claims("cus_1")).unwrap();
    let body = serde_json::json!({ "site": "demo", "identity": signed });
    assert_eq!(desk.anyone().post("/visitors", body).await.ok()["visitor"]["verified"], true);
    desk.finish().await;
}

#[tokio::test]
async fn what_stood_in_clear_is_sealed_at_the_start() {
    let desk = TestDesk::start().await;
    let desk = desk
        .restart_after(|folder| {
            let database = rusqlite::Connection::open(folder.join("baton.db")).unwrap();
            let clear = "UPDATE sites SET identity_secret = 'demo-identity-secret'";
            database.execute(clear, []).unwrap();
        })
        .await;
    assert_eq!(desk.customer("cus_1").await.get("/conversations").await.status, 405);
    let desk = desk
        .restart_after(|folder| {
            let database = rusqlite::Connection::open(folder.join("baton.db")).unwrap();
            let read = "SELECT identity_secret FROM sites WHERE key = 'demo'";
            let stored: String = database.query_row(read, [], |row| row.get(0)).unwrap();
            assert!(stored.starts_with("v1."), "{stored}");
        })
        .await;
    desk.customer("cus_1").await;
    desk.finish().await;
}
