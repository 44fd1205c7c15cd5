//! Where new conversations of a channel go: a step of adding one, and a tab of its page.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::setup::channels::ChannelChanges;
use crate::model::channel::Channel;
use crate::model::permission::Permission;
use crate::model::rejection::FieldError;
use crate::model::routing::Routing;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::setting::Input;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::state::State;

/// The tab: the last part of its address, and the title.
pub const TAB: (&str, &str) = ("routing", "Routing");

/// The fields of the form.
const FIELDS: [&str; 3] = ["teamId", "assigneeId", "tags"];

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/routing", web::get().to(show))
        .route("/routing", web::post().to(change));
}

/// The fields as they are stored, or as they were typed and refused.
///
/// # Errors
/// The reader may not see who works here; the store's.
pub fn fields(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    typed: Option<(&Fields, &Refused)>,
) -> Result<Vec<SettingView>, Problem> {
    let actor = reader.actor();
    let nothing = Refused::nothing();
    let refused = typed.map_or(&nothing, |(_, refused)| refused);
    let value = |name: &str, stored: String| {
        typed.map_or(stored, |(fields, _)| fields.get(name).to_owned())
    };
    let held = &channel.routing;
    let team = value(
        "teamId",
        held.team_id.map(|id| id.to_string()).unwrap_or_default(),
    );
    let person = value(
        "assigneeId",
        held.assignee_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
    );
    let mut teams = vec![OptionView::of("", "No team", &team)];
    for known in state.engine.teams.list(&actor)? {
        teams.push(OptionView::of(&known.id.to_string(), &known.name, &team));
    }
    let mut people = vec![OptionView::of("", "Whoever takes them", &person)];
    for known in state.engine.users.list(&actor)? {
        let id = known.id.to_string();
        if known.is_active() || id == person {
            people.push(OptionView::of(&id, &known.name, &person));
        }
    }
    let line = Input::Line {
        kind: "text",
        placeholder: String::new(),
    };
    Ok(vec![
        SettingView::new(
            "teamId",
            "Team",
            "Its members see them under Unassigned until somebody takes them.",
            Input::Choice(teams),
        )
        .wrong(refused.about("teamId")),
        SettingView::new(
            "assigneeId",
            "Person",
            "They land in that person\u{2019}s inbox at once.",
            Input::Choice(people),
        )
        .wrong(refused.about("assigneeId")),
        SettingView::new("tags", "Tags", "Separated by commas.", line)
            .holding(&value("tags", held.tags.join(", ")))
            .wrong(refused.about("tags")),
    ])
}

/// What a form says.
///
/// # Errors
/// A team or a person that is none.
pub fn read(fields: &Fields) -> Result<Routing, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut fault = |field: &str, what: &str| {
        wrong.push(FieldError {
            field: field.to_owned(),
            message: format!("must be a {what}"),
        });
    };
    let team_id = fields.some("teamId").and_then(|id| {
        let team = id.parse().ok();
        team.is_none().then(|| fault("teamId", "team"));
        team
    });
    let assignee_id = fields.some("assigneeId").and_then(|id| {
        let user = id.parse().ok();
        user.is_none().then(|| fault("assigneeId", "person"));
        user
    });
    let tags = fields.get("tags").split(',').map(str::trim);
    let tags = tags.filter(|tag| !tag.is_empty()).map(str::to_owned);
    let routing = Routing {
        team_id,
        assignee_id,
        tags: tags.collect(),
    };
    if wrong.is_empty() {
        Ok(routing)
    } else {
        Err(wrong)
    }
}

/// Keeps what a form says and goes on, or shows the form again.
///
/// # Errors
/// What is not about the form.
pub async fn keep<T: askama::Template>(
    state: &State,
    form: &Form,
    channel: &Channel,
    next: &str,
    again: impl FnOnce(&Refused) -> Result<T, Problem>,
) -> Result<HttpResponse, Problem> {
    let routing = match read(&form.fields) {
        Ok(routing) => routing,
        Err(wrong) => return refuse(&form.reader, Refused::rejection(wrong), again),
    };
    let changes = ChannelChanges {
        routing: Some(routing),
        ..ChannelChanges::default()
    };
    let actor = form.reader.actor();
    match state
        .engine
        .channels
        .update(&actor, channel.id, changes)
        .await
    {
        Ok(_) => Ok(see(next)),
        Err(error) => refuse(&form.reader, error, again),
    }
}

fn changeable(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    found(state, reader, path)
}

async fn show(
    state: Shared,
    path: Path<String>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = changeable(&state, &reader, &path)?;
    let tab = ChannelTab::Routing(fields(&state, &reader, &channel, None)?);
    Ok(page(&draw(&state, &reader, &channel, tab, told.banner())?))
}

async fn change(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let channel = changeable(&state, reader, &path)?;
    let next = format!("{LIST}/{}/routing?saved=1", channel.id);
    keep(&state, &form, &channel, &next, |refused| {
        let typed = Some((&form.fields, refused));
        let tab = ChannelTab::Routing(fields(&state, reader, &channel, typed)?);
        draw(&state, reader, &channel, tab, refused.banner(&FIELDS))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_who_answers_and_what_is_no_team_is_said_beside_it() {
        let read = |body: &str| read(&Fields::read(body.as_bytes()));
        assert_eq!(read("teamId=&assigneeId=&tags="), Ok(Routing::default()));
        let tags = read("teamId=&assigneeId=&tags=VIP%2C+%2C+Spring+sale+");
        assert_eq!(
            tags.map(|routing| routing.tags),
            Ok(vec!["VIP".to_owned(), "Spring sale".to_owned()])
        );
        let wrong = read("teamId=x&assigneeId=y&tags=VIP").map_err(|wrong| {
            let named = wrong.into_iter().map(|field| field.field);
            named.collect::<Vec<_>>()
        });
        assert_eq!(
            wrong,
            Err(vec!["teamId".to_owned(), "assigneeId".to_owned()])
        );
    }
}
