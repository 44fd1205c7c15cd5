//! Answers kept under idempotency keys, so that a request that comes again is answered again.

use serde::Deserialize;
use serde::Serialize;

use crate::base::crypto::base64url;
use crate::base::id::write_id;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::store::codec;
use crate::store::records::idempotency;
use crate::store::records::idempotency::Answered;

/// The version of a kept answer's bytes.
const VERSION: u8 = 2;
/// The last version whose bodies were kept as they stood.
const PLAIN_VERSION: u8 = 1;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The digest of what was asked.
    pub request: [u8; 32],
    /// The status it was answered with.
    pub status: u16,
    /// The body it was answered with.
    pub body: Vec<u8>,
}

/// The place an answer is sealed for.
fn place(key: &[u8; 32]) -> String {
    format!("answer/{}", base64url(key))
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Vec<u8>,
}

/// Answers given before.
#[derive(Clone)]
pub struct Answers(pub Context);

impl Answers {
    /// A new id for a request that came without one.
    #[must_use]
    pub fn new_request_id(&self) -> String {
        let block = self.0.ids.block(self.0.clock.now());
        write_id("req", block.to_be_bytes())
    }

    /// The answer given under a key.
    ///
    /// # Errors
    /// The disk's.
    pub fn recall(&self, key: &[u8; 32]) -> Result<Option<Remembered>, EngineError> {
        let Some(answered) = idempotency::get(&self.0.store.snapshot()?, key)? else {
            return Ok(None);
        };
        let broken = |why: String| EngineError::Broken(format!("reading a kept answer: {why}"));
        let (version, bytes) = answered.result.split_first().unwrap_or((&VERSION, &[]));
        let kept: Kept = codec::decode(bytes).map_err(broken)?;
        let body = if *version <= PLAIN_VERSION {
            kept.body
        } else {
            let opened = self.0.sealer.open(&place(key), &kept.body);
            opened.map_err(|error| broken(error.to_string()))?
        };
        Ok(Some(Remembered {
            request: answered.request,
            status: kept.status,
            body,
        }))
    }

    /// Keeps an answer under a key. It is sealed: some show a secret this once.
    ///
    /// # Errors
    /// The disk's.
    pub async fn keep(&self, key: [u8; 32], answer: Remembered) -> Result<(), EngineError> {
        let kept = Kept {
            status: answer.status,
            body: self.0.sealer.seal(&place(&key), &answer.body),
        };
        let answered = Answered {
            request: answer.request,
            result: codec::encode(&kept, VERSION),
            at: self.0.clock.now(),
        };
        self.0
            .store
            .write("keeping an answer", move |tx| {
                Ok(idempotency::put(tx, &key, &answered)?)
            })
            .await
    }
}
