//! Directories that go when they are no longer needed: for trying and for measuring.

use std::path::Path;
use std::path::PathBuf;

use crate::app::error::StartError;
use crate::base::random::Random;

/// A directory of its own. It is removed, with all in it, when this is dropped.
#[derive(Debug)]
pub struct Throwaway(PathBuf);

impl Throwaway {
    /// Makes one within a directory; `name` is the beginning of its own.
    ///
    /// # Errors
    /// [`StartError`]: it cannot be made.
    pub fn within(parent: &Path, name: &str) -> Result<Self, StartError> {
        let path = parent.join(format!("{name}-{}", Random::system().base62(12)));
        std::fs::create_dir_all(&path).map_err(|error| {
            StartError::new(format!("cannot create {}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("{} could not be removed: {error}", self.0.display());
        }
    }
}
