//! The customer widget's WASM file: mounts the app into the shell.

fn main() {
    frontend::widget::mount();
}
