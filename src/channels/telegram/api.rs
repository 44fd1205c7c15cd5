//! Calls of the Bot API. telegram.md sections 1 and 4.
//!
//! The token is part of every address, so addresses are never shown or logged.

use std::time::Duration;

use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::call::Form;
use crate::model::ids::MediaId;
use crate::model::outbound::Account;

/// Where the Bot API is.
pub const API: &str = "https://api.telegram.org";

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a call that carries files may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// What a call takes longer than the wait it was asked for.
const SPARE: Duration = Duration::from_secs(5);

/// The Bot API as one bot uses it.
#[derive(Debug)]
pub struct Api<'a> {
    account: &'a Account,
}

/// A stored file on its way, and the field that carries it.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The name of the field.
    pub field: String,
    /// Which file.
    pub media_id: MediaId,
    /// What it is called.
    pub filename: String,
    /// Its content type.
    pub mime_type: &'a str,
}

impl<'a> Api<'a> {
    /// The Bot API in the name of an account.
    #[must_use]
    pub const fn of(account: &'a Account) -> Self {
        Self { account }
    }

    /// A call with a body of JSON.
    #[must_use]
    pub fn call(&self, method: &str, body: &Value) -> Call {
        Call::http(self.request(method, body, TIMEOUT))
    }

    /// A call that is held open for `wait` until there is news.
    #[must_use]
    pub fn waiting(&self, method: &str, body: &Value, wait: Duration) -> Call {
        Call::http(self.request(method, body, wait + SPARE))
    }

    /// A call that carries files. What is not text in `body` goes as JSON, as forms have it.
    #[must_use]
    pub fn form(&self, method: &str, body: &Value, uploads: &[Upload<'_>]) -> Call {
        let files = uploads.iter().map(|upload| Field {
            name: upload.field.clone(),
            value: FieldValue::File {
                media_id: upload.media_id,
                filename: upload.filename.clone(),
                mime_type: upload.mime_type.to_owned(),
            },
        });
        self.form_of(method, body, files)
    }

    /// The same with files that are fields already.
    #[must_use]
    pub fn form_of(
        &self,
        method: &str,
        body: &Value,
        files: impl IntoIterator<Item = Field>,
    ) -> Call {
        let mut request = self.request(method, &Value::Null, UPLOAD_TIMEOUT);
        request.headers = Headers::default().with("accept", "application/json");
        request.body = Vec::new();
        let texts = body.as_object().into_iter().flatten();
        let texts = texts.map(|(name, value)| Field {
            name: name.clone(),
            value: FieldValue::Text(match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        });
        let fields = texts.chain(files).collect();
        Call::Form(Box::new(Form { request, fields }))
    }

    /// Where a file lies whose path `getFile` told.
    #[must_use]
    pub fn file(&self, path: &str) -> String {
        let api = base(self.account, "apiBaseUrl", API);
        let media = base(self.account, "mediaBaseUrl", api);
        format!("{media}/file/bot{}/{path}", self.token())
    }

    /// Whether the API is a server of the operator's own, which has other limits.
    #[must_use]
    pub fn is_own(&self) -> bool {
        base(self.account, "apiBaseUrl", API) != API
    }

    fn token(&self) -> &str {
        self.account.secret("botToken").unwrap_or_default()
    }

    fn request(&self, method: &str, body: &Value, timeout: Duration) -> HttpRequest {
        let api = base(self.account, "apiBaseUrl", API);
        HttpRequest {
            method: Method::Post,
            url: format!("{api}/bot{}/{method}", self.token()),
            headers: Headers::default()
                .with("accept", "application/json")
                .with("content-type", "application/json"),
            authorization: None,
            body: body.to_string().into_bytes(),
            timeout,
        }
    }
}
