//! Baton's server. A visitor's message goes one way through these rooms: `http` → `journal` →
//! `runtime` → `brain` and `tools` → `journal` → `live`. `ARCHITECTURE.md` tells it as journeys.

pub mod brain;
pub mod bus;
pub mod journal;
pub mod knowledge;
pub mod money;
pub mod runtime;
pub mod storage;
pub mod tools;
pub mod verify;
