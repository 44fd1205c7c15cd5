//! Content against a capability row: as it is, split, or converted.
//!
//! What a channel cannot show natively is converted, never silently cut: every word of what was
//! asked stands somewhere in what is sent. Fitting what is fitted changes nothing.

#[cfg(test)]
mod calls;
mod cards;
mod files;
mod offer;
mod offers;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use crate::base::text::split;
pub use crate::channels::numbered::Links;
use crate::engine::rules::choices::Choice;
use crate::model::capability::Capabilities;
use crate::model::capability::Support;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::TemplateUse;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// What to do with content that a channel cannot carry as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Convert it.
    #[default]
    Degrade,
    /// Refuse it.
    Strict,
}

/// What will really be sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fitted {
    /// The messages, in sending order; at least one.
    pub parts: Vec<Content>,
    /// What was converted, in the words of the interface; empty when nothing lost its form.
    pub converted: Vec<String>,
    /// The choices that are shown with numbers. Their numbers are places in
    /// [`Content::choices`] of what was asked.
    pub choices: Vec<Choice>,
}

/// Holds `content` against `row`. `links` gives the address under which a customer can open a
/// file that the channel cannot carry.
///
/// # Errors
/// `UNSUPPORTED_CONTENT_TYPE`: nobody can send this (a postback, a call), it has no words to fall
/// back to (a reaction, a template whose text is unknown), or a file has no address to link to.
/// With [`Mode::Strict`] also whatever would be converted; `CONTENT_TOO_LONG` when it is a length.
pub fn fit(
    content: &Content,
    row: &Capabilities,
    links: Links<'_>,
    mode: Mode,
) -> Result<Fitted, Rejection> {
    let mut fitting = Fitting {
        row,
        links,
        mode,
        fitted: Fitted::default(),
    };
    fitting.take(content)?;
    Ok(fitting.fitted)
}

/// One fitting under way.
struct Fitting<'a> {
    row: &'a Capabilities,
    links: Links<'a>,
    mode: Mode,
    fitted: Fitted,
}

impl Fitting<'_> {
    fn take(&mut self, content: &Content) -> Result<(), Rejection> {
        if self.fits(content) {
            self.fitted.parts.push(content.clone());
            return Ok(());
        }
        match content {
            Content::Text(text) if text.quick_replies.is_empty() => self.say(&text.text),
            Content::Text(_) | Content::Buttons(_) | Content::List(_) => {
                self.offer_from(content, 1)
            }
            Content::Image(_)
            | Content::Video(_)
            | Content::Audio(_)
            | Content::Document(_)
            | Content::Sticker(_) => self.take_file(content),
            Content::Location(place) => self.take_place(place),
            Content::Contacts(contacts) => self.take_contacts(contacts),
            Content::Carousel(carousel) => self.take_carousel(carousel),
            Content::Template(template) => self.take_template(template),
            Content::Reaction(_)
            | Content::Postback(_)
            | Content::StoryMention(_)
            | Content::StoryReply(_)
            | Content::Call(_)
            | Content::Event(_)
            | Content::Unsupported(_) => Err(cannot_carry(content.kind())),
        }
    }

    /// Whether the channel carries `content` as it is. Files and cards find out as they go.
    fn fits(&self, content: &Content) -> bool {
        let row = self.row;
        match content {
            Content::Text(text) if text.quick_replies.is_empty() => {
                row.counting.measure(&text.text) <= row.text_max
            }
            Content::Text(_) | Content::Buttons(_) | Content::List(_) => self.fits_offer(content),
            Content::Location(_) => row.locations,
            Content::Contacts(_) => row.contacts,
            Content::Template(template) => {
                row.matrix.templates != Support::None
                    || row.shapes.contains(&template.name.as_str())
                    || (row.template_names).is_some_and(|begin| template.name.starts_with(begin))
            }
            Content::Reaction(_) => row.reactions,
            _ => false,
        }
    }

    /// Notes that something loses its form.
    fn convert(&mut self, code: Code, sentence: String) -> Result<(), Rejection> {
        match self.mode {
            Mode::Degrade => {
                self.fitted.converted.push(sentence);
                Ok(())
            }
            Mode::Strict => Err(Rejection::new(
                code,
                format!("Not sent as it is: {sentence}."),
            )),
        }
    }

    /// Notes that the channel has no such thing.
    fn replace(&mut self, sentence: impl Into<String>) -> Result<(), Rejection> {
        self.convert(Code::UnsupportedContentType, sentence.into())
    }

    /// Notes that something is longer than the channel takes.
    fn divide(&mut self, sentence: impl Into<String>) -> Result<(), Rejection> {
        self.convert(Code::ContentTooLong, sentence.into())
    }

    /// Sends words, in as many messages as they need.
    fn say(&mut self, words: &str) -> Result<(), Rejection> {
        if words.trim().is_empty() {
            return Ok(());
        }
        let pieces = split(words, self.row.text_max, self.row.counting);
        if pieces.len() > 1 {
            self.divide(format!("The text was split into {} messages", pieces.len()))?;
        }
        self.fitted
            .parts
            .extend(pieces.into_iter().map(Content::text));
        Ok(())
    }

    fn take_place(&mut self, place: &Location) -> Result<(), Rejection> {
        self.replace("The place became text with a link to a map")?;
        let map = format!(
            "https://maps.google.com/?q={},{}",
            place.latitude, place.longitude
        );
        let lines = [place.name.as_deref(), place.address.as_deref(), Some(&map)];
        self.say(&lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    fn take_contacts(&mut self, contacts: &Contacts) -> Result<(), Rejection> {
        let count = counted(contacts.contacts.len(), "contact card", "contact cards");
        self.replace(format!("{count} became text"))?;
        let lines: Vec<_> = contacts
            .contacts
            .iter()
            .map(|card| {
                let ways: Vec<_> = card.phones.iter().chain(&card.emails).cloned().collect();
                let ways = ways.join(", ");
                let colon = if ways.is_empty() { "" } else { ": " };
                let place = card.organization.as_deref().unwrap_or_default();
                let place = if place.is_empty() {
                    String::new()
                } else {
                    format!(" ({place})")
                };
                format!("{}{colon}{ways}{place}", card.name)
            })
            .collect();
        self.say(&lines.join("\n"))
    }

    fn take_template(&mut self, template: &TemplateUse) -> Result<(), Rejection> {
        let words = template.text.as_deref().unwrap_or_default();
        if words.trim().is_empty() {
            return Err(cannot_carry("template"));
        }
        self.replace("The template was sent as its text")?;
        self.say(words)
    }
}

fn cannot_carry(kind: &str) -> Rejection {
    let sentence = format!("A message of the type {kind} cannot be sent through this channel.");
    Rejection::new(Code::UnsupportedContentType, sentence)
}

/// `1 button`, `3 buttons`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
