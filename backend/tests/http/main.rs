//! The server as its callers meet it: through a real listener, by HTTP and WebSocket.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod commands;
mod guardrails;
mod harness;
mod hostile;
mod identity;
mod knowledge;
mod learning;
mod live;
mod matrix;
mod mcp;
mod money;
mod pages;
mod process;
mod providers;
mod secrets;
mod sites;
mod slow;
mod staff;
mod time;
mod tools;
mod visitor;
