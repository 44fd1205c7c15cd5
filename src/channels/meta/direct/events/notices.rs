//! What the vendor tells of a thread or an account beside messages. facebook.md section 3.6.

use crate::channels::meta::direct::events::Place;
use crate::channels::node::Node;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;

/// Keys under which the vendor tells who has a thread.
pub(super) const HANDOVERS: [&str; 4] = [
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "app_roles",
];

impl Place<'_> {
    pub(super) fn referral(&self) -> Option<InboundEvent> {
        let referral = self.node.at("referral");
        let via = referral.word("source").unwrap_or_default();
        let text = match referral.word("ref") {
            Some(named) => format!("A customer came by a link: {named} ({via})."),
            None => format!("A customer came by a link ({via})."),
        };
        self.customer()?;
        Some(self.notice("referral", Effect::Note, text, referral))
    }

    /// Who has the thread.
    pub(super) fn handover(&self, key: &str) -> InboundEvent {
        let told = self.node.at(key);
        let owner = told.word("new_owner_app_id");
        let ours = owner.is_some() && owner.as_deref() == self.account.text("appId");
        let text = match (key, owner) {
            ("request_thread_control", _) => "Another app asks for a conversation.".to_owned(),
            ("app_roles", _) => "The roles of the apps changed.".to_owned(),
            (_, Some(_)) if ours => "A conversation came back to this app.".to_owned(),
            (_, Some(owner)) => format!("A conversation went to the app {owner}."),
            (_, None) => "A conversation went to another app.".to_owned(),
        };
        let is_moved = !matches!(key, "request_thread_control" | "app_roles");
        InboundEvent::Notice(Notice {
            holds: is_moved.then_some(ours),
            ..self.told("handover", Effect::Note, text, told)
        })
    }

    pub(super) fn policy(&self) -> Option<InboundEvent> {
        let keys = ["policy_enforcement", "policy-enforcement"];
        let told = keys
            .map(|key| self.node.at(key))
            .into_iter()
            .find(|node| node.is_there())?;
        let why = told.word("reason").unwrap_or_default();
        let (effect, text) = match told.word("action").as_deref() {
            Some("block") => (Effect::Break, format!("The vendor blocked the page: {why}")),
            Some("unblock") => (Effect::Mend, "The vendor lifted its block.".to_owned()),
            _ => (Effect::Warn, format!("The vendor warns the page: {why}")),
        };
        Some(self.notice("policyEnforcement", effect, text, told))
    }

    fn notice(&self, kind: &str, effect: Effect, text: String, data: Node<'_>) -> InboundEvent {
        InboundEvent::Notice(self.told(kind, effect, text, data))
    }

    fn told(&self, kind: &str, effect: Effect, text: String, data: Node<'_>) -> Notice {
        Notice {
            kind: kind.to_owned(),
            effect,
            text,
            address: self.customer(),
            data: data.object(),
            at: self.at(),
            holds: None,
        }
    }
}
