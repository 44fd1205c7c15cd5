//! Labels, and the form of conditions that ask for them.

use askama::Template as _;

use super::super::atoms::FieldView;
use super::super::atoms::OptionView;
use super::super::conditions::ConditionsPage;
use super::super::conditions::GroupPart;
use super::super::shell::Area;
use super::super::shell::Theme;
use super::super::tags::CarriedView;
use super::super::tags::TagEdit;
use super::super::tags::TagRow;
use super::super::tags::TagsPage;
use super::pages::options;
use super::shell;

fn row(name: &str, tint: u8, group: &str, conversations: &str) -> TagRow {
    let carried = |count: &str, kind: &str| CarriedView {
        count: count.to_owned(),
        href: format!("/app/search?q=tag%3A{name}&type={kind}"),
    };
    TagRow {
        id: format!("tag_{tint}"),
        name: name.to_owned(),
        tint,
        group: group.to_owned(),
        following: false,
        conversations: carried(conversations, "conversations"),
        contacts: carried("3", "contacts"),
        edit: None,
    }
}

fn tags(theme: Theme) -> TagsPage {
    let mut changing = row("Subscription", 4, "Customers", "128");
    changing.edit = Some(TagEdit {
        name: FieldView::of("Refund").wrong("There is already a tag named Refund."),
        group: FieldView::of("Customers"),
        tints: options(&["Violet", "Orange", "Blue"], "Blue"),
        others: options(&["Refund", "Wholesale"], ""),
        carried: "128 conversations and 3 contacts".to_owned(),
    });
    let mut following = row("Wholesale", 2, "Customers", "10,000+");
    following.following = true;
    TagsPage {
        shell: shell("Tags", Area::Tags, theme),
        banner: None,
        tags: vec![changing, following, row("Refund", 1, "", "12")],
        groups: vec!["Customers".to_owned()],
        name: FieldView::default(),
        group: FieldView::default(),
        tints: options(&["Next one", "Violet", "Orange"], "Next one"),
    }
}

fn group(path: &str, any: bool, chosen: &[&str], inner: Vec<GroupPart>) -> GroupPart {
    let test = |chosen: &str| {
        let of = |values: &[&str]| -> Vec<OptionView> { options(values, chosen) };
        vec![
            ("State", of(&["Unread", "Waiting for you"])),
            ("Tag", of(&["Refund", "Subscription"])),
        ]
    };
    let open = std::iter::once(&"");
    GroupPart {
        path: path.to_owned(),
        any,
        tests: chosen
            .iter()
            .chain(open)
            .map(|chosen| test(chosen))
            .collect(),
        inner,
        may_nest: true,
        may_go: path != "0",
    }
}

pub(super) fn all(theme: Theme) -> Vec<(&'static str, String)> {
    let within = group("0.0", false, &["Refund", "Unread"], Vec::new());
    let conditions = ConditionsPage {
        shell: shell("Conditions", Area::OtherQueue, theme),
        back: "/app/inbox/all".to_owned(),
        section: "all".to_owned(),
        queue: "All open",
        root: group("0", true, &["Subscription"], vec![within]),
    };
    vec![
        ("tags", tags(theme).render().unwrap()),
        ("conditions", conditions.render().unwrap()),
    ]
}
