//! Tells cargo when the pages that the binary embeds have changed.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug server reads `target/pages` as it runs; only a release binary holds them.
    // `cargo xtask build` puts a hash of all pages in this variable. A file to watch would not
    // do: while it does not exist, cargo would build the server anew every time.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-env-changed=BATON_PAGES");
    }
}
