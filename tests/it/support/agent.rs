//! Somebody of ours in front of the dashboard.

use reqwest::Client;
use reqwest::Method;
use serde_json::json;

use crate::support::reply::Reply;
use crate::support::server::PASSWORD;
use crate::support::socket::Socket;

/// A signed-in person.
pub struct Agent {
    http: Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl Agent {
    /// Opens the sign-in page, and has not signed in.
    pub async fn outside(http: Client, base: &str) -> Self {
        Self::before(http, base, "/login").await
    }

    /// Opens one of the pages before signing in.
    pub async fn before(http: Client, base: &str, path: &str) -> Self {
        let mut agent = Self {
            http,
            base: base.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
        };
        let page = agent.open(path).await;
        agent.cookie = cookie_of(&page, "linktor_form");
        agent.csrf = value_of(&page.text(), "_csrf");
        agent
    }

    /// Submits a form of the pages before signing in.
    pub async fn submit_before_sign_in(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", &self.csrf)
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, Some(form)).await
    }

    /// Signs in with the form, as a person does.
    pub async fn sign_in(http: Client, base: &str, email: &str) -> Self {
        let mut agent = Self::outside(http, base).await;
        let fields = [("email", email), ("password", PASSWORD)];
        let signed_in = agent.submit_before_sign_in("/login", &fields).await;
        assert_eq!(signed_in.status, 303, "{}", signed_in.text());
        agent.cookie = cookie_of(&signed_in, "linktor_session");
        let page = agent.open("/app/me").await.text();
        agent.csrf = value_of(&page, "_csrf");
        agent
    }

    /// Submits a form of the dashboard, which takes it.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.try_submit(path, fields).await;
        assert!(reply.status < 400, "{path}: {}", reply.text());
        reply
    }

    /// Submits a form of the dashboard.
    pub async fn try_submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", &self.csrf)
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, Some(form)).await
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    async fn send(&self, method: Method, path: &str, form: Option<String>) -> Reply {
        let mut call = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("cookie", &self.cookie);
        if let Some(form) = form {
            call = call
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
        }
        Reply::read(call.send().await.unwrap()).await
    }

    /// The cookie of the session.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Opens the agents' socket; `after` is the last position that was seen.
    pub async fn connect(&self, after: Option<u64>) -> Socket {
        let query = after.map_or_else(String::new, |after| format!("?after={after}"));
        self.dial(&query).await
    }

    /// Opens the socket and waits until the server listens to it.
    pub async fn connected(&self, after: Option<u64>) -> Socket {
        let mut socket = self.connect(after).await;
        socket.say(json!({ "kind": "ping" })).await;
        socket.hear_of("pong").await;
        socket
    }

    /// Opens the socket again after it was lost, with a conversation open in the page.
    pub async fn resumed(&self, after: u64, conversation: &str) -> Socket {
        self.dial(&format!("?after={after}&conversation={conversation}"))
            .await
    }

    async fn dial(&self, query: &str) -> Socket {
        let address = format!("ws{}/app/ws{query}", self.base.trim_start_matches("http"));
        let headers = [("origin", self.base.as_str()), ("cookie", &self.cookie)];
        Socket::open(&address, &headers).await.unwrap()
    }
}

/// The cookie an answer sets, ready to be sent back.
fn cookie_of(reply: &Reply, name: &str) -> String {
    let all = reply.headers.get_all("set-cookie").iter();
    let mut all = all.map(|cookie| cookie.to_str().unwrap());
    let mine = all.find(|cookie| cookie.starts_with(name)).unwrap();
    mine.split(';').next().unwrap().to_owned()
}

/// The value of a field of a form.
pub fn value_of(page: &str, field: &str) -> String {
    let mark = format!("name=\"{field}\" value=\"");
    let (_, rest) = page.split_once(&mark).unwrap();
    rest.split('"').next().unwrap().to_owned()
}
