//! Every content type of the unified message.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::filling::Preview;
use crate::model::ids::MediaId;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Content {
    /// Words, perhaps with quick replies under them.
    Text(Text),
    /// A picture.
    Image(Media),
    /// A film.
    Video(Media),
    /// Sound, or a voice note.
    Audio(Media),
    /// Any other file.
    Document(Media),
    /// A sticker.
    Sticker(Media),
    /// A place.
    Location(Location),
    /// Contact cards.
    Contacts(Contacts),
    /// Words with buttons.
    Buttons(Buttons),
    /// Words with a list to choose from.
    List(List),
    /// Cards side by side.
    Carousel(Carousel),
    /// A vendor-approved template and its variables.
    Template(TemplateUse),
    /// A reaction to an earlier message.
    Reaction(Reaction),
    /// A button or row that was chosen.
    Postback(Postback),
    /// The customer mentioned us in a story.
    StoryMention(Story),
    /// The customer replied to our story.
    StoryReply(StoryReply),
    /// A phone call.
    Call(Call),
    /// A line of the conversation's own history: assigned, resolved, tagged.
    Event(EventLine),
    /// Something we cannot show yet, kept as it came.
    Unsupported(Unsupported),
}

/// Words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Text {
    /// The words; line breaks as LF.
    pub text: String,
    /// Answers offered under the message.
    pub quick_replies: Vec<QuickReply>,
}

/// An answer offered under a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QuickReply {
    /// What comes back when it is chosen.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// A small picture beside it, where the channel shows one.
    pub image_url: Option<String>,
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Media {
    /// The stored file; none while it is still with the vendor or at a foreign address.
    pub media_id: Option<MediaId>,
    /// Where it comes from, when it is not stored here.
    pub url: Option<String>,
    /// Its content type.
    pub mime_type: Option<String>,
    /// Its name.
    pub filename: Option<String>,
    /// Its length in bytes.
    pub size_bytes: Option<u64>,
    /// Words under it.
    pub caption: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// Length of sound or film in milliseconds.
    pub duration_ms: Option<u64>,
    /// Whether it was recorded as a voice note.
    pub voice: bool,
    /// A small picture of it.
    pub thumbnail_url: Option<String>,
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Its name.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

/// Contact cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Contacts {
    /// The cards, at least one.
    pub contacts: Vec<ContactCard>,
}

/// One contact card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContactCard {
    /// The person's or company's name.
    pub name: String,
    /// Phone numbers as written.
    pub phones: Vec<String>,
    /// Addresses of mail.
    pub emails: Vec<String>,
    /// The company the person works for.
    pub organization: Option<String>,
}

/// Words with buttons.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Buttons {
    /// A line above.
    pub header: Option<String>,
    /// The words.
    pub text: String,
    /// A line below.
    pub footer: Option<String>,
    /// The buttons.
    pub buttons: Vec<Button>,
}

/// A button.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Button {
    /// What it does.
    #[serde(rename = "type")]
    pub kind: ButtonKind,
    /// What comes back when it is pressed.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// Where it leads, for [`ButtonKind::Url`].
    pub url: Option<String>,
    /// Which number it calls, for [`ButtonKind::Call`].
    pub phone: Option<String>,
}

/// What a button does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ButtonKind {
    /// Answers with its id.
    #[default]
    Reply,
    /// Opens an address.
    Url,
    /// Calls a number.
    Call,
    /// Asks for the customer's place.
    Location,
}

/// Words with a list to choose from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct List {
    /// A line above.
    pub header: Option<String>,
    /// The words.
    pub text: String,
    /// A line below.
    pub footer: Option<String>,
    /// What stands on the button that opens the list.
    pub button_text: String,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// A section of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Row {
    /// What comes back when it is chosen.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// A second line.
    pub description: Option<String>,
}

/// Cards side by side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Carousel {
    /// Words above the cards.
    pub text: Option<String>,
    /// The cards, in order.
    pub cards: Vec<Card>,
}

/// A card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Card {
    /// Its title.
    pub title: String,
    /// A second line.
    pub description: Option<String>,
    /// Its picture.
    pub image: Option<Media>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A template of the vendor, filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateUse {
    /// The template's name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The filled components, in the vendor's shape. Where the vendor wants its own id of a file
    /// they may name a stored one by ours.
    pub components: Vec<Opaque>,
    /// The text it amounts to, where it is known.
    pub text: Option<String>,
    /// What the customer sees of it, where it is known.
    pub preview: Option<Preview>,
    /// Its category, where it is known: `MARKETING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// A reaction to an earlier message; an empty emoji takes it back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// The message it belongs to: our id or the vendor's.
    pub target_id: String,
}

/// A choice the customer made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Postback {
    /// The id of what was chosen.
    pub payload: String,
    /// Its title, from our own message.
    pub title: String,
    /// The message that offered it.
    pub source_message_id: Option<String>,
    /// What the customer typed, when a number or title was turned back into the choice.
    pub typed: Option<String>,
}

/// A story of a vendor that mentions us.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Story {
    /// The vendor's id of the story.
    pub id: Option<String>,
    /// Where it can be seen while it lasts.
    pub url: Option<String>,
    /// Its picture or film, where the operator chose to keep what vendors show for a day: it is
    /// copied in like a file.
    pub media: Option<Media>,
}

/// A reply to a story of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StoryReply {
    /// The words.
    pub text: String,
    /// The story.
    pub story: Story,
}

/// A phone call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Call {
    /// The vendor's word for how it stands or ended: ringing, completed, missed and so on.
    pub status: String,
    /// Its length in seconds.
    pub duration_secs: Option<u64>,
    /// The recording.
    pub recording: Option<Media>,
    /// What was said.
    pub transcript: Option<String>,
}

/// A line of a conversation's own history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventLine {
    /// What happened: `assigned`, `unassigned`, `status`, `tagged`, `untagged`, `priority`,
    /// `snoozed`, `reopened`, `merged`, `blocked`, `letIn`.
    pub name: String,
    /// Who did it.
    pub by: String,
    /// To whom or what: the new assignee's name, the new status, the tag.
    pub detail: Option<String>,
    /// Until when, for a snooze.
    pub until: Option<Timestamp>,
}

/// Something we cannot show yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Unsupported {
    /// The vendor's name for it.
    pub kind: String,
    /// What came, as it came.
    pub raw: Opaque,
}
