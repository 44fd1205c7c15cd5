//! Records as tests begin with them.

use crate::base::id::Id as _;
use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::channel::ChannelKind;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::parts::Parts;

/// A message of ours that the vendor took.
pub(crate) fn message() -> Message {
    let at = Timestamp::from_secs(1_000_000);
    Message {
        id: MessageId::from_bytes([1; 16]),
        conversation_id: ConversationId::from_bytes([1; 16]),
        contact_id: ContactId::from_bytes([1; 16]),
        channel_id: ChannelId::from_bytes([1; 16]),
        channel_kind: ChannelKind::named("probe"),
        position: 1,
        direction: Direction::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Agent,
            id: None,
            name: "Bo".to_owned(),
        },
        from: String::new(),
        to: "ana".to_owned(),
        content: Content::text("hello"),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Sent,
        steps: Vec::new(),
        error: None,
        external_ids: vec!["1".to_owned()],
        reply_to: None,
        client_id: None,
        source: Source::Dashboard,
        reactions: Vec::new(),
        metadata: Opaque::new(),
        at,
        created_at: at,
        updated_at: at,
        edited_at: None,
        deleted_at: None,
        calls_taken: 0,
        attempts: Vec::new(),
        handled_at: None,
        deleted_for_everyone: false,
        called_at: None,
        parts: Parts::default(),
    }
}
