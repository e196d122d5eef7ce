//! The desk as a whole.

use serde::{Deserialize, Serialize};

use super::{RefundsOff, body};

body! {
    /// `GET /setup`: what a page must know before anybody has signed in.
    pub struct Setup {
        /// The program's version.
        pub version: String,
        /// Whether demo data is loaded.
        pub demo: bool,
    }

    /// `GET /notices`: what everybody at the desk must know.
    pub struct Notices {
        /// Refunds are off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refunds_off: Option<RefundsOff>,
        /// Refunds that only a person can settle.
        pub unknown_refunds: u32,
        /// Settled refunds that the provider contradicts.
        pub contradicted_refunds: u32,
    }
}
