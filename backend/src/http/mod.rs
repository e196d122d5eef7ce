//! Translates HTTP, decides nothing about agents. [`router`] is the whole of it on one screen.

pub mod agents;
pub mod body;
pub mod connections;
pub mod conversations;
pub mod csp;
pub mod desk;
pub mod docs;
pub mod error;
pub mod inbox;
pub mod keys;
pub mod live;
pub mod money;
pub mod pages;
pub mod people;
pub mod playground;
pub mod public;
pub mod render;
pub mod router;
pub mod sessions;
pub mod sites;
pub mod staff;
pub mod stalled;
pub mod text;
pub mod view;
pub mod visitors;
pub mod widget;
