//! Choices as plain words: what is shown where nothing can be pressed.
//!
//! One home for the way it looks, because the engine sends it on channels without buttons and the
//! web chat hands it to old widgets and to mail.

use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Carousel;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Media;
use crate::model::content::Text;

/// What stands above choices that have no words there, unless an account has words of its own for
/// that.
pub const PROMPT: &str = "Choose an option:";

/// What stands above buttons that go on from the message before, unless an account has words of its
/// own for that.
pub const MORE: &str = "More options:";

/// Finds the address under which a customer can open a file.
pub type Links<'a> = &'a dyn Fn(&Media) -> Option<String>;

/// Content that offers choices as text: its words, then a line for each choice. Numbers begin at
/// `first` and count in the order of [`Content::choices`], so that a number typed back is the place
/// in that list. None for content that offers nothing.
#[must_use]
pub fn text(content: &Content, first: usize, links: Links<'_>) -> Option<String> {
    let mut choices = Lines::beginning_at(first);
    let words = match content {
        Content::Text(text) if !text.quick_replies.is_empty() => {
            choices.replies(text);
            text.text.clone()
        }
        Content::Buttons(buttons) => {
            choices.buttons(&buttons.buttons);
            words_of_buttons(buttons)
        }
        Content::List(list) => {
            choices.rows(list);
            words_of_list(list)
        }
        Content::Carousel(carousel) => return Some(cards(carousel, first, links)),
        _ => return None,
    };
    Some(blocks(&[&words, &choices.text()]))
}

/// Header, words and footer one below the other, without those that are empty.
#[must_use]
pub fn framed(header: Option<&str>, words: &str, footer: Option<&str>) -> String {
    [
        header.unwrap_or_default(),
        words,
        footer.unwrap_or_default(),
    ]
    .into_iter()
    .filter(|line| !line.trim().is_empty())
    .collect::<Vec<_>>()
    .join("\n")
}

/// Texts with an empty line between them, without those that are empty.
#[must_use]
pub fn blocks(texts: &[&str]) -> String {
    texts
        .iter()
        .filter(|text| !text.trim().is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The line of a choice: `2. Title - description`.
#[must_use]
pub fn choice_line(number: usize, title: &str, description: Option<&str>) -> String {
    match description.filter(|text| !text.trim().is_empty()) {
        Some(description) => format!("{number}. {title} - {description}"),
        None => format!("{number}. {title}"),
    }
}

/// The line of a button that does more than answer: its title and where it leads.
#[must_use]
pub fn link_line(button: &Button) -> String {
    let target = match button.kind {
        ButtonKind::Url => button.url.as_deref(),
        ButtonKind::Call => button.phone.as_deref(),
        ButtonKind::Reply | ButtonKind::Location => None,
    };
    match target {
        Some(target) if button.title.is_empty() => target.to_owned(),
        Some(target) => format!("{}: {target}", button.title),
        None => button.title.clone(),
    }
}

fn words_of_buttons(buttons: &Buttons) -> String {
    framed(
        buttons.header.as_deref(),
        &buttons.text,
        buttons.footer.as_deref(),
    )
}

fn words_of_list(list: &List) -> String {
    framed(list.header.as_deref(), &list.text, list.footer.as_deref())
}

fn cards(carousel: &Carousel, first: usize, links: Links<'_>) -> String {
    let mut choices = Lines::beginning_at(first);
    let mut texts = vec![carousel.text.clone().unwrap_or_default()];
    for card in &carousel.cards {
        let picture = card.image.as_ref().and_then(links);
        choices.begin_block();
        choices.add(card.title.clone());
        choices.add(card.description.clone().unwrap_or_default());
        choices.add(picture.unwrap_or_default());
        choices.buttons(&card.buttons);
        texts.push(choices.text());
    }
    blocks(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Lines under construction, and the number of the next choice.
struct Lines {
    next: usize,
    lines: Vec<String>,
}

impl Lines {
    const fn beginning_at(first: usize) -> Self {
        Self {
            next: first,
            lines: Vec::new(),
        }
    }

    fn begin_block(&mut self) {
        self.lines.clear();
    }

    fn add(&mut self, line: String) {
        if !line.trim().is_empty() {
            self.lines.push(line);
        }
    }

    fn choice(&mut self, title: &str, description: Option<&str>) {
        self.lines.push(choice_line(self.next, title, description));
        self.next += 1;
    }

    fn replies(&mut self, text: &Text) {
        for reply in &text.quick_replies {
            self.choice(&reply.title, None);
        }
    }

    fn buttons(&mut self, buttons: &[Button]) {
        for button in buttons {
            if button.kind == ButtonKind::Reply {
                self.choice(&button.title, None);
            } else {
                self.add(link_line(button));
            }
        }
    }

    fn rows(&mut self, list: &List) {
        for section in &list.sections {
            self.add(section.title.clone());
            for row in &section.rows {
                self.choice(&row.title, row.description.as_deref());
            }
        }
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn read(json: &str) -> Content {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn choices_are_numbered_and_links_are_spelled_out() {
        let cases = [
            (
                r#"{"type":"text","text":"Size?","quickReplies":[{"id":"s","title":"Small"},{"id":"l","title":"Large"}]}"#,
                "Size?\n\n1. Small\n2. Large",
            ),
            (
                r#"{"type":"buttons","header":"Order","text":"What now?","footer":"Aurora","buttons":[
                    {"type":"reply","id":"t","title":"Track"},{"type":"url","title":"Shop","url":"https://a.example"},
                    {"type":"call","title":"Call","phone":"+5511"},{"type":"reply","id":"c","title":"Cancel"}]}"#,
                "Order\nWhat now?\nAurora\n\n1. Track\nShop: https://a.example\nCall: +5511\n2. Cancel",
            ),
            (
                r#"{"type":"list","text":"Pick","sections":[{"title":"Hot","rows":[{"id":"a","title":"Tea","description":"green"}]},
                    {"title":"Cold","rows":[{"id":"b","title":"Juice"}]}]}"#,
                "Pick\n\nHot\n1. Tea - green\nCold\n2. Juice",
            ),
            (
                r#"{"type":"carousel","text":"Ours","cards":[
                    {"title":"Beans","description":"1 kg","image":{"url":"https://a.example/1.jpg"},"buttons":[{"id":"b1","title":"Buy"}]},
                    {"title":"Cup","buttons":[{"id":"b2","title":"Take"}]}]}"#,
                "Ours\n\nBeans\n1 kg\nhttps://a.example/1.jpg\n1. Buy\n\nCup\n2. Take",
            ),
        ];
        for (json, expected) in cases {
            let content = read(json);
            let text = text(&content, 1, &|media| media.url.clone()).unwrap();
            assert_eq!(text, expected);
            for (index, (_, title)) in content.choices().iter().enumerate() {
                assert!(text.contains(&format!("{}. {title}", index + 1)), "{text}");
            }
        }
        assert_eq!(text(&Content::text("plain"), 1, &|_| None), None);
    }

    #[test]
    fn numbers_can_go_on_from_earlier_ones() {
        let content = read(
            r#"{"type":"buttons","text":"","buttons":[{"type":"reply","id":"a","title":"A"}]}"#,
        );
        assert_eq!(text(&content, 4, &|_| None).unwrap(), "4. A");
    }
}
