//! Every page drawn with the sample business, and what must hold for all of them.
//!
//! `cargo test --lib gallery` writes the pages to `target/gallery`, to be looked at and audited.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod account;
mod bubbles;
mod channels;
mod failed;
mod inbox;
mod list;
mod narrowing;
mod pages;
mod people;
mod sample;
mod settings;
mod templates;

use std::collections::BTreeMap;
use std::path::Path;

use super::assets;
use super::atoms::AvatarView;
use super::atoms::Presence;
use super::atoms::Tone;
use super::shell::Area;
use super::shell::CountsView;
use super::shell::MeView;
use super::shell::ShellView;
use super::shell::SideView;
use super::shell::Theme;
use crate::base::time::Timestamp;

/// The moment all pictures show.
fn now() -> Timestamp {
    at("2026-11-22T10:44:00Z")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn shell(title: &str, area: Area, theme: Theme) -> ShellView {
    let (name, role, id) = if area.in_settings() {
        ("Rafael Lima", "Owner", "user_b")
    } else {
        ("Marina Costa", "Agent", "user_d")
    };
    ShellView {
        title: title.to_owned(),
        workspace: "Aurora Coffee".to_owned(),
        theme,
        csrf: "csrf-token".to_owned(),
        me: MeView {
            id: id.to_owned(),
            name: name.to_owned(),
            email: "marina@auroracoffee.example".to_owned(),
            role: role.to_owned(),
            avatar: AvatarView::of(name, id).with(Presence::Online),
            admin: true,
            sees_channels: true,
            manages_templates: true,
            manages_tags: true,
            manages_workspace: true,
            may_reply: true,
        },
        counts: CountsView {
            mine: 8,
            unassigned: 3,
            all: 42,
            unread: 3,
            troubled_channels: 2,
            failed: 4,
            mentions: 1,
        },
        views: vec![
            side("Waiting over 1 h", Tone::Bad, Some(2)),
            side("Refund requests", Tone::Warn, Some(5)),
        ],
        teams: vec![
            side("Support", Tone::Neutral, Some(12)),
            side("Wholesale", Tone::Neutral, Some(6)),
        ],
        area,
        folded: false,
        seq: 4_182_906,
        version: "0.1.0".to_owned(),
    }
}

fn side(name: &str, tone: Tone, count: Option<u64>) -> SideView {
    SideView {
        href: format!("/app/inbox/all;tag={name}"),
        name: name.to_owned(),
        tone,
        count,
        selected: false,
    }
}

/// All pages by file name.
fn gallery() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for theme in [Theme::Light, Theme::Dark] {
        for (name, html) in inbox::all(theme).into_iter().chain(pages::all(theme)) {
            all.insert(format!("{name}-{theme}"), html);
        }
    }
    all.extend(pages::single());
    all
}

#[test]
fn the_gallery_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, html) in gallery() {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

#[test]
fn every_page_has_one_main_heading() {
    for (name, html) in gallery() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert!(html.contains("<title>"), "{name}");
    }
}

#[test]
fn no_page_has_inline_script_or_style() {
    let forbidden = regex::Regex::new(
        r#"<style|\sstyle=|\son[a-z]+="|hx-on|javascript:|<script(?:[^>]*[^=a-z-])?>[^<]"#,
    )
    .unwrap();
    for (name, html) in gallery() {
        let found = forbidden.find(&html).map(|found| found.as_str());
        assert_eq!(found, None, "{name}");
        for script in html.match_indices("<script") {
            assert!(
                html[script.0..].split('>').next().unwrap().contains("src="),
                "{name}"
            );
        }
    }
}

#[test]
fn every_picture_is_in_the_sprite() {
    let used = regex::Regex::new(r##"<use href="([^"#]+)#([^"]+)""##).unwrap();
    for (name, html) in gallery() {
        for picture in used.captures_iter(&html) {
            assert_eq!(&picture[1], assets::ICONS, "{name}");
            assert!(
                assets::SPRITE.contains(&&picture[2]),
                "{name}: {}",
                &picture[2]
            );
        }
    }
}

#[test]
fn every_field_has_a_label() {
    let fields = regex::Regex::new(r"<(?:input|select|textarea)\b[^>]*>").unwrap();
    let id = regex::Regex::new(r#"\bid="([^"]+)""#).unwrap();
    for (name, html) in gallery() {
        for field in fields.find_iter(&html) {
            let text = field.as_str();
            if text.contains("type=\"hidden\"") || text.contains("aria-label") {
                continue;
            }
            let before = &html[..field.start()];
            let wrapped = before
                .rfind("<label")
                .is_some_and(|open| before.rfind("</label>").is_none_or(|close| close < open));
            let labelled = id.captures(text).is_some_and(|id| {
                html.contains(&format!("<label for=\"{}\"", &id[1]))
                    || html.contains(&format!("for=\"{}\">", &id[1]))
            });
            assert!(wrapped || labelled, "{name}: {text}");
        }
    }
}

#[test]
fn ids_are_unique_and_forms_carry_their_proof() {
    let ids = regex::Regex::new(r#"\sid="([^"]+)""#).unwrap();
    let posts = regex::Regex::new(r#"(?s)<form method="post".*?</form>"#).unwrap();
    for (name, html) in gallery() {
        let mut seen = std::collections::BTreeSet::new();
        for id in ids.captures_iter(&html) {
            assert!(seen.insert(id[1].to_owned()), "{name}: {} twice", &id[1]);
        }
        for form in posts.find_iter(&html) {
            assert!(
                form.as_str().contains("name=\"_csrf\""),
                "{name}: {}",
                form.as_str()
            );
        }
    }
}

#[test]
fn who_wrote_does_not_decide_in_which_direction_words_run() {
    let deciding =
        regex::Regex::new(r#"class="preview" dir="auto">(?:<svg.*?</svg>)?<span"#).unwrap();
    for (name, html) in gallery() {
        let found = deciding.find(&html).map(|found| found.as_str());
        assert_eq!(found, None, "{name}");
    }
}

#[test]
fn text_from_outside_stays_text() {
    let html = inbox::hostile();
    assert!(
        !html.contains("<script>alert"),
        "a name or message became markup"
    );
    assert!(!html.contains("\"><img"), "an attribute was left");
}
