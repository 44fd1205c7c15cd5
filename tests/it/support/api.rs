//! A program that uses the REST API.

use reqwest::Client;
use reqwest::Method;
use serde_json::Value;

use crate::support::reply::Reply;

/// A program and what it shows with every call.
#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    kind: String,
    headers: Vec<(String, String)>,
}

impl Api {
    pub fn new(http: Client, base: &str) -> Self {
        Self {
            http,
            base: base.to_owned(),
            kind: "application/json".to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same program with a header more.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut api = self.clone();
        api.headers.push((name.to_owned(), value.to_owned()));
        api
    }

    /// The access token it shows.
    #[track_caller]
    pub fn token(&self) -> &str {
        let mut bearers = self
            .headers
            .iter()
            .filter_map(|(_, value)| value.strip_prefix("Bearer "));
        bearers.next().unwrap()
    }

    /// The same program, which calls its bodies something else than JSON.
    pub fn of_kind(&self, kind: &str) -> Self {
        let mut api = self.clone();
        kind.clone_into(&mut api.kind);
        api
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// Any call of the API, with a JSON body or none.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let bytes = body.map(|body| body.to_string().into_bytes());
        self.send(method, &format!("/api/v1{path}"), bytes).await
    }

    /// Any call at all: the address as it is, the body byte by byte.
    pub async fn send(&self, method: Method, address: &str, body: Option<Vec<u8>>) -> Reply {
        let response = self.try_send(method, address, body).await;
        Reply::read(response.unwrap()).await
    }

    /// The same where nobody may be there to answer.
    ///
    /// # Errors
    /// Nobody answered.
    pub async fn try_send(
        &self,
        method: Method,
        address: &str,
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<reqwest::Response> {
        let mut call = self
            .http
            .request(method, format!("{}{address}", self.base))
            .header("content-type", &self.kind);
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        if let Some(body) = body {
            call = call.body(body);
        }
        call.send().await
    }
}
