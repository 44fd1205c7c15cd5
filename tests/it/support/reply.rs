//! An answer over HTTP.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    pub async fn read(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.unwrap_or_default().to_vec(),
        }
    }

    /// The body as JSON; null where there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// A header as text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer that all went well.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.bytes)
        );
        self.json()
    }

    /// Checks that it is a refusal of the API with that status and code; its body.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!(
            (self.status, body["code"].as_str().unwrap_or_default()),
            (status, code),
            "{body}"
        );
        assert_eq!(body["error"]["code"], code);
        assert!(!body["message"].as_str().unwrap().is_empty());
        let request = self.header("x-request-id");
        assert!(!request.is_empty(), "a refusal names its request");
        assert_eq!(body["requestId"], request);
        assert_eq!(body["meta"]["requestId"], request);
        body
    }

    /// Checks that it is a refusal of the web chat with that status and code; what it says.
    #[track_caller]
    pub fn turned_away(self, status: u16, code: &str) -> Value {
        let said = self.json()["error"].take();
        assert_eq!(
            (self.status, said["code"].as_str().unwrap_or_default()),
            (status, code),
            "{said}"
        );
        assert!(!said["message"].as_str().unwrap().is_empty());
        said
    }
}
