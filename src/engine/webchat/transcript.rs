//! A chat as a text that its visitor can keep, or have mailed.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::channels::email::address;
use crate::channels::webchat::wire;
use crate::engine::rules::identity;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Flaw;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::forms::flawed;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::mailing;
use crate::engine::webchat::mailing::Parcel;
use crate::engine::webchat::mailing::words;
use crate::engine::webchat::mailing::words::Phrases;
use crate::engine::webchat::site::Site;
use crate::engine::webchat::timeline;
use crate::engine::webchat::view;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::store::Direction;
use crate::store::records::mails;

/// Messages of one copy, at most: the newest.
const MESSAGES_MAX: usize = 10_000;

impl Webchat {
    /// Everything that was said, one message after another, in the visitor's own time. Files are
    /// named, not linked: links would not last.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn copy(&self, caller: &Caller) -> Result<String, WebchatError> {
        self.count(Limit::Identify, &caller.session.id.to_string())?;
        let read = self.context.store.snapshot()?;
        let visitor = &caller.visitor;
        let mut said = timeline::said(&read, visitor, None, Direction::Backward, MESSAGES_MAX)?;
        said.reverse();
        let zone = visitor.timezone.as_deref();
        let zone = zone.and_then(|name| TimeZone::get(name).ok());
        let zone = zone.unwrap_or(TimeZone::UTC);
        let name = visitor.claims.name.clone();
        let name = name.unwrap_or_else(|| {
            identity::visitor_in(visitor.locale.as_deref().unwrap_or_default()).to_owned()
        });
        let mut copy = format!("{}\n", self.business(&caller.site)?);
        for (_, message) in said.iter().filter(|(_, message)| is_kept(message)) {
            let at = message
                .created_at
                .calendar()
                .to_zoned_datetime(zone.clone());
            let author = match message.sender.kind {
                SenderKind::Contact => &name,
                _ => &message.sender.name,
            };
            let text = wire::fallback_text(&view::seen_content(message), &|_| None);
            let text = text.replace('\n', "\n    ");
            let time = at.strftime("%Y-%m-%d %H:%M %Z");
            // Writing into a text cannot fail.
            let _ = write!(copy, "\n[{time}] {author}:\n    {text}\n");
        }
        Ok(copy)
    }
}

impl Webchat {
    /// Mails a copy of what was said. An answer to that mail is an answer in the chat.
    ///
    /// # Errors
    /// `validation` for an address that is none; `not_found` while no email channel is connected, or
    /// nothing was said; `unavailable` when the mail is not taken; `rate_limited`.
    pub async fn transcript(
        &self,
        caller: &Caller,
        email: Option<&str>,
    ) -> Result<(), WebchatError> {
        let known = caller.visitor.claims.email.as_deref();
        let asked = email.or(known).unwrap_or_default().trim();
        if asked.is_empty() {
            return Err(flawed("email", Flaw::Required).into());
        }
        let Some(to) = address::clean(asked) else {
            return Err(flawed("email", Flaw::Invalid).into());
        };
        let nothing = |message| Err(Problem::new(Code::NotFound, message).into());
        let Some(channel) = self.mail_channel(&caller.site)? else {
            return nothing("This business has no Email channel, so nothing can be mailed.");
        };
        let Some(conversation) = caller.visitor.conversation_id else {
            return nothing("Nothing was said yet.");
        };
        // Anybody can name an address of somebody else.
        let place = caller.session.ip.clone();
        let place = place.unwrap_or_else(|| caller.session.id.to_string());
        self.count(Limit::Copies, &place)?;
        let text = self.copy(caller)?;
        let business = self.business(&caller.site)?;
        let phrases = Phrases::of(caller.visitor.locale.as_deref());
        let parcel = Parcel {
            id: self.context.stamp().pen().id(),
            conversation,
            to,
            subject: words::fill(phrases.copy, &[("{business}", &business)]),
            text,
            answers: None,
        };
        let id = channel.id;
        let write = self.context.store.write("expecting an answer", move |tx| {
            let token = address::token_of(conversation);
            mails::remember_token(tx, id, token, conversation)
        });
        write.await?;
        match mailing::post(&self.context, channel, &parcel).await? {
            Ok(()) => Ok(()),
            Err(refusal) => {
                let why = &refusal.error().message;
                tracing::warn!(channel.id = %id, "a copy of a chat was not mailed: {why}");
                let message = "The mail could not be sent. Try again later.";
                Err(Problem::new(Code::Unavailable, message).into())
            }
        }
    }

    /// The channel through which mails of a web chat go: its own, else any that works.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn mail_channel(&self, site: &Site) -> Result<Option<Channel>, WebchatError> {
        let read = self.context.store.snapshot()?;
        let own = site.settings.email_continuity.channel();
        let own = match own {
            Some(id) => mailing::channel(&read, Some(id))?,
            None => None,
        };
        Ok(match own {
            Some(channel) => Some(channel),
            None => mailing::channel(&read, None)?,
        })
    }
}

fn is_kept(message: &Message) -> bool {
    let is_reaction = matches!(message.content, Content::Reaction(_));
    message.deleted_at.is_none() && !is_reaction
}
