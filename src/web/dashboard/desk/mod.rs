//! One reader at one queue: what pages, parts and pushed frames of the inbox are drawn from.

mod rows;
mod talk;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::engine::error::EngineError;
use crate::model::ids::ConversationId;
use crate::model::user::User;
use crate::web::dashboard::inbox::Place;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::composer::Held;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::counts;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::view::inbox::InboxPage;
use crate::web::dashboard::view::shell::CountsPart;
use crate::web::dashboard::view::thread::Pane;
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
            "head" => open(id)?.map(|row| render(&self.header(&row))),
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
}
