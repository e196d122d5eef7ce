//! Baton's server. A visitor's message goes one way through these rooms: `http` → `journal` →
//! `runtime` → `brain` and `tools` → `journal` → `live`. `ARCHITECTURE.md` tells it as journeys.

pub mod app;
pub mod assemble;
pub mod auth;
pub mod brain;
pub mod bus;
pub mod config;
pub mod egress;
pub mod failpoint;
pub mod first_run;
pub mod hex;
pub mod http;
pub mod journal;
pub mod knowledge;
pub mod lab;
pub mod learning;
pub mod live;
pub mod money;
pub mod origin;
pub mod remote;
pub mod routing;
pub mod runtime;
pub mod serve;
pub mod storage;
pub mod telemetry;
pub mod tools;
pub mod vault;
pub mod verify;

pub use serve::serve;
