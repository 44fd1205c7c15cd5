//! A person on the way to a page of a vendor's that lets us into an account, and back.

use crate::base::secret::Secret;

/// What goes along with the person, and what of it stays here.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The address of ours that the vendor sends the person back to.
    pub back: String,
    /// What comes back with the person as it was.
    pub state: String,
    /// What proves afterwards that it was we who sent the person (PKCE, RFC 7636). Only its digest
    /// goes along.
    pub verifier: Secret<String>,
}
