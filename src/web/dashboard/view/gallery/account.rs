//! Signing in, setting up, and one's own page.

use askama::Template as _;

use super::super::account::AlertsView;
use super::super::account::LoginCodePage;
use super::super::account::LoginPage;
use super::super::account::MePage;
use super::super::account::SessionView;
use super::super::account::SetupPage;
use super::super::account::SetupStep;
use super::super::atoms::BannerView;
use super::super::atoms::FieldView;
use super::super::outside::ErrorPage;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::pages::ago;
use super::pages::options;
use super::shell;

#[expect(clippy::too_many_lines, reason = "sample data")]
pub(super) fn account(theme: Theme) -> Vec<(&'static str, String)> {
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
        signature: FieldView::of("Marina, Aurora Coffee"),
        current_error: None,
        password: FieldView::default(),
        theme,
        alerts: Some(AlertsView {
            on: true,
            can_mail: false,
        }),
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
                password: FieldView::default(),
            }),
        ),
        (
            "setup-2",
            setup(SetupStep::Workspace {
                workspace: FieldView::of("Aurora Coffee"),
                public_url: "https://chat.aurora.example".to_owned(),
                time_zones: options(&["UTC", "America/Sao_Paulo"], "UTC"),
                languages: options(&["English", "Espa\u{f1}ol"], "English"),
            }),
        ),
        (
            "setup-3",
            setup(SetupStep::FirstChannel {
                tiles: super::channels::tiles(),
                sample: true,
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
        (
            "error-outside",
            ErrorPage::outside(403, "This chat is not available.")
                .render()
                .unwrap(),
        ),
        ("me", me.render().unwrap()),
    ]
}
