//! Pages and their headers. The pages themselves are built elsewhere and may be missing here.

use reqwest::Method;

use crate::harness::{Answer, TestDesk};

#[tokio::test]
async fn every_answer_is_guarded() {
    let desk = TestDesk::start().await;
    for path in
        ["/inbox", "/admin", "/admin/agents", "/demo", "/widget/demo", "/api/v1/setup", "/x"]
    {
        let answer = Answer::of(desk.request(Method::GET, path)).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    }
    let home = Answer::of(desk.request(Method::GET, "/")).await;
    assert_eq!((home.status.as_u16(), home.header("location")), (307, "/demo"));
    let docs = Answer::of(desk.request(Method::GET, "/api/docs/")).await;
    assert_eq!(docs.status, 200);
    desk.finish().await;
}

#[tokio::test]
async fn only_the_sites_own_pages_frame_its_widget() {
    let desk = TestDesk::start().await;
    let widget = Answer::of(desk.request(Method::GET, "/widget/demo")).await;
    if widget.status == 200 {
        let policy = widget.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'self' http://localhost:*"), "{policy}");
        let page = widget.body.as_str().unwrap();
        assert!(!page.contains("{{"), "all placeholders are filled");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(page.contains(&format!("nonce=\"{nonce}\"")));
        let again = Answer::of(desk.request(Method::GET, "/widget/demo")).await;
        assert_ne!(again.header("content-security-policy"), policy, "a nonce is used once");
    } else {
        // Without pages it says how to build them.
        assert_eq!(widget.status, 503);
        assert!(widget.body.as_str().unwrap().contains("cargo xtask build"));
    }
    let unknown = Answer::of(desk.request(Method::GET, "/widget/nowhere")).await;
    assert_eq!(unknown.status, 404);
    desk.finish().await;
}
