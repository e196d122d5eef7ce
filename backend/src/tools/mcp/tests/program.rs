//! A server that is a program: this test's own binary, started again as one.

use rmcp::ServiceExt as _;

use super::*;

/// The program. What the test's harness prints before is no JSON, as with many a real one.
#[tokio::test]
#[ignore = "this is the program that the tests below start"]
async fn serves_as_a_program() {
    let running = Shop::default().serve(rmcp::transport::stdio()).await.expect("a client");
    let _ = running.waiting().await;
    // Nobody asks any more, and it does not end by itself.
    std::future::pending::<()>().await;
}

fn program() -> (McpServers, McpServer) {
    let own = std::env::current_exe().expect("this test");
    let name = concat!(module_path!(), "::serves_as_a_program").trim_start_matches("baton::");
    let line = format!("shop={} --ignored --exact --nocapture {name}", own.display());
    let mut spec = at("https://nowhere.example/");
    spec.at = McpAt::Command { command: "shop".to_owned() };
    // A whole test binary has to start.
    spec.timeout_s = 10;
    (servers(&line), spec)
}

#[cfg(target_os = "linux")]
fn runs(id: u64) -> bool {
    // One that has ended and that nobody has asked after is still listed, as a zombie.
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_program_sees_nothing_of_the_desks_and_ends_with_it() {
    let (servers, plain) = program();
    let seen = look(&servers, &plain).await;
    assert_eq!(seen.problem, None);
    let env = tool(&servers, &choose(plain, &seen, "env", &json!({})));
    let (settlement, result, _) = call(&env, json!({})).await;
    assert_eq!(settlement, Settlement::Ok, "{result}");
    assert_eq!(result["names"], json!([]));
    let id = result["id"].as_u64().expect("an id");
    assert!(runs(id), "kept for the next call");
    assert_eq!(call(&env, json!({})).await.1["id"], json!(id));
    servers.close().await;
    Shop::default().until(|_| !runs(id)).await;
}

#[tokio::test]
async fn a_program_that_says_too_much_is_ended_and_the_next_call_starts_it_again() {
    let (servers, plain) = program();
    let seen = look(&servers, &plain).await;
    let spec = choose(plain, &seen, "flood", &json!({ "effect": "write" }));
    let spec = choose(spec, &seen, "count", &json!({}));
    let tools = servers.replace([(spec, Secrets::new())]);
    let (settlement, ..) = call(&tools[0], json!({})).await;
    assert_eq!(settlement, Settlement::Unknown);
    let problem = servers.seen("shop").expect("seen").problem.expect("a problem");
    assert!(problem.contains("more than 2097152 bytes"), "{problem}");
    let (settlement, result, _) = call(&tools[1], json!({ "sku": "lamp" })).await;
    assert_eq!(settlement, Settlement::Ok, "{result}");
}

#[tokio::test]
async fn a_program_that_cannot_be_started_says_so() {
    let check = async |commands: &str, command: &str, says: &str| {
        let servers = servers(commands);
        let mut spec = at("https://nowhere.example/");
        spec.at = McpAt::Command { command: command.to_owned() };
        let problem = look(&servers, &spec).await.problem.expect("a problem");
        assert!(problem.contains(says), "{problem}");
    };
    check("a=/bin/cat", "b", "no command `b` in the settings").await;
    check("a=/nowhere/at/all", "a", "cannot be started").await;
    check("a=/bin/true", "a", "ended the connection").await;
}
