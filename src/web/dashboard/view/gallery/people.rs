//! Contacts, and the search.

use askama::Template as _;

use super::super::atoms::AvatarView;
use super::super::atoms::BadgeView;
use super::super::atoms::ChipView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::Tone;
use super::super::contacts::ContactForm;
use super::super::contacts::ContactPage;
use super::super::contacts::ContactRow;
use super::super::contacts::ContactsPage;
use super::super::contacts::MonthView;
use super::super::format;
use super::super::list::EmptyView;
use super::super::merge::CandidateView;
use super::super::merge::MergePage;
use super::super::merge::MergedView;
use super::super::merge::PairRow;
use super::super::merge::PairView;
use super::super::panel::DetailView;
use super::super::search::HitGroup;
use super::super::search::HitPicture;
use super::super::search::HitView;
use super::super::search::ResultsView;
use super::super::search::SearchPage;
use super::super::search::SearchTab;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::inbox;
use super::pages::ago;
use super::shell;

#[expect(clippy::too_many_lines, reason = "sample data")]
pub(super) fn people(theme: Theme) -> Vec<(&'static str, String)> {
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
        may_merge: true,
        merges: vec![MergedView {
            id: "merge_1".to_owned(),
            name: "Camila D.".to_owned(),
        }],
    };
    let hit = |title: &str, snippet: &str| HitView {
        href: "/app/c/conv_camila?m=msg_03".to_owned(),
        picture: HitPicture::Avatar(AvatarView::of(title, title).on("webchat")),
        title: title.to_owned(),
        chip: Some(ChipView::toned("Open", Tone::Ok, None)),
        snippet: format::found(snippet.to_owned()),
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
                next: None,
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
                next: None,
            },
        ],
        summary: "38 results in 41 ms".to_owned(),
        misread: Vec::new(),
        behind: None,
    };
    let nothing = ResultsView {
        query: "is:xyzzy".to_owned(),
        misread: vec![
            "is:xyzzy was searched as words: is: takes unread, failed, mine or note.".to_owned(),
        ],
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
        ("contact-find", merge(theme, false)),
        ("contact-merge", merge(theme, true)),
        ("search", page(results)),
        ("search-nothing", page(nothing)),
    ]
}

/// Who may be the same as Camila, and both side by side.
fn merge(theme: Theme, chosen: bool) -> String {
    let fact = |field: &str, label: &str, ours: &str, theirs: &str| PairRow {
        field: field.to_owned(),
        label: label.to_owned(),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
    };
    let found = CandidateView {
        href: "/app/contacts/contact_camila/merge?with=contact_c".to_owned(),
        avatar: AvatarView::of("Camila D.", "contact_c"),
        name: "Camila D.".to_owned(),
        channels: vec![BadgeView::of("instagram")],
        email: "camila@duarte.arq.br".to_owned(),
        phone: String::new(),
    };
    MergePage {
        shell: shell("Merge Camila Duarte", Area::Contacts, theme),
        id: "contact_camila".to_owned(),
        name: "Camila Duarte".to_owned(),
        query: String::new(),
        found: vec![found],
        pair: chosen.then(|| PairView {
            with: "contact_c".to_owned(),
            name: "Camila D.".to_owned(),
            rows: vec![
                fact("name", "Name", "Camila Duarte", "Camila D."),
                fact("email", "Email", "camila@duarte.arq.br", ""),
            ],
            our_channels: vec![BadgeView::of("whatsapp"), BadgeView::of("webchat")],
            their_channels: vec![BadgeView::of("instagram")],
            summary: "All 14 conversations come together.".to_owned(),
        }),
        refused: None,
    }
    .render()
    .unwrap()
}
