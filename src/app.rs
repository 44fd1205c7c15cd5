//! Builds each layer in order, starts the workers, stops them in reverse.

mod reception;
pub(crate) mod returning;
pub mod throwaway;

use std::net::SocketAddr;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use actix_web::App as WebApp;
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::middleware;
use actix_web::web::Data;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::base::crypto::Sealer;
use crate::base::id::Ids;
use crate::base::random::Random;
use crate::channels::registry::Registry;
use crate::config::Config;
use crate::control::socket::ControlSocket;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::links::Links;
use crate::engine::live::Live;
use crate::engine::people::first_owner::FirstOwner;
use crate::engine::roster::Roster;
use crate::engine::vendor::Vendors;
use crate::engine::workers::Workers;
use crate::engine::workers::feed::LogFeed;
use crate::net::dns::Dns;
use crate::net::guard::Reach;
use crate::net::http::Http;
use crate::net::smtp::Mailer;
use crate::sandbox::Sandbox;
use crate::sandbox::Setup;
use crate::search::Search;
use crate::search::SearchConfig;
use crate::search::indexer::Indexer;
use crate::search::indexer::Progress;
use crate::store::Store;
use crate::web;
use crate::web::demo::Demo;
use crate::web::state::Boxed;
use crate::web::state::Sample;
use crate::web::state::State;

pub use crate::base::time::Clock;

/// How long requests under way may take to finish when the server stops.
const FINISH_SECS: u64 = 5;
/// How long the loops may take after that.
const LOOPS_PATIENCE: Duration = Duration::from_secs(3);
/// How often building the index says how far it is.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Why it could not start: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl StartError {
    /// A sentence that says what is wrong and what to do.
    pub fn new(sentence: impl std::fmt::Display) -> Self {
        Self(sentence.to_string())
    }
}

/// What a test puts in place of the real world.
pub struct World {
    /// The present.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The channels.
    pub channels: Registry,
}

impl Default for World {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
            random: Random::system(),
            channels: Registry::builtin(),
        }
    }
}

/// A running installation.
pub struct Running {
    /// Everything one may ask for.
    pub(crate) engine: Engine,
    url: String,
    mail_at: Option<SocketAddr>,
    setup_url: Option<String>,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    workers: Workers,
    indexer: Arc<Indexer>,
    control: Option<ControlSocket>,
    store: Store,
    sandbox: Option<Sandbox>,
    sandbox_work: Option<(watch::Sender<bool>, JoinHandle<()>)>,
    /// What there is only in `linktor demo`, once it is made.
    pub(crate) demo: Arc<OnceLock<Demo>>,
}

impl Running {
    /// Opens everything and serves. Must be called within [`run`].
    ///
    /// # Errors
    /// [`StartError`]: a taken port, a directory that cannot be used, a bad first-run setting.
    pub async fn start(config: &Config, world: World) -> Result<Self, StartError> {
        let listener = bind(config.server.listen)?;
        let bound = listener.local_addr().map_err(StartError::new)?;
        let public_url = config.server.public_url(bound);
        let store = open_store(config)?;
        let search = open_search(&store, config)?;
        let context = context(&store, config, search, &public_url, world);
        let indexer = Arc::new(follow_log(&context)?);
        tokio::spawn(indexer.waker().follow(store.published()));
        let progress = Arc::clone(&indexer);
        let engine = Engine::new(context.clone(), Arc::new(move || progress.progress()));
        let setup_token = first_run(&engine, config).await?;
        read_again(&engine).await;
        let mut workers = Workers::start(&context);
        let mail_at = reception::open(&context, config, &public_url, &mut workers).await?;
        let demo = Arc::new(OnceLock::new());
        let control = listen_for_commands(&engine);
        let sandbox = config
            .sandbox
            .enabled
            .then(|| vendors(&context, config, &public_url));
        let sandbox_work = sandbox
            .clone()
            .map(|sandbox| run_vendors(&engine, sandbox))
            .transpose()?;
        let reached = reaches(config, &public_url);
        let boxed = sandbox
            .clone()
            .map(|vendors| boxed(&engine, vendors, reached));
        let (server, serving) = serve(&engine, config, listener, boxed, demo.clone())?;
        let setup_url = setup_token.map(|token| format!("{public_url}/setup?token={token}"));
        Ok(Self {
            engine,
            url: format!("http://{}", reachable(bound)),
            mail_at,
            setup_url,
            server,
            serving,
            workers,
            indexer,
            control,
            store,
            sandbox,
            sandbox_work,
            demo,
        })
    }

    /// The vendors in the box, where they are wanted.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }

    /// The address it listens on, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where other servers bring mail, where they may.
    #[must_use]
    pub const fn mail_at(&self) -> Option<SocketAddr> {
        self.mail_at
    }

    /// Where the first owner is made, while there is none.
    #[must_use]
    pub fn setup_url(&self) -> Option<&str> {
        self.setup_url.as_deref()
    }

    /// Stops in reverse: no new requests, those under way finish, the loops end, what waits is
    /// committed, the index is written.
    pub async fn stop(self) {
        let Self {
            engine,
            server,
            serving,
            workers,
            indexer,
            control,
            store,
            sandbox,
            sandbox_work,
            ..
        } = self;
        if let Some(control) = control {
            control.close();
        }
        engine.context.live.close();
        engine.webchat.stop();
        if let (Some(sandbox), Some((stop, work))) = (sandbox, sandbox_work) {
            sandbox.close();
            stop.send_replace(true);
            if work.await.is_err() {
                tracing::error!("the sandbox ended badly");
            }
        }
        let finish = tokio::time::timeout(Duration::from_secs(FINISH_SECS + 1), server.stop(true));
        if finish.await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        if let Ok(Err(error)) = serving.await {
            tracing::error!("the server ended badly: {error}");
        }
        workers.stop(LOOPS_PATIENCE).await;
        indexer.stop();
        store.close();
    }
}

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
            engine: engine_over(&open_store(config)?, config, world)?,
        })
    }

    /// Builds the search index anew; `report` hears how far it is.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn reindex(&self, mut report: impl FnMut(Progress)) -> Result<(), StartError> {
        let context = &self.engine.context;
        context.search.recreate().map_err(StartError::new)?;
        let indexer = follow_log(context)?;
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
pub(crate) fn engine_over(
    store: &Store,
    config: &Config,
    world: World,
) -> Result<Engine, StartError> {
    let search = open_search(store, config)?;
    let public_url = config.server.public_url(config.server.listen);
    let context = context(store, config, search.clone(), &public_url, world);
    let progress = move || Progress {
        position: search.position(),
        last: search.position(),
        rebuilding: search.position() == 0,
    };
    Ok(Engine::new(context, Arc::new(progress)))
}

fn open_store(config: &Config) -> Result<Store, StartError> {
    Store::open(&config.server.data, config.store.cache_bytes()).map_err(StartError::new)
}

fn follow_log(context: &Context) -> Result<Indexer, StartError> {
    let feed = Box::new(LogFeed(context.store.clone()));
    Indexer::start(Arc::clone(&context.search), feed)
        .map_err(|error| StartError::new(format!("cannot start the search indexer: {error}")))
}

/// Reads again what vendors sent and an earlier version could not read.
async fn read_again(engine: &Engine) {
    match engine.ingest.replay().await {
        Ok(0) => {}
        Ok(read) => tracing::info!("webhooks that could not be read before were read now: {read}"),
        // What is kept stays kept, and is tried at the next start.
        Err(error) => tracing::error!("webhooks kept for later were not read again: {error}"),
    }
}

/// Opens the control socket. Without it the server works all the same, and commands wait for its
/// end.
fn listen_for_commands(engine: &Engine) -> Option<ControlSocket> {
    let path = engine.context.store.folder()?.control_socket();
    let shown = path.display().to_string();
    match ControlSocket::open(path, engine.clone()) {
        Ok(socket) => Some(socket),
        Err(error) => {
            tracing::warn!("commands cannot reach this server, {shown} cannot be opened: {error}");
            None
        }
    }
}

/// Runs a future on the event loop everything here is made for.
///
/// # Errors
/// The system gives no event loop.
pub fn run<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    Ok(actix_web::rt::System::new().block_on(work))
}

fn bind(listen: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::new(format!(
            "{listen} is taken by another program; stop it or choose another --listen"
        )),
        _ => StartError::new(format!("cannot listen on {listen}: {error}")),
    })
}

/// An address a browser on this machine can open.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, bound.port()))
    } else {
        bound
    }
}

fn open_search(store: &Store, config: &Config) -> Result<Arc<Search>, StartError> {
    let folder = store.folder().map_or_else(
        || config.server.data.join("index"),
        crate::store::folder::Folder::index,
    );
    let search_config = SearchConfig {
        writer_heap_bytes: config.search.heap_bytes(),
    };
    let search = Search::open(&folder, search_config)
        .map_err(|error| StartError::new(format!("cannot open the search index: {error}")))?;
    Ok(Arc::new(search))
}

fn context(
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

/// The vendors in the box, as this installation's channels will find them.
fn vendors(context: &Context, config: &Config, public_url: &str) -> Sandbox {
    Sandbox::new(Setup {
        clock: context.clock.clone(),
        random: context.random.clone(),
        secret: context.store.secret_key().reveal().to_vec(),
        http: Http::new(config),
        public_url: public_url.to_owned(),
        business: "Aurora Coffee".to_owned(),
    })
}

/// Lets the vendors in the box work until they are stopped; they begin with the accounts that
/// channels were made with before.
fn run_vendors(
    engine: &Engine,
    sandbox: Sandbox,
) -> Result<(watch::Sender<bool>, JoinHandle<()>), StartError> {
    let returned = returning::reopen(&engine.context, &sandbox)?;
    let report = returning::report(engine.clone(), sandbox.clone(), returned);
    let (stop, mut asked) = watch::channel(false);
    let work = sandbox.run(asked.clone());
    let work = tokio::spawn(async move {
        let reporting = async {
            tokio::select! {
                () = report => {}
                // Whoever stops does not wait for a vendor.
                _ = asked.changed() => {}
            }
        };
        tokio::join!(work, reporting);
    });
    Ok((stop, work))
}

/// Whether what is let out of here may come back in at our own address.
fn reaches(config: &Config, public_url: &str) -> bool {
    let url = url::Url::parse(public_url);
    url.is_ok_and(|url| Reach::of(config).check(&url).is_ok())
}

/// The vendors in the box, with what fills them where they reach us.
fn boxed(engine: &Engine, vendors: Sandbox, reached: bool) -> Boxed {
    let (engine, filled) = (engine.clone(), vendors.clone());
    let sample: Sample = Box::new(move |owner| {
        let (engine, sandbox) = (engine.clone(), filled.clone());
        Box::pin(async move { crate::demo::fill(&engine, &sandbox, owner).await })
    });
    Boxed {
        vendors,
        sample: reached.then_some(sample),
    }
}

/// Makes the owner and the key the operator asked for, or a set-up token when nobody has an
/// account yet.
async fn first_run(engine: &Engine, config: &Config) -> Result<Option<String>, StartError> {
    let wrong =
        |what: &str, error: &dyn std::fmt::Display| StartError::new(format!("{what}: {error}"));
    let chosen = &config.first_run;
    engine
        .organisations
        .ensure()
        .await
        .map_err(StartError::new)?;
    let unowned = engine.logins.is_unowned().map_err(StartError::new)?;
    if unowned && let (Some(email), Some(password)) = (&chosen.admin_email, &chosen.admin_password)
    {
        let name = email.split('@').next().unwrap_or("Owner").to_owned();
        let owner = FirstOwner {
            name,
            email: email.clone(),
            password: password.reveal().clone(),
            from: None,
        };
        let made = engine.logins.make_first_owner(&owner).await;
        made.map_err(|error| wrong("LINKTOR_ADMIN_EMAIL and LINKTOR_ADMIN_PASSWORD", &error))?;
    }
    if let Some(key) = &chosen.bootstrap_api_key {
        let owner = engine.logins.ensure_owner().await;
        let owner = owner.map_err(StartError::new)?;
        let made = engine.api_keys.bootstrap(key.reveal(), owner.id).await;
        made.map_err(|error| wrong("LINKTOR_BOOTSTRAP_API_KEY", &error))?;
    }
    if engine.logins.is_unowned().map_err(StartError::new)? {
        let token = engine
            .logins
            .new_setup_token()
            .await
            .map_err(StartError::new)?;
        return Ok(Some(token));
    }
    Ok(None)
}

type Serving = (ServerHandle, JoinHandle<std::io::Result<()>>);

fn serve(
    engine: &Engine,
    config: &Config,
    listener: TcpListener,
    sandbox: Option<Boxed>,
    demo: Arc<OnceLock<Demo>>,
) -> Result<Serving, StartError> {
    let state = Data::new(State::new(engine.clone(), config, sandbox, demo));
    let server = HttpServer::new(move || {
        WebApp::new()
            .app_data(state.clone())
            .wrap(middleware::from_fn(web::request_id::in_refusals))
            .wrap(middleware::from_fn(web::headers::secure))
            .wrap(middleware::from_fn(web::heads::as_get))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(web::log::access))
            .wrap(middleware::NormalizePath::new(
                middleware::TrailingSlash::MergeOnly,
            ))
            .configure(web::configure)
    })
    .on_connect(web::line::hold)
    .workers(config.server.workers)
    .shutdown_timeout(FINISH_SECS)
    .disable_signals()
    .listen(listener)
    .map_err(StartError::new)?
    .run();
    let handle = server.handle();
    Ok((handle, tokio::spawn(server)))
}
