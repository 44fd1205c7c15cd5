//! `/contacts`: people outside.

use actix_web::HttpRequest;
use actix_web::web::Data;
use actix_web::web::Path;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::page::Order;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_changes::NewAddress;
use crate::engine::people::contact_list::Filter;
use crate::engine::people::contact_list::Sort;
use crate::engine::people::contact_list::SortBy;
use crate::engine::people::contacts::Person;
use crate::model::channel::ChannelKind;
use crate::model::ids::ContactId;
use crate::model::ids::MergeId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::answer::known_revision;
use crate::web::api::caller::ApiCaller;
use crate::web::api::contact_in;
use crate::web::api::contact_in::IdentifierIn;
use crate::web::api::contact_in::identifiers;
use crate::web::api::contact_out::ContactOut;
use crate::web::api::contact_out::MergeOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::page::SortField;
use crate::web::api::page::SortQuery;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::api::wire::clearable;
use crate::web::api::wire::clearable_list;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("contacts");
    routes
        .get(&["/contacts"], index)
        .says("List contacts, by `name`, `createdAt` or `lastSeenAt`")
        .needs(Permission::ReadContacts)
        .query::<ContactQuery>()
        .query::<SortQuery>()
        .lists::<ContactOut>();
    routes
        .post(&["/contacts"], create)
        .says("Make a contact")
        .needs(Permission::EditContacts)
        .takes::<ContactIn>()
        .makes::<ContactOut>();
    routes
        .post(&["/contacts/merge"], merge)
        .says("Make one contact of several")
        .needs(Permission::MergeContacts)
        .takes::<MergeIn>()
        .gives::<ContactOut>();
    routes
        .post(&["/contacts/unmerge"], unmerge)
        .says("Take merged contacts apart again, within 30 days")
        .needs(Permission::MergeContacts)
        .takes::<UnmergeIn>()
        .gives::<ContactOut>();
    routes
        .get(&["/contacts/external/{externalId}"], by_external_id)
        .says("Get the contact with an external id")
        .needs(Permission::ReadContacts)
        .gives::<ContactOut>();
    of_one(routes);
}

fn of_one(routes: &mut Routes) {
    routes
        .get(&["/contacts/{id}"], show)
        .says("Get a contact; a merged one's id leads to the one it went into")
        .needs(Permission::ReadContacts)
        .gives::<ContactOut>();
    routes
        .patch(&["/contacts/{id}"], update)
        .says("Change a contact; `customFields` and `metadata` are merged")
        .needs(Permission::EditContacts)
        .takes::<ContactIn>()
        .gives::<ContactOut>();
    routes
        .delete(&["/contacts/{id}"], remove)
        .says("Erase a person; the conversations stay, without the name")
        .needs(Permission::DeleteContacts);
    routes
        .post(&["/contacts/{id}/tags"], add_tags)
        .says("Put tags on a contact")
        .needs(Permission::EditContacts)
        .takes::<TagsIn>()
        .gives::<ContactOut>();
    routes
        .delete(&["/contacts/{id}/tags"], remove_tags)
        .says("Take tags off a contact")
        .needs(Permission::EditContacts)
        .query::<TagsIn>()
        .gives::<ContactOut>();
    routes
        .post(&["/contacts/{id}/tags/remove"], remove_tags)
        .says("Take tags off a contact, for clients that cannot send a body with DELETE")
        .needs(Permission::EditContacts)
        .takes::<TagsIn>()
        .gives::<ContactOut>();
    routes
        .post(
            &["/contacts/{id}/identifiers", "/contacts/{id}/identities"],
            add_address,
        )
        .says("Give a contact an address on a channel")
        .needs(Permission::EditContacts)
        .takes::<IdentifierIn>()
        .makes::<ContactOut>();
    routes
        .get(&["/contacts/{id}/merges"], merges)
        .says("List merges into a contact that can be undone")
        .needs(Permission::ReadContacts)
        .lists::<MergeOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactQuery {
    /// In whom each of these words begins a word: of the names, addresses, tags, company or custom
    /// fields.
    #[serde(default, alias = "q")]
    search: Option<String>,
    /// With exactly this email.
    #[serde(default)]
    email: Option<String>,
    /// With exactly this phone number.
    #[serde(default)]
    phone: Option<String>,
    /// With exactly this id in your own systems.
    #[serde(default)]
    external_id: Option<String>,
    /// With all of these tags.
    #[serde(default, alias = "tag")]
    tags: Vec<String>,
    /// With an address on this kind of channel.
    #[serde(default)]
    channel_type: Option<String>,
}

/// What the list can be ordered by.
const SORTS: &[SortField<SortBy>] = &[
    ("name", SortBy::Name, Order::Ascending),
    ("createdAt", SortBy::Created, Order::Descending),
    ("lastSeenAt", SortBy::LastSeen, Order::Descending),
];

impl ContactQuery {
    fn filter(self, sort: &SortQuery) -> Result<Filter, Rejection> {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let (by, order) = sort.read(SORTS)?;
        Ok(Filter {
            words: filled(self.search),
            email: filled(self.email),
            phone: filled(self.phone).map(with_plus),
            external_id: filled(self.external_id),
            tags: self.tags,
            channel_kind: filled(self.channel_type).map(|kind| ChannelKind::named(&kind)),
            sort: Sort { by, order },
        })
    }
}

/// A plus sign that nobody escaped arrives as a blank.
fn with_plus(phone: String) -> String {
    match phone.strip_prefix(' ') {
        Some(rest) => format!("+{rest}"),
        None => phone,
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactIn {
    /// The name.
    #[serde(default)]
    name: Option<String>,
    /// The email; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    email: Option<String>,
    /// The phone number with its country; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    phone: Option<String>,
    /// The id in your own systems; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    external_id: Option<String>,
    /// A picture; null clears it.
    #[serde(default, alias = "avatar", deserialize_with = "clearable")]
    avatar_url: Option<String>,
    /// The language; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    language: Option<String>,
    /// The IANA time zone; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    timezone: Option<String>,
    /// The country; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    country: Option<String>,
    /// The city; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    city: Option<String>,
    /// The company; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    company: Option<String>,
    /// What you keep about the person.
    #[serde(default)]
    custom_fields: Map<String, Value>,
    /// Anything of your own.
    #[serde(default)]
    metadata: Map<String, Value>,
    /// All the tags; null takes them off.
    #[serde(default, deserialize_with = "clearable_list")]
    tags: Option<Vec<String>>,
    /// What comes from a blocked person is kept out of sight, and nothing goes out.
    #[serde(default)]
    blocked: Option<bool>,
    /// Addresses on channels, for a new contact: a list, or an object of addresses by kind of
    /// channel.
    #[serde(default, alias = "identities", deserialize_with = "identifiers")]
    identifiers: Vec<IdentifierIn>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
struct TagsIn {
    /// Names of tags.
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MergeIn {
    /// The contact that stays.
    primary_contact_id: ContactId,
    /// The contacts that go into it.
    #[serde(alias = "contactIdsToMerge")]
    secondary_contact_ids: Vec<ContactId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UnmergeIn {
    /// What the merge was answered with, as `meta.mergeId`.
    merge_id: MergeId,
}

/// The changes a body asks for, and the addresses that come with it.
fn read(body: ContactIn, revision: Option<u64>) -> (ContactChanges, Vec<IdentifierIn>) {
    let changes = ContactChanges {
        name: body.name,
        email: body.email,
        phone: body.phone,
        external_id: body.external_id,
        avatar_url: body.avatar_url,
        language: body.language,
        timezone: body.timezone,
        country: body.country,
        city: body.city,
        company: body.company,
        custom_fields: body.custom_fields,
        metadata: body.metadata,
        tags: body.tags,
        blocked: body.blocked,
        revision,
        ..ContactChanges::default()
    };
    (changes, body.identifiers)
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<ContactQuery>,
    sort: Query<SortQuery>,
    asked: Asked,
) -> Answered {
    let filter = query.0.filter(&sort.0)?;
    let page = state
        .engine
        .contacts
        .page(&caller.actor, &filter, &asked.0)?;
    let tenant = tenant_of(&state)?;
    Ok(Answer::list(
        page.map(|person| ContactOut::new(person, tenant)),
        &asked.0,
    ))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<ContactIn>) -> Answered {
    let (changes, identifiers) = read(body.0, None);
    let addresses = contact_in::addresses(&caller, &state, identifiers)?;
    let person = state
        .engine
        .contacts
        .create(&caller.actor, changes, addresses)
        .await?;
    let revision = person.contact.revision;
    Ok(Answer::made(&ContactOut::new(person, tenant_of(&state)?)).revision(revision))
}

fn one(state: &State, person: Person) -> Answered {
    let revision = person.contact.revision;
    Ok(Answer::one(&ContactOut::new(person, tenant_of(state)?)).revision(revision))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<ContactId>) -> Answered {
    let person = state.engine.contacts.get(&caller.actor, id.0)?;
    let was_merged = person.contact.id != id.0;
    let answer = one(&state, person)?;
    Ok(if was_merged {
        answer.meta("mergedFrom", id.0.to_string())
    } else {
        answer
    })
}

async fn by_external_id(caller: ApiCaller, state: Data<State>, id: Path<String>) -> Answered {
    let person = state.engine.contacts.by_external_id(&caller.actor, &id)?;
    one(&state, person)
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    request: HttpRequest,
    body: Body<ContactIn>,
) -> Answered {
    let (changes, identifiers) = read(body.0, known_revision(&request));
    let addresses = contact_in::addresses(&caller, &state, identifiers)?;
    if !addresses.is_empty() {
        // A whole contact may come back as it was read; what is new in it has a route of its own.
        let held = state.engine.contacts.get(&caller.actor, id.0)?;
        if !addresses.iter().all(|address| is_held(&held, address)) {
            let wrong = "are added one by one, by POST /contacts/{id}/identifiers";
            return Err(Rejection::field("identifiers", wrong).into());
        }
    }
    let person = state
        .engine
        .contacts
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&state, person)
}

fn is_held(person: &Person, address: &NewAddress) -> bool {
    let mut held = person.identities.iter();
    held.any(|one| one.channel_id == address.channel_id && one.address == address.address)
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<ContactId>) -> Answered {
    state.engine.contacts.erase(&caller.actor, id.0).await?;
    Ok(Answer::done())
}

async fn add_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    body: Body<TagsIn>,
) -> Answered {
    let changes = ContactChanges {
        add_tags: body.0.tags,
        ..ContactChanges::default()
    };
    let person = state
        .engine
        .contacts
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&state, person)
}

/// The tags stand in the body or, for whoever loses it on the way, in the query.
async fn remove_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    query: Query<TagsIn>,
    body: Body<TagsIn>,
) -> Answered {
    let changes = ContactChanges {
        remove_tags: [body.0.tags, query.0.tags].concat(),
        ..ContactChanges::default()
    };
    let person = state
        .engine
        .contacts
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&state, person)
}

async fn add_address(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    body: Body<IdentifierIn>,
) -> Answered {
    let address = contact_in::address(&caller, &state, "", body.0)?;
    let person = state
        .engine
        .contacts
        .add_address(&caller.actor, id.0, address)
        .await?;
    let revision = person.contact.revision;
    Ok(Answer::made(&ContactOut::new(person, tenant_of(&state)?)).revision(revision))
}

async fn merge(caller: ApiCaller, state: Data<State>, body: Body<MergeIn>) -> Answered {
    let MergeIn {
        primary_contact_id,
        secondary_contact_ids,
    } = body.0;
    let merging = &state.engine.merging;
    let merged = merging
        .merge(
            &caller.actor,
            primary_contact_id,
            secondary_contact_ids,
            ContactChanges::default(),
        )
        .await?;
    Ok(one(&state, merged.person)?.meta("mergeId", merged.merge_id.to_string()))
}

async fn unmerge(caller: ApiCaller, state: Data<State>, body: Body<UnmergeIn>) -> Answered {
    let person = state
        .engine
        .merging
        .undo(&caller.actor, body.0.merge_id)
        .await?;
    one(&state, person)
}

async fn merges(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    asked: Asked,
) -> Answered {
    let found = state.engine.merging.of_contact(&caller.actor, id.0)?;
    let page = page::cut(found, &asked.0, &format!("merges {}", id.0))?;
    Ok(Answer::list(page.map(MergeOut::from), &asked.0))
}
