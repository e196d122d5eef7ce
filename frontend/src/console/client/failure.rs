//! Why a call did not work, in words a person can act on.

use std::fmt;

use shared::{api::ErrorBody, owner::Owner};

/// Why a call did not work.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// No answer came.
    Offline,
    /// The answer could not be read.
    Garbled,
    /// The session is over.
    SignedOut,
    /// The server said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server says about it.
        error: Box<ErrorBody>,
    },
}

impl Failure {
    /// The failure of an answer with `status` and, if it was readable, `error`.
    pub fn from_answer(status: u16, error: Option<ErrorBody>) -> Self {
        if status == 401 && error.as_ref().is_none_or(|e| e.code != "wrong_credentials") {
            return Self::SignedOut;
        }
        let error = error.unwrap_or_else(|| ErrorBody {
            code: format!("http_{status}"),
            message: unexplained(status).to_owned(),
            field: None,
            owner: None,
        });
        Self::Refused { status, error: Box::new(error) }
    }

    /// The stable code, where the server gave one.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { error, .. } => &error.code,
            _ => "",
        }
    }

    /// The field at fault, where there is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => error.field.as_deref(),
            _ => None,
        }
    }

    /// Who has the conversation, where that is what is in the way.
    pub fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Refused { error, .. } => error.owner.as_ref(),
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
            Self::Refused { error, .. } => f.write_str(&error.message),
        }
    }
}

fn unexplained(status: u16) -> &'static str {
    match status {
        403 => "You may not do this. Ask an administrator.",
        404 => "This is not there any more. Go back and reload.",
        409 => "Somebody else was first. Reload to see how it stands now.",
        413 => "This is too long. Shorten it, then try again.",
        429 => "Too many attempts. Wait a minute, then try again.",
        _ => "Baton could not do this. Try again; if it stays so, see the server's log.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str) -> ErrorBody {
        ErrorBody { code: code.into(), message: "m".into(), field: None, owner: None }
    }

    #[test]
    fn an_ended_session_is_told_from_a_wrong_password() {
        let check = |status, body: Option<ErrorBody>, ended: bool| {
            let failure = Failure::from_answer(status, body);
            assert_eq!(failure == Failure::SignedOut, ended, "{failure:?}");
        };
        check(401, None, true);
        check(401, Some(error("unauthorized")), true);
        check(401, Some(error("wrong_credentials")), false);
        check(403, None, false);
    }

    #[test]
    fn an_unreadable_refusal_still_says_what_to_do() {
        for status in [400, 403, 404, 409, 413, 429, 500, 502] {
            let failure = Failure::from_answer(status, None);
            assert_eq!(failure.code(), format!("http_{status}"));
            assert!(failure.to_string().len() > 20);
        }
    }
}
