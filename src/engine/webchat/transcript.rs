//! A chat as a text that its visitor can keep.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::channels::webchat::wire;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::send::name_of;
use crate::engine::webchat::timeline;
use crate::engine::webchat::view;
use crate::model::content::Content;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::store::Direction;

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
        let name = name_of(caller);
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

fn is_kept(message: &Message) -> bool {
    let is_reaction = matches!(message.content, Content::Reaction(_));
    message.deleted_at.is_none() && !is_reaction
}
