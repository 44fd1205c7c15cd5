//! `/app/settings/channels/{id}/menu`: menus, commands and first questions that vendors show.

pub mod table;

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use serde_json::Value;

use crate::engine::setup::channels::ChannelChanges;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::channel::ChannelPage;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::webchat::draw::Easel;
use crate::web::dashboard::webchat::place;
use crate::web::dashboard::webchat::read;
use crate::web::dashboard::webchat::table::Kind;
use crate::web::dashboard::webchat::table::Page;
use crate::web::state::State;

/// The kind of the notes about what a vendor did not take.
const PROFILE: &str = "profile";

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/menu", web::get().to(show))
        .route("/menu", web::post().to(change));
}

/// Whether a setting of a kind of channel has its place on the tab, and so nowhere else.
#[must_use]
pub fn holds(kind: &str, setting: &str) -> bool {
    table::page(kind).is_some_and(|page| page.entries().any(|entry| entry.path == setting))
}

/// The tab of a kind of channel; none where its vendor shows nothing beside messages.
#[must_use]
pub fn tabs(kind: &str) -> Vec<(&'static str, &'static str)> {
    let page = table::page(kind);
    page.map(|page| (page.path, page.title))
        .into_iter()
        .collect()
}

/// A channel whose vendor shows something, for somebody who may change it.
fn menu_of(
    state: &State,
    reader: &Reader,
    path: &str,
) -> Result<(Channel, &'static Page), Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    let page = table::page(channel.kind.as_str()).ok_or_else(Problem::not_found)?;
    Ok((channel, page))
}

async fn show(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let (channel, of) = menu_of(&state, &reader, &path)?;
    let tab = tab(of, &channel, &channel.settings, &Refused::nothing());
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

fn tab(of: &'static Page, channel: &Channel, settings: &Opaque, refused: &Refused) -> ChannelTab {
    let (shown, _) = parted(of, settings);
    let easel = Easel {
        name: &channel.name,
        settings: &shown,
        refused,
        email: &[],
        zone: "UTC",
    };
    let trouble = channel.notes.iter().find(|note| note.kind == PROFILE);
    ChannelTab::Menu {
        sections: easel.page(of),
        trouble: trouble.map(|note| note.text.clone()).unwrap_or_default(),
        picture: picture(&channel.settings),
    }
}

/// Where the vendor has the picture of the profile, if that is an address one can open.
fn picture(settings: &Opaque) -> String {
    let told = settings.get("profilePictureUrl").and_then(Value::as_str);
    let told = told.filter(|address| address.starts_with("https://"));
    told.unwrap_or_default().to_owned()
}

/// Settings as a form holds them, and the rows it does not: commands for one chat alone, which only
/// the API sets.
fn parted(of: &Page, settings: &Opaque) -> (Opaque, Vec<(&'static str, Vec<Value>)>) {
    let mut shown = settings.clone();
    let mut kept = Vec::new();
    for entry in of.entries() {
        let Some(rows) = shown.get_mut(entry.path).and_then(Value::as_array_mut) else {
            continue;
        };
        let is_own = |row: &Value| row.get("scope").is_none_or(|scope| !scope.is_object());
        let (own, others) = rows.drain(..).partition(is_own);
        *rows = own;
        kept.push((entry.path, others));
    }
    (shown, kept)
}

/// What is stored of what was typed. A list or a text that was emptied stays as an empty one: that
/// is what takes it away at the vendor, where nothing leaves it to whoever made it there.
fn changed(
    of: &Page,
    stored: &Opaque,
    mut typed: Opaque,
    kept: Vec<(&'static str, Vec<Value>)>,
) -> Opaque {
    for entry in of.entries() {
        let was_there = place::at(stored, entry.path).is_some();
        if was_there && place::at(&typed, entry.path).is_none() {
            let empty = match entry.kind {
                Kind::Rows(_) | Kind::Lines => Value::Array(Vec::new()),
                // Its first choice says that nothing is chosen.
                Kind::Choice(choices) => choices.first().map_or("", |(word, _)| *word).into(),
                _ => Value::String(String::new()),
            };
            place::put(&mut typed, entry.path, Some(empty));
        }
    }
    for (path, rows) in kept {
        let list = typed.get_mut(path).and_then(Value::as_array_mut);
        if let Some(list) = list {
            list.extend(rows);
        }
    }
    let paths = of.entries().map(|entry| entry.path);
    place::patch(stored, &typed, paths)
}

/// Saves, brings the vendor in line at once and says what came of it.
async fn change(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, of) = menu_of(&state, reader, &path)?;
    let (shown, kept) = parted(of, &channel.settings);
    let typed = read::page(of, fields, &shown);
    let again = |refused: &Refused| -> Result<ChannelPage, Problem> {
        let said: Vec<&str> = of.entries().map(|entry| entry.path).collect();
        let tab = tab(of, &channel, &typed.settings, refused);
        draw(&state, reader, &channel, tab, refused.banner(&said))
    };
    let changes = ChannelChanges {
        config: changed(of, &channel.settings, typed.settings.clone(), kept),
        ..ChannelChanges::default()
    };
    let channels = &state.engine.channels;
    let saved = match channels.update(&reader.actor(), channel.id, changes).await {
        Ok(saved) => saved,
        Err(error) => return refuse(reader, error, again),
    };
    let published = channels.publish(&reader.actor(), saved.id).await?;
    let banner = match published {
        _ if saved.state != ChannelState::Active => {
            BannerView::done("Saved. It is shown once the channel is connected.")
        }
        Ok(()) => BannerView::done("Saved, and the vendor shows it."),
        Err(why) => BannerView::bad("Saved, but the vendor did not take it.", why),
    };
    let channel = found(&state, reader, &path)?;
    let mut tab = tab(of, &channel, &channel.settings, &Refused::nothing());
    // It is said above already.
    if let ChannelTab::Menu { trouble, .. } = &mut tab {
        trouble.clear();
    }
    Ok(page(&draw(&state, reader, &channel, tab, Some(banner))?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;
    use crate::web::dashboard::form::Fields;

    fn saved(kind: &str, body: &str, stored: Value) -> Value {
        let stored: Opaque = serde_json::from_value(stored).unwrap();
        let of = table::page(kind).unwrap();
        let (shown, kept) = parted(of, &stored);
        let typed = read::page(of, &Fields::read(body.as_bytes()), &shown);
        Value::Object(changed(of, &stored, typed.settings, kept))
    }

    #[test]
    fn rows_become_what_the_channel_takes() {
        let menu = "persistentMenu[0].was=&persistentMenu[0].title=Support&persistentMenu[0].url=&persistentMenu[0].payload=";
        let saved = saved("instagram", menu, json!({}));
        assert_eq!(saved["persistentMenu"], json!([{"title":"Support"}]));
        assert_eq!(
            saved.get("iceBreakers"),
            Some(&Value::Null),
            "left to whoever made it"
        );
    }

    #[test]
    fn what_is_emptied_is_taken_away_at_the_vendor() {
        let stored = json!({"greeting":"Hi","iceBreakers":[{"question":"Where?","payload":"W"}],"pageId":"1"});
        let body = "greeting=&iceBreakers[0].was=0&iceBreakers[0].gone=true";
        let saved = saved("facebook", body, stored);
        assert_eq!(saved["greeting"], json!(""));
        assert_eq!(saved["iceBreakers"], json!([]));
        assert_eq!(saved.get("pageId"), None);
    }

    #[test]
    fn questions_are_lines_where_they_send_nothing_but_themselves() {
        let stored = json!({"iceBreakers":["Where?"]});
        let written = saved("whatsapp", "iceBreakers=Where%3F%0AWhen%3F", stored.clone());
        assert_eq!(written["iceBreakers"], json!(["Where?", "When?"]));
        let emptied = saved("whatsapp", "iceBreakers=", stored);
        assert_eq!(emptied["iceBreakers"], json!([]));
    }

    #[test]
    fn what_a_tab_holds_is_set_there_alone() {
        let cases = [
            ("facebook", "persistentMenu", true),
            ("facebook", "promptText", false),
            ("instagram", "iceBreakers", true),
            ("whatsapp", "commands", true),
            ("sms", "commands", false),
        ];
        for (kind, setting, expected) in cases {
            assert_eq!(holds(kind, setting), expected, "{kind} {setting}");
        }
    }

    #[test]
    fn commands_for_one_chat_stay_as_they_are() {
        let own = json!({"command":"admin","description":"For us","scope":{"type":"chat","chat_id":-100}});
        let stored = json!({"commands":[own, {"command":"help","description":"How"}]});
        let body = "commands[0].was=0&commands[0].command=help&commands[0].description=How+it+works&commands[0].scope=all_private_chats&commands[0].languageCode=pt";
        let saved = saved("telegram", body, stored);
        let help = json!({"command":"help","description":"How it works","scope":"all_private_chats","languageCode":"pt"});
        assert_eq!(saved["commands"], json!([help, own]));
    }
}
