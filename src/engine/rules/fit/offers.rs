//! Choices: buttons, quick replies and lists, in the best form a channel has for them.

use super::Fitting;
use super::offer::Form;
use super::offer::Offer;
use super::offer::length;
use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::base::text::split;
use crate::channels::numbered;
use crate::engine::rules::choices;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::QuickReply;
use crate::model::content::Row;
use crate::model::content::Section;
use crate::model::content::Text;
use crate::model::rejection::Rejection;

/// How an offer will be shown.
#[derive(Debug, Clone, Copy)]
struct Plan {
    form: Form,
    /// Whether the buttons that do more than answer stay buttons.
    keeps_links: bool,
    /// Whether titles must be cut, so that the text has to hold them in full.
    cuts: bool,
}

fn described_within(row: &Row, max: usize) -> bool {
    row.description
        .as_deref()
        .is_none_or(|text| length(text) <= max)
}

impl Fitting<'_> {
    /// Shows choices in the best form there is, or as numbered text. The first choice has the
    /// number `first` among all that the message offers.
    pub(super) fn offer_from(&mut self, content: &Content, first: usize) -> Result<(), Rejection> {
        let mut offer = Offer::of(content);
        let links = std::mem::take(&mut offer.links);
        (offer.links, offer.lines) = links
            .into_iter()
            .partition(|button| self.can_place(button, 1));
        let Some(plan) = self.plan(&offer) else {
            if offer.count() > 0 {
                let counted = offer.form.counted(offer.count());
                self.replace(format!("{counted} became a numbered text"))?;
            }
            self.note_links(offer.lines.len() + offer.links.len())?;
            return self.say_numbered(content, first);
        };
        if plan.form != offer.form && offer.count() > 0 {
            let counted = offer.form.counted(offer.count());
            self.replace(format!("{counted} became {}", plan.form.name()))?;
        }
        let others = if plan.keeps_links {
            0
        } else {
            offer.links.len()
        };
        self.note_links(offer.lines.len() + others)?;
        if plan.cuts {
            let max = plan.form.title_max(self.row);
            self.divide(format!(
                "Titles longer than {max} characters were shortened; the text has them in full"
            ))?;
        }
        self.show(content, &offer, plan, first)
    }

    fn note_links(&mut self, spelled: usize) -> Result<(), Rejection> {
        match spelled {
            0 => Ok(()),
            1 => self.replace("1 link button became a line of the text"),
            count => self.replace(format!("{count} link buttons became lines of the text")),
        }
    }

    /// Sends what `content` offers as numbered text.
    pub(super) fn say_numbered(
        &mut self,
        content: &Content,
        first: usize,
    ) -> Result<(), Rejection> {
        self.remember_numbers(content, first);
        let text = numbered::text(content, first, &|media| self.link(media));
        self.say(&text.unwrap_or_default())
    }

    /// Notes that the choices of `content` are shown with numbers from `first` on.
    pub(super) fn remember_numbers(&mut self, content: &Content, first: usize) {
        let numbered = choices::offered(content).into_iter().map(|mut choice| {
            choice.number += first - 1;
            choice
        });
        self.fitted.choices.extend(numbered);
    }

    /// The best form; none where nothing can be pressed or there is too much to press.
    fn plan(&self, offer: &Offer) -> Option<Plan> {
        if offer.count() == 0 && !self.goes_on(offer) {
            let keeps_links = !offer.links.is_empty() && self.keeps_links(offer);
            return keeps_links.then_some(Plan {
                form: Form::Buttons,
                keeps_links,
                cuts: false,
            });
        }
        if self.goes_on(offer) {
            return Some(Plan {
                form: Form::Buttons,
                keeps_links: true,
                cuts: false,
            });
        }
        let forms = offer.form.and_next_best();
        let plan = |form, cuts| Plan {
            form,
            keeps_links: form == Form::Buttons && self.keeps_links(offer),
            cuts,
        };
        let whole = forms.iter().find(|form| self.holds_whole(**form, offer));
        let cut = forms.iter().find(|form| self.holds_count(**form, offer));
        whole
            .map(|form| plan(*form, false))
            .or_else(|| cut.map(|form| plan(*form, true)))
    }

    /// Whether more buttons than fit one message go on in further ones.
    fn goes_on(&self, offer: &Offer) -> bool {
        let row = self.row;
        let titles = offer.rows().map(|choice| &choice.title);
        let titles = titles.chain(offer.links.iter().map(|button| &button.title));
        row.buttons_go_on
            && offer.form == Form::Buttons
            && !offer.links.is_empty()
            && offer.count() + offer.links.len() > row.buttons_max
            && self.holds_ids(Form::Buttons, offer)
            && titles
                .into_iter()
                .all(|title| length(title) <= row.button_title_max)
            && offer
                .links
                .iter()
                .all(|button| self.can_place(button, row.buttons_max))
    }

    /// Whether the buttons that do more than answer can stay beside the others.
    fn keeps_links(&self, offer: &Offer) -> bool {
        let count = offer.count() + offer.links.len();
        count <= self.row.buttons_max
            && offer.links.iter().all(|button| {
                length(&button.title) <= self.row.button_title_max && self.can_place(button, count)
            })
    }

    fn holds_count(&self, form: Form, offer: &Offer) -> bool {
        let sections_fit =
            form != Form::List || offer.sections.len() <= self.row.list_sections_max.max(1);
        offer.count() <= form.choices_max(self.row) && sections_fit && self.holds_ids(form, offer)
    }

    /// Whether what comes back when a choice is pressed can say which one it was. Numbers in a text
    /// are remembered here.
    fn holds_ids(&self, form: Form, offer: &Offer) -> bool {
        let max = form.id_max(self.row);
        offer.rows().all(|choice| length(&choice.id) <= max)
    }

    /// Whether every choice is shown in full. A list has a second line for what its title cannot
    /// hold.
    fn holds_whole(&self, form: Form, offer: &Offer) -> bool {
        let row = self.row;
        let title_max = form.title_max(row);
        let second_line = |choice: &Row| {
            form == Form::List
                && choice.description.as_deref().is_none_or(str::is_empty)
                && length(&choice.title) <= row.list_description_max
        };
        self.holds_count(form, offer)
            && offer
                .rows()
                .all(|choice| length(&choice.title) <= title_max || second_line(choice))
            && (form != Form::List || self.holds_list_lines(offer))
    }

    fn holds_list_lines(&self, offer: &Offer) -> bool {
        let row = self.row;
        offer
            .sections
            .iter()
            .all(|section| length(&section.title) <= row.list_title_max)
            && offer
                .rows()
                .all(|choice| described_within(choice, row.list_description_max))
    }

    /// Whether the channel shows the offer exactly as it is.
    pub(super) fn fits_offer(&self, content: &Content) -> bool {
        let row = self.row;
        let offer = &Offer::of(content);
        let frame_fits = [&offer.header, &offer.footer].into_iter().all(|line| {
            line.as_deref()
                .is_none_or(|text| length(text) <= row.header_max)
        });
        let titles_fit = offer
            .rows()
            .all(|choice| length(&choice.title) <= offer.form.title_max(row));
        let label_fits =
            offer.form != Form::List || length(&offer.button_text) <= row.button_title_max;
        let links_fit = offer.links.is_empty() || self.keeps_links(offer);
        (offer.count() > 0 || !offer.links.is_empty())
            && frame_fits
            && titles_fit
            && label_fits
            && links_fit
            && self.holds_whole(offer.form, offer)
            && row.counting.measure(&offer.text) <= offer.form.text_max(row)
    }

    /// Sends an offer as planned: what the form cannot hold goes into the text above.
    fn show(
        &mut self,
        content: &Content,
        offer: &Offer,
        plan: Plan,
        first: usize,
    ) -> Result<(), Rejection> {
        let framed = plan.form != Form::QuickReplies && self.frames(offer);
        let (header, footer) = if framed {
            (offer.header.clone(), offer.footer.clone())
        } else {
            (None, None)
        };
        let words = if framed {
            offer.text.clone()
        } else {
            self.words_of(offer)
        };
        let spelled = plan.cuts || (plan.form != Form::List && offer.says_more_than_titles());
        let spelled_out = if spelled {
            offer.lines(first)
        } else {
            String::new()
        };
        if spelled {
            self.remember_numbers(content, first);
        }
        let spelled = offer
            .links
            .iter()
            .filter(|_| !plan.keeps_links)
            .chain(&offer.lines);
        let addresses = spelled.map(numbered::link_line).collect::<Vec<_>>();
        let addresses = addresses.join("\n");
        let text = numbered::blocks(&[&words, &spelled_out, &addresses]);
        let text = self.say_what_is_too_long(text, plan.form)?;
        if plan.form == Form::Buttons {
            let shown = self.buttons(content, offer, plan);
            return self.show_buttons(header, text, footer, &shown);
        }
        let part = match plan.form {
            Form::QuickReplies => Content::Text(Text {
                text,
                quick_replies: self.quick_replies(offer),
            }),
            Form::Buttons | Form::List => Content::List(List {
                header,
                text,
                footer,
                button_text: self.list_button(offer)?,
                sections: self.list_sections(offer),
            }),
        };
        self.fitted.parts.push(part);
        Ok(())
    }

    /// Sends words with buttons, in as many messages as the buttons need.
    fn show_buttons(
        &mut self,
        header: Option<String>,
        text: String,
        footer: Option<String>,
        shown: &[Button],
    ) -> Result<(), Rejection> {
        let groups = shown.chunks(self.row.buttons_max.max(1));
        if groups.len() > 1 {
            let (count, messages) = (shown.len(), groups.len());
            self.divide(format!(
                "{count} buttons were dealt out to {messages} messages"
            ))?;
        }
        let mut first = Some((header, text, footer));
        for group in groups {
            let (header, text, footer) = first
                .take()
                .unwrap_or_else(|| (None, numbered::MORE.to_owned(), None));
            self.fitted.parts.push(Content::Buttons(Buttons {
                header,
                text,
                footer,
                buttons: group.to_vec(),
            }));
        }
        Ok(())
    }

    /// Whether header and footer can stay lines of their own.
    fn frames(&self, offer: &Offer) -> bool {
        [&offer.header, &offer.footer]
            .into_iter()
            .flatten()
            .all(|line| length(line) <= self.row.header_max)
    }

    /// The words of an offer with its lines above and below as part of them.
    fn words_of(&self, offer: &Offer) -> String {
        let (header, footer) = (offer.header.as_deref(), offer.footer.as_deref());
        if !self.row.header_apart {
            return numbered::framed(header, &offer.text, footer);
        }
        let words = numbered::framed(None, &offer.text, footer);
        numbered::blocks(&[header.unwrap_or_default(), &words])
    }

    /// Sends what is too long to stand above choices, and says what does: the end of the text, or a
    /// prompt where the channel wants the text in one piece.
    fn say_what_is_too_long(&mut self, text: String, form: Form) -> Result<String, Rejection> {
        let (row, max) = (self.row, form.text_max(self.row));
        if row.counting.measure(&text) <= max {
            return Ok(text);
        }
        if row.prompts {
            self.divide("The text was too long to stand above choices and goes before them")?;
            self.say(&text)?;
            return Ok(numbered::PROMPT.to_owned());
        }
        self.divide("The text was too long to carry choices and was split")?;
        let whole = text.trim_end();
        let end = split(whole, max, row.counting).pop().unwrap_or_default();
        self.say(&whole[..whole.len() - end.len()])?;
        Ok(end)
    }

    fn quick_replies(&self, offer: &Offer) -> Vec<QuickReply> {
        let titles = self.titles(offer, Form::QuickReplies);
        offer
            .rows()
            .zip(titles)
            .map(|(row, title)| QuickReply {
                image_url: None,
                id: row.id.clone(),
                title,
            })
            .collect()
    }

    /// The buttons in the order they were asked for, if they were buttons.
    fn buttons(&self, content: &Content, offer: &Offer, plan: Plan) -> Vec<Button> {
        let mut replies =
            offer
                .rows()
                .zip(self.titles(offer, Form::Buttons))
                .map(|(row, title)| Button {
                    id: row.id.clone(),
                    title,
                    ..Button::default()
                });
        let Content::Buttons(asked) = content else {
            return replies.collect();
        };
        asked
            .buttons
            .iter()
            .filter_map(|button| match button.kind {
                ButtonKind::Reply => replies.next(),
                _ if plan.keeps_links && self.can_place(button, 1) => Some(button.clone()),
                _ => None,
            })
            .collect()
    }

    fn list_button(&mut self, offer: &Offer) -> Result<String, Rejection> {
        let max = self.row.button_title_max;
        if length(&offer.button_text) > max {
            self.divide("The button of the list was shortened")?;
        }
        Ok(shorten(&offer.button_text, max, Counting::Characters))
    }

    fn list_sections(&self, offer: &Offer) -> Vec<Section> {
        let row = self.row;
        let cut = |text: &str, max| shorten(text, max, Counting::Characters);
        let mut titles = self.titles(offer, Form::List).into_iter();
        let mut shown = |asked: &Row| {
            let title = titles.next().unwrap_or_default();
            let full = (title != asked.title).then_some(&asked.title);
            let description = match asked.description.as_ref().filter(|text| !text.is_empty()) {
                Some(text) => Some(cut(text, row.list_description_max)),
                None => full.map(|text| cut(text, row.list_description_max)),
            };
            Row {
                id: asked.id.clone(),
                title,
                description,
            }
        };
        offer
            .sections
            .iter()
            .map(|section| Section {
                title: cut(&section.title, row.list_title_max),
                rows: section.rows.iter().map(&mut shown).collect(),
            })
            .collect()
    }

    /// The titles in the length the form takes. Titles that only differ behind the cut get a
    /// number.
    fn titles(&self, offer: &Offer, form: Form) -> Vec<String> {
        let max = form.title_max(self.row);
        let mut titles: Vec<String> = Vec::new();
        for row in offer.rows() {
            let mut title = shorten(&row.title, max, Counting::Characters);
            let mut copy = 2;
            while title != row.title && titles.contains(&title) {
                let mark = format!(" {copy}");
                let room = max.saturating_sub(mark.len());
                title = shorten(&row.title, room, Counting::Characters) + &mark;
                copy += 1;
            }
            titles.push(title);
        }
        titles
    }
}
