//! The proof of a call to AWS: Signature Version 4.

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::sandbox::call::Call;
use crate::sandbox::journal::method;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

struct Proof<'a> {
    key: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    headers: &'a str,
    signature: &'a str,
}

fn read(call: &Call) -> Option<Proof<'_>> {
    let header = call.headers.get("authorization")?;
    let rest = header.strip_prefix(ALGORITHM)?.trim();
    let field = |name: &str| {
        let mut its = rest.split(',').map(str::trim);
        its.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    let mut scope = field("Credential")?.split('/');
    Some(Proof {
        key: scope.next()?,
        date: scope.next()?,
        region: scope.next()?,
        service: scope.next()?,
        headers: field("SignedHeaders")?,
        signature: field("Signature")?,
    })
}

/// The access key a call is signed with.
#[must_use]
pub fn key_of(call: &Call) -> Option<&str> {
    read(call).map(|proof| proof.key)
}

/// Whether a call carries the proof of a secret. `path` is what was called, as it was written.
#[must_use]
pub fn is_proven(call: &Call, path: &str, secret: &str) -> bool {
    let Some(proof) = read(call) else {
        return false;
    };
    let names: Vec<&str> = proof.headers.split(';').collect();
    if !names.contains(&"host") {
        return false;
    }
    let payload = hex(&digest(call.bytes()));
    let told = call.headers.get("x-amz-content-sha256").unwrap_or(&payload);
    if told != payload && told != "UNSIGNED-PAYLOAD" {
        return false;
    }
    let moment = call.headers.get("x-amz-date").unwrap_or_default();
    // Every service but S3 encodes the path once more.
    let path = if proof.service == "s3" {
        path.to_owned()
    } else {
        path.replace('%', "%25")
    };
    let mut query: Vec<&str> = call
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .collect();
    query.sort_unstable();
    let headers = names.iter().fold(String::new(), |text, name| {
        let value = call.headers.get(name).unwrap_or_default();
        let value: Vec<&str> = value.split_whitespace().collect();
        text + name + ":" + &value.join(" ") + "\n"
    });
    let canonical = [
        method(call),
        &path,
        &query.join("&"),
        &headers,
        proof.headers,
        told,
    ]
    .join("\n");
    let scope = format!(
        "{}/{}/{}/aws4_request",
        proof.date, proof.region, proof.service
    );
    let to_sign = format!(
        "{ALGORITHM}\n{moment}\n{scope}\n{}",
        hex(&digest(canonical.as_bytes()))
    );
    let mut key = sign(format!("AWS4{secret}").as_bytes(), proof.date.as_bytes());
    for part in [proof.region, proof.service, "aws4_request"] {
        key = sign(&key, part.as_bytes());
    }
    hex(&sign(&key, to_sign.as_bytes())) == proof.signature
}

#[cfg(test)]
pub(in crate::sandbox) mod tests {
    //! The proof, and how tests make one.

    use super::*;
    use crate::base::http::Headers;
    use crate::base::http::Method;
    use crate::sandbox::call::Body;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn contracts() -> Call {
        let body = r#"{"FromEmailAddress":"support@example.com","Destination":{"ToAddresses":["ana@example.com"]},"Content":{"Raw":{"Data":"SGVsbG8="}}}"#;
        Call {
            method: Method::Post,
            path: "v2/email/outbound-emails".to_owned(),
            query: String::new(),
            headers: Headers::default()
                .with("content-type", "application/json")
                .with("host", "email.us-east-1.amazonaws.com")
                .with(
                    "x-amz-content-sha256",
                    "12ba0031600d836d763cb9360fa292b826be56a72019412691c9d5493a3227f5",
                )
                .with("x-amz-date", "20260101T120000Z")
                .with(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ses/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, \
                     Signature=41f5e0eeb29937151fc5fd6de142e0c1314464cd6bf2c095458bc63e022c552d",
                ),
            body: Body::Bytes(body.as_bytes().to_vec()),
        }
    }

    #[test]
    fn the_contracts_own_proof_holds_and_changed_calls_do_not() {
        let call = contracts();
        let path = "/v2/email/outbound-emails";
        assert_eq!(key_of(&call), Some("AKIDEXAMPLE"));
        assert!(is_proven(&call, path, SECRET));
        assert!(!is_proven(&call, path, "other"));
        assert!(!is_proven(&call, "/v2/email/account", SECRET));
        let mut changed = call.clone();
        changed.body = Body::Bytes(b"{}".to_vec());
        assert!(!is_proven(&changed, path, SECRET));
        let mut later = call;
        later.query = "a=b".to_owned();
        assert!(!is_proven(&later, path, SECRET));
    }

    /// The headers of a signed call.
    #[must_use]
    pub fn signed(
        method: &str,
        path: &str,
        service: &str,
        key: &str,
        secret: &str,
        body: &[u8],
    ) -> Headers {
        let payload = hex(&digest(body));
        let names = "host;x-amz-content-sha256;x-amz-date";
        let canonical = format!(
            "{method}\n{path}\n\nhost:a.example\nx-amz-content-sha256:{payload}\nx-amz-date:\
             20260101T120000Z\n\n{names}\n{payload}"
        );
        let scope = format!("20260101/us-east-1/{service}/aws4_request");
        let to_sign = format!(
            "{ALGORITHM}\n20260101T120000Z\n{scope}\n{}",
            hex(&digest(canonical.as_bytes()))
        );
        let mut chain = sign(format!("AWS4{secret}").as_bytes(), b"20260101");
        for part in ["us-east-1", service, "aws4_request"] {
            chain = sign(&chain, part.as_bytes());
        }
        let signature = hex(&sign(&chain, to_sign.as_bytes()));
        Headers::default()
            .with("host", "a.example")
            .with("x-amz-content-sha256", payload)
            .with("x-amz-date", "20260101T120000Z")
            .with(
                "authorization",
                format!("{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"),
            )
    }
}
