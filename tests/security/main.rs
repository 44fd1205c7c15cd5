//! Who may use which route: every route of the API's document by every role, and by nobody.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::net::SocketAddr;

use linktor::app;
use linktor::app::Running;
use linktor::app::World;
use linktor::config::Config;
use reqwest::Client;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Every role, lowest first.
const ROLES: [&str; 5] = ["viewer", "agent", "supervisor", "admin", "owner"];
const PASSWORD: &str = "a sentence nobody guesses 7";

struct Server {
    running: Running,
    client: Client,
    base: String,
    _data: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
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
    async fn make_owner(&self) -> String {
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

    async fn call(
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

    async fn sign_in(&self, role: &str) -> String {
        let body = json!({ "email": format!("{role}@example.com"), "password": PASSWORD });
        let (status, answer) = self
            .call(Method::POST, "/auth/login", None, Some(&body))
            .await;
        assert_eq!(status, StatusCode::OK, "{role}: {answer}");
        answer["accessToken"].as_str().unwrap().to_owned()
    }

    /// One access token a role.
    async fn tokens(&self) -> Vec<String> {
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

    async fn document(&self) -> Value {
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

/// The smallest body that a schema of the document accepts, naming things that are not there.
fn least(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return least(document, &document["components"]["schemas"][name]);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let field = |name: &Value| {
                let name = name.as_str().unwrap();
                (
                    name.to_owned(),
                    least(document, &schema["properties"][name]),
                )
            };
            Value::Object(required.iter().map(field).collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => json!(1),
        _ => match schema["pattern"].as_str() {
            Some(pattern) => {
                let prefix = pattern.trim_start_matches('^').split('_').next().unwrap();
                json!(absent(prefix))
            }
            None => json!("x"),
        },
    }
}

/// What the ids of such things begin with.
fn prefix_of(thing: &str) -> Option<&'static str> {
    match thing {
        "channel" => Some("ch"),
        "contact" => Some("contact"),
        "conversation" => Some("conv"),
        "message" => Some("msg"),
        "user" => Some("user"),
        "team" => Some("team"),
        "tag" => Some("tag"),
        "api-key" => Some("key"),
        _ => None,
    }
}

/// The id of something that is not there.
fn absent(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(26))
}

/// The path with ids of things that are not there.
fn filled(path: &str) -> String {
    let subject = path.trim_start_matches('/').split('/').next().unwrap();
    let prefix = prefix_of(subject.trim_end_matches('s')).unwrap_or("x");
    path.replace("{id}", &absent(prefix))
        .replace("{inner}", &absent("msg"))
        .replace("{externalId}", "nobody")
}

/// The least role an operation needs, as its description says.
fn needed(operation: &Value) -> Option<usize> {
    let words = operation["description"].as_str()?;
    let role = words.strip_prefix("Needs the role ")?.split(' ').next()?;
    ROLES.iter().position(|known| *known == role)
}

#[test]
fn a_form_without_proof_is_refused_in_words() {
    app::run(async {
        let server = Server::start().await;
        let session = server.make_owner().await;
        let form = server.client.post(format!("{}/app/me", server.base));
        let answer = form
            .header("cookie", session)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=Mallory")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Reload the page and try again"), "{page}");
        server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn every_route_asks_for_the_role_its_document_says() {
    app::run(async {
        let server = Server::start().await;
        let tokens = server.tokens().await;
        let document = server.document().await;
        let mut seen = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let body = (!schema.is_null()).then(|| least(&document, schema));
                if operation["security"].is_null() {
                    continue;
                }
                let (status, _) = server
                    .call(method.clone(), &filled(path), None, body.as_ref())
                    .await;
                assert_eq!(
                    status,
                    StatusCode::UNAUTHORIZED,
                    "{method} {path} by nobody"
                );
                let Some(least_role) = needed(operation) else {
                    continue;
                };
                let address = filled(path);
                for (rank, role) in ROLES.iter().enumerate() {
                    let call =
                        server.call(method.clone(), &address, Some(&tokens[rank]), body.as_ref());
                    let (status, answer) = call.await;
                    assert_eq!(
                        status == StatusCode::FORBIDDEN,
                        rank < least_role,
                        "{method} {path} by {role}: {status} {answer}"
                    );
                    assert!(
                        !status.is_server_error(),
                        "{method} {path} by {role}: {answer}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 100, "only {seen} pairs of route and role were tried");
        server.running.stop().await;
    })
    .unwrap();
}
