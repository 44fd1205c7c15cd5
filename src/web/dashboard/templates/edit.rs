//! One template: its form and what a customer sees, handing it in, taking it away.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::error::EngineError;
use crate::engine::rules::template_form::TemplateForm;
use crate::engine::setup::templates::Templates;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::filling::TemplateTerms;
use crate::model::ids::ChannelId;
use crate::model::ids::TemplateId;
use crate::model::mail::RemoteImages;
use crate::model::permission::Permission;
use crate::model::rejection::FieldError;
use crate::model::template::Template;
use crate::model::template::TemplateChanges;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::mail;
use crate::web::dashboard::present::template;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::templates::LIST;
use crate::web::dashboard::templates::draw::Easel;
use crate::web::dashboard::templates::list::keeper;
use crate::web::dashboard::templates::read;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::template::TemplatePage;
use crate::web::state::State;

/// Said where a template holds more than the form.
const TOO_MUCH: &str = "This template holds parts that can only be changed at the vendor.";
/// Said where nothing can be changed.
const NO_CHANGES: &str =
    "The vendor lets no template be changed. Hand in a new one under another name.";

/// Said where one was handed in.
const HANDED_IN: &str = "Handed in. The vendor looks at it now.";

/// Said where one that was paused goes out again.
const RESUMED: &str = "The vendor sends it again.";

/// For which channel a template is begun; empty where the address does not say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ForChannel {
    channel: String,
}

/// What the address says of the form that led here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Told {
    saved: String,
}

/// What a page is about.
struct Subject<'a> {
    channel: &'a Channel,
    terms: &'static TemplateTerms,
    held: Option<&'a Template>,
}

/// What a page is drawn with.
struct Shown<'a> {
    form: &'a TemplateForm,
    wrong: &'a [FieldError],
    writing: bool,
    banner: Option<BannerView>,
}

/// The empty form.
pub async fn begin(
    state: Shared,
    reader: Reader,
    asked: Query<ForChannel>,
) -> Result<HttpResponse, Problem> {
    if asked.channel.is_empty() {
        return Ok(see(LIST));
    }
    let (channel, terms) = keeper_of(&state, &reader, &asked.channel)?;
    let subject = Subject {
        channel: &channel,
        terms,
        held: None,
    };
    let form = TemplateForm {
        category: (terms.categories.last()).map_or_else(String::new, |word| (*word).to_owned()),
        header: if terms.is_own() { "TEXT" } else { "" }.to_owned(),
        ..TemplateForm::default()
    };
    let shown = Shown {
        form: &form,
        wrong: &[],
        writing: true,
        banner: None,
    };
    Ok(page(&draw(&state, &reader, &subject, shown)?))
}

/// A channel that keeps templates, for somebody who may hand some in.
fn keeper_of(
    state: &State,
    reader: &Reader,
    id: &str,
) -> Result<(Channel, &'static TemplateTerms), Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageTemplates)?;
    let id: ChannelId = id.parse().map_err(|_| Problem::not_found())?;
    let channel = state.engine.channels.get(&actor, id)?;
    let terms = state.engine.templates.terms(&channel.kind);
    Ok((channel, terms.ok_or_else(Problem::not_found)?))
}

fn found(
    state: &State,
    reader: &Reader,
    id: &str,
) -> Result<(Channel, &'static TemplateTerms, Template), Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageTemplates)?;
    let id: TemplateId = id.parse().map_err(|_| Problem::not_found())?;
    let (channel, held) = state.engine.templates.anywhere(&actor, id)?;
    let terms = state.engine.templates.terms(&channel.kind);
    Ok((channel, terms.ok_or_else(Problem::not_found)?, held))
}

/// One that is there.
pub async fn show(
    state: Shared,
    reader: Reader,
    path: Path<String>,
    told: Query<Told>,
) -> Result<HttpResponse, Problem> {
    let (channel, terms, held) = found(&state, &reader, &path)?;
    let subject = Subject {
        channel: &channel,
        terms,
        held: Some(&held),
    };
    let shown = Shown {
        form: &TemplateForm::of(&held.told),
        wrong: &[],
        writing: true,
        banner: match told.saved.as_str() {
            "" => None,
            "unpaused" => Some(BannerView::done(RESUMED)),
            _ if terms.is_own() => Some(BannerView::done("Saved.")),
            _ => Some(BannerView::done(HANDED_IN)),
        },
    };
    Ok(page(&draw(&state, &reader, &subject, shown)?))
}

fn draw(
    state: &State,
    reader: &Reader,
    subject: &Subject<'_>,
    shown: Shown<'_>,
) -> Result<TemplatePage, Problem> {
    let (service, kind) = (&state.engine.templates, &subject.channel.kind);
    let held = subject.held;
    let mut draft = shown.form.draft();
    if let Some(held) = held {
        draft
            .parameter_format
            .clone_from(&held.told.parameter_format);
    }
    let mut wrong = shown.wrong.to_vec();
    if shown.writing && held.is_none_or(|held| *shown.form != TemplateForm::of(&held.told)) {
        wrong.extend(service.wrong_with(kind, &draft));
    }
    let told = shown.form.told();
    let filled = service.fill(kind, &told, &shown.form.examples());
    let preview = service.preview(kind, &told, &filled.components);
    let why_fixed = match held {
        Some(_) if !subject.terms.edits => NO_CHANGES,
        Some(held) if !TemplateForm::holds(&held.told, subject.terms) => TOO_MUCH,
        _ => "",
    };
    let easel = Easel {
        action: held.map_or_else(
            || format!("{LIST}/new"),
            |held| format!("{LIST}/{}", held.id),
        ),
        form: shown.form,
        terms: subject.terms,
        wrong: &wrong,
        fixed: held.is_some(),
        writing: shown.writing,
    };
    let title = held.map_or("New template", |held| held.told.name.as_str());
    Ok(TemplatePage {
        shell: reader.shell(state, title, Area::Templates)?,
        banner: shown.banner,
        keeper: keeper(state, subject.channel),
        id: held.map(|held| held.id.to_string()).unwrap_or_default(),
        title: title.to_owned(),
        standing: held
            .filter(|_| !subject.terms.is_own())
            .map(|held| template::standing(&held.told)),
        facts: held.map(facts).unwrap_or_default(),
        form: why_fixed.is_empty().then(|| easel.view()),
        why_fixed,
        seen: template::seen(&preview, &state.engine.context.links),
        own: subject.terms.is_own(),
        may_resume: subject.terms.resumes && held.is_some_and(|held| held.told.is_paused()),
        html: held
            .filter(|_| preview.html.is_some())
            .map(|held| format!("{LIST}/{}/html", held.id)),
    })
}

fn facts(held: &Template) -> Vec<(&'static str, String)> {
    let told = &held.told;
    let all = [
        ("Language", told.language.clone()),
        ("Category", template::spoken(&told.category)),
        ("Quality", template::quality(told).0),
        (
            "Id at the vendor",
            told.external_id.clone().unwrap_or_default(),
        ),
    ];
    let mut all = all.to_vec();
    all.retain(|(_, value)| !value.is_empty());
    all
}

/// Hands a new one in, or shows the form again as it is typed.
pub async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, terms) = keeper_of(&state, reader, fields.get("channel"))?;
    let subject = Subject {
        channel: &channel,
        terms,
        held: None,
    };
    let pressed = read::pressed(fields);
    let typed = read::form(fields, pressed);
    if pressed.is_some() {
        return look(&state, reader, &subject, &typed);
    }
    let service = &state.engine.templates;
    let made = service
        .create(&reader.actor(), channel.id, typed.draft())
        .await;
    answer(&state, reader, &subject, &typed, made)
}

/// Hands one in again that is there, or shows the form again as it is typed.
pub async fn change(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, terms, held) = found(&state, reader, &path)?;
    let subject = Subject {
        channel: &channel,
        terms,
        held: Some(&held),
    };
    let pressed = read::pressed(fields);
    let mut typed = read::form(fields, pressed);
    typed.name.clone_from(&held.told.name);
    typed.language.clone_from(&held.told.language);
    if pressed.is_some() {
        return look(&state, reader, &subject, &typed);
    }
    let changes = TemplateChanges {
        category: Some(typed.category.clone()),
        components: Some(typed.draft().components),
    };
    let service = &state.engine.templates;
    let changed = service
        .edit(&reader.actor(), channel.id, held.id, changes)
        .await;
    answer(&state, reader, &subject, &typed, changed)
}

fn look(
    state: &State,
    reader: &Reader,
    subject: &Subject<'_>,
    typed: &TemplateForm,
) -> Result<HttpResponse, Problem> {
    let shown = Shown {
        form: typed,
        wrong: &[],
        writing: true,
        banner: None,
    };
    Ok(page(&draw(state, reader, subject, shown)?))
}

fn answer(
    state: &State,
    reader: &Reader,
    subject: &Subject<'_>,
    typed: &TemplateForm,
    done: Result<Template, EngineError>,
) -> Result<HttpResponse, Problem> {
    let error = match done {
        Ok(made) => return Ok(see(&format!("{LIST}/{}?saved=1", made.id))),
        Err(error) => error,
    };
    let problem = Problem::from(error);
    let rejection = problem.rejection().clone();
    refuse(reader, rejection.clone(), |_| {
        let shown = Shown {
            form: typed,
            wrong: &rejection.fields,
            writing: false,
            banner: Some(if rejection.fields.is_empty() {
                BannerView::bad("Not handed in.", rejection.message.as_str())
            } else {
                BannerView::bad("Not handed in.", "Some fields are not right.")
            }),
        };
        draw(state, reader, subject, shown)
    })
}

/// The HTML of one with its examples filled in, for a frame of its own.
pub async fn html(
    state: Shared,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (channel, _, held) = found(&state, &reader, &path)?;
    let (service, kind) = (&state.engine.templates, &channel.kind);
    let examples = TemplateForm::of(&held.told).examples();
    let filled = service.fill(kind, &held.told, &examples);
    let preview = service.preview(kind, &held.told, &filled.components);
    let html = preview.html.ok_or_else(Problem::not_found)?;
    Ok(mail::framed(&html, RemoteImages::Blocked))
}

/// Takes one away, at the vendor too.
pub async fn delete(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let done = done(
        &state,
        &path,
        &form,
        "Not deleted.",
        async |service, actor, held| {
            service.delete(actor, held.channel_id, held.id).await?;
            Ok(format!("{LIST}?told=deleted"))
        },
    );
    done.await
}

/// Has the vendor send one again that it paused.
pub async fn unpause(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let done = done(
        &state,
        &path,
        &form,
        "Still paused.",
        async |service, actor, held| {
            let held = service.resume(actor, held.channel_id, held.id).await?;
            Ok(format!("{LIST}/{}?saved=unpaused", held.id))
        },
    );
    done.await
}

/// Does something with a template and goes where that leads; where it was not done the page says why.
async fn done(
    state: &State,
    path: &str,
    form: &Form,
    otherwise: &'static str,
    act: impl AsyncFnOnce(&Templates, &Actor, &Template) -> Result<String, EngineError>,
) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let (channel, terms, held) = found(state, reader, path)?;
    let error = match act(&state.engine.templates, &reader.actor(), &held).await {
        Ok(address) => return Ok(see(&address)),
        Err(error) => Problem::from(error),
    };
    let subject = Subject {
        channel: &channel,
        terms,
        held: Some(&held),
    };
    not_done(state, reader, &subject, otherwise, &error)
}

/// The page as it was, with why something was not done.
fn not_done(
    state: &State,
    reader: &Reader,
    subject: &Subject<'_>,
    what: &'static str,
    why: &Problem,
) -> Result<HttpResponse, Problem> {
    let form = subject.held.map(|held| TemplateForm::of(&held.told));
    let shown = Shown {
        form: &form.unwrap_or_default(),
        wrong: &[],
        writing: true,
        banner: Some(BannerView::bad(what, why.rejection().message.as_str())),
    };
    let drawn = draw(state, reader, subject, shown)?;
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &drawn))
}
