//! Channels and their settings.

use askama::Template as _;

use super::super::atoms::BadgeView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::Tone;
use super::super::channel::ChannelPage;
use super::super::channel::ChannelTab;
use super::super::channel::EventsPart;
use super::super::channel::SecretView;
use super::super::channel::SeenView;
use super::super::channels::ChannelNewPage;
use super::super::channels::ChannelRow;
use super::super::channels::ChannelsPage;
use super::super::channels::HealthView;
use super::super::channels::NewWebchatForm;
use super::super::channels::TileView;
use super::super::channels::TroubleView;
use super::super::setting::Input;
use super::super::setting::SectionView;
use super::super::setting::SettingView;
use super::super::setup::CheckView;
use super::super::setup::HappenedView;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::pages::ago;
use super::pages::figure;
use super::pages::options;
use super::shell;
use crate::model::rejection::FieldError;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::webchat::draw::Easel;
use crate::web::dashboard::webchat::pages::tabs;
use crate::web::dashboard::webchat::table;

fn channel_row(kind: &str, name: &str, about: &str, health: HealthView) -> ChannelRow {
    ChannelRow {
        id: format!("ch_{kind}"),
        badge: BadgeView::of(kind),
        name: name.to_owned(),
        about: about.to_owned(),
        sandbox: kind == "rcs",
        health,
        access: (Tone::Neutral, "Never expires".to_owned()),
        last_in: Some(ago("2026-11-22T10:40:00Z")),
        last_out: Some(ago("2026-11-22T10:42:00Z")),
        messages_24h: 2_903,
        hours: (0..24).map(|hour| (hour * 7) % 11 + hour).collect(),
    }
}

fn check(tone: Tone, icon: Icon, title: &str, text: &str) -> CheckView {
    CheckView {
        tone,
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

/// A page of a web chat's settings, with something wrong in it.
fn chat_settings(path: &str) -> Vec<SectionView> {
    let settings = serde_json::json!({
        "theme": { "primaryColor": "#5450D6", "headerText": { "en": "Aurora Coffee", "ar": "Aurora" } },
        "starters": [{ "id": "s1", "title": "Where is my order?", "icon": "box" }],
        "preChatForm": { "enabled": true, "fields": [{ "name": "email", "label": "Email", "type": "email" }] },
    });
    let wrong = ["theme.logoUrl", "preChatForm.fields[0].name"].map(|field| FieldError {
        field: field.to_owned(),
        message: "is not right".to_owned(),
    });
    Easel {
        name: "Shop chat",
        settings: settings.as_object().unwrap(),
        refused: &Refused::because(wrong.to_vec()),
        email: &[],
        zone: "UTC",
    }
    .page(table::page(path).unwrap())
}

/// A tile of each kind.
pub(super) fn tiles() -> Vec<TileView> {
    let kinds = [
        "webchat",
        "whatsapp",
        "telegram",
        "email",
        "facebook",
        "instagram",
        "sms",
        "rcs",
        "voice",
    ];
    let tile = |kind: &str| {
        let badge = BadgeView::of(kind);
        TileView {
            title: badge.name.clone(),
            badge,
            about: "A chat bubble on your own website.".to_owned(),
            needs: "Nothing but your site".to_owned(),
            time: "2 minutes".to_owned(),
            href: format!("/app/settings/channels/new/{kind}"),
        }
    };
    kinds.map(tile).to_vec()
}

#[expect(clippy::too_many_lines, reason = "sample data")]
pub(super) fn channels(theme: Theme) -> Vec<(&'static str, String)> {
    let list = ChannelsPage {
        shell: shell("Channels", Area::Channels, theme),
        figures: vec![
            figure(
                "Messages, last 24 h",
                "14,208",
                "",
                "+6 % against last Sunday",
            ),
            figure("Accepted", "99.6 %", "", "41 refused, 4 need you"),
            figure("Visitors online", "41", "", "6 agents"),
            figure("Oldest message in the outbox", "3 s", "", "7 waiting"),
        ],
        banners: vec![
            TroubleView {
                tone: Tone::Bad,
                icon: Icon::BROKEN,
                title: "Telegram does not work".to_owned(),
                text: "Its webhook now points to bots.oldvendor.example.".to_owned(),
                href: "/app/settings/channels/ch_telegram/setup".to_owned(),
                verb: "Reconnect",
            },
            TroubleView {
                tone: Tone::Warn,
                icon: Icon::WARNING,
                title: "The access of Instagram ends in 6 d".to_owned(),
                text: "Make a new token at the vendor and enter it before then.".to_owned(),
                href: "/app/settings/channels/ch_instagram/setup".to_owned(),
                verb: "Reconnect",
            },
        ],
        more: 2,
        channels: vec![
            channel_row(
                "telegram",
                "Aurora Bot",
                "@aurora_coffee_bot",
                HealthView::of("Not receiving", Tone::Bad, Icon::BROKEN),
            ),
            channel_row(
                "webchat",
                "Shop chat",
                "auroracoffee.example \u{b7} 41 visitors online",
                HealthView::healthy(),
            ),
            channel_row("rcs", "Aurora RCS", "aurora-agent", HealthView::healthy()),
        ],
        may_add: true,
    };
    let empty = ChannelsPage {
        figures: Vec::new(),
        banners: Vec::new(),
        channels: Vec::new(),
        ..list.clone()
    };
    let new = ChannelNewPage {
        shell: shell("Add channel", Area::Channels, theme),
        tiles: tiles(),
        form: None,
    };
    let form = ChannelNewPage {
        form: Some(NewWebchatForm {
            name: FieldView::of("Shop chat"),
            origins: FieldView::of("aurora").wrong("A website looks like https://shop.example."),
        }),
        ..new.clone()
    };
    let tab = |tab| {
        ChannelPage {
            shell: shell("Shop chat \u{b7} Channels", Area::Channels, theme),
            id: "ch_webchat".to_owned(),
            badge: BadgeView::of("webchat"),
            name: "Shop chat".to_owned(),
            health: HealthView::healthy(),
            enabled: true,
            simple: true,
            unfinished: None,
            banner: None,
            tabs: tabs(),
            tab,
            may_change: true,
        }
        .render()
        .unwrap()
    };
    let overview = ChannelTab::Overview {
        figures: vec![
            figure("Messages, 24 h", "2,903", "", ""),
            figure("Visitors online", "41", "", ""),
            figure("Open", "12", "", ""),
            figure("First reply", "3 m", "", ""),
        ],
        checks: vec![
            check(
                Tone::Ok,
                Icon::HEALTHY,
                "Public address answers over HTTPS",
                "",
            ),
            check(
                Tone::Warn,
                Icon::WARNING,
                "Every website may show this chat",
                "Name your sites",
            ),
        ],
        service: None,
    };
    vec![
        ("channels", list.render().unwrap()),
        ("channels-empty", empty.render().unwrap()),
        ("channel-new", new.render().unwrap()),
        ("channel-new-webchat", form.render().unwrap()),
        ("channel-overview", tab(overview)),
        (
            "channel-appearance",
            tab(ChannelTab::Settings {
                path: "appearance",
                sections: chat_settings("appearance"),
                languages: table::LANGUAGES.to_vec(),
            }),
        ),
        (
            "channel-forms",
            tab(ChannelTab::Settings {
                path: "forms",
                sections: chat_settings("forms"),
                languages: table::LANGUAGES.to_vec(),
            }),
        ),
        (
            "channel-install",
            tab(ChannelTab::Install {
                snippet: "<script>\nlinktor('init',{channelId:'ch_webchat'});\n</script>"
                    .to_owned(),
                chat_url: "https://chat.aurora.example/chat/ch_webchat".to_owned(),
                seen: [
                    ("https://auroracoffee.example", true),
                    ("https://evil.example", false),
                ]
                .map(|(site, allowed)| SeenView {
                    site: site.to_owned(),
                    time: ago("2026-11-22T10:42:00Z"),
                    allowed,
                })
                .to_vec(),
                builders: vec![("Any website", "Before </body>.")],
            }),
        ),
        (
            "channel-credentials",
            tab(ChannelTab::Credentials(vec![SecretView {
                name: "identitySecret".to_owned(),
                title: "Identity secret".to_owned(),
                lead: "Your server signs the ids of signed-in customers with it.".to_owned(),
                stored: "A secret is stored. Nobody can read it again.".to_owned(),
                warning: "Replacing it ends the proof of every page that still uses the old one."
                    .to_owned(),
                fresh: Some("wcid_abcdef".to_owned()),
            }])),
        ),
        (
            "channel-routing",
            tab(ChannelTab::Routing(vec![SettingView::new(
                "teamId",
                "Team",
                "Its members see them.",
                Input::Choice(options(&["No team", "Support"], "Support")),
            )])),
        ),
        (
            "channel-events",
            tab(ChannelTab::Events(EventsPart {
                lines: vec![HappenedView {
                    iso: "2026-11-22T10:43:58Z".to_owned(),
                    time: "10:43:58".to_owned(),
                    tone: Tone::Ok,
                    icon: Icon::HEALTHY,
                    title: "Callback verified".to_owned(),
                    text: "The vendor asked whether this address is ours.".to_owned(),
                }],
                more: Some(
                    "/app/settings/channels/ch_1/events?before=2026-11-22T10:43:58Z".to_owned(),
                ),
                back: None,
            })),
        ),
    ]
}
