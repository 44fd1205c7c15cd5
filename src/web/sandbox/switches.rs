//! What a person breaks: the switches of an account, its schedule, and the vendors' clock.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Query;

use crate::sandbox::account::Account;
use crate::sandbox::faults::Faults;
use crate::sandbox::vendor::Vendor;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::sandbox::gate;
use crate::web::sandbox::gate::Player;
use crate::web::sandbox::view::SwitchRow;
use crate::web::sandbox::view::SwitchesPart;

/// One switch: its name, its words, its number with unit and range, how it is read and set.
struct Switch {
    name: &'static str,
    label: &'static str,
    number: Option<(&'static str, &'static str, u32, u32)>,
    read: fn(&Faults) -> (bool, u32),
    set: fn(&mut Faults, bool, u32),
}

const EVERY: Option<(&str, &str, u32, u32)> = Some(("Every so many calls", "calls", 1, 1_000));

fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn days(span: Duration) -> u32 {
    u32::try_from(span.as_secs() / DAY.as_secs()).unwrap_or(u32::MAX)
}

/// A number as it is set, or what it would be.
const fn usual(held: u32, unset: u32) -> u32 {
    if held == 0 { unset } else { held }
}

fn every(on: bool, number: u32) -> u32 {
    if on { number.max(1) } else { 0 }
}

#[rustfmt::skip]
const SWITCHES: [Switch; 14] = [
    Switch { name: "broken", label: "Answer 500", number: EVERY,
        read: |f| (f.broken_every > 0, usual(f.broken_every, 5)), set: |f, on, n| f.broken_every = every(on, n) },
    Switch { name: "silent", label: "Time out", number: EVERY,
        read: |f| (f.silent_every > 0, usual(f.silent_every, 1)), set: |f, on, n| f.silent_every = every(on, n) },
    Switch { name: "silent_done", label: "Time out, but do it", number: Some(("Held for so long", "ms held", 0, 120_000)),
        read: |f| (f.silent_but_done, millis(f.silent_for)),
        set: |f, on, n| { f.silent_but_done = on; f.silent_for = Duration::from_millis(u64::from(n)); } },
    Switch { name: "limited", label: "Rate limit", number: EVERY,
        read: |f| (f.limited_every > 0, usual(f.limited_every, 3)), set: |f, on, n| f.limited_every = every(on, n) },
    Switch { name: "token", label: "Refuse the token", number: None,
        read: |f| (f.token_refused, 0), set: |f, on, _| f.token_refused = on },
    Switch { name: "ending", label: "Token ends soon", number: Some(("In how many days", "days", 1, 365)),
        read: |f| (!f.token_ends_in.is_zero(), usual(days(f.token_ends_in), 6)),
        set: |f, on, n| f.token_ends_in = if on { DAY * n } else { Duration::ZERO } },
    Switch { name: "permission", label: "Token lacks a permission", number: None,
        read: |f| (f.permission_missing, 0), set: |f, on, _| f.permission_missing = on },
    Switch { name: "usage", label: "Allowance nearly used", number: Some(("How much the vendor says is used", "% used", 1, 100)),
        read: |f| (f.usage_percent > 0, usual(f.usage_percent, 95)), set: |f, on, n| f.usage_percent = every(on, n) },
    Switch { name: "window", label: "Close the 24 h window", number: None,
        read: |f| (f.window_closed, 0), set: |f, on, _| f.window_closed = on },
    Switch { name: "secret", label: "Sign with another secret", number: None,
        read: |f| (f.secret_changed, 0), set: |f, on, _| f.secret_changed = on },
    Switch { name: "copies", label: "Repeat webhooks", number: Some(("How often each is sent", "times", 2, 20)),
        read: |f| (f.copies > 1, if f.copies > 1 { f.copies } else { 3 }), set: |f, on, n| f.copies = if on { n.max(2) } else { 1 } },
    Switch { name: "late", label: "Deliver late", number: Some(("How late", "s", 1, 3_600)),
        read: |f| (!f.late.is_zero(), usual(u32::try_from(f.late.as_secs()).unwrap_or(0), 20)),
        set: |f, on, n| f.late = if on { Duration::from_secs(u64::from(n)) } else { Duration::ZERO } },
    Switch { name: "swapped", label: "Swap the order", number: None,
        read: |f| (f.swapped, 0), set: |f, on, _| f.swapped = on },
    Switch { name: "lost", label: "Lose receipts", number: None,
        read: |f| (f.receipts_lost, 0), set: |f, on, _| f.receipts_lost = on },
];

/// The addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/sandbox/switches", web::get().to(show))
        .route("/sandbox/switches", web::post().to(set))
        .route("/sandbox/clock", web::post().to(advance));
}

#[derive(serde::Deserialize)]
struct Asked {
    account: Option<String>,
}

async fn show(
    state: Shared,
    asked: Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    Ok(page(&part(&player, asked.account.as_deref())))
}

/// The title of an account: its vendor's, with its number where it is not the first.
#[must_use]
pub fn title(vendor: &dyn Vendor, account: &str) -> String {
    match account.strip_prefix(vendor.name()) {
        Some("") | None => vendor.title().to_owned(),
        Some(number) => format!("{} {}", vendor.title(), number.trim_start_matches('-')),
    }
}

/// The switches of an account, of the first where none is named.
#[must_use]
pub fn part(player: &Player<'_>, asked: Option<&str>) -> SwitchesPart {
    let sandbox = player.sandbox;
    let accounts: Vec<(String, String)> = sandbox
        .vendors()
        .flat_map(|vendor| {
            let ids: Vec<String> = sandbox.look(|world| {
                let its = world
                    .accounts
                    .values()
                    .filter(|known| known.vendor == vendor.name());
                its.map(|account| account.id.clone()).collect()
            });
            ids.into_iter()
                .map(move |id| (id.clone(), title(vendor, &id)))
                .collect::<Vec<_>>()
        })
        .collect();
    let first = accounts
        .first()
        .map(|(id, _)| id.clone())
        .unwrap_or_default();
    let known = accounts.iter().find(|(id, _)| Some(id.as_str()) == asked);
    let account = known.map_or(first, |(id, _)| id.clone());
    let held = sandbox.look(|world| {
        let held = world.accounts.get(&account);
        held.map(|held: &Account| (held.faults.clone(), held.schedule))
    });
    let (faults, schedule) = held.unwrap_or_default();
    let rows = SWITCHES.iter().map(|switch| {
        let (on, value) = (switch.read)(&faults);
        let (about, unit, min, max) = switch.number.unwrap_or_default();
        SwitchRow {
            name: switch.name,
            label: switch.label,
            on,
            value: switch.number.is_some().then_some(value),
            about,
            unit,
            min,
            max,
        }
    });
    SwitchesPart {
        csrf: player.csrf.clone(),
        accounts,
        account,
        rows: rows.collect(),
        delivered_ms: millis(schedule.delivered_after),
        read_ms: millis(schedule.read_after),
        now: format!("{:.0}", sandbox.clock().now().calendar()),
        ahead: sandbox.clock().ahead().as_secs() / 3_600,
    }
}

async fn set(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    let number = |name: &str| fields.get(name).trim().parse::<u32>().ok();
    let changed = player.sandbox.change(fields.get("account"), |account| {
        for switch in &SWITCHES {
            let (_, before) = (switch.read)(&account.faults);
            let (_, _, min, max) = switch.number.unwrap_or_default();
            let told = number(&format!("{}_value", switch.name)).unwrap_or(before);
            (switch.set)(
                &mut account.faults,
                fields.has(switch.name),
                told.clamp(min, max),
            );
        }
        let schedule = &mut account.schedule;
        let span = |name: &str, held: Duration| {
            number(name).map_or(held, |ms| Duration::from_millis(u64::from(ms.min(600_000))))
        };
        schedule.delivered_after = span("delivered_ms", schedule.delivered_after);
        schedule.read_after = span("read_ms", schedule.read_after);
    });
    changed.ok_or_else(Problem::not_found)?;
    Ok(see("/sandbox"))
}

async fn advance(
    state: Shared,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let player = gate::admit_form(&state, &request, fields.get("_csrf"))?;
    let hours: u64 = fields.get("hours").parse().unwrap_or(0);
    player
        .sandbox
        .advance(Duration::from_secs(hours.min(24 * 90) * 3_600));
    Ok(see("/sandbox"))
}
