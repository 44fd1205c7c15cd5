//! Access to accounts that ends: renewed before that, or once a vendor refuses it.

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::engine::context::secret_place;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::error;
use crate::model::opaque;
use crate::model::outbound::Asked;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::store::records::channels;

impl Line<'_> {
    /// Renews the access of the account where that is due. Several who ask at once wait for one.
    ///
    /// # Errors
    /// The vendor does not renew it; the store's trouble.
    pub async fn renew(&mut self) -> Result<(), Broken> {
        let translation = self.translation;
        let next = |asked: &Asked<'_>| translation.refresh(asked);
        let holds = self.step(&[], next).map_err(|refusal| Broken {
            what: None,
            refusal,
        })?;
        if matches!(holds, Step::Done(renewed) if renewed.is_nothing()) {
            return Ok(());
        }
        let turn = self.context.vendors.renewing(self.channel.id);
        let _turn = turn.lock().await;
        self.reread().map_err(kept_back)?;
        let renewed = self.hold(next).await?;
        if renewed.is_nothing() {
            return Ok(());
        }
        self.keep(renewed).await?;
        self.reread().map_err(kept_back)
    }

    /// Renews access that the vendor refused although it should still hold; whether there is other
    /// access now. Where somebody renewed it meanwhile that is enough.
    ///
    /// # Errors
    /// The vendor does not renew it; the store's trouble.
    pub async fn renew_refused(&mut self) -> Result<bool, Broken> {
        if !self.translation.forget_access(&mut self.account.clone()) {
            return Ok(false);
        }
        let refused = self.channel.secrets.clone();
        let turn = self.context.vendors.renewing(self.channel.id);
        let _turn = turn.lock().await;
        self.reread().map_err(kept_back)?;
        if self.channel.secrets != refused {
            return Ok(true);
        }
        let translation = self.translation;
        translation.forget_access(&mut self.account);
        let renewed = self.hold(|asked| translation.refresh(asked)).await?;
        self.keep(renewed).await?;
        self.reread().map_err(kept_back)?;
        Ok(true)
    }

    /// The channel as it is now.
    fn reread(&mut self) -> Result<(), EngineError> {
        self.channel = find::channel_in(&self.context.store.snapshot()?, self.channel.id)?;
        self.account = self.context.account(&self.channel)?;
        Ok(())
    }

    /// Keeps access that the vendor gave.
    ///
    /// # Errors
    /// The store's trouble.
    pub async fn keep(&self, renewed: Renewed) -> Result<(), Broken> {
        let sealed = self.sealed(&renewed.secrets);
        let (id, settings) = (self.channel.id, renewed.settings);
        let kept = self
            .context
            .store
            .write("keeping renewed access", move |tx| {
                let mut channel = find::channel_in(tx, id)?;
                channel.secrets.extend(sealed.clone());
                opaque::merge(&mut channel.settings, &settings);
                Ok::<_, EngineError>(channels::put(tx, &channel)?)
            });
        kept.await.map_err(kept_back)
    }

    fn sealed(&self, secrets: &BTreeMap<String, Secret<String>>) -> BTreeMap<String, Vec<u8>> {
        let seal = |(name, plain): (&String, &Secret<String>)| {
            let place = secret_place(self.channel.id, name);
            let sealed = self.context.sealer.seal(&place, plain.reveal().as_bytes());
            (name.clone(), sealed)
        };
        secrets.iter().map(seal).collect()
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it takes the place of the failure"
)]
fn kept_back(failed: EngineError) -> Broken {
    Broken {
        what: None,
        refusal: Refusal::Later {
            error: error("internal", &failed.to_string()),
            wait: None,
        },
    }
}
