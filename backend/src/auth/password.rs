//! Passwords: argon2id, never on the threads that serve requests, never many at once.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use tokio::sync::Semaphore;

use super::token;

/// Shortest password of an account, in characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest password that is hashed, in bytes.
pub const PASSWORD_MAX: usize = 200;

/// How many are hashed at the same time: each takes 19 MiB and a whole core.
const AT_ONCE: usize = 2;

/// A hash of nothing anybody knows: an unknown address takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YmF0b25ub2JvZHlzYWx0$\
    2oM3lHKIeDmkf0ZtHSRkA5lT8yZ0WZfSsDq6eBTK0uE";

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// The password could not be hashed; a fault of the program or the machine.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(String);

impl Passwords {
    /// Hashes a password with a fresh salt, in PHC format.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(move || {
            // 144 random bits, written in the alphabet that PHC asks for.
            let salt = BASE64_STANDARD_NO_PAD.encode(&token::secret().as_bytes()[..24]);
            let salt = SaltString::from_b64(&salt).map_err(|e| PasswordError(e.to_string()))?;
            let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|e| PasswordError(e.to_string()))
        })
        .await?
    }

    /// Whether `password` belongs to `hash`; without one, takes as long and says no.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.run(move || {
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
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let failed = |why: &dyn std::fmt::Display| PasswordError(why.to_string());
        let slot = self.slots.clone().acquire_owned().await.map_err(|e| failed(&e))?;
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work()
        });
        done.await.map_err(|e| failed(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        let check = async |password: &str, hash: Option<String>| {
            passwords.verify(password.to_owned(), hash).await.unwrap()
        };
        assert!(check("correct horse", Some(hash.clone())).await);
        assert!(!check("correct horsf", Some(hash)).await);
        assert!(!check("correct horse", None).await);
        assert!(!check("correct horse", Some("not a hash".to_owned())).await);
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
