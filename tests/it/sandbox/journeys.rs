//! The real channels against the vendors in the box: whatever is broken, in the end each message has
//! the state it should, in order, once, and both sides hold the same.

use std::time::Duration;

use linktor::sandbox::faults::Faults;

use crate::sandbox::ledger::Order;
use crate::sandbox::ledger::agrees;
use crate::sandbox::ledger::agrees_but;
use crate::sandbox::line::Line;
use crate::sandbox::line::VENDORS;
use crate::sandbox::line::until;
use crate::sandbox::with_sandbox;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// Something that is broken for a while.
struct Weather {
    what: &'static str,
    faults: Faults,
    /// When it has lasted long enough: once the wire shows so much of it.
    felt: Felt,
}

/// What the wire must show before something is mended.
enum Felt {
    /// Nothing: it is no matter of calls.
    Always,
    /// So many calls the switches answered.
    Calls(usize),
    /// A webhook that we did not take.
    Refused,
    /// The channel is out of service.
    Red,
}

async fn lines(server: &Server) -> Vec<Line<'_>> {
    let mut all = Vec::new();
    for vendor in VENDORS {
        all.push(Line::open(server, vendor).await);
    }
    all
}

/// A talk in which both sides say four things, and show a picture where pictures go.
async fn talk(line: &Line<'_>) {
    for number in 1..=4 {
        line.say(&format!("question {number}"));
        line.write(&format!("answer {number}")).await;
        if number == 2 && line.vendor.pictures {
            line.show_picture();
            line.send_picture().await;
        }
        line.server.pass(Duration::from_secs(2));
    }
}

async fn is_felt(line: &Line<'_>, felt: &Felt) -> bool {
    let wire = line.wire();
    let notes = |words: &str| {
        wire.iter()
            .filter(|(_, _, note)| note.starts_with(words))
            .count()
    };
    match felt {
        Felt::Always => true,
        Felt::Calls(count) => notes("switched") + notes("cut") >= *count,
        Felt::Refused => wire
            .iter()
            .any(|(_, status, _)| matches!(status, 401 | 403)),
        Felt::Red => line.channel_now().await["status"] == "error",
    }
}

/// Plays a talk on every line while something is broken, until it was felt, and mends it.
async fn weather<'a>(server: &'a Server, weather: &Weather) -> Vec<Line<'a>> {
    let lines = lines(server).await;
    for line in &lines {
        line.break_with(&weather.faults);
    }
    for line in &lines {
        talk(line).await;
        // At once: the wire forgets what is old.
        let what = format!("{}: {} was felt", line.vendor.account, weather.what);
        until(server, &what, async || {
            is_felt(line, &weather.felt).await.then_some(())
        })
        .await;
    }
    for line in &lines {
        line.mend();
    }
    lines
}

fn under(what: &'static str, felt: Felt, faults: Faults, order: Order) {
    on_a_server_with(with_sandbox, async |server| {
        let sky = Weather { what, faults, felt };
        let lines = weather(server, &sky).await;
        agrees(&lines, order, what).await;
    });
}

fn quiet() -> Faults {
    Faults::default()
}

#[test]
fn nothing_is_broken() {
    under("nothing", Felt::Always, quiet(), Order::Kept);
}

#[test]
fn every_other_call_is_a_server_error() {
    let faults = Faults {
        broken_every: 2,
        ..quiet()
    };
    under("server errors", Felt::Calls(2), faults, Order::Kept);
}

#[test]
fn every_call_is_a_server_error_for_a_while() {
    let faults = Faults {
        broken_every: 1,
        ..quiet()
    };
    under("an outage", Felt::Calls(3), faults, Order::Kept);
}

#[test]
fn every_other_call_is_one_too_many() {
    let faults = Faults {
        limited_every: 2,
        limited_secs: 3,
        ..quiet()
    };
    under("limits", Felt::Calls(2), faults, Order::Kept);
}

#[test]
fn every_call_is_one_too_many_for_a_while() {
    let faults = Faults {
        limited_every: 1,
        limited_secs: 7,
        ..quiet()
    };
    under("a flood", Felt::Calls(2), faults, Order::Kept);
}

#[test]
fn every_other_call_gets_no_answer_and_is_not_done() {
    let faults = Faults {
        silent_every: 2,
        silent_for: Duration::from_millis(5),
        ..quiet()
    };
    under("silence", Felt::Calls(2), faults, Order::Mended);
}

#[test]
fn every_other_call_gets_no_answer_and_is_done_all_the_same() {
    let faults = Faults {
        silent_every: 2,
        silent_for: Duration::from_millis(5),
        silent_but_done: true,
        ..quiet()
    };
    // Nothing is sent twice, so nothing changes its place.
    under("lost answers", Felt::Calls(2), faults, Order::Kept);
}

#[test]
fn every_webhook_comes_three_times() {
    let faults = Faults {
        copies: 3,
        ..quiet()
    };
    under("copies", Felt::Always, faults, Order::Kept);
}

#[test]
fn every_webhook_comes_late() {
    let faults = Faults {
        late: Duration::from_secs(40),
        ..quiet()
    };
    under("lateness", Felt::Always, faults, Order::Kept);
}

#[test]
fn every_other_webhook_is_overtaken() {
    let faults = Faults {
        swapped: true,
        ..quiet()
    };
    under("overtaking", Felt::Always, faults, Order::Mended);
}

#[test]
fn receipts_get_lost() {
    on_a_server_with(with_sandbox, async |server| {
        let sky = Weather {
            what: "lost receipts",
            faults: Faults {
                receipts_lost: true,
                ..quiet()
            },
            felt: Felt::Always,
        };
        let lines = lines(server).await;
        for line in &lines {
            line.break_with(&sky.faults);
            talk(line).await;
        }
        // Nobody says that a message came, so nobody claims it: it went out, and that is all.
        agrees_but(&lines, Order::Kept, sky.what, |_| vec!["sent"]).await;
        // What is read from then on is told again, and where a vendor tells up to where, the rest too.
        for line in &lines {
            line.mend();
            let last = line.write("after").await;
            line.stands(&last, line.vendor.end).await;
        }
    });
}

#[test]
fn the_token_expires_for_a_while() {
    let faults = Faults {
        token_refused: true,
        ..quiet()
    };
    under("an expired token", Felt::Red, faults, Order::Kept);
}

#[test]
fn webhooks_are_signed_with_a_secret_we_do_not_know() {
    on_a_server_with(with_sandbox, async |server| {
        let mut lines = Vec::new();
        // Asking for news needs no signature.
        let signed = VENDORS.iter().filter(|vendor| vendor.account != "telegram");
        for vendor in signed {
            lines.push(Line::open(server, vendor).await);
        }
        let faults = Faults {
            secret_changed: true,
            ..quiet()
        };
        for line in &lines {
            line.break_with(&faults);
            talk(line).await;
            line.until("forgeries are refused", async || {
                let gone =
                    line.vendor.comes_again || line.server.sandbox().is_quiet(line.vendor.account);
                (gone && is_felt(line, &Felt::Refused).await).then_some(())
            })
            .await;
            let heard = line.kept("inbound").await;
            assert_eq!(heard.len(), 1, "{}: {heard:?}", line.vendor.account);
            line.mend();
        }
        let (again, once): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.vendor.comes_again);
        agrees(&again, Order::Mended, "a changed secret").await;
        // A carrier that does not come again has lost what was said; what follows arrives.
        for line in &once {
            line.say("are you there?");
            let heard = line.hears(2).await;
            assert_eq!(heard[1]["text"], "are you there?");
        }
    });
}

#[test]
fn everything_is_broken_at_once() {
    let faults = Faults {
        broken_every: 3,
        limited_every: 5,
        limited_secs: 2,
        copies: 2,
        late: Duration::from_secs(1),
        ..quiet()
    };
    under("a storm", Felt::Calls(2), faults, Order::Kept);
}
