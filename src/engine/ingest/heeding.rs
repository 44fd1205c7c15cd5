//! What a webhook needs besides being read: proof from elsewhere, being followed.

use std::sync::Arc;
use std::time::Duration;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::Heeded;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::ingest::Ingest;
use crate::engine::vendor::Line;
use crate::model::channel::Channel;
use crate::model::opaque;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::channels;

/// How long whoever keeps a proof may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// When a vendor should come again whose proof could not be had.
const AGAIN_SECS: u64 = 20;

impl Ingest {
    /// What lies at the address of a proof. It is fetched once: it never changes.
    ///
    /// # Errors
    /// It cannot be had now: the vendor should come again.
    pub(super) async fn proof(&self, url: String) -> Result<Arc<Vec<u8>>, EngineError> {
        let vendors = &self.0.vendors;
        if let Some(known) = vendors.proof(&url) {
            return Ok(known);
        }
        let request = HttpRequest {
            method: Method::Get,
            url: url.clone(),
            headers: Headers::default(),
            authorization: None,
            body: Vec::new(),
            timeout: TIMEOUT,
        };
        // The vendor comes again: nothing is lost.
        let broken = |why: String| {
            tracing::warn!("what a webhook is checked with was not had: {why}");
            let message = "What this webhook is proved by could not be fetched.";
            Rejection::new(Code::ServiceUnavailable, message).retry_after(AGAIN_SECS)
        };
        let reply = vendors.http.exchange(request).await;
        let reply = reply.map_err(|error| broken(error.to_string()))?;
        if reply.status != 200 {
            return Err(broken(format!("status {}", reply.status)).into());
        }
        Ok(vendors.keep_proof(url, reply.body))
    }

    /// Does what a webhook asks for beside keeping what it says.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn heed(&self, channel: &Channel, heeded: Heeded) -> Result<(), EngineError> {
        if !heeded.settings.is_empty() {
            let id = channel.id;
            self.0
                .store
                .write("learning a setting from a webhook", move |tx| {
                    let mut channel = find::channel_in(tx, id)?;
                    opaque::merge(&mut channel.settings, &heeded.settings);
                    Ok::<_, EngineError>(channels::put(tx, &channel)?)
                })
                .await?;
        }
        if heeded.calls.is_empty() {
            return Ok(());
        }
        let line = Line::open(&self.0, channel.clone())?;
        for call in heeded.calls {
            // The vendor asks again for what it did not get.
            if let Err(none) = line.call(call).await {
                let why = none.refusal().error().message.clone();
                tracing::warn!(channel.id = %channel.id, "a webhook could not be followed: {why}");
            }
        }
        Ok(())
    }
}
