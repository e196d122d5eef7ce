//! Websites that embed the widget, as an administrator keeps them.

use baton::auth::identity::sign;
use serde_json::{Value, json};

use crate::harness::{TestDesk, claims, uuid};

fn shop(active: bool) -> Value {
    json!({
        "name": "Shop", "origins": ["HTTPS://Shop.example/", "https://shop.example"],
        "color": "#AABBCC", "greeting": "Hi!", "active": active,
    })
}

#[tokio::test]
async fn a_site_vouches_with_its_own_secret_until_it_gets_another() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let site = admin.post("/sites", shop(true)).await.ok();
    let key = site["key"].as_str().unwrap();
    assert_eq!(site["origins"], json!(["https://shop.example"]), "as a policy writes it, once");
    assert_eq!(site["has_identity_secret"], false);
    let look = desk.anyone().get(&format!("/sites/{key}/look")).await.ok();
    assert_eq!((&look["greeting"], &look["color"]), (&json!("Hi!"), &json!("#aabbcc")));
    assert_eq!(look["origins"], Value::Null, "nobody else's business");

    let begin = async |secret: &str| {
        let mut claims = claims("cus_1");
        claims.aud = key.to_owned();
        let identity = sign(secret, &claims).unwrap();
        desk.anyone().post("/visitors", json!({ "site": key, "identity": identity })).await
    };
    begin("no secret yet").await.refused(401, "identity_invalid");
    let secret = async || {
        let made = admin.post(&format!("/sites/{key}/secret"), json!({})).await.ok();
        made["secret"].as_str().unwrap().to_owned()
    };
    let first = secret().await;
    assert_eq!(begin(&first).await.ok()["visitor"]["verified"], true);
    let second = secret().await;
    begin(&first).await.refused(401, "identity_invalid");
    begin(&second).await.ok();
    let sites = admin.get("/sites").await.ok().to_string();
    assert!(!sites.contains(&second) && !sites.contains("demo-identity-secret"), "write-only");
    let audit = admin.get("/audit").await.ok().to_string();
    assert!(audit.contains("site_added") && !audit.contains(&second));
    desk.finish().await;
}

#[tokio::test]
async fn nobody_writes_on_a_site_that_is_switched_off() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let site = admin.post("/sites", shop(true)).await.ok();
    let key = site["key"].as_str().unwrap();
    let begin = json!({ "site": key });
    let begun = desk.anyone().post("/visitors", begin.clone()).await.ok();
    let visitor = desk.bearer(begun["token"].as_str().unwrap());
    let id = visitor.open().await;
    let path = format!("/conversations/{id}/messages");
    admin.put(&format!("/sites/{key}"), shop(false)).await.ok();
    let message = json!({ "client_id": uuid("m-1"), "text": "Hello" });
    visitor.post(&path, message.clone()).await.refused(403, "site_closed");
    desk.anyone().post("/visitors", begin).await.refused(422, "invalid");
    desk.anyone().get(&format!("/sites/{key}/look")).await.refused(404, "not_found");
    admin.put(&format!("/sites/{key}"), shop(true)).await.ok();
    visitor.post(&path, message).await.ok();
    desk.finish().await;
}
