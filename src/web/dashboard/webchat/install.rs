//! How the chat comes to a website, and whether it has arrived there.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::webchat::loads::Load;
use crate::engine::webchat::snippet::snippet;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::own_chat;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::SeenView;

/// Where the lines go in what people build websites with.
const BUILDERS: [(&str, &str); 6] = [
    (
        "Any website",
        "Before </body> in the template that every page uses.",
    ),
    (
        "WordPress",
        "Appearance, Theme File Editor, footer.php, before </body>. Or a plugin for footer code, which survives a change of theme.",
    ),
    (
        "Shopify",
        "Online Store, Themes, Edit code, theme.liquid, before </body>.",
    ),
    (
        "Wix",
        "Settings, Custom Code, Add Custom Code, on all pages, at the end of the body.",
    ),
    ("Squarespace", "Settings, Advanced, Code Injection, Footer."),
    (
        "Google Tag Manager",
        "A new tag of the kind Custom HTML, with the trigger All Pages.",
    ),
];

/// The address, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/install", web::get().to(show));
}

async fn show(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let channel = own_chat(&state, &reader, &path)?;
    let links = &state.engine.context.links;
    let now = state.engine.context.clock.now();
    let own = links.public_url().trim_end_matches('/');
    let loads = state.engine.webchat.loads(&reader.actor(), channel.id)?;
    let seen = |load: &Load| SeenView {
        site: if load.origin == own {
            "This server (full-page chat)".to_owned()
        } else {
            load.origin.clone()
        },
        time: TimeView::ago(load.at, now),
        allowed: load.allowed,
    };
    let tab = ChannelTab::Install {
        snippet: snippet(links.public_url(), channel.id),
        chat_url: format!("{own}/chat/{}", channel.id),
        seen: loads.iter().map(seen).collect(),
        builders: BUILDERS.to_vec(),
    };
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}
