//! `/views`: parts of the inbox that people come back to.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::inbox::views::ViewChanges;
use crate::model::channel::ChannelKind;
use crate::model::condition::Condition;
use crate::model::condition::LEVELS_MAX;
use crate::model::condition::TESTS_MAX;
use crate::model::conversation::Priority;
use crate::model::ids::ChannelId;
use crate::model::ids::OrganisationId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::ids::ViewId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::model::view::Audience;
use crate::model::view::Colour;
use crate::model::view::Narrowing;
use crate::model::view::Order;
use crate::model::view::View;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::conversations::priority;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("views");
    routes
        .get(&["/views"], index)
        .says("List the views of the inbox that the caller is shown")
        .needs(Permission::ReadConversations)
        .lists::<ViewOut>();
    routes
        .post(&["/views"], create)
        .says("Make a view; sharing it needs whoever manages teams")
        .needs(Permission::ReadConversations)
        .takes::<ViewIn>()
        .makes::<ViewOut>();
    routes
        .get(&["/views/{id}"], show)
        .says("Get a view")
        .needs(Permission::ReadConversations)
        .gives::<ViewOut>();
    routes
        .patch(&["/views/{id}"], update)
        .says("Change a view; `filter` is replaced as a whole")
        .needs(Permission::ReadConversations)
        .takes::<ViewIn>()
        .gives::<ViewOut>();
    routes
        .delete(&["/views/{id}"], remove)
        .says("Remove a view")
        .needs(Permission::ReadConversations);
}

/// A view of the inbox.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = View)]
struct ViewOut {
    /// `view_...`
    id: ViewId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Its name.
    name: String,
    /// The colour of its dot.
    color: &'static str,
    /// Who made it.
    owner_id: UserId,
    /// Who is shown it: `me`, `team` or `all`.
    audience: &'static str,
    /// The team, where the audience is one.
    team_id: Option<TeamId>,
    /// The queue: `mine`, `unassigned`, `all`, `waiting`, `snoozed`, `done` or `spam`.
    queue: String,
    /// What of the queue.
    filter: FilterOut,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// What narrows a queue; all of it must hold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ViewFilter)]
struct FilterOut {
    /// Of this team.
    team_id: Option<TeamId>,
    /// On this channel.
    channel_id: Option<ChannelId>,
    /// On this kind of channel.
    channel_type: Option<String>,
    /// As urgent as this.
    priority: Option<&'static str>,
    /// With all of these tags.
    tags: Vec<String>,
    /// With something the reader has not read.
    unread: bool,
    /// With this in the contact's name, the subject or the newest message.
    search: Option<String>,
    /// What else must hold: `{"all": [...]}`, `{"any": [...]}` or `{"is": test}`, up to three groups
    /// deep; a test is `"unread"`, `"waiting"`, `"answered"`, `"hasFile"`, or an object with one of
    /// `tag`, `priority`, `team`, `assignee`, `channel`, `channelType`, `waitingOverMinutes`.
    #[schema(value_type = Option<Object>)]
    conditions: Option<Condition>,
    /// In which order: `reply` (whoever waits for us first), `newest`, `oldest`, `begun`,
    /// `priority` (the most urgent first), `waiting` (who waits longest first) or `unread`.
    order: &'static str,
}

impl ViewOut {
    fn new(view: View, tenant_id: OrganisationId) -> Self {
        let (audience, team_id) = match view.audience {
            Audience::Owner => ("me", None),
            Audience::Team(team) => ("team", Some(team)),
            Audience::All => ("all", None),
        };
        let narrowing = view.narrowing;
        Self {
            id: view.id,
            tenant_id,
            name: view.name,
            color: view.colour.name(),
            owner_id: view.owner,
            audience,
            team_id,
            queue: view.queue,
            filter: FilterOut {
                team_id: narrowing.team_id,
                channel_id: narrowing.channel_id,
                channel_type: narrowing.channel_kind.map(|kind| kind.as_str().to_owned()),
                priority: narrowing.priority.map(Priority::name),
                tags: narrowing.tags,
                unread: narrowing.unread,
                search: narrowing.words,
                conditions: narrowing.condition,
                order: narrowing.order.name(),
            },
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ViewIn {
    /// Its name; required for a new one.
    #[serde(default)]
    name: Option<String>,
    /// The colour of its dot: `grey`, `violet`, `green`, `amber`, `red` or `blue`.
    #[serde(default, alias = "colour")]
    color: Option<String>,
    /// Who is shown it: `me`, `team` or `all`.
    #[serde(default)]
    audience: Option<String>,
    /// The team, where the audience is one.
    #[serde(default)]
    team_id: Option<TeamId>,
    /// The queue: `all` for a new one, when absent.
    #[serde(default)]
    queue: Option<String>,
    /// What of the queue.
    #[serde(default)]
    filter: Option<FilterIn>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct FilterIn {
    /// Of this team.
    team_id: Option<TeamId>,
    /// On this channel.
    channel_id: Option<ChannelId>,
    /// On this kind of channel.
    channel_type: Option<String>,
    /// As urgent as this.
    priority: Option<String>,
    /// With all of these tags.
    tags: Vec<String>,
    /// With something the reader has not read.
    unread: bool,
    /// With this in the contact's name, the subject or the newest message.
    search: Option<String>,
    /// What else must hold: `{"all": [...]}`, `{"any": [...]}` or `{"is": test}`, up to three groups
    /// deep; a test is `"unread"`, `"waiting"`, `"answered"`, `"hasFile"`, or an object with one of
    /// `tag`, `priority`, `team`, `assignee`, `channel`, `channelType`, `waitingOverMinutes`.
    #[schema(value_type = Option<Object>)]
    conditions: Option<serde_json::Value>,
    /// In which order: `reply` (whoever waits for us first), `newest`, `oldest`, `begun`,
    /// `priority` (the most urgent first), `waiting` (who waits longest first) or `unread`.
    order: Option<String>,
}

impl ViewIn {
    fn changes(self) -> Result<ViewChanges, Rejection> {
        let colour = self.color.as_deref().map(|name| {
            let wrong = "must be grey, violet, green, amber, red or blue";
            Colour::named(name).ok_or_else(|| Rejection::field("color", wrong))
        });
        let audience = match (self.audience.as_deref(), self.team_id) {
            (None, None) => None,
            (Some("me"), _) => Some(Audience::Owner),
            (Some("all"), _) => Some(Audience::All),
            (Some("team") | None, Some(team)) => Some(Audience::Team(team)),
            (Some("team"), None) => return Err(Rejection::field("teamId", "is missing")),
            (Some(_), _) => return Err(Rejection::field("audience", "must be me, team or all")),
        };
        Ok(ViewChanges {
            name: self.name,
            colour: colour.transpose()?,
            audience,
            queue: self.queue,
            narrowing: self.filter.map(FilterIn::narrowing).transpose()?,
        })
    }
}

impl FilterIn {
    fn narrowing(self) -> Result<Narrowing, Rejection> {
        Ok(Narrowing {
            team_id: self.team_id,
            channel_id: self.channel_id,
            channel_kind: self.channel_type.as_deref().map(ChannelKind::named),
            priority: self.priority.as_deref().map(priority).transpose()?,
            tags: self.tags,
            unread: self.unread,
            words: self.search,
            condition: self.conditions.map(condition).transpose()?,
            order: match self.order {
                None => Order::default(),
                Some(name) => Order::named(&name).ok_or_else(|| {
                    let known = Order::ALL.map(Order::name).join(", ");
                    Rejection::field("filter.order", format!("must be one of {known}"))
                })?,
            },
        })
    }
}

fn condition(said: serde_json::Value) -> Result<Condition, Rejection> {
    let read: Option<Condition> = serde_json::from_value(said).ok();
    read.filter(Condition::is_sound).ok_or_else(|| {
        let wrong = format!(
            "must be {{\"all\": [...]}}, {{\"any\": [...]}} or {{\"is\": test}}, {LEVELS_MAX} groups deep at \
             most, with {TESTS_MAX} tests at most and no group without one"
        );
        Rejection::field("filter.conditions", wrong)
    })
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let views = state.engine.views.list(&caller.actor)?;
    let tenant = tenant_of(&state)?;
    let page = page::cut(views, &asked.0, "views")?;
    let row = |view| ViewOut::new(view, tenant);
    Ok(Answer::list(page.map(row), &asked.0))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<ViewIn>) -> Answered {
    let new = body.0.changes()?;
    let view = state.engine.views.create(&caller.actor, new).await?;
    Ok(Answer::made(&ViewOut::new(view, tenant_of(&state)?)))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<ViewId>) -> Answered {
    let view = state.engine.views.get(&caller.actor, id.0)?;
    Ok(Answer::one(&ViewOut::new(view, tenant_of(&state)?)))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ViewId>,
    body: Body<ViewIn>,
) -> Answered {
    let changes = body.0.changes()?;
    let views = &state.engine.views;
    let view = views.update(&caller.actor, id.0, changes).await?;
    Ok(Answer::one(&ViewOut::new(view, tenant_of(&state)?)))
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<ViewId>) -> Answered {
    state.engine.views.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}
