//! Pages other than the inbox.

use std::collections::BTreeMap;

use askama::Template as _;

use super::super::atoms::Icon;
use super::super::atoms::OptionView;
use super::super::atoms::TimeView;
use super::super::atoms::Tone;
use super::super::channels::FigureView;
use super::super::channels::LogLine;
use super::super::outside::ChatPage;
use super::super::outside::ShopPage;
use super::super::shell::Theme;
use super::account;
use super::at;
use super::channels;
use super::failed;
use super::narrowing;
use super::now;
use super::people;
use super::settings;
use super::templates;

pub(super) fn ago(text: &str) -> TimeView {
    TimeView::ago(at(text), now())
}

pub(super) fn figure(label: &str, value: &str, unit: &str, text: &str) -> FigureView {
    FigureView {
        label: label.to_owned(),
        value: value.to_owned(),
        unit: unit.to_owned(),
        text: text.to_owned(),
    }
}

pub(super) fn line(tone: Tone, icon: Icon, title: &str, text: &str) -> LogLine {
    LogLine {
        time: TimeView::clock(at("2026-11-22T10:43:58Z"), &jiff::tz::TimeZone::UTC),
        tone,
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

pub(super) fn options(values: &[&str], chosen: &str) -> Vec<OptionView> {
    values
        .iter()
        .map(|value| OptionView::of(value, value, chosen))
        .collect()
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let mut pages = account::account(theme);
    pages.extend(people::people(theme));
    pages.extend(channels::channels(theme));
    pages.extend(settings::settings(theme));
    pages.extend(failed::all(theme));
    pages.extend(templates::all(theme));
    pages.extend(narrowing::all(theme));
    pages
}

/// Pages without a theme of ours.
pub(super) fn single() -> BTreeMap<String, String> {
    let shop = ShopPage {
        channel: "ch_webchat".to_owned(),
        inbox: "/app/inbox".to_owned(),
        camila_token: None,
    };
    let chat = ChatPage {
        channel: "ch_webchat".to_owned(),
        name: "Aurora Coffee".to_owned(),
        language: "en".to_owned(),
    };
    BTreeMap::from([
        ("shop".to_owned(), shop.render().unwrap()),
        ("chat".to_owned(), chat.render().unwrap()),
    ])
}
