//! Signed requests to Amazon's services: Signature Version 4.

use jiff::tz::TimeZone;
use url::Url;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs, and for what.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The id of the key.
    pub key_id: String,
    /// The key.
    pub secret: Secret<String>,
    /// What goes with a key that ends soon.
    pub session: Option<Secret<String>>,
    /// The region, such as `eu-west-1`.
    pub region: String,
    /// The service, such as `ses`.
    pub service: &'static str,
}

impl Signer {
    /// The request, signed for the bytes it carries.
    #[must_use]
    pub fn signed(&self, request: HttpRequest, now: Timestamp) -> HttpRequest {
        let hash = digest(&request.body);
        self.signed_for(request, hash, now)
    }

    /// The request, signed for a body of this SHA-256. What is no address stays as it is: it is
    /// refused on its way out.
    #[must_use]
    pub fn signed_for(
        &self,
        mut request: HttpRequest,
        body_hash: [u8; 32],
        now: Timestamp,
    ) -> HttpRequest {
        let Ok(url) = Url::parse(&request.url) else {
            return request;
        };
        let moment = TimeZone::UTC.to_datetime(now.calendar());
        let stamp = moment.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &stamp[..8];
        let hash = hex(&body_hash);
        request.headers = request
            .headers
            .with("x-amz-content-sha256", hash.as_str())
            .with("x-amz-date", stamp.as_str());
        if let Some(session) = &self.session {
            let session = session.reveal().as_str();
            request.headers = request.headers.with("x-amz-security-token", session);
        }
        let (names, lines) = canonical_headers(&request, &url);
        let canonical = format!(
            "{}\n{}\n{}\n{lines}\n{names}\n{hash}",
            method(request.method),
            path(&url),
            query(&url),
        );
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!(
            "{ALGORITHM}\n{stamp}\n{scope}\n{}",
            hex(&digest(canonical.as_bytes()))
        );
        let signature = hex(&sign(&self.key_of(day), to_sign.as_bytes()));
        request.authorization = Some(Secret::new(format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.key_id
        )));
        request
    }

    /// An address under which something can be fetched for a quarter of an hour, signed in itself.
    /// What is no address stays as it is.
    #[must_use]
    pub fn signed_url(&self, url: &str, now: Timestamp) -> String {
        self.signed_url_for(url, now, 15 * 60)
    }

    fn signed_url_for(&self, url: &str, now: Timestamp, seconds: u32) -> String {
        let Ok(mut url) = Url::parse(url) else {
            return url.to_owned();
        };
        let moment = TimeZone::UTC.to_datetime(now.calendar());
        let stamp = moment.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &stamp[..8];
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("X-Amz-Algorithm", ALGORITHM);
            pairs.append_pair("X-Amz-Credential", &format!("{}/{scope}", self.key_id));
            pairs.append_pair("X-Amz-Date", &stamp);
            pairs.append_pair("X-Amz-Expires", &seconds.to_string());
            if let Some(session) = &self.session {
                pairs.append_pair("X-Amz-Security-Token", session.reveal());
            }
            pairs.append_pair("X-Amz-SignedHeaders", "host");
        }
        let canonical = format!(
            "GET\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
            path(&url),
            query(&url),
            host(&url),
        );
        let to_sign = format!(
            "{ALGORITHM}\n{stamp}\n{scope}\n{}",
            hex(&digest(canonical.as_bytes()))
        );
        let signature = hex(&sign(&self.key_of(day), to_sign.as_bytes()));
        // As it was signed: blanks and the like may be written in two ways.
        let query = format!("{}&X-Amz-Signature={signature}", query(&url));
        url.set_query(Some(&query));
        url.into()
    }

    fn key_of(&self, day: &str) -> [u8; 32] {
        let first = format!("AWS4{}", self.secret.reveal());
        let steps = [day, &self.region, self.service, "aws4_request"];
        let begin = sign(first.as_bytes(), steps[0].as_bytes());
        steps[1..]
            .iter()
            .fold(begin, |key, step| sign(&key, step.as_bytes()))
    }
}

/// The names of the headers that are signed, and their lines. What the way out adds or changes is
/// not among them.
fn canonical_headers(request: &HttpRequest, url: &Url) -> (String, String) {
    let is_signed = |name: &str| name == "content-type" || name.starts_with("x-amz-");
    let mut all: Vec<(String, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| is_signed(name))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    all.push(("host".to_owned(), host(url)));
    all.sort();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let mut lines = String::new();
    for (name, value) in &all {
        lines.extend([name.as_str(), ":", value, "\n"]);
    }
    (names.join(";"), lines)
}

/// The host as it is called: with its port where that is not the usual one.
fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}"));
    format!(
        "{}{}",
        url.host_str().unwrap_or_default(),
        port.unwrap_or_default()
    )
}

/// The path as it is signed. S3 signs it as it is sent; the other services never have more than
/// plain letters in theirs.
fn path(url: &Url) -> &str {
    url.path()
}

fn query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| (escaped(&name), escaped(&value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Percent-encoding as Amazon wants it: everything but letters, digits and `-_.~`.
#[must_use]
pub fn escaped(text: &str) -> String {
    const PLAIN: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, PLAIN).to_string()
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::time::Duration;

    use super::*;
    use crate::base::http::Headers;

    fn signer(service: &'static str) -> Signer {
        Signer {
            key_id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session: None,
            region: "us-east-1".to_owned(),
            service,
        }
    }

    fn request(method: Method, url: &str, headers: Headers, body: &str) -> HttpRequest {
        HttpRequest {
            method,
            url: url.to_owned(),
            headers,
            authorization: None,
            body: body.as_bytes().to_vec(),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn the_computed_vector_holds() {
        let body = r#"{"FromEmailAddress":"support@example.com","Destination":{"ToAddresses":["ana@example.com"]},"Content":{"Raw":{"Data":"SGVsbG8="}}}"#;
        assert_eq!(body.len(), 130);
        let request = request(
            Method::Post,
            "https://email.us-east-1.amazonaws.com/v2/email/outbound-emails",
            Headers::default()
                .with("accept", "application/json")
                .with("content-type", "application/json"),
            body,
        );
        let now = Timestamp::parse("2026-01-01T12:00:00Z").unwrap();
        let signed = signer("ses").signed(request, now);
        assert_eq!(signed.headers.get("x-amz-date"), Some("20260101T120000Z"));
        assert_eq!(
            signed.headers.get("x-amz-content-sha256"),
            Some("12ba0031600d836d763cb9360fa292b826be56a72019412691c9d5493a3227f5")
        );
        assert_eq!(
            signed.authorization.unwrap().reveal(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ses/aws4_request, \
             SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, \
             Signature=41f5e0eeb29937151fc5fd6de142e0c1314464cd6bf2c095458bc63e022c552d"
        );
    }

    /// Amazon's own example of an address that is signed in itself.
    #[test]
    fn an_address_is_signed_in_itself() {
        let amazons = Signer {
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ..signer("s3")
        };
        let now = Timestamp::parse("2013-05-24T00:00:00Z").unwrap();
        let place = "https://examplebucket.s3.amazonaws.com/test.txt";
        let expected = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let url = amazons.signed_url_for(place, now, 86_400);
        assert!(
            url.ends_with(&format!("&X-Amz-Signature={expected}")),
            "{url}"
        );
        assert!(
            amazons
                .signed_url(place, now)
                .contains("&X-Amz-Expires=900&")
        );
    }

    #[test]
    fn queries_are_sorted_and_a_session_is_signed_too() {
        let now = Timestamp::parse("2026-01-01T12:00:00Z").unwrap();
        let get = |url: &str| request(Method::Get, url, Headers::default(), "");
        let one = signer("s3").signed(get("http://127.0.0.1:9/b/key%20one?z=1&a=x%2Fy"), now);
        let two = signer("s3").signed(get("http://127.0.0.1:9/b/key%20one?a=x%2Fy&z=1"), now);
        assert_eq!(one.authorization, two.authorization);
        let with_session = Signer {
            session: Some(Secret::new("token".to_owned())),
            ..signer("s3")
        };
        let three = with_session.signed(get("http://127.0.0.1:9/b/key%20one?a=x%2Fy&z=1"), now);
        let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
        assert!(three.authorization.unwrap().reveal().contains(names));
    }
}
