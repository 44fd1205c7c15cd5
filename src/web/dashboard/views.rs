//! Parts of the inbox: narrowing a queue, keeping it as a view, and the rows of the side bar that lead
//! to views and teams.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::error::EngineError;
use crate::engine::inbox::views::ViewChanges;
use crate::engine::inbox::views::may_change;
use crate::model::conversation::Priority;
use crate::model::ids::TeamId;
use crate::model::ids::ViewId;
use crate::model::permission::Permission;
use crate::model::team::Team;
use crate::model::view::Audience;
use crate::model::view::Colour;
use crate::model::view::Narrowing;
use crate::model::view::Order;
use crate::model::view::View;
use crate::web::dashboard::conditions;
use crate::web::dashboard::conversation::refused;
use crate::web::dashboard::conversation::section_of;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::list::NarrowView;
use crate::web::dashboard::view::list::SaveView;
use crate::web::dashboard::view::shell::SideView;
use crate::web::state::State;

/// The addresses of this subject. They stand before those of queues.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/inbox/filter", web::get().to(filter))
        .route("/app/inbox/conditions", web::get().to(conditions::show))
        .route("/app/inbox/view/{view}", web::get().to(open))
        .route(
            "/app/inbox/{part}/{value}",
            web::get().guard(is_part()).to(part),
        )
        .route("/app/inbox/views", web::post().to(keep))
        .route("/app/inbox/views/{view}/remove", web::post().to(remove));
}

/// Addresses such as `/app/inbox/team/team_...`, which name one thing that narrows all that is open.
fn is_part() -> impl actix_web::guard::Guard {
    actix_web::guard::fn_guard(|request| {
        let mut words = request.head().uri.path().split('/').skip(3);
        words
            .next()
            .is_some_and(|word| ["team", "channel", "tag"].contains(&word))
    })
}

async fn part(path: Path<(String, String)>, _: Reader) -> Result<HttpResponse, Problem> {
    let (name, value) = path.into_inner();
    let mut narrowing = Narrowing::default();
    section::take(&mut narrowing, &name, &value).ok_or_else(Problem::not_found)?;
    Ok(see(&Section::of(Queue::All, narrowing).address()))
}

async fn open(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let id: ViewId = path.parse().map_err(|_| Problem::not_found())?;
    let view = state.engine.views.get(&reader.actor(), id)?;
    Ok(see(&Section::from(&view).address()))
}

/// Narrows a queue by what a form says.
async fn filter(request: HttpRequest, _: Reader) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(request.query_string().as_bytes());
    let queue = Queue::named(fields.get("queue")).ok_or_else(Problem::not_found)?;
    let mut narrowing = Narrowing::default();
    for name in ["team", "channel", "type", "priority", "q", "where", "order"] {
        if let Some(value) = fields.some(name) {
            section::take(&mut narrowing, name, value).ok_or_else(Problem::not_found)?;
        }
    }
    let tags = fields
        .all("tag")
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    narrowing.tags = tags.map(str::to_owned).collect();
    narrowing.unread = fields.has("unread");
    Ok(see(&Section::of(queue, narrowing).address()))
}

async fn keep(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let shown = section_of(fields);
    let audience = match fields.get("audience") {
        "" | "me" => Audience::Owner,
        "all" => Audience::All,
        team => Audience::Team(team.parse().map_err(|_| Problem::not_found())?),
    };
    let new = ViewChanges {
        name: Some(fields.get("name").to_owned()),
        colour: Colour::named(fields.get("colour")),
        audience: Some(audience),
        queue: Some(shown.queue().word().to_owned()),
        narrowing: Some(shown.narrowing().clone()),
    };
    match state.engine.views.create(&reader.actor(), new).await {
        Ok(view) => Ok(see(&Section::from(&view).address())),
        Err(error) => refused(reader, error),
    }
}

async fn remove(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: ViewId = path.parse().map_err(|_| Problem::not_found())?;
    let views = &state.engine.views;
    match views.delete(&form.reader.actor(), id).await {
        Ok(()) => Ok(see(
            &Section::from(section_of(&form.fields).queue()).address()
        )),
        Err(error) => refused(&form.reader, error),
    }
}

/// The view that is a section, as far as the reader is shown one.
fn view_of(state: &State, reader: &Reader, shown: &Section) -> Result<Option<View>, EngineError> {
    if shown.narrowing().is_none() {
        return Ok(None);
    }
    let mut views = state.engine.views.list(&reader.actor())?.into_iter();
    Ok(views.find(|view| Section::from(view) == *shown))
}

/// What a section is called: by the view that is it, by its team, or by its queue.
///
/// # Errors
/// The store's.
pub fn title(state: &State, reader: &Reader, shown: &Section) -> Result<String, EngineError> {
    if let Some(view) = view_of(state, reader, shown)? {
        return Ok(view.name);
    }
    let of_team = shown
        .narrowing()
        .team_id
        .filter(|team| *shown.narrowing() == of_one_team(*team) && shown.queue() == Queue::All);
    let name = match of_team {
        Some(team) => state.engine.surroundings.team_name(team)?,
        None => None,
    };
    Ok(name.unwrap_or_else(|| shown.queue().title().to_owned()))
}

fn of_one_team(team: TeamId) -> Narrowing {
    Narrowing {
        team_id: Some(team),
        ..Narrowing::default()
    }
}

/// What a list says of its filter, and offers to change about it.
///
/// # Errors
/// The store's.
pub fn narrow(
    state: &State,
    reader: &Reader,
    shown: &Section,
) -> Result<Option<NarrowView>, EngineError> {
    if shown.queue().is_own() {
        return Ok(None);
    }
    let actor = reader.actor();
    let engine = &state.engine;
    let narrowing = shown.narrowing();
    let teams = engine.teams.list(&actor)?;
    let channels = engine.channels.list(&actor)?;
    let view = view_of(state, reader, shown)?;
    let picked = |id: Option<String>| id.unwrap_or_default();
    let choice = |value: String, label: &str, held: &str| OptionView::of(&value, label, held);
    let team = picked(narrowing.team_id.map(|id| id.to_string()));
    let channel = picked(narrowing.channel_id.map(|id| id.to_string()));
    let priority = narrowing.priority.map_or("", Priority::name);
    let tag = narrowing.tags.first().cloned().unwrap_or_default();
    let removable = view
        .as_ref()
        .filter(|view| may_change(&actor, view).is_ok())
        .map(|view| format!("/app/inbox/views/{}/remove", view.id));
    let save = (view.is_none() && !narrowing.is_none()).then(|| SaveView {
        teams: if actor.may(Permission::ManageTeams) {
            let named = |team: &Team| choice(team.id.to_string(), &team.name, "");
            teams.iter().map(named).collect()
        } else {
            Vec::new()
        },
        may_share: actor.may(Permission::ManageTeams),
    });
    let condition = match &narrowing.condition {
        Some(condition) => conditions::words(state, reader, condition)?,
        None => String::new(),
    };
    let chips = section::parts(narrowing)
        .into_iter()
        .enumerate()
        .map(|(at, (name, value))| {
            let words = match name {
                "team" => teams
                    .iter()
                    .find(|team| team.id.to_string() == value)
                    .map_or(value, |team| team.name.clone()),
                "channel" => channels
                    .iter()
                    .find(|channel| channel.id.to_string() == value)
                    .map_or(value, |channel| channel.name.clone()),
                "unread" => "Unread".to_owned(),
                "priority" => format!("{} priority", capitalised(&value)),
                "where" => condition.clone(),
                "order" => Order::named(&value).map_or(value, |order| words_of(order).to_owned()),
                "q" => format!("\u{201c}{value}\u{201d}"),
                _ => value,
            };
            (words, without(shown, at).address())
        })
        .collect();
    Ok(Some(NarrowView {
        queue: shown.queue().word().to_owned(),
        section: shown.word().to_owned(),
        csrf: reader.agent.csrf.clone(),
        chips,
        kind: picked(
            narrowing
                .channel_kind
                .as_ref()
                .map(|kind| kind.as_str().to_owned()),
        ),
        teams: teams
            .iter()
            .map(|one| choice(one.id.to_string(), &one.name, &team))
            .collect(),
        channels: channels
            .iter()
            .map(|one| choice(one.id.to_string(), &one.name, &channel))
            .collect(),
        tags: engine
            .surroundings
            .tag_names()?
            .into_iter()
            .map(|name| OptionView::of(&name, &name, &tag))
            .collect(),
        priorities: ["urgent", "high", "normal", "low"]
            .into_iter()
            .map(|name| OptionView::of(name, &capitalised(name), priority))
            .collect(),
        orders: Order::ALL
            .into_iter()
            .map(|order| OptionView::of(order.name(), words_of(order), narrowing.order.name()))
            .collect(),
        unread: narrowing.unread,
        condition: parts_of("where", narrowing),
        words: narrowing.words.clone().unwrap_or_default(),
        save,
        removable,
    }))
}

/// What one of the things that narrow a queue is in its word; empty where it is not there.
fn parts_of(wanted: &str, narrowing: &Narrowing) -> String {
    let mut parts = section::parts(narrowing).into_iter();
    let found = parts.find(|(name, _)| *name == wanted);
    found.map_or_else(String::new, |(_, value)| value)
}

/// The same section without one of the things that narrow it.
fn without(shown: &Section, left_out: usize) -> Section {
    let mut narrowing = Narrowing::default();
    for (at, (name, value)) in section::parts(shown.narrowing()).into_iter().enumerate() {
        if at != left_out {
            // What was written by us is read again.
            let _taken = section::take(&mut narrowing, name, &value);
        }
    }
    Section::of(shown.queue(), narrowing)
}

/// How many conversations are looked at to say how many a view shows: the side bar is drawn with
/// every page.
const VIEW_LOOK: usize = 200;

/// The rows of the side bar that lead to views, and those that lead to teams.
///
/// # Errors
/// The store's.
pub fn side(state: &State, reader: &Reader) -> Result<(Vec<SideView>, Vec<SideView>), EngineError> {
    let actor = reader.actor();
    let engine = &state.engine;
    let mut views = Vec::new();
    for view in engine.views.list(&actor)? {
        let section = Section::from(&view);
        let count = match section.filter(reader.agent.user.id) {
            Some(filter) => engine.listing.size(&actor, &filter, VIEW_LOOK)?,
            None => None,
        };
        views.push(SideView {
            href: section.address(),
            name: view.name,
            tone: tone(view.colour),
            count,
            selected: false,
        });
    }
    let mut teams = Vec::new();
    for team in engine.teams.list(&actor)? {
        if !team.member_ids.contains(&reader.agent.user.id) {
            continue;
        }
        let section = Section::of(Queue::All, of_one_team(team.id));
        let count = match section.filter(reader.agent.user.id) {
            Some(filter) => engine.listing.total(&actor, &filter)?,
            None => None,
        };
        teams.push(SideView {
            href: section.address(),
            name: team.name,
            tone: Tone::Neutral,
            count,
            selected: false,
        });
    }
    Ok((views, teams))
}

const fn words_of(order: Order) -> &'static str {
    match order {
        Order::Reply => "Needs reply first",
        Order::Newest => "Newest first",
        Order::Oldest => "Oldest first",
        Order::Begun => "Last begun first",
        Order::Priority => "Most urgent first",
        Order::Waiting => "Longest waiting first",
        Order::Unread => "Unread first",
    }
}

const fn tone(colour: Colour) -> Tone {
    match colour {
        Colour::Grey => Tone::Neutral,
        Colour::Violet => Tone::Accent,
        Colour::Green => Tone::Ok,
        Colour::Amber => Tone::Warn,
        Colour::Red => Tone::Bad,
        Colour::Blue => Tone::Info,
    }
}
