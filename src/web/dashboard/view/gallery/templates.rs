//! Templates that a vendor approves, and choosing one to send.

use askama::Template as _;

use super::super::atoms::BadgeView;
use super::super::atoms::BannerView;
use super::super::atoms::FieldView;
use super::super::atoms::Icon;
use super::super::atoms::OptionView;
use super::super::atoms::Tone;
use super::super::content::ButtonView;
use super::super::format;
use super::super::picker::BlankView;
use super::super::picker::ChosenView;
use super::super::picker::PickView;
use super::super::picker::PickerPage;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::super::template::ButtonRow;
use super::super::template::KeeperView;
use super::super::template::SampleRow;
use super::super::template::SeenHeader;
use super::super::template::SeenTemplate;
use super::super::template::StandingView;
use super::super::template::TemplateFormView;
use super::super::template::TemplatePage;
use super::super::template::TemplateRow;
use super::super::template::TemplatesPage;
use super::pages::ago;
use super::pages::options;
use super::shell;

fn keeper(id: &str, kind: &str, name: &str) -> KeeperView {
    KeeperView {
        id: id.to_owned(),
        badge: BadgeView::of(kind),
        name: name.to_owned(),
        own: false,
    }
}

fn standing(word: &str, tone: Tone, icon: Icon, why: &str) -> StandingView {
    StandingView {
        word: word.to_owned(),
        tone,
        icon,
        why: why.to_owned(),
    }
}

fn rejected() -> StandingView {
    let why = "The words advertise. Choose the category Marketing. (PROMOTIONAL)";
    standing("Rejected", Tone::Bad, Icon::BROKEN, why)
}

fn row(id: &str, name: &str, language: &str, standing: StandingView) -> TemplateRow {
    TemplateRow {
        id: id.to_owned(),
        name: name.to_owned(),
        language: language.to_owned(),
        badge: BadgeView::of("whatsapp"),
        channel: "Aurora Support".to_owned(),
        category: "Utility".to_owned(),
        standing,
        quality: "High".to_owned(),
        quality_tone: Tone::Ok,
        changed: ago("2026-11-22T10:12:00Z"),
    }
}

pub(super) fn seen() -> SeenTemplate {
    let text = "Hola Valentina, tu reembolso de MX$ 412.00 fue aprobado.";
    SeenTemplate {
        header: SeenHeader::Line("Pedido AC-20418".to_owned()),
        html: format::rich_filled(text, &[(5, 14), (32, 42)]),
        footer: "Aurora Coffee".to_owned(),
        buttons: vec![ButtonView {
            title: "Ver detalle".to_owned(),
            icon: Some(Icon("external-link")),
            chosen: false,
        }],
    }
}

fn form() -> TemplateFormView {
    TemplateFormView {
        action: "/app/settings/templates/new".to_owned(),
        name: FieldView::of("Refund Approved").wrong("This must be lower-case letters."),
        language: FieldView::of("es_MX"),
        fixed: false,
        languages: &[("es_MX", "Spanish (Mexico)")],
        categories: options(&["Marketing", "Utility"], "Utility"),
        category_error: None,
        is_code: false,
        headers: options(&["", "TEXT"], "TEXT"),
        header_text: Some((FieldView::of("Pedido {{1}}"), 60)),
        header_file: Some((FieldView::of(""), "No example yet.".to_owned(), "image/png")),
        body: (FieldView::of("Hola {{1}}"), 1_024),
        footer: (FieldView::of("Aurora Coffee"), 60),
        html: (FieldView::of(""), 0),
        own: false,
        has_buttons: true,
        samples: vec![SampleRow {
            id: "sample.body.1".to_owned(),
            label: "{{1}} in the text".to_owned(),
            field: FieldView::of("Valentina"),
        }],
        buttons: vec![ButtonRow {
            id: "buttons[0]".to_owned(),
            number: 1,
            kinds: options(&["URL"], "URL"),
            text: Some(FieldView::of("Ver detalle")),
            target: Some((FieldView::of("https://aurora.example/{{1}}"), "Address", "")),
            sample: Some(FieldView::of("20418")),
            error: None,
        }],
        buttons_error: None,
        may_add: true,
        first_kind: "URL",
        button_max: 25,
        advises: false,
        minutes: FieldView::of(""),
    }
}

fn pick(name: &str, chosen: bool, why_not: Option<&str>) -> PickView {
    PickView {
        href: format!("/app/c/conv_1/templates?chosen=tpl_{name}"),
        name: name.to_owned(),
        about: "es_MX \u{b7} Utility".to_owned(),
        quality: "High".to_owned(),
        chosen,
        why_not: why_not.map(str::to_owned),
    }
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let list = TemplatesPage {
        shell: shell("Templates", Area::Templates, theme),
        banner: Some(BannerView::done("As the vendor has them now.")),
        keepers: vec![
            keeper("ch_1", "whatsapp", "Aurora Support"),
            keeper("ch_2", "facebook", "Aurora Page"),
        ],
        rows: vec![
            row(
                "tpl_1",
                "refund_approved",
                "es_MX",
                standing("Approved", Tone::Ok, Icon::HEALTHY, ""),
            ),
            row("tpl_2", "spring_sale", "en", rejected()),
        ],
        all: 2,
        search: String::new(),
        channels: options(&["All channels"], "All channels"),
        standings: options(&["All states"], "All states"),
        here: "/app/settings/templates?".to_owned(),
    };
    let page = TemplatePage {
        shell: shell("New template", Area::Templates, theme),
        banner: Some(BannerView::bad(
            "Not handed in.",
            "Some fields are not right.",
        )),
        keeper: keeper("ch_1", "whatsapp", "Aurora Support"),
        id: "tpl_2".to_owned(),
        title: "spring_sale".to_owned(),
        standing: Some(rejected()),
        facts: vec![("Language", "es_MX".to_owned())],
        form: Some(form()),
        why_fixed: "",
        seen: seen(),
        own: false,
        may_resume: true,
        html: None,
    };
    let picker = PickerPage {
        shell: shell("Templates for Valentina", Area::All, theme),
        conversation: "conv_1".to_owned(),
        to: "Valentina".to_owned(),
        search: String::new(),
        languages: vec![OptionView::of("", "All languages", "")],
        none: false,
        picks: vec![
            pick("refund_approved", true, None),
            pick("spring_sale", false, Some("Rejected")),
        ],
        chosen: Some(ChosenView {
            id: "tpl_1".to_owned(),
            name: "refund_approved".to_owned(),
            language: "es_MX".to_owned(),
            client_id: "cm_9".to_owned(),
            blanks: vec![
                BlankView {
                    id: "value.body.1".to_owned(),
                    label: "{{1}} in the text".to_owned(),
                    hint: "Such as Valentina".to_owned(),
                    accept: "",
                    field: FieldView::of("Valentina"),
                },
                BlankView {
                    id: "value.header".to_owned(),
                    label: "Picture".to_owned(),
                    hint: String::new(),
                    accept: "image/png",
                    field: FieldView::of(""),
                },
            ],
            seen: seen(),
            refused: None,
            not_yet: Some("One value is missing.".to_owned()),
            may_send: true,
        }),
    };
    vec![
        ("templates", list.render().unwrap()),
        ("template", page.render().unwrap()),
        ("picker", picker.render().unwrap()),
    ]
}
