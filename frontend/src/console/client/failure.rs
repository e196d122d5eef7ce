//! Why a call did not work, in words a person can act on.

use std::fmt;

use shared::{api::ErrorBody, owner::Owner};

use crate::api;

/// Why a call did not work.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// No answer came.
    Offline,
    /// The answer could not be read.
    Garbled,
    /// The session is over.
    SignedOut,
    /// The server said no, and says what to do about it.
    Refused(Box<ErrorBody>),
}

impl From<api::Failure> for Failure {
    fn from(failure: api::Failure) -> Self {
        match failure {
            api::Failure::Unreachable => Self::Offline,
            api::Failure::Garbled => Self::Garbled,
            api::Failure::Refused { status: 401, .. } => Self::SignedOut,
            api::Failure::Refused { error, .. } => Self::Refused(Box::new(error)),
        }
    }
}

impl Failure {
    /// The stable code, where the server gave one.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(error) => &error.code,
            _ => "",
        }
    }

    /// The field at fault, where there is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused(error) => error.field.as_deref(),
            _ => None,
        }
    }

    /// Who has the conversation, where that is what is in the way.
    pub fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Refused(error) => error.owner.as_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline => {
                f.write_str("Baton cannot be reached. Check the connection, then try again.")
            }
            Self::Garbled => {
                f.write_str("The answer could not be read. Reload the page, then try again.")
            }
            Self::SignedOut => f.write_str("Your session has ended. Sign in to go on."),
            Self::Refused(error) => f.write_str(&error.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_session_is_told_from_a_refusal() {
        let check = |status, ended: bool| {
            let error =
                ErrorBody { code: "c".into(), message: "m".into(), field: None, owner: None };
            let failure = Failure::from(api::Failure::Refused { status, error });
            assert_eq!(failure == Failure::SignedOut, ended, "{failure:?}");
            assert!(!failure.to_string().is_empty());
        };
        check(401, true);
        check(403, false);
        check(409, false);
        check(429, false);
    }
}
