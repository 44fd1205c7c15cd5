//! What handlers receive.

use std::sync::Arc;
use std::sync::OnceLock;

use futures_util::future::LocalBoxFuture;

use crate::base::crypto::sign;
use crate::config::Config;
use crate::config::network::Network;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::model::user::User;
use crate::sandbox::Sandbox;
use crate::web::api::repeats::UnderWay;
use crate::web::api::socket_places::Places;
use crate::web::api::unheard::Unheard;
use crate::web::dashboard::live::board::Board;
use crate::web::demo::Demo;
use crate::web::limits::Limits;

/// Fills the sandbox with the conversations of a sample business, for the person who asked for it.
pub type Sample =
    Box<dyn Fn(User) -> LocalBoxFuture<'static, Result<(), EngineError>> + Send + Sync>;

/// The vendors in the box, and what fills them.
pub struct Boxed {
    /// The vendors.
    pub vendors: Sandbox,
    /// What fills them; none where they do not reach us.
    pub sample: Option<Sample>,
}

/// What every handler can reach. One per process, shared.
pub struct State {
    /// Everything one may ask for.
    pub engine: Engine,
    /// Whether people reach us over HTTPS: then cookies are sent over nothing else.
    pub is_https: bool,
    /// Addresses of proxies whose word on where a request comes from is believed.
    pub trusted_proxies: Vec<Network>,
    /// How much each caller may still ask for.
    pub limits: Limits,
    /// Requests under an idempotency key that are being answered.
    pub under_way: UnderWay,
    /// Places for the sockets of programs.
    pub sockets: Places,
    /// Sends without a key whose answer nobody heard.
    pub unheard: Unheard,
    /// What is drawn for many screens at once.
    pub board: Board,
    csrf_key: [u8; 32],
    sandbox: Option<Boxed>,
    demo: Arc<OnceLock<Demo>>,
}

impl State {
    /// The state over an engine.
    #[must_use]
    pub fn new(
        engine: Engine,
        config: &Config,
        sandbox: Option<Boxed>,
        demo: Arc<OnceLock<Demo>>,
    ) -> Self {
        let csrf_key = sign(engine.context.store.secret_key().reveal(), b"csrf");
        let is_https = engine.context.links.public_url().starts_with("https://");
        Self {
            engine,
            is_https,
            trusted_proxies: config.server.trusted_proxies.clone(),
            limits: Limits::new(config.limits.clone()),
            under_way: UnderWay::default(),
            sockets: Places::new(&config.limits),
            unheard: Unheard::default(),
            board: Board::default(),
            csrf_key,
            sandbox,
            demo,
        }
    }

    /// What there is only in `linktor demo`.
    #[must_use]
    pub fn demo(&self) -> Option<&Demo> {
        self.demo.get()
    }

    /// The vendors in the box, where they are wanted.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref().map(|boxed| &boxed.vendors)
    }

    /// What fills them with the conversations of a sample business.
    #[must_use]
    pub fn sample(&self) -> Option<&Sample> {
        self.sandbox.as_ref()?.sample.as_ref()
    }

    /// The key that signs proofs of forms.
    #[must_use]
    pub fn csrf_key(&self) -> &[u8; 32] {
        &self.csrf_key
    }
}

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
