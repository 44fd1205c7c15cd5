//! HTTP to other machines: with limits of time, size and redirects.

use std::error::Error as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::Client;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::header::AUTHORIZATION;
use reqwest::header::CONTENT_LENGTH;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::HeaderValue;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use url::Url;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::random::Random;
use crate::base::secret::Secret;
use crate::config::Config;
use crate::net::form;
use crate::net::form::Part;
use crate::net::guard::PrivateTarget;
use crate::net::guard::Reach;
use crate::net::weave;
use crate::net::weave::Strand;

/// The most of an answer that is read; vendors answer with a few kilobytes.
const REPLY_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence while a file arrives.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long an unused connection is kept.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// Characters of the line between the fields of a form.
const BOUNDARY_LENGTH: usize = 32;
/// Redirects followed for a file.
const REDIRECTS_MAX: usize = 5;

/// Why there is no answer. Texts never hold the address: it may carry a token.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The target may not be reached, or is none. Trying again changes nothing.
    #[error("{0}")]
    Target(String),
    /// Nothing was handed over: no such name, no connection, no encryption. It is safe to try again.
    #[error("the connection could not be made: {0}")]
    NeverLeft(String),
    /// The request may have been taken although no answer came: whether to repeat it depends on
    /// what it asks for.
    #[error("no answer came: {0}")]
    Unsure(String),
    /// What arrives is larger than allowed.
    #[error("it is larger than {max_bytes} bytes")]
    TooLarge {
        /// The most that was allowed.
        max_bytes: u64,
    },
}

/// A file that arrives.
pub struct Download {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The bytes; fails with [`HttpError::TooLarge`] once they are too many.
    pub body: BoxStream<'static, Result<Bytes, HttpError>>,
}

/// The client. It takes memory only once it is used.
pub struct Http {
    reach: Reach,
    request_timeout: Duration,
    client: Mutex<Option<Client>>,
}

impl Http {
    /// A client as the operator wants it.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            reach: Reach::of(config),
            request_timeout: config.delivery.request_timeout(),
            client: Mutex::default(),
        }
    }

    /// Makes one request. Redirects are not followed: they are answers. Of the answer at most
    /// 2 MB are read.
    ///
    /// # Errors
    /// [`HttpError`]; an answer with any status is none.
    pub async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, HttpError> {
        let time = request.timeout.min(self.request_timeout);
        let building = self.building(&request)?.timeout(time).body(request.body);
        answer(building.send().await).await
    }

    /// The same for a request whose body is a form. It may take as long as the request says: files
    /// are large.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn exchange_form(
        &self,
        request: HttpRequest,
        parts: &[Part],
    ) -> Result<HttpReply, HttpError> {
        let boundary = Random::system().base62(BOUNDARY_LENGTH);
        let form = form::encode(parts, &boundary).await;
        let form = form.map_err(|error| HttpError::NeverLeft(error.to_string()))?;
        let building = self
            .building(&request)?
            .timeout(request.timeout)
            .header(CONTENT_TYPE, form.content_type)
            .header(CONTENT_LENGTH, form.length)
            .body(Body::wrap_stream(form.body));
        answer(building.send().await).await
    }

    /// The same for a request whose body is a file, read from the disk while it goes out.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn exchange_file(
        &self,
        request: HttpRequest,
        path: &Path,
    ) -> Result<HttpReply, HttpError> {
        let (body, length) = form::file(path)
            .await
            .map_err(|error| HttpError::NeverLeft(error.to_string()))?;
        let building = self
            .building(&request)?
            .timeout(request.timeout)
            .header(CONTENT_LENGTH, length)
            .body(Body::wrap_stream(body));
        answer(building.send().await).await
    }

    /// The same for a request with files written into its body.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn exchange_woven(
        &self,
        request: HttpRequest,
        body: Vec<Strand>,
    ) -> Result<HttpReply, HttpError> {
        let unread = |error: std::io::Error| HttpError::NeverLeft(error.to_string());
        let length = weave::length(&body).map_err(unread)?;
        let building = self
            .building(&request)?
            .timeout(request.timeout)
            .header(CONTENT_LENGTH, length)
            .body(Body::wrap_stream(weave::stream(body)));
        answer(building.send().await).await
    }

    /// What may be reached.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    fn building(&self, request: &HttpRequest) -> Result<RequestBuilder, HttpError> {
        let url = self.allowed(&request.url)?;
        let mut building = self.client()?.request(method(request.method), url);
        for (name, value) in request.headers.iter() {
            building = building.header(name, value);
        }
        authorized(building, request.authorization.as_ref())
    }

    /// Fetches a file of at most `max_bytes`, following a few redirects. Credentials are only sent
    /// to the host they were given for.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn download(
        &self,
        url: &str,
        authorization: Option<&Secret<String>>,
        max_bytes: u64,
    ) -> Result<Download, HttpError> {
        let first = self.allowed(url)?;
        let mut url = first.clone();
        for _ in 0..=REDIRECTS_MAX {
            let own = url.origin() == first.origin();
            let building = self.client()?.get(url.clone()).timeout(SILENCE_MAX * 10);
            let building = authorized(building, authorization.filter(|_| own))?;
            let response = building.send().await.map_err(failure)?;
            match next_place(&url, &response)? {
                Some(next) => url = self.allowed(&next)?,
                None => return arriving(response, max_bytes),
            }
        }
        let sentence = format!("there were more than {REDIRECTS_MAX} redirects");
        Err(HttpError::Target(sentence))
    }

    fn allowed(&self, url: &str) -> Result<Url, HttpError> {
        let wrong = || HttpError::Target("the address is none of http or https".to_owned());
        let url: Url = url.parse().map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let checked = self.reach.check(&url);
        checked.map_err(|refused| HttpError::Target(refused.to_string()))?;
        Ok(url)
    }

    fn client(&self) -> Result<Client, HttpError> {
        let mut held = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*held {
            return Ok(client.clone());
        }
        // Fails only when one was installed before, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let made = Client::builder()
            .user_agent(concat!("linktor/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            // A proxy of the environment would resolve names behind the guard's back.
            .no_proxy()
            .dns_resolver(self.reach)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_MAX)
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(4)
            .build();
        let client = made.map_err(|error| HttpError::NeverLeft(chain(&error)))?;
        *held = Some(client.clone());
        Ok(client)
    }
}

async fn answer(sent: Result<Response, reqwest::Error>) -> Result<HttpReply, HttpError> {
    let mut response = sent.map_err(failure)?;
    let (status, headers) = head(&response);
    let mut body = Vec::new();
    while body.len() < REPLY_MAX_BYTES
        && let Some(chunk) = response.chunk().await.map_err(failure)?
    {
        let room = REPLY_MAX_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(HttpReply {
        status,
        headers,
        body,
    })
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn authorized(
    building: RequestBuilder,
    authorization: Option<&Secret<String>>,
) -> Result<RequestBuilder, HttpError> {
    let Some(secret) = authorization else {
        return Ok(building);
    };
    let mut value = HeaderValue::from_str(secret.reveal())
        .map_err(|_| HttpError::Target("the credentials hold a line break".to_owned()))?;
    value.set_sensitive(true);
    Ok(building.header(AUTHORIZATION, value))
}

fn head(response: &Response) -> (u16, Headers) {
    let readable = response.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str(), value))
    });
    let headers = readable.fold(Headers::default(), |headers, (name, value)| {
        headers.with(name, value)
    });
    (response.status().as_u16(), headers)
}

/// Where a redirect leads; none for any other answer.
fn next_place(url: &Url, response: &Response) -> Result<Option<String>, HttpError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let place = response.headers().get(LOCATION);
    let place = place.and_then(|place| place.to_str().ok());
    let next = place.and_then(|place| url.join(place).ok());
    let next = next.ok_or_else(|| HttpError::Target("a redirect leads nowhere".to_owned()))?;
    Ok(Some(next.into()))
}

fn arriving(response: Response, max_bytes: u64) -> Result<Download, HttpError> {
    if response
        .content_length()
        .is_some_and(|length| length > max_bytes)
    {
        return Err(HttpError::TooLarge { max_bytes });
    }
    let (status, headers) = head(&response);
    let body = limited(response.bytes_stream(), max_bytes).boxed();
    Ok(Download {
        status,
        headers,
        body,
    })
}

fn limited(
    bytes: impl Stream<Item = Result<Bytes, reqwest::Error>>,
    max_bytes: u64,
) -> impl Stream<Item = Result<Bytes, HttpError>> {
    bytes.scan(0u64, move |so_far, chunk| {
        let chunk = chunk.map_err(failure).and_then(|chunk| {
            *so_far = so_far.saturating_add(chunk.len() as u64);
            if *so_far > max_bytes {
                return Err(HttpError::TooLarge { max_bytes });
            }
            Ok(chunk)
        });
        std::future::ready(Some(chunk))
    })
}

/// What a failure means for whoever asked.
fn failure(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    if let Some(refused) = private_target(&error) {
        return HttpError::Target(refused.to_string());
    }
    if error.is_builder() {
        HttpError::Target(chain(&error))
    } else if error.is_connect() {
        HttpError::NeverLeft(chain(&error))
    } else {
        HttpError::Unsure(chain(&error))
    }
}

fn private_target(error: &reqwest::Error) -> Option<&PrivateTarget> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref() {
            return Some(refused);
        }
        cause = inner.source();
    }
    None
}

/// The innermost cause: what stands around it only repeats that something failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests;
