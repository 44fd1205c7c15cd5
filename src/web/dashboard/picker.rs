//! `/app/c/{conversation}/templates`: choosing a template, filling it in, sending it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::engine::rules::templates::refusal;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::model::filling::Blank;
use crate::model::filling::BlankKind;
use crate::model::filling::Filling;
use crate::model::ids::ConversationId;
use crate::model::message::Source;
use crate::model::permission::Permission;
use crate::model::template::Template;
use crate::web::dashboard::conversation::Address;
use crate::web::dashboard::conversation::back;
use crate::web::dashboard::conversation::id_of;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::present::template;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::picker::BlankView;
use crate::web::dashboard::view::picker::ChosenView;
use crate::web::dashboard::view::picker::PickView;
use crate::web::dashboard::view::picker::PickerPage;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::writing::bubble;
use crate::web::state::State;

/// The address of the picker.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/c/{conversation}/templates", web::get().to(show))
        .route("/app/c/{conversation}/templates", web::post().to(send));
}

/// What is looked for, and which one is open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    q: String,
    language: String,
    chosen: String,
}

/// What was typed into the blanks of the open one.
struct Typed<'a> {
    values: BTreeMap<String, String>,
    /// Whether what is empty is wrong already.
    sent: bool,
    /// Why it was not sent.
    refused: Option<&'a str>,
}

async fn show(
    state: Shared,
    path: Address,
    reader: Reader,
    sought: Query<Sought>,
) -> Result<HttpResponse, Problem> {
    let row = row_of(&state, &reader, id_of(&path)?)?;
    let typed = Typed {
        values: BTreeMap::new(),
        sent: false,
        refused: None,
    };
    draw(&state, &reader, &row, &sought, &typed, StatusCode::OK)
}

/// The conversation, for somebody who may answer in it.
fn row_of(state: &State, reader: &Reader, id: ConversationId) -> Result<Row, Problem> {
    let actor = reader.actor();
    actor.require(Permission::Reply)?;
    Ok(state.engine.listing.get(&actor, id)?)
}

fn draw(
    state: &State,
    reader: &Reader,
    row: &Row,
    sought: &Sought,
    typed: &Typed<'_>,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let talk = &row.conversation;
    let mut all = state
        .engine
        .templates
        .list(&reader.actor(), talk.channel_id)?;
    let own = row.contact.language.as_deref().unwrap_or_default();
    let sending = &state.engine.sending;
    let lately = sending.used_lately(&reader.actor(), talk.channel_id)?;
    let when_used = |held: &Template| {
        let told = (&held.told.name, &held.told.language);
        lately
            .iter()
            .position(|(name, language)| (name, language) == told)
    };
    all.sort_by_key(|held| rank(held, when_used(held), own));
    let found = all.iter().filter(|held| sought.shows(held));
    let chosen = all.iter().find(|held| held.id.to_string() == sought.chosen);
    let mut languages: Vec<&str> = all.iter().map(|held| held.told.language.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    let languages = languages
        .into_iter()
        .map(|code| OptionView::of(code, code, &sought.language));
    let any = OptionView::of("", "All languages", &sought.language);
    let name = first_name(&row.contact.name);
    let drawn = PickerPage {
        shell: reader.shell(state, format!("Templates for {name}"), Area::All)?,
        conversation: talk.id.to_string(),
        to: name.to_owned(),
        search: sought.q.clone(),
        languages: std::iter::once(any).chain(languages).collect(),
        none: all.is_empty(),
        picks: found
            .map(|held| pick(held, row, sought, when_used(held)))
            .collect(),
        chosen: chosen.map(|held| open(state, row, held, typed)),
    };
    Ok(page_with(status, &drawn))
}

/// Those that can be sent first; among them those used lately, then those in the language of the
/// contact, then by name.
fn rank(held: &Template, used: Option<usize>, own: &str) -> (bool, usize, bool, String, String) {
    let told = &held.told;
    let base = |code: &str| {
        code.split(['_', '-'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let is_foreign = own.is_empty() || base(&told.language) != base(own);
    (
        !told.is_usable(),
        used.unwrap_or(usize::MAX),
        is_foreign,
        told.name.clone(),
        told.language.clone(),
    )
}

impl Sought {
    fn shows(&self, held: &Template) -> bool {
        let sought = self.q.trim().to_lowercase();
        let told = &held.told;
        (self.language.is_empty() || told.language == self.language)
            && (told.name.contains(&sought)
                || told.language.to_lowercase().contains(&sought)
                || told.category.to_lowercase().contains(&sought))
    }
}

fn pick(held: &Template, row: &Row, sought: &Sought, used: Option<usize>) -> PickView {
    let told = &held.told;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("chosen", &held.id.to_string())
        .append_pair("q", &sought.q)
        .append_pair("language", &sought.language);
    PickView {
        href: format!(
            "/app/c/{}/templates?{}",
            row.conversation.id,
            query.finish()
        ),
        name: told.name.clone(),
        about: format!(
            "{} \u{b7} {}{}",
            told.language,
            template::spoken(&told.category),
            used.map_or("", |_| " \u{b7} used lately")
        ),
        quality: template::quality(told).0,
        chosen: held.id.to_string() == sought.chosen,
        why_not: why_not(held, row),
    }
}

/// Why a template cannot be sent to this contact; none where it can.
fn why_not(held: &Template, row: &Row) -> Option<String> {
    if !held.told.is_usable() {
        let standing = template::standing(&held.told);
        let words = [standing.word, standing.why].join(". ");
        return Some(words.trim_end_matches(['.', ' ']).to_owned());
    }
    refusal(&held.told, &row.contact.opted_out).map(|refused| refused.message)
}

fn open(state: &State, row: &Row, held: &Template, typed: &Typed<'_>) -> ChosenView {
    let (service, kind) = (&state.engine.templates, &row.conversation.channel_kind);
    let filling = service.fill(kind, &held.told, &typed.values);
    let preview = service.preview(kind, &held.told, &filling.components);
    let blanks = service.blanks(kind, &held.told);
    let why_not = why_not(held, row);
    let lacking = match filling.wrong.len() {
        0 => None,
        1 => Some("One value is missing.".to_owned()),
        count => Some(format!("{count} values are missing.")),
    };
    ChosenView {
        id: held.id.to_string(),
        name: held.told.name.clone(),
        language: held.told.language.clone(),
        client_id: state.engine.context.random.base62(20),
        blanks: blanks
            .iter()
            .map(|blank| blank_view(blank, typed, &filling))
            .collect(),
        seen: template::seen(&preview, &state.engine.context.links),
        refused: typed.refused.map(str::to_owned),
        not_yet: why_not.clone().or(lacking),
        may_send: why_not.is_none(),
    }
}

fn blank_view(blank: &Blank, typed: &Typed<'_>, filling: &Filling) -> BlankView {
    let value = typed.values.get(&blank.key).cloned().unwrap_or_default();
    let wrong = filling.wrong.iter().find(|wrong| wrong.field == blank.key);
    let is_said = typed.sent || !value.trim().is_empty();
    let (label, accept) = label(blank);
    BlankView {
        id: format!("value.{}", blank.key),
        label,
        hint: (blank.example.as_ref()).map_or_else(String::new, |text| format!("Such as {text}")),
        accept,
        field: FieldView {
            error: wrong
                .filter(|_| is_said)
                .map(|wrong| format!("This {}.", wrong.message)),
            value,
        },
    }
}

/// What a blank is called, and which files go into it; none where none do.
fn label(blank: &Blank) -> (String, &'static str) {
    let name = blank.key.split_once('.').map_or("", |(_, name)| name);
    let place = if blank.key.starts_with("header") {
        "above"
    } else {
        "in the text"
    };
    match blank.kind {
        BlankKind::Text => (format!("{{{{{name}}}}} {place}"), ""),
        BlankKind::Image => ("Picture".to_owned(), "image/jpeg,image/png"),
        BlankKind::Video => ("Film".to_owned(), "video/mp4"),
        BlankKind::Document => ("Document".to_owned(), "application/pdf"),
        BlankKind::Location => ("Place: latitude, longitude, name".to_owned(), ""),
        BlankKind::AddressEnd => ("End of the button\u{2019}s address".to_owned(), ""),
        BlankKind::Code => ("Code".to_owned(), ""),
    }
}

/// Sends the open one, or shows it with what is typed.
async fn send(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let id = id_of(&path)?;
    let row = row_of(&state, reader, id)?;
    let sought = Sought {
        chosen: fields.get("template").to_owned(),
        q: fields.get("q").to_owned(),
        language: fields.get("language").to_owned(),
    };
    let template = sought.chosen.parse().map_err(|_| Problem::not_found())?;
    let channel = row.conversation.channel_id;
    let held = (state.engine.templates).get(&reader.actor(), channel, template)?;
    let (service, kind) = (&state.engine.templates, &row.conversation.channel_kind);
    let values = values(fields, &service.blanks(kind, &held.told));
    let filling = service.fill(kind, &held.told, &values);
    let mut typed = Typed {
        values,
        sent: !fields.has("do"),
        refused: None,
    };
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    if !typed.sent {
        return draw(&state, reader, &row, &sought, &typed, StatusCode::OK);
    }
    if !filling.wrong.is_empty() {
        return draw(&state, reader, &row, &sought, &typed, unfit);
    }
    let content = Content::Template(TemplateUse {
        name: held.told.name.clone(),
        language: held.told.language.clone(),
        components: filling.components,
        ..TemplateUse::default()
    });
    let actor = reader.actor();
    let client_id = fields.some("clientId").map(str::to_owned);
    let repeat = (client_id.as_ref()).map(|client| Repeatable::by_client_id(&actor, id, client));
    let draft = Draft {
        client_id,
        ..Draft::new(content, Source::Dashboard)
    };
    let sending = &state.engine.sending;
    let sent = sending
        .send(&actor, Target::Conversation(id), draft, repeat)
        .await;
    match sent {
        Ok(sent) if reader.wants("message") => bubble(&state, reader, fields, &sent.message),
        Ok(_) => Ok(back(fields, id)),
        Err(error) => {
            let problem = Problem::from(error);
            if !reader.parts.is_empty() {
                return Ok(problem.for_script());
            }
            let words = problem.rejection().message.clone();
            typed.refused = Some(&words);
            draw(&state, reader, &row, &sought, &typed, unfit)
        }
    }
}

fn values(fields: &Fields, blanks: &[Blank]) -> BTreeMap<String, String> {
    let typed = |blank: &Blank| {
        let value = fields.get(&format!("value.{}", blank.key));
        (blank.key.clone(), value.trim().to_owned())
    };
    blanks.iter().map(typed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::ids::Id as _;
    use crate::model::template::VendorTemplate;

    #[test]
    fn what_can_be_sent_was_used_lately_and_is_in_the_contacts_language_comes_first() {
        let held = |name: &str, language: &str, status: &str| Template {
            id: crate::model::ids::TemplateId::from_bytes([1; 16]),
            channel_id: crate::model::ids::ChannelId::from_bytes([2; 16]),
            told: VendorTemplate {
                name: name.to_owned(),
                language: language.to_owned(),
                status: status.to_owned(),
                ..VendorTemplate::default()
            },
            synced_at: Timestamp::default(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        let mut all = [
            held("a", "pt_BR", "REJECTED"),
            held("b", "en_US", "APPROVED"),
            held("c", "pt_BR", "APPROVED"),
            held("d", "en", "APPROVED"),
        ];
        let names = |all: &[Template]| -> Vec<String> {
            all.iter().map(|held| held.told.name.clone()).collect()
        };
        all.sort_by_key(|held| rank(held, None, "pt"));
        assert_eq!(names(&all), ["c", "b", "d", "a"]);
        all.sort_by_key(|held| rank(held, None, ""));
        assert_eq!(names(&all), ["b", "c", "d", "a"]);
        let used = |held: &Template| (held.told.name == "d").then_some(0);
        all.sort_by_key(|held| rank(held, used(held), "pt"));
        assert_eq!(names(&all), ["d", "c", "b", "a"]);
    }
}
