//! Consent that somebody of ours writes down: it closes a number for every sender, and opening it
//! again takes an administrator with a reason.

use linktor::sandbox::chat::Side;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// The only contact, and the address it has.
async fn person(server: &Server) -> (String, Value) {
    let list = server.api().get("/contacts").await.ok();
    let contact = &list["data"][0];
    let id = contact["id"].as_str().unwrap().to_owned();
    (id, contact["identifiers"][0].clone())
}

async fn noted(server: &Server) -> Vec<(String, String)> {
    let audit = server.api().get("/audit").await.ok();
    let all = audit["data"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|entry| (text(&entry["action"]), text(&entry["details"]["reason"])))
        .filter(|(action, _)| action.starts_with("contact.opted"))
        .collect()
}

#[test]
fn what_somebody_says_on_the_phone_holds_for_every_sender() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("twilio")).await;
        let (contact, address) = person(server).await;
        let path = format!("/contacts/{contact}/consent");
        let wish = |status: &str, reason: &str| json!({"identifierId": address["id"], "status": status, "reason": reason});
        server.colleague("agent").await;
        let agent = server.signed_in("agent@example.com").await;
        let told = agent
            .post(&path, wish("optedOut", "Said so on the phone"))
            .await;
        assert!(told.ok()["identifiers"][0]["optedOutAt"].is_string());
        let hello = json!({"type": "text", "text": "Hello?"});
        line.send(hello.clone())
            .await
            .refused(422, "CONTACT_OPTED_OUT");
        // Saying it again is no news.
        agent.post(&path, wish("optedOut", "")).await.ok();

        let signed = wish("optedIn", "Signed the form at the counter");
        let refused = agent.post(&path, signed.clone()).await;
        refused.refused(403, "INSUFFICIENT_PERMISSIONS");
        let api = server.api();
        let why = api.post(&path, wish("optedIn", "  ")).await;
        let why = why.refused(400, "VALIDATION_ERROR");
        assert_eq!(why["error"]["details"][0]["field"], "reason", "{why}");
        let long = "x".repeat(501);
        api.post(&path, wish("optedIn", &long))
            .await
            .refused(400, "VALIDATION_ERROR");
        let nobody =
            json!({"identifierId": format!("ident_{}", "0".repeat(26)), "status": "optedOut"});
        api.post(&path, nobody)
            .await
            .refused(404, "RESOURCE_NOT_FOUND");
        let odd = wish("maybe", "");
        api.post(&path, odd).await.refused(400, "VALIDATION_ERROR");
        let told = api.post(&path, signed).await.ok();
        assert!(told["identifiers"][0]["optedOutAt"].is_null());
        let sent = line.send(hello).await.ok();
        line.stands(&sent, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["Hello?"]);
        let named = |action: &str, reason: &str| (action.to_owned(), reason.to_owned());
        assert_eq!(
            noted(server).await,
            [
                named("contact.opted_in", "Signed the form at the counter"),
                named("contact.opted_out", "Said so on the phone"),
            ]
        );
    });
}

#[test]
fn the_contact_page_has_it_for_whoever_may() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("twilio")).await;
        let (contact, address) = person(server).await;
        let page = format!("/app/contacts/{contact}");
        let identifier = address["id"].as_str().unwrap().to_owned();
        server.colleague("agent").await;
        server.colleague("viewer").await;
        let viewer = server.agent("viewer@example.com").await;
        assert!(!viewer.open(&page).await.text().contains("Opt out"));
        let agent = server.agent("agent@example.com").await;
        let fields = [
            ("identifier", identifier.as_str()),
            ("status", "optedOut"),
            ("reason", ""),
        ];
        agent.submit(&format!("{page}/consent"), &fields).await;
        let shown = agent.open(&page).await.text();
        assert!(
            shown.contains("Opted out") && !shown.contains("Opt in"),
            "{shown}"
        );
        let hello = json!({"type": "text", "text": "Hello?"});
        line.send(hello.clone())
            .await
            .refused(422, "CONTACT_OPTED_OUT");
        let owner = server.agent(OWNER).await;
        assert!(owner.open(&page).await.text().contains("Opt in"));
        let fields = [
            ("identifier", identifier.as_str()),
            ("status", "optedIn"),
            ("reason", "Asked for it at the counter"),
        ];
        owner.submit(&format!("{page}/consent"), &fields).await;
        line.send(hello).await.ok();
    });
}

#[test]
fn a_number_shows_everybody_who_wants_no_more_page_by_page() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("twilio")).await;
        let channel = line.channel["id"].as_str().unwrap();
        let page = format!("/app/settings/channels/{channel}/opt-outs");
        let owner = server.agent(OWNER).await;
        let empty = owner.open(&page).await.text();
        assert!(empty.contains("Nobody has opted out."), "{empty}");
        line.say("STOP");
        line.hears(2).await;
        // As many again as one page has, of whom each is opted out by hand.
        for at in 0..100 {
            let number = format!("+1555013{at:04}");
            let person = json!({"name": number, "phone": number, "identifiers": [
                {"channelType": "sms", "channelId": channel, "identifier": number}]});
            let made = server.api().post("/contacts", person).await.ok();
            let path = format!("/contacts/{}/consent", made["id"].as_str().unwrap());
            let wish = json!({"identifierId": made["identifiers"][0]["id"], "status": "optedOut"});
            server.api().post(&path, wish).await.ok();
        }
        let first = owner.open(&page).await.text();
        assert!(first.contains(&line.customer), "{first}");
        assert!(first.contains("+15550130098") && !first.contains("+15550130099"));
        assert!(first.contains(">More</a>"));
        let rest = format!("{page}?after=%2B15550130098");
        let rest = owner.open(&rest).await.text();
        assert!(rest.contains("+15550130099") && !rest.contains("+15550130098"));
        assert!(!rest.contains(">More</a>"));
        // Other channels have none of them, and whoever may not see settings sees nothing.
        server.colleague("agent").await;
        let agent = server.agent("agent@example.com").await;
        assert_ne!(agent.open(&page).await.status, 200);
    });
}
