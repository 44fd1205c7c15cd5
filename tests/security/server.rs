//! A whole installation in this process, with a folder of its own.

use std::net::SocketAddr;

use linktor::app::Running;
use linktor::app::World;
use linktor::config::Config;
use reqwest::Client;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::Value;
use serde_json::json;

/// Every role, lowest first.
pub const ROLES: [&str; 5] = ["viewer", "agent", "supervisor", "admin", "owner"];
/// Everybody's password.
pub const PASSWORD: &str = "a sentence nobody guesses 7";

/// The installation and a client of it.
pub struct Server {
    pub running: Running,
    pub client: Client,
    pub base: String,
    _data: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        // Taken already when another test of this process was faster.
        drop(rustls::crypto::ring::default_provider().install_default());
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = data.path().join("data");
        config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.workers = 1;
        let running = Running::start(&config, World::default()).await.unwrap();
        Self {
            base: running.url().to_owned(),
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            running,
            _data: data,
        }
    }

    /// Makes the first owner as a person does: with the link from the log. Gives the cookie of the
    /// session that begins with it.
    pub async fn make_owner(&self) -> String {
        let url = self.running.setup_url().unwrap();
        let token = url.split_once("token=").unwrap().1.to_owned();
        let page = self
            .client
            .get(format!("{}/setup?token={token}", self.base));
        let page = page.send().await.unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap().to_owned();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let text = page.text().await.unwrap();
        let csrf = after(&text, "name=\"_csrf\" value=\"");
        let step = after(&text, "name=\"step\" value=\"");
        let fields = [
            ("_csrf", csrf),
            ("token", token),
            ("step", step),
            ("name", "owner".to_owned()),
            ("email", "owner@example.com".to_owned()),
            ("password", PASSWORD.to_owned()),
        ];
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())))
            .finish();
        let made = self.client.post(format!("{}/setup", self.base));
        let made = made
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let made = made.send().await.unwrap();
        let cookies = made.headers().get_all("set-cookie").iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let session = cookies
            .find(|cookie| cookie.starts_with("linktor_session="))
            .unwrap();
        session.split(';').next().unwrap().to_owned()
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let mut call = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        let answer = call.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    pub async fn sign_in(&self, role: &str) -> String {
        let body = json!({ "email": format!("{role}@example.com"), "password": PASSWORD });
        let (status, answer) = self
            .call(Method::POST, "/auth/login", None, Some(&body))
            .await;
        assert_eq!(status, StatusCode::OK, "{role}: {answer}");
        answer["accessToken"].as_str().unwrap().to_owned()
    }

    /// One access token a role.
    pub async fn tokens(&self) -> Vec<String> {
        self.make_owner().await;
        let owner = self.sign_in("owner").await;
        for role in &ROLES[..4] {
            let email = format!("{role}@example.com");
            let body = json!({ "name": role, "email": email, "role": role, "password": PASSWORD });
            let (status, answer) = self
                .call(Method::POST, "/users", Some(&owner), Some(&body))
                .await;
            assert_eq!(status, StatusCode::CREATED, "{answer}");
        }
        let mut tokens = Vec::new();
        for role in ROLES {
            tokens.push(self.sign_in(role).await);
        }
        tokens
    }

    pub async fn document(&self) -> Value {
        let answer = self
            .client
            .get(format!("{}/openapi.json", self.base))
            .send();
        answer.await.unwrap().json().await.unwrap()
    }
}

fn after(text: &str, mark: &str) -> String {
    let rest = text
        .split_once(mark)
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}
