//! What a webhook needs besides being read: proof from elsewhere, being followed.

use std::sync::Arc;
use std::time::Duration;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::Heeded;
use crate::channels::email::hooks::Claim;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::arriving::Arrival;
use crate::engine::vendor::Line;
use crate::model::channel::Channel;
use crate::model::opaque;
use crate::model::outbound::Refusal;
use crate::store::records::channels;

/// How long whoever keeps a proof may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest mail that is fetched.
const MAIL_MAX_BYTES: u64 = 45 * 1024 * 1024;

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
        let broken = |why: String| {
            EngineError::Broken(format!("what a webhook is checked with was not had: {why}"))
        };
        let reply = vendors.http.exchange(request).await;
        let reply = reply.map_err(|error| broken(error.to_string()))?;
        if reply.status != 200 {
            return Err(broken(format!("status {}", reply.status)));
        }
        Ok(vendors.keep_proof(url, reply.body))
    }

    /// Fetches a mail that lies with the vendor, and takes it in.
    async fn fetch_mail(&self, line: &mut Line<'_>, claim: &Claim) -> Result<(), EngineError> {
        let broken = |why: String| EngineError::Broken(format!("a mail could not be had: {why}"));
        let refused = |refusal: &Refusal| broken(refusal.error().message.clone());
        line.renew().await.map_err(|one| refused(&one.refusal))?;
        let translation = line.translation;
        let place = line.hold(|asked| translation.mail_at(claim, asked)).await;
        let place = place.map_err(|one| refused(&one.refusal))?;
        let http = &self.0.vendors.http;
        let authorization = place.authorization.as_ref();
        let download = http
            .download(&place.url, authorization, MAIL_MAX_BYTES)
            .await;
        let download = download.map_err(|error| broken(error.to_string()))?;
        if download.status != 200 {
            return Err(broken(format!("status {}", download.status)));
        }
        let blobs = self.0.store.blobs();
        let stored = blobs.store(download.body, MAIL_MAX_BYTES).await?;
        let (_, envelope) = claim.mail.clone().apart();
        let arrival = Arrival {
            stored,
            envelope,
            is_header_only: false,
        };
        self.arrive(line.channel.id, vec![arrival], None).await
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
        if heeded.calls.is_empty() && heeded.mails.is_empty() {
            return Ok(());
        }
        let mut line = Line::open(&self.0, channel.clone())?;
        for claim in &heeded.mails {
            self.fetch_mail(&mut line, claim).await?;
        }
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
