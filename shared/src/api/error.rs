//! What is answered when something cannot be done.

use serde::{Deserialize, Serialize};

use super::body;
use crate::owner::Owner;

body! {
    /// Every error answer.
    pub struct ApiError {
        /// What went wrong.
        pub error: ErrorBody,
    }

    /// What went wrong.
    pub struct ErrorBody {
        /// Stable, in snake case; programs decide by this.
        pub code: String,
        /// What a person can do about it.
        pub message: String,
        /// The field at fault, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// For `already_claimed`: who has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Owner>,
    }
}
