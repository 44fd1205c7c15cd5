//! Every setting, one row each: its names, its range, and where its value goes.

use std::str::FromStr;

use url::Url;

use crate::base::secret::Secret;
use crate::config::Config;
use crate::config::LogFormat;
use crate::config::MailTls;
use crate::config::mail;

/// One thing that can be chosen.
pub struct Setting {
    /// `section.name` in the file; none for what only the environment may carry.
    pub key: Option<&'static str>,
    /// The variable of the environment.
    pub variable: &'static str,
    /// The flag of the command line, without dashes, for the few that have one.
    pub flag: Option<&'static str>,
    /// Reads and checks a value. The error is the part of a sentence that follows the setting's name.
    pub read: fn(&mut Config, &str) -> Result<(), String>,
}

const fn row(
    key: &'static str,
    variable: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
) -> Setting {
    Setting {
        key: Some(key),
        variable,
        flag: None,
        read,
    }
}

const fn flagged(
    flag: &'static str,
    key: &'static str,
    variable: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
) -> Setting {
    Setting {
        flag: Some(flag),
        ..row(key, variable, read)
    }
}

const fn secret(
    variable: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
) -> Setting {
    Setting {
        key: None,
        variable,
        flag: None,
        read,
    }
}

/// Every setting.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    flagged("data", "server.data", "LINKTOR_DATA", |c, v| {
        c.server.data = filled(v)?.into();
        Ok(())
    }),
    flagged("listen", "server.listen", "LINKTOR_LISTEN", |c, v| {
        c.server.listen = parsed(v, "an address and a port such as 127.0.0.1:8080")?;
        Ok(())
    }),
    flagged("public-url", "server.public_url", "LINKTOR_PUBLIC_URL", |c, v| {
        c.server.public_url = Some(public_url(v)?);
        Ok(())
    }),
    row("server.trusted_proxies", "LINKTOR_TRUSTED_PROXIES", |c, v| {
        c.server.trusted_proxies = list(v).map(str::parse).collect::<Result<_, String>>()?;
        Ok(())
    }),
    row("server.workers", "LINKTOR_WORKERS", |c, v| {
        c.server.workers = between(v, 1, 64)?;
        Ok(())
    }),
    row("server.dns", "LINKTOR_DNS", |c, v| {
        c.server.dns = Some(parsed(v, "an address and a port such as 192.0.2.53:53")?);
        Ok(())
    }),
    row("limits.auth_per_minute", "LINKTOR_LIMITS_AUTH_PER_MINUTE", |c, v| {
        c.limits.auth_per_minute = between(v, 0, 1_000_000)?;
        Ok(())
    }),
    row("limits.sends_per_minute", "LINKTOR_LIMITS_SENDS_PER_MINUTE", |c, v| {
        c.limits.sends_per_minute = between(v, 0, 1_000_000)?;
        Ok(())
    }),
    row("limits.other_per_minute", "LINKTOR_LIMITS_OTHER_PER_MINUTE", |c, v| {
        c.limits.other_per_minute = between(v, 0, 1_000_000)?;
        Ok(())
    }),
    row("limits.sockets_per_caller", "LINKTOR_LIMITS_SOCKETS_PER_CALLER", |c, v| {
        c.limits.sockets_per_caller = between(v, 0, 1_000_000)?;
        Ok(())
    }),
    row("limits.sockets", "LINKTOR_LIMITS_SOCKETS", |c, v| {
        c.limits.sockets = between(v, 0, 1_000_000)?;
        Ok(())
    }),
    row("store.cache_mb", "LINKTOR_STORE_CACHE_MB", |c, v| {
        c.store.cache_mb = between(v, 1, 65_536)?;
        Ok(())
    }),
    row("search.heap_mb", "LINKTOR_SEARCH_HEAP_MB", |c, v| {
        c.search.heap_mb = between(v, 15, 4_096)?;
        Ok(())
    }),
    row("delivery.request_timeout_secs", "LINKTOR_DELIVERY_REQUEST_TIMEOUT_SECS", |c, v| {
        c.delivery.request_timeout_secs = between(v, 1, 120)?;
        Ok(())
    }),
    row("smtp.listen", "LINKTOR_SMTP_LISTEN", |c, v| {
        c.reception.listen = Some(parsed(v, "an address and a port such as 0.0.0.0:25")?);
        Ok(())
    }),
    row("smtp.host", "LINKTOR_SMTP_HOST", |c, v| {
        c.reception.host = Some(filled(v)?.to_owned());
        Ok(())
    }),
    row("smtp.mail_mb", "LINKTOR_SMTP_MAIL_MB", |c, v| {
        c.reception.mail_mb = between(v, 1, 1_024)?;
        Ok(())
    }),
    row("smtp.tls_cert", "LINKTOR_SMTP_TLS_CERT", |c, v| {
        c.reception.tls_cert = Some(filled(v)?.into());
        Ok(())
    }),
    row("smtp.tls_key", "LINKTOR_SMTP_TLS_KEY", |c, v| {
        c.reception.tls_key = Some(filled(v)?.into());
        Ok(())
    }),
    row("mail.host", "LINKTOR_MAIL_HOST", |c, v| {
        c.mail.host = Some(filled(v)?.to_owned());
        Ok(())
    }),
    row("mail.port", "LINKTOR_MAIL_PORT", |c, v| {
        c.mail.port = Some(between(v, 1, u16::MAX)?);
        Ok(())
    }),
    row("mail.tls", "LINKTOR_MAIL_TLS", |c, v| {
        let wrong = || format!("must be starttls, tls or none, not `{v}`");
        c.mail.tls = MailTls::named(v).ok_or_else(wrong)?;
        Ok(())
    }),
    row("mail.user", "LINKTOR_MAIL_USER", |c, v| {
        c.mail.user = Some(filled(v)?.to_owned());
        Ok(())
    }),
    row("mail.password", "LINKTOR_MAIL_PASSWORD", |c, v| {
        c.mail.password = Some(Secret::new(filled(v)?.to_owned()));
        Ok(())
    }),
    row("mail.from", "LINKTOR_MAIL_FROM", |c, v| {
        c.mail.from = Some(sender(v)?.to_owned());
        Ok(())
    }),
    flagged("allow-private-targets", "security.allow_private_targets", "LINKTOR_ALLOW_PRIVATE_TARGETS", |c, v| {
        c.security.allow_private_targets = parsed(v, "true or false")?;
        Ok(())
    }),
    flagged("sandbox", "sandbox.enabled", "LINKTOR_SANDBOX", |c, v| {
        c.sandbox.enabled = parsed(v, "true or false")?;
        Ok(())
    }),
    row("log.filter", "LINKTOR_LOG", |c, v| {
        c.log.filter = filter(v)?;
        Ok(())
    }),
    row("log.format", "LINKTOR_LOG_FORMAT", |c, v| {
        c.log.format = match v {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return Err(format!("must be text or json, not `{v}`")),
        };
        Ok(())
    }),
    secret("LINKTOR_ADMIN_EMAIL", |c, v| {
        c.first_run.admin_email = Some(filled(v)?.to_owned());
        Ok(())
    }),
    secret("LINKTOR_ADMIN_PASSWORD", |c, v| {
        c.first_run.admin_password = Some(Secret::new(filled(v)?.to_owned()));
        Ok(())
    }),
    secret("LINKTOR_BOOTSTRAP_API_KEY", |c, v| {
        c.first_run.bootstrap_api_key = Some(Secret::new(api_key(v)?.to_owned()));
        Ok(())
    }),
];

/// The shortest bootstrap key: 128 bits of letters and digits and the prefix.
const API_KEY_MIN: usize = 24;

fn parsed<T: FromStr>(value: &str, what: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("must be {what}, not `{value}`"))
}

fn filled(value: &str) -> Result<&str, String> {
    if value.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    Ok(value)
}

#[expect(clippy::needless_pass_by_value, reason = "numbers, given as they are")]
fn between<T>(value: &str, least: T, most: T) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    match value.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!(
            "must be a number from {least} to {most}, not `{value}`"
        )),
    }
}

/// The parts of a list written with commas.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn sender(value: &str) -> Result<&str, String> {
    if mail::is_sender(value) {
        return Ok(value);
    }
    Err(format!(
        "must be an address such as desk@example.com, or a name and <desk@example.com>, not `{value}`"
    ))
}

fn public_url(value: &str) -> Result<Url, String> {
    let wrong = || format!("must be an address such as https://chat.example.com, not `{value}`");
    let url: Url = value.parse().map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain {
        return Err(wrong());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "must be a host of its own, without a path: `{value}`"
        ));
    }
    Ok(url)
}

fn filter(value: &str) -> Result<String, String> {
    value
        .parse::<tracing_subscriber::EnvFilter>()
        .map(|_| value.to_owned())
        .map_err(|_| format!("must be a level such as info or debug, not `{value}`"))
}

fn api_key(value: &str) -> Result<&str, String> {
    if value.starts_with("lk_") && value.len() >= API_KEY_MIN && value.is_ascii() {
        Ok(value)
    } else {
        Err(format!(
            "must start with lk_ and have at least {API_KEY_MIN} characters"
        ))
    }
}
