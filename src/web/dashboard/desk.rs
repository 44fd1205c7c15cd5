//! One reader at one queue: what pages, parts and pushed frames of the inbox are drawn from.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::engine::error::EngineError;
use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::history::History;
use crate::engine::inbox::history::Stretch;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::list::Span;
use crate::engine::inbox::surroundings::visitor_of;
use crate::engine::inbox::unsent::Begun;
use crate::engine::live::visitors::Here;
use crate::engine::rules::window;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::web::dashboard::inbox::Place;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::bubble;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::composer::Held;
use crate::web::dashboard::present::list;
use crate::web::dashboard::present::list::Moment;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::panel;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::present::thread;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::counts;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::plain_counts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::view::bubble::Content as ContentView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::inbox::InboxPage;
use crate::web::dashboard::view::list::EmptyView;
use crate::web::dashboard::view::list::Group;
use crate::web::dashboard::view::list::ListView;
use crate::web::dashboard::view::list::RowView;
use crate::web::dashboard::view::list::RowsPart;
use crate::web::dashboard::view::panel::PanelView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::shell::CountsPart;
use crate::web::dashboard::view::thread::HeaderView;
use crate::web::dashboard::view::thread::NothingOpenView;
use crate::web::dashboard::view::thread::Pane;
use crate::web::dashboard::view::thread::StretchPart;
use crate::web::dashboard::view::thread::ThreadView;
use crate::web::dashboard::views;
use crate::web::state::State;

/// Rows in the first page, and in each further one.
const ROWS: usize = 30;
/// Messages in the page, and in each further stretch.
const MESSAGES: usize = 40;

/// What stands in place of the panel while nothing is open.
const NO_PANEL: &str = r#"<aside id="panel" class="panel" aria-label="Contact" hidden></aside>"#;

/// One reader at one queue.
pub struct Desk<'a> {
    state: &'a State,
    reader: &'a Reader,
    section: Section,
    colleagues: Vec<User>,
    held: Option<Held>,
}

impl<'a> Desk<'a> {
    /// Sits down.
    ///
    /// # Errors
    /// The store's.
    pub fn open(
        state: &'a State,
        reader: &'a Reader,
        section: Section,
    ) -> Result<Self, EngineError> {
        let colleagues = state.engine.users.list(&reader.actor())?;
        Ok(Self {
            state,
            reader,
            section,
            colleagues,
            held: None,
        })
    }

    /// The page with a reply that was held up, to be sent all the same or not.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn hold_up(mut self, id: ConversationId, held: Held) -> Result<HttpResponse, Problem> {
        self.held = Some(held);
        self.whole(Some(id), &Place::default(), StatusCode::CONFLICT)
    }

    fn eye(&self) -> Eye<'_> {
        self.reader.eye(self.state, &self.colleagues, &self.section)
    }

    fn rev(&self) -> u64 {
        self.state.engine.context.store.last_seq()
    }

    /// What an address of the inbox is answered with: the page, or the parts a script asked for.
    ///
    /// # Errors
    /// There is no such conversation, message or place.
    pub fn answer(
        &self,
        id: Option<ConversationId>,
        place: &Place,
    ) -> Result<HttpResponse, Problem> {
        match (id, &place.before, &place.after) {
            (Some(id), Some(before), _) => return Ok(page(&self.older(id, before)?)),
            (Some(id), None, Some(after)) => return Ok(page(&self.newer(id, after)?)),
            _ => {}
        }
        if self.reader.parts.is_empty() {
            return self.whole(id, place, StatusCode::OK);
        }
        let mut rendered = Vec::new();
        for part in &self.reader.parts {
            rendered.extend(self.part(part, id, place)?);
        }
        Ok(parts(&rendered))
    }

    fn whole(
        &self,
        id: Option<ConversationId>,
        place: &Place,
        status: StatusCode,
    ) -> Result<HttpResponse, Problem> {
        let (pane, panel, title) = match id {
            Some(id) => {
                let row = self.state.engine.listing.get(&self.reader.actor(), id)?;
                let thread = self.thread(&row, place)?;
                let title = format!("{} \u{b7} {}", row.contact.name, self.title()?);
                (Pane::Open(Box::new(thread)), Some(self.panel(&row)?), title)
            }
            None => (Pane::Nothing(self.nothing()?), None, self.title()?),
        };
        let mut shell = self.reader.shell(self.state, title, self.area())?;
        shell.light(&self.section.address());
        let list = self.list(id, place.cursor.as_deref())?;
        let drawn = InboxPage {
            shell,
            list,
            pane,
            panel,
        };
        Ok(page_with(status, &drawn))
    }

    fn part(
        &self,
        part: &str,
        id: Option<ConversationId>,
        place: &Place,
    ) -> Result<Option<String>, Problem> {
        if let Some(row) = part.strip_prefix("row:") {
            let id: ConversationId = row.parse().map_err(|_| Problem::not_found())?;
            return Ok(Some(render(&self.row(
                &self.state.engine.listing.get(&self.reader.actor(), id)?,
                false,
            ))));
        }
        let open = |id: Option<ConversationId>| match id {
            Some(id) => self
                .state
                .engine
                .listing
                .get(&self.reader.actor(), id)
                .map(Some),
            None => Ok(None),
        };
        Ok(match part {
            "list" => Some(render(&self.list(id, None)?)),
            "counts" => Some(render(&CountsPart {
                counts: counts(self.state, &self.reader.actor())?,
            })),
            "thread" => Some(match open(id)? {
                Some(row) => render(&self.thread(&row, place)?),
                None => render(&self.nothing()?),
            }),
            "panel" => Some(match open(id)? {
                Some(row) => render(&self.panel(&row)?),
                None => NO_PANEL.to_owned(),
            }),
            "head" => open(id)?.map(|row| render(&thread::header(&self.eye(), &row, self.rev()))),
            "composer" => match open(id)? {
                Some(row) => self
                    .thread(&row, place)?
                    .composer
                    .map(|composer| render(&composer)),
                None => None,
            },
            _ => None,
        })
    }

    fn rows(&self, cursor: Option<&str>) -> Result<Page<Row>, Problem> {
        let cursor = cursor
            .map(str::parse::<Cursor>)
            .transpose()
            .map_err(|error| {
                EngineError::from(Rejection::new(Code::InvalidCursor, error.to_string()))
            })?;
        let actor = self.reader.actor();
        let Some(filter) = self.section.filter(self.reader.agent.user.id) else {
            let listing = &self.state.engine.listing;
            let rows = match self.section.queue() {
                Queue::Mentions => listing.mentioning(&actor)?,
                _ => listing.begun(&actor)?,
            };
            let total = Some(rows.len() as u64);
            return Ok(Page {
                rows,
                next: None,
                total,
            });
        };
        let span = Span {
            cursor,
            offset: 0,
            limit: ROWS,
        };
        Ok(self
            .state
            .engine
            .listing
            .page(&self.reader.actor(), &filter, &span)?)
    }

    fn list(
        &self,
        open: Option<ConversationId>,
        cursor: Option<&str>,
    ) -> Result<ListView, Problem> {
        let found = self.rows(cursor)?;
        let eye = self.eye();
        let rev = self.rev();
        let mut rows: Vec<_> = found
            .rows
            .iter()
            .map(|row| {
                let online = online(self.state, &row.conversation);
                let moment = Moment {
                    rev,
                    selected: Some(row.conversation.id) == open,
                    online: online.as_deref(),
                };
                list::row(&eye, row, moment)
            })
            .collect();
        // Whoever waits for us comes first; within a group the newest.
        rows.sort_by_key(|row| {
            let group = u8::from(row.group == Group::WaitingForCustomer);
            (group, std::cmp::Reverse(row.order))
        });
        let counts = plain_counts(self.state, &self.reader.actor());
        let has_channels = self.state.engine.surroundings.channel_counts()?.0 > 0;
        Ok(ListView {
            queue: self.section.word().to_owned(),
            title: self.title()?,
            count: found.total.unwrap_or(rows.len() as u64),
            segments: self.section.segments(),
            more: self.more(found.next.as_ref()),
            empty: self.empty(&counts, has_channels),
            narrow: views::narrow(self.state, self.reader, &self.section)?,
            rows,
        })
    }

    fn more(&self, next: Option<&Cursor>) -> Option<String> {
        next.map(|cursor| format!("{}?cursor={cursor}", self.section.address()))
    }

    /// Further rows of the list.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub fn more_rows(&self, cursor: Option<&str>) -> Result<HttpResponse, Problem> {
        let found = self.rows(cursor)?;
        let rows = found.rows.iter().map(|row| self.row(row, false)).collect();
        Ok(page(&RowsPart {
            rows,
            more: self.more(found.next.as_ref()),
        }))
    }

    /// Content as it is shown in a thread.
    #[must_use]
    pub fn shown(&self, content: &Content) -> ContentView {
        bubble::shown(&self.eye(), content)
    }

    /// One row, as this reader sees it.
    #[must_use]
    pub fn row(&self, row: &Row, selected: bool) -> RowView {
        let online = online(self.state, &row.conversation);
        let moment = Moment {
            rev: self.rev(),
            selected,
            online: online.as_deref(),
        };
        list::row(&self.eye(), row, moment)
    }

    fn nothing(&self) -> Result<NothingOpenView, Problem> {
        let counts = plain_counts(self.state, &self.reader.actor());
        let count = match self.section.queue() {
            _ if !self.section.narrowing().is_none() => self.rows(None)?.total.unwrap_or_default(),
            Queue::Mine => counts.mine,
            Queue::Unassigned => counts.unassigned,
            Queue::All => counts.open,
            Queue::Waiting => counts.pending,
            Queue::Snoozed => counts.snoozed,
            Queue::Done | Queue::Spam => counts.resolved,
            Queue::Mentions | Queue::Drafts => self.rows(None)?.total.unwrap_or_default(),
        };
        let title = self.title()?;
        let summary = match count {
            0 => self.empty(&counts, true).title,
            count => format!("{} in {title}.", format::count(count)),
        };
        Ok(NothingOpenView { summary, title })
    }

    /// What the section is called: by the view that is it, or by its queue.
    fn title(&self) -> Result<String, EngineError> {
        views::title(self.state, self.reader, &self.section)
    }

    /// The row of the side bar that is lit, where it is one of the queues.
    fn area(&self) -> Area {
        if self.section.narrowing().is_none() {
            self.section.queue().area()
        } else {
            Area::Section
        }
    }

    fn empty(&self, counts: &Counts, has_channels: bool) -> EmptyView {
        if self.section.narrowing().is_none() || !has_channels {
            return self.section.queue().empty(counts, has_channels);
        }
        EmptyView {
            title: "Nothing fits this filter.".to_owned(),
            text: String::new(),
            action: Some((
                Section::from(self.section.queue()).address(),
                "Take the filter off".to_owned(),
            )),
        }
    }

    /// The thread of a conversation.
    fn thread(&self, row: &Row, place: &Place) -> Result<ThreadView, Problem> {
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

    fn older(&self, id: ConversationId, before: &str) -> Result<StretchPart, Problem> {
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

    fn newer(&self, id: ConversationId, after: &str) -> Result<StretchPart, Problem> {
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
        Ok(Shown {
            history,
            after,
            quoted,
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
        let address = &row.conversation.address;
        window::for_writer(found.unwrap_or(plain), settings, Source::Dashboard, address)
    }

    fn opened<'b>(&'b self, row: &'b Row, shown: &'b Shown<'_>) -> thread::Open<'b> {
        let context = &self.state.engine.context;
        let begun = &shown.begun.unsent.reply.text;
        let sending = &self.state.engine.sending;
        let measured = sending.measure(&self.reader.actor(), row.conversation.id, begun);
        thread::Open {
            cost: measured
                .ok()
                .flatten()
                .map(|measure| format::cost(&measure)),
            row,
            history: shown.history,
            after: shown.after,
            quoted: &shown.quoted,
            begun: &shown.begun,
            held: self.held.as_ref(),
            row_of_matrix: self.capabilities(row),
            client_id: context.random.base62(20),
            rev: self.rev(),
        }
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

    /// One message as a bubble or line.
    #[must_use]
    pub fn item(&self, message: &Message, around: &Around<'_>) -> String {
        let eye = self.eye();
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
    begun: Begun,
}

/// "Online, /cart": where on the website the visitor of a web chat's conversation is, while there.
#[must_use]
pub fn online(state: &State, conversation: &Conversation) -> Option<String> {
    if conversation.channel_kind.as_str() != "webchat" {
        return None;
    }
    let found = state
        .engine
        .webchat
        .whereabouts(conversation.address.parse().ok()?);
    if found.here != Here::Online {
        return None;
    }
    let page = found.visits.last().map(|visit| path_of(&visit.page.url));
    Some(page.map_or_else(
        || "Online".to_owned(),
        |page| format!("Online \u{b7} {page}"),
    ))
}

/// The path of an address, as people know a page.
fn path_of(address: &str) -> String {
    let url = url::Url::parse(address);
    url.map_or_else(|_| address.to_owned(), |url| url.path().to_owned())
}
