//! What can be said of a message's content whatever its type: its kind, its words, its files, its
//! choices.

use crate::model::Opaque;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Media;
use crate::model::content::StoryReply;
use crate::model::content::Text;
use crate::model::content::Unsupported;
use crate::model::filling::named_files;
use crate::model::ids::MediaId;

impl Content {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text {
            text: text.into(),
            quick_replies: Vec::new(),
        })
    }

    /// What stands in the place of a message that was taken away.
    #[must_use]
    pub fn deleted() -> Self {
        Self::Unsupported(Unsupported {
            kind: "deleted".to_owned(),
            raw: Opaque::new(),
        })
    }

    /// The same with other words: the text, or the words under a file; none where there are none
    /// of one's own to change.
    #[must_use]
    pub fn with_words(&self, words: &str) -> Option<Self> {
        let mut changed = self.clone();
        if let Some(media) = changed.media_mut() {
            media.caption = Some(words.to_owned()).filter(|words| !words.trim().is_empty());
            return Some(changed);
        }
        match &mut changed {
            Self::Text(Text { text, .. })
            | Self::Buttons(Buttons { text, .. })
            | Self::List(List { text, .. }) => words.clone_into(text),
            Self::Carousel(carousel) => carousel.text = Some(words.to_owned()),
            _ => return None,
        }
        Some(changed)
    }

    /// The name of the type on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::Audio(_) => "audio",
            Self::Document(_) => "document",
            Self::Sticker(_) => "sticker",
            Self::Location(_) => "location",
            Self::Contacts(_) => "contacts",
            Self::Buttons(_) => "buttons",
            Self::List(_) => "list",
            Self::Carousel(_) => "carousel",
            Self::Template(_) => "template",
            Self::Reaction(_) => "reaction",
            Self::Postback(_) => "postback",
            Self::StoryMention(_) => "storyMention",
            Self::StoryReply(_) => "storyReply",
            Self::Call(_) => "call",
            Self::Event(_) => "event",
            Self::Unsupported(_) => "unsupported",
        }
    }

    /// The file it carries, where it is one.
    #[must_use]
    pub const fn media(&self) -> Option<&Media> {
        match self {
            Self::Image(media)
            | Self::Video(media)
            | Self::Audio(media)
            | Self::Document(media)
            | Self::Sticker(media) => Some(media),
            _ => None,
        }
    }

    /// What came with it from a vendor who keeps it for a while only: its file, the recording of a
    /// call, the picture of a story.
    #[must_use]
    pub const fn brought(&self) -> Option<&Media> {
        match self {
            Self::StoryMention(story) | Self::StoryReply(StoryReply { story, .. }) => {
                story.media.as_ref()
            }
            Self::Call(call) => call.recording.as_ref(),
            other => other.media(),
        }
    }

    /// The same, to be filled in.
    pub const fn brought_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::StoryMention(story) | Self::StoryReply(StoryReply { story, .. }) => {
                story.media.as_mut()
            }
            Self::Call(call) => call.recording.as_mut(),
            other => other.media_mut(),
        }
    }

    /// Every stored file in it, also those of cards and calls.
    #[must_use]
    pub fn files(&self) -> Vec<MediaId> {
        let media: Vec<&Media> = match self {
            Self::Carousel(carousel) => carousel
                .cards
                .iter()
                .filter_map(|card| card.image.as_ref())
                .collect(),
            Self::Call(call) => call.recording.iter().collect(),
            Self::StoryMention(story) => story.media.iter().collect(),
            Self::StoryReply(reply) => reply.story.media.iter().collect(),
            Self::Template(template) => return named_files(&template.components),
            other => other.media().into_iter().collect(),
        };
        media.into_iter().filter_map(|file| file.media_id).collect()
    }

    /// The file it carries, to be filled in.
    pub const fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::Image(media)
            | Self::Video(media)
            | Self::Audio(media)
            | Self::Document(media)
            | Self::Sticker(media) => Some(media),
            _ => None,
        }
    }

    /// Whether a file of it lies elsewhere.
    #[must_use]
    pub fn has_foreign_files(&self) -> bool {
        let is_foreign = |media: &Media| media.media_id.is_none() || media.thumbnail_url.is_some();
        match self {
            Self::Carousel(carousel) => {
                let mut images = carousel.cards.iter().filter_map(|card| card.image.as_ref());
                images.any(is_foreign)
            }
            other => other.media().is_some_and(is_foreign),
        }
    }

    /// The files it carries, to be filled in, each with the place of its address in what programs send.
    pub fn files_mut(&mut self) -> Vec<(String, &mut Media)> {
        match self {
            Self::Carousel(carousel) => {
                let images = carousel.cards.iter_mut().map(|card| card.image.as_mut());
                let placed = images.enumerate().filter_map(|(at, image)| {
                    let place = format!("cards[{at}].image.url");
                    image.map(|image| (place, image))
                });
                placed.collect()
            }
            other => {
                let own = other.media_mut().map(|media| ("url".to_owned(), media));
                own.into_iter().collect()
            }
        }
    }

    /// The words in it: what is searched, previewed and counted.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(text) => &text.text,
            Self::Image(media)
            | Self::Video(media)
            | Self::Audio(media)
            | Self::Document(media)
            | Self::Sticker(media) => media.caption.as_deref().unwrap_or_default(),
            Self::Location(place) => place
                .name
                .as_deref()
                .or(place.address.as_deref())
                .unwrap_or_default(),
            Self::Contacts(cards) => cards.contacts.first().map_or("", |card| &card.name),
            Self::Buttons(buttons) => &buttons.text,
            Self::List(list) => &list.text,
            Self::Carousel(carousel) => carousel.text.as_deref().unwrap_or_else(|| {
                carousel
                    .cards
                    .first()
                    .map_or("", |card| card.title.as_str())
            }),
            Self::Template(template) => template.text.as_deref().unwrap_or(&template.name),
            Self::Reaction(reaction) => &reaction.emoji,
            Self::Postback(postback) => &postback.title,
            Self::StoryReply(reply) => &reply.text,
            Self::Call(call) => call.transcript.as_deref().unwrap_or_default(),
            Self::StoryMention(_) | Self::Event(_) | Self::Unsupported(_) => "",
        }
    }

    /// Every choice it offers, in the order a customer sees them: id and title.
    #[must_use]
    pub fn choices(&self) -> Vec<(&str, &str)> {
        fn replies(buttons: &[Button]) -> impl Iterator<Item = (&str, &str)> {
            buttons
                .iter()
                .filter(|button| button.kind == ButtonKind::Reply)
                .map(|button| (button.id.as_str(), button.title.as_str()))
        }
        match self {
            Self::Text(text) => text
                .quick_replies
                .iter()
                .map(|reply| (reply.id.as_str(), reply.title.as_str()))
                .collect(),
            Self::Buttons(buttons) => replies(&buttons.buttons).collect(),
            Self::List(list) => list
                .sections
                .iter()
                .flat_map(|section| &section.rows)
                .map(|row| (row.id.as_str(), row.title.as_str()))
                .collect(),
            Self::Carousel(carousel) => carousel
                .cards
                .iter()
                .flat_map(|card| replies(&card.buttons))
                .collect(),
            _ => Vec::new(),
        }
    }
}
