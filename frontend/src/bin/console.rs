//! The staff console: inbox and admin.

fn main() {
    frontend::console::mount();
}
