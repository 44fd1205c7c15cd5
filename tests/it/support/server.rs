//! A server in this process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;
use std::time::Duration;

use linktor::app;
use linktor::app::Clock;
use linktor::app::Running;
use linktor::app::World;
use linktor::channels::Secret;
use linktor::channels::Timestamp;
use linktor::config::Config;
use linktor::sandbox::Sandbox;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;
use serde_json::json;

use crate::support::agent::Agent;
use crate::support::api::Api;
use crate::support::browser::Browser;
use crate::support::eventually;
use crate::support::log;
use crate::support::log::Watch;

/// The owner every server begins with.
pub const OWNER: &str = "owner@example.com";
/// The password of everybody in these tests.
pub const PASSWORD: &str = "a sentence nobody guesses 7";
/// The owner's API key.
pub const KEY: &str = "lk_test_0123456789abcdef0123456789abcdef";
/// The present at the start of every test: 2026-01-01T12:00:00Z.
const START_SECS: i64 = 1_767_268_800;

/// Runs a test against a server of its own and stops the server.
pub fn on_a_server(test: impl AsyncFnOnce(&Server)) {
    on_a_server_with(|_| {}, test);
}

/// The same with a server that is configured otherwise.
pub fn on_a_server_with(change: impl FnOnce(&mut Config), test: impl AsyncFnOnce(&Server)) {
    let data = tempfile::tempdir().unwrap();
    app::run(async {
        let server = Server::start_with(&data.path().join("data"), change).await;
        test(&server).await;
        server.stop().await;
    })
    .unwrap();
}

/// A running server with an owner and a key.
pub struct Server {
    running: Running,
    http: Client,
    clock: Clock,
    /// Browsers so far: each comes from an address of its own.
    browsers: AtomicU8,
    watch: Watch,
}

impl Server {
    /// Starts a server over a folder, new or used.
    pub async fn start(data: &Path) -> Self {
        Self::start_with(data, |_| {}).await
    }

    /// The same, configured otherwise.
    pub async fn start_with(data: &Path, change: impl FnOnce(&mut Config)) -> Self {
        // Taken already when another test of this process was faster.
        drop(rustls::crypto::ring::default_provider().install_default());
        let watch = log::listen();
        let mut config = Config::default();
        data.clone_into(&mut config.server.data);
        config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.workers = 1;
        config.first_run.admin_email = Some(OWNER.to_owned());
        config.first_run.admin_password = Some(Secret::new(PASSWORD.to_owned()));
        config.first_run.bootstrap_api_key = Some(Secret::new(KEY.to_owned()));
        // Limits are what their own tests are about.
        config.limits.auth_per_minute = 0;
        config.limits.sends_per_minute = 0;
        config.limits.other_per_minute = 0;
        change(&mut config);
        let clock = Clock::manual(Timestamp::from_secs(START_SECS));
        // A server that was stopped lets go of its folder when its last connection has ended.
        let running = eventually("the folder is free", async || {
            let world = World {
                clock: clock.clone(),
                ..World::default()
            };
            match Running::start(&config, world).await {
                Err(error) if error.to_string().contains("is in use") => None,
                started => Some(started.unwrap()),
            }
        });
        Self {
            running: running.await,
            http: Client::builder().redirect(Policy::none()).build().unwrap(),
            clock,
            browsers: AtomicU8::new(1),
            watch,
        }
    }

    /// Stops it as SIGTERM does. What it complained about meanwhile fails the test.
    pub async fn stop(self) {
        self.running.stop().await;
        drop(self.watch);
        log::must_be_clean();
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        self.running.url()
    }

    /// Where the first owner is made, while there is none.
    pub fn setup_url(&self) -> Option<&str> {
        self.running.setup_url()
    }

    /// Where other servers bring it mail.
    pub fn mail_port(&self) -> u16 {
        self.running.mail_at().unwrap().port()
    }

    /// The vendors in the box; the server was started with them.
    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox().unwrap()
    }

    /// Lets time pass.
    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A program with the owner's key.
    pub fn api(&self) -> Api {
        self.anonymous().with("x-api-key", KEY)
    }

    /// A program with nothing to show.
    pub fn anonymous(&self) -> Api {
        Api::new(self.http.clone(), self.url())
    }

    /// A program with the access token of somebody who can sign in.
    pub async fn signed_in(&self, email: &str) -> Api {
        let body = json!({ "email": email, "password": PASSWORD });
        let login = self.anonymous().post("/auth/login", body).await.ok();
        let token = login["accessToken"].as_str().unwrap();
        self.anonymous()
            .with("authorization", &format!("Bearer {token}"))
    }

    /// Somebody in front of the dashboard.
    pub async fn agent(&self, email: &str) -> Agent {
        Agent::sign_in(self.http.clone(), self.url(), email).await
    }

    /// Somebody in front of the pages before signing in.
    pub async fn visitor_of_pages(&self) -> Agent {
        Agent::outside(self.http.clone(), self.url()).await
    }

    /// Somebody who opened the link of the set-up, and its token.
    pub async fn first_visitor(&self) -> (Agent, String) {
        let link = self.setup_url().unwrap();
        let path = link.strip_prefix(self.url()).unwrap();
        let token = path.rsplit('=').next().unwrap().to_owned();
        let visitor = Agent::before(self.http.clone(), self.url(), path).await;
        (visitor, token)
    }

    /// A colleague of that role, who can sign in.
    pub async fn colleague(&self, role: &str) -> Value {
        let email = format!("{role}@example.com");
        let body = json!({ "name": role, "email": email, "role": role, "password": PASSWORD });
        self.api().post("/users", body).await.ok()
    }

    /// A web chat that is switched on, as the answer that made it shows it: with its secrets.
    pub async fn website(&self, config: Value) -> Value {
        let body = json!({ "type": "webchat", "name": "Website", "config": config });
        let made = self.api().post("/channels", body).await.ok();
        let connect = format!("/channels/{}/connect", made["id"].as_str().unwrap());
        self.api().post(&connect, json!({})).await.ok();
        made
    }

    /// A browser in front of that web chat, without a session yet.
    pub fn browser(&self, site: &Value) -> Browser {
        let number = self.browsers.fetch_add(1, Ordering::Relaxed);
        let ip = format!("203.0.113.{number}");
        let site = site["id"].as_str().unwrap();
        Browser::new(self.http.clone(), self.url(), site, &ip)
    }

    /// A browser that talked to another server over the same data.
    pub fn moved(&self, browser: &Browser) -> Browser {
        browser.at(self.url())
    }

    /// A browser whose visitor has a session.
    pub async fn visitor(&self, site: &Value) -> Browser {
        let mut browser = self.browser(site);
        browser.open().await;
        browser
    }
}
