//! The table of section 2.5.

use serde_json::json;

use super::Bench;
use super::proof_of;
use super::refused;
use crate::engine::webchat::Peer;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::sessions::Farewell;
use crate::model::content::Content;
use crate::store::records::contacts;
use crate::store::records::conversations;

#[tokio::test]
async fn a_proved_person_has_one_history_on_every_device() {
    let bench = Bench::new(json!({})).await;
    let phone = bench.proved("user_42").await;
    bench.say(&phone, "cm_1", "from the phone").await;
    let laptop = bench.proved("user_42").await;
    assert_eq!(laptop.caller.visitor.id, phone.caller.visitor.id);
    assert_ne!(laptop.caller.session.id, phone.caller.session.id);
    assert_eq!(bench.history(&laptop), [(1, "from the phone".to_owned())]);
    let contact = laptop.caller.visitor.contact_id.unwrap();
    let read = bench.context.store.snapshot().unwrap();
    let contact = contacts::get(&read, contact).unwrap().unwrap();
    assert_eq!(contact.external_id.as_deref(), Some("user_42"));
    assert_eq!(contact.name, "Name of user_42");
}

#[tokio::test]
async fn claims_prove_nothing() {
    let bench = Bench::new(json!({})).await;
    let known = bench.proved("user_42").await;
    bench.say(&known, "cm_1", "private").await;
    for user in [
        json!({ "id": "user_42", "email": "ana@example.com" }),
        json!({ "id": "user_42", "userHash": "00" }),
        json!({ "id": "user_42", "token": "a.b.c" }),
    ] {
        let opened = bench.open(None, json!({ "user": user })).await;
        assert!(!opened.verified);
        let browser = bench.browser(&opened.token.unwrap());
        assert_ne!(browser.caller.visitor.id, known.caller.visitor.id);
        assert!(bench.history(&browser).is_empty());
        assert_eq!(browser.caller.visitor.external_id, None);
    }
    let forged = json!({ "user": { "id": "user_42", "userHash": "00" } });
    let opened = bench.open(None, forged).await;
    assert_eq!(opened.identity.unwrap().error, "identity_unverified");
}

#[tokio::test]
async fn required_identity_is_asked_for_and_the_chat_goes_on() {
    let bench = Bench::new(json!({ "identityMode": "required" })).await;
    let opened = bench
        .open(None, json!({ "user": { "id": "user_42" } }))
        .await;
    assert_eq!(opened.identity.unwrap().error, "identity_unverified");
    let browser = bench.browser(&opened.token.unwrap());
    bench.say(&browser, "cm_1", "anonymous all the same").await;
}

#[tokio::test]
async fn an_anonymous_history_goes_over_to_the_proved_person() {
    let bench = Bench::new(json!({})).await;
    let phone = bench.proved("user_42").await;
    bench.say(&phone, "cm_1", "first").await;
    bench
        .context
        .clock
        .advance(std::time::Duration::from_secs(10));
    let guest = bench.stranger().await;
    let ack = bench.say(&guest, "cm_1", "second").await;
    bench
        .reply(ack.conversation_id, Content::text("third"))
        .await;
    let other = bench.stranger().await;
    bench
        .context
        .clock
        .advance(std::time::Duration::from_secs(10));
    bench.say(&phone, "cm_2", "fourth").await;

    let said = json!({ "user": proof_of("user_42") });
    let opened = bench.open(Some(&guest.token), said).await;
    assert!(opened.verified && opened.reset && !opened.resumed);
    assert_eq!(opened.visitor_id, phone.caller.visitor.id);
    assert_eq!(opened.session_id, guest.caller.session.id);
    let fresh = opened.token.unwrap();
    let site = bench.webchat.site(bench.channel).unwrap();
    let old = bench.webchat.caller(&site, Some(&guest.token)).map(drop);
    assert_eq!(
        refused(old).code,
        Code::TokenInvalid,
        "the old token is revoked"
    );
    assert!(bench.webchat.caller(&site, Some(&other.token)).is_ok());

    // The fourth place is the receipt that came with the answer.
    let joint: Vec<(u64, String)> = [(1, "first"), (2, "second"), (3, "third"), (5, "fourth")]
        .map(|(seq, text)| (seq, text.to_owned()))
        .to_vec();
    let now = bench.browser(&fresh);
    assert_eq!(bench.history(&now), joint);
    assert_eq!(bench.history(&phone), joint, "on every device");
    assert_eq!(now.caller.visitor.unread, 1);
    assert_eq!(now.caller.visitor.generation, 1);
    assert_eq!(now.caller.session.generation, 1);
    assert_eq!(bench.browser(&phone.token).caller.session.generation, 0);

    // Answers in the conversation that moved reach the person, and the contact is one.
    bench
        .reply(ack.conversation_id, Content::text("fifth"))
        .await;
    assert_eq!(
        bench.history(&phone).last().unwrap(),
        &(6, "fifth".to_owned())
    );
    let read = bench.context.store.snapshot().unwrap();
    let moved = conversations::get(&read, ack.conversation_id)
        .unwrap()
        .unwrap();
    assert_eq!(Some(moved.contact_id), now.caller.visitor.contact_id);
}

#[tokio::test]
async fn somebody_else_at_the_same_computer_starts_afresh() {
    let bench = Bench::new(json!({})).await;
    let ana = bench.proved("ana").await;
    bench.say(&ana, "cm_1", "of ana").await;
    let said = json!({ "user": proof_of("rui") });
    let opened = bench.open(Some(&ana.token), said).await;
    assert!(!opened.resumed);
    assert_ne!(opened.visitor_id, ana.caller.visitor.id);
    let rui = bench.browser(&opened.token.unwrap());
    assert!(bench.history(&rui).is_empty());
    assert_eq!(
        bench.history(&ana).len(),
        1,
        "the old token stays with its person"
    );
}

#[tokio::test]
async fn facts_about_a_proved_person_change_only_with_a_proof() {
    let bench = Bench::new(json!({})).await;
    let ana = bench.proved("ana").await;
    let said = serde_json::from_value(json!({ "user": { "name": "Mallory" } })).unwrap();
    let peer = Peer::default();
    let answer = bench
        .webchat
        .update(&ana.caller, said, &peer)
        .await
        .unwrap();
    assert_eq!(answer.identity.unwrap().error, "identity_unverified");
    let name = bench.browser(&ana.token).caller.visitor.claims.name;
    assert_eq!(name.as_deref(), Some("Name of ana"));
    let mut proof = proof_of("ana");
    proof["name"] = "Ana Silva".into();
    let said = serde_json::from_value(json!({ "user": proof })).unwrap();
    let answer = bench
        .webchat
        .update(&ana.caller, said, &peer)
        .await
        .unwrap();
    assert_eq!(answer.user.unwrap().name.as_deref(), Some("Ana Silva"));
}

#[tokio::test]
async fn a_token_ends_with_its_session_its_channel_and_its_time() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let site = bench.webchat.site(bench.channel).unwrap();
    for forged in [
        "",
        "wct_",
        "wct_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ] {
        assert!(bench.webchat.caller(&site, Some(forged)).is_err());
    }
    let lost = bench.open(Some("wct_forged"), json!({})).await;
    assert_eq!(lost.reason, Some("token_invalid"));
    assert!(lost.token.is_some() && !lost.resumed);

    let day = std::time::Duration::from_secs(24 * 3_600);
    bench.context.clock.advance(day * 29);
    let resumed = bench.open(Some(&browser.token), json!({})).await;
    assert!(resumed.resumed && resumed.token.is_none());
    bench.context.clock.advance(day * 29);
    assert!(
        bench.webchat.caller(&site, Some(&browser.token)).is_ok(),
        "it was put off"
    );
    bench.context.clock.advance(day * 2);
    let over = bench.webchat.caller(&site, Some(&browser.token)).map(drop);
    assert_eq!(refused(over).code, Code::TokenExpired);

    let other = bench.stranger().await;
    bench
        .webchat
        .end(&other.caller, Farewell::LogOut)
        .await
        .unwrap();
    let ended = bench.webchat.caller(&site, Some(&other.token)).map(drop);
    assert_eq!(refused(ended).code, Code::TokenInvalid);
}
