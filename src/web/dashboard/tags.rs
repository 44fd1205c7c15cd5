//! `/app/settings/tags`: labels to choose from, renamed and merged wherever they are carried.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::inbox::searching::Kind;
use crate::engine::setup::tags::TagChanges;
use crate::model::ids::TagId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::model::tag::Tag;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::search;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::tags::CarriedView;
use crate::web::dashboard::view::tags::TagEdit;
use crate::web::dashboard::view::tags::TagRow;
use crate::web::dashboard::view::tags::TagsPage;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/settings/tags";
/// Where a change leads.
const SAVED: &str = "/app/settings/tags?saved=1";
/// How many things that carry a label are counted.
const COUNT_TO: u64 = 10_000;
/// What the eight tints are called.
const TINTS: [&str; 8] = [
    "Violet", "Orange", "Green", "Pink", "Blue", "Yellow", "Grey", "Teal",
];

/// The addresses of labels.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(create))
        .route("/app/settings/tags/{id}", web::post().to(change))
        .route("/app/settings/tags/{id}/merge", web::post().to(merge))
        .route("/app/settings/tags/{id}/delete", web::post().to(delete));
}

#[derive(Deserialize)]
struct Asked {
    edit: Option<String>,
}

/// A form that was not taken: which one, what was typed, and why.
struct Typed<'a> {
    /// The label that was to be changed; none for a new one.
    id: Option<TagId>,
    fields: &'a Fields,
    refused: &'a Refused,
}

async fn show(
    state: Shared,
    told: Query<Told>,
    asked: Query<Asked>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let edit = asked.edit.as_deref().map(id_of).transpose()?;
    let mut drawn = draw(&state, &reader, edit, None)?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let made = match changes(fields, "") {
        Ok(new) => state.engine.tags.create(&reader.actor(), new).await,
        Err(rejection) => Err(rejection.into()),
    };
    match made {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            let id = None;
            let typed = Typed {
                id,
                fields,
                refused,
            };
            draw(&state, reader, None, Some(&typed))
        }),
    }
}

async fn change(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let (reader, fields) = (&form.reader, &form.fields);
    let changed = match changes(fields, "edit-") {
        Ok(changes) => {
            let tags = &state.engine.tags;
            tags.update(&reader.actor(), id, changes).await
        }
        Err(rejection) => Err(rejection.into()),
    };
    match changed {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            let typed = Typed {
                id: Some(id),
                fields,
                refused,
            };
            draw(&state, reader, Some(id), Some(&typed))
        }),
    }
}

async fn merge(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let into = id_of(form.fields.get("into"))?;
    let tags = &state.engine.tags;
    tags.merge(&form.reader.actor(), id, into).await?;
    Ok(see(SAVED))
}

async fn delete(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    state.engine.tags.delete(&form.reader.actor(), id).await?;
    Ok(see(HERE))
}

fn id_of(text: &str) -> Result<TagId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// What a form says; the names of its fields begin with `prefix`.
fn changes(fields: &Fields, prefix: &str) -> Result<TagChanges, Rejection> {
    let value = |name: &str| fields.get(&format!("{prefix}{name}")).to_owned();
    let tint = value("tint");
    let tint = match tint.as_str() {
        "" => None,
        number => Some(
            number
                .parse()
                .map_err(|_| Rejection::field("tint", "must be one of the colours"))?,
        ),
    };
    Ok(TagChanges {
        name: Some(value("name")),
        tint,
        group: Some(value("group")),
    })
}

fn draw(
    state: &State,
    reader: &Reader,
    edit: Option<TagId>,
    typed: Option<&Typed<'_>>,
) -> Result<TagsPage, Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageTeams)?;
    let mut tags = state.engine.tags.list(&actor)?;
    if edit.is_some_and(|id| tags.iter().all(|tag| tag.id != id)) {
        return Err(Problem::not_found());
    }
    // What is in no group stands last.
    let place = |tag: &Tag| {
        let group = tag.group.as_deref().map(str::to_lowercase);
        (group.is_none(), group, tag.name.to_lowercase())
    };
    tags.sort_by_cached_key(place);
    let mut groups: Vec<String> = tags.iter().filter_map(|tag| tag.group.clone()).collect();
    groups.dedup();
    let mut rows = Vec::with_capacity(tags.len());
    for tag in &tags {
        let mut row = row(state, reader, tag)?;
        if edit == Some(tag.id) {
            row.edit = Some(forms(&row, tag, &tags, typed));
        }
        rows.push(row);
    }
    let nothing = (Fields::default(), Refused::nothing());
    let new = typed.filter(|typed| typed.id.is_none());
    let (fields, refused) = new.map_or((&nothing.0, &nothing.1), |typed| {
        (typed.fields, typed.refused)
    });
    let mut tints = tints(fields.get("tint"));
    tints.insert(0, OptionView::of("", "Next one", fields.get("tint")));
    Ok(TagsPage {
        shell: reader.shell(state, "Tags", Area::Tags)?,
        banner: typed
            .filter(|typed| !typed.refused.is_taken())
            .and_then(|typed| typed.refused.banner(&["name", "group"])),
        tags: rows,
        groups,
        name: name(refused, fields.get("name")),
        group: refused.field("group", fields.get("group")),
        tints,
    })
}

/// The field of the name. That there is such a tag already is said beside it too.
fn name(refused: &Refused, typed: &str) -> FieldView {
    let taken = refused.sentence().filter(|_| refused.is_taken());
    match taken {
        Some(words) => FieldView::of(typed).wrong(words),
        None => refused.field("name", typed),
    }
}

fn tints(chosen: &str) -> Vec<OptionView> {
    let tints = TINTS.iter().enumerate();
    tints
        .map(|(at, name)| OptionView::of(&at.to_string(), name, chosen))
        .collect()
}

fn row(state: &State, reader: &Reader, tag: &Tag) -> Result<TagRow, Problem> {
    let carried = |kind, word| {
        let searching = &state.engine.searching;
        let actor = reader.actor();
        let mut sum = 0;
        let mut is_exact = true;
        for name in std::iter::once(&tag.name).chain(&tag.former) {
            let (count, exact) = searching.carrying(&actor, name, kind, COUNT_TO)?;
            sum += count;
            is_exact &= exact;
        }
        let more = if is_exact { "" } else { "+" };
        Ok::<_, Problem>(CarriedView {
            count: format!("{}{more}", format::count(sum)),
            href: search::address(&format!("tag:\"{}\"", tag.name), word),
        })
    };
    Ok(TagRow {
        id: tag.id.to_string(),
        name: tag.name.clone(),
        tint: tag.tint,
        group: tag.group.clone().unwrap_or_default(),
        following: !tag.former.is_empty(),
        conversations: carried(Kind::Conversation, "conversations")?,
        contacts: carried(Kind::Contact, "contacts")?,
        edit: None,
    })
}

fn forms(row: &TagRow, tag: &Tag, all: &[Tag], typed: Option<&Typed<'_>>) -> TagEdit {
    let others = all.iter().filter(|other| other.id != tag.id);
    let others = others
        .map(|other| OptionView::of(&other.id.to_string(), &other.name, ""))
        .collect();
    let nothing = Refused::nothing();
    let typed = typed.filter(|typed| typed.id == Some(tag.id));
    let refused = typed.map_or(&nothing, |typed| typed.refused);
    let value = |name: &str, stored: String| {
        typed.map_or(stored, |typed| {
            typed.fields.get(&format!("edit-{name}")).to_owned()
        })
    };
    TagEdit {
        name: name(refused, &value("name", row.name.clone())),
        group: refused.field("group", &value("group", row.group.clone())),
        tints: tints(&value("tint", tag.tint.to_string())),
        others,
        carried: carried(&row.conversations.count, &row.contacts.count),
    }
}

/// "12 conversations and 1 contact".
fn carried(conversations: &str, contacts: &str) -> String {
    let counted = |count: &str, one: &str, many: &str| match count {
        "1" => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    format!(
        "{} and {}",
        counted(conversations, "conversation", "conversations"),
        counted(contacts, "contact", "contacts"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carries_a_tag_is_counted_in_words() {
        assert_eq!(carried("1", "0"), "1 conversation and 0 contacts");
        assert_eq!(
            carried("10,000+", "1"),
            "10,000+ conversations and 1 contact"
        );
    }
}
