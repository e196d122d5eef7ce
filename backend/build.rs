//! Tells cargo when the pages that the binary embeds have changed.

use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The path to the pages is resolved when the server is compiled, and stays unresolved in the
    // binary if they are not there. Without this a first debug build would never find them.
    let _ = fs::create_dir_all("../target/pages");
    // A debug server reads `target/pages` as it runs; only a release binary holds them.
    // `cargo xtask build` puts a hash of all pages in this variable. A file to watch would not
    // do: while it does not exist, cargo would build the server anew every time.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-env-changed=BATON_PAGES");
    }
}
