//! What becomes of each kind of content in a mail. email.md section 4.1.

use std::fmt::Write as _;

use crate::channels::RenderError;
use crate::channels::email::KIND;
use crate::channels::email::compose::html;
use crate::channels::email::compose::vcard;
use crate::channels::email::wishes::File;
use crate::channels::numbered;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Card;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::outbound::Sending;

/// The largest picture that is also shown in the mail, in bytes.
const SHOWN_MAX_BYTES: u64 = 2 * 1024 * 1024;
/// What stands under choices that are shown with numbers.
const HOW_TO_CHOOSE: &str = "Reply with a number.";

/// What a message says in a mail, and what goes along.
#[derive(Debug, Default)]
pub struct Body {
    /// In words.
    pub text: String,
    /// In HTML.
    pub html: String,
    /// Stored files.
    pub files: Vec<File>,
    /// Cards of contacts, as a file of their own.
    pub cards: Option<String>,
}

impl Body {
    /// What a message says.
    ///
    /// # Errors
    /// [`RenderError`]: something that no mail can say.
    pub fn of(sending: &Sending<'_>) -> Result<Self, RenderError> {
        let mut body = Self::default();
        for part in sending.parts {
            body.take(part, sending)?;
        }
        if let Some(html) = offered(sending, &body.files) {
            body.html = html;
        }
        if !sending.asked.choices().is_empty() {
            body.say(HOW_TO_CHOOSE, &format!("<p>{HOW_TO_CHOOSE}</p>"));
        }
        Ok(body)
    }

    fn say(&mut self, text: &str, html: &str) {
        if !text.trim().is_empty() {
            self.text = numbered::blocks(&[&self.text, text]);
        }
        if !html.is_empty() {
            if !self.html.is_empty() {
                self.html.push('\n');
            }
            self.html.push_str(html);
        }
    }

    fn take(&mut self, part: &Content, sending: &Sending<'_>) -> Result<(), RenderError> {
        match part {
            Content::Text(text) => self.words(&text.text),
            Content::Image(media) | Content::Sticker(media) => self.picture(media, sending),
            Content::Video(media) | Content::Audio(media) | Content::Document(media) => {
                self.file(media, sending);
            }
            Content::Location(place) => self.place(place),
            Content::Contacts(contacts) => {
                let lines: Vec<String> = contacts.contacts.iter().map(vcard::line).collect();
                self.words(&lines.join("\n"));
                self.cards = Some(vcard::file(&contacts.contacts));
            }
            Content::Template(template) => self.words(template.text.as_deref().unwrap_or_default()),
            other => {
                return Err(RenderError {
                    kind: KIND,
                    content: other.kind(),
                });
            }
        }
        Ok(())
    }

    fn words(&mut self, words: &str) {
        if !words.trim().is_empty() {
            self.say(words, &format!("<p>{}</p>", html::of_words(words)));
        }
    }

    /// A file goes along; one that lies elsewhere is linked to.
    fn file(&mut self, media: &Media, sending: &Sending<'_>) {
        self.words(media.caption.as_deref().unwrap_or_default());
        match File::of(media) {
            Some(file) => self.files.push(file),
            None => self.words(&address(media, sending).unwrap_or_default()),
        }
    }

    /// A picture goes along, and a small one is shown too.
    fn picture(&mut self, media: &Media, sending: &Sending<'_>) {
        self.file(media, sending);
        let number = self.files.len();
        if let Some(file) = self.files.last_mut().filter(|_| media.media_id.is_some())
            && file.size_bytes <= SHOWN_MAX_BYTES
        {
            let id = format!("picture{number}");
            let label = html::escaped(&file.filename);
            let shown =
                format!("<p><img src=\"cid:{id}\" alt=\"{label}\" style=\"max-width:100%\"></p>");
            file.content_id = Some(id);
            self.say("", &shown);
        }
    }

    fn place(&mut self, place: &Location) {
        let map = format!(
            "https://www.openstreetmap.org/?mlat={lat}&mlon={lng}#map=16/{lat}/{lng}",
            lat = place.latitude,
            lng = place.longitude,
        );
        let lines = [place.name.as_deref(), place.address.as_deref(), Some(&map)];
        let lines: Vec<&str> = lines.into_iter().flatten().collect();
        self.words(&lines.join("\n"));
    }
}

/// The address of a picture that goes along and can be shown.
fn shown(image: &Media, files: &[File]) -> Option<String> {
    let goes = files
        .iter()
        .find(|file| Some(file.media_id) == image.media_id);
    Some(format!("cid:{}", goes?.content_id.as_ref()?))
}

/// Where a customer can open a file.
fn address(media: &Media, sending: &Sending<'_>) -> Option<String> {
    let stored = media.media_id.map(|id| id.to_string());
    let signed = stored.and_then(|id| sending.media_urls.get(&id));
    signed.or(media.url.as_ref()).cloned()
}

/// What offers choices as HTML, with the numbers that stand in its words; none for other content.
fn offered(sending: &Sending<'_>, files: &[File]) -> Option<String> {
    let mut offer = Offer::default();
    match sending.asked {
        Content::Text(text) if !text.quick_replies.is_empty() => {
            offer.words(&text.text);
            for reply in &text.quick_replies {
                offer.choice(&reply.title, None);
            }
        }
        Content::Buttons(buttons) => {
            offer.line(buttons.header.as_deref(), "b");
            offer.words(&buttons.text);
            offer.buttons(&buttons.buttons);
            offer.line(buttons.footer.as_deref(), "small");
        }
        Content::List(list) => offer.list(list),
        Content::Carousel(carousel) => {
            offer.words(carousel.text.as_deref().unwrap_or_default());
            for card in &carousel.cards {
                offer.card(card, sending, files);
            }
        }
        _ => return None,
    }
    Some(offer.out)
}

/// Choices as HTML, and the number of the next.
#[derive(Default)]
struct Offer {
    out: String,
    shown: usize,
}

impl Offer {
    fn add(&mut self, html: &str) {
        self.out.push_str(html);
        self.out.push('\n');
    }

    fn words(&mut self, words: &str) {
        if !words.trim().is_empty() {
            self.add(&format!("<p>{}</p>", html::of_words(words)));
        }
    }

    fn line(&mut self, words: Option<&str>, tag: &str) {
        if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
            self.add(&format!("<p><{tag}>{}</{tag}></p>", html::escaped(words)));
        }
    }

    fn choice(&mut self, title: &str, description: Option<&str>) {
        self.shown += 1;
        let line = numbered::choice_line(self.shown, title, description);
        self.add(&format!("<div>{}</div>", html::escaped(&line)));
    }

    fn buttons(&mut self, buttons: &[Button]) {
        for button in buttons {
            match (button.kind, &button.url, &button.phone) {
                (ButtonKind::Reply, ..) => self.choice(&button.title, None),
                (ButtonKind::Url, Some(url), _) => self.add(&html::button(url, &button.title)),
                (ButtonKind::Call, _, Some(phone)) => {
                    self.add(&html::button(&format!("tel:{phone}"), &button.title));
                }
                _ => self.words(&numbered::link_line(button)),
            }
        }
    }

    fn list(&mut self, list: &List) {
        self.line(list.header.as_deref(), "b");
        self.words(&list.text);
        for section in &list.sections {
            self.line(Some(&section.title), "b");
            for row in &section.rows {
                self.choice(&row.title, row.description.as_deref());
            }
        }
        self.line(list.footer.as_deref(), "small");
    }

    fn card(&mut self, card: &Card, sending: &Sending<'_>, files: &[File]) {
        let frame = "border:1px solid #d1d5db;border-radius:8px;margin:8px 0;max-width:480px";
        // Writing to a text cannot fail.
        let _ = writeln!(
            self.out,
            "<table style=\"{frame}\"><tr><td style=\"padding:12px\">"
        );
        let picture = card.image.as_ref();
        let picture = picture.and_then(|image| shown(image, files).or(address(image, sending)));
        if let Some(url) = picture {
            let (url, title) = (html::escaped(&url), html::escaped(&card.title));
            self.add(&format!(
                "<img src=\"{url}\" alt=\"{title}\" style=\"max-width:100%\">"
            ));
        }
        self.line(Some(&card.title), "b");
        self.words(card.description.as_deref().unwrap_or_default());
        self.buttons(&card.buttons);
        self.add("</td></tr></table>");
    }
}
