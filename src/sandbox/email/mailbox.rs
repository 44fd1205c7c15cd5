//! What all mail services do alike: an address of the business, the mailboxes of those who write to
//! it, and what becomes of mail between them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::Letter;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::compose;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mime;
use crate::sandbox::files::KEPT;
use crate::sandbox::mail::Enclosed;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::receipts;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Vendor;

/// What a mail program can do.
pub const ACTS: &[&str] = &[
    "mail",
    "open",
    "follow",
    "complain",
    "bounce",
    "unsubscribe",
    "marketing",
    "send",
    "block",
];
/// How long a webhook may take.
pub const POST_TIMEOUT: Duration = Duration::from_secs(15);
/// The name services sign in with at our address, where only the password was told.
const WEBHOOK_USER: &str = "linktor";
/// What marks a press on a mail program's own button.
const ONE_CLICK: &str = "one-click ";

/// What a mail service does in its own way.
pub trait Service: Vendor {
    /// Tells the business what became of a mail at an address. `tag` is what the service remembers of
    /// the mail.
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration);

    /// Passes on what a customer wrote.
    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written);
}

/// Opens an address with its first mailbox.
pub fn open(account: &mut Account, seed: &Seed, name: &str, email: &str) {
    let domain = format!("{}.auroracoffee.example", account.id);
    account.keys.insert("fromEmail", format!("hello@{domain}"));
    account.keys.insert("domain", domain);
    let secret = seed.token(&format!("{}/webhook", account.id), 24);
    account.keys.insert("webhookSecret", secret);
    // Who opens a mail sooner is taken for a program that looks at mails (email.md, section 12).
    account.schedule.read_after = Duration::from_secs(6);
    account.phone(Customer {
        id: email.to_owned(),
        name: name.to_owned(),
        language: Some("en".to_owned()),
        ..Customer::default()
    });
}

/// The settings that are the same at every service.
#[must_use]
pub fn settings(account: &Account, provider: &str, base: &str) -> Vec<(&'static str, String)> {
    vec![
        ("provider", provider.to_owned()),
        ("fromEmail", account.key("fromEmail").to_owned()),
        ("fromName", account.name.clone()),
        ("webhookSecret", account.key("webhookSecret").to_owned()),
        ("trackOpens", "true".to_owned()),
        ("apiBaseUrl", base.to_owned()),
    ]
}

/// Whether an address is the business's own.
#[must_use]
pub fn is_own(account: &Account, email: &str) -> bool {
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    domain.is_some_and(|domain| domain.eq_ignore_ascii_case(account.key("domain")))
}

/// A random id in the usual shape.
#[must_use]
pub fn uuid(desk: &Desk<'_>) -> String {
    let hex = desk.hex(32);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

/// The bytes of a mail as they count towards a service's limit: files as base 64 with line breaks.
#[must_use]
pub fn size(sent: &Sent) -> usize {
    let files: usize = sent.files.iter().map(|one| one.file.bytes.len()).sum();
    let words = sent.mail.text.len() + sent.mail.html.as_ref().map_or(0, String::len);
    words + files.saturating_mul(137) / 100
}

fn stopped(email: &str) -> String {
    format!("stopped/{email}")
}

/// Why nothing is carried to an address any more, if so.
#[must_use]
pub fn is_stopped<'a>(account: &'a Account, email: &str) -> Option<&'a str> {
    account.kept.get(&stopped(&email.to_lowercase()))?.as_str()
}

fn stop(desk: &mut Desk<'_>, email: &str, why: &str) {
    desk.account.kept.insert(stopped(email), why.into());
}

/// What an address is known to do, as those that services offer for trying things out.
fn simulated(email: &str) -> Option<Bounce> {
    let local = email.split('@').next().unwrap_or_default();
    match local {
        "bounce" | "bounced" | "hardbounce" => Some(Bounce::Gone),
        "softbounce" | "full" => Some(Bounce::Full),
        "suppressed" | "suppressionlist" => Some(Bounce::Suppressed),
        _ => None,
    }
}

fn complains(email: &str) -> bool {
    let local = email.split('@').next().unwrap_or_default();
    ["complaint", "complained", "spamcomplaint"].contains(&local)
}

/// Carries a mail of the business to everybody it is for. `id` is the service's name for it.
pub fn carry(service: &dyn Service, desk: &mut Desk<'_>, sent: Sent, id: &str) {
    let recipients = sent.recipients();
    let (ours, others): (Vec<Party>, Vec<Party>) = recipients
        .into_iter()
        .partition(|party| is_own(desk.account, &party.email));
    if !ours.is_empty() {
        come_back(service, desk, &sent, ours);
    }
    let mail = kept(desk, sent.mail, &sent.files);
    for party in others {
        let email = party.key();
        service.tell(desk, &email, &sent.tag, News::Taken, Duration::ZERO);
        let chat = desk.account.phone(Customer {
            id: email.clone(),
            name: if party.name.is_empty() {
                email.clone()
            } else {
                party.name
            },
            ..Customer::default()
        });
        let gone = chat.blocked.then_some(Bounce::Gone);
        let stopped = is_stopped(desk.account, &email).map(|_| Bounce::Suppressed);
        if let Some(bounce) = stopped.or(gone).or_else(|| simulated(&email)) {
            let after = desk.account.schedule.delivered_after;
            service.tell(desk, &email, &sent.tag, News::Bounced(bounce), after);
            if bounce == Bounce::Gone {
                stop(desk, &email, "bounce");
            }
            continue;
        }
        let now = desk.now;
        let body = Body::Mail(Box::new(mail.clone()));
        let mut bubble = Bubble::new(id, Side::Business, now, body);
        bubble.tag = Some(sent.tag.to_string());
        if let Some(chat) = desk.chat_mut(&email) {
            chat.push(bubble);
        }
        desk.sent(&email, id);
    }
}

/// A mail to the business itself: it arrives like any other.
fn come_back(service: &dyn Service, desk: &mut Desk<'_>, sent: &Sent, own: Vec<Party>) {
    let at = desk.now;
    let Some(raw) = mime::write(&sent.mail, &sent.files, at) else {
        return;
    };
    let written = Written {
        mail: sent.mail.clone(),
        files: sent.files.clone(),
        own,
        at,
        raw,
    };
    let from = sent.mail.from.key();
    service.pass_on(desk, &from, &written);
}

/// A mail whose files are in the store.
fn kept(desk: &mut Desk<'_>, mut mail: Mail, files: &[Attached]) -> Mail {
    mail.files = files
        .iter()
        .map(|attached| Enclosed {
            id: desk.keep(attached.file.clone(), KEPT),
            filename: attached.file.filename.clone(),
            mime_type: attached.file.mime_type.clone(),
            content_id: attached.content_id.clone(),
        })
        .collect();
    mail
}

/// Tells how far a mail came.
pub fn reached(
    service: &dyn Service,
    desk: &mut Desk<'_>,
    customer: &str,
    bubble: &str,
    reached: Reached,
) {
    let Some((mail, tag)) = held(desk, customer, bubble) else {
        return;
    };
    let now = Duration::ZERO;
    match reached {
        Reached::Delivered => {
            service.tell(desk, customer, &tag, News::Delivered, now);
            if complains(customer) {
                complain(service, desk, customer, &tag);
            }
        }
        Reached::Read if mail.opens => service.tell(desk, customer, &tag, News::Opened, now),
        Reached::Taken | Reached::Read => {}
    }
}

fn complain(service: &dyn Service, desk: &mut Desk<'_>, customer: &str, tag: &Value) {
    stop(desk, customer, "complaint");
    service.tell(desk, customer, tag, News::Complained, Duration::ZERO);
}

/// A mail of the business on a phone, and what the service remembers of it.
fn held(desk: &Desk<'_>, customer: &str, bubble: &str) -> Option<(Mail, Value)> {
    let bubble = desk.bubble(customer, bubble)?;
    let Body::Mail(mail) = &bubble.body else {
        return None;
    };
    let tag = serde_json::from_str(bubble.tag.as_deref()?).ok()?;
    Some(((**mail).clone(), tag))
}

/// What a customer does.
///
/// # Errors
/// A mail program cannot do that, or not with that mail.
pub fn act(
    service: &dyn Service,
    desk: &mut Desk<'_>,
    customer: &str,
    act: Act,
) -> Result<(), NotPossible> {
    let find =
        |desk: &Desk<'_>, bubble: &str| held(desk, customer, bubble).ok_or_else(NotPossible::gone);
    let now = Duration::ZERO;
    match act {
        Act::Mail(letter) => return write(service, desk, customer, letter),
        Act::Say { text, quoting } => {
            return answer(service, desk, customer, text, Vec::new(), quoting);
        }
        Act::Send {
            file,
            caption,
            quoting,
            ..
        } => return answer(service, desk, customer, caption, vec![file], quoting),
        Act::Album { files, caption } => {
            return answer(service, desk, customer, caption, files, None);
        }
        Act::Open { bubble } => {
            find(desk, &bubble)?;
            receipts::reach(service, desk, customer, &bubble, Reached::Read);
        }
        Act::Follow { bubble, url } => {
            let (mail, tag) = find(desk, &bubble)?;
            if mail.clicks {
                service.tell(desk, customer, &tag, News::Followed(&url), now);
            }
        }
        Act::Complain { bubble } => {
            let (_, tag) = find(desk, &bubble)?;
            complain(service, desk, customer, &tag);
        }
        Act::Bounce { bubble } => {
            let (_, tag) = find(desk, &bubble)?;
            stop(desk, customer, "bounce");
            service.tell(desk, customer, &tag, News::Bounced(Bounce::Gone), now);
        }
        Act::Unsubscribe { bubble } => {
            let (mail, tag) = find(desk, &bubble)?;
            if let Some(url) = mail.unsubscribe {
                press_one_click(desk, customer, &url);
            } else {
                stop(desk, customer, "unsubscribe");
                service.tell(desk, customer, &tag, News::Unsubscribed, now);
            }
        }
        Act::Marketing(on) => {
            let newest = desk.chat(customer).and_then(|chat| {
                let mut tags = chat
                    .bubbles
                    .iter()
                    .rev()
                    .filter_map(|bubble| bubble.tag.as_deref());
                tags.find_map(|tag| serde_json::from_str(tag).ok())
            });
            let tag: Value = newest.unwrap_or(Value::Null);
            if on {
                desk.account.kept.remove(&stopped(customer));
                service.tell(desk, customer, &tag, News::Resubscribed, now);
            } else {
                stop(desk, customer, "unsubscribe");
                service.tell(desk, customer, &tag, News::Unsubscribed, now);
            }
        }
        Act::Block(on) => {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.blocked = on;
            }
            if !on {
                desk.account.kept.remove(&stopped(customer));
            }
        }
        other => return Err(NotPossible::here("Email", other.name())),
    }
    Ok(())
}

/// A quick answer: to the named mail, or to the newest of the business, or a new one.
fn answer(
    service: &dyn Service,
    desk: &mut Desk<'_>,
    customer: &str,
    text: String,
    files: Vec<crate::sandbox::files::Chosen>,
    quoting: Option<String>,
) -> Result<(), NotPossible> {
    let letter = Letter {
        text,
        files,
        answering: quoting,
        newest: true,
        ..Letter::default()
    };
    write(service, desk, customer, letter)
}

fn write(
    service: &dyn Service,
    desk: &mut Desk<'_>,
    customer: &str,
    mut letter: Letter,
) -> Result<(), NotPossible> {
    if letter.newest && letter.answering.is_none() {
        let chat = desk.chat(customer);
        let last = chat.and_then(|chat| chat.from(Side::Business).last());
        letter.answering = last.map(|bubble| bubble.id.clone());
    }
    let mut written = compose::written(desk, customer, letter)?;
    let shown = kept(desk, written.mail.clone(), &written.files);
    let account = &*desk.account;
    let all = written.mail.to.iter().chain(&written.mail.cc);
    written.own = all
        .filter(|party| is_own(account, &party.email))
        .cloned()
        .collect();
    let now = desk.now;
    let body = Body::Mail(Box::new(shown));
    let mut bubble = Bubble::new(desk.hex(16), Side::Customer, now, body);
    bubble.reached = Reached::Delivered;
    if let Some(chat) = desk.chat_mut(customer) {
        chat.wrote_at = Some(now);
        chat.started = true;
        chat.push(bubble);
    }
    if !written.own.is_empty() {
        service.pass_on(desk, customer, &written);
    }
    Ok(())
}

fn press_one_click(desk: &mut Desk<'_>, customer: &str, url: &str) {
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Customer,
        title: "one-click unsubscribe".to_owned(),
        body: "List-Unsubscribe=One-Click".to_owned(),
        mark: format!("{ONE_CLICK}{url}"),
        tries: 0,
    };
    desk.post_event(Duration::ZERO, &event);
}

/// The request of a mail program, where an event is its doing and not the service's.
#[must_use]
pub fn one_click(event: &Event) -> Option<HttpRequest> {
    let url = event.mark.strip_prefix(ONE_CLICK)?;
    Some(post(
        url.to_owned(),
        Headers::default().with("content-type", "application/x-www-form-urlencoded"),
        event.body.clone().into_bytes(),
    ))
}

/// A call to the business.
#[must_use]
pub fn post(url: String, headers: Headers, body: Vec<u8>) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        url,
        headers,
        authorization: None,
        body,
        timeout: POST_TIMEOUT,
    }
}

/// An address without the name and password written into it, and the header that carries them: those
/// in the address, else those the account was opened with.
#[must_use]
pub fn signed_in(account: &Account, url: &str) -> (String, String) {
    let password = if account.hook.secret.is_empty() {
        account.signing("webhookSecret")
    } else {
        account.hook.secret.clone()
    };
    let mut pair = format!("{WEBHOOK_USER}:{password}");
    let mut bare = url.to_owned();
    if let Ok(mut parsed) = url::Url::parse(url)
        && let Some(password) = parsed.password()
    {
        let decode = |text: &str| {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
            decoded.into_owned()
        };
        let (name, password) = (decode(parsed.username()), decode(password));
        let password = if account.faults.secret_changed {
            password.chars().rev().collect()
        } else {
            password
        };
        pair = format!("{name}:{password}");
        // Both can only fail for addresses that cannot have a name in them; this one has.
        if parsed
            .set_username("")
            .and(parsed.set_password(None))
            .is_ok()
        {
            bare = parsed.to_string();
        }
    }
    (bare, format!("Basic {}", STANDARD.encode(pair)))
}
