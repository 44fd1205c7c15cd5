//! What Telegram can carry.

use crate::base::text::Counting;
use crate::channels::telegram::chat::BUSINESS;
use crate::model::capability::AddressWindow;
use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;

const MIB: u64 = 1024 * 1024;

/// Telegram: telegram.md sections 4 (what becomes of each content), 4.3 (edits), 8 (files), 9
/// (throughput), 10 (who may begin) and 11 (limits).
///
/// Lists and quick replies become inline keyboards, a carousel one message a card. There are no
/// receipts from the vendor: "delivered" means that the vendor took the message, and a message
/// counts as read only when the customer pressed one of its buttons or answered it (section 5).
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        documents: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        buttons: Support::Full,
        quick_replies: Support::Full,
        delivery_receipts: Support::Full,
        read_receipts: Support::Full,
        typing: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 4_096,
    interactive_text_max: 4_096,
    caption_max: 1_024,
    counting: Counting::Utf16Units,
    media: MediaLimits {
        image_bytes: 10 * MIB,
        audio_bytes: 50 * MIB,
        video_bytes: 50 * MIB,
        document_bytes: 50 * MIB,
    },
    stickers: true,
    buttons_max: 100,
    button_title_max: 64,
    url_buttons: Placing::Anywhere,
    location_buttons: Placing::Alone,
    quick_replies_max: 100,
    quick_reply_title_max: 64,
    // On pages of what one message has keys for.
    list_rows_max: 500,
    list_sections_max: 100,
    list_title_max: 64,
    list_description_max: 256,
    cards_max: 10,
    card_buttons_max: 8,
    // A card is a picture whose caption, at most 1,024 long, holds both.
    card_title_max: 200,
    card_description_max: 800,
    locations: true,
    contacts: true,
    replies: true,
    reactions: true,
    edits: true,
    deletes: true,
    change_hours: Some(48),
    profiles: true,
    starts_conversations: false,
    // Customers of business accounts; nobody else.
    address_window: Some(AddressWindow {
        begins: BUSINESS,
        hours: 24,
    }),
    // An edit repeats its message, and people may edit for two days.
    repeat_hours: 72,
    typing_every_secs: 4,
    // Together never more than the thirty a second that the vendor takes.
    sends_per_second: 25,
    sends_burst: 5,
    silent_after_taking: true,
    ..Capabilities::PLAIN
};

/// The same where quick replies stand in place of the phone's keyboard (section 4.2).
pub static WITH_KEYBOARD: Capabilities = Capabilities {
    quick_replies_typed: true,
    ..CAPABILITIES
};

/// What a Bot API server of the operator's own takes (section 8).
const OWN_SERVER: MediaLimits = MediaLimits {
    image_bytes: 10 * MIB,
    audio_bytes: 2_000 * MIB,
    video_bytes: 2_000 * MIB,
    document_bytes: 2_000 * MIB,
};

/// The same through such a server.
pub static ON_OWN_SERVER: Capabilities = Capabilities {
    media: OWN_SERVER,
    ..CAPABILITIES
};

/// The same through such a server, with quick replies in place of the phone's keyboard.
pub static WITH_KEYBOARD_ON_OWN_SERVER: Capabilities = Capabilities {
    media: OWN_SERVER,
    ..WITH_KEYBOARD
};
