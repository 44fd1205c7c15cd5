//! An installation that nobody serves: for commands, and for measuring.

use std::sync::Arc;
use std::time::Duration;

use crate::app::error::StartError;
use crate::app::opening;
use crate::app::world::World;
use crate::config::Config;
use crate::engine::Engine;
use crate::search::indexer::Progress;
use crate::store::Store;

/// How often building the index says how far it is.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// An installation that nobody serves, opened for a command.
pub struct Offline {
    /// Everything one may ask for.
    pub(crate) engine: Engine,
}

impl Offline {
    /// Opens the data. Nobody else may have it open.
    ///
    /// # Errors
    /// [`StartError`]: the directory cannot be used.
    pub fn open(config: &Config, world: World) -> Result<Self, StartError> {
        Ok(Self {
            engine: engine_over(&opening::store(config)?, config, world)?,
        })
    }

    /// Builds the search index anew; `report` hears how far it is.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn reindex(&self, mut report: impl FnMut(Progress)) -> Result<(), StartError> {
        let context = &self.engine.context;
        context.search.recreate().map_err(StartError::new)?;
        let indexer = opening::indexer(context)?;
        while !indexer.wait_for(context.store.last_seq(), REPORT_EVERY) {
            report(indexer.progress());
        }
        indexer.stop();
        Ok(())
    }

    /// Commits what is waiting and lets go of the directory.
    pub fn close(self) {
        self.engine.context.store.close();
    }
}

/// The services over a store that is open already, with nobody to serve and nothing that works by
/// itself.
///
/// # Errors
/// [`StartError`]: the search index cannot be opened.
pub fn engine_over(store: &Store, config: &Config, world: World) -> Result<Engine, StartError> {
    let search = opening::search(store, config)?;
    let public_url = config.server.public_url(config.server.listen);
    let context = opening::context(store, config, search.clone(), &public_url, world);
    let progress = move || Progress {
        position: search.position(),
        last: search.position(),
        rebuilding: search.position() == 0,
    };
    Ok(Engine::new(context, Arc::new(progress)))
}
