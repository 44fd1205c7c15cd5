//! Mailgun: a webhook for each kind of news, and a route for mail that comes in.

use serde_json::Value;

use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::dialogue::Pause;
use crate::channels::email::address;
use crate::channels::email::mailgun::ask;
use crate::channels::email::mailgun::domain;
use crate::channels::email::provider::with_form;
use crate::channels::email::reporting::No;
use crate::channels::email::reporting::SetUp;
use crate::channels::email::reporting::Talk;
use crate::channels::email::reporting::is_ours;
use crate::channels::email::reporting::takes_mail;
use crate::model::outbound::Account;

/// The names of its webhooks that we want.
const WEBHOOKS: [&str; 7] = [
    "delivered",
    "permanent_fail",
    "temporary_fail",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
];
/// How many addresses one of them may have.
const URLS_MAX: usize = 3;

/// Sets up what Mailgun posts to us.
///
/// # Errors
/// [`Pause`].
pub fn set_up(_: &Value, account: &Account, talk: &mut Talk<'_>) -> Result<SetUp, Pause> {
    let mut done = SetUp::default();
    if let Err(no) = events(account, talk)? {
        let what = "Mailgun was not told where to report deliveries: add the address of this channel at Sending, Webhooks, for every kind of event";
        done.by_hand(what, &no);
    }
    if takes_mail(account)
        && let Err(no) = route(account, talk)?
    {
        let what = "Mailgun was not told where to hand incoming mail: add a route at Receiving that forwards to the address of this channel with /mime behind it";
        done.by_hand(what, &no);
    }
    let key = account.secret("mailgunWebhookSigningKey");
    if key.is_none_or(str::is_empty) {
        done.warnings.push(
            "Nothing that Mailgun reports is believed before its HTTP webhook signing key is entered: it stands at API Security."
                .to_owned(),
        );
    }
    Ok(done)
}

fn form(account: &Account, method: Method, path: &str, fields: &[(&str, &str)]) -> HttpRequest {
    with_form(ask(account, method, path), fields)
}

fn events(account: &Account, talk: &mut Talk<'_>) -> Result<Result<(), No>, Pause> {
    let path = format!("/v3/domains/{}/webhooks", domain(account));
    let listed = match talk.ask(ask(account, Method::Get, &path))? {
        Ok(listed) => listed,
        Err(no) => return Ok(Err(no)),
    };
    let ours = account.webhook_url.as_str();
    for name in WEBHOOKS {
        let known = listed["webhooks"][name]["urls"].as_array();
        let known: Vec<&str> = known
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if known.contains(&ours) {
            continue;
        }
        // Ours from before we moved make room.
        let others: Vec<&str> = known
            .iter()
            .copied()
            .filter(|url| !is_ours(account, url))
            .collect();
        if others.len() >= URLS_MAX {
            return Ok(Err(No {
                status: 0,
                words: format!("{name} has {URLS_MAX} addresses already"),
            }));
        }
        let request = if known.is_empty() {
            form(account, Method::Post, &path, &[("id", name), ("url", ours)])
        } else {
            let mut urls: Vec<(&str, &str)> = others.iter().map(|url| ("url", *url)).collect();
            urls.push(("url", ours));
            form(account, Method::Put, &format!("{path}/{name}"), &urls)
        };
        if let Err(no) = talk.ask(request)? {
            return Ok(Err(no));
        }
    }
    Ok(Ok(()))
}

fn route(account: &Account, talk: &mut Talk<'_>) -> Result<Result<(), No>, Pause> {
    let listed = match talk.ask(ask(account, Method::Get, "/v3/routes?skip=0&limit=1000"))? {
        Ok(listed) => listed,
        Err(no) => return Ok(Err(no)),
    };
    let forward = format!("forward(\"{}/mime\")", account.webhook_url);
    let routes = listed["items"].as_array().into_iter().flatten();
    let mut actions = routes.flat_map(|route| route["actions"].as_array().into_iter().flatten());
    if actions.any(|action| action == forward.as_str()) {
        return Ok(Ok(()));
    }
    let expression = recipients(&address::inbound(account));
    let fields = [
        ("priority", "0"),
        ("description", "linktor"),
        ("expression", expression.as_str()),
        ("action", forward.as_str()),
        ("action", "stop()"),
    ];
    Ok(talk
        .ask(form(account, Method::Post, "/v3/routes", &fields))?
        .map(drop))
}

/// Which mails a route is for: those to an address, with whatever stands behind a plus.
fn recipients(address: &str) -> String {
    let plain = address::without_plus(address);
    let (local, domain) = plain.rsplit_once('@').unwrap_or((&plain, ""));
    let literal = |text: &str| {
        let special = |c: char| ".+*?()[]{}|^$\\".contains(c);
        text.chars()
            .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
            .collect::<String>()
    };
    format!(
        "match_recipient(\"{}(\\+.*)?@{}\")",
        literal(local),
        literal(domain)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_for_an_address_with_every_plus() {
        for (address, expected) in [
            (
                "support@in.example.com",
                r#"match_recipient("support(\+.*)?@in\.example\.com")"#,
            ),
            (
                "a.b+c@x.example",
                r#"match_recipient("a\.b(\+.*)?@x\.example")"#,
            ),
        ] {
            assert_eq!(recipients(address), expected);
        }
    }
}
