//! Passwords: what a good one is, and hashing that never floods the machine.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::base::crypto;
use crate::base::random::Random;
use crate::engine::error::EngineError;
use crate::model::rejection::Rejection;

/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest: hashing reads all of it.
pub const PASSWORD_MAX: usize = 1_000;
/// Hashes at a time: each takes 19 MiB for some tens of milliseconds.
const AT_ONCE: usize = 2;

/// What people choose first, of twelve characters and more.
const COMMON: [&str; 24] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123123123123",
    "111111111111",
    "000000000000",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "qwertyuiopasdf",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "administrator",
    "administrator1",
    "letmeinletmein",
    "iloveyou1234",
    "welcome12345",
    "changeme1234",
    "abcdefghijkl",
    "abcd1234abcd",
];

/// Hashes and checks passwords, a few at a time, off the event loop.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    random: Random,
    /// The hash of nobody's password: checking an unknown address takes as long as a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// A hasher with its own queue.
    #[must_use]
    pub fn new(random: Random) -> Self {
        let nobody = crypto::hash_of_no_password(&random);
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            random,
            nobody: nobody.into(),
        }
    }

    /// Hashes a password that keeps the rules.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming `password`.
    pub async fn hash(&self, password: &str) -> Result<String, EngineError> {
        check(password)?;
        let (password, random) = (password.to_owned(), self.random.clone());
        let hash = move || crypto::hash_password(&password, &random);
        self.work(|| Ok(()), hash).await
    }

    /// Whether a password is the one that was hashed. Without a hash it takes as long, and is not.
    /// `may` is asked when its turn has come: of a crowd of guesses no more are worth the work than of
    /// guesses that come one after another.
    ///
    /// # Errors
    /// What `may` says; the program is stopping.
    pub async fn matches(
        &self,
        password: &str,
        hash: Option<&str>,
        may: impl FnOnce() -> Result<(), Rejection>,
    ) -> Result<bool, EngineError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        // What is longer than allowed was never set, and is not worth the work.
        let password: String = password.chars().take(PASSWORD_MAX).collect();
        let same = move || crypto::password_matches(&password, &hash);
        Ok(self.work(may, same).await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        may: impl FnOnce() -> Result<(), Rejection>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let stopping = || EngineError::Broken("hashing a password was interrupted".to_owned());
        let turn = self.turns.acquire().await.map_err(|_| stopping())?;
        may()?;
        let done = tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| stopping());
        drop(turn);
        done
    }
}

/// Checks a new password: long enough, and not one that everybody tries first.
///
/// # Errors
/// `VALIDATION_ERROR` naming `password`.
pub fn check(password: &str) -> Result<(), Rejection> {
    let length = password.chars().count();
    let wrong = if length < PASSWORD_MIN {
        format!("must be at least {PASSWORD_MIN} characters long")
    } else if length > PASSWORD_MAX {
        format!("must be at most {PASSWORD_MAX} characters long")
    } else if is_common(password) {
        "is one that everybody tries first; choose another".to_owned()
    } else {
        return Ok(());
    };
    Err(Rejection::field("password", wrong))
}

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    let repeated = lower.chars().all(|c| Some(c) == first);
    repeated || COMMON.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn short_and_common_passwords_are_refused() {
        let long = "x".repeat(PASSWORD_MAX + 1);
        for bad in [
            "short",
            "aaaaaaaaaaaaaaa",
            "Password1234",
            "123456789012",
            &long,
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in ["correct horse battery", "gr\u{fc}ne Tr\u{e4}ume 7"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new(Random::system());
        let hash = passwords.hash("correct horse battery").await.unwrap();
        for (typed, hash, is_right) in [
            ("correct horse battery", Some(hash.as_str()), true),
            ("wrong horse battery", Some(&hash), false),
            ("correct horse battery", None, false),
        ] {
            let found = passwords.matches(typed, hash, || Ok(()));
            assert_eq!(found.await.unwrap(), is_right, "{typed} {hash:?}");
        }
    }
}
