//! Baton's pages: the customer widget and the staff console, each one WASM file.

// Both pages stand on these.
pub mod api;
pub mod backoff;
pub mod contrast;
pub mod conversation;
pub mod dom;
pub mod live;
pub mod text;

// The customer widget.
pub mod widget;

// The staff console: inbox and admin.
pub mod console;
