//! Which channels exist: one line per channel, and from it the kinds and the capability matrix.

use crate::channels::Channel;
use crate::channels::email;
use crate::channels::facebook;
use crate::channels::instagram;
use crate::channels::rcs;
use crate::channels::sms;
use crate::channels::telegram;
use crate::channels::voice;
use crate::channels::webchat;
use crate::channels::whatsapp;
use crate::model::capability::Capabilities;
use crate::model::channel::ChannelKind;

/// A row of the capability matrix: a channel, whether or not it can be connected yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The kind.
    pub kind: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// What it can carry.
    pub capabilities: &'static Capabilities,
}

/// The channels this program knows, in the order of the matrix.
#[derive(Debug)]
pub struct Registry {
    rows: Vec<Row>,
    channels: Vec<Box<dyn Channel>>,
}

impl Registry {
    /// The nine channels of the matrix, and a translation for each that can be connected.
    #[must_use]
    pub fn builtin() -> Self {
        let row = |kind, name, capabilities| Row {
            kind,
            name,
            capabilities,
        };
        let known = Self {
            rows: vec![
                row("whatsapp", "WhatsApp", &whatsapp::caps::CAPABILITIES),
                row("telegram", "Telegram", &telegram::caps::CAPABILITIES),
                row("sms", "SMS", &sms::caps::CAPABILITIES),
                row("email", "Email", &email::caps::CAPABILITIES),
                row("voice", "Voice", &voice::caps::CAPABILITIES),
                row("webchat", "WebChat", &webchat::caps::CAPABILITIES),
                row("facebook", "Messenger", &facebook::caps::CAPABILITIES),
                row("instagram", "Instagram", &instagram::caps::CAPABILITIES),
                row("rcs", "RCS", &rcs::caps::CAPABILITIES),
            ],
            channels: Vec::new(),
        };
        known
            .with(Box::new(webchat::Webchat))
            .with(Box::new(telegram::Telegram))
            .with(Box::new(whatsapp::Whatsapp))
            .with(Box::new(facebook::Facebook))
            .with(Box::new(instagram::Instagram))
            .with(Box::new(sms::Sms))
            .with(Box::new(email::Email))
    }

    /// The same registry and one more channel; one of the same kind is replaced.
    #[must_use]
    pub fn with(mut self, channel: Box<dyn Channel>) -> Self {
        let row = Row {
            kind: channel.kind(),
            name: channel.name(),
            capabilities: channel.capabilities(),
        };
        match self.rows.iter_mut().find(|known| known.kind == row.kind) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
        self.channels.retain(|known| known.kind() != row.kind);
        self.channels.push(channel);
        self
    }

    /// The translation of a kind; none while it cannot be connected.
    #[must_use]
    pub fn channel(&self, kind: &ChannelKind) -> Option<&dyn Channel> {
        self.channels
            .iter()
            .find(|known| known.kind() == kind.as_str())
            .map(AsRef::as_ref)
    }

    /// The row of a kind; none for a kind nobody here has heard of.
    #[must_use]
    pub fn row(&self, kind: &ChannelKind) -> Option<&Row> {
        self.rows.iter().find(|known| known.kind == kind.as_str())
    }

    /// What a kind can carry.
    #[must_use]
    pub fn capabilities(&self, kind: &ChannelKind) -> Option<&'static Capabilities> {
        self.row(kind).map(|row| row.capabilities)
    }

    /// Every row, in the order of the matrix.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Every channel that can be connected, in the order of the matrix.
    pub fn channels(&self) -> impl Iterator<Item = &dyn Channel> {
        self.rows
            .iter()
            .filter_map(|row| self.channel(&ChannelKind::named(row.kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::capability::Support;

    /// The matrix of the product, as it is printed there: whatsapp, telegram, sms, email, voice,
    /// webchat, facebook, instagram, rcs.
    const MATRIX: [(&str, &str); 11] = [
        ("text", "YYYYYYYYY"),
        ("images", "YYPY-YYYY"),
        ("documents", "YY-Y-YY-Y"),
        ("audio", "YY-YYYYYY"),
        ("video", "YY-Y-YYYY"),
        ("buttons", "YY---YYYY"),
        ("quickReplies", "YY---YYYY"),
        ("templates", "Y--Y--Y-Y"),
        ("deliveryReceipts", "YYYPYYYYY"),
        ("readReceipts", "YY-P-YYYY"),
        ("typing", "YY---YYY-"),
    ];

    const KINDS: [&str; 9] = [
        "whatsapp",
        "telegram",
        "sms",
        "email",
        "voice",
        "webchat",
        "facebook",
        "instagram",
        "rcs",
    ];

    fn cells(row: &Row) -> [Support; 11] {
        let m = row.capabilities.matrix;
        [
            m.text,
            m.images,
            m.documents,
            m.audio,
            m.video,
            m.buttons,
            m.quick_replies,
            m.templates,
            m.delivery_receipts,
            m.read_receipts,
            m.typing,
        ]
    }

    #[test]
    fn every_cell_of_the_matrix_is_the_products() {
        let registry = Registry::builtin();
        let kinds: Vec<_> = registry.rows().iter().map(|row| row.kind).collect();
        assert_eq!(kinds, KINDS);
        for (column, row) in registry.rows().iter().enumerate() {
            for ((feature, marks), cell) in MATRIX.iter().zip(cells(row)) {
                let expected = match marks.as_bytes()[column] {
                    b'Y' => Support::Full,
                    b'P' => Support::Partial,
                    _ => Support::None,
                };
                assert_eq!(cell, expected, "{feature} on {}", row.kind);
            }
        }
    }

    #[test]
    fn limits_agree_with_the_matrix() {
        for row in Registry::builtin().rows() {
            let caps = row.capabilities;
            let agrees = |support: Support, max: u64, what: &str| match support {
                Support::Full => assert!(max > 0, "{} {what}", row.kind),
                Support::None => assert_eq!(max, 0, "{} {what}", row.kind),
                Support::Partial => {}
            };
            let count = |max: usize| u64::try_from(max).unwrap_or(u64::MAX);
            agrees(caps.matrix.images, caps.media.image_bytes, "images");
            agrees(caps.matrix.audio, caps.media.audio_bytes, "audio");
            agrees(caps.matrix.video, caps.media.video_bytes, "video");
            agrees(caps.matrix.documents, caps.media.document_bytes, "files");
            agrees(caps.matrix.buttons, count(caps.buttons_max), "buttons");
            let replies = count(caps.quick_replies_max);
            agrees(caps.matrix.quick_replies, replies, "quick replies");
            assert!(caps.interactive_text_max <= caps.text_max, "{}", row.kind);
            assert!(caps.sends_per_second > 0, "{}", row.kind);
        }
    }

    #[test]
    fn only_what_is_built_can_be_connected() {
        let registry = Registry::builtin();
        let connectable: Vec<_> = registry.channels().map(Channel::kind).collect();
        let built = [
            "whatsapp",
            "telegram",
            "sms",
            "email",
            "webchat",
            "facebook",
            "instagram",
        ];
        assert_eq!(connectable, built);
        assert!(registry.channel(&ChannelKind::named("WEB")).is_some());
        assert!(registry.channel(&ChannelKind::named("fax")).is_none());
        assert!(registry.capabilities(&ChannelKind::named("sms")).is_some());
        assert!(registry.row(&ChannelKind::named("fax")).is_none());
    }

    #[test]
    fn forms_ask_first_for_what_proves_the_account_and_for_nothing_that_does_not_count() {
        use crate::model::channel::Part;
        use crate::model::channel::Shape;
        for channel in Registry::builtin().channels() {
            let table = channel.settings();
            for setting in table {
                let what = format!("{} {}", channel.kind(), setting.name);
                assert!(!setting.required || setting.part == Part::Access, "{what}");
                let Some(when) = setting.when else { continue };
                let hinge = table.iter().find(|one| one.name == when.name);
                let Some(Shape::Choice(values)) = hinge.map(|hinge| hinge.shape) else {
                    unreachable!("{what}: {} is no choice", when.name)
                };
                let known = |value: &&&str| value.is_empty() || values.contains(*value);
                assert!(when.values.iter().all(|value| known(&value)), "{what}");
            }
        }
    }

    #[test]
    fn a_channel_takes_the_place_of_one_of_its_kind() {
        let registry = Registry::builtin().with(Box::new(webchat::Webchat));
        assert_eq!(registry.rows().len(), 9);
        assert_eq!(
            registry.channels().count(),
            Registry::builtin().channels().count()
        );
    }
}
