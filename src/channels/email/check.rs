//! What is wrong with settings, and with a mail before it is on its way. email.md sections 1, 8
//! and 11.

use serde_json::Value;

use crate::base::mime;
use crate::channels::email::address;
use crate::channels::email::compose;
use crate::channels::email::dkim;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::provider;
use crate::channels::email::table;
use crate::channels::email::wishes;
use crate::channels::email::wishes::File;
use crate::channels::email::wishes::Wishes;
use crate::channels::table::check_bases;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::outbound::Account;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;

/// Settings that are addresses of hosts.
const BASES: [&str; 5] = [
    "apiBaseUrl",
    "mediaBaseUrl",
    "snsCertBaseUrl",
    "oauthAuthUrl",
    "oauthTokenUrl",
];
/// Settings that are addresses of mail.
const ADDRESSES: [&str; 2] = ["fromEmail", "inboundAddress"];
/// What the words and the headers of a mail take at most, beside its files.
const WORDS_BYTES: u64 = 512 * 1024;

/// Checks the settings of an account.
///
/// # Errors
/// Everything that is wrong, by the name of the setting.
pub fn all(account: &Account) -> Result<(), Vec<FieldError>> {
    let mut all = check_bases(account, &BASES);
    for name in ADDRESSES {
        let is_wrong = account
            .text(name)
            .is_some_and(|text| address::clean(text).is_none());
        all.extend(is_wrong.then(|| wrong(name, "must be an address of mail")));
    }
    if account.text("fromEmail").is_none() {
        all.push(wrong("fromEmail", "is missing: Address"));
    }
    let reply_to = account.text("replyTo");
    if reply_to.is_some_and(|text| address::Mailbox::read(text).is_none()) {
        all.push(wrong("replyTo", "must be an address of mail"));
    }
    if account
        .text("domain")
        .is_some_and(|text| !address::is_domain(text))
    {
        all.push(wrong("domain", "must be a domain such as example.com"));
    }
    if let Some(provider) = provider(account) {
        all.extend(provider.check(account));
    } else {
        let words = format!("must be one of {}", table::PROVIDERS.join(", "));
        all.push(wrong("provider", &words));
    }
    all.extend(mailbox(account));
    all.extend(dkim::check(account));
    if all.is_empty() { Ok(()) } else { Err(all) }
}

/// What is wrong with the settings of the mailbox that is read.
fn mailbox(account: &Account) -> Vec<FieldError> {
    let mut all = Vec::new();
    let reads = account.text("inboundMode") == Some("imap");
    if account.text("imapHost").is_none() {
        if reads {
            all.push(wrong("imapHost", "is missing: Server"));
        }
        return all;
    }
    let by_token = account.text("imapAuth") == Some("oauth2");
    if account.text("imapUsername").is_none() && !by_token {
        all.push(wrong("imapUsername", "is missing: User"));
    }
    if account.secret("imapPassword").is_none() && !by_token {
        all.push(wrong("imapPassword", "is missing: Password"));
    }
    if by_token && account.text("oauthProvider").is_none() {
        all.push(wrong("oauthProvider", "is missing: With whom to sign in"));
    }
    all
}

/// Checks a mail before it is on its way.
///
/// # Errors
/// An address that is none; more recipients or bytes than the service takes; a file that runs.
pub fn mail(account: &Account, parts: &[Content], metadata: &Opaque) -> Result<(), Rejection> {
    let Some(provider) = provider(account) else {
        return Ok(());
    };
    for part in parts {
        if let Content::Template(template) = part
            && let Some(why) = compose::template::refusal(account, template)
        {
            return Err(Rejection::field("template.name", &why));
        }
    }
    let limits = provider.limits(account);
    let wanted = Wishes::of(metadata);
    addresses(metadata)?;
    let count = wanted.to.len().max(1) + wanted.cc.as_ref().map_or(0, Vec::len) + wanted.bcc.len();
    if count > limits.recipients_max {
        let message = format!(
            "A mail goes to at most {} addresses here; this one has {count}.",
            limits.recipients_max
        );
        return Err(Rejection::field("email.cc", &message));
    }
    let media = parts.iter().filter_map(Content::media);
    let mut files: Vec<File> = media.filter_map(File::of).collect();
    for file in wanted.files {
        if !files.iter().any(|known| known.media_id == file.media_id) {
            files.push(file);
        }
    }
    if let Some(file) = files.iter().find(|file| mime::runs(&file.filename)) {
        let message = format!(
            "{} could run somewhere; mail servers refuse it.",
            file.filename
        );
        return Err(Rejection::new(Code::UnsupportedMediaType, message));
    }
    size(&files, limits)
}

/// Whether what was given as addresses are some.
fn addresses(metadata: &Opaque) -> Result<(), Rejection> {
    let given = metadata.get(wishes::NAME).and_then(Value::as_object);
    let Some(given) = given else {
        return Ok(());
    };
    for name in ["to", "cc", "bcc", "replyTo"] {
        let count = match given.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(items)) => items.len(),
            Some(Value::String(text)) => text
                .split(',')
                .filter(|part| !part.trim().is_empty())
                .count(),
            Some(_) => 1,
        };
        if address::listed(given, name).len() != count {
            let field = format!("email.{name}");
            let refused = Rejection::field(&field, "must be addresses of mail");
            return Err(Rejection {
                code: Code::InvalidRecipient,
                ..refused
            });
        }
    }
    Ok(())
}

fn size(files: &[File], limits: Limits) -> Result<(), Rejection> {
    // In lines of 76 letters for 57 bytes, with the end of each.
    let in_letters: u64 = files
        .iter()
        .map(|file| file.size_bytes.div_ceil(57) * 78)
        .sum();
    if files.is_empty() || in_letters + WORDS_BYTES <= limits.bytes_max {
        return Ok(());
    }
    let room = limits.bytes_max.saturating_sub(WORDS_BYTES) / 78 * 57;
    let message = format!(
        "The files are larger than a mail may be here: {} MB together.",
        room / (1024 * 1024)
    );
    Err(Rejection::new(Code::PayloadTooLarge, message))
}
