//! Messages into calls. telegram.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::base::text::Counting;
use crate::base::text::split;
use crate::channels::RenderError;
use crate::channels::numbered;
use crate::channels::telegram::KIND;
use crate::channels::telegram::album;
use crate::channels::telegram::caps::CAPABILITIES;
use crate::channels::telegram::chat::message_number;
use crate::channels::telegram::entities::Styled;
use crate::channels::telegram::fault::wish;
use crate::channels::telegram::keyboard;
use crate::channels::telegram::media;
use crate::channels::telegram::reactions;
use crate::channels::telegram::table;
use crate::channels::telegram::votes;
use crate::channels::telegram::writer::Writer;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::content::Buttons;
use crate::model::content::Card;
use crate::model::content::ContactCard;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Location;
use crate::model::content::Text;
use crate::model::outbound::Sending;

/// What a sender says who wants a person's own number: `true`, or what stands on the key.
const ASKS_NUMBER: &str = "requestContact";

/// The largest vCard, in bytes.
const VCARD_MAX: usize = 2_048;

/// Writes the calls that carry a message, in sending order.
///
/// # Errors
/// [`RenderError`]: content that Telegram has no form for.
pub fn calls(sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
    let mut writer = Writer::of(sending);
    if !sending.companions.is_empty() {
        album::write(&mut writer);
        return Ok(writer.calls());
    }
    for part in sending.parts {
        writer.begin(part);
        writer.write(part)?;
    }
    Ok(writer.calls())
}

impl Writer<'_> {
    fn write(&mut self, part: &Content) -> Result<(), RenderError> {
        match part {
            Content::Text(text) => self.text(text),
            Content::Image(_)
            | Content::Video(_)
            | Content::Audio(_)
            | Content::Document(_)
            | Content::Sticker(_) => media::write(self, part),
            Content::Location(place) => self.place(place),
            Content::Contacts(contacts) => {
                for card in &contacts.contacts {
                    self.card_of_contact(card);
                }
            }
            Content::Buttons(buttons) => self.buttons(part, buttons),
            Content::List(list) => self.list(part, list),
            Content::Carousel(carousel) => {
                if let Some(words) = carousel.text.as_deref().filter(|words| !words.is_empty()) {
                    self.say(words, None);
                }
                for card in &carousel.cards {
                    self.card(card);
                }
            }
            Content::Reaction(reaction) => return self.react(&reaction.emoji),
            Content::Template(_)
            | Content::Postback(_)
            | Content::StoryMention(_)
            | Content::StoryReply(_)
            | Content::Call(_)
            | Content::Event(_)
            | Content::Unsupported(_) => return Err(not_ours(part)),
        }
        Ok(())
    }

    /// What is said where the vendor refused a keyboard: the choices with numbers.
    fn in_numbers(&self, content: &Content) -> Option<String> {
        let is_refused = self.wishes(wish::KEYBOARD);
        is_refused.then(|| numbered::text(content, 1, &|_| None))?
    }

    /// Asks choices as a poll, where that is wished and can be; whether it did.
    fn poll(&mut self, content: &Content) -> bool {
        let is_refused = self.wishes(wish::POLL);
        let asked = votes::asked(content, self.sending.metadata).filter(|_| !is_refused);
        let is_poll = asked.is_some();
        if let Some(asked) = asked {
            let frame = self.frame();
            self.call("sendPoll", frame, asked);
        }
        is_poll
    }

    fn text(&mut self, text: &Text) {
        if text.quick_replies.is_empty() {
            let number = self.asked_for_number();
            self.say(&text.text, number);
            return;
        }
        let content = Content::Text(text.clone());
        if self.poll(&content) {
            return;
        }
        if let Some(numbers) = self.in_numbers(&content) {
            self.say(&numbers, None);
            return;
        }
        let markup = if table::shows_keyboard(self.sending.account, &self.chat) {
            keyboard::of_titles(text.quick_replies.iter().map(|reply| reply.title.as_str()))
        } else {
            keyboard::of_replies(content.choices().into_iter())
        };
        self.say(&text.text, Some(markup));
    }

    /// The key with which a person gives us their number, where the sender wants it and there is a person
    /// who can.
    fn asked_for_number(&self) -> Option<Value> {
        let title = match self.sending.metadata.get(ASKS_NUMBER)? {
            Value::String(title) if !title.trim().is_empty() => title.as_str(),
            Value::Bool(true) => "Share my number",
            _ => return None,
        };
        let can = self.chat.is_private() && self.chat.business.is_none();
        can.then(|| keyboard::asking_number(title))
    }

    fn buttons(&mut self, content: &Content, buttons: &Buttons) {
        if self.poll(content) {
            return;
        }
        if let Some(numbers) = self.in_numbers(content) {
            self.say(&numbers, None);
            return;
        }
        let asks_places = self.chat.is_private() && self.chat.business.is_none();
        let (words, markup) = framed(buttons, asks_places);
        self.say(&words, markup);
    }

    /// A list: its words with numbers, and a key for each row. What is too long for one message
    /// goes in several, the keys under the last.
    fn list(&mut self, content: &Content, list: &List) {
        let markup = self.unless_refused(Some(keyboard::of_rows(&content.choices(), 0)));
        let styled = words_of_list(list);
        if styled.length() <= CAPABILITIES.text_max {
            let mut body = self.frame();
            let ranges = styled.entities();
            body.insert("text".to_owned(), styled.text.into());
            if !ranges.is_empty() {
                body.insert("entities".to_owned(), ranges.into());
            }
            body.extend(markup.map(|markup| ("reply_markup".to_owned(), markup)));
            self.call("sendMessage", body, Value::Null);
            return;
        }
        let pieces = split(&styled.text, CAPABILITIES.text_max, Counting::Utf16Units);
        let last = pieces.len().saturating_sub(1);
        for (index, piece) in pieces.iter().enumerate() {
            self.say(piece, markup.clone().filter(|_| index == last));
        }
    }

    /// A card: its picture with the words under it, or the words alone, and its buttons.
    fn card(&mut self, card: &Card) {
        let description = card.description.as_deref();
        let words = numbered::framed(None, &card.title, description);
        let keyboard = keyboard::of_buttons(&card.buttons, false);
        let refused = self.wishes(wish::KEYBOARD).then(|| {
            let replies = card.buttons.iter().map(numbered::link_line);
            replies.collect::<Vec<_>>().join("\n")
        });
        let lines = refused.unwrap_or_else(|| keyboard.lines.join("\n"));
        let words = numbered::framed(None, &words, Some(&lines));
        let markup = self.unless_refused(keyboard.markup);
        match &card.image {
            Some(picture) => media::write_card(self, picture, &words, markup),
            None => self.say(&words, markup),
        }
    }

    fn place(&mut self, place: &Location) {
        let frame = self.frame();
        let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (name, address) = (named(&place.name), named(&place.address));
        let mut more = json!({"latitude": place.latitude, "longitude": place.longitude});
        if name.is_none() && address.is_none() {
            self.call("sendLocation", frame, more);
            return;
        }
        more["title"] = name.unwrap_or_else(|| "-".to_owned()).into();
        more["address"] = address.unwrap_or_else(|| "-".to_owned()).into();
        self.call("sendVenue", frame, more);
    }

    fn card_of_contact(&mut self, card: &ContactCard) {
        let Some(phone) = card.phones.first() else {
            let mut line = vec![card.name.clone()];
            line.extend(card.emails.iter().cloned());
            self.say(&line.join(", "), None);
            return;
        };
        let (first, last) = card.name.split_once(' ').unwrap_or((&card.name, ""));
        let mut more = json!({"phone_number": phone, "first_name": first});
        if !last.is_empty() {
            more["last_name"] = last.into();
        }
        if let Some(vcard) = vcard(card) {
            more["vcard"] = vcard.into();
        }
        let frame = self.frame();
        self.call("sendContact", frame, more);
    }

    /// A reaction, where Telegram has it; else the emoji as an answer.
    fn react(&mut self, emoji: &str) -> Result<(), RenderError> {
        let target = self.sending.reply_to.and_then(message_number);
        let Some(target) = target else {
            return Err(RenderError {
                kind: KIND,
                content: "reaction",
            });
        };
        let Ok(known) = reactions::known(emoji) else {
            self.say(emoji, None);
            return Ok(());
        };
        let marks: Vec<Value> = known
            .into_iter()
            .map(|emoji| json!({"type": "emoji", "emoji": emoji}))
            .collect();
        let mut body = Opaque::new();
        body.insert("chat_id".to_owned(), self.chat.id_value());
        body.insert("message_id".to_owned(), target.into());
        self.call("setMessageReaction", body, json!({"reaction": marks}));
        Ok(())
    }
}

fn not_ours(part: &Content) -> RenderError {
    RenderError {
        kind: KIND,
        content: part.kind(),
    }
}

/// The words of buttons, and the keyboard under them.
#[must_use]
pub fn framed(buttons: &Buttons, asks_places: bool) -> (String, Option<Value>) {
    let keyboard = keyboard::of_buttons(&buttons.buttons, asks_places);
    let lines = keyboard.lines.join("\n");
    let words = [
        buttons.header.as_deref().unwrap_or_default(),
        &buttons.text,
        buttons.footer.as_deref().unwrap_or_default(),
        &lines,
    ];
    (numbered::blocks(&words), keyboard.markup)
}

/// The words of a list, its choices with numbers.
#[must_use]
pub fn words_of_list(list: &List) -> Styled {
    let frame = numbered::blocks(&[list.header.as_deref().unwrap_or_default(), &list.text]);
    let mut styled = Styled::beginning(&frame);
    let mut number = 1;
    for section in &list.sections {
        styled.add("\n");
        if !section.title.is_empty() {
            styled.add("\n");
            styled.add_bold(&section.title);
        }
        for row in &section.rows {
            let line = numbered::choice_line(number, &row.title, row.description.as_deref());
            styled.add(&format!("\n{line}"));
            number += 1;
        }
    }
    if let Some(footer) = list.footer.as_deref().filter(|text| !text.is_empty()) {
        styled.add(&format!("\n\n{footer}"));
    }
    styled
}

/// What a card holds beside name and number; none where that is nothing, or too much.
fn vcard(card: &ContactCard) -> Option<String> {
    if card.emails.is_empty() && card.organization.is_none() && card.phones.len() < 2 {
        return None;
    }
    let clean = |text: &str| text.replace(['\r', '\n'], " ");
    let mut lines = vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:3.0".to_owned(),
        format!("FN:{}", clean(&card.name)),
    ];
    lines.extend(
        card.phones
            .iter()
            .map(|phone| format!("TEL:{}", clean(phone))),
    );
    lines.extend(
        card.emails
            .iter()
            .map(|mail| format!("EMAIL:{}", clean(mail))),
    );
    lines.extend(
        card.organization
            .iter()
            .map(|name| format!("ORG:{}", clean(name))),
    );
    lines.push("END:VCARD".to_owned());
    let text = lines.join("\n");
    (text.len() <= VCARD_MAX).then_some(text)
}
