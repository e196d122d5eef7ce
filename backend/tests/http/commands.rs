//! The binary, as a person runs it.

use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::Running;

/// The command, without what the environment may say about it.
pub fn baton() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BATON_")) {
        command.env_remove(name);
    }
    command
}

/// One sentence on standard error, nothing on standard output, exit status 1.
#[track_caller]
pub fn refused(output: &Output, words: &str) {
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    assert!(error.contains(words), "{error}");
    assert!(output.stdout.is_empty());
}

/// `baton serve` on a data folder.
pub fn serve(data: &Path, address: &str) -> Command {
    let mut command = baton();
    command.args(["serve", "--log", "error", "--listen", address, "--data"]).arg(data);
    command
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = folder.path().join("data");
    refused(&serve(&data, &address).output().unwrap(), "already taken");
    assert!(!data.exists(), "nothing was touched");

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below_a_file = file.join("data");
    refused(&serve(&below_a_file, "127.0.0.1:0").output().unwrap(), "cannot use the data folder");

    let newer = folder.path().join("newer");
    drop(baton::storage::sqlite::SqliteStore::open(&newer).unwrap());
    let database = rusqlite::Connection::open(newer.join("baton.db")).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);
    refused(&serve(&newer, "127.0.0.1:0").output().unwrap(), "newer");

    let settings = folder.path().join("baton.toml");
    std::fs::write(&settings, "lisen = \"x\"").unwrap();
    let no_password = serve(&data, "127.0.0.1:0").env("BATON_ADMIN_PASSWORD", "").output().unwrap();
    refused(&no_password, "password");

    let wrong = baton().args(["serve", "--config"]).arg(&settings).output().unwrap();
    let error = String::from_utf8(wrong.stderr).unwrap();
    assert!(wrong.status.code() == Some(1) && error.contains("lisen"), "{error}");
}

#[test]
fn a_first_start_tells_how_to_sign_in_until_the_password_is_changed() {
    let folder = TempDir::new().unwrap();
    let first = Running::start(folder.path());
    let sign_in = first.said.iter().find(|line| line.contains("admin@example.com")).cloned();
    let sign_in = sign_in.expect("the first sign-in");
    for page in ["/inbox", "/admin", "/api/docs"] {
        assert!(first.said.iter().any(|line| line.contains(page)), "{page}: {:?}", first.said);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(folder.path().join("first-sign-in.txt")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    first.stop();
    let second = Running::start(folder.path());
    assert!(second.said.contains(&sign_in), "{:?}", second.said);
    second.stop();
    let verified = baton().args(["verify", "--data"]).arg(folder.path()).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn verify_wants_a_database() {
    let folder = TempDir::new().unwrap();
    let output = baton().args(["verify", "--data"]).arg(folder.path()).output().unwrap();
    refused(&output, "no Baton database");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "none was made");
}

#[test]
fn route_answers_a_line_for_a_line() {
    let folder = TempDir::new().unwrap();
    let examples = folder.path().join("examples.csv");
    let csv = "text,label\nwhere is my parcel,track\nwhen does my package arrive,track\n\
               I lost my card,\"lost, card\"\nmy card was stolen,\"lost, card\"\n";
    std::fs::write(&examples, csv).unwrap();
    let route = |arguments: &[&std::ffi::OsStr], input: &str| -> Vec<Value> {
        let mut child = baton()
            .arg("route")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = route(&["--examples".as_ref(), examples.as_os_str()], "my card was stolen\n\n");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["agent"], "lost, card");
    let lines = route(&[], "I want to talk to a real person please\n");
    assert_eq!(lines[0]["route"], "human", "{lines:?}");
    let confidence = lines[0]["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence));
    assert!(lines[0]["top"][0]["p"].is_number());
    // Whatever the bytes are, a line gets its answer.
    let mut child =
        baton().arg("route").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"caf\xe9 \xff\r\nhello").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).count(), 2);
}
