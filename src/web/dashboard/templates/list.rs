//! The list of templates, and asking vendors for them anew.

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde::Deserialize;

use crate::model::channel::Channel;
use crate::model::filling::TemplateTerms;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::template::Template;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::present::template;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::templates::LIST;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::template::KeeperView;
use crate::web::dashboard::view::template::TemplateRow;
use crate::web::dashboard::view::template::TemplatesPage;
use crate::web::state::State;

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    search: String,
    channel: String,
    standing: String,
    told: String,
}

/// States the list can be narrowed to: the word in the address, ours, the vendors' words.
const STANDINGS: [(&str, &str, &[&str]); 4] = [
    (
        "approved",
        "Approved",
        &["APPROVED", "REINSTATED", "UNARCHIVED", "FLAGGED"],
    ),
    ("review", "In review", &["PENDING", "IN_APPEAL"]),
    ("rejected", "Rejected", &["REJECTED", "DISABLED", "LOCKED"]),
    ("paused", "Paused", &["PAUSED", "LIMIT_EXCEEDED"]),
];

/// What is said after a form, by the word in the address.
const TOLD: [(&str, &str); 2] = [
    ("deleted", "Deleted, at the vendor too."),
    ("fetched", "As the vendor has them now."),
];

impl Narrowed {
    fn shows(&self, channel: &Channel, held: &Template) -> bool {
        let told = &held.told;
        let states = STANDINGS.iter().find(|(word, ..)| *word == self.standing);
        let sought = self.search.trim().to_lowercase();
        (self.channel.is_empty() || channel.id.to_string() == self.channel)
            && states.is_none_or(|(.., theirs)| theirs.contains(&told.status.as_str()))
            && (told.name.contains(&sought) || told.language.to_lowercase().contains(&sought))
    }

    fn here(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let all = [
            ("search", &self.search),
            ("channel", &self.channel),
            ("standing", &self.standing),
        ];
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        format!("{LIST}?{}", query.finish())
    }
}

/// The page.
pub async fn show(
    state: Shared,
    reader: Reader,
    narrowed: Query<Narrowed>,
) -> Result<HttpResponse, Problem> {
    Ok(page(&draw(&state, &reader, &narrowed, None)?))
}

fn draw(
    state: &State,
    reader: &Reader,
    narrowed: &Narrowed,
    banner: Option<BannerView>,
) -> Result<TemplatesPage, Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageTemplates)?;
    let now = state.engine.context.clock.now();
    let everywhere = state.engine.templates.everywhere(&actor)?;
    let all = everywhere.iter().map(|(_, held)| held.len()).sum();
    let mut rows = Vec::new();
    for (channel, held) in &everywhere {
        let shown = held.iter().filter(|held| narrowed.shows(channel, held));
        rows.extend(shown.map(|held| row(channel, held, TimeView::ago(held.updated_at, now))));
    }
    let told = TOLD.iter().find(|(word, _)| *word == narrowed.told);
    let any = |label| OptionView::of("", label, "-");
    let channels = everywhere.iter().map(|(channel, _)| {
        OptionView::of(&channel.id.to_string(), &channel.name, &narrowed.channel)
    });
    let standings = STANDINGS
        .iter()
        .map(|(word, label, _)| OptionView::of(word, label, &narrowed.standing));
    Ok(TemplatesPage {
        shell: reader.shell(state, "Templates", Area::Templates)?,
        banner: banner.or_else(|| told.map(|(_, words)| BannerView::done(*words))),
        channels: std::iter::once(any("All channels"))
            .chain(channels)
            .collect(),
        standings: std::iter::once(any("All states"))
            .chain(standings)
            .collect(),
        keepers: everywhere
            .iter()
            .map(|(channel, _)| keeper(state, channel))
            .collect(),
        rows,
        all,
        search: narrowed.search.clone(),
        here: narrowed.here(),
    })
}

/// A channel that keeps templates.
#[must_use]
pub fn keeper(state: &State, channel: &Channel) -> KeeperView {
    let terms = state.engine.templates.terms(&channel.kind);
    KeeperView {
        id: channel.id.to_string(),
        badge: BadgeView::of(channel.kind.as_str()),
        name: channel.name.clone(),
        own: terms.is_some_and(TemplateTerms::is_own),
    }
}

fn row(channel: &Channel, held: &Template, changed: TimeView) -> TemplateRow {
    let (quality, quality_tone) = template::quality(&held.told);
    TemplateRow {
        id: held.id.to_string(),
        name: held.told.name.clone(),
        language: held.told.language.clone(),
        badge: BadgeView::of(channel.kind.as_str()),
        channel: channel.name.clone(),
        category: template::spoken(&held.told.category),
        standing: template::standing(&held.told),
        quality,
        quality_tone,
        changed,
    }
}

/// Asks the vendor of one channel for all it has.
pub async fn sync(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let id: ChannelId = (fields.get("channel").parse()).map_err(|_| Problem::not_found())?;
    match state.engine.templates.sync(&reader.actor(), id).await {
        Ok(_) => Ok(see(&format!("{LIST}?told=fetched"))),
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, &Narrowed::default(), refused.banner(&[]))
        }),
    }
}
