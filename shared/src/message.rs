//! Who says something.

use serde::{Deserialize, Serialize};

use crate::id::StaffId;

/// The kind of an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthorKind {
    /// The end customer.
    Visitor,
    /// An AI agent.
    Agent,
    /// A person of the desk.
    Staff,
}

/// The author of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// What kind of author.
    pub kind: AuthorKind,
    /// The name that people read.
    pub name: String,
}

impl Author {
    /// An author of `kind` called `name`.
    pub fn new(kind: AuthorKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

/// A member of staff, as the record names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffRef {
    /// Who.
    pub id: StaffId,
    /// The name that people read.
    pub name: String,
}

/// How sure Baton is of who a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Assurance {
    /// Nothing is known.
    #[default]
    Anonymous,
    /// The visitor said so; nobody checked.
    Claimed,
    /// The site signed for it.
    Verified,
}

/// A visitor, as a conversation's record names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorRef {
    /// Who, within Baton.
    pub id: crate::id::VisitorId,
    /// How sure Baton is of the rest.
    pub assurance: Assurance,
    /// The site's own id of this customer, such as `cus_1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where to answer when the visitor has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl VisitorRef {
    /// What to call the visitor.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().or(self.email.as_deref()).unwrap_or("Visitor")
    }

    /// The customer, if the site has signed for them: what tools that touch a person's data need.
    pub fn verified_customer(&self) -> Option<&str> {
        match self.assurance {
            Assurance::Verified => self.customer.as_deref(),
            Assurance::Anonymous | Assurance::Claimed => None,
        }
    }
}
