//! Members of staff: accounts, keys, and who is here.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{
    id::{KeyId, StaffId},
    time::Timestamp,
};

body! {
    /// `POST /staff/login`.
    pub struct Login {
        /// The e-mail address of the account.
        pub email: String,
        /// Its password.
        pub password: String,
    }

    /// A member of staff.
    pub struct Staff {
        /// Who.
        pub id: StaffId,
        /// The e-mail address of the account.
        pub email: String,
        /// The name that people read.
        pub name: String,
        /// What they may do.
        pub role: Role,
        /// Whether they can sign in.
        pub active: bool,
    }
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Answers in the inbox.
    Agent,
    /// Also shapes agents, sites and staff.
    Admin,
}

body! {
    /// `POST /staff`: a new account.
    pub struct NewStaff {
        /// The e-mail address of the account.
        pub email: String,
        /// The name that people read.
        pub name: String,
        /// What they may do.
        pub role: Role,
        /// Its first password; at least 10 characters.
        pub password: String,
    }

    /// `PUT /staff/{id}`: what to change of an account.
    pub struct ChangeStaff {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// A new role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<Role>,
        /// Whether they can sign in; `false` ends their sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub active: Option<bool>,
        /// A new password; at least 10 characters; ends their sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
    }

    /// `PUT /staff/me/password`: one's own password. Ends one's other sessions, not one's keys.
    pub struct ChangePassword {
        /// The password as it is.
        pub current: String,
        /// The new one; at least 10 characters.
        pub new: String,
    }

    /// `POST /staff/{id}/keys`.
    pub struct AddApiKey {
        /// What the key is for, so that people know it again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// Answer to `POST /staff/{id}/keys`: an API key, shown this once.
    pub struct NewApiKey {
        /// Bearer token of the staff API.
        pub key: String,
        /// Which key, in the list and to delete it.
        pub id: KeyId,
        /// What it is for.
        pub name: String,
    }

    /// An API key. The key itself is never shown again.
    pub struct ApiKey {
        /// Which key.
        pub id: KeyId,
        /// What it is for.
        pub name: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was used last, to within a minute; absent if never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_used_at: Option<Timestamp>,
    }

    /// `GET /staff/{id}/keys`.
    pub struct ApiKeys {
        /// Newest first.
        pub keys: Vec<ApiKey>,
    }

    /// A member of staff who has a page open.
    pub struct Present {
        /// Who.
        pub id: StaffId,
        /// The name that people read.
        pub name: String,
        /// Whether they have said that they are away.
        pub away: bool,
    }

    /// `GET /staff/presence`: who is here.
    pub struct People {
        /// Whoever has a page open, by name.
        pub people: Vec<Present>,
    }

    /// `PUT /staff/me/away`.
    pub struct SetAway {
        /// Whether they are away.
        pub away: bool,
    }
}
