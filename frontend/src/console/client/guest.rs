//! What can be called without having signed in.

use shared::api::{Login, Setup, Staff};

use super::{Desk, Failure, NOTHING, Verb, ask};

/// The client of who has not signed in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guest;

impl Guest {
    /// What kind of desk this is.
    pub async fn setup(self) -> Result<Setup, Failure> {
        ask(Verb::Get, "/setup", NOTHING).await
    }

    /// The session of the browser's cookie, if there still is one.
    pub async fn resume(self) -> Result<Desk, Failure> {
        ask::<Staff>(Verb::Get, "/staff/me", NOTHING).await.map(Desk::new)
    }

    /// Signs in.
    pub async fn login(self, login: &Login) -> Result<Desk, Failure> {
        match ask::<Staff>(Verb::Post, "/staff/login", Some(login)).await {
            // At this door a 401 can only mean one thing, whatever its code.
            Err(Failure::SignedOut) => Err(wrong_credentials()),
            answer => answer.map(Desk::new),
        }
    }
}

fn wrong_credentials() -> Failure {
    let error = shared::api::ErrorBody {
        code: "wrong_credentials".into(),
        message: "E-mail or password is wrong. Check both, then try again.".into(),
        field: None,
        owner: None,
    };
    Failure::Refused(Box::new(error))
}
