//! Templates: our copies of them, and what they let go out.

use futures_util::stream;
use serde_json::Value;
use serde_json::json;

use super::House;
use super::code;
use super::vendor::Answer;
use super::vendor::takes;
use crate::engine::inbox::files::Bringer;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::content::Content;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::rejection::Code;
use crate::model::template::Template;
use crate::model::template::TemplateChanges;
use crate::model::template::TemplateDraft;

fn told(id: &str, status: &str) -> Value {
    json!({
        "externalId": id, "name": "order", "language": id, "category": "UTILITY",
        "status": status,
        "components": [{ "type": "BODY", "text": "Hi {{1}}, your order is ready." }],
    })
}

fn order(language: &str, names: &[&str]) -> Content {
    let parameters: Vec<Value> = names
        .iter()
        .map(|name| json!({ "type": "text", "text": name }))
        .collect();
    let content = json!({
        "type": "template", "name": "order", "language": language,
        "components": [{ "type": "body", "parameters": parameters }],
    });
    serde_json::from_value(content).unwrap()
}

impl House {
    /// The vendor has these templates from now on.
    fn keeps(&self, templates: Vec<Value>) {
        self.vendor.answers(move |request| {
            if request.line.contains("/list") {
                let all = Value::Array(templates.clone()).to_string();
                return Answer::Reply(200, Vec::new(), all.into_bytes());
            }
            takes(request)
        });
    }

    async fn sync(&self) -> Vec<Template> {
        let (templates, system) = (&self.engine.templates, Actor::system());
        templates.sync(&system, self.channel).await.unwrap()
    }

    fn copies(&self) -> Vec<(String, String)> {
        let (templates, system) = (&self.engine.templates, Actor::system());
        let found = templates.list(&system, self.channel).unwrap().into_iter();
        found
            .map(|one| (one.told.language, one.told.status))
            .collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    expected.iter().map(owned).collect()
}

#[tokio::test]
async fn our_copies_follow_the_vendor() {
    let house = House::with("reaching").await;
    house.keeps(vec![told("en", "PENDING"), told("pt_BR", "APPROVED")]);
    let first = house.sync().await;
    assert_eq!(
        house.copies(),
        pairs(&[("en", "PENDING"), ("pt_BR", "APPROVED")])
    );
    house.keeps(vec![told("en", "APPROVED"), told("es", "PENDING")]);
    let second = house.sync().await;
    assert_eq!(
        house.copies(),
        pairs(&[("en", "APPROVED"), ("es", "PENDING")])
    );
    assert_eq!(first[0].id, second[0].id, "the same template keeps its id");
    let news = json!([
        { "event": "template", "externalId": "es", "status": "REJECTED", "reason": "SCAM" },
        { "event": "template", "externalId": "nobody's", "status": "PAUSED" },
    ]);
    let news: Vec<InboundEvent> = serde_json::from_value(news).unwrap();
    let ingest = &house.engine.ingest;
    ingest.record(house.channel, news).await.unwrap();
    assert_eq!(
        house.copies(),
        pairs(&[("en", "APPROVED"), ("es", "REJECTED")])
    );
}

#[tokio::test]
async fn a_channel_that_connects_asks_by_itself_and_again_each_hour() {
    let mut house = House::with("reaching").await;
    house.keeps(vec![told("en", "PENDING")]);
    house.work();
    let (channels, system) = (&house.engine.channels, Actor::system());
    channels.connect(&system, house.channel).await.unwrap();
    house
        .until("they are here", |house| {
            house.copies() == pairs(&[("en", "PENDING")])
        })
        .await;
    house.keeps(vec![told("en", "APPROVED")]);
    house
        .until("they are told anew", |house| {
            house.advance(600);
            house.copies() == pairs(&[("en", "APPROVED")])
        })
        .await;
    // Other words are only hinted at: they are asked for at once.
    house.keeps(vec![told("en", "APPROVED"), told("fr", "APPROVED")]);
    let news = json!([{ "event": "template", "externalId": "en" }]);
    let news: Vec<InboundEvent> = serde_json::from_value(news).unwrap();
    house
        .engine
        .ingest
        .record(house.channel, news)
        .await
        .unwrap();
    house
        .until("the words are asked for", |house| {
            house.copies() == pairs(&[("en", "APPROVED"), ("fr", "APPROVED")])
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn a_template_goes_out_at_any_time_once_it_is_approved() {
    let mut house = House::with("reaching").await;
    house.keeps(vec![told("en", "APPROVED"), told("es", "PENDING")]);
    house.sync().await;
    house.hear("ana", Content::text("hi")).await;
    house.advance(30 * 3_600);
    let closed = house.send("ana", "free words").await;
    assert_eq!(code(closed), Code::OutsideMessageWindow);
    let pending = house.send_content("ana", order("es", &["Ana"])).await;
    assert_eq!(code(pending), Code::TemplateNotApproved);
    let short = house.send_content("ana", order("en", &[])).await;
    assert_eq!(code(short), Code::ValidationError);
    house.work();
    let sent = house
        .send_content("ana", order("en", &["Ana"]))
        .await
        .unwrap();
    assert_eq!(sent.content.words(), "Hi Ana, your order is ready.");
    house.until_state(&sent, Delivery::Sent).await;
    let unknown = house
        .send_content("ana", order("fr", &["Ana"]))
        .await
        .unwrap();
    house.until_state(&unknown, Delivery::Sent).await;
    house.stop().await;
}

#[tokio::test]
async fn a_template_is_handed_in_with_its_example_and_taken_away_again() {
    let house = House::with("reaching").await;
    let bringer = Bringer {
        who: Who::System,
        session: None,
    };
    let bytes = stream::iter([Ok::<_, std::io::Error>(b"an example picture")]);
    let files = &house.engine.files;
    let kept = files.keep(bringer, "a.txt", bytes, 1_000, |_, _| Ok(()));
    let id = kept.await.unwrap().id.to_string();
    let header = json!([{ "type": "HEADER", "example": { "header_handle": [id] } }]);
    let draft = TemplateDraft {
        name: "promo".to_owned(),
        language: "en".to_owned(),
        category: "MARKETING".to_owned(),
        components: serde_json::from_value(header).unwrap(),
        ..TemplateDraft::default()
    };
    let (templates, system) = (&house.engine.templates, Actor::system());
    let made = templates
        .create(&system, house.channel, draft.clone())
        .await;
    let made = made.unwrap();
    assert_eq!(house.vendor.heard("/raw")[0].body, "an example picture");
    assert_eq!(
        (made.told.name.as_str(), made.told.status.as_str()),
        ("promo", "PENDING")
    );
    assert!(made.told.external_id.is_some());
    let twice = templates.create(&system, house.channel, draft).await;
    assert_eq!(code(twice), Code::ResourceAlreadyExists);
    templates
        .delete(&system, house.channel, made.id)
        .await
        .unwrap();
    assert_eq!(house.vendor.heard("/remove")[0].field("text"), "promo");
    assert_eq!(house.copies(), []);
}

#[tokio::test]
async fn a_template_that_was_handed_in_is_handed_in_again() {
    let house = House::with("reaching").await;
    house.keeps(vec![told("en", "REJECTED")]);
    let held = house.sync().await.remove(0);
    let (templates, system) = (&house.engine.templates, Actor::system());
    let body = |text: &str| json!([{ "type": "BODY", "text": text }]);
    let changes = |category: Option<&str>, text: &str| TemplateChanges {
        category: category.map(str::to_owned),
        components: serde_json::from_value(body(text)).unwrap(),
    };
    let wrong = changes(Some("WRONG"), "x");
    let refused = templates.edit(&system, house.channel, held.id, wrong).await;
    assert_eq!(code(refused), Code::ValidationError);
    assert_eq!(house.vendor.heard("/change").len(), 0);
    let right = changes(None, "Your order is here.");
    let changed = templates.edit(&system, house.channel, held.id, right).await;
    let changed = changed.unwrap();
    assert_eq!(house.vendor.heard("/change")[0].field("text"), "order");
    assert_eq!(
        (changed.id, changed.told.status.as_str()),
        (held.id, "PENDING")
    );
    assert_eq!(json!(changed.told.components), body("Your order is here."));
    assert_eq!(house.copies(), pairs(&[("en", "PENDING")]));
}

#[tokio::test]
async fn a_channel_whose_vendor_keeps_none_says_so() {
    let house = House::with("fast").await;
    let (templates, system) = (&house.engine.templates, Actor::system());
    let refused = templates.sync(&system, house.channel).await;
    assert_eq!(code(refused), Code::UnsupportedContentType);
}
