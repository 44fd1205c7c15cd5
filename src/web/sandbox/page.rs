//! `/sandbox`: the phones, the switches and the wire log, whole and in parts.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Path;
use jiff::tz::TimeZone;

use crate::base::mime;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Room;
use crate::sandbox::journal::Entry;
use crate::sandbox::journal::Way;
use crate::sandbox::vendor::Vendor;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::reader::theme_of;
use crate::web::dashboard::reader::zone_of;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::sandbox::gate;
use crate::web::sandbox::gate::Player;
use crate::web::sandbox::mail::MailThread;
use crate::web::sandbox::switches;
use crate::web::sandbox::thread::ThreadPart;
use crate::web::sandbox::thread::time;
use crate::web::sandbox::view::AccountRow;
use crate::web::sandbox::view::PhonePart;
use crate::web::sandbox::view::SandboxPage;
use crate::web::sandbox::view::WireEntryPart;
use crate::web::sandbox::view::WirePart;
use crate::web::sandbox::view::WireRow;
use crate::web::state::State;

/// Lines of the wire log that are shown.
const LINES: usize = 60;
/// Phones of one account that are shown.
const PHONES: usize = 6;

/// The addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/sandbox", web::get().to(show))
        .route("/sandbox/phones/{account}/{customer}", web::get().to(phone))
        .route("/sandbox/wire", web::get().to(wire))
        .route("/sandbox/wire/{id}", web::get().to(wire_entry))
        .route("/sandbox/files/{id}", web::get().to(file))
        .route("/sandbox/reset", web::post().to(reset))
        .route("/sandbox/all", web::post().to(all))
        .route("/sandbox/accounts", web::post().to(open))
        .route("/sandbox/accounts/{account}/hook", web::post().to(point));
}

async fn show(state: Shared, request: HttpRequest) -> Result<HttpResponse, Problem> {
    whole(&state, &request, StatusCode::OK, None)
}

/// The page again, with what was refused.
///
/// # Errors
/// As for the page itself.
pub fn refused(
    state: &State,
    request: &HttpRequest,
    sentence: &str,
) -> Result<HttpResponse, Problem> {
    let problem = Some(sentence.to_owned());
    whole(state, request, StatusCode::UNPROCESSABLE_ENTITY, problem)
}

fn whole(
    state: &State,
    request: &HttpRequest,
    status: StatusCode,
    problem: Option<String>,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(state, request)?;
    let zone = zone_of(request);
    let mut phones = Vec::new();
    let mut accounts = Vec::new();
    for vendor in player.sandbox.vendors() {
        for account in accounts_of(&player, vendor) {
            let held = account.chats.values().take(PHONES);
            phones.extend(held.map(|chat| phone_part(&player, vendor, &account, chat, &zone)));
            accounts.push(AccountRow {
                title: switches::title(vendor, &account.id),
                channel: vendor.channel(),
                badge: badge(vendor.channel()),
                settings: player.sandbox.settings(&account.id).unwrap_or_default(),
                hook: account.hook.url.clone(),
                secret: account.hook.secret.clone(),
                id: account.id,
            });
        }
    }
    let view = SandboxPage {
        theme: theme_of(request).to_string(),
        csrf: player.csrf.clone(),
        demo: state.demo().is_some(),
        problem,
        phones,
        webchat: state.demo().map(|demo| demo.channel.to_string()),
        badge: badge("webchat"),
        switches: render(&switches::part(&player, None)),
        wire: render(&wire_part(&player, &zone)),
        accounts,
        vendors: player
            .sandbox
            .vendors()
            .map(|vendor| (vendor.name(), vendor.title()))
            .collect(),
    };
    let mut response = page_with(status, &view);
    if let Ok(value) = header::HeaderValue::from_str(&player.cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

fn accounts_of(player: &Player<'_>, vendor: &dyn Vendor) -> Vec<Account> {
    player.sandbox.look(|world| {
        let its = world
            .accounts
            .values()
            .filter(|known| known.vendor == vendor.name());
        its.cloned().collect()
    })
}

fn badge(kind: &str) -> String {
    render(&BadgeView::of(kind))
}

fn phone_part(
    player: &Player<'_>,
    vendor: &dyn Vendor,
    account: &Account,
    chat: &Chat,
    zone: &TimeZone,
) -> String {
    let customer = &chat.customer;
    let can = vendor.acts_in(&customer.room);
    let now = player.sandbox.clock().now();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let key = format!("{}-{}", account.id, customer.id)
        .chars()
        .map(plain)
        .collect();
    let (business, subtitle) = head(vendor, account, &customer.room);
    let initial = business.chars().take(1).collect();
    let mail = can.contains(&"mail");
    render(&PhonePart {
        csrf: player.csrf.clone(),
        vendor: vendor.name(),
        title: switches::title(vendor, &account.id),
        badge: badge(vendor.channel()),
        account: account.id.clone(),
        customer: customer.id.clone(),
        key,
        name: customer.name.clone(),
        blocked: chat.blocked,
        offline: chat.offline,
        initial,
        subtitle,
        placeholder: if mail { "Reply" } else { "Message" },
        thread: if mail {
            render(&MailThread::of(chat, &account.id, zone))
        } else {
            render(&ThreadPart::of(chat, &business, can, now, zone))
        },
        business,
        mail,
        extras: extras(can, chat),
        files: can.contains(&"send"),
    })
}

/// What stands above a chat: who it is with, and what of that it is.
fn head(vendor: &dyn Vendor, account: &Account, room: &Room) -> (String, String) {
    match room {
        Room::Private => (account.name.clone(), vendor.subtitle(account)),
        Room::Group { title, topic, .. } => {
            let topic = topic.as_ref().map_or("General", |(_, name)| name);
            (title.clone(), topic.to_owned())
        }
        Room::Lent { owner, .. } => (owner.clone(), format!("of {}", account.name)),
    }
}

/// The words on the buttons that keep the business out and let it in again.
const fn doors(room: &Room, is_mail: bool) -> (&'static str, &'static str) {
    match room {
        _ if is_mail => ("Close the mailbox", "Open the mailbox again"),
        Room::Private => ("Block the business", "Unblock the business"),
        Room::Group { .. } => ("Put the bot out of the group", "Take the bot in again"),
        Room::Lent { .. } => ("Disconnect the bot", "Connect the bot again"),
    }
}

/// What stands behind the plus of a phone.
fn extras(can: &[&str], chat: &Chat) -> Vec<(&'static str, &'static str)> {
    let offered: [(&str, &str, &str); 21] = [
        ("start", "start", "Start"),
        ("send", "picture", "Picture"),
        ("album", "album", "Three pictures"),
        ("voice", "voice", "Voice note"),
        ("send", "document", "Document"),
        ("sticker", "sticker", "Sticker"),
        ("locate", "location", "Location"),
        ("card", "contact", "Contact"),
        (
            "storyReply",
            "story-reply",
            "Answer a story with these words",
        ),
        ("storyMention", "story-mention", "Mention in a story"),
        ("comment", "comment", "These words below a post"),
        ("strange", "strange", "A poll"),
        ("marketing", "marketing off", "Stop advertising"),
        ("marketing", "marketing on", "Allow advertising"),
        (
            "echo",
            "echo",
            "These words from the business\u{2019}s own phone",
        ),
        (
            "hold",
            "hold on",
            "Take it into the business\u{2019}s inbox",
        ),
        ("hold", "hold off", "Hand it back to linktor"),
        ("aside", "aside", "These words from another member"),
        ("group", "group", "Take the bot into a group"),
        ("lend", "lend", "Write to somebody\u{2019}s own account"),
        ("read", "read", "Read everything"),
    ];
    let has = |name: &str| can.contains(&name) || name == "read";
    let block = doors(&chat.customer.room, can.contains(&"mail"));
    let mut extras: Vec<(&str, &str)> = offered
        .into_iter()
        .filter(|(act, ..)| has(act))
        .map(|(_, value, words)| (value, words))
        .collect();
    if can.contains(&"block") {
        extras.push(if chat.blocked {
            ("unblock", block.1)
        } else {
            ("block", block.0)
        });
    }
    extras.push(if chat.reads {
        ("leaves", "Leave messages unread")
    } else {
        ("reads", "Read messages as they come")
    });
    extras.push(if chat.offline {
        ("online", "Back on the network")
    } else {
        ("offline", "Off the network")
    });
    extras
}

async fn phone(
    state: Shared,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    let (account, customer) = path.into_inner();
    let found = player
        .sandbox
        .look(|world| world.accounts.get(&account).cloned());
    let account = found.ok_or_else(Problem::not_found)?;
    let vendor = player
        .sandbox
        .vendor(account.vendor)
        .ok_or_else(Problem::not_found)?;
    let chat = account
        .chats
        .get(&customer)
        .ok_or_else(Problem::not_found)?;
    let part = phone_part(&player, vendor, &account, chat, &zone_of(&request));
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(part))
}

fn wire_part(player: &Player<'_>, zone: &TimeZone) -> WirePart {
    let row = |entry: &Entry| WireRow {
        id: entry.id,
        inward: entry.way == Way::Webhook,
        title: entry.title.clone(),
        status: entry.status,
        time: time(entry.at, zone),
        account: entry.account.clone(),
        note: entry.note.clone(),
        tone: match entry.status {
            200..=299 => "good",
            _ => "wrong",
        },
    };
    WirePart {
        entries: player
            .sandbox
            .look(|world| world.journal.newest().take(LINES).map(row).collect()),
    }
}

async fn wire(state: Shared, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    Ok(page(&wire_part(&player, &zone_of(&request))))
}

async fn wire_entry(
    state: Shared,
    id: Path<u64>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    let entry = player.sandbox.look(|world| world.journal.get(*id).cloned());
    let entry = entry.ok_or_else(Problem::not_found)?;
    Ok(page(&WireEntryPart {
        request: entry.request,
        answer: entry.answer,
    }))
}

async fn file(
    state: Shared,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    let now = player.sandbox.clock().now();
    let found = player
        .sandbox
        .look(|world| world.files.get(&id, now).cloned());
    let file = found.ok_or_else(Problem::not_found)?;
    let kind = mime::essence(&file.mime_type);
    let inline = mime::is_inline(&kind);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((
            header::CONTENT_DISPOSITION,
            if inline { "inline" } else { "attachment" },
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .body(file.bytes.to_vec()))
}

async fn reset(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    player.sandbox.reset(None);
    Ok(see("/sandbox"))
}

/// Every customer says hello.
async fn all(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    let phones: Vec<(String, String)> = player.sandbox.look(|world| {
        let held = world.accounts.values().flat_map(|account| {
            let customers = account.chats.keys();
            customers.map(|customer| (account.id.clone(), customer.clone()))
        });
        held.collect()
    });
    for (account, customer) in phones {
        let act = Act::Say {
            text: "Hello! Is my order on its way?".to_owned(),
            quoting: None,
        };
        // A phone that cannot write says so by itself when somebody tries.
        drop(player.sandbox.act(&account, &customer, act));
    }
    Ok(see("/sandbox"))
}

async fn open(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    match player.sandbox.open(fields.get("vendor")) {
        Some(_) => Ok(see("/sandbox")),
        None => refused(&state, &request, "That vendor opens no more accounts."),
    }
}

async fn point(
    state: Shared,
    account: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    let url = fields.get("url").trim();
    let secret = fields.get("secret").trim();
    match player.sandbox.point(&account, url, secret).await {
        Ok(()) => Ok(see("/sandbox")),
        Err(refusal) => refused(&state, &request, &refusal.to_string()),
    }
}
