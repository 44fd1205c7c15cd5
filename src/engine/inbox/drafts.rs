//! What somebody wants to send, checked and made ready.

use crate::base::time::Timestamp;
use crate::channels::email::wishes;
use crate::engine::error::EngineError;
use crate::engine::rules::fit::Mode;
use crate::model::Opaque;
use crate::model::content::Button;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::MessageId;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;

/// The longest text anybody may ask to send, in characters. Channels split what is longer than
/// they carry.
pub const TEXT_MAX: usize = 100_000;
/// What links of buttons may lead to: pages, what mail programs and phones open, and Telegram's own.
/// A browser would run some of the others.
const LINK_SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "tg"];

/// Something to send, or a note.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it says.
    pub content: Content,
    /// Whether it is a note among us.
    pub audience: Audience,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The id the sender's program gave it.
    pub client_id: Option<String>,
    /// What to do with what the channel cannot show.
    pub mode: Mode,
    /// Where it was written.
    pub source: Source,
    /// What an API client keeps with it.
    pub metadata: Opaque,
    /// The position of the newest entry the writer saw when beginning a reply; an answer that came
    /// after it holds the reply up. None asks nothing.
    pub seen: Option<u32>,
    /// The moment before which it must not go out; it keeps quiet hours then, and what is written
    /// later does not wait for it.
    pub not_before: Option<Timestamp>,
}

/// Who gets to see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer.
    Customer,
    /// Only us.
    Team,
}

impl Draft {
    /// Plain words to the customer.
    pub fn text(text: impl Into<String>, source: Source) -> Self {
        Self::new(Content::text(text), source)
    }

    /// Any content to the customer.
    #[must_use]
    pub fn new(content: Content, source: Source) -> Self {
        Self {
            content,
            audience: Audience::Customer,
            reply_to: None,
            client_id: None,
            mode: Mode::Degrade,
            source,
            metadata: Opaque::new(),
            seen: None,
            not_before: None,
        }
    }
}

/// Checks content that somebody wants to send, and completes what may be left out: ids of buttons
/// and rows.
///
/// # Errors
/// `VALIDATION_ERROR` or `INVALID_URL` naming the field, or `UNSUPPORTED_CONTENT_TYPE`.
pub fn check(content: &mut Content) -> Result<(), Rejection> {
    match content {
        Content::Text(text) => {
            for (index, reply) in text.quick_replies.iter_mut().enumerate() {
                complete(
                    &mut reply.id,
                    &reply.title,
                    &format!("quickReplies[{index}].title"),
                )?;
            }
            words("text", &text.text)
        }
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media)
        | Content::Sticker(media) => file("url", media),
        Content::Location(place) => {
            let fits = (-90.0..=90.0).contains(&place.latitude)
                && (-180.0..=180.0).contains(&place.longitude);
            let wrong = "must be degrees: latitude -90 to 90, longitude -180 to 180";
            if fits {
                Ok(())
            } else {
                Err(Rejection::field("location", wrong))
            }
        }
        Content::Contacts(cards) => {
            if cards
                .contacts
                .iter()
                .any(|card| !card.name.trim().is_empty())
            {
                return Ok(());
            }
            Err(Rejection::field(
                "contacts",
                "must hold at least one card with a name",
            ))
        }
        Content::Buttons(buttons) => {
            if buttons.buttons.is_empty() {
                return Err(Rejection::field("buttons", "must hold at least one button"));
            }
            check_buttons(&mut buttons.buttons, "buttons")?;
            words("text", &buttons.text)
        }
        Content::List(list) => {
            let rows = list
                .sections
                .iter_mut()
                .flat_map(|section| &mut section.rows);
            let mut count = 0;
            for row in rows {
                complete(&mut row.id, &row.title, &format!("rows[{count}].title"))?;
                count += 1;
            }
            if count == 0 {
                return Err(Rejection::field("sections", "must hold at least one row"));
            }
            words("text", &list.text)
        }
        Content::Carousel(carousel) => {
            if carousel.cards.is_empty() {
                return Err(Rejection::field("cards", "must hold at least one card"));
            }
            for (index, card) in carousel.cards.iter_mut().enumerate() {
                check_buttons(&mut card.buttons, &format!("cards[{index}].buttons"))?;
                if let Some(image) = &card.image {
                    file(&format!("cards[{index}].image.url"), image)?;
                }
                words(&format!("cards[{index}].title"), &card.title)?;
            }
            Ok(())
        }
        Content::Template(template) => words("template.name", &template.name),
        Content::Reaction(reaction) => words("targetId", &reaction.target_id),
        other => Err(unsendable(other)),
    }
}

fn unsendable(content: &Content) -> Rejection {
    let message = format!("A message of the type {} cannot be sent.", content.kind());
    Rejection::new(Code::UnsupportedContentType, message)
}

/// Checks words that somebody wrote.
///
/// # Errors
/// `VALIDATION_ERROR` naming the field; `CONTENT_TOO_LONG`.
pub fn words(field: &str, text: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::field(field, "must not be empty"));
    }
    if text.chars().count() > TEXT_MAX {
        let message = format!("{field} is longer than {TEXT_MAX} characters.");
        return Err(Rejection::new(Code::ContentTooLong, message));
    }
    Ok(())
}

fn file(field: &str, media: &Media) -> Result<(), Rejection> {
    if media.media_id.is_some() {
        return Ok(());
    }
    let wrong = "must be an http or https address, or mediaId a file that was uploaded";
    match media.url.as_deref() {
        None | Some("") => Err(Rejection::field(field, wrong)),
        Some(url) => address(field, url, &["http", "https"], wrong),
    }
}

/// Checks that something is a whole address with one of these schemes.
fn address(field: &str, url: &str, schemes: &[&str], wrong: &str) -> Result<(), Rejection> {
    if url::Url::parse(url).is_ok_and(|url| schemes.contains(&url.scheme())) {
        return Ok(());
    }
    Err(Rejection {
        code: Code::InvalidUrl,
        ..Rejection::field(field, wrong)
    })
}

fn check_buttons(buttons: &mut [Button], path: &str) -> Result<(), Rejection> {
    use crate::model::content::ButtonKind;
    for (index, button) in buttons.iter_mut().enumerate() {
        let field = |name: &str| format!("{path}[{index}].{name}");
        complete(&mut button.id, &button.title, &field("title"))?;
        let (name, target) = match button.kind {
            ButtonKind::Url => ("url", button.url.as_deref()),
            ButtonKind::Call => ("phone", button.phone.as_deref()),
            _ => continue,
        };
        let target = target.unwrap_or_default();
        if target.is_empty() {
            let wrong = "must not be empty for this type of button";
            return Err(Rejection::field(field(name), wrong));
        }
        if button.kind == ButtonKind::Url {
            let wrong = "must be an address such as https://example.com/a, mailto: or tel:";
            address(&field(name), target, &LINK_SCHEMES, wrong)?;
        }
    }
    Ok(())
}

/// Fills in an id that was left out: the title in lower case with dashes.
fn complete(id: &mut String, title: &str, field: &str) -> Result<(), Rejection> {
    words(field, title)?;
    if id.trim().is_empty() {
        *id = slug(title);
    }
    Ok(())
}

fn slug(title: &str) -> String {
    let folded = crate::base::text::fold(title);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        title.trim().to_owned()
    } else {
        words.join("-")
    }
}

/// Takes the stored files that content carries into use, and writes what they are into it.
///
/// # Errors
/// `VALIDATION_ERROR`: a file that is not there.
pub fn take_files(tx: &mut Tx<'_>, content: &mut Content) -> Result<(), EngineError> {
    for (_, media) in content.files_mut() {
        take_file(tx, media)?;
    }
    Ok(())
}

/// Takes the stored files that go with a mail beside its content into use, and writes what they are
/// into what is kept with it.
///
/// # Errors
/// `VALIDATION_ERROR`: a file that is not there.
pub fn take_enclosed(tx: &mut Tx<'_>, metadata: &mut Opaque) -> Result<(), EngineError> {
    for (index, id) in wishes::files_in(metadata).into_iter().enumerate() {
        let Some(mut stored) = attachments::get(tx, id)? else {
            let gone = "is not a file of this installation; unused uploads go after an hour";
            let field = format!("email.attachments[{index}].mediaId");
            return Err(Rejection::field(&field, gone).into());
        };
        wishes::describe(metadata, &stored);
        mark_used(tx, &mut stored)?;
    }
    Ok(())
}

fn take_file(tx: &mut Tx<'_>, media: &mut Media) -> Result<(), EngineError> {
    let Some(id) = media.media_id else {
        return Ok(());
    };
    let Some(mut stored) = attachments::get(tx, id)? else {
        let gone = "is not a file of this installation; unused uploads go after an hour";
        return Err(Rejection::field("mediaId", gone).into());
    };
    media.mime_type = Some(stored.mime_type.clone());
    media
        .filename
        .get_or_insert_with(|| stored.filename.clone());
    media.size_bytes = Some(stored.size_bytes);
    (media.width, media.height) = stored.dimensions.unzip();
    mark_used(tx, &mut stored)?;
    Ok(())
}

fn mark_used(
    tx: &mut Tx<'_>,
    stored: &mut crate::model::attachment::Attachment,
) -> Result<(), StoreError> {
    if stored.used {
        return Ok(());
    }
    stored.used = true;
    attachments::put(tx, stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Buttons;

    #[test]
    fn what_is_left_out_is_completed() {
        let button = |title: &str| Button {
            title: title.into(),
            ..Button::default()
        };
        let mut content = Content::Buttons(Buttons {
            text: "Pick one".into(),
            buttons: vec![button("Caf\u{e9} com leite"), button("\u{1f44d}")],
            ..Buttons::default()
        });
        assert_eq!(check(&mut content), Ok(()));
        let ids: Vec<_> = content
            .choices()
            .into_iter()
            .map(|(id, _)| id.to_owned())
            .collect();
        assert_eq!(ids, ["cafe-com-leite", "\u{1f44d}"]);
    }

    #[test]
    fn a_link_leads_where_a_browser_runs_nothing() {
        use crate::model::content::ButtonKind;
        use crate::model::content::Card;
        use crate::model::content::Carousel;
        let link = |url: &str| Button {
            kind: ButtonKind::Url,
            title: "Open".into(),
            url: Some(url.into()),
            ..Button::default()
        };
        for (url, fits) in [
            ("https://example.com/a", true),
            ("http://example.com", true),
            ("mailto:a@b.example", true),
            ("tel:+15550100", true),
            ("tg://resolve?domain=x", true),
            ("javascript:alert(1)", false),
            (" JavaScript:alert(1)", false),
            ("java\tscript:alert(1)", false),
            ("data:text/html,<script>x</script>", false),
            ("vbscript:x", false),
            ("file:///etc/passwd", false),
            ("/orders", false),
            ("example.com", false),
        ] {
            let card = Card {
                title: "A".into(),
                buttons: vec![link(url)],
                ..Card::default()
            };
            let cases = [
                (
                    Content::Buttons(Buttons {
                        text: "x".into(),
                        buttons: vec![link(url)],
                        ..Buttons::default()
                    }),
                    "buttons[0].url",
                ),
                (
                    Content::Carousel(Carousel {
                        cards: vec![card],
                        ..Carousel::default()
                    }),
                    "cards[0].buttons[0].url",
                ),
            ];
            for (mut content, field) in cases {
                let refused = check(&mut content).err();
                let said = refused.map(|refused| (refused.code, refused.fields[0].field.clone()));
                let expected = (!fits).then(|| (Code::InvalidUrl, field.to_owned()));
                assert_eq!(said, expected, "{url}");
            }
        }
        let pictured = Card {
            title: "A".into(),
            image: Some(Media {
                url: Some("javascript:x".into()),
                ..Media::default()
            }),
            ..Card::default()
        };
        let mut content = Content::Carousel(Carousel {
            cards: vec![pictured],
            ..Carousel::default()
        });
        let code = check(&mut content).map_err(|refused| refused.code);
        assert_eq!(code, Err(Code::InvalidUrl));
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let cases = [
            (Content::text("  "), "text"),
            (Content::Image(Media::default()), "url"),
            (
                Content::Buttons(Buttons {
                    text: "x".into(),
                    ..Buttons::default()
                }),
                "buttons",
            ),
        ];
        for (mut content, field) in cases {
            let fields = check(&mut content).map_err(|refused| refused.fields);
            let named = fields.map_err(|fields| fields.first().map(|f| f.field.clone()));
            assert_eq!(named, Err(Some(field.to_owned())));
        }
        let long = Content::text("x".repeat(TEXT_MAX + 1));
        assert_eq!(
            check(&mut long.clone()).map_err(|r| r.code),
            Err(Code::ContentTooLong)
        );
    }
}
