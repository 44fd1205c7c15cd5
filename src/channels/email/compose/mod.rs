//! A message as a mail, the same for whoever carries it. email.md sections 4.1 and 7.

mod body;
pub mod html;
pub mod json;
pub mod mime;
mod quote;
pub mod template;
pub mod thread;
mod vcard;

use serde_json::Value;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::time::Timestamp;
use crate::channels::RenderError;
use crate::channels::email::address;
use crate::channels::email::address::Mailbox;
use crate::channels::email::address::one_line;
use crate::channels::email::compose::body::Body;
use crate::channels::email::compose::template::Theirs;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::provider;
use crate::channels::email::unsubscribe;
use crate::channels::email::wishes::File;
use crate::channels::email::wishes::Wishes;
use crate::model::Opaque;
use crate::model::ids::MediaId;
use crate::model::mail::LINKS;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::outbound::Switch;
use crate::model::thread::Earlier;

/// Gmail shows so much of the HTML of a mail, and a link to the rest (email.md section 11).
const GMAIL_CLIPS_BYTES: usize = 102 * 1024;

/// A mail on its way.
#[derive(Debug)]
pub struct Letter<'a> {
    /// The account.
    pub account: &'a Account,
    /// Our id of the message.
    pub message_id: String,
    /// The id of the mail, without brackets.
    pub id: String,
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Who is written to.
    pub to: Mailbox,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// Who gets a copy that the others do not see.
    pub bcc: Vec<Mailbox>,
    /// What it is about.
    pub subject: String,
    /// What it says, in words.
    pub text: String,
    /// What it says, as HTML.
    pub html: String,
    /// Headers beside those that every mail has, in order.
    pub headers: Vec<(&'static str, String)>,
    /// Files that go along.
    pub files: Vec<Enclosure>,
    /// Whether opening is noticed.
    pub opens: bool,
    /// Whether clicks are noticed.
    pub clicks: bool,
    /// The template of the service that it is, in place of subject, words and HTML.
    pub theirs: Option<Theirs>,
    /// The present.
    pub now: Timestamp,
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// The name the customer sees.
    pub filename: String,
    /// Its type.
    pub mime_type: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its id within the mail, where the HTML shows it.
    pub content_id: Option<String>,
    /// The bytes.
    pub holding: Holding,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Stored.
    Stored(MediaId),
    /// Here: written by ourselves.
    Here(Vec<u8>),
}

impl<'a> Letter<'a> {
    /// A message as a mail.
    ///
    /// # Errors
    /// [`RenderError`]: something that no mail can say.
    pub fn of(sending: &Sending<'a>) -> Result<Self, RenderError> {
        let account = sending.account;
        let wishes = Wishes::of(sending.metadata);
        let body = Body::of(sending)?;
        let to = recipient(sending, &wishes);
        let (cc, bcc) = copies(sending, &wishes, &to);
        let (text, html) = finished(sending, &wishes, &body);
        Ok(Self {
            account,
            message_id: sending.message_id.to_string(),
            id: thread::minted(account, sending.message_id),
            from: Mailbox {
                name: sender(sending),
                address: address::own(account),
            },
            reply_to: reply_to(sending, &wishes),
            cc,
            bcc,
            subject: thread::subject(sending, &wishes),
            headers: headers(sending, &wishes, &to.address),
            to,
            text,
            html,
            files: files(&wishes, body),
            opens: wishes
                .opens
                .unwrap_or_else(|| account.is_on("trackOpens", Switch::Off)),
            clicks: wishes
                .clicks
                .unwrap_or_else(|| account.is_on("trackClicks", Switch::Off)),
            theirs: template::theirs(sending),
            now: sending.now,
        })
    }

    /// Everybody who gets it, the one who is written to first.
    #[must_use]
    pub fn everybody(&self) -> Vec<&Mailbox> {
        let copies = self.cc.iter().chain(&self.bcc);
        std::iter::once(&self.to).chain(copies).collect()
    }

    /// How it went out, in the names that mail which comes in has.
    #[must_use]
    pub fn remark(&self) -> Opaque {
        let listed =
            |all: &[Mailbox]| -> Value { all.iter().map(|one| one.address.as_str()).collect() };
        let mut kept = Opaque::new();
        kept.insert("subject".to_owned(), self.subject.as_str().into());
        kept.insert("messageId".to_owned(), self.id.as_str().into());
        kept.insert("toAll".to_owned(), listed(std::slice::from_ref(&self.to)));
        for (name, all) in [("cc", &self.cc), ("bcc", &self.bcc)] {
            if !all.is_empty() {
                kept.insert(name.to_owned(), listed(all));
            }
        }
        if self.html.len() > GMAIL_CLIPS_BYTES {
            kept.insert("clipped".to_owned(), true.into());
        }
        if self.clicks {
            kept.insert(LINKS.to_owned(), html::links(&self.html).into());
        }
        kept
    }

    /// The headers that every carrier has to be told of, which leaves out what it writes itself.
    pub fn told_headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let id = ("Message-ID", format!("<{}>", self.id));
        std::iter::once(id).chain(self.headers.iter().cloned())
    }
}

/// Who is written to: whom somebody named, else the customer, where the customer's newest mail says
/// that answers should go.
fn recipient(sending: &Sending<'_>, wishes: &Wishes) -> Mailbox {
    let heard = thread::heard(sending);
    let name = heard
        .map(|one| one_line(&one.name))
        .filter(|name| !name.is_empty());
    let wanted = heard.and_then(|one| {
        let address = one.metadata.get("replyToAddress")?.as_str()?;
        address::clean(address)
    });
    let own = address::all(sending.account);
    let wanted = wanted.filter(|address| !own.contains(&address::without_plus(address)));
    let usual = Mailbox {
        name: name.filter(|name| !name.contains('@')),
        address: wanted.unwrap_or_else(|| sending.to.to_owned()),
    };
    let named = wishes.to.first().filter(|one| one.address != usual.address);
    named.cloned().unwrap_or(usual)
}

/// Who gets copies. Where nobody said anything about them an answer by a person goes to all whom the
/// customer's mail went to, but to no list. Nobody gets two, and we none.
fn copies(sending: &Sending<'_>, wishes: &Wishes, to: &Mailbox) -> (Vec<Mailbox>, Vec<Mailbox>) {
    let mut known = address::all(sending.account);
    known.push(to.address.clone());
    // Whoever is taken out of the row of those it goes to may still be named among the others.
    known.extend(wishes.to.is_empty().then(|| sending.to.to_owned()));
    let mut fresh = |all: Vec<Mailbox>| {
        let mut kept = Vec::new();
        for one in all {
            let plain = address::without_plus(&one.address);
            if !known.contains(&one.address) && !known.contains(&plain) {
                known.push(one.address.clone());
                kept.push(one);
            }
        }
        kept
    };
    let cc = match &wishes.cc {
        Some(cc) => cc.clone(),
        None if sending.thread.automatic => Vec::new(),
        None if thread::heard(sending).is_some_and(went_to_many) => Vec::new(),
        None => thread::heard(sending).map_or_else(Vec::new, |one| {
            let listed = |name| address::listed(&one.metadata, name);
            [listed("toAll"), listed("cc")].concat()
        }),
    };
    let also = wishes.to.iter().skip(1).cloned();
    (fresh(also.chain(cc).collect()), fresh(wishes.bcc.clone()))
}

/// Whether a mail came through a list, or went to many as news do.
fn went_to_many(mail: &Earlier) -> bool {
    let auto = mail.metadata.get("auto").and_then(|word| word.as_str());
    auto == Some("list")
}

/// The name that stands before our address.
fn sender(sending: &Sending<'_>) -> Option<String> {
    let account = sending.account;
    let business = account.text("fromName").map(one_line);
    let by_name = account.is_on("useAgentName", Switch::Off);
    let writer = sending.thread.writer.as_ref().filter(|_| by_name);
    let writer = writer.map(|writer| one_line(&writer.name));
    match (writer, business) {
        (Some(writer), Some(business)) => Some(format!("{writer} at {business}")),
        (writer, business) => writer.or(business),
    }
}

/// Where answers go: so that they find their conversation, with its token in the address.
fn reply_to(sending: &Sending<'_>, wishes: &Wishes) -> Option<Mailbox> {
    let account = sending.account;
    if let Some(wish) = &wishes.reply_to {
        return Some(wish.clone());
    }
    let fixed = account.text("replyTo").and_then(Mailbox::read);
    let plain = fixed.unwrap_or_else(|| Mailbox::of(address::inbound(account)));
    let with_plus = account.is_on("plusAddressing", Switch::On);
    let token = sending.thread.conversation_id.filter(|_| with_plus);
    let marked = token.and_then(|id| address::marked(&plain.address, &address::token_of(id)));
    let name = plain
        .name
        .or_else(|| account.text("fromName").map(one_line));
    match marked {
        Some(address) => Some(Mailbox { name, address }),
        None if plain.address == address::own(account) => None,
        None => Some(Mailbox {
            name,
            address: plain.address,
        }),
    }
}

fn headers(sending: &Sending<'_>, wishes: &Wishes, to: &str) -> Vec<(&'static str, String)> {
    let account = sending.account;
    let (answers, mut references) = thread::references(sending, wishes);
    if provider(account).is_some_and(Provider::rewrites_ids) {
        // The id of this mail itself: so an answer names it, whatever id the mail travels under.
        references.push(thread::minted(account, sending.message_id));
    }
    let bracketed = |id: &String| format!("<{id}>");
    let mut all = Vec::new();
    all.extend(answers.iter().map(|id| ("In-Reply-To", bracketed(id))));
    if !references.is_empty() {
        let ids: Vec<String> = references.iter().map(bracketed).collect();
        all.push(("References", ids.join(" ")));
    }
    all.push(("X-Linktor-Message-Id", sending.message_id.to_string()));
    all.push(("X-Linktor-Loop", loop_mark(account)));
    if sending.thread.automatic {
        let answers = thread::heard(sending).is_some();
        let word = if answers {
            "auto-replied"
        } else {
            "auto-generated"
        };
        all.push(("Auto-Submitted", word.to_owned()));
        all.push(("X-Auto-Response-Suppress", "All".to_owned()));
    }
    if (wishes.marketing || template::is_marketing(sending))
        && let Some(ways) = unsubscribe::header(account, to)
    {
        all.push(("List-Unsubscribe", ways));
        let one_click = "List-Unsubscribe=One-Click".to_owned();
        all.push(("List-Unsubscribe-Post", one_click));
    }
    all
}

/// What mails of this installation bear, so that one that comes back is known: nothing outsiders
/// could read anything from.
#[must_use]
pub fn loop_mark(account: &Account) -> String {
    let place = url::Url::parse(&account.webhook_url).ok();
    let place = place.map(|url| url.origin().ascii_serialization());
    let place = place.unwrap_or_else(|| account.channel_id.to_string());
    hex(&digest(place.as_bytes()))[..16].to_owned()
}

/// Words and HTML with what stands under them: signature and quote.
fn finished(sending: &Sending<'_>, wishes: &Wishes, body: &Body) -> (String, String) {
    let given = wishes.html.clone().or_else(|| template::html(sending));
    let given = given.as_deref().map(html::safe);
    let mut html = given.clone().unwrap_or_else(|| body.html.clone());
    let mut text = body.text.clone();
    if text.trim().is_empty()
        && let Some(given) = &given
    {
        text = html::words_of(given);
    }
    let account = sending.account;
    let quotes = wishes
        .quote
        .unwrap_or_else(|| account.is_on("includeQuote", Switch::Off));
    let quote = quotes.then(|| thread::heard(sending)).flatten();
    let signature = (!sending.thread.automatic)
        .then(|| signature(sending))
        .flatten();
    if let Some(signature) = signature {
        text = format!("{text}\n\n-- \n{}", html::words_of(&signature));
        html = format!("{html}\n<div><br></div>\n<div>{signature}</div>");
    }
    if let Some(quoted) = quote {
        text = format!("{text}\n\n{}", quote::in_words(quoted));
        html = format!("{html}\n{}", quote::in_html(quoted));
    }
    (text, html::page(&html))
}

/// What stands under the mails of whoever writes: the person's own, else the channel's.
fn signature(sending: &Sending<'_>) -> Option<String> {
    let writer = sending.thread.writer.as_ref();
    let own = writer.and_then(|writer| writer.signature.as_deref());
    signed_with(own.or_else(|| sending.account.text("signatureHtml"))?)
}

/// A signature as it stands under a mail, as HTML; none where nothing is to be seen of it.
#[must_use]
pub fn signed_with(shown: &str) -> Option<String> {
    let shown = if shown.contains('<') {
        html::safe(shown)
    } else {
        html::of_words(shown)
    };
    (!html::words_of(&shown).is_empty() || shown.contains("<img")).then_some(shown)
}

fn files(wishes: &Wishes, body: Body) -> Vec<Enclosure> {
    let stored = |file: File| Enclosure {
        filename: file.filename,
        mime_type: file.mime_type,
        size_bytes: file.size_bytes,
        content_id: file.content_id,
        holding: Holding::Stored(file.media_id),
    };
    let mut files: Vec<File> = body.files;
    for wish in &wishes.files {
        if !files.iter().any(|file| file.media_id == wish.media_id) {
            files.push(wish.clone());
        }
    }
    let mut all: Vec<Enclosure> = files.into_iter().map(stored).collect();
    all.extend(body.cards.map(|cards| Enclosure {
        filename: "contacts.vcf".to_owned(),
        mime_type: "text/vcard".to_owned(),
        size_bytes: cards.len() as u64,
        content_id: None,
        holding: Holding::Here(cards.into_bytes()),
    }));
    all
}
