//! API keys, found by id and by the digest of the key.

use crate::model::api_key::ApiKey;
use crate::model::ids::ApiKeyId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::API_KEY_BY_HASH;
use crate::store::keyspaces::API_KEYS;

/// One key.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    read.get(&API_KEYS, &id)
}

/// The key with this digest.
///
/// # Errors
/// The disk's.
pub fn by_hash(read: &impl Read, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
    match read.get(&API_KEY_BY_HASH, hash)? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// Every key, revoked ones too, oldest first.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<ApiKey>, StoreError> {
    read.values(&API_KEYS)
}

/// Stores a key; its digest never changes.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, key: &ApiKey) -> Result<(), StoreError> {
    tx.put(&API_KEY_BY_HASH, &key.hash, &key.id)?;
    tx.put(&API_KEYS, &key.id, key)
}
