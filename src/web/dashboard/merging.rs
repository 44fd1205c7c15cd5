//! `/app/contacts/{id}/merge`: two people who are one.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::page::Span;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_list::Filter;
use crate::engine::people::contacts::Person;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::ids::ContactId;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::merge::CandidateView;
use crate::web::dashboard::view::merge::MergePage;
use crate::web::dashboard::view::merge::MergedView;
use crate::web::dashboard::view::merge::PairRow;
use crate::web::dashboard::view::merge::PairView;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// People offered at once.
const CANDIDATES: usize = 20;

/// The addresses of merging.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/contacts/{id}/merge", web::get().to(show))
        .route("/app/contacts/{id}/merge", web::post().to(merge))
        .route("/app/contacts/{id}/unmerge", web::post().to(undo));
}

/// What can be chosen of either person: its name in the form, in words, where it stands, and the
/// change that takes it.
struct Fact {
    name: &'static str,
    label: &'static str,
    of: fn(&Contact) -> Option<&str>,
    take: fn(&mut ContactChanges, String),
}

/// A fact that may be missing, by the name of its field.
macro_rules! fact {
    ($field:ident, $label:literal) => {
        Fact {
            name: stringify!($field),
            label: $label,
            of: |contact| contact.$field.as_deref(),
            take: |changes, value| changes.$field = Some(value),
        }
    };
}

const FACTS: &[Fact] = &[
    Fact {
        name: "name",
        label: "Name",
        of: |contact| Some(contact.name.as_str()),
        take: |changes, value| changes.name = Some(value),
    },
    fact!(email, "Email"),
    fact!(phone, "Phone"),
    fact!(company, "Company"),
    fact!(city, "City"),
    fact!(country, "Country"),
    fact!(language, "Language"),
];

#[derive(Deserialize)]
struct Asked {
    q: Option<String>,
    with: Option<String>,
}

async fn show(
    state: Shared,
    id: Path<String>,
    asked: Query<Asked>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let with = asked.with.as_deref().map(id_of).transpose()?;
    let typed = asked.q.as_deref().unwrap_or_default().trim();
    Ok(page(&draw(&state, &reader, id, with, typed)?))
}

async fn merge(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let (reader, fields) = (&form.reader, &form.fields);
    let actor = reader.actor();
    let with = id_of(fields.get("with"))?;
    let other = state.engine.listing.across_channels(&actor, with)?.0;
    let mut chosen = ContactChanges::default();
    for fact in FACTS {
        let theirs = fields.get(&format!("pick-{}", fact.name)) == "theirs";
        if let Some(value) = (fact.of)(&other).filter(|_| theirs) {
            (fact.take)(&mut chosen, value.to_owned());
        }
    }
    let merging = &state.engine.merging;
    match merging.merge(&actor, id, vec![with], chosen).await {
        Ok(_) => Ok(see(&format!("/app/contacts/{id}?saved=merged"))),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = draw(&state, reader, id, Some(with), "")?;
            drawn.refused = refused.sentence().map(str::to_owned);
            Ok(drawn)
        }),
    }
}

/// Makes two of one again.
async fn undo(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let merge = form.fields.get("merge").parse();
    let merge = merge.map_err(|_| Problem::not_found())?;
    let merging = &state.engine.merging;
    merging.undo(&form.reader.actor(), merge).await?;
    Ok(see(&format!("/app/contacts/{id}?saved=apart")))
}

fn id_of(text: &str) -> Result<ContactId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Who went into a person and can be taken out again, for whoever may.
///
/// # Errors
/// The store's.
pub fn merges(state: &State, reader: &Reader, id: ContactId) -> Result<Vec<MergedView>, Problem> {
    let actor = reader.actor();
    if !actor.may(Permission::MergeContacts) {
        return Ok(Vec::new());
    }
    let found = state.engine.merging.of_contact(&actor, id)?;
    let shown = found.into_iter().map(|merge| {
        let names: Vec<_> = merge.secondaries.into_iter().map(|one| one.name).collect();
        MergedView {
            id: merge.id.to_string(),
            name: names.join(", "),
        }
    });
    Ok(shown.collect())
}

fn draw(
    state: &State,
    reader: &Reader,
    id: ContactId,
    with: Option<ContactId>,
    typed: &str,
) -> Result<MergePage, Problem> {
    let actor = reader.actor();
    if !actor.may(Permission::MergeContacts) {
        return Err(Problem::not_found());
    }
    let contact = state.engine.listing.across_channels(&actor, id)?.0;
    let pair = match with {
        Some(with) => Some(pair(state, reader, &contact, with)?),
        None => None,
    };
    let found = if pair.is_some() {
        Vec::new()
    } else {
        candidates(state, reader, &contact, typed)?
    };
    Ok(MergePage {
        shell: reader.shell(state, format!("Merge {}", contact.name), Area::Contacts)?,
        id: contact.id.to_string(),
        name: contact.name,
        query: typed.to_owned(),
        found,
        pair,
        refused: None,
    })
}

/// Who is found by what was typed; while nothing is, who shares an address or a number.
fn candidates(
    state: &State,
    reader: &Reader,
    contact: &Contact,
    typed: &str,
) -> Result<Vec<CandidateView>, Problem> {
    let like = |email: Option<&str>, phone: Option<&str>, words: Option<&str>| Filter {
        email: email.map(str::to_owned),
        phone: phone.map(str::to_owned),
        words: words.map(str::to_owned),
        ..Filter::default()
    };
    let filters = if typed.is_empty() {
        vec![
            like(contact.email.as_deref(), None, None),
            like(None, contact.phone.as_deref(), None),
            like(None, None, Some(&contact.name)),
        ]
    } else {
        vec![like(None, None, Some(typed))]
    };
    // Somebody without an address or a number shares none.
    let filters = filters
        .into_iter()
        .filter(|filter| *filter != Filter::default());
    let span = Span {
        cursor: None,
        offset: 0,
        limit: CANDIDATES,
    };
    let mut found: Vec<Person> = Vec::new();
    for filter in filters {
        let page = state
            .engine
            .contacts
            .page(&reader.actor(), &filter, &span)?;
        for person in page.rows {
            let known = found.iter().any(|one| one.contact.id == person.contact.id);
            if !known && person.contact.id != contact.id {
                found.push(person);
            }
        }
    }
    found.truncate(CANDIDATES);
    let shown = found.into_iter().map(|person| CandidateView {
        href: format!(
            "/app/contacts/{}/merge?with={}",
            contact.id, person.contact.id
        ),
        avatar: AvatarView::of(&person.contact.name, &person.contact.id.to_string()),
        channels: badges(&person.identities),
        email: person.contact.email.unwrap_or_default(),
        phone: person.contact.phone.unwrap_or_default(),
        name: person.contact.name,
    });
    Ok(shown.collect())
}

fn pair(
    state: &State,
    reader: &Reader,
    contact: &Contact,
    with: ContactId,
) -> Result<PairView, Problem> {
    let actor = reader.actor();
    let engine = &state.engine;
    let (_, ours) = engine.listing.across_channels(&actor, contact.id)?;
    let (other, theirs) = engine.listing.across_channels(&actor, with)?;
    if other.id == contact.id {
        return Err(Problem::not_found());
    }
    let our_identities = engine.surroundings.identities(&actor, contact.id)?;
    let their_identities = engine.surroundings.identities(&actor, other.id)?;
    let mut rows: Vec<PairRow> = FACTS
        .iter()
        .map(|fact| PairRow {
            field: fact.name.to_owned(),
            label: fact.label.to_owned(),
            ours: (fact.of)(contact).unwrap_or_default().to_owned(),
            theirs: (fact.of)(&other).unwrap_or_default().to_owned(),
        })
        .filter(|row| !row.ours.is_empty() || !row.theirs.is_empty())
        .collect();
    rows.sort_by_key(|row| !row.differs());
    Ok(PairView {
        with: other.id.to_string(),
        summary: format!(
            "All {} conversations, {} addresses and the tags of both come together under {}. \
             This can be undone for 30 days.",
            ours.len() + theirs.len(),
            our_identities.len() + their_identities.len(),
            contact.name,
        ),
        name: other.name,
        rows,
        our_channels: badges(&our_identities),
        their_channels: badges(&their_identities),
    })
}

/// One badge for each kind of channel.
pub fn badges(identities: &[Identity]) -> Vec<BadgeView> {
    let mut kinds: Vec<&ChannelKind> = Vec::new();
    for identity in identities {
        if !kinds.contains(&&identity.channel_kind) {
            kinds.push(&identity.channel_kind);
        }
    }
    kinds
        .into_iter()
        .map(|kind| BadgeView::of(kind.as_str()))
        .collect()
}
