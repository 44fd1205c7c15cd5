//! The first step: what proves the account, asked for in a form made from the channel's settings.

use crate::engine::setup::kinds::Kind;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::Part;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::channels::HERE;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::form::Filled;
use crate::web::dashboard::vendor::webhook;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::channels::TileView;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::dashboard::view::setup::SetupStep;

/// The settings of a choice that was made in the address or in the form, before all others.
#[must_use]
pub fn chosen(kind: &Kind, fields: &Fields) -> Opaque {
    let mut settings = Opaque::new();
    if let Some(hinge) = kind.hinge()
        && let Some(value) = fields.some(hinge.name)
    {
        settings.insert(hinge.name.to_owned(), value.into());
    }
    settings
}

/// The fields of the first step: what proves the account, and what hardly anybody needs.
fn asked<'a>(
    kind: &'a Kind,
    settings: &'a Opaque,
    part: Part,
) -> impl Iterator<Item = &'static Setting> + 'a {
    let hinge = kind.hinge().map(|hinge| hinge.name);
    kind.settings.iter().filter(move |setting| {
        form::part(setting) == part && setting.counts(settings) && Some(setting.name) != hinge
    })
}

/// Whether a choice was made that there is.
#[must_use]
pub fn is_chosen(hinge: &Setting, choice: &Opaque) -> bool {
    let Shape::Choice(values) = hinge.shape else {
        return true;
    };
    let chosen = choice.get(hinge.name).and_then(|value| value.as_str());
    chosen.is_some_and(|chosen| values.contains(&chosen))
}

/// The values of a choice as tiles.
#[must_use]
pub fn providers(kind: &Kind, hinge: &Setting) -> Vec<TileView> {
    let Shape::Choice(values) = hinge.shape else {
        return Vec::new();
    };
    let tiles = values.iter().map(|value| TileView {
        badge: BadgeView::of(kind.kind),
        title: form::word(hinge.name, value),
        about: form::about(hinge.name, value).to_owned(),
        needs: String::new(),
        time: String::new(),
        href: format!("{HERE}/new/{}?{}={value}", kind.kind, hinge.name),
    });
    tiles.collect()
}

/// The step while there is no channel.
#[must_use]
pub fn new_credentials(
    kind: &Kind,
    choice: &Opaque,
    typed: &Fields,
    refused: &Refused,
) -> SetupStep {
    let has = |_: &str| false;
    let filled = Filled::Typed {
        fields: typed,
        has: &has,
    };
    let name = if typed.has("name") {
        typed.get("name")
    } else {
        kind.name
    };
    credentials(
        kind,
        choice,
        &format!("{HERE}/new/{}", kind.kind),
        refused.field("name", name),
        |setting| form::field(setting, &filled, refused),
    )
}

fn credentials(
    kind: &Kind,
    settings: &Opaque,
    action: &str,
    name: FieldView,
    field: impl Fn(&Setting) -> SettingView,
) -> SetupStep {
    let drawn = |part| -> Vec<SettingView> { asked(kind, settings, part).map(&field).collect() };
    let rare = drawn(Part::Rare);
    let hidden = kind.hinge().and_then(|hinge| {
        let value = settings.get(hinge.name)?.as_str()?;
        Some((hinge.name.to_owned(), value.to_owned()))
    });
    SetupStep::Credentials {
        action: action.to_owned(),
        page: webhook::page_of(kind),
        name,
        hidden: hidden.into_iter().collect(),
        find: finder(kind, settings, action),
        fields: drawn(Part::Access),
        rare_open: rare.iter().any(|field| field.field.error.is_some()),
        rare,
    }
}

/// Where the servers of a mailbox are found by its address; none where there are none to find.
fn finder(kind: &Kind, settings: &Opaque, action: &str) -> Option<String> {
    let provider = settings.get("provider").and_then(|value| value.as_str());
    let has_servers = kind.kind == "email" && matches!(provider, None | Some("smtp" | ""));
    has_servers.then(|| format!("{}/find", action.trim_end_matches("/credentials")))
}

/// The names of the fields of a step: what is wrong with others is said above them.
#[must_use]
pub fn said(step: &SetupStep) -> Vec<&str> {
    match step {
        SetupStep::Credentials { fields, rare, .. } => {
            let names = fields.iter().chain(rare).map(|field| field.id.as_str());
            std::iter::once("name").chain(names).collect()
        }
        _ => Vec::new(),
    }
}

/// The step of a channel that is kept: with what was typed, or what is stored and what the vendor
/// said of it; and the band above it.
pub fn kept(
    channel: &Channel,
    kind: &Kind,
    typed: Option<(&Fields, &Refused)>,
) -> (SetupStep, Option<BannerView>) {
    let has = |name: &str| channel.secrets.contains_key(name);
    let nothing = Refused::nothing();
    let (filled, refused, name) = match typed {
        Some((fields, refused)) => (
            Filled::Typed { fields, has: &has },
            refused,
            fields.get("name"),
        ),
        None => (
            Filled::Stored {
                settings: &channel.settings,
                has: &has,
            },
            &nothing,
            channel.name.as_str(),
        ),
    };
    let vendor = capitalised(kind.guide.vendor);
    let broken = channel.state == ChannelState::Error && typed.is_none();
    let blamed = channel.error_about.as_deref().filter(|_| broken);
    let why = channel.error.as_deref().unwrap_or_default();
    let field = |setting: &Setting| {
        let drawn = form::field(setting, &filled, refused);
        if blamed == Some(setting.name) {
            drawn.wrong(Some(format!("{vendor} says: {why}")))
        } else {
            drawn
        }
    };
    let action = format!("{HERE}/{}/setup/credentials", channel.id);
    let name = refused.field("name", name);
    let step = credentials(kind, &channel.settings, &action, name, field);
    let names = said(&step);
    let banner = if broken && !names.iter().any(|name| Some(*name) == blamed) {
        Some(BannerView::bad(
            format!("{vendor} does not accept the account."),
            why,
        ))
    } else {
        refused.banner(&names)
    };
    (step, banner)
}
