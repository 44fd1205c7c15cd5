//! Cards side by side: carried, dealt out into several carousels, or told one by one.

use super::Fitting;
use super::files::Carriage;
use crate::channels::numbered;
use crate::model::capability::Placing;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Card;
use crate::model::content::Carousel;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::rejection::Rejection;

impl Fitting<'_> {
    pub(super) fn take_carousel(&mut self, carousel: &Carousel) -> Result<(), Rejection> {
        let cards_fit = self.row.cards_max > 0
            && !carousel.cards.is_empty()
            && carousel.cards.iter().all(|card| self.fits_card(card));
        if cards_fit {
            return self.deal(carousel);
        }
        let shows_nothing = self.row.media.image_bytes == 0 && !self.shows_choices();
        self.replace(format!(
            "{} became {}",
            super::counted(carousel.cards.len(), "card", "cards"),
            if shows_nothing {
                "text"
            } else {
                "messages of their own"
            }
        ))?;
        if shows_nothing {
            self.say_numbered(&Content::Carousel(carousel.clone()), 1)
        } else {
            self.tell(carousel)
        }
    }

    /// Whether anything can be pressed on this channel.
    pub(super) fn shows_choices(&self) -> bool {
        self.row.buttons_max > 0 || self.row.quick_replies_max > 0 || self.row.list_rows_max > 0
    }

    /// Sends cards that fit in as few carousels as possible, all about the same size: a single card
    /// left over would be none.
    fn deal(&mut self, carousel: &Carousel) -> Result<(), Rejection> {
        let mut text = carousel.text.clone();
        let long = text
            .as_deref()
            .is_some_and(|words| self.row.counting.measure(words) > self.row.interactive_text_max);
        if long {
            self.divide("The text above the cards became a message of its own")?;
            self.say(&text.take().unwrap_or_default())?;
        }
        let count = carousel.cards.len();
        let rounds = count.div_ceil(self.row.cards_max);
        if rounds > 1 {
            self.divide(format!(
                "{count} cards were dealt out to {rounds} carousels"
            ))?;
        }
        for cards in carousel.cards.chunks(count.div_ceil(rounds)) {
            self.fitted.parts.push(Content::Carousel(Carousel {
                text: text.take(),
                cards: cards.to_vec(),
            }));
        }
        Ok(())
    }

    /// Sends each card as a picture and its words.
    fn tell(&mut self, carousel: &Carousel) -> Result<(), Rejection> {
        self.say(carousel.text.as_deref().unwrap_or_default())?;
        let mut first = 1;
        for card in &carousel.cards {
            self.tell_card(card, first)?;
            first += replies(card);
        }
        Ok(())
    }

    fn tell_card(&mut self, card: &Card, first: usize) -> Result<(), Rejection> {
        let words = Content::Buttons(Buttons {
            text: numbered::framed(None, &card.title, card.description.as_deref()),
            buttons: card.buttons.clone(),
            ..Buttons::default()
        });
        if !card.buttons.is_empty() && self.shows_choices() {
            if let Some(picture) = &card.image {
                self.take_file(&Content::Image(picture.clone()))?;
            }
            return self.offer_from(&words, first);
        }
        let Some(picture) = &card.image else {
            return self.say_numbered(&words, first);
        };
        self.remember_numbers(&words, first);
        let words = numbered::text(&words, first, self.links).unwrap_or_default();
        let under = picture.caption.as_deref().unwrap_or_default();
        let caption = numbered::blocks(&[under, &words]);
        self.take_file(&Content::Image(Media {
            caption: (!caption.is_empty()).then_some(caption),
            ..picture.clone()
        }))
    }

    fn fits_card(&self, card: &Card) -> bool {
        let row = self.row;
        let length = |text: &str| text.chars().count();
        let picture_fits = card.image.as_ref().is_none_or(|image| {
            self.carriage(&Content::Image(image.clone())) == Carriage::Itself
                && image.caption.as_deref().is_none_or(str::is_empty)
        });
        picture_fits
            && length(&card.title) <= row.card_title_max
            && card
                .description
                .as_deref()
                .is_none_or(|text| length(text) <= row.card_description_max)
            && card.buttons.len() <= row.card_buttons_max
            && card.buttons.iter().all(|button| {
                length(&button.title) <= row.button_title_max
                    && length(&button.id) <= row.choice_id_max
                    && self.can_place(button, card.buttons.len())
            })
    }

    /// Whether a button can stand among `count` buttons of one message.
    pub(super) fn can_place(&self, button: &Button, count: usize) -> bool {
        let placing = match button.kind {
            ButtonKind::Reply => return true,
            ButtonKind::Url => self.row.url_buttons,
            ButtonKind::Call => self.row.call_buttons,
            ButtonKind::Location => self.row.location_buttons,
        };
        match placing {
            Placing::Nowhere => false,
            Placing::Alone => count == 1,
            Placing::Anywhere => true,
        }
    }
}

fn replies(card: &Card) -> usize {
    card.buttons
        .iter()
        .filter(|button| button.kind == ButtonKind::Reply)
        .count()
}
