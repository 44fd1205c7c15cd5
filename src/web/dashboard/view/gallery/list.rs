//! The list of the pictures: who writes, and how each row stands.

use super::super::atoms::AvatarView;
use super::super::atoms::ChipView;
use super::super::atoms::Icon;
use super::super::atoms::OptionView;
use super::super::atoms::TimeView;
use super::super::atoms::Tone;
use super::super::list::EmptyView;
use super::super::list::Group;
use super::super::list::ListView;
use super::super::list::NarrowView;
use super::super::list::PreviewView;
use super::super::list::RowView;
use super::super::list::StatusLine;
use super::now;

struct Sketch {
    name: &'static str,
    tint: u8,
    kind: &'static str,
    minutes: i64,
    preview: &'static str,
    icon: Option<Icon>,
    prefix: Option<(&'static str, Tone)>,
    unread: u64,
    urgent: bool,
    chips: Vec<ChipView>,
    status: Option<StatusLine>,
    group: Group,
}

impl Sketch {
    fn of(
        name: &'static str,
        tint: u8,
        kind: &'static str,
        minutes: i64,
        preview: &'static str,
    ) -> Self {
        Self {
            name,
            tint,
            kind,
            minutes,
            preview,
            icon: None,
            prefix: None,
            unread: 0,
            urgent: false,
            chips: Vec::new(),
            status: None,
            group: Group::WaitingForYou,
        }
    }

    fn row(self, selected: bool) -> RowView {
        let slug = self
            .name
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let mut avatar = AvatarView::of(self.name, self.name).on(self.kind);
        avatar.tint = self.tint;
        RowView {
            id: format!("conv_{slug}"),
            href: format!("/app/inbox/mine/conv_{slug}"),
            rev: 12,
            queues: "mine all".to_owned(),
            group: self.group,
            order: -self.minutes,
            avatar,
            name: self.name.to_owned(),
            urgent: self.urgent,
            time: TimeView::ago(
                crate::base::time::Timestamp::from_secs(now().as_secs() - self.minutes * 60),
                now(),
            ),
            unread: self.unread,
            subject: None,
            preview: PreviewView {
                mark: None,
                icon: self.icon,
                prefix: self.prefix.map(|(words, tone)| (words.to_owned(), tone)),
                text: self.preview.to_owned(),
            },
            chips: self.chips,
            status: self.status,
            selected,
        }
    }
}

fn due(words: &str, tone: Tone) -> ChipView {
    ChipView::toned(words, tone, Some(Icon::SNOOZED))
}

fn sketches() -> Vec<Sketch> {
    vec![
        Sketch {
            chips: vec![
                due("Reply due 12 m", Tone::Warn),
                ChipView::plain("Damaged item"),
            ],
            ..Sketch::of(
                "Camila Duarte",
                3,
                "webchat",
                2,
                "Perfect! And could you send the invoice too?",
            )
        },
        Sketch {
            unread: 2,
            chips: vec![ChipView::plain("Order help")],
            ..Sketch::of(
                "John Doe",
                4,
                "whatsapp",
                4,
                "Hello, I need help with my order",
            )
        },
        Sketch {
            unread: 1,
            chips: vec![due("First reply 41 m", Tone::Neutral)],
            ..Sketch::of(
                "Sam Whitaker",
                6,
                "sms",
                9,
                "2 \u{2192} Change delivery date",
            )
        },
        Sketch {
            urgent: true,
            chips: vec![due("Overdue 18 m", Tone::Bad), ChipView::plain("Wholesale")],
            ..Sketch::of(
                "Daniel Okafor",
                5,
                "email",
                26,
                "Wholesale price list 2027 \u{b7} Hi team, we open a third shop",
            )
        },
        Sketch {
            icon: Some(Icon::IMAGE),
            chips: vec![ChipView::plain("Stock question")],
            ..Sketch::of(
                "Lucas Ferreira",
                1,
                "instagram",
                38,
                "Replied to your story: is the Cerrado back?",
            )
        },
        Sketch {
            prefix: Some(("Draft:", Tone::Bad)),
            status: Some(StatusLine::Online("Online \u{b7} /cart".to_owned())),
            group: Group::WaitingForCustomer,
            ..Sketch::of(
                "Ingrid Solberg",
                7,
                "webchat",
                60,
                "Hi Ingrid, the grinder ships with",
            )
        },
        Sketch {
            icon: Some(Icon::CHOICES),
            status: Some(StatusLine::Words(Icon::DONE, "Read 09:12".to_owned())),
            group: Group::WaitingForCustomer,
            ..Sketch::of("Tom Becker", 0, "rcs", 120, "You: 3 cards \u{b7} Brew kits")
        },
        Sketch {
            status: Some(StatusLine::Words(
                Icon::SNOOZED,
                "Back today 14:00".to_owned(),
            )),
            group: Group::WaitingForCustomer,
            ..Sketch::of(
                "Mateus Rocha",
                2,
                "voice",
                180,
                "Missed call \u{b7} voicemail 0:42",
            )
        },
    ]
}

pub(super) fn list(selected: Option<usize>) -> ListView {
    let segment = |value: &str, label: &str| {
        OptionView::of(&format!("/app/inbox/{value}"), label, "/app/inbox/mine")
    };
    ListView {
        queue: "mine".to_owned(),
        title: "Mine".to_owned(),
        count: "8".to_owned(),
        segments: vec![
            segment("mine", "Open"),
            segment("waiting", "Waiting"),
            segment("snoozed", "Snoozed"),
            segment("done", "Done"),
        ],
        rows: sketches()
            .into_iter()
            .enumerate()
            .map(|(at, sketch)| sketch.row(selected == Some(at)))
            .collect(),
        more: None,
        empty: EmptyView::default(),
        narrow: Some(NarrowView {
            queue: "mine".to_owned(),
            section: "mine".to_owned(),
            ..NarrowView::default()
        }),
    }
}
