//! What is true of every fitting, whatever is asked of whatever channel.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;

use super::*;
use crate::channels::registry::Registry;
use crate::model::capability::Placing;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Media;

#[expect(
    clippy::unnecessary_wraps,
    reason = "this is the shape of a link finder"
)]
fn link(media: &Media) -> Option<String> {
    let name = media.filename.as_deref().unwrap_or("file");
    Some(format!("https://l.example/{name}"))
}

/// Whether a channel takes a part, read from the row independently of the code under test.
fn takes(row: &Capabilities, part: &Content) -> bool {
    let chars = |text: &str| text.chars().count();
    let within = |text: &str, max: usize| row.counting.measure(text) <= max;
    let line = |text: &Option<String>| text.as_deref().is_none_or(|t| chars(t) <= row.header_max);
    let placed = |button: &Button, count: usize| {
        let placing = match button.kind {
            ButtonKind::Reply => return true,
            ButtonKind::Url => row.url_buttons,
            ButtonKind::Call => row.call_buttons,
            ButtonKind::Location => row.location_buttons,
        };
        placing == Placing::Anywhere || (placing == Placing::Alone && count == 1)
    };
    let shown = |buttons: &[Button], max: usize| {
        buttons.len() <= max
            && buttons.iter().all(|button| {
                chars(&button.title) <= row.button_title_max && placed(button, buttons.len())
            })
    };
    let file = |media: &Media, max: u64| {
        max > 0
            && media.size_bytes.unwrap_or(0) <= max
            && within(
                media.caption.as_deref().unwrap_or_default(),
                row.caption_max,
            )
    };
    match part {
        Content::Text(text) if text.quick_replies.is_empty() => within(&text.text, row.text_max),
        Content::Text(text) => {
            let max = match row.quick_reply_text_max {
                0 => row.interactive_text_max,
                max => max,
            };
            within(&text.text, max)
                && text.quick_replies.len() <= row.quick_replies_max
                && text
                    .quick_replies
                    .iter()
                    .all(|r| chars(&r.title) <= row.quick_reply_title_max)
        }
        Content::Buttons(buttons) => {
            within(&buttons.text, row.interactive_text_max)
                && line(&buttons.header)
                && line(&buttons.footer)
                && shown(&buttons.buttons, row.buttons_max)
        }
        Content::List(list) => {
            let rows: Vec<_> = list.sections.iter().flat_map(|s| &s.rows).collect();
            within(&list.text, row.interactive_text_max)
                && line(&list.header)
                && line(&list.footer)
                && rows.len() <= row.list_rows_max
                && list.sections.len() <= row.list_sections_max
                && list
                    .sections
                    .iter()
                    .all(|s| chars(&s.title) <= row.list_title_max)
                && rows.iter().all(|r| {
                    chars(&r.title) <= row.list_title_max
                        && r.description
                            .as_deref()
                            .is_none_or(|d| chars(d) <= row.list_description_max)
                })
        }
        Content::Image(media) => file(media, row.media.image_bytes),
        Content::Video(media) => file(media, row.media.video_bytes),
        Content::Audio(media) => file(media, row.media.audio_bytes),
        Content::Document(media) => file(media, row.media.document_bytes),
        Content::Sticker(media) => row.stickers && media.caption.is_none(),
        Content::Location(_) => row.locations,
        Content::Contacts(_) => row.contacts,
        Content::Carousel(carousel) => {
            carousel.cards.len() <= row.cards_max
                && carousel
                    .text
                    .as_deref()
                    .is_none_or(|t| within(t, row.interactive_text_max))
                && carousel.cards.iter().all(|card| {
                    chars(&card.title) <= row.card_title_max
                        && card
                            .description
                            .as_deref()
                            .is_none_or(|d| chars(d) <= row.card_description_max)
                        && shown(&card.buttons, row.card_buttons_max)
                        && card
                            .image
                            .as_ref()
                            .is_none_or(|image| file(image, row.media.image_bytes))
                })
        }
        Content::Template(_) => row.matrix.templates != Support::None,
        _ => false,
    }
}

/// Every word of content, wherever it stands; ids and labels of controls are no words.
fn all_words(content: &Content) -> String {
    let value = serde_json::to_value(content).unwrap();
    let mut words = Vec::new();
    collect(&value, &mut words);
    words.join(" ")
}

fn collect(value: &serde_json::Value, words: &mut Vec<String>) {
    const WORDS: [&str; 11] = [
        "text",
        "title",
        "description",
        "header",
        "footer",
        "caption",
        "url",
        "phone",
        "name",
        "filename",
        "address",
    ];
    match value {
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    serde_json::Value::String(text) if WORDS.contains(&key.as_str()) => {
                        words.push(text.clone());
                    }
                    serde_json::Value::String(_) => {}
                    other => collect(other, words),
                }
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                match item {
                    serde_json::Value::String(text) => words.push(text.clone()),
                    other => collect(other, words),
                }
            }
        }
        _ => {}
    }
}

/// A sentence of short words, each with a number of its own so that a lost one is seen.
fn words(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(
        ("[a-z\u{e9}\u{1f600}]{1,5}", 0u32..1_000_000),
        1..most.max(2),
    )
    .prop_map(|words| {
        let words: Vec<_> = words
            .into_iter()
            .map(|(word, n)| format!("{word}{n}"))
            .collect();
        words.join(" ")
    })
}

fn button() -> impl Strategy<Value = serde_json::Value> {
    ("reply|url|call|location", words(5)).prop_map(|(kind, title)| match kind.as_str() {
        "url" => serde_json::json!({"type":kind,"title":title,"url":"https://u.example"}),
        "call" => serde_json::json!({"type":kind,"title":title,"phone":"+5511"}),
        _ => serde_json::json!({"type":kind,"id":title,"title":title}),
    })
}

fn choice_row() -> impl Strategy<Value = serde_json::Value> {
    (words(5), prop::option::of(words(12)))
        .prop_map(|(title, description)| serde_json::json!({"id":title,"title":title,"description":description}))
}

fn content() -> impl Strategy<Value = Content> {
    let line = || prop::option::of(words(9));
    let text = || words(700);
    let reply = words(5).prop_map(|t| serde_json::json!({"id":t,"title":t}));
    let section = (
        prop_oneof![Just(String::new()), words(4)],
        prop::collection::vec(choice_row(), 1..8),
    )
        .prop_map(|(title, rows)| serde_json::json!({"title":title,"rows":rows}));
    let image = prop::option::of(0u64..200_000_000)
        .prop_map(|size| size.map(|size| serde_json::json!({"filename":"i.jpg","sizeBytes":size})));
    let card = (words(14), prop::option::of(words(30)), image, prop::collection::vec(button(), 0..5))
        .prop_map(|(title, description, image, buttons)| {
            serde_json::json!({"title":title,"description":description,"image":image,"buttons":buttons})
        });
    let json = prop_oneof![
        (text(), prop::collection::vec(reply, 0..16))
            .prop_map(|(t, q)| serde_json::json!({"type":"text","text":t,"quickReplies":q})),
        (line(), text(), line(), prop::collection::vec(button(), 1..15)).prop_map(|(h, t, f, b)| {
            serde_json::json!({"type":"buttons","header":h,"text":t,"footer":f,"buttons":b})
        }),
        (line(), text(), line(), prop::collection::vec(section, 1..5)).prop_map(|(h, t, f, s)| {
            serde_json::json!({"type":"list","header":h,"text":t,"footer":f,"buttonText":"Open","sections":s})
        }),
        ("image|video|audio|document|sticker", prop::option::of(words(300)), 0u64..200_000_000).prop_map(
            |(kind, caption, size)| {
                serde_json::json!({"type":kind,"caption":caption,"filename":"f.bin","sizeBytes":size})
            }
        ),
        (prop::option::of(words(200)), prop::collection::vec(card, 1..13))
            .prop_map(|(t, c)| serde_json::json!({"type":"carousel","text":t,"cards":c})),
        words(50).prop_map(|t| serde_json::json!({"type":"location","latitude":1.5,"longitude":2.5,"name":t})),
        words(50).prop_map(|t| serde_json::json!({"type":"contacts","contacts":[{"name":t,"phones":["+55"]}]})),
        text().prop_map(|t| serde_json::json!({"type":"template","name":"order","language":"en","text":t})),
    ];
    json.prop_map(|json| serde_json::from_value(without_nulls(json)).unwrap())
}

fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(key, field)| (key, without_nulls(field)))
            .collect(),
        serde_json::Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sent_fits_is_whole_and_stays_as_it_is(content in content()) {
        for known in Registry::builtin().rows() {
            let row = known.capabilities;
            let fitted = fit(&content, row, &link, Mode::Degrade).unwrap();
            prop_assert!(!fitted.parts.is_empty());

            let sent: Vec<_> = fitted.parts.iter().map(all_words).collect();
            let sent = sent.join(" ");
            let asked = match &content {
                // A template the channel does not know is sent as its text.
                Content::Template(template) => template.text.clone().unwrap_or_default(),
                _ => all_words(&content),
            };
            for word in asked.split_whitespace() {
                prop_assert!(sent.contains(word), "{} lost {word}", known.kind);
            }

            for part in &fitted.parts {
                prop_assert!(takes(row, part), "{} does not take {part:?}", known.kind);
                let again = fit(part, row, &link, Mode::Strict).unwrap();
                prop_assert_eq!(&again.parts, std::slice::from_ref(part), "{}", known.kind);
            }

            let offered = content.choices();
            for choice in &fitted.choices {
                let (id, title) = offered[choice.number - 1];
                prop_assert_eq!((id, title), (choice.id.as_str(), choice.title.as_str()));
            }

            let strict = fit(&content, row, &link, Mode::Strict);
            prop_assert_eq!(strict.is_ok(), fitted.converted.is_empty());
        }
    }
}
