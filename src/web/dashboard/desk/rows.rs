//! The list of a queue, and what stands beside it while nothing is open.

use actix_web::HttpResponse;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::engine::error::EngineError;
use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::list::Span;
use crate::model::content::Content;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::desk::ROWS;
use crate::web::dashboard::present::content;
use crate::web::dashboard::present::list;
use crate::web::dashboard::present::list::Moment;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::plain_counts;
use crate::web::dashboard::view::content::Content as ContentView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::list::EmptyView;
use crate::web::dashboard::view::list::Group;
use crate::web::dashboard::view::list::ListView;
use crate::web::dashboard::view::list::RowView;
use crate::web::dashboard::view::list::RowsPart;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::thread::NothingOpenView;
use crate::web::dashboard::views;
use crate::web::dashboard::whereabouts::online;

impl Desk<'_> {
    pub(super) fn rows(&self, cursor: Option<&str>) -> Result<Page<Row>, Problem> {
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

    pub(super) fn list(
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
            count: length(&found),
            segments: self.section.segments(),
            more: self.more(found.next.as_ref()),
            empty: if has_channels {
                self.empty(&counts)
            } else {
                no_channel(self.reader.actor().may(Permission::ManageChannels))
            },
            narrow: views::narrow(self.state, self.reader, &self.section)?,
            rows,
        })
    }

    pub(super) fn more(&self, next: Option<&Cursor>) -> Option<String> {
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
        content::shown(&self.eye(), content)
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

    pub(super) fn nothing(&self) -> Result<NothingOpenView, Problem> {
        let counts = plain_counts(self.state, &self.reader.actor());
        let count = match self.section.queue() {
            _ if !self.section.narrowing().is_none() => length(&self.rows(None)?),
            Queue::Mine => format::count(counts.mine),
            Queue::Unassigned => format::count(counts.unassigned),
            Queue::All => format::count(counts.open),
            Queue::Waiting => format::count(counts.pending),
            Queue::Snoozed => format::count(counts.snoozed),
            // Spam is done too, and neither is counted apart.
            Queue::Done | Queue::Spam | Queue::Mentions | Queue::Drafts => {
                length(&self.rows(None)?)
            }
        };
        let title = self.title()?;
        let summary = if count == "0" {
            self.empty(&counts).title
        } else {
            format!("{count} in {title}.")
        };
        Ok(NothingOpenView { summary, title })
    }

    /// What the section is called: by the view that is it, or by its queue.
    pub(super) fn title(&self) -> Result<String, EngineError> {
        views::title(self.state, self.reader, &self.section)
    }

    /// The row of the side bar that is lit, where it is one of the queues.
    pub(super) fn area(&self) -> Area {
        if self.section.narrowing().is_none() {
            self.section.queue().area()
        } else {
            Area::Section
        }
    }

    pub(super) fn empty(&self, counts: &Counts) -> EmptyView {
        if self.section.narrowing().is_none() {
            return self.section.queue().empty(counts);
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
}

/// What is said while there is no channel; adding one is offered to whoever may.
fn no_channel(may_add: bool) -> EmptyView {
    let add = (
        "/app/settings/channels/new".to_owned(),
        "Add a channel".to_owned(),
    );
    let text = if may_add {
        "The chat for your own website needs no account anywhere."
    } else {
        "An administrator can do that."
    };
    EmptyView {
        title: "Connect a channel and the first message appears here.".to_owned(),
        text: text.to_owned(),
        action: may_add.then_some(add),
    }
}

/// How long a list is that begins so: "30+" where nothing counts what comes after.
fn length(found: &Page<Row>) -> String {
    match found.total {
        Some(total) => format::count(total),
        None => format!("{}+", found.rows.len()),
    }
}
