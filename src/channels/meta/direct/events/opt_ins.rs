//! Somebody who asks for news, or wants no more. facebook.md section 3.3.

use serde_json::Value;

use crate::channels::meta::direct::events::Place;
use crate::channels::meta::direct::events::person;
use crate::channels::meta::direct::render::NEWS;
use crate::channels::meta::direct::said;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::inbound::Consent;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;

/// Until when a token for news holds, among what is kept of a person.
const NEWS_UNTIL: &str = "notificationMessagesUntil";

impl Place<'_> {
    /// What was offered is answered like a button, and the token that lets news be sent is kept with
    /// the person. Whoever stops them takes it back.
    pub(super) fn opt_in(&self) -> Vec<InboundEvent> {
        let optin = self.node.at("optin");
        let Some(address) = self.customer() else {
            return Vec::new();
        };
        let from = InboundSender {
            metadata: subscription(optin).into_inner(),
            ..person(address)
        };
        let status = optin.word("notification_messages_status");
        let consent = status.and_then(|status| self.of_news(&from, &status));
        consent.into_iter().chain(self.pressed(from)).collect()
    }

    fn of_news(&self, from: &InboundSender, status: &str) -> Option<InboundEvent> {
        let is_given = match status {
            STOPPED => false,
            "RESUME_NOTIFICATIONS" => true,
            _ => return None,
        };
        Some(InboundEvent::Consent(Consent {
            from: from.clone(),
            topic: "marketing".to_owned(),
            is_given,
            at: self.at(),
            answer: None,
        }))
    }

    fn pressed(&self, from: InboundSender) -> Option<InboundEvent> {
        let optin = self.node.at("optin");
        let payload = optin.word("payload").or_else(|| optin.word("ref"))?;
        let mut kept = Kept::default();
        kept.put_raw("optin", optin);
        let external_id = format!("optin:{}:{}", from.address, self.moment());
        let content = said::postback(&payload, &optin.word("title").unwrap_or_default());
        let metadata = self.metadata(None, kept);
        Some(self.message(external_id, from, content, None, metadata))
    }
}

/// What the vendor calls it when somebody wants no more news.
const STOPPED: &str = "STOP_NOTIFICATIONS";

/// The token that lets news be sent, and until when; nulls where it is taken back.
fn subscription(optin: Node<'_>) -> Kept {
    let mut kept = Kept::default();
    if optin.at("notification_messages_status").is(STOPPED) {
        for name in [NEWS, NEWS_UNTIL] {
            kept.put(name, Some(Value::Null));
        }
        return kept;
    }
    let ends = optin.at("token_expiry_timestamp").moment();
    kept.put(NEWS, optin.word("notification_messages_token"));
    kept.put(NEWS_UNTIL, ends.map(|ends| ends.to_string()));
    kept
}
