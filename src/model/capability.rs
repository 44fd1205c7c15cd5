//! What a channel can carry: one row of the matrix with its limits.

use serde::Serialize;

use crate::base::text::Counting;
use crate::model::message::SendError;

/// How far a channel supports a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Support {
    /// Natively.
    Full,
    /// On some providers, devices or plans.
    Partial,
    /// Not at all; the engine converts.
    None,
}

/// The eleven features of the capability matrix, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the rows of the matrix")]
pub struct Matrix {
    pub text: Support,
    pub images: Support,
    pub documents: Support,
    pub audio: Support,
    pub video: Support,
    pub buttons: Support,
    pub quick_replies: Support,
    pub templates: Support,
    pub delivery_receipts: Support,
    pub read_receipts: Support,
    pub typing: Support,
}

/// The largest file of each kind, in bytes; 0 where the kind is not carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the kinds of files")]
pub struct MediaLimits {
    pub image_bytes: u64,
    pub audio_bytes: u64,
    pub video_bytes: u64,
    pub document_bytes: u64,
}

/// Whether a button that does more than answer can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Placing {
    /// Not at all: it becomes a line of the text.
    Nowhere,
    /// Only as the one button of its message.
    Alone,
    /// Beside other buttons.
    Anywhere,
}

/// How long people, and not programs, may still answer, on accounts that have that feature of their
/// vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LateAnswers {
    /// After so many hours an answer is late.
    pub after_hours: u32,
    /// Hours after the customer's last message.
    pub hours: u32,
    /// The setting that says that the account has the feature.
    pub setting: &'static str,
}

/// A window that holds for addresses of one form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressWindow {
    /// What such an address begins with.
    pub begins: &'static str,
    /// Hours after the customer's last message in which we may write.
    pub hours: u32,
}

/// What a channel can carry and within which limits. Rows are constants that state only where
/// they differ from [`Capabilities::PLAIN`]. A maximum of 0 means that the thing does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// The row of the matrix.
    pub matrix: Matrix,
    /// The longest text of one message.
    pub text_max: usize,
    /// The longest text that may carry buttons, a list or quick replies.
    pub interactive_text_max: usize,
    /// The longest text that may carry quick replies; 0 where that is the limit above.
    pub quick_reply_text_max: usize,
    /// Whether a text that is too long to carry buttons goes before them whole and words of the
    /// account stand above them; where not, the end of the text does.
    pub prompts: bool,
    /// The longest caption under a file.
    pub caption_max: usize,
    /// The unit of the limits above.
    pub counting: Counting,
    /// The largest files.
    pub media: MediaLimits,
    /// The largest document in PDF, where other documents are not carried.
    pub pdf_bytes: u64,
    /// Types of pictures, sound and film that are not shown as such: they go as documents, or as
    /// links where there are none.
    pub unshown_types: &'static [&'static str],
    /// The only types of files that are carried, others going as links; empty where any is.
    pub taken_types: &'static [&'static str],
    /// Whether a sticker can be sent as a sticker.
    pub stickers: bool,
    /// The longest line above and below buttons and lists; 0 where they are part of the text.
    pub header_max: usize,
    /// Whether a line above that is part of the text is a paragraph of it.
    pub header_apart: bool,
    /// Buttons that answer, at most.
    pub buttons_max: usize,
    /// Whether more buttons than that go on in further messages, where some do more than answer.
    pub buttons_go_on: bool,
    /// The longest title of a button, in characters.
    pub button_title_max: usize,
    /// Buttons that open an address.
    pub url_buttons: Placing,
    /// Buttons that call a number.
    pub call_buttons: Placing,
    /// Buttons that ask for the customer's place.
    pub location_buttons: Placing,
    /// Quick replies, at most.
    pub quick_replies_max: usize,
    /// The longest title of a quick reply, in characters.
    pub quick_reply_title_max: usize,
    /// Whether a quick reply that is pressed comes back as if its title had been typed.
    pub quick_replies_typed: bool,
    /// Rows of a list in all its sections, at most.
    pub list_rows_max: usize,
    /// Sections of a list, at most.
    pub list_sections_max: usize,
    /// The longest title of a row, in characters.
    pub list_title_max: usize,
    /// The longest description of a row, in characters.
    pub list_description_max: usize,
    /// The longest id of a choice that comes back when it is pressed, in characters.
    pub choice_id_max: usize,
    /// The same for a row of a list.
    pub list_id_max: usize,
    /// Cards of a carousel, at most.
    pub cards_max: usize,
    /// Buttons of one card, at most.
    pub card_buttons_max: usize,
    /// The longest title of a card, in characters.
    pub card_title_max: usize,
    /// The longest description of a card, in characters.
    pub card_description_max: usize,
    /// Whether a place can be sent as a place.
    pub locations: bool,
    /// Whether contact cards can be sent.
    pub contacts: bool,
    /// Whether a message can quote an earlier one.
    pub replies: bool,
    /// Whether a message can be reacted to.
    pub reactions: bool,
    /// Whether a sent message can be changed.
    pub edits: bool,
    /// Whether a sent message can be taken back.
    pub deletes: bool,
    /// How many hours after it went out a message can be changed or taken back; none means always.
    pub change_hours: Option<u16>,
    /// Whether the vendor keeps templates and approves them before they can be sent.
    pub approved_templates: bool,
    /// Whether templates are kept here, and nobody approves them.
    pub own_templates: bool,
    /// Names of templates that are shapes of the channel's own rather than texts the vendor approved:
    /// they are free words to the vendor, also where the channel has no other templates.
    pub shapes: &'static [&'static str],
    /// What the names of templates begin with that the vendor fills in, where it knows others only as
    /// the text they amount to.
    pub template_names: Option<&'static str>,
    /// Whether the vendor tells who a customer is when it is asked.
    pub profiles: bool,
    /// Whether a conversation can be handed to the vendor's own inbox, and taken back.
    pub hands_over: bool,
    /// Whether the first message may be ours.
    pub starts_conversations: bool,
    /// Under which name a message's metadata holds what lets it go out at any time: the token of
    /// somebody who asked for news.
    pub ticket: Option<&'static str>,
    /// Hours after the customer's last message in which we may write freely; none means always.
    pub window_hours: Option<u32>,
    /// How many days one message may answer a comment in private, whatever the window; 0 where
    /// comments are no affair of the channel.
    pub comment_days: u32,
    /// How long people may still answer where programs may not any more.
    pub late_answers: Option<LateAnswers>,
    /// The window of addresses of one form, where others have none.
    pub address_window: Option<AddressWindow>,
    /// How many hours a vendor may repeat an event: how far back repeats are looked for.
    pub repeat_hours: u16,
    /// How often it is looked whether a channel that works is still set up at its vendor, in seconds.
    pub inspected_every_secs: u32,
    /// Whether a message may be handed over again when it is unknown whether the vendor took it,
    /// because the vendor honours a repeat key.
    pub resend_is_safe: bool,
    /// How often a customer may be shown that one of us types, in seconds.
    pub typing_every_secs: u16,
    /// Messages a second the vendor takes from one account.
    pub sends_per_second: u32,
    /// Messages that may go out at once after a while of silence; 0 where that is one second's worth.
    pub sends_burst: u32,
    /// Whether messages reach the customer through our own sockets, so that storing is sending.
    pub own_transport: bool,
    /// Whether messages carry the thread they stand in, so that whoever writes one must know what
    /// came before it.
    pub threads: bool,
    /// Whether the vendor says nothing more of a message once it took it: no delivery, no reading.
    pub silent_after_taking: bool,
    /// Refusals of one message that say something of more than that: by their reason or by the
    /// vendor's code.
    pub telling_refusals: &'static [(&'static str, Telling)],
}

/// What the refusal of a message says beside that it did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Telling {
    /// Something is wrong with the account: an operator should hear of it.
    OfAccount,
    /// The templates at the vendor are not as we know them: they are asked for again.
    OfTemplates,
    /// The vendor could not fetch a file from where it lies: it is handed over, once.
    OfLink,
    /// There was no room for it at that moment: it is sent again a little later, once.
    OfMoment,
}

impl Capabilities {
    /// What a refusal says beside that a message did not go out.
    #[must_use]
    pub fn telling(&self, error: &SendError) -> Option<Telling> {
        let code = error.vendor_code.as_deref();
        let is_named = |name: &str| error.reason == name || code == Some(name);
        let mut known = self.telling_refusals.iter();
        known
            .find(|(name, _)| is_named(name))
            .map(|(_, telling)| *telling)
    }

    /// The plainest channel: text of 1,000 characters, one a second, nothing else.
    pub const PLAIN: Self = Self {
        matrix: Matrix {
            text: Support::Full,
            images: Support::None,
            documents: Support::None,
            audio: Support::None,
            video: Support::None,
            buttons: Support::None,
            quick_replies: Support::None,
            templates: Support::None,
            delivery_receipts: Support::None,
            read_receipts: Support::None,
            typing: Support::None,
        },
        text_max: 1_000,
        interactive_text_max: 1_000,
        quick_reply_text_max: 0,
        prompts: false,
        caption_max: 0,
        counting: Counting::Characters,
        media: MediaLimits {
            image_bytes: 0,
            audio_bytes: 0,
            video_bytes: 0,
            document_bytes: 0,
        },
        pdf_bytes: 0,
        unshown_types: &[],
        taken_types: &[],
        stickers: false,
        header_max: 0,
        header_apart: false,
        buttons_max: 0,
        buttons_go_on: false,
        button_title_max: 20,
        url_buttons: Placing::Nowhere,
        call_buttons: Placing::Nowhere,
        location_buttons: Placing::Nowhere,
        quick_replies_max: 0,
        quick_reply_title_max: 20,
        quick_replies_typed: false,
        list_rows_max: 0,
        list_sections_max: 0,
        list_title_max: 24,
        list_description_max: 72,
        choice_id_max: 4_096,
        list_id_max: 4_096,
        cards_max: 0,
        card_buttons_max: 0,
        card_title_max: 80,
        card_description_max: 80,
        locations: false,
        contacts: false,
        replies: false,
        reactions: false,
        edits: false,
        deletes: false,
        change_hours: None,
        approved_templates: false,
        own_templates: false,
        shapes: &[],
        template_names: None,
        profiles: false,
        hands_over: false,
        starts_conversations: true,
        ticket: None,
        window_hours: None,
        comment_days: 0,
        late_answers: None,
        address_window: None,
        repeat_hours: 72,
        inspected_every_secs: 600,
        resend_is_safe: false,
        typing_every_secs: 5,
        sends_per_second: 1,
        sends_burst: 0,
        own_transport: false,
        threads: false,
        silent_after_taking: false,
        telling_refusals: &[],
    };
}
