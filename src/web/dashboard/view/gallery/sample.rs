//! What the sample conversations are made of.

use super::super::atoms::AvatarView;
use super::super::atoms::Icon;
use super::super::atoms::TimeView;
use super::super::bubble::BubbleView;
use super::super::bubble::Receipt;
use super::super::bubble::Side;
use super::super::content::ButtonView;
use super::super::content::Content;
use super::super::content::FileView;
use super::super::content::FrameView;
use super::super::format;
use super::super::mail::InviteView;
use super::super::mail::MailCard;
use super::super::picture::PictureView;
use super::super::thread::EventView;
use super::super::thread::Item;
use super::at;

pub(super) fn message(number: u32, side: Side, clock: &str, content: Content) -> BubbleView {
    let ours = side != Side::In;
    BubbleView {
        id: format!("msg_{number:02}"),
        conversation: "conv_camila".to_owned(),
        client_id: None,
        position: number,
        rev: u64::from(number),
        side,
        continued: false,
        author_key: if ours { "user_d" } else { "contact" }.to_owned(),
        label: if ours {
            "Marina, WebChat"
        } else {
            "Camila, WebChat"
        }
        .to_owned(),
        avatar: (!ours).then(|| AvatarView {
            tint: 3,
            ..AvatarView::of("Camila Duarte", "contact_camila")
        }),
        author: match side {
            Side::In | Side::Note => None,
            Side::Out => Some("Marina".to_owned()),
            Side::Bot => Some("Rita, flow \u{201c}Order help\u{201d}".to_owned()),
        },
        time: TimeView::clock(
            at(&format!("2026-11-22T{clock}:00Z")),
            &jiff::tz::TimeZone::UTC,
        ),
        content,
        quote: None,
        reactions: Vec::new(),
        receipt: matches!(side, Side::Out | Side::Bot).then_some(Receipt::Delivered),
        trouble: None,
        degraded: None,
        edited: false,
        comment: None,
        csrf: "csrf-token".to_owned(),
    }
}

pub(super) fn put(message: BubbleView) -> Item {
    Item::Message(Box::new(message))
}

pub(super) fn happened(id: &str, icon: Icon, who: &str, what: &str) -> Item {
    Item::Event(EventView {
        id: id.to_owned(),
        icon,
        who: who.to_owned(),
        what: what.to_owned(),
        iso: "2026-11-22T10:35:00Z".to_owned(),
    })
}

pub(super) fn button(title: &str, chosen: bool) -> ButtonView {
    ButtonView {
        title: title.to_owned(),
        icon: None,
        chosen,
    }
}

pub(super) fn asked() -> Content {
    Content::Buttons {
        html: format::rich(
            "Hi Camila! I\u{2019}m Rita, the Aurora assistant. What can I help with?",
        ),
        frame: FrameView::default(),
        buttons: vec![
            button("Track my order", false),
            button("Something arrived damaged", true),
        ],
    }
}

pub(super) fn bag(caption: Option<&str>) -> PictureView {
    PictureView {
        url: "/gallery/bag.svg".to_owned(),
        still: None,
        alt: "Picture from Camila, 10:33".to_owned(),
        width: 856,
        height: 472,
        caption: caption.map(format::rich),
        about: String::new(),
    }
}

pub(super) fn voice() -> Content {
    Content::Audio {
        url: "/app/media/voice".to_owned(),
        length: "0:14".to_owned(),
        peaks: (0..41).map(|bar: u8| 2 + bar % 8 * 7 % 9).collect(),
        transcript: Some("No problem at all, thank you for being so quick about it.".to_owned()),
    }
}

/// A mail with everything a mail can have, in whose words somebody's name stands.
pub(super) fn mail(name: &str) -> Content {
    Content::Mail(Box::new(MailCard {
        id: "msg_48".to_owned(),
        subject: Some(format!("Wholesale price list 2027, {name}")),
        summary: format!("{name} to hello@aurora.example, cc buying@aurora.example"),
        people: vec![
            ("From", format!("{name} <daniel@okafor.example>")),
            ("To", "hello@aurora.example".to_owned()),
            ("Cc", "buying@aurora.example".to_owned()),
        ],
        frame: None,
        words: format::rich(
            "Hi team, we open a third shop in March. Could you send the 2027 list?",
        ),
        has_remote_images: true,
        pictures: "/app/c/conv_1/messages/msg_48/pictures".to_owned(),
        csrf: "csrf-token".to_owned(),
        forward: Some("/app/c/conv_1/messages/msg_48/forward".to_owned()),
        quoted_frame: None,
        folded: Some(format::rich("> Here is the list for 2026.")),
        files: vec![FileView {
            name: format!("{name}.xlsx"),
            size: "84 KB".to_owned(),
            url: "/media/m?sig=s".to_owned(),
        }],
        invite: Some(InviteView {
            what: "Invitation",
            summary: format!("Tasting with {name}"),
            when: "Mon, 5 Jan 2026, 09:00 to 10:30".to_owned(),
            location: "Rua Harmonia 210".to_owned(),
            organizer: name.to_owned(),
        }),
        auto: None,
        unseen: Some("So long that Gmail shows its first 102 KB, and a link to the rest."),
        source: Some("/app/c/conv_1/messages/msg_48/source".to_owned()),
    }))
}
