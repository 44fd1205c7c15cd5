//! What visitors may say, checked and cleaned; and what old clients call our own content.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::channels::webchat::clean;
use crate::channels::webchat::files;
use crate::channels::webchat::problem::Code;
use crate::channels::webchat::problem::Problem;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::ids::MediaId;
use crate::model::ids::MessageId;

const CAPTION_MAX: usize = 1_024;
const PAYLOAD_MAX_BYTES: usize = 256;
const EMOJI_MAX_BYTES: usize = 64;
const CARDS_MAX: usize = 10;
const LINE_MAX: usize = 254;
const LINES_MAX: usize = 10;

/// What a visitor says.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, on its way into a message"
)]
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Content that stands by itself: text, a place, contact cards.
    Words(Content),
    /// A file uploaded before. Whose it is and what it really is, the caller looks up.
    File {
        /// The file.
        media_id: MediaId,
        /// Words under it.
        caption: Option<String>,
    },
    /// A choice. Whether it was offered, and its title, the caller looks up.
    Choice {
        /// The id of what was chosen.
        payload: String,
        /// The message that offered it.
        source: MessageId,
    },
    /// A reaction to a message; an empty emoji takes it back.
    Reaction {
        /// The emoji.
        emoji: String,
        /// The message.
        target: MessageId,
    },
}

/// Reads the content of a visitor's message.
///
/// # Errors
/// `validation` for what is empty, too long or out of range, `unsupported_content` for what visitors
/// cannot send, `invalid_postback` for a choice that names no message, `not_found` for a file or
/// message whose id is none.
pub fn read(content: &Value) -> Result<Said, Problem> {
    match content.get("type").and_then(Value::as_str) {
        Some("text") => text(content),
        Some("image" | "video" | "audio" | "document") => file(content),
        Some("postback") => choice(content),
        Some("reaction") => reaction(content),
        Some("location") => location(content),
        Some("contacts") => contacts(content),
        _ => Err(Problem::new(
            Code::UnsupportedContent,
            "Visitors cannot send this type of content.",
        )),
    }
}

fn text(content: &Value) -> Result<Said, Problem> {
    let raw = content.get("text").and_then(Value::as_str);
    let text = raw
        .and_then(clean::text)
        .ok_or_else(|| Problem::validation("text must not be empty."))?;
    if text.chars().count() > clean::TEXT_MAX {
        return Err(Problem::validation(
            "text must have at most 10,000 characters.",
        ));
    }
    Ok(Said::Words(Content::text(text)))
}

fn file(content: &Value) -> Result<Said, Problem> {
    let id = content.get("fileId").and_then(Value::as_str);
    let media_id = id
        .and_then(files::media_id)
        .ok_or_else(|| Problem::new(Code::NotFound, "There is no such file."))?;
    let caption = content
        .get("caption")
        .and_then(Value::as_str)
        .and_then(clean::text);
    let long = |text: &String| text.chars().count() > CAPTION_MAX;
    if caption.as_ref().is_some_and(long) {
        return Err(Problem::validation(
            "caption must have at most 1,024 characters.",
        ));
    }
    Ok(Said::File { media_id, caption })
}

fn choice(content: &Value) -> Result<Said, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Raw {
        payload: String,
        source_message_id: String,
    }
    let raw: Raw = shape(content)?;
    let source = raw.source_message_id.parse().ok();
    match source {
        Some(source) if (1..=PAYLOAD_MAX_BYTES).contains(&raw.payload.len()) => Ok(Said::Choice {
            payload: raw.payload,
            source,
        }),
        _ => Err(Problem::new(
            Code::InvalidPostback,
            "No message offered this choice.",
        )),
    }
}

fn reaction(content: &Value) -> Result<Said, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Raw {
        #[serde(default)]
        emoji: String,
        target_id: String,
    }
    let raw: Raw = shape(content)?;
    let is_word = raw
        .emoji
        .chars()
        .any(|c| c.is_ascii_alphabetic() || c.is_control());
    if is_word || raw.emoji.len() > EMOJI_MAX_BYTES {
        return Err(Problem::validation("emoji must be one emoji, or empty."));
    }
    let target = raw
        .target_id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such message."))?;
    Ok(Said::Reaction {
        emoji: raw.emoji,
        target,
    })
}

fn location(content: &Value) -> Result<Said, Problem> {
    #[derive(Deserialize)]
    struct Raw {
        latitude: f64,
        longitude: f64,
    }
    let raw: Raw = shape(content)?;
    let on_earth = raw.latitude.abs() <= 90.0 && raw.longitude.abs() <= 180.0;
    if !on_earth {
        return Err(Problem::validation(
            "latitude must be -90 to 90 and longitude -180 to 180.",
        ));
    }
    Ok(Said::Words(Content::Location(Location {
        latitude: raw.latitude,
        longitude: raw.longitude,
        ..Location::default()
    })))
}

fn contacts(content: &Value) -> Result<Said, Problem> {
    let raw: Contacts = shape(content)?;
    let line = |text: &String| clean::text(text).filter(|text| text.chars().count() <= LINE_MAX);
    let lines = |texts: &[String]| texts.iter().filter_map(line).take(LINES_MAX).collect();
    let cards: Vec<_> = raw
        .contacts
        .iter()
        .filter_map(|card| {
            Some(ContactCard {
                name: line(&card.name)?,
                phones: lines(&card.phones),
                emails: lines(&card.emails),
                organization: card.organization.as_ref().and_then(line),
            })
        })
        .collect();
    if cards.is_empty() || cards.len() != raw.contacts.len() || cards.len() > CARDS_MAX {
        return Err(Problem::validation(
            "contacts must hold 1 to 10 cards, each with a name.",
        ));
    }
    Ok(Said::Words(Content::Contacts(Contacts { contacts: cards })))
}

fn shape<T: DeserializeOwned>(content: &Value) -> Result<T, Problem> {
    T::deserialize(content)
        .map_err(|error| Problem::validation(format!("Not in this shape: {error}.")))
}

/// Brings content in the words of the older client into ours: `interactive` becomes `buttons`,
/// `card` becomes a `carousel` of one card. Everything else is left as it is.
#[must_use]
pub fn adopt(content: Value) -> Value {
    match content.get("type").and_then(Value::as_str) {
        Some("interactive") if is_buttons(&content["interactive"]) => {
            let old = &content["interactive"];
            json!({
                "type": "buttons",
                "text": old["body"]["text"].as_str().unwrap_or_default(),
                "buttons": old_buttons(&old["buttons"]),
            })
        }
        Some("card") => {
            let old = content.get("card").unwrap_or(&content);
            let mut card = json!({
                "title": old["title"].as_str().unwrap_or_default(),
                "buttons": old_buttons(&old["buttons"]),
            });
            if let Some(subtitle) = old["subtitle"].as_str() {
                card["description"] = subtitle.into();
            }
            if let Some(url) = old["imageUrl"].as_str() {
                card["image"] = json!({ "url": url });
            }
            json!({ "type": "carousel", "cards": [card] })
        }
        _ => content,
    }
}

fn is_buttons(interactive: &Value) -> bool {
    interactive["type"] == "buttons" && interactive["buttons"].is_array()
}

fn old_buttons(buttons: &Value) -> Vec<Value> {
    let buttons = buttons.as_array().map(Vec::as_slice).unwrap_or_default();
    buttons
        .iter()
        .map(|old| {
            let title = old["label"].as_str().or(old["title"].as_str());
            let mut button = json!({
                "type": "reply",
                "id": old["id"].as_str().or(title).unwrap_or_default(),
                "title": title.unwrap_or_default(),
            });
            if let Some(url) = old["url"].as_str() {
                button["type"] = "url".into();
                button["url"] = url.into();
            }
            button
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;

    const FILE: &str = "fil_01hf7yat000000000000000007";
    const MESSAGE: &str = "msg_01hf7yat000000000000000007";

    #[test]
    fn what_visitors_may_say() {
        let media = MediaId::from_bytes([9; 16]);
        let file = files::file_id(media);
        let message: MessageId = MESSAGE.parse().unwrap();
        let cases = [
            (
                json!({"type":"text","text":" Hi\r\nthere "}),
                Said::Words(Content::text("Hi\nthere")),
            ),
            (
                json!({"type":"image","fileId":file,"caption":"me","url":"https://evil.example"}),
                Said::File {
                    media_id: media,
                    caption: Some("me".into()),
                },
            ),
            (
                json!({"type":"postback","payload":"q1","title":"forged","sourceMessageId":MESSAGE}),
                Said::Choice {
                    payload: "q1".into(),
                    source: message,
                },
            ),
            (
                json!({"type":"reaction","emoji":"\u{1f44d}","targetId":MESSAGE}),
                Said::Reaction {
                    emoji: "\u{1f44d}".into(),
                    target: message,
                },
            ),
            (
                json!({"type":"location","latitude":-23.55,"longitude":-46.63,"name":"forged"}),
                Said::Words(Content::Location(Location {
                    latitude: -23.55,
                    longitude: -46.63,
                    ..Location::default()
                })),
            ),
        ];
        for (content, expected) in cases {
            assert_eq!(read(&content).unwrap(), expected, "{content}");
        }
    }

    #[test]
    fn what_visitors_may_not_say() {
        let long = "x".repeat(10_001);
        let cases = [
            (json!({"type":"text","text":""}), Code::Validation),
            (json!({"type":"text","text":"\u{200b} "}), Code::Validation),
            (json!({"type":"text","text":long}), Code::Validation),
            (json!({"type":"text"}), Code::Validation),
            (json!({"type":"image","url":"https://x"}), Code::NotFound),
            (
                json!({"type":"image","fileId":FILE,"caption":"x".repeat(1_025)}),
                Code::Validation,
            ),
            (json!({"type":"postback","payload":"x"}), Code::Validation),
            (
                json!({"type":"postback","payload":"x","sourceMessageId":"cm_1"}),
                Code::InvalidPostback,
            ),
            (
                json!({"type":"postback","payload":"x".repeat(257),"sourceMessageId":MESSAGE}),
                Code::InvalidPostback,
            ),
            (
                json!({"type":"reaction","emoji":"great","targetId":MESSAGE}),
                Code::Validation,
            ),
            (
                json!({"type":"location","latitude":91.0,"longitude":0.0}),
                Code::Validation,
            ),
            (json!({"type":"contacts","contacts":[]}), Code::Validation),
            (
                json!({"type":"contacts","contacts":[{"name":" "}]}),
                Code::Validation,
            ),
            (
                json!({"type":"buttons","text":"x"}),
                Code::UnsupportedContent,
            ),
            (json!({"type":"call"}), Code::UnsupportedContent),
            (json!({}), Code::UnsupportedContent),
            (json!("text"), Code::UnsupportedContent),
        ];
        for (content, expected) in cases {
            assert_eq!(read(&content).unwrap_err().code, expected, "{content}");
        }
        let longest = json!({"type":"text","text":"\u{e9}".repeat(10_000)});
        assert!(read(&longest).is_ok());
        let caption = "\u{e9}".repeat(1_024);
        let longest = json!({"type":"document","fileId":FILE,"caption":caption});
        assert!(read(&longest).is_ok());
    }

    #[test]
    fn the_older_client_is_understood() {
        let buttons = adopt(json!({"type":"interactive","interactive":{"type":"buttons",
            "body":{"text":"Pick"},"buttons":[{"id":"a","label":"A"}]}}));
        assert_eq!(
            buttons,
            json!({"type":"buttons","text":"Pick","buttons":[{"type":"reply","id":"a","title":"A"}]})
        );
        let card = adopt(
            json!({"type":"card","card":{"title":"Beans","subtitle":"1 kg",
            "imageUrl":"https://a.example/1.jpg","buttons":[{"id":"b","label":"Buy","url":"https://a.example"}]}}),
        );
        let card: Content = serde_json::from_value(card).unwrap();
        let Content::Carousel(carousel) = card else {
            unreachable!("a card is a carousel of one");
        };
        assert_eq!(carousel.cards[0].description.as_deref(), Some("1 kg"));
        assert_eq!(
            carousel.cards[0].buttons[0].url.as_deref(),
            Some("https://a.example")
        );
        let other = json!({"type":"text","text":"x"});
        assert_eq!(adopt(other.clone()), other);
        let list = json!({"type":"interactive","interactive":{"type":"list"}});
        assert_eq!(adopt(list.clone()), list);
    }
}
