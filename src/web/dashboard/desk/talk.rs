//! A conversation of a queue: its thread, its panel, its header.

use std::collections::HashMap;

use crate::engine::error::EngineError;
use crate::engine::inbox::history::History;
use crate::engine::inbox::history::Stretch;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::remedy::Remedy;
use crate::engine::inbox::surroundings::visitor_of;
use crate::engine::inbox::unsent::Begun;
use crate::engine::rules::window;
use crate::engine::rules::window::Writing;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::desk::MESSAGES;
use crate::web::dashboard::inbox::Place;
use crate::web::dashboard::present::bubble;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::panel;
use crate::web::dashboard::present::thread;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::panel::PanelView;
use crate::web::dashboard::view::thread::HeaderView;
use crate::web::dashboard::view::thread::StretchPart;
use crate::web::dashboard::view::thread::ThreadView;

impl Desk<'_> {
    /// The thread of a conversation.
    pub(super) fn thread(&self, row: &Row, place: &Place) -> Result<ThreadView, Problem> {
        let id = row.conversation.id;
        let around = place
            .m
            .as_deref()
            .and_then(|id| id.parse::<MessageId>().ok());
        let stretch = Stretch {
            limit: MESSAGES,
            ..Stretch::default()
        };
        let actor = self.reader.actor();
        let histories = &self.state.engine.histories;
        let history = match around {
            Some(message) => histories.around(&actor, id, message, MESSAGES / 2)?,
            None => histories.of_conversation(&actor, id, stretch)?,
        };
        let mut shown = self.around(&history, None)?;
        shown.begun = self.state.engine.unsents.of(&actor, id)?;
        Ok(thread::thread(&self.eye(), &self.opened(row, &shown)))
    }

    pub(super) fn older(&self, id: ConversationId, before: &str) -> Result<StretchPart, Problem> {
        let before: MessageId = before.parse().map_err(|_| Problem::not_found())?;
        let stretch = Stretch {
            before: Some(before),
            limit: MESSAGES,
            ..Stretch::default()
        };
        let (row, history) = self.stretch(id, stretch)?;
        let around = self.around(&history, None)?;
        Ok(thread::older(&self.eye(), &self.opened(&row, &around)))
    }

    pub(super) fn newer(&self, id: ConversationId, after: &str) -> Result<StretchPart, Problem> {
        let after: MessageId = after.parse().map_err(|_| Problem::not_found())?;
        let stretch = Stretch {
            after: Some(after),
            limit: MESSAGES,
            ..Stretch::default()
        };
        let (row, history) = self.stretch(id, stretch)?;
        let last = self
            .state
            .engine
            .histories
            .message(&self.reader.actor(), after)?;
        let around = self.around(&history, Some(&last))?;
        Ok(thread::newer(&self.eye(), &self.opened(&row, &around)))
    }

    fn stretch(&self, id: ConversationId, stretch: Stretch) -> Result<(Row, History), Problem> {
        let actor = self.reader.actor();
        let engine = &self.state.engine;
        let row = engine.listing.get(&actor, id)?;
        let history = engine.histories.of_conversation(&actor, id, stretch)?;
        Ok((row, history))
    }

    /// What messages are shown with.
    fn around<'b>(
        &self,
        history: &'b History,
        after: Option<&'b Message>,
    ) -> Result<Shown<'b>, Problem> {
        let quoted = self.state.engine.histories.quoted(&history.messages)?;
        let failed = history.messages.iter();
        let failed = failed.filter_map(|message| Some((message.id, self.remedy(message)?)));
        Ok(Shown {
            history,
            after,
            quoted,
            remedies: failed.collect(),
            begun: Begun::default(),
        })
    }

    /// What the channel of a conversation can carry, as it holds for people.
    fn capabilities(&self, row: &Row) -> Capabilities {
        let channels = &self.state.engine.context.channels;
        let plain = &Capabilities::PLAIN;
        let found = channels.capabilities(&row.conversation.channel_kind);
        let none = Opaque::new();
        let settings = row
            .channel
            .as_ref()
            .map_or(&none, |channel| &channel.settings);
        let writing = Writing {
            settings,
            source: Source::Dashboard,
            address: &row.conversation.address,
            metadata: &none,
        };
        window::for_writer(found.unwrap_or(plain), writing)
    }

    fn opened<'b>(&'b self, row: &'b Row, shown: &'b Shown<'_>) -> thread::Open<'b> {
        let context = &self.state.engine.context;
        let begun = &shown.begun.unsent.reply.text;
        let sending = &self.state.engine.sending;
        let measured = sending.measure(&self.reader.actor(), row.conversation.id, begun);
        let measured = measured.ok().flatten();
        let shut = self.state.engine.surroundings.shut(&row.conversation);
        thread::Open {
            cost: measured.map(|measure| format::cost(&measure)),
            shut: shut.ok().flatten(),
            row,
            history: shown.history,
            after: shown.after,
            quoted: &shown.quoted,
            remedies: &shown.remedies,
            begun: &shown.begun,
            held: self.held.as_ref(),
            row_of_matrix: self.capabilities(row),
            client_id: context.random.base62(20),
            rev: self.rev(),
        }
    }

    /// How one may write in a conversation now: [`ComposerView::stance`]. None where nobody may, or
    /// while it cannot be read: then a screen keeps what it shows.
    ///
    /// [`ComposerView::stance`]: crate::web::dashboard::view::composer::ComposerView::stance
    #[must_use]
    pub fn stance(&self, row: &Row) -> Option<&'static str> {
        let thread = self.thread(row, &Place::default()).ok()?;
        thread.composer.map(|composer| composer.stance())
    }

    /// The panel beside a conversation.
    ///
    /// # Errors
    /// The store's.
    pub fn panel(&self, row: &Row) -> Result<PanelView, EngineError> {
        let actor = self.reader.actor();
        let engine = &self.state.engine;
        let identities = engine.surroundings.identities(&actor, row.contact.id)?;
        let (_, others) = engine.listing.across_channels(&actor, row.contact.id)?;
        let team = match row.conversation.team_id {
            Some(id) => engine.surroundings.team_name(id)?,
            None => None,
        };
        let tag_choices = engine.surroundings.tag_names()?;
        let whereabouts = visitor_of(&identities, row.conversation.channel_id)
            .map(|visitor| engine.webchat.whereabouts(visitor));
        let beside = panel::Beside {
            row,
            whereabouts,
            identities: &identities,
            others: &others,
            team: team.as_deref(),
            tag_choices,
        };
        Ok(panel::panel(&self.eye(), &beside))
    }

    /// The header of a conversation.
    #[must_use]
    pub fn header(&self, row: &Row) -> HeaderView {
        thread::header(&self.eye(), row, self.rev())
    }

    /// What helps a message that failed; none where that cannot be told: then trying it tells.
    fn remedy(&self, message: &Message) -> Option<Remedy> {
        let has_failed = message.delivery == Delivery::Failed;
        let sending = &self.state.engine.sending;
        let remedy = has_failed.then(|| sending.remedy(&self.reader.actor(), message))?;
        remedy.ok()
    }

    /// One message as a bubble or line.
    #[must_use]
    pub fn item(&self, message: &Message, around: &Around<'_>) -> String {
        let eye = self.eye();
        let remedy = self.remedy(message);
        let around = &Around {
            remedy: remedy.as_ref(),
            ..*around
        };
        match &message.content {
            Content::Event(line) => render(&thread::event(&eye, message, line)),
            _ => render(&bubble::bubble(&eye, message, around, self.rev())),
        }
    }
}

/// Messages with what they are shown with.
struct Shown<'a> {
    history: &'a History,
    after: Option<&'a Message>,
    quoted: Vec<Message>,
    remedies: HashMap<MessageId, Remedy>,
    begun: Begun,
}
