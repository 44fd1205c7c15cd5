//! Health, keys, users, teams.

use askama::Template as _;

use super::super::atoms::AvatarView;
use super::super::atoms::BadgeView;
use super::super::atoms::ChipView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::OptionView;
use super::super::atoms::Presence;
use super::super::atoms::Tone;
use super::super::settings::DiskSlice;
use super::super::settings::FollowerRow;
use super::super::settings::HealthPage;
use super::super::settings::HealthPart;
use super::super::settings::KeyRow;
use super::super::settings::KeysPage;
use super::super::settings::LastBackupPart;
use super::super::settings::OutboxRow;
use super::super::settings::ScopeGroup;
use super::super::settings::TeamRow;
use super::super::settings::TeamsPage;
use super::super::settings::UserRow;
use super::super::settings::UsersPage;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::pages::ago;
use super::pages::figure;
use super::pages::line;
use super::pages::options;
use super::shell;

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
        backup: Some(LastBackupPart {
            words: "Last backup 19 Nov 2026".to_owned(),
        }),
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
                    Icon::SEARCH,
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

pub(super) fn settings(theme: Theme) -> Vec<(&'static str, String)> {
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
        invited: false,
        changeable: !me,
        active,
        me,
    };
    let users = UsersPage {
        shell: shell("Users", Area::Users, theme),
        banner: None,
        fresh: None,
        users: vec![
            user("Rafael Lima", true, true),
            user("Marina Costa", false, true),
            user("Emily Anne Carter", false, false),
        ],
        name: FieldView::default(),
        email: FieldView::default(),
        password: FieldView::default().wrong("This password is on the list of common ones."),
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
