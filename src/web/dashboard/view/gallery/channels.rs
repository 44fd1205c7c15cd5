//! Channels and their settings.

use askama::Template as _;

use super::super::atoms::BadgeView;
use super::super::atoms::BannerView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::Tone;
use super::super::channels::ChannelNewPage;
use super::super::channels::ChannelPage;
use super::super::channels::ChannelRow;
use super::super::channels::ChannelTab;
use super::super::channels::ChannelsPage;
use super::super::channels::HealthView;
use super::super::channels::NewWebchatForm;
use super::super::channels::TileView;
use super::super::channels::WebchatForm;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::pages::ago;
use super::pages::figure;
use super::pages::line;
use super::pages::options;
use super::shell;

fn channel_row(kind: &str, name: &str, about: &str, health: HealthView) -> ChannelRow {
    ChannelRow {
        id: format!("ch_{kind}"),
        badge: BadgeView::of(kind),
        name: name.to_owned(),
        about: about.to_owned(),
        sandbox: kind == "rcs",
        health,
        last_in: Some(ago("2026-11-22T10:40:00Z")),
        last_out: Some(ago("2026-11-22T10:42:00Z")),
        messages_24h: 2_903,
        hours: (0..24).map(|hour| (hour * 7) % 11 + hour).collect(),
    }
}

fn webchat_form() -> WebchatForm {
    WebchatForm {
        name: FieldView::of("Shop chat"),
        allowed_origins: FieldView::of("https://auroracoffee.example"),
        primary_color: FieldView::of("#5450D6"),
        contrast: Some((
            Tone::Ok,
            "White text on it reads well, 6.0 to 1.".to_owned(),
        )),
        position: options(&["bottom-right", "bottom-left"], "bottom-right"),
        size: options(&["compact", "standard", "large"], "standard"),
        color_scheme: options(&["auto", "light", "dark"], "auto"),
        header_text: FieldView::of("Aurora Coffee"),
        welcome_message: FieldView::of("Hi there.\nHow can we help?"),
        launcher_text: FieldView::default(),
        default_language: options(&["en", "pt-BR", "es"], "en"),
        require_name: false,
        require_email: true,
        file_upload: true,
        sound_enabled: true,
        show_branding: true,
        identity_mode: options(&["off", "optional", "required"], "optional"),
    }
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
            BannerView::bad(
                "Telegram stopped receiving 26 minutes ago.",
                "Its webhook now points to bots.oldvendor.example.",
            ),
            BannerView {
                tone: Tone::Warn,
                title: "The Instagram token expires in 6 days.".to_owned(),
                text: "linktor tried to refresh it this morning.".to_owned(),
            },
        ],
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
        tiles: vec![TileView {
            badge: BadgeView::of("webchat"),
            about: "A chat bubble on your own website.".to_owned(),
            needs: "Nothing but your site".to_owned(),
            time: "2 minutes".to_owned(),
            href: "/app/settings/channels/new/webchat".to_owned(),
        }],
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
            banner: None,
            tab,
            may_change: true,
        }
        .render()
        .unwrap()
    };
    let overview = ChannelTab::Overview {
        figures: vec![figure("Messages, 24 h", "2,903", "", ""), figure("Visitors online", "41", "", ""), figure("Open", "12", "", ""), figure("First reply", "3 m", "", "")],
        snippet: Some("<script>\n(function(w,d,u){/* ... */})(window,document,'https://chat.aurora.example/v1/linktor.js');\nlinktor('init',{channelId:'ch_webchat'});\n</script>".to_owned()),
        chat_url: Some("https://chat.aurora.example/chat/ch_webchat".to_owned()),
        checks: vec![line(Tone::Ok, Icon::HEALTHY, "Public address answers over HTTPS", ""), line(Tone::Warn, Icon::WARNING, "Every website may show this chat", "Name your sites")],
    };
    vec![
        ("channels", list.render().unwrap()),
        ("channels-empty", empty.render().unwrap()),
        ("channel-new", new.render().unwrap()),
        ("channel-new-webchat", form.render().unwrap()),
        ("channel-overview", tab(overview)),
        (
            "channel-appearance",
            tab(ChannelTab::Appearance(Box::new(webchat_form()))),
        ),
        (
            "channel-credentials",
            tab(ChannelTab::Credentials {
                stored: "Stored on 12 Nov".to_owned(),
                fresh: Some("wcid_abcdef".to_owned()),
            }),
        ),
        (
            "channel-events",
            tab(ChannelTab::Events(vec![
                line(
                    Tone::Ok,
                    Icon::HEALTHY,
                    "Visitor connected",
                    "auroracoffee.example",
                ),
                line(
                    Tone::Bad,
                    Icon::BROKEN,
                    "Website refused",
                    "evil.example is not on the list",
                ),
            ])),
        ),
    ]
}
