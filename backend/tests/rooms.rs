//! Who may know whom: the table of `ARCHITECTURE.md`, kept true; and so are the names of tests that
//! the documents give.
#![expect(clippy::expect_used, reason = "a test may stop at what cannot be")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// A room and the rooms that its files must not name.
const FORBIDDEN: &[(&str, &str)] = &[
    ("brain", "app auth bus http journal knowledge lab live money runtime storage tools"),
    (
        "egress",
        "app auth brain bus http journal knowledge lab live money runtime storage tools vault",
    ),
    (
        "vault",
        "app auth brain bus egress http journal knowledge lab live money runtime storage tools",
    ),
    ("bus", "app auth brain http journal lab live money runtime storage tools"),
    ("storage", "app auth brain bus http journal lab live money runtime tools"),
    ("journal", "app auth brain http lab live money runtime tools"),
    ("money", "app auth brain http journal lab live runtime"),
    ("tools", "app auth brain http journal lab live runtime"),
    ("knowledge", "app auth brain http journal lab live money runtime"),
    ("learning", "app auth bus http journal knowledge lab live money runtime tools"),
    ("runtime", "app auth http lab live"),
];

#[test]
fn rooms_know_only_their_neighbours() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for (room, forbidden) in FORBIDDEN {
        let mut files = Vec::new();
        rust_files(&src.join(room), &mut files);
        assert!(!files.is_empty(), "the room {room} has moved; tell this test where");
        for file in files {
            let text = fs::read_to_string(&file).expect("a readable file");
            // Tests at the end of a file may set the scene with whatever they need.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let named = rooms_named(code);
            let wrong = forbidden.split(' ').filter(|other| named.iter().any(|n| n == other));
            faults.extend(wrong.map(|other| format!("{} names `{other}`", file.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every test that the documents name for a promise is there, and no promise is without one.
#[test]
fn what_the_documents_call_tested_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tests = String::new();
    for folder in ["backend/src", "backend/tests", "shared/src"] {
        all_text(&root.join(folder), &mut tests);
    }
    let name = Regex::new(r"`((?:invariant|scenario|money)_\d\d_\w+)`").expect("a pattern");
    let mut named = Vec::new();
    for document in ["docs/reliability.md", "docs/money.md"] {
        let text = fs::read_to_string(root.join(document)).expect("a document");
        named.extend(name.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    for name in &named {
        assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
    }
    for (promise, count) in [("invariant", 16), ("money", 11)] {
        for n in 1..=count {
            let promise = format!("{promise}_{n:02}_");
            assert!(named.iter().any(|name| name.contains(&promise)), "nothing tries {promise}");
        }
    }
}

fn all_text(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all_text(&path, text);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            *text += &fs::read_to_string(&path).expect("a readable file");
        }
    }
}

/// The rooms in `crate::room` and in `use crate::{room::…, room::…};`.
fn rooms_named(code: &str) -> Vec<String> {
    let direct = Regex::new(r"crate::(\w+)").expect("a pattern");
    let groups = Regex::new(r"(?s)use crate::\{(.*?)\};").expect("a pattern");
    let inner = Regex::new(r"(\w+)(?:::|,|\s*$)").expect("a pattern");
    let mut rooms: Vec<String> = direct.captures_iter(code).map(|c| c[1].to_owned()).collect();
    for group in groups.captures_iter(code) {
        // Only the first segment of each entry is a room.
        let mut depth = 0;
        let top: String = group[1]
            .chars()
            .filter(|c| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth == 0
            })
            .collect();
        let entries = top.split(',').filter_map(|entry| inner.captures(entry.trim()));
        rooms.extend(entries.map(|c| c[1].to_owned()));
    }
    rooms
}

fn rust_files(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_test = path.file_name().is_some_and(|name| name == "tests" || name == "tests.rs");
        if path.is_dir() && !is_test {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test {
            files.push(path);
        }
    }
}

#[test]
fn names_in_groups_are_found() {
    let code = "use crate::{\n    bus::Bus,\n    storage::{AppendError, rows::{Hash, Line}},\n};\ncrate::money::hex(x)";
    let rooms = rooms_named(code);
    for room in ["bus", "storage", "money"] {
        assert!(rooms.iter().any(|r| r == room), "{room} in {rooms:?}");
    }
    assert!(!rooms.iter().any(|r| r == "rows" || r == "Hash"));
}
