//! Whoever looks at a page: the signed-in person with what the browser tells of itself.

use std::future::Ready;
use std::future::ready;

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use askama::Template;
use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::counting::Counts;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::permission::Permission;
use crate::model::user::User;
use crate::web::auth::Agent;
use crate::web::auth::SignedOut;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::Presence;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::shell::CountsView;
use crate::web::dashboard::view::shell::MeView;
use crate::web::dashboard::view::shell::ShellView;
use crate::web::dashboard::view::shell::Theme;
use crate::web::dashboard::views;
use crate::web::state::State;
use crate::web::state::VERSION;

/// Who looks at a page, and how.
pub struct Reader {
    /// The person.
    pub agent: Agent,
    /// The zone of the browser; UTC while it is unknown.
    pub zone: TimeZone,
    /// The look.
    pub theme: Theme,
    /// Whether the side bar is folded.
    pub folded: bool,
    /// The parts a script asks for instead of the whole page.
    pub parts: Vec<String>,
}

impl FromRequest for Reader {
    type Error = SignedOut;
    type Future = Ready<Result<Self, SignedOut>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let agent = Agent::from_request(request, payload).into_inner();
        ready(agent.map(|agent| Self::of(agent, request)))
    }
}

impl Reader {
    fn of(agent: Agent, request: &HttpRequest) -> Self {
        let parts = request
            .headers()
            .get("X-Linktor-Fragment")
            .and_then(|value| value.to_str().ok())
            .map_or(Vec::new(), |value| {
                value
                    .split(',')
                    .map(|part| part.trim().to_owned())
                    .collect()
            });
        Self {
            agent,
            zone: zone_of(request),
            theme: theme_of(request),
            folded: request
                .cookie("linktor_folded")
                .is_some_and(|cookie| cookie.value() == "1"),
            parts,
        }
    }

    /// The person as the engine knows actors.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.agent.actor()
    }

    /// Whether a script asks for this part.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        self.parts.iter().any(|asked| asked == part)
    }

    /// What the presenters need of the moment and the reader.
    #[must_use]
    pub fn eye<'a>(
        &'a self,
        state: &'a State,
        colleagues: &'a [User],
        section: &'a Section,
    ) -> Eye<'a> {
        Eye {
            now: state.engine.context.clock.now(),
            zone: self.zone.clone(),
            reader: self.agent.user.id,
            may_change: self.actor().may(Permission::Reply),
            may_give: self.actor().may(Permission::AssignOthers),
            csrf: &self.agent.csrf,
            links: &state.engine.context.links,
            colleagues,
            section,
            silent: kinds(state, |row| row.silent_after_taking),
            shared: kinds(state, |row| row.hands_over),
        }
    }

    /// The frame of a page.
    ///
    /// # Errors
    /// The store's.
    pub fn shell(
        &self,
        state: &State,
        title: impl Into<String>,
        area: Area,
    ) -> Result<ShellView, EngineError> {
        let user = &self.agent.user;
        let actor = self.actor();
        let (views, teams) = views::side(state, self)?;
        Ok(ShellView {
            title: title.into(),
            workspace: workspace(state)?,
            theme: self.theme,
            csrf: self.agent.csrf.clone(),
            me: MeView {
                id: user.id.to_string(),
                name: user.name.clone(),
                email: user.email.clone(),
                role: capitalised(user.role.name()),
                avatar: AvatarView::of(&user.name, &user.id.to_string()).with(Presence::Online),
                admin: actor.may(Permission::ManageChannels),
                sees_channels: actor.may(Permission::InspectChannels),
                manages_templates: actor.may(Permission::ManageTemplates),
                manages_tags: actor.may(Permission::ManageTeams),
                manages_workspace: actor.may(Permission::ManageOrganisation),
                may_reply: actor.may(Permission::Reply),
            },
            counts: counts(state, &actor)?,
            views,
            teams,
            area,
            folded: self.folded,
            seq: state.engine.context.store.last_seq(),
            version: VERSION.to_owned(),
        })
    }
}

/// The numbers of the side bar for a reader.
///
/// # Errors
/// The store's.
pub fn counts(state: &State, actor: &Actor) -> Result<CountsView, EngineError> {
    let counts = state.engine.listing.counts(actor)?;
    Ok(CountsView {
        mine: counts.mine,
        unassigned: counts.unassigned,
        all: counts.open,
        unread: state.engine.listing.unread_of(actor, UNREAD_LOOK)?,
        troubled_channels: state.engine.surroundings.channel_counts()?.1 as u64,
        failed: state.engine.failing.count(actor)?,
        mentions: state.engine.listing.unseen_mentions(actor)?,
    })
}

/// How many of the reader's own conversations are looked at for unread messages.
const UNREAD_LOOK: usize = 100;

/// The same counts as the engine gives them, for sentences.
#[must_use]
pub fn plain_counts(state: &State, actor: &Actor) -> Counts {
    state.engine.listing.counts(actor).unwrap_or_default()
}

/// The name of the business.
///
/// # Errors
/// The store's.
pub fn workspace(state: &State) -> Result<String, EngineError> {
    Ok(state
        .engine
        .surroundings
        .workspace()?
        .unwrap_or_else(|| "linktor".to_owned()))
}

/// The zone the browser told; UTC while it is unknown.
#[must_use]
pub fn zone_of(request: &HttpRequest) -> TimeZone {
    request
        .cookie("linktor_tz")
        .and_then(|cookie| TimeZone::get(&decoded(cookie.value())).ok())
        .unwrap_or(TimeZone::UTC)
}

/// The look the browser asked for.
#[must_use]
pub fn theme_of(request: &HttpRequest) -> Theme {
    request
        .cookie("linktor_theme")
        .map_or(Theme::System, |cookie| Theme::parse(cookie.value()))
}

fn decoded(value: &str) -> String {
    percent_encoding::percent_decode_str(value)
        .decode_utf8_lossy()
        .into_owned()
}

/// A word with a capital at its beginning.
#[must_use]
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A rendered page.
#[must_use]
pub fn page(template: &impl Template) -> HttpResponse {
    html(HttpResponse::Ok(), render(template))
}

/// A rendered page under another status.
#[must_use]
pub fn page_with(status: actix_web::http::StatusCode, template: &impl Template) -> HttpResponse {
    html(HttpResponse::build(status), render(template))
}

/// Rendered parts, one after the other.
#[must_use]
pub fn parts(rendered: &[String]) -> HttpResponse {
    html(HttpResponse::Ok(), rendered.concat())
}

fn html(mut response: actix_web::HttpResponseBuilder, body: String) -> HttpResponse {
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "X-Linktor-Fragment, Cookie"))
        .body(body)
}

/// A template as text. Rendering plain values into memory cannot fail; should it ever, the page is
/// empty and the log says why.
#[must_use]
pub fn render(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!("a template could not be rendered: {error}");
        String::new()
    })
}

/// On to another page, after a form was taken.
#[must_use]
pub fn see(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

/// The state handlers share.
pub type Shared = Data<State>;

/// A moment a form gives: RFC 3339, or a local time in the reader's zone.
#[must_use]
pub fn moment_of(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(at) = Timestamp::parse(text) {
        return Some(at);
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = local.to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// The kinds of channels of which something is true.
fn kinds(state: &State, is: fn(&Capabilities) -> bool) -> Vec<&'static str> {
    let rows = state.engine.context.channels.rows().iter();
    rows.filter(|row| is(row.capabilities))
        .map(|row| row.kind)
        .collect()
}
