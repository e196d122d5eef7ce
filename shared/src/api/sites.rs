//! Sites, as an admin shapes them and as the widget sees them.

use serde::{Deserialize, Serialize};

use super::body;
use crate::id::SiteKey;

body! {
    /// A site, as an admin sees it.
    pub struct Site {
        /// Its public key.
        pub key: SiteKey,
        /// What the desk calls it.
        pub name: String,
        /// Where it may be embedded: `https://shop.example`, or `http://localhost:*`.
        pub origins: Vec<String>,
        /// The site's colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What it suggests to ask at first; if empty, the widget has suggestions of its own.
        pub questions: Vec<String>,
        /// Whether an identity secret is set. The secret itself is never shown again.
        pub has_identity_secret: bool,
        /// Whether visitors can write.
        pub active: bool,
    }

    /// `GET /sites`.
    pub struct Sites {
        /// All sites, by name.
        pub sites: Vec<Site>,
    }

    /// `POST /sites` and `PUT /sites/{key}`.
    pub struct SaveSite {
        /// What the desk calls it.
        pub name: String,
        /// Where it may be embedded.
        pub origins: Vec<String>,
        /// The site's colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What it suggests to ask at first, at most four; empty for the widget's own suggestions.
        #[serde(default)]
        pub questions: Vec<String>,
        /// Whether visitors can write.
        pub active: bool,
    }

    /// `POST /sites/{key}/secret`: a new identity secret, shown this once.
    pub struct NewSecret {
        /// The secret.
        pub secret: String,
    }

    /// What the widget may know of its site.
    pub struct SiteLook {
        /// Its public key.
        pub key: SiteKey,
        /// What to call it.
        pub name: String,
        /// Its colour, `#rrggbb`.
        pub color: String,
        /// What the widget says before anybody has written.
        pub greeting: String,
        /// What to suggest before anybody has written.
        pub questions: Vec<String>,
        /// The name of who will answer first.
        pub first_owner: String,
    }
}
