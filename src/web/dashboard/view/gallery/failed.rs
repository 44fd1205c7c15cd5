//! What did not go out, and the workspace's own settings.

use askama::Template as _;

use super::super::atoms::AvatarView;
use super::super::atoms::BannerView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::Tone;
use super::super::bubble::RemedyView;
use super::super::failed::FailedGroup;
use super::super::failed::FailedPage;
use super::super::failed::FailedRow;
use super::super::failed::Tab;
use super::super::failed::TryView;
use super::super::general::AlertsView;
use super::super::general::AskView;
use super::super::general::GeneralPage;
use super::super::general::SightView;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::pages::ago;
use super::pages::options;
use super::shell;

fn row(number: u8, name: &str, kind: &str, text: &str, unknown: bool) -> FailedRow {
    FailedRow {
        id: format!("msg_{number}"),
        href: format!("/app/c/conv_{number}?m=msg_{number}"),
        avatar: AvatarView::of(name, name).on(kind),
        name: name.to_owned(),
        about: "Marina, to Aurora Support".to_owned(),
        text: text.to_owned(),
        time: ago("2026-11-22T10:12:00Z"),
        reason: "More than 24 hours have passed since the recipient last replied. (131047)"
            .to_owned(),
        facts: "Re-engagement message \u{b7} Trace id A7xMzNBcmg6C8m6EWJ8kaOa".to_owned(),
        tries: vec![
            TryView {
                time: ago("2026-11-22T10:12:00Z"),
                what: "The vendor is busy.".to_owned(),
            };
            2
        ],
        next: None,
        unknown,
        remedy: if kind == "whatsapp" {
            RemedyView::Template
        } else {
            RemedyView::Retry
        },
        templates: "/app/c/conv_1/templates".to_owned(),
    }
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let failed = FailedPage {
        shell: shell("Failed sends", Area::Failed, theme),
        banner: Some(BannerView::done("2 messages are settled.")),
        tabs: options(&["Need you", "Retrying by itself", "Handled"], "Need you"),
        tab: Tab::Waiting,
        groups: vec![
            FailedGroup {
                title: "Nobody knows whether it arrived".to_owned(),
                remedy: "The connection broke after the message had left.".to_owned(),
                icon: Icon::UNKNOWN,
                tone: Tone::Warn,
                rows: vec![row(1, "Elena Petrova", "telegram", "brew-guide.pdf", true)],
            },
            FailedGroup {
                title: "The reply window closed".to_owned(),
                remedy: "Send a template, or wait until the customer writes.".to_owned(),
                icon: Icon::FAILED,
                tone: Tone::Bad,
                rows: vec![
                    row(
                        2,
                        "Valentina R\u{ed}os",
                        "whatsapp",
                        "Your refund was approved today.",
                        false,
                    ),
                    row(
                        3,
                        "Ot\u{e1}vio Prado",
                        "whatsapp",
                        "Good news, the Mogiana is back.",
                        false,
                    ),
                ],
            },
        ],
        more: true,
        may_change: true,
    };
    let general = GeneralPage {
        shell: shell("Workspace", Area::General, theme),
        banner: None,
        alerts: AlertsView {
            url: FieldView::of("https://hooks.aurora.example/linktor"),
            is_set: true,
            fresh: Some("whsec_4f9c1d2b7a".to_owned()),
            last: Some((Tone::Ok, "Taken, 10:43:58. It answered 200.".to_owned())),
        },
        ask: Some(AskView {
            days: 90,
            what: "1,204 conversations".to_owned(),
        }),
        name: FieldView::of("Aurora Coffee"),
        zones: options(&["UTC", "America/Sao_Paulo"], "America/Sao_Paulo"),
        languages: options(&["English"], "English"),
        sights: options(
            &["Every conversation", "Only their own"],
            "Every conversation",
        )
        .into_iter()
        .map(|option| SightView {
            option,
            about: "What it means.".to_owned(),
        })
        .collect(),
        suspended: false,
        retention: FieldView::of("90"),
        auto_close: FieldView::of("ten").wrong("This must be a number of days."),
    };
    vec![
        ("failed", failed.render().unwrap()),
        ("general", general.render().unwrap()),
    ]
}
