//! What records mean for the mail of a channel, and what to add.

use crate::channels::email::discover::Known;
use crate::channels::email::discover::ends_in;
use crate::channels::email::domain::Answer;
use crate::channels::email::domain::Records;
use crate::channels::email::domain::Sender;
use crate::channels::email::domain::sender::WayIn;
use crate::model::domain::Finding;
use crate::model::domain::State;

/// Questions a receiver asks for one SPF record at most. RFC 7208 section 4.6.4.
const LOOKUPS_MAX: usize = 10;
/// Parts of an SPF record that make a receiver ask.
const ASKING: [&str; 6] = ["include:", "a", "mx", "ptr", "exists:", "redirect="];

/// Judges what was found: MX, SPF, DKIM, DMARC, in that order. `own_host` is the name under which
/// other servers bring mail to linktor itself.
#[must_use]
pub fn judge(sender: &Sender, records: &Records, own_host: &str) -> Vec<Finding> {
    if let Some(landlord) = sender.landlord {
        return vec![rented(sender, landlord)];
    }
    vec![
        exchanger(sender, &records.exchangers, own_host),
        spf(sender, &records.texts),
        dkim(sender, &records.keys),
        dmarc(sender, &records.policies),
    ]
}

/// An address that a large service gave out: only that service may send for it.
fn rented(sender: &Sender, landlord: &Known) -> Finding {
    let domain = &sender.domain;
    let is_theirs = sender.carrier.is_none()
        && (sender.host.is_none() || sender.server.is_some_and(|one| one.name == landlord.name));
    if is_theirs {
        let text = format!(
            "{} looks after {domain}: there is nothing to set up.",
            landlord.name
        );
        return finding("SPF", State::Good, &text);
    }
    let text = format!(
        "Mail from {domain} that leaves through {} is refused or taken for spam: only {} may send for it. Use an address of a domain of your own.",
        sender.title(),
        landlord.name
    );
    finding("SPF", State::Bad, &text)
}

fn exchanger(sender: &Sender, answer: &Answer<Vec<String>>, own_host: &str) -> Finding {
    let domain = &sender.inbound;
    let found = match answer {
        Ok(found) => found,
        Err(why) => return unknown("MX", why),
    };
    let shown = |one: Finding| one.with(found);
    let is_null = found
        .iter()
        .any(|host| host.trim_end_matches('.').is_empty());
    let wanted = match (sender.way_in, sender.carrier) {
        (WayIn::Nothing, _) => {
            return shown(finding(
                "MX",
                State::Good,
                "No mail comes in through this channel.",
            ));
        }
        (WayIn::Ourselves, _) => Some((own_host.to_owned(), format!("10 {own_host}"))),
        (WayIn::Carrier, Some(carrier)) => {
            let mx = carrier.mx.replace("{region}", &sender.region);
            Some((carrier.exchanger.to_owned(), mx))
        }
        (WayIn::Mailbox | WayIn::Carrier, _) => None,
    };
    match wanted {
        _ if is_null => shown(finding(
            "MX",
            State::Bad,
            &format!(
                "{domain} says that it takes no mail. Take the record away and name the servers of its mailboxes."
            ),
        )),
        None if found.is_empty() => finding(
            "MX",
            State::Bad,
            &format!(
                "Nothing says who takes mail for {domain}, so answers of customers are lost. The service of the mailbox tells the records to add."
            ),
        ),
        None => shown(finding(
            "MX",
            State::Good,
            &format!("Mail for {domain} goes to {}.", found.join(", ")),
        )),
        Some((end, mx)) => {
            if found.iter().any(|host| ends_in(host, &[end.as_str()])) {
                return shown(finding(
                    "MX",
                    State::Good,
                    &format!("Mail for {domain} arrives here."),
                ));
            }
            let (state, text) = if found.is_empty() {
                (
                    State::Bad,
                    format!(
                        "Nothing says who takes mail for {domain}, so answers of customers are lost."
                    ),
                )
            } else {
                (
                    State::Note,
                    format!(
                        "Mail for {domain} goes elsewhere. That is right where it is forwarded from there; else answers of customers do not come in."
                    ),
                )
            };
            shown(finding("MX", state, &text).adding("MX", domain, &mx))
        }
    }
}

fn spf(sender: &Sender, answer: &Answer<Vec<String>>) -> Finding {
    let domain = &sender.domain;
    let texts = match answer {
        Ok(texts) => texts,
        Err(why) => return unknown("SPF", why),
    };
    let is_spf = |text: &&String| {
        let first = text.split_whitespace().next();
        first.is_some_and(|first| first.eq_ignore_ascii_case("v=spf1"))
    };
    let found: Vec<String> = texts.iter().filter(is_spf).cloned().collect();
    let let_in = match (sender.include(), &sender.host) {
        (Some(include), _) => format!("include:{include}"),
        (None, Some(host)) => format!("a:{host}"),
        (None, None) => "mx".to_owned(),
    };
    let one = match found.as_slice() {
        [] => {
            let text = format!(
                "Nothing says who may send for {domain}, so its mail is often taken for spam."
            );
            let value = format!("v=spf1 {let_in} ~all");
            return finding("SPF", State::Bad, &text).adding("TXT", domain, &value);
        }
        [one] => one.to_lowercase(),
        _ => {
            let text = format!(
                "There are {} SPF records, which receivers take for none. Join them into one.",
                found.len()
            );
            return finding("SPF", State::Bad, &text).with(&found);
        }
    };
    let parts: Vec<&str> = one.split_whitespace().skip(1).collect();
    let (state, text) = judged_spf(sender, &parts);
    let finding = finding("SPF", state, &text).with(&found);
    let is_missing = matches!(state, State::Bad | State::Note) && !names(sender, &parts);
    if is_missing && sender.include().is_some() {
        let mut joined: Vec<&str> = vec!["v=spf1", &let_in];
        joined.extend(parts);
        return finding.adding("TXT", domain, &joined.join(" "));
    }
    finding
}

/// Whether a record names whoever sends.
fn names(sender: &Sender, parts: &[&str]) -> bool {
    let Some(include) = sender.include() else {
        return true;
    };
    parts.iter().any(|part| {
        let part = part.trim_start_matches('+');
        part.strip_prefix("include:") == Some(include)
            || part.strip_prefix("redirect=") == Some(include)
    })
}

fn judged_spf(sender: &Sender, parts: &[&str]) -> (State, String) {
    let (domain, title) = (&sender.domain, sender.title());
    let asks = |part: &&&str| {
        let part = part.trim_start_matches(['+', '-', '~', '?']);
        ASKING.iter().any(|asking| {
            part == *asking
                || (asking.ends_with([':', '=']) && part.starts_with(asking))
                || part.starts_with(&format!("{asking}:"))
                || part.starts_with(&format!("{asking}/"))
        })
    };
    if parts.iter().any(|part| matches!(*part, "+all" | "all")) {
        return (
            State::Bad,
            format!("The record lets everybody send for {domain}. Let it end in ~all or -all."),
        );
    }
    if parts.iter().filter(asks).count() > LOOKUPS_MAX {
        return (
            State::Bad,
            format!(
                "The record makes receivers ask more than {LOOKUPS_MAX} times, which they take for an error. Take out who does not send any more."
            ),
        );
    }
    if !names(sender, parts) {
        let indirect = parts
            .iter()
            .any(|part| part.starts_with("include:") || part.starts_with("redirect="));
        return if sender.carrier.is_some() {
            // A service sends under a domain of its own for bounces: the signature proves the mail.
            (
                State::Note,
                format!(
                    "{title} is not named. That is enough while its mails are signed (DKIM); named as well they are believed sooner."
                ),
            )
        } else if indirect {
            (
                State::Note,
                format!(
                    "{title} is not named itself. That is right only where one of the others includes it."
                ),
            )
        } else {
            (
                State::Bad,
                format!("{title} is not named, so mail through it is often taken for spam."),
            )
        };
    }
    let ends = parts
        .iter()
        .any(|part| matches!(*part, "~all" | "-all") || part.starts_with("redirect="));
    if ends {
        (State::Good, format!("{title} may send for {domain}."))
    } else {
        (
            State::Note,
            "The record does not say what to do with mail from anybody else. Let it end in ~all."
                .to_owned(),
        )
    }
}

fn dkim(sender: &Sender, answers: &[Answer<Vec<String>>]) -> Finding {
    let names = sender.keys();
    let title = sender.title();
    if names.is_empty() {
        let text = format!(
            "Under which name {title} signs is not known here; it shows the records to add. A mail to yourself tells: its source says dkim=pass."
        );
        return finding("DKIM", State::Unknown, &text);
    }
    if let (Some(own), Some(answer)) = (&sender.own_record, answers.first()) {
        return signed_here(own, answer);
    }
    let mut keys = Vec::new();
    let mut revoked = None;
    let mut trouble = None;
    for (name, answer) in names.iter().zip(answers) {
        match answer {
            Ok(texts) => {
                for text in texts {
                    match key_in(text) {
                        Some("") => revoked = Some(name),
                        Some(_) => keys.push(format!("{name}: {}", shortened(text))),
                        None => {}
                    }
                }
            }
            Err(why) => trouble = Some(why),
        }
    }
    if !keys.is_empty() {
        let text = "Mails can be signed, and receivers find the key.";
        return finding("DKIM", State::Good, text).with(&keys);
    }
    if let Some(name) = revoked {
        let text = format!("The key under {name} was taken back: signatures with it are refused.");
        return finding("DKIM", State::Bad, &text);
    }
    if let Some(why) = trouble {
        return unknown("DKIM", why);
    }
    let text = format!(
        "No key lies under {}. {title} shows the records to add where it verifies the domain.",
        names.join(", ")
    );
    finding("DKIM", State::Bad, &text)
}

/// The key with which linktor itself signs: what lies there must be its other half.
fn signed_here((name, value): &(String, String), answer: &Answer<Vec<String>>) -> Finding {
    let texts = match answer {
        Ok(texts) => texts,
        Err(why) => return unknown("DKIM", why),
    };
    let bare = |text: &str| key_in(text).map(|key| key.replace(char::is_whitespace, ""));
    let found: Vec<&String> = texts.iter().filter(|text| key_in(text).is_some()).collect();
    if found.iter().any(|text| bare(text) == bare(value)) {
        let shown = [format!("{name}: {}", shortened(value))];
        let text = "Mails are signed here, and receivers find the key.";
        return finding("DKIM", State::Good, text).with(&shown);
    }
    let text = if found.is_empty() {
        "Mails are signed here, but receivers do not find the key.".to_owned()
    } else {
        format!("Another key lies under {name}: signatures made here are refused.")
    };
    finding("DKIM", State::Bad, &text).adding("TXT", name, value)
}

/// The key in a text that is one: empty where it was taken back.
fn key_in(text: &str) -> Option<&str> {
    let tags = text.split(';').filter_map(|tag| tag.split_once('='));
    let mut key = None;
    for (name, value) in tags {
        match name.trim() {
            "v" if !value.trim().eq_ignore_ascii_case("DKIM1") => return None,
            "p" => key = Some(value.trim()),
            _ => {}
        }
    }
    key
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn dmarc(sender: &Sender, answers: &[Answer<Vec<String>>]) -> Finding {
    let names = sender.policies();
    let is_policy = |text: &&String| {
        let first = text.split(';').next().unwrap_or_default();
        first.replace(' ', "").eq_ignore_ascii_case("v=DMARC1")
    };
    for (name, answer) in names.iter().zip(answers) {
        let texts = match answer {
            Ok(texts) => texts,
            Err(why) => return unknown("DMARC", why),
        };
        let found: Vec<String> = texts.iter().filter(is_policy).cloned().collect();
        let (state, text) = match found.as_slice() {
            [] => continue,
            [one] => policy(one),
            _ => (
                State::Bad,
                format!(
                    "There are {} DMARC records under {name}, which receivers take for none. Keep one.",
                    found.len()
                ),
            ),
        };
        return finding("DMARC", state, &text).with(&found);
    }
    let name = names.first().map_or("_dmarc", String::as_str);
    let value = format!("v=DMARC1; p=none; rua=mailto:{}", sender.address);
    let text = format!(
        "Nothing says what happens with forged mail of {}. Gmail and Yahoo want such a record from whoever writes to many.",
        sender.domain
    );
    finding("DMARC", State::Bad, &text).adding("TXT", name, &value)
}

fn policy(record: &str) -> (State, String) {
    let tag = |wanted: &str| {
        let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
        let found = tags.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_lowercase())
    };
    match tag("p").as_deref() {
        Some("reject") => (State::Good, "Forged mail is refused.".to_owned()),
        Some("quarantine") => (State::Good, "Forged mail lands in the spam folder.".to_owned()),
        Some("none") => (State::Note, "Forged mail is only reported. Once SPF and DKIM hold, p=quarantine protects your name.".to_owned()),
        Some(other) => (State::Bad, format!("The policy {other} is none: p is none, quarantine or reject.")),
        None => (State::Bad, "The record has no policy: add p=none to begin with.".to_owned()),
    }
}

fn finding(what: &'static str, state: State, text: &str) -> Finding {
    Finding {
        what,
        state,
        text: text.to_owned(),
        found: Vec::new(),
        add: None,
    }
}

fn unknown(what: &'static str, why: &str) -> Finding {
    finding(
        what,
        State::Unknown,
        &format!("Nobody answered: {why}. Try again later."),
    )
}
