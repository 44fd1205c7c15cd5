//! Amazon SES: version 2 of its interface with signed calls, what happens told through an SNS topic,
//! mail to the business through the same topic or a bucket of S3.

mod check;
mod hooks;
mod sigv4;
mod sns;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Reached;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mailbox::Service;
use crate::sandbox::faults::Fate;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// Where the account is.
const REGION: &str = "us-east-1";
/// The only configuration set there is; mail that names none is told nothing of.
const CONFIGURATION: &str = "linktor";
/// Where mail lies that is too large for a topic.
const BUCKET: &str = "linktor-inbound";
/// Where addresses of the bucket begin, below the vendor's own.
const S3: &str = "s3";

/// The vendor.
#[derive(Debug)]
pub struct Ses;

/// A refusal as AWS writes it.
fn fault(status: u16, kind: &str, sentence: &str) -> HttpReply {
    let mut reply = call::json(status, &json!({ "message": sentence }));
    reply.headers = reply.headers.with("x-amzn-errortype", kind);
    reply
}

/// A refusal of the bucket.
fn no_file(status: u16, code: &str, sentence: &str) -> HttpReply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{sentence}\
         </Message></Error>"
    );
    call::text(status, "application/xml", body)
}

/// The path of a call as its maker signed it.
fn signed_path(base: &str, call: &Call) -> String {
    let path = url::Url::parse(base).map_or_else(|_| String::new(), |url| url.path().to_owned());
    format!("{}/{}", path.trim_end_matches('/'), call.path)
}

impl Vendor for Ses {
    fn name(&self) -> &'static str {
        "ses"
    }

    fn channel(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "Email, Amazon SES"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("fromEmail").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        mailbox::ACTS
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let id = seed.hex(&what("id"), 16).to_uppercase();
        let secret = seed.token(&what("secret"), 40);
        let topic = format!("linktor-{}", seed.hex(&what("topic"), 12));
        let number = seed.digits(&what("number"), 12);
        account.keys.insert("accessKeyId", format!("AKIA{id}"));
        account.keys.insert("token", secret);
        account
            .keys
            .insert("topic", format!("arn:aws:sns:{REGION}:{number}:{topic}"));
        mailbox::open(account, seed, "Ingrid Solberg", "ingrid@solberg.example");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let mut settings = mailbox::settings(account, self.name(), base);
        let key = |name: &str| account.key(name).to_owned();
        settings.extend([
            ("sesRegion", REGION.to_owned()),
            ("sesAccessKeyId", key("accessKeyId")),
            ("sesSecretKey", key("token")),
            ("sesConfigurationSet", CONFIGURATION.to_owned()),
            ("sesTopicArns", key("topic")),
            ("sesInboundBucket", BUCKET.to_owned()),
            ("mediaBaseUrl", format!("{base}/{S3}")),
            ("snsCertBaseUrl", base.to_owned()),
        ]);
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        // Certificates and confirmations are for whoever has their address.
        if call.path == sns::CERTIFICATE_NAME {
            return true;
        }
        if let Some(topic) = call.query("TopicArn") {
            return topic == account.key("topic");
        }
        sigv4::key_of(call).is_some_and(|key| key == account.key("accessKeyId"))
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        if call.path.starts_with(S3) {
            return no_file(403, "AccessDenied", "Access Denied");
        }
        match sigv4::key_of(call) {
            Some(_) => fault(
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            None => fault(
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
        }
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        if call.path == sns::CERTIFICATE_NAME {
            return call::text(200, "application/x-pem-file", sns::CERTIFICATE).into();
        }
        if call.query("Action").as_deref() == Some("ConfirmSubscription") {
            return hooks::confirm(desk, call).into();
        }
        let path = signed_path(desk.base, call);
        let proven = sigv4::is_proven(call, &path, desk.account.key("token"));
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let [S3, bucket, key] = parts.as_slice() {
            return object(desk, bucket, key, proven).into();
        }
        if !proven {
            let sentence = "The request signature we calculated does not match the signature you \
                            provided. Check your AWS Secret Access Key and signing method. Consult \
                            the service documentation for details.";
            return fault(403, "SignatureDoesNotMatch", sentence).into();
        }
        let reply = match (call.method, parts.as_slice()) {
            (Method::Get, ["v2", "email", "account"]) => call::json(
                200,
                &json!({
                    "DedicatedIpAutoWarmupEnabled": false, "EnforcementStatus": "HEALTHY",
                    "ProductionAccessEnabled": true, "SendingEnabled": true,
                    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0,
                        "SentLast24Hours": 0.0},
                    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
                }),
            ),
            (Method::Get, ["v2", "email", "identities"]) => call::json(
                200,
                &json!({"EmailIdentities": [{"IdentityType": "DOMAIN", "SendingEnabled": true,
                    "IdentityName": desk.account.key("domain"), "VerificationStatus": "SUCCESS"}]}),
            ),
            (Method::Post, ["v2", "email", "outbound-emails"]) => self.send(desk, call),
            (Method::Delete, ["v2", "email", "suppression", "addresses", email]) => {
                let place = format!("stopped/{}", email.to_lowercase());
                match desk.account.kept.remove(&place) {
                    Some(_) => call::json(200, &json!({})),
                    None => fault(404, "NotFoundException", "Email address does not exist."),
                }
            }
            _ => fault(
                404,
                "UnknownOperationException",
                "There is no such operation.",
            ),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(_) => fault(
                429,
                "TooManyRequestsException",
                "Maximum sending rate exceeded.",
            ),
            Fate::Refused => fault(
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            _ => fault(500, "InternalServiceErrorException", "Internal failure."),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        mailbox::act(self, desk, customer, act)
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        mailbox::reached(self, desk, customer, bubble, reached);
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        if let Some(press) = mailbox::one_click(event) {
            return Some(press);
        }
        // A topic posts to nobody who has not confirmed.
        if account.hook.url.is_empty() || !hooks::is_confirmed(account) {
            return None;
        }
        sns::request(account, &account.hook.url, &event.body)
    }

    fn question(
        &self,
        account: &Account,
        url: &str,
        secret: &str,
        now: Timestamp,
    ) -> Option<HttpRequest> {
        let mut account = account.clone();
        secret.clone_into(&mut account.hook.secret);
        let body = sns::confirmation(&account, url, now);
        sns::request(&account, url, &body.to_string())
    }

    fn is_right(&self, _: &HttpRequest, answer: &HttpReply) -> bool {
        (200..300).contains(&answer.status)
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[20],
            give_up_after: Duration::from_secs(60),
            ordered: false,
        }
    }

    /// An error that the business calls the topic's own ends it, but for one of haste.
    fn again(&self, event: &Event, status: Option<u16>) -> Option<Duration> {
        if status.is_some_and(|status| (400..500).contains(&status) && status != 429) {
            return None;
        }
        self.ladder().wait(event.tries)
    }
}

/// A file of the bucket.
fn object(desk: &Desk<'_>, bucket: &str, key: &str, proven: bool) -> HttpReply {
    if !proven {
        let sentence =
            "The request signature we calculated does not match the signature you provided.";
        return no_file(403, "SignatureDoesNotMatch", sentence);
    }
    if bucket != BUCKET {
        return no_file(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    match desk.file(key) {
        Some(file) => HttpReply {
            status: 200,
            headers: Headers::default().with("content-type", "application/octet-stream"),
            body: file.bytes.to_vec(),
        },
        None => no_file(404, "NoSuchKey", "The specified key does not exist."),
    }
}

impl Ses {
    fn send(&self, desk: &mut Desk<'_>, call: &Call) -> HttpReply {
        let mut sent = match check::checked(desk, call) {
            Ok(sent) => sent,
            Err(refusal) => return refusal,
        };
        let id = format!("0100{}-{}-000000", desk.hex(12), mailbox::uuid(desk));
        // Whatever the mail said, its id and its date are the service's.
        sent.mail.message_id = format!("{id}@email.amazonses.com");
        sent.tag["id"] = id.clone().into();
        sent.tag["at"] = desk.now.to_string().into();
        sent.tag["subject"] = sent.mail.subject.clone().into();
        mailbox::carry(self, desk, sent, &id);
        call::json(200, &json!({ "MessageId": id }))
    }
}

impl Service for Ses {
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
        hooks::tell(desk, to, tag, news, after);
    }

    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written) {
        hooks::pass_on(desk, customer, written);
    }
}
