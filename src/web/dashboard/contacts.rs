//! `/app/contacts`: people outside.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::base::page::Cursor;
use crate::base::page::Span;
use crate::base::time::Timestamp;
use crate::engine::inbox::list::Row;
use crate::engine::people::consenting::HeardConsent;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_list::Filter;
use crate::engine::people::contacts::Person;
use crate::model::contact::Contact;
use crate::model::conversation::Status;
use crate::model::ids::ContactId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::merging;
use crate::web::dashboard::merging::badges;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::panel;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::ChipView;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::contacts::ContactForm;
use crate::web::dashboard::view::contacts::ContactPage;
use crate::web::dashboard::view::contacts::ContactRow;
use crate::web::dashboard::view::contacts::ContactsPage;
use crate::web::dashboard::view::contacts::MonthView;
use crate::web::dashboard::view::list::EmptyView;
use crate::web::dashboard::view::panel::DetailView;
use crate::web::dashboard::view::panel::HistoryView;
use crate::web::dashboard::view::panel::ReachView;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// People in a page.
const ROWS: usize = 50;

/// The addresses of people.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/contacts", web::get().to(list))
        .route("/app/contacts/{id}", web::get().to(show))
        .route("/app/contacts/{id}", web::post().to(correct))
        .route("/app/contacts/{id}/consent", web::post().to(hear));
}

#[derive(Deserialize)]
struct Asked {
    q: Option<String>,
    cursor: Option<String>,
}

async fn list(state: Shared, asked: Query<Asked>, reader: Reader) -> Result<HttpResponse, Problem> {
    let typed = asked.q.as_deref().unwrap_or_default().trim();
    let bad_cursor = |error: crate::base::page::BadCursor| {
        Problem::Refused(Rejection::new(Code::InvalidCursor, error.to_string()))
    };
    let cursor: Option<Cursor> = asked
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(bad_cursor)?;
    let actor = reader.actor();
    let filter = Filter {
        words: Some(typed.to_owned()).filter(|words| !words.is_empty()),
        ..Filter::default()
    };
    let span = Span {
        cursor,
        offset: 0,
        limit: ROWS,
    };
    let found = state.engine.contacts.page(&actor, &filter, &span)?;
    let now = state.engine.context.clock.now();
    let mut rows = Vec::with_capacity(found.rows.len());
    for person in &found.rows {
        let (_, talks) = state
            .engine
            .listing
            .across_channels(&actor, person.contact.id)?;
        rows.push(row(person, &talks, now));
    }
    Ok(page(&ContactsPage {
        shell: reader.shell(&state, "Contacts", Area::Contacts)?,
        count: found.total,
        query: typed.to_owned(),
        more: found.next.map(|next| address(typed, &next)),
        empty: empty(typed),
        rows,
    }))
}

fn address(typed: &str, cursor: &Cursor) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !typed.is_empty() {
        query.append_pair("q", typed);
    }
    query.append_pair("cursor", &cursor.to_string());
    format!("/app/contacts?{}", query.finish())
}

fn empty(typed: &str) -> EmptyView {
    let (title, text) = if typed.is_empty() {
        (
            "Nobody here yet.".to_owned(),
            "People appear with their first message.",
        )
    } else {
        (
            format!("Nobody found for \u{201c}{typed}\u{201d}."),
            "Try how a name, an address or a number begins.",
        )
    };
    EmptyView {
        title,
        text: text.to_owned(),
        action: None,
    }
}

fn row(person: &Person, talks: &[Row], now: Timestamp) -> ContactRow {
    let contact = &person.contact;
    let latest = talks.first().map(|talk| &talk.conversation);
    let last = latest.and_then(|talk| talk.last.as_ref());
    let open = talks
        .iter()
        .filter(|talk| talk.conversation.status == Status::Open);
    ContactRow {
        href: format!("/app/contacts/{}", contact.id),
        avatar: AvatarView::of(&contact.name, &contact.id.to_string()),
        name: contact.name.clone(),
        channels: badges(&person.identities),
        labels: contact.tags.iter().map(ChipView::plain).collect(),
        last_text: last.map_or_else(String::new, |last| last.text.clone()),
        last_at: latest.map(|talk| TimeView::ago(talk.last_message_at, now)),
        open: open.count() as u64,
    }
}

async fn show(
    state: Shared,
    id: Path<String>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let id: ContactId = id.parse().map_err(|_| Problem::not_found())?;
    let mut drawn = draw(&state, &reader, id)?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn correct(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: ContactId = id.parse().map_err(|_| Problem::not_found())?;
    let (reader, fields) = (&form.reader, &form.fields);
    let given = |name| Some(fields.get(name).to_owned());
    let changes = ContactChanges {
        name: given("name"),
        email: given("email"),
        phone: given("phone"),
        ..ContactChanges::default()
    };
    let contacts = &state.engine.contacts;
    match contacts.update(&reader.actor(), id, changes).await {
        Ok(person) => Ok(see(&format!("/app/contacts/{}?saved=1", person.contact.id))),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = draw(&state, reader, id)?;
            drawn.form = typed(fields, refused);
            drawn.banner = refused.banner(&["name", "email", "phone"]);
            Ok(drawn)
        }),
    }
}

/// Writes down what the person wants at an address.
async fn hear(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: ContactId = id.parse().map_err(|_| Problem::not_found())?;
    let (reader, fields) = (&form.reader, &form.fields);
    let identity = fields.get("identifier").parse();
    let heard = HeardConsent {
        identity: identity.map_err(|_| Problem::not_found())?,
        is_given: fields.get("status") == "optedIn",
        reason: fields.get("reason").to_owned(),
    };
    let contacts = &state.engine.contacts;
    match contacts.hear_consent(&reader.actor(), id, heard).await {
        Ok(person) => Ok(see(&format!("/app/contacts/{}?saved=1", person.contact.id))),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = draw(&state, reader, id)?;
            drawn.banner = refused.banner(&[]);
            Ok(drawn)
        }),
    }
}

fn typed(fields: &Fields, refused: &Refused) -> ContactForm {
    ContactForm {
        name: refused.field("name", fields.get("name")),
        email: refused.field("email", fields.get("email")),
        phone: refused.field("phone", fields.get("phone")),
    }
}

fn draw(state: &State, reader: &Reader, id: ContactId) -> Result<ContactPage, Problem> {
    let actor = reader.actor();
    let (contact, talks) = state.engine.listing.across_channels(&actor, id)?;
    let identities = state.engine.surroundings.identities(&actor, contact.id)?;
    let colleagues = state.engine.users.list(&actor)?;
    let section = Section::from(Queue::All);
    let eye = reader.eye(state, &colleagues, &section);
    let known = |value: &Option<String>| FieldView::of(value.clone().unwrap_or_default());
    let since = contact
        .created_at
        .calendar()
        .to_zoned_datetime(reader.zone.clone());
    Ok(ContactPage {
        shell: reader.shell(state, &contact.name, Area::Contacts)?,
        id: contact.id.to_string(),
        avatar: AvatarView::of(&contact.name, &contact.id.to_string()),
        name: contact.name.clone(),
        about: format!("Customer since {}", since.strftime("%B %Y")),
        labels: contact.tags.iter().map(ChipView::plain).collect(),
        banner: None,
        form: ContactForm {
            name: FieldView::of(&contact.name),
            email: known(&contact.email),
            phone: known(&contact.phone),
        },
        details: details(&contact),
        months: months(&eye, &talks),
        reaches: identities
            .iter()
            .map(|identity| ReachView {
                wish: panel::wish(|what| actor.may(what), identity),
                ..panel::reach(&eye, identity)
            })
            .collect(),
        may_change: actor.may(Permission::EditContacts),
        may_merge: actor.may(Permission::MergeContacts),
        merges: merging::merges(state, reader, contact.id)?,
    })
}

/// What else is known, the fields of the form aside.
fn details(contact: &Contact) -> Vec<DetailView> {
    panel::facts(contact)
        .into_iter()
        .filter(|detail| !matches!(detail.label.as_str(), "Email" | "Phone"))
        .collect()
}

/// The conversations by month, newest first.
fn months(eye: &Eye<'_>, talks: &[Row]) -> Vec<MonthView> {
    let mut months: Vec<MonthView> = Vec::new();
    for talk in talks {
        let title = month(talk.conversation.last_message_at, &eye.zone);
        let line: HistoryView = panel::history(eye, talk, None);
        match months.last_mut() {
            Some(month) if month.title == title => month.conversations.push(line),
            _ => months.push(MonthView {
                title,
                conversations: vec![line],
            }),
        }
    }
    months
}

fn month(at: Timestamp, zone: &TimeZone) -> String {
    let then = at.calendar().to_zoned_datetime(zone.clone());
    then.strftime("%B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_rows_keep_what_is_looked_for() {
        let cursor = Cursor::new(vec![1, 2], "a");
        let here = address("a & b", &cursor);
        assert!(here.starts_with("/app/contacts?q=a+%26+b&cursor="));
        assert!(address("", &cursor).starts_with("/app/contacts?cursor="));
    }
}
