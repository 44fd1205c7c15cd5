//! What is told on the account's topic.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::account::Account;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::ses::BUCKET;
use crate::sandbox::email::ses::sns;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;

/// The largest mail a topic carries.
const TOPIC_MAX_BYTES: usize = 150 * 1024;
const CONFIRMED: &str = "confirmed";

/// Whether the address that is set wants to hear of the topic.
#[must_use]
pub fn is_confirmed(account: &Account) -> bool {
    let token = sns::token(account, &account.hook.url);
    account
        .kept
        .get(CONFIRMED)
        .is_some_and(|known| *known == token.as_str())
}

/// An address says that it wants to hear of the topic.
pub fn confirm(desk: &mut Desk<'_>, call: &Call) -> HttpReply {
    let token = call.query("Token").unwrap_or_default();
    if token.len() != 64 {
        let body = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>\
                    Invalid token</Message></Error></ErrorResponse>";
        return call::text(400, "text/xml", body);
    }
    desk.account.kept.insert(CONFIRMED.to_owned(), token.into());
    let topic = desk.account.key("topic");
    let body = format!(
        "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>{topic}:{}\
         </SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>",
        mailbox::uuid(desk)
    );
    call::text(200, "text/xml", body)
}

fn publish(
    desk: &mut Desk<'_>,
    lane: &str,
    about: About,
    title: &str,
    message: &Value,
    after: Duration,
) {
    let id = mailbox::uuid(desk);
    let at = desk.now.plus(after);
    let body = sns::notification(desk.account, &id, &message.to_string(), at);
    let event = Event {
        account: desk.account.id.clone(),
        lane: lane.to_owned(),
        about,
        title: title.to_owned(),
        body: body.to_string(),
        mark: String::new(),
        tries: 0,
    };
    desk.post_event(after, &event);
}

/// What happened, in the words of SES: the kind, the name of what belongs to it, and that.
fn said(news: News<'_>, to: &str, at: &str) -> (&'static str, &'static str, Value) {
    let reader = json!({"timestamp": at, "userAgent": "Sandbox/1.0", "ipAddress": "203.0.113.7"});
    match news {
        News::Taken => ("Send", "send", json!({})),
        News::Delivered => (
            "Delivery",
            "delivery",
            json!({"timestamp": at, "processingTimeMillis": 412, "recipients": [to],
                "smtpResponse": "250 2.0.0 OK", "reportingMTA": "a8-70.smtp-out.amazonses.com"}),
        ),
        News::Opened => ("Open", "open", reader),
        News::Followed(url) => {
            let mut click = reader;
            click["link"] = url.into();
            ("Click", "click", click)
        }
        News::Bounced(bounce) => ("Bounce", "bounce", bounced(bounce, to, at)),
        News::Complained => (
            "Complaint",
            "complaint",
            json!({"complainedRecipients": [{"emailAddress": to}], "timestamp": at,
                "feedbackId": "0100018c-complaint", "complaintFeedbackType": "abuse"}),
        ),
        News::Unsubscribed | News::Resubscribed => {
            let off = news == News::Unsubscribed;
            let list = |off: bool| json!({"unsubscribeAll": off, "topicSubscriptionStatus": []});
            (
                "Subscription",
                "subscription",
                json!({"contactList": "linktor", "timestamp": at, "source": "UnsubscribeHeader",
                    "newTopicPreferences": list(off), "oldTopicPreferences": list(!off)}),
            )
        }
    }
}

fn bounced(bounce: Bounce, to: &str, at: &str) -> Value {
    let (kind, below) = match bounce {
        Bounce::Gone => ("Permanent", "General"),
        Bounce::Full => ("Transient", "MailboxFull"),
        Bounce::Suppressed => ("Permanent", "OnAccountSuppressionList"),
    };
    json!({
        "bounceType": kind, "bounceSubType": below, "timestamp": at,
        "bouncedRecipients": [{"emailAddress": to, "action": "failed", "status": bounce.code(),
            "diagnosticCode": format!("smtp; {}", bounce.said())}],
        "feedbackId": "0100018c-bounce", "reportingMTA": "dns; amazonses.com",
    })
}

/// Tells what became of a mail.
pub fn tell(desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
    if tag["told"] != true {
        return;
    }
    let at = desk.now.plus(after).to_string();
    let (kind, name, what) = said(news, to, &at);
    let mut message = json!({
        "eventType": kind,
        "mail": {
            "timestamp": tag["at"], "source": tag["from"], "messageId": tag["id"],
            "destination": [to], "headersTruncated": false,
            "headers": [{"name": "Subject", "value": tag["subject"]}, {"name": "To", "value": to}],
            "commonHeaders": {"from": [tag["from"]], "to": [to], "messageId": tag["id"],
                "subject": tag["subject"]},
            "tags": tag["tags"],
        },
    });
    message[name] = what;
    publish(desk, to, About::Receipt, kind, &message, after);
}

/// Passes on a mail: in the topic where it fits, else through the bucket.
pub fn pass_on(desk: &mut Desk<'_>, customer: &str, written: &Written) {
    let mail = &written.mail;
    let listed = |parties: &[Party]| parties.iter().map(ToString::to_string).collect::<Vec<_>>();
    let own: Vec<&str> = written
        .own
        .iter()
        .map(|party| party.email.as_str())
        .collect();
    let head = mime::headers(written.raw.as_bytes()).into_iter();
    let head: Vec<Value> = head
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let pass = json!({"status": "PASS"});
    let topic = desk.account.key("topic").to_owned();
    let id = desk.random.base62(40).to_lowercase();
    let mut message = json!({
        "notificationType": "Received",
        "mail": {
            "timestamp": written.at.to_string(), "source": mail.from.email, "messageId": id,
            "destination": own, "headersTruncated": false, "headers": head,
            "commonHeaders": {
                "from": [mail.from.to_string()], "to": listed(&mail.to), "cc": listed(&mail.cc),
                "messageId": format!("<{}>", mail.message_id), "subject": mail.subject,
            },
        },
        "receipt": {
            "timestamp": written.at.to_string(), "processingTimeMillis": 350, "recipients": own,
            "spamVerdict": pass, "virusVerdict": pass, "spfVerdict": pass, "dkimVerdict": pass,
            "dmarcVerdict": pass,
        },
    });
    if written.raw.len() <= TOPIC_MAX_BYTES {
        message["receipt"]["action"] =
            json!({"type": "SNS", "topicArn": topic, "encoding": "BASE64"});
        message["content"] = STANDARD.encode(&written.raw).into();
    } else {
        let file = Chosen {
            mime_type: "message/rfc822".to_owned(),
            filename: "mail.eml".to_owned(),
            bytes: Arc::from(written.raw.as_bytes()),
        };
        let key = desk.keep(file, KEPT);
        message["receipt"]["action"] = json!({
            "type": "S3", "topicArn": topic, "bucketName": BUCKET, "objectKey": key,
            "objectKeyPrefix": "",
        });
    }
    publish(
        desk,
        customer,
        About::Customer,
        "Received",
        &message,
        Duration::ZERO,
    );
}
