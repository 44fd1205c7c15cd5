#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;

use super::*;
use crate::channels::registry::Registry;
use crate::model::capability::Placing;
use crate::model::channel::ChannelKind;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Media;

fn row(kind: &str) -> &'static Capabilities {
    Registry::builtin()
        .capabilities(&ChannelKind::named(kind))
        .unwrap()
}

fn read(json: &str) -> Content {
    serde_json::from_str(json).unwrap()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "this is the shape of a link finder"
)]
fn link(media: &Media) -> Option<String> {
    let name = media.filename.as_deref().unwrap_or("file");
    Some(format!("https://l.example/{name}"))
}

fn fitted(kind: &str, json: &str) -> Fitted {
    fit(&read(json), row(kind), &link, Mode::Degrade).unwrap()
}

/// The types of the parts, in order.
fn kinds(fitted: &Fitted) -> Vec<&'static str> {
    fitted.parts.iter().map(Content::kind).collect()
}

fn buttons(count: usize, title: &str) -> String {
    let buttons: Vec<_> = (1..=count)
        .map(|n| format!(r#"{{"type":"reply","id":"b{n}","title":"{title} {n}"}}"#))
        .collect();
    format!(
        r#"{{"type":"buttons","text":"What now?","buttons":[{}]}}"#,
        buttons.join(",")
    )
}

#[test]
fn buttons_become_a_numbered_text_where_nothing_can_be_pressed() {
    for kind in ["sms", "email", "voice"] {
        let fitted = fitted(kind, &buttons(3, "Go"));
        let expected = Content::text("What now?\n\n1. Go 1\n2. Go 2\n3. Go 3");
        assert_eq!(fitted.parts, [expected]);
        assert_eq!(fitted.converted, ["3 buttons became a numbered text"]);
        let numbers: Vec<_> = fitted.choices.iter().map(|c| (c.number, &*c.id)).collect();
        assert_eq!(numbers, [(1, "b1"), (2, "b2"), (3, "b3")]);
    }
}

#[test]
fn buttons_take_the_nearest_form_there_is() {
    let cases: [(&str, usize, &[&str], Option<&str>); 10] = [
        ("whatsapp", 3, &["buttons"], None),
        ("whatsapp", 4, &["list"], Some("4 buttons became a list")),
        (
            "whatsapp",
            11,
            &["text"],
            Some("11 buttons became a numbered text"),
        ),
        ("telegram", 30, &["buttons"], None),
        (
            "facebook",
            13,
            &["text"],
            Some("13 buttons became quick replies"),
        ),
        (
            "facebook",
            14,
            &["text"],
            Some("14 buttons became a numbered text"),
        ),
        (
            "instagram",
            5,
            &["text"],
            Some("5 buttons became quick replies"),
        ),
        ("webchat", 10, &["buttons"], None),
        ("webchat", 50, &["list"], Some("50 buttons became a list")),
        (
            "rcs",
            12,
            &["text"],
            Some("12 buttons became a numbered text"),
        ),
    ];
    for (kind, count, expected, sentence) in cases {
        let fitted = fitted(kind, &buttons(count, "Go"));
        assert_eq!(kinds(&fitted), expected, "{kind} {count}");
        let first = fitted.converted.first().map(String::as_str);
        assert_eq!(first, sentence, "{kind} {count}");
    }
}

#[test]
fn long_titles_find_a_second_line_or_the_text() {
    let title = "A title of thirty-odd letters in all";
    let whatsapp = fitted("whatsapp", &buttons(2, title));
    let Content::List(list) = &whatsapp.parts[0] else {
        unreachable!("a list has a second line: {whatsapp:?}");
    };
    let row = &list.sections[0].rows[1];
    assert_eq!(row.title, "A title of thirty-odd\u{2026} 2");
    assert_eq!(
        row.description.as_deref(),
        Some("A title of thirty-odd letters in all 2")
    );

    let messenger = fitted("facebook", &buttons(2, title));
    let Content::Buttons(shown) = &messenger.parts[0] else {
        unreachable!("buttons stay buttons: {messenger:?}");
    };
    assert_eq!(
        shown.text,
        format!("What now?\n\n1. {title} 1\n2. {title} 2")
    );
    let titles: Vec<_> = shown
        .buttons
        .iter()
        .map(|b| b.title.chars().count())
        .collect();
    assert!(titles.iter().all(|length| *length <= 20));
    assert_ne!(shown.buttons[0].title, shown.buttons[1].title);
    assert_eq!(
        messenger.choices.len(),
        2,
        "the numbers in the text can be typed"
    );
}

#[test]
fn buttons_that_lead_somewhere_stay_where_they_can() {
    let mixed = r#"{"type":"buttons","text":"t","buttons":[{"type":"reply","id":"a","title":"A"},
        {"type":"url","title":"Shop","url":"https://s.example"},{"type":"call","title":"Call","phone":"+55"}]}"#;
    let cases = [
        ("webchat", 3, "t"),
        ("facebook", 3, "t"),
        ("rcs", 3, "t"),
        ("telegram", 1, "t\n\nShop: https://s.example\nCall: +55"),
        ("whatsapp", 1, "t\n\nShop: https://s.example\nCall: +55"),
    ];
    for (kind, count, text) in cases {
        let fitted = fitted(kind, mixed);
        let Content::Buttons(shown) = &fitted.parts[0] else {
            unreachable!("{kind}: {fitted:?}");
        };
        assert_eq!(
            (shown.buttons.len(), shown.text.as_str()),
            (count, text),
            "{kind}"
        );
    }
    let alone = r#"{"type":"buttons","text":"t","buttons":[{"type":"url","title":"Shop","url":"https://s.example"}]}"#;
    for kind in ["whatsapp", "telegram", "instagram"] {
        assert_eq!(fitted(kind, alone).parts, [read(alone)], "{kind}");
    }
    assert_eq!(
        fitted("sms", alone).parts,
        [Content::text("t\n\nShop: https://s.example")]
    );
}

#[test]
fn lists_keep_their_descriptions() {
    let list = r#"{"type":"list","header":"Menu","text":"Pick","footer":"Bye","buttonText":"Open","sections":[
        {"title":"Hot","rows":[{"id":"a","title":"Tea","description":"green"}]},{"title":"Cold","rows":[{"id":"b","title":"Juice"}]}]}"#;
    assert_eq!(fitted("whatsapp", list).parts, [read(list)]);
    assert_eq!(fitted("webchat", list).parts, [read(list)]);
    let messenger = fitted("facebook", list);
    let Content::Text(text) = &messenger.parts[0] else {
        unreachable!("{messenger:?}");
    };
    assert_eq!(
        text.text,
        "Menu\nPick\nBye\n\nHot\n1. Tea - green\nCold\n2. Juice"
    );
    assert_eq!(text.quick_replies.len(), 2);
    assert_eq!(
        messenger.converted,
        ["2 rows of a list became quick replies"]
    );
    let telegram = fitted("telegram", list);
    assert_eq!(kinds(&telegram), ["list"]);
    assert!(
        telegram.converted.is_empty(),
        "a header in the text is no loss"
    );
}

#[test]
fn long_text_is_split_and_choices_stay_with_its_end() {
    let sentence = "This is one of many sentences. ";
    let long = sentence.repeat(100);
    let fitted_text = fitted("sms", &format!(r#"{{"type":"text","text":"{long}"}}"#));
    assert_eq!(fitted_text.parts.len(), 2);
    assert_eq!(
        fitted_text.converted,
        ["The text was split into 2 messages"]
    );
    assert!(
        fitted_text
            .parts
            .iter()
            .all(|part| part.words().ends_with('.'))
    );

    let replies =
        format!(r#"{{"type":"text","text":"{long}","quickReplies":[{{"id":"y","title":"Yes"}}]}}"#);
    let messenger = fitted("facebook", &replies);
    let Some(Content::Text(last)) = messenger.parts.last() else {
        unreachable!("{messenger:?}");
    };
    assert_eq!(last.quick_replies.len(), 1);
    assert!(messenger.parts.len() > 1);
    let others = &messenger.parts[..messenger.parts.len() - 1];
    assert!(others.iter().all(|part| part.choices().is_empty()));
}

#[test]
fn files_are_carried_or_linked_to() {
    let document =
        r#"{"type":"document","filename":"offer.pdf","caption":"Our offer","sizeBytes":1000}"#;
    let cases = [
        (
            "sms",
            document,
            vec!["text"],
            Some("The document became a link"),
        ),
        (
            "instagram",
            document,
            vec!["text"],
            Some("The document became a link"),
        ),
        ("whatsapp", document, vec!["document"], None),
        (
            "facebook",
            document,
            vec!["document", "text"],
            Some("The caption became a message of its own"),
        ),
        (
            "whatsapp",
            r#"{"type":"image","sizeBytes":6000000}"#,
            vec!["document"],
            Some("The picture was too large and became a document"),
        ),
        (
            "telegram",
            r#"{"type":"video","sizeBytes":60000000}"#,
            vec!["text"],
            Some("The video was too large and became a link"),
        ),
        (
            "facebook",
            r#"{"type":"sticker","sizeBytes":10}"#,
            vec!["image"],
            Some("The sticker became a picture"),
        ),
        ("voice", r#"{"type":"audio"}"#, vec!["audio"], None),
        (
            "voice",
            r#"{"type":"image"}"#,
            vec!["text"],
            Some("The picture became a link"),
        ),
    ];
    for (kind, json, expected, sentence) in cases {
        let fitted = fitted(kind, json);
        assert_eq!(kinds(&fitted), expected, "{kind} {json}");
        assert_eq!(
            fitted.converted.first().map(String::as_str),
            sentence,
            "{kind} {json}"
        );
    }
    assert_eq!(
        fitted("sms", document).parts,
        [Content::text(
            "Our offer\noffer.pdf: https://l.example/offer.pdf"
        )]
    );
}

#[test]
fn a_file_without_any_address_is_refused_rather_than_lost() {
    let content = read(r#"{"type":"document","filename":"a.pdf"}"#);
    let refused = fit(&content, row("sms"), &|_| None, Mode::Degrade).unwrap_err();
    assert_eq!(refused.code, Code::UnsupportedContentType);
    let foreign = read(r#"{"type":"document","url":"https://x.example/a.pdf"}"#);
    let fitted = fit(&foreign, row("sms"), &|_| None, Mode::Degrade).unwrap();
    assert_eq!(fitted.parts, [Content::text("https://x.example/a.pdf")]);
}

#[test]
fn cards_are_told_where_they_cannot_be_shown() {
    let cards = r#"{"type":"carousel","text":"Ours","cards":[
        {"title":"Beans","description":"1 kg","image":{"filename":"beans.jpg"},"buttons":[{"id":"b1","title":"Buy"}]},
        {"title":"Cup","image":{"filename":"cup.jpg"},"buttons":[{"id":"b2","title":"Take"}]}]}"#;
    for kind in [
        "whatsapp",
        "telegram",
        "webchat",
        "facebook",
        "instagram",
        "rcs",
    ] {
        assert_eq!(fitted(kind, cards).parts, [read(cards)], "{kind}");
    }
    let email = fitted("email", cards);
    assert_eq!(kinds(&email), ["text", "image", "image"]);
    assert_eq!(email.parts[1].words(), "Beans\n1 kg\n\n1. Buy");
    assert_eq!(email.parts[2].words(), "Cup\n\n2. Take");
    assert_eq!(email.converted, ["2 cards became messages of their own"]);
    assert_eq!(
        email.choices.iter().map(|c| c.number).collect::<Vec<_>>(),
        [1, 2]
    );

    let sms = fitted("sms", cards);
    assert_eq!(
        sms.parts,
        [Content::text(
            "Ours\n\nBeans\n1 kg\nhttps://l.example/beans.jpg\n1. Buy\n\nCup\nhttps://l.example/cup.jpg\n2. Take"
        )]
    );
    let many: Vec<_> = (0..12).map(|n| format!(r#"{{"title":"T{n}"}}"#)).collect();
    let many = format!(r#"{{"type":"carousel","cards":[{}]}}"#, many.join(","));
    let dealt = fitted("rcs", &many);
    assert_eq!(kinds(&dealt), ["carousel", "carousel"]);
    assert_eq!(dealt.converted, ["12 cards were dealt out to 2 carousels"]);
}

#[test]
fn places_contacts_and_templates_become_words() {
    let cases = [
        (
            r#"{"type":"location","latitude":-23.5,"longitude":-46.25,"name":"Aurora","address":"Rua A, 1"}"#,
            "Aurora\nRua A, 1\nhttps://maps.google.com/?q=-23.5,-46.25",
        ),
        (
            r#"{"type":"contacts","contacts":[{"name":"Paula","phones":["+55 11"],"emails":["p@e.co"]},{"name":"Bo"}]}"#,
            "Paula: +55 11, p@e.co\nBo",
        ),
        (
            r#"{"type":"template","name":"order","language":"en","text":"Your order is ready"}"#,
            "Your order is ready",
        ),
    ];
    for (json, expected) in cases {
        let fitted = fitted("sms", json);
        assert_eq!(fitted.parts, [Content::text(expected)]);
        assert_eq!(fitted.converted.len(), 1);
    }
}

#[test]
fn what_nobody_can_send_is_refused() {
    let cases = [
        ("webchat", r#"{"type":"postback","payload":"x"}"#),
        ("whatsapp", r#"{"type":"storyMention"}"#),
        ("voice", r#"{"type":"call","status":"ringing"}"#),
        ("sms", r#"{"type":"reaction","emoji":"x","targetId":"m"}"#),
        (
            "sms",
            r#"{"type":"template","name":"order","language":"en"}"#,
        ),
    ];
    for (kind, json) in cases {
        let refused = fit(&read(json), row(kind), &link, Mode::Degrade).unwrap_err();
        assert_eq!(refused.code, Code::UnsupportedContentType, "{kind} {json}");
    }
}

#[test]
fn strict_refuses_what_would_be_converted() {
    let long = format!(r#"{{"type":"text","text":"{}"}}"#, "word ".repeat(400));
    let cases = [
        ("sms", buttons(1, "Go"), Some(Code::UnsupportedContentType)),
        ("sms", long, Some(Code::ContentTooLong)),
        (
            "sms",
            r#"{"type":"document","filename":"a"}"#.to_owned(),
            Some(Code::UnsupportedContentType),
        ),
        (
            "telegram",
            r#"{"type":"video","sizeBytes":60000000}"#.to_owned(),
            Some(Code::ContentTooLong),
        ),
        (
            "facebook",
            buttons(3, "A title that is too long"),
            Some(Code::ContentTooLong),
        ),
        ("facebook", buttons(3, "Go"), None),
        (
            "facebook",
            r#"{"type":"buttons","header":"H","text":"t","buttons":[{"id":"a","title":"A"}]}"#
                .to_owned(),
            None,
        ),
    ];
    for (kind, json, expected) in cases {
        let verdict = fit(&read(&json), row(kind), &link, Mode::Strict);
        let code = verdict.err().map(|rejection| rejection.code);
        assert_eq!(code, expected, "{kind} {json}");
    }
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
            within(&text.text, row.interactive_text_max)
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
