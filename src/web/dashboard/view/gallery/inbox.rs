//! The inbox with the conversations of the pictures.

use askama::Template as _;

use super::super::atoms::AvatarView;
use super::super::atoms::BadgeView;
use super::super::atoms::ChipView;
use super::super::atoms::OptionView;
use super::super::atoms::TimeView;
use super::super::atoms::Tone;
use super::super::composer::ComposerView;
use super::super::composer::LetterView;
use super::super::composer::MentionView;
use super::super::composer::WindowView;
use super::super::inbox::InboxPage;
use super::super::list::EmptyView;
use super::super::list::ListView;
use super::super::panel::DetailView;
use super::super::panel::HistoryView;
use super::super::panel::PageView;
use super::super::panel::PanelView;
use super::super::panel::ReachView;
use super::super::panel::VisitView;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::super::thread::HeaderView;
use super::super::thread::Item;
use super::super::thread::NothingOpenView;
use super::super::thread::Pane;
use super::super::thread::ThreadView;
use super::at;
use super::bubbles;
use super::list::list;
use super::now;
use super::shell;

const CONVERSATION: &str = "conv_camila";

fn people() -> Vec<OptionView> {
    [
        ("user_d", "Marina Costa"),
        ("user_b", "Rafael Lima"),
        ("", "Nobody"),
    ]
    .into_iter()
    .map(|(value, label)| OptionView::of(value, label, "user_d"))
    .collect()
}

fn priorities() -> Vec<OptionView> {
    ["low", "normal", "high", "urgent"]
        .into_iter()
        .zip(["Low", "Normal", "High", "Urgent"])
        .map(|(value, label)| OptionView::of(value, label, "normal"))
        .collect()
}

fn marina() -> AvatarView {
    AvatarView {
        tint: 3,
        ..AvatarView::of("Marina Costa", "user_d")
    }
}

fn camila() -> AvatarView {
    AvatarView {
        tint: 3,
        ..AvatarView::of("Camila Duarte", "contact_camila")
    }
}

fn header() -> HeaderView {
    HeaderView {
        conversation: CONVERSATION.to_owned(),
        csrf: "csrf-token".to_owned(),
        rev: 12,
        avatar: camila().on("webchat"),
        name: "Camila Duarte".to_owned(),
        contact_href: "/app/contacts/contact_camila".to_owned(),
        about: "WebChat \u{b7} 10:44 in S\u{e3}o Paulo".to_owned(),
        late: false,
        queue: "mine".to_owned(),
        status: "open".to_owned(),
        snoozed_until: None,
        assignee: Some("Marina".to_owned()),
        assignee_avatar: Some(marina()),
        assignees: people(),
        snoozes: vec![
            OptionView::of("2026-11-22T14:00:00Z", "Later today, 14:00", ""),
            OptionView::of("2026-11-23T09:00:00Z", "Tomorrow, 09:00", ""),
            OptionView::of("2026-11-30T09:00:00Z", "Next Monday, 09:00", ""),
        ],
        priorities: priorities(),
        follows: false,
        blocked: false,
        hands_to: Some("Messenger".to_owned()),
        may_change: true,
    }
}

fn composer() -> ComposerView {
    ComposerView {
        conversation: CONVERSATION.to_owned(),
        csrf: "csrf-token".to_owned(),
        client_id: "cm_01".to_owned(),
        to: "Camila".to_owned(),
        channel: BadgeView::of("webchat"),
        window: WindowView::Until {
            iso: "2026-11-23T10:42:00Z".to_owned(),
            text: "23 h 58 m left".to_owned(),
            tone: Tone::Ok,
        },
        text_max: 1_024,
        cost: String::new(),
        unit: "characters",
        offers: Vec::new(),
        templates: true,
        closed: String::new(),
        elsewhere: false,
        file_max_bytes: 10_485_760,
        accept: "image/*,application/pdf".to_owned(),
        typing: true,
        mentions: vec![MentionView {
            id: "user_b".to_owned(),
            name: "Rafael".to_owned(),
        }],
        text: "Of course! Here is the invoice for order #AC-20418. Your replacement leaves tomorrow morning and you\u{2019}ll get the tracking link right here.".to_owned(),
        writes_note: false,
        seen: 12,
        kept: "{}".to_owned(),
        held: None,
        mail: None,
    }
}

fn thread(items: Vec<Item>) -> Pane {
    Pane::Open(Box::new(ThreadView {
        conversation: CONVERSATION.to_owned(),
        title: "Camila Duarte \u{b7} Mine".to_owned(),
        header: header(),
        banner: None,
        older: Some("/app/inbox/mine/conv_camila?before=msg_01".to_owned()),
        newer: None,
        items,
        composer: Some(composer()),
    }))
}

fn reach(kind: &str, address: &str, when: &str) -> ReachView {
    ReachView {
        badge: BadgeView::of(kind),
        address: address.to_owned(),
        seen: Some(TimeView::ago(at(when), now())),
        closed: (kind == "sms").then_some("Opted out"),
        wish: None,
    }
}

fn history(kind: &str, title: &str, text: &str, when: &str, current: bool) -> HistoryView {
    HistoryView {
        badge: BadgeView::of(kind),
        title: title.to_owned(),
        text: text.to_owned(),
        time: TimeView::ago(at(when), now()),
        href: "/app/c/conv_camila".to_owned(),
        current,
    }
}

pub(super) fn talks() -> Vec<HistoryView> {
    vec![
        history(
            "webchat",
            "Damaged bag",
            "\u{201c}Perfect! And could you send the\u{2026}\u{201d}",
            "2026-11-22T10:42:00Z",
            true,
        ),
        history(
            "whatsapp",
            "Grinder for V60?",
            "Done by Rita \u{b7} rated 5 of 5",
            "2026-11-10T10:42:00Z",
            false,
        ),
        history(
            "email",
            "Invoice for October",
            "Done by Marina in 22 m",
            "2026-11-01T10:42:00Z",
            false,
        ),
    ]
}

pub(super) fn reaches() -> Vec<ReachView> {
    vec![
        reach("whatsapp", "+55 11 98765-4321", "2026-11-22T10:44:00Z"),
        reach("webchat", "Verified visitor", "2026-11-19T10:00:00Z"),
        reach("email", "camila@duarte.arq.br", "2026-11-01T10:00:00Z"),
        reach("instagram", "@camiladuarte", "2026-09-14T10:00:00Z"),
    ]
}

fn panel() -> PanelView {
    PanelView {
        conversation: CONVERSATION.to_owned(),
        csrf: "csrf-token".to_owned(),
        contact_href: "/app/contacts/contact_camila".to_owned(),
        avatar: camila(),
        name: "Camila Duarte".to_owned(),
        about: "Customer since March 2024".to_owned(),
        labels: vec![
            ChipView::toned("Subscriber", Tone::Accent, None),
            ChipView::plain("Espresso"),
            ChipView::plain("S\u{e3}o Paulo"),
        ],
        reaches: reaches(),
        visit: Some(VisitView {
            word: "On the website now".to_owned(),
            tone: Tone::Ok,
            pages: vec![PageView {
                title: "Cerrado, 250 g".to_owned(),
                href: "https://auroracoffee.example/products/cerrado".to_owned(),
                time: TimeView::ago(at("2026-11-22T10:44:00Z"), now()),
            }],
        }),
        assignee: "Marina Costa".to_owned(),
        assignee_avatar: Some(marina()),
        team: "Support".to_owned(),
        participants: "Marina Costa, Rafael Lima".to_owned(),
        priorities: priorities(),
        tags: vec!["Damaged item".to_owned()],
        tag_choices: vec!["Wholesale".to_owned()],
        history: talks(),
        details: vec![DetailView {
            label: "Language".to_owned(),
            value: "Portugu\u{ea}s (Brasil)".to_owned(),
        }],
        may_change: true,
    }
}

fn page(title: &str, theme: Theme, list: ListView, pane: Pane, panel: Option<PanelView>) -> String {
    InboxPage {
        shell: shell(title, Area::Mine, theme),
        list,
        pane,
        panel,
    }
    .render()
    .unwrap()
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let nothing = Pane::Nothing(NothingOpenView {
        summary: "8 in Mine. Oldest waiting 26 m.".to_owned(),
        title: "Mine".to_owned(),
    });
    let empty = ListView {
        count: "0".to_owned(),
        rows: Vec::new(),
        empty: EmptyView {
            title: "Nothing waits for you.".to_owned(),
            text: "3 are unassigned. See them with G U.".to_owned(),
            action: Some(("/app/inbox/unassigned".to_owned(), "Unassigned".to_owned())),
        },
        ..list(None)
    };
    vec![
        (
            "inbox",
            page(
                "Camila Duarte \u{b7} Mine",
                theme,
                list(Some(0)),
                thread(bubbles::conversation()),
                Some(panel()),
            ),
        ),
        (
            "bubbles",
            page(
                "Every bubble",
                theme,
                list(Some(0)),
                thread(bubbles::every_kind()),
                Some(panel()),
            ),
        ),
        (
            "inbox-list",
            page("Mine", theme, list(None), nothing.clone(), None),
        ),
        ("inbox-empty", page("Mine", theme, empty, nothing, None)),
    ]
}

/// An inbox in which everything a stranger can write is an attack.
pub(super) fn hostile() -> String {
    let attack = "\"><img src=x onerror=alert(1)><script>alert(1)</script>";
    let mut list = list(Some(0));
    list.rows[0].name = attack.to_owned();
    list.rows[0].preview.text = attack.to_owned();
    list.rows[0].chips = vec![ChipView::plain(attack)];
    let mut panel = panel();
    panel.name = attack.to_owned();
    panel.tags = vec![attack.to_owned()];
    panel.reaches[0].address = attack.to_owned();
    let mut header = header();
    header.name = attack.to_owned();
    let pane = Pane::Open(Box::new(ThreadView {
        conversation: CONVERSATION.to_owned(),
        title: attack.to_owned(),
        header,
        banner: None,
        older: None,
        newer: Some("/app/inbox/mine/conv_camila?after=msg_09".to_owned()),
        items: bubbles::hostile(attack),
        composer: Some(ComposerView {
            text: attack.to_owned(),
            to: attack.to_owned(),
            kept: attack.to_owned(),
            held: Some(attack.to_owned()),
            mail: Some(LetterView {
                to: attack.to_owned(),
                cc: attack.to_owned(),
                is_to_many: false,
                subject: attack.to_owned(),
                signature: attack.to_owned(),
            }),
            ..composer()
        }),
    }));
    page(attack, Theme::Light, list, pane, Some(panel))
}
