//! Opens each layer over the one below it.

use std::sync::Arc;

use crate::app::error::StartError;
use crate::app::world::World;
use crate::base::crypto::Sealer;
use crate::base::id::Ids;
use crate::config::Config;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::links::Links;
use crate::engine::live::Live;
use crate::engine::roster::Roster;
use crate::engine::vendor::Vendors;
use crate::engine::workers::feed::LogFeed;
use crate::net::dns::Dns;
use crate::net::http::Http;
use crate::net::smtp::Mailer;
use crate::search::Search;
use crate::search::SearchConfig;
use crate::search::indexer::Indexer;
use crate::store::Store;
use crate::store::folder::Folder;

/// The data directory, which nobody else may have open.
///
/// # Errors
/// [`StartError`]: it cannot be used.
pub fn store(config: &Config) -> Result<Store, StartError> {
    Store::open(&config.server.data, config.store.cache_bytes()).map_err(StartError::new)
}

/// Starts what keeps the search index up with the log.
///
/// # Errors
/// [`StartError`]: the system gives no thread.
pub fn indexer(context: &Context) -> Result<Indexer, StartError> {
    let feed = Box::new(LogFeed(context.store.clone()));
    Indexer::start(Arc::clone(&context.search), feed)
        .map_err(|error| StartError::new(format!("cannot start the search indexer: {error}")))
}

/// The search index of a data directory.
///
/// # Errors
/// [`StartError`]: it cannot be opened.
pub fn search(store: &Store, config: &Config) -> Result<Arc<Search>, StartError> {
    let folder = store
        .folder()
        .map_or_else(|| config.server.data.join("index"), Folder::index);
    let search_config = SearchConfig {
        writer_heap_bytes: config.search.heap_bytes(),
    };
    let search = Search::open(&folder, search_config)
        .map_err(|error| StartError::new(format!("cannot open the search index: {error}")))?;
    Ok(Arc::new(search))
}

/// What every service shares.
pub fn context(
    store: &Store,
    config: &Config,
    search: Arc<Search>,
    public_url: &str,
    world: World,
) -> Context {
    let key = store.secret_key();
    Context::from(Shared {
        search,
        live: Live::default(),
        channels: Arc::new(world.channels),
        links: Links::new(public_url, key.reveal()),
        sealer: Sealer::new(key.reveal(), world.random.clone()),
        roster: Roster::default(),
        clock: world.clock,
        vendors: Vendors::new(Http::new(config)),
        dns: Dns::new(config),
        mailer: Mailer::new(&config.mail),
        ids: Arc::new(Ids::new(world.random.clone())),
        random: world.random,
        store: store.clone(),
    })
}
