//! The mail program of a phone: mails as they lie in it, and their words in a frame of their own.

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Path;
use askama::Template;
use jiff::tz::TimeZone;
use regex::Regex;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::view::filters;
use crate::web::sandbox::gate;
use crate::web::sandbox::thread::time;

/// Links of one mail that can be followed.
const LINKS_MAX: usize = 6;
/// What a mail may do: wear its styles and show pictures that came with it. Nothing runs, nothing is
/// fetched from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// The addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route(
        "/sandbox/mails/{account}/{customer}/{bubble}",
        web::get().to(words),
    );
}

/// The mails of a phone.
#[derive(Template)]
#[template(path = "parts/mail_thread.html")]
pub struct MailThread {
    mails: Vec<MailView>,
}

struct MailView {
    id: String,
    ours: bool,
    unread: bool,
    subject: Option<String>,
    name: String,
    initial: String,
    people: String,
    time: String,
    frame: Option<String>,
    text: String,
    files: Vec<(String, String)>,
    links: Vec<(String, String)>,
    note: bool,
}

impl MailThread {
    /// What a mail program shows.
    #[must_use]
    pub fn of(chat: &Chat, account: &str, zone: &TimeZone) -> Self {
        let mut last = String::new();
        let mails = chat.bubbles.iter().map(|bubble| {
            let view = mail_view(bubble, &chat.customer.id, account, &last, zone);
            if let Body::Mail(mail) = &bubble.body {
                last = bare(&mail.subject);
            }
            view
        });
        Self {
            mails: mails.collect(),
        }
    }
}

/// A subject without what answers put before it.
fn bare(subject: &str) -> String {
    let mut subject = subject.trim();
    while let Some((start, rest)) = subject.split_once(':')
        && ["re", "fw", "fwd"].contains(&start.to_lowercase().as_str())
    {
        subject = rest.trim_start();
    }
    subject.to_owned()
}

fn names(parties: &[Party], me: &str) -> String {
    let named = parties.iter().map(|party| {
        if party.key() == me {
            "me".to_owned()
        } else {
            party.email.clone()
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

fn mail_view(bubble: &Bubble, me: &str, account: &str, last: &str, zone: &TimeZone) -> MailView {
    let ours = bubble.side == Side::Customer;
    let Body::Mail(mail) = &bubble.body else {
        return MailView {
            id: bubble.id.clone(),
            ours,
            unread: false,
            subject: None,
            name: String::new(),
            initial: String::new(),
            people: String::new(),
            time: time(bubble.at, zone),
            frame: None,
            text: bubble.body.words().to_owned(),
            files: Vec::new(),
            links: Vec::new(),
            note: true,
        };
    };
    let name = match mail.from.name.as_str() {
        "" => mail.from.email.clone(),
        name => name.to_owned(),
    };
    let mut people = format!("to {}", names(&mail.to, me));
    if !mail.cc.is_empty() {
        people.push_str(", cc ");
        people.push_str(&names(&mail.cc, me));
    }
    // One's own answers are known; what they quote stands above.
    let text = if ours {
        mail.text.split("\n\nOn ").next().unwrap_or_default().trim()
    } else {
        mail.text.trim()
    };
    let listed = mail.files.iter().filter(|file| file.content_id.is_none());
    let address = |id: &str| format!("/sandbox/files/{id}");
    MailView {
        id: bubble.id.clone(),
        ours,
        unread: !ours && bubble.reached != Reached::Read,
        subject: (bare(&mail.subject) != last).then(|| mail.subject.clone()),
        initial: name.chars().take(1).collect(),
        name: if ours { "You".to_owned() } else { name },
        people,
        time: time(bubble.at, zone),
        frame: (!ours && mail.html.is_some()).then(|| {
            let customer =
                percent_encoding::utf8_percent_encode(me, percent_encoding::NON_ALPHANUMERIC);
            format!("/sandbox/mails/{account}/{customer}/{}", bubble.id)
        }),
        text: text.to_owned(),
        files: listed
            .map(|file| (file.filename.clone(), address(&file.id)))
            .collect(),
        links: if ours { Vec::new() } else { links(mail) },
        note: false,
    }
}

/// The links of a mail: where they lead, and what they say.
fn links(mail: &Mail) -> Vec<(String, String)> {
    static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?is)<a\s[^>]*href="(https?://[^"]+)"[^>]*>(.*?)</a>"#;
        Regex::new(pattern).expect("a fixed pattern that the tests use")
    });
    static TAG: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<[^>]*>").expect("a fixed pattern that the tests use"));
    let plain = |text: &str| {
        let entities = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ];
        let bare = TAG.replace_all(text, "").into_owned();
        entities
            .iter()
            .fold(bare, |text, (from, to)| text.replace(from, to))
    };
    let html = mail.html.as_deref().unwrap_or_default();
    ANCHOR
        .captures_iter(html)
        .map(|found| {
            let (url, words) = (plain(&found[1]), plain(&found[2]));
            let words = words.trim();
            let words = if words.is_empty() {
                url.as_str()
            } else {
                words
            };
            (url.clone(), words.to_owned())
        })
        .take(LINKS_MAX)
        .collect()
}

/// The words of a mail with their styles.
async fn words(
    state: Shared,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    let (account, customer, bubble) = path.into_inner();
    let html = player.sandbox.look(|world| {
        let chat = world.accounts.get(&account)?.chats.get(&customer)?;
        match &chat.bubble(&bubble)?.body {
            Body::Mail(mail) => shown(mail),
            _ => None,
        }
    });
    let html = html.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// The words with the pictures that came along.
fn shown(mail: &Mail) -> Option<String> {
    let mut html = mail.html.clone()?;
    for file in &mail.files {
        if let Some(id) = &file.content_id {
            html = html.replace(&format!("cid:{id}"), &format!("/sandbox/files/{}", file.id));
        }
    }
    Some(format!(
        "<!doctype html><meta charset=\"utf-8\"><style>body{{margin:0;font:13px/18px sans-serif;\
         color:#1b1b22;background:#fff;overflow-wrap:anywhere}}img{{max-width:100%}}</style>{html}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_words() {
        let mail = Mail {
            html: Some(
                "<p>Hi <a class=\"b\" href=\"https://a.example/?x=1&amp;y=2\"><b>Track</b> it</a>\
                 <a href=\"javascript:alert(1)\">no</a><a href=\"https://b.example/\"><img></a></p>"
                    .to_owned(),
            ),
            ..Mail::default()
        };
        let pair = |url: &str, words: &str| (url.to_owned(), words.to_owned());
        assert_eq!(
            links(&mail),
            [
                pair("https://a.example/?x=1&y=2", "Track it"),
                pair("https://b.example/", "https://b.example/"),
            ]
        );
        assert_eq!(bare("Re: RE: Order: new"), "Order: new");
    }
}
