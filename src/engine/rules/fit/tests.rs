#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::channels::registry::Registry;
use crate::model::channel::ChannelKind;
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
        ("telegram", 2, "t\n\nCall: +55"),
        ("instagram", 2, "t\n\nCall: +55"),
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
        "Menu\n\nPick\nBye\n\nHot\n1. Tea - green\nCold\n2. Juice"
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
