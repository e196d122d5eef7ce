//! Passwords: argon2id, never on the threads that serve requests, never many at once.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use tokio::sync::Semaphore;

use super::token;

/// Most that wait for their turn in one lane: about a second's work.
const WAITING: usize = 24;

/// A hash of nothing anybody knows: an unknown address takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YmF0b25ub2JvZHlzYWx0$\
    2oM3lHKIeDmkf0ZtHSRkA5lT8yZ0WZfSsDq6eBTK0uE";

/// For whom a password is hashed. Each hash takes 19 MiB and a whole core, so there is one at a time
/// in each lane, and few wait: a flood of strangers costs one core and holds up nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Somebody who is signed in, or has been from the same network.
    Known,
    /// Anybody.
    Stranger,
}

/// Hashes and checks passwords.
#[derive(Debug, Clone, Default)]
pub struct Passwords {
    known: Slots,
    strangers: Slots,
}

#[derive(Debug, Clone)]
struct Slots {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(1 + WAITING)), turn: Arc::new(Semaphore::new(1)) }
    }
}

/// Why a password was not hashed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// A fault of the program or the machine.
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

impl Passwords {
    /// Hashes a password with a fresh salt, in PHC format.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(Lane::Known, move || {
            // 144 random bits, written in the alphabet that PHC asks for.
            let salt = BASE64_STANDARD_NO_PAD.encode(&token::secret().as_bytes()[..24]);
            let salt =
                SaltString::from_b64(&salt).map_err(|e| PasswordError::Failed(e.to_string()))?;
            let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|e| PasswordError::Failed(e.to_string()))
        })
        .await?
    }

    /// Whether `password` belongs to `hash`; without one, takes as long and says no.
    pub async fn verify(
        &self,
        lane: Lane,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.run(lane, move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let fits = PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
            });
            known && fits
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let failed = |why: &dyn std::fmt::Display| PasswordError::Failed(why.to_string());
        let slots = match lane {
            Lane::Known => &self.known,
            Lane::Stranger => &self.strangers,
        };
        let place = slots.places.clone().try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let turn = slots.turn.clone().acquire_owned().await.map_err(|e| failed(&e))?;
        let done = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, even if whoever asked goes away.
            let _held = (place, turn);
            work()
        });
        done.await.map_err(|e| failed(&e))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        let check = async |password: &str, hash: Option<String>| {
            passwords.verify(Lane::Stranger, password.to_owned(), hash).await.unwrap()
        };
        assert!(check("correct horse", Some(hash.clone())).await);
        assert!(!check("correct horsf", Some(hash)).await);
        assert!(!check("correct horse", None).await);
        assert!(!check("correct horse", Some("not a hash".to_owned())).await);
    }

    #[tokio::test]
    async fn a_flood_of_strangers_is_refused_and_holds_up_nobody_who_is_known() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        let try_it =
            |lane, password: &str| passwords.verify(lane, password.to_owned(), Some(hash.clone()));
        let flood = join_all((0..200).map(|_| try_it(Lane::Stranger, "wrong")));
        let (flood, known) = tokio::join!(flood, try_it(Lane::Known, "correct horse"));
        let refused = flood.iter().filter(|done| matches!(done, Err(PasswordError::Busy))).count();
        assert_eq!(refused, 200 - 1 - WAITING, "so many take their turn, and no more");
        assert!(known.unwrap());
        assert!(try_it(Lane::Stranger, "correct horse").await.unwrap(), "a place came free");
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_a_real_one() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let (nobody, real) =
            (argon2::Params::try_from(&nobody).unwrap(), argon2::Params::default());
        assert_eq!(
            (nobody.m_cost(), nobody.t_cost(), nobody.p_cost()),
            (real.m_cost(), real.t_cost(), real.p_cost()),
        );
    }
}
