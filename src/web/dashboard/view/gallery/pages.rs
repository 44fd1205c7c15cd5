//! Pages other than the inbox.

use std::collections::BTreeMap;

use askama::Template as _;

use super::super::account::LoginCodePage;
use super::super::account::LoginPage;
use super::super::account::MePage;
use super::super::account::SessionView;
use super::super::account::SetupPage;
use super::super::account::SetupStep;
use super::super::atoms::AvatarView;
use super::super::atoms::BadgeView;
use super::super::atoms::BannerView;
use super::super::atoms::ChipView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::OptionView;
use super::super::atoms::Presence;
use super::super::atoms::TimeView;
use super::super::atoms::Tone;
use super::super::channels::ChannelNewPage;
use super::super::channels::ChannelPage;
use super::super::channels::ChannelRow;
use super::super::channels::ChannelTab;
use super::super::channels::ChannelsPage;
use super::super::channels::FigureView;
use super::super::channels::HealthView;
use super::super::channels::LogLine;
use super::super::channels::NewWebchatForm;
use super::super::channels::TileView;
use super::super::channels::WebchatForm;
use super::super::contacts::ContactForm;
use super::super::contacts::ContactPage;
use super::super::contacts::ContactRow;
use super::super::contacts::ContactsPage;
use super::super::contacts::MonthView;
use super::super::format;
use super::super::list::EmptyView;
use super::super::outside::ChatPage;
use super::super::outside::ErrorPage;
use super::super::outside::ShopPage;
use super::super::panel::DetailView;
use super::super::search::HitGroup;
use super::super::search::HitPicture;
use super::super::search::HitView;
use super::super::search::ResultsView;
use super::super::search::SearchPage;
use super::super::search::SearchTab;
use super::super::settings::DiskSlice;
use super::super::settings::FollowerRow;
use super::super::settings::HealthPage;
use super::super::settings::HealthPart;
use super::super::settings::KeyRow;
use super::super::settings::KeysPage;
use super::super::settings::OutboxRow;
use super::super::settings::ScopeGroup;
use super::super::settings::TeamRow;
use super::super::settings::TeamsPage;
use super::super::settings::UserRow;
use super::super::settings::UsersPage;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::at;
use super::inbox;
use super::now;
use super::shell;

fn ago(text: &str) -> TimeView {
    TimeView::ago(at(text), now())
}

fn figure(label: &str, value: &str, unit: &str, text: &str) -> FigureView {
    FigureView {
        label: label.to_owned(),
        value: value.to_owned(),
        unit: unit.to_owned(),
        text: text.to_owned(),
    }
}

fn line(tone: Tone, icon: Icon, title: &str, text: &str) -> LogLine {
    LogLine {
        time: TimeView::clock(at("2026-11-22T10:43:58Z"), &jiff::tz::TimeZone::UTC),
        tone,
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

fn options(values: &[&str], chosen: &str) -> Vec<OptionView> {
    values
        .iter()
        .map(|value| OptionView::of(value, value, chosen))
        .collect()
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let mut pages = account(theme);
    pages.extend(people(theme));
    pages.extend(channels(theme));
    pages.extend(settings(theme));
    pages
}

#[expect(clippy::too_many_lines, reason = "sample data")]
fn account(theme: Theme) -> Vec<(&'static str, String)> {
    let login = LoginPage {
        workspace: "Aurora Coffee".to_owned(),
        host: "chat.aurora.example".to_owned(),
        theme,
        csrf: "csrf-token".to_owned(),
        next: "/app/inbox".to_owned(),
        email: "marina@auroracoffee.example".to_owned(),
        error: None,
        wait_secs: 0,
        notice: None,
        version: "0.1.0".to_owned(),
    };
    let wrong = LoginPage {
        error: Some("Email or password is not right.".to_owned()),
        ..login.clone()
    };
    let slow = LoginPage {
        wait_secs: 30,
        ..login.clone()
    };
    let setup = |step| {
        SetupPage {
            theme,
            csrf: "csrf-token".to_owned(),
            token: "setup-token".to_owned(),
            step,
            version: "0.1.0".to_owned(),
        }
        .render()
        .unwrap()
    };
    let code = LoginCodePage {
        theme,
        csrf: "csrf-token".to_owned(),
        next: String::new(),
        error: Some("That code is not right or has expired.".to_owned()),
        recovery: false,
        version: "0.1.0".to_owned(),
    };
    let me = MePage {
        shell: shell("My preferences", Area::Me, theme),
        banner: Some(BannerView::done("Saved.")),
        name: FieldView::of("Marina Costa"),
        current_error: None,
        password_error: None,
        two_step: false,
        sessions: vec![
            SessionView {
                id: "ses_1".to_owned(),
                device: "Firefox on Linux".to_owned(),
                address: "203.0.113.7".to_owned(),
                seen: ago("2026-11-22T10:44:00Z"),
                current: true,
            },
            SessionView {
                id: "ses_2".to_owned(),
                device: "Safari on iPhone".to_owned(),
                address: "203.0.113.9".to_owned(),
                seen: ago("2026-11-20T10:44:00Z"),
                current: false,
            },
        ],
    };
    vec![
        ("login", login.render().unwrap()),
        ("login-wrong", wrong.render().unwrap()),
        ("login-wait", slow.render().unwrap()),
        ("login-code", code.render().unwrap()),
        (
            "setup-1",
            setup(SetupStep::You {
                name: FieldView::of("Rafael Lima"),
                email: FieldView::of("rafael").wrong("This address needs an @."),
                password: None,
            }),
        ),
        (
            "setup-2",
            setup(SetupStep::Workspace {
                workspace: FieldView::of("Aurora Coffee"),
                public_url: "https://chat.aurora.example".to_owned(),
                time_zones: options(&["UTC", "America/Sao_Paulo"], "UTC"),
            }),
        ),
        (
            "setup-3",
            setup(SetupStep::FirstChannel {
                name: FieldView::of("Website"),
            }),
        ),
        (
            "setup-refused",
            setup(SetupStep::Refused(
                "This link was already used. Start linktor again to print a new one.".to_owned(),
            )),
        ),
        ("error-404", ErrorPage::not_found(theme).render().unwrap()),
        (
            "error-500",
            ErrorPage::broken(theme, "err_01k9", "/app/inbox/mine")
                .render()
                .unwrap(),
        ),
        ("error-401", ErrorPage::signed_out(theme).render().unwrap()),
        ("me", me.render().unwrap()),
    ]
}

#[expect(clippy::too_many_lines, reason = "sample data")]
fn people(theme: Theme) -> Vec<(&'static str, String)> {
    let row = |name: &str, kinds: &[&str], text: &str, open| ContactRow {
        href: "/app/contacts/contact_1".to_owned(),
        avatar: AvatarView::of(name, name),
        name: name.to_owned(),
        channels: kinds.iter().map(|kind| BadgeView::of(kind)).collect(),
        labels: vec![ChipView::plain("Subscriber")],
        last_text: text.to_owned(),
        last_at: Some(ago("2026-11-22T10:42:00Z")),
        open,
    };
    let contacts = ContactsPage {
        shell: shell("Contacts", Area::Contacts, theme),
        count: Some(2_918),
        query: String::new(),
        rows: vec![
            row(
                "Camila Duarte",
                &["whatsapp", "email", "webchat"],
                "Perfect! And could you send the invoice too?",
                1,
            ),
            row(
                "John Doe",
                &["whatsapp"],
                "Hello, I need help with my order",
                1,
            ),
            row(
                "+44 7700 900142",
                &["sms"],
                "hi the coffee bagg came tron",
                0,
            ),
        ],
        more: Some("/app/contacts?cursor=abc".to_owned()),
        empty: EmptyView::default(),
    };
    let contact = ContactPage {
        shell: shell("Camila Duarte \u{b7} Contacts", Area::Contacts, theme),
        id: "contact_camila".to_owned(),
        avatar: AvatarView {
            tint: 3,
            ..AvatarView::of("Camila Duarte", "contact_camila")
        },
        name: "Camila Duarte".to_owned(),
        about: "Customer since March 2024".to_owned(),
        labels: vec![
            ChipView::toned("Subscriber", Tone::Accent, None),
            ChipView::plain("Espresso"),
        ],
        banner: None,
        form: ContactForm {
            name: FieldView::of("Camila Duarte"),
            email: FieldView::of("camila@duarte.arq.br"),
            phone: FieldView::of("+55 11 98765-4321"),
        },
        details: vec![DetailView {
            label: "Language".to_owned(),
            value: "Portugu\u{ea}s (Brasil)".to_owned(),
        }],
        months: vec![MonthView {
            title: "November 2026".to_owned(),
            conversations: inbox::talks(),
        }],
        reaches: inbox::reaches(),
        may_change: true,
    };
    let hit = |title: &str, snippet: &str| HitView {
        href: "/app/c/conv_camila?m=msg_03".to_owned(),
        picture: HitPicture::Avatar(AvatarView::of(title, title).on("webchat")),
        title: title.to_owned(),
        chip: Some(ChipView::toned("Open", Tone::Ok, None)),
        snippet: format::marked(snippet),
        about: "To Aurora Support \u{b7} assigned to you".to_owned(),
        time: Some(ago("2026-11-22T10:33:00Z")),
    };
    let tab = |key: &str, label: &str, count, selected| SearchTab {
        key: key.to_owned(),
        label: label.to_owned(),
        count,
        selected,
        href: format!("/app/search?q=torn+bag&type={key}"),
    };
    let results = ResultsView {
        query: "torn bag".to_owned(),
        tabs: vec![
            tab("all", "Everything", None, true),
            tab("messages", "Messages", Some(31), false),
            tab("notes", "Notes", Some(4), false),
            tab("contacts", "Contacts", Some(0), false),
        ],
        groups: vec![
            HitGroup {
                title: "Messages".to_owned(),
                hits: vec![
                    hit(
                        "Camila Duarte",
                        "The Cerrado <mark>bag</mark> came <mark>torn</mark>, half the beans are loose",
                    ),
                    hit(
                        "Pedro Azevedo",
                        "my <mark>bag</mark> is <mark>torn</mark> again",
                    ),
                ],
                all: Some((31, "/app/search?q=torn+bag&type=messages".to_owned())),
            },
            HitGroup {
                title: "Notes".to_owned(),
                hits: vec![HitView {
                    picture: HitPicture::Icon(Icon::NOTE),
                    chip: None,
                    ..hit(
                        "Marina in Camila Duarte",
                        "@Rafael third <mark>torn</mark> Cerrado <mark>bag</mark> this week",
                    )
                }],
                all: None,
            },
        ],
        summary: "38 results in 41 ms".to_owned(),
        behind: None,
    };
    let nothing = ResultsView {
        query: "xyzzy".to_owned(),
        tabs: Vec::new(),
        groups: Vec::new(),
        summary: String::new(),
        behind: Some("Search is 1,204 messages behind.".to_owned()),
    };
    let page = |results| {
        SearchPage {
            shell: shell("Search", Area::Search, theme),
            results,
        }
        .render()
        .unwrap()
    };
    vec![
        ("contacts", contacts.render().unwrap()),
        ("contact", contact.render().unwrap()),
        ("search", page(results)),
        ("search-nothing", page(nothing)),
    ]
}

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
fn channels(theme: Theme) -> Vec<(&'static str, String)> {
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

fn health(theme: Theme) -> HealthPage {
    let follower = |icon, name: &str, behind: &str, tone, state: &str| FollowerRow {
        icon,
        name: name.to_owned(),
        at: "4,182,906".to_owned(),
        behind: behind.to_owned(),
        tone,
        state: state.to_owned(),
    };
    HealthPage {
        shell: shell("System health", Area::Health, theme),
        verdict: ChipView::toned("Working, 2 warnings", Tone::Warn, Some(Icon::WARNING)),
        about: "linktor 0.1.0 \u{b7} up 41 days \u{b7} chat.aurora.example".to_owned(),
        part: HealthPart {
            figures: vec![
                figure("Memory (RSS)", "58", "MB", "Highest: 71 MB"),
                figure("Processor", "3", "% of 2 cores", "Highest: 22 %"),
                figure("Messages in", "1.2", "a second", "Highest: 9.6 a second"),
                figure("Webhook answered, p99", "11", "ms after disk", "Goal 25 ms"),
            ],
            newest: "4,182,906".to_owned(),
            followers: vec![
                follower(Icon::SEARCH, "Search index", "0", Tone::Ok, "Level"),
                follower(
                    Icon::SOCKETS,
                    "Live sockets",
                    "135 \u{b7} 2 m",
                    Tone::Warn,
                    "Catching up",
                ),
            ],
            waiting: 7,
            outbox: vec![OutboxRow {
                badge: BadgeView::of("telegram"),
                name: "Aurora Bot".to_owned(),
                waiting: 6,
                oldest: "3 s".to_owned(),
            }],
            disk: "6.0 GB used, 31.4 GB free".to_owned(),
            slices: [
                ("Messages", "1.9 GB", 32),
                ("Files", "3.4 GB", 57),
                ("Index", "0.5 GB", 8),
                ("Reclaimable", "0.2 GB", 3),
            ]
            .into_iter()
            .map(|(name, size, percent)| DiskSlice {
                name: name.to_owned(),
                size: size.to_owned(),
                percent,
            })
            .collect(),
            checks: vec![
                line(Tone::Ok, Icon::HEALTHY, "Secrets key", "Owner-only file"),
                line(
                    Tone::Warn,
                    Icon::WARNING,
                    "Channel credentials",
                    "Instagram, 6 days",
                ),
            ],
        },
    }
}

fn settings(theme: Theme) -> Vec<(&'static str, String)> {
    let keys = KeysPage {
        shell: shell("API keys", Area::Keys, theme),
        keys: vec![
            KeyRow {
                id: "key_1".to_owned(),
                name: "Shop backend".to_owned(),
                prefix: "lk_live_a1b2".to_owned(),
                scopes: vec!["conversations:read".to_owned(), "messages:write".to_owned()],
                used: Some((ago("2026-11-22T10:40:00Z"), "203.0.113.7".to_owned())),
                expiry: "Never expires".to_owned(),
                active: true,
            },
            KeyRow {
                id: "key_2".to_owned(),
                name: "Old importer".to_owned(),
                prefix: "lk_live_c3d4".to_owned(),
                scopes: vec!["contacts:write".to_owned()],
                used: None,
                expiry: "Revoked".to_owned(),
                active: false,
            },
        ],
        fresh: Some(("Shop backend".to_owned(), "lk_live_a1b2c3d4e5f6".to_owned())),
        name: FieldView::default(),
        scopes: vec![ScopeGroup {
            title: "Conversations".to_owned(),
            scopes: vec![
                OptionView::of("conversations:read", "Read", "conversations:read"),
                OptionView::of("conversations:write", "Change", ""),
            ],
        }],
        scopes_error: None,
        expiries: vec![
            OptionView::of("", "Never", ""),
            OptionView::of("90", "In 90 days", ""),
        ],
    };
    let roles = options(&["owner", "admin", "agent"], "agent");
    let user = |name: &str, me: bool, active| UserRow {
        id: format!("user_{}", name.len()),
        avatar: AvatarView::of(name, name).with(Presence::Online),
        name: name.to_owned(),
        email: "someone@auroracoffee.example".to_owned(),
        roles: roles.clone(),
        teams: vec!["Support".to_owned()],
        seen: Some(ago("2026-11-22T10:40:00Z")),
        two_step: active,
        changeable: !me,
        active,
        me,
    };
    let users = UsersPage {
        shell: shell("Users", Area::Users, theme),
        banner: None,
        users: vec![
            user("Rafael Lima", true, true),
            user("Marina Costa", false, true),
            user("Emily Anne Carter", false, false),
        ],
        name: FieldView::default(),
        email: FieldView::default(),
        password_error: Some("This password is on the list of common ones.".to_owned()),
        roles: roles.clone(),
    };
    let teams = TeamsPage {
        shell: shell("Teams", Area::Teams, theme),
        banner: None,
        teams: vec![TeamRow {
            id: "team_1".to_owned(),
            name: "Support".to_owned(),
            about: "Questions about orders".to_owned(),
            members: vec![
                (
                    "Marina Costa".to_owned(),
                    AvatarView::of("Marina Costa", "user_d"),
                ),
                (
                    "Rafael Lima".to_owned(),
                    AvatarView::of("Rafael Lima", "user_b"),
                ),
            ],
            choices: vec![OptionView::of("user_d", "Marina Costa", "user_d")],
        }],
        name: FieldView::default(),
    };
    vec![
        ("health", health(theme).render().unwrap()),
        ("keys", keys.render().unwrap()),
        ("users", users.render().unwrap()),
        ("teams", teams.render().unwrap()),
    ]
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
