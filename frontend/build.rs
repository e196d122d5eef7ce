//! What the linker is told of the widget.

/// Its stack, in bytes. Nothing in it recurses without a bound, and the megabyte that is usual
/// would be most of the memory that the host page's tab pays for it.
const STACK: usize = 128 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bin=widget=-zstack-size={STACK}");
    }
}
