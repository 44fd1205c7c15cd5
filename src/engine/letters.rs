//! The words of mails to people of ours.

use askama::Template;

use crate::engine::alerts;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::passes;
use crate::model::alert::News;
use crate::model::channel::Channel;
use crate::model::inbound::Effect;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::letter::Letter;
use crate::model::pass::Pass;
use crate::model::pass::Purpose;
use crate::model::user::User;
use crate::net::smtp::Mail;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::organisation;
use crate::store::records::passes as records;
use crate::store::records::users;

/// A letter in its two forms, from the same facts.
macro_rules! forms {
    ($html:ident, $text:ident, $facts:ident, $html_path:literal, $text_path:literal) => {
        #[derive(askama::Template)]
        #[template(path = $html_path)]
        struct $html<'a>(&'a $facts);

        #[derive(askama::Template)]
        #[template(path = $text_path, escape = "none")]
        struct $text<'a>(&'a $facts);
    };
}

/// What a letter with a link says.
struct PassFacts {
    /// The business.
    business: String,
    /// The person written to.
    name: String,
    /// The address to sign in with.
    email: String,
    /// The link.
    url: String,
}

forms!(
    InvitationHtml,
    InvitationText,
    PassFacts,
    "email/invitation.html",
    "email/invitation.txt"
);
/// What a letter about a channel says.
struct AlertFacts {
    /// The business.
    business: String,
    /// One line.
    headline: String,
    /// What it means.
    what: String,
    /// What the vendor says.
    reason: Option<String>,
    /// The channel's page.
    url: String,
    /// Where such mails are turned off.
    me_url: String,
}

forms!(
    AlertHtml,
    AlertText,
    AlertFacts,
    "email/alert.html",
    "email/alert.txt"
);
forms!(
    ResetHtml,
    ResetText,
    PassFacts,
    "email/password_reset.html",
    "email/password_reset.txt"
);

/// Has a letter sent, once what is being written is on disk.
///
/// # Errors
/// The disk's.
pub fn post(tx: &mut Tx<'_>, pen: &mut Pen, letter: Letter) -> Result<(), StoreError> {
    let job = Job {
        id: pen.id(),
        kind: JobKind::SendMail { letter },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// The mail of a letter; none when there is nothing to say any more. `id` names the mail.
///
/// # Errors
/// The store's.
pub fn compose(context: &Context, letter: Letter, id: &str) -> Result<Option<Mail>, EngineError> {
    match letter {
        Letter::Pass(pass) => {
            let read = context.store.snapshot()?;
            let now = context.clock.now();
            let Some(pass) = records::get(&read, pass)?.filter(|pass| passes::works(pass, now))
            else {
                return Ok(None);
            };
            let Some(user) = users::get(&read, pass.user_id)? else {
                return Ok(None);
            };
            let business = business_in(&read)?;
            with_link(context, &pass, user, business, id).map(Some)
        }
        Letter::Alert {
            user_id,
            channel_id,
            news,
        } => {
            let read = context.store.snapshot()?;
            let user = users::get(&read, user_id)?.filter(User::is_active);
            let channel = channels::get(&read, channel_id)?;
            let (Some(user), Some(channel)) = (user, channel) else {
                return Ok(None);
            };
            let facts = AlertFacts {
                business: business_in(&read)?,
                headline: headline(&channel, news),
                what: meaning(&channel, news),
                reason: reason(&channel, news),
                url: format!(
                    "{}/app/settings/channels/{channel_id}",
                    context.links.public_url()
                ),
                me_url: format!("{}/app/me", context.links.public_url()),
            };
            Ok(Some(Mail {
                id: id.to_owned(),
                to: user.email,
                subject: facts.headline.clone(),
                text: written(&AlertText(&facts))?,
                html: written(&AlertHtml(&facts))?,
            }))
        }
    }
}

fn business_in(read: &impl Read) -> Result<String, EngineError> {
    let business = organisation::get(read)?;
    Ok(business.map_or_else(|| "linktor".to_owned(), |known| known.name))
}

/// What happened, in a line.
pub(super) fn headline(channel: &Channel, news: News) -> String {
    let name = format!("{} ({})", channel.name, channel.kind);
    match news {
        News::Broke => format!("{name} does not work"),
        News::Mended => format!("{name} works again"),
        News::Warned => format!("{name}: the vendor warns"),
        News::Expiring => format!("The access of {name} ends soon"),
    }
}

/// What it means.
pub(super) fn meaning(channel: &Channel, news: News) -> String {
    match news {
        News::Broke => "Messages to customers wait until it works again; nothing is lost. It is tried again by itself, but somebody may have to act.".to_owned(),
        News::Mended => "It is back in service, and what waited is being sent.".to_owned(),
        News::Warned => "It works, but somebody should look at what the vendor says.".to_owned(),
        News::Expiring => match alerts_end(channel) {
            Some(end) => format!("The vendor's access ends on {end}. Put in a new one before, or the channel stops working."),
            None => "Put in a new access, or the channel stops working.".to_owned(),
        },
    }
}

/// The day on which a channel's access ends.
fn alerts_end(channel: &Channel) -> Option<String> {
    let end = alerts::expiry(channel)?;
    Some(end.to_string().chars().take(10).collect())
}

/// The vendor's own words.
pub(super) fn reason(channel: &Channel, news: News) -> Option<String> {
    match news {
        News::Broke => channel.error.clone(),
        News::Warned => {
            let mut notes = channel.notes.iter().rev();
            let newest = notes.find(|note| note.effect == Effect::Warn)?;
            Some(newest.text.clone())
        }
        News::Mended | News::Expiring => None,
    }
}

fn with_link(
    context: &Context,
    pass: &Pass,
    user: User,
    business: String,
    id: &str,
) -> Result<Mail, EngineError> {
    let (to, subject) = (
        user.email.clone(),
        match pass.purpose {
            Purpose::Invitation => format!("Your account at {business}"),
            Purpose::Reset => format!("A new password for {business}"),
        },
    );
    let facts = PassFacts {
        url: passes::address(context, pass),
        name: user.name,
        email: user.email,
        business,
    };
    let (text, html) = match pass.purpose {
        Purpose::Invitation => (
            written(&InvitationText(&facts))?,
            written(&InvitationHtml(&facts))?,
        ),
        Purpose::Reset => (written(&ResetText(&facts))?, written(&ResetHtml(&facts))?),
    };
    Ok(Mail {
        id: id.to_owned(),
        to,
        subject,
        text,
        html,
    })
}

fn written(template: &impl Template) -> Result<String, EngineError> {
    let broken = |error| EngineError::Broken(format!("a mail could not be written: {error}"));
    template.render().map_err(broken)
}
