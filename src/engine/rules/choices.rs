//! What a customer types, turned back into the choice it means: "2", "two." or the title's text.

use crate::base::text::fold;
use crate::model::content::Content;

/// A choice a message offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its number, from 1.
    pub number: usize,
    /// What comes back when it is chosen.
    pub id: String,
    /// What the customer sees.
    pub title: String,
}

/// Every choice `content` offers, numbered as a numbered text shows them.
#[must_use]
pub fn offered(content: &Content) -> Vec<Choice> {
    content
        .choices()
        .into_iter()
        .enumerate()
        .map(|(index, (id, title))| Choice {
            number: index + 1,
            id: id.to_owned(),
            title: title.to_owned(),
        })
        .collect()
}

/// The shortest start of a title that counts as meaning it, in characters; a whole first word may
/// be shorter.
const PREFIX_MIN: usize = 3;

/// The choice that `typed` means, if it means exactly one: its title, else its number in digits or
/// words, else a start of its title. Accents, case and punctuation do not matter.
#[must_use]
pub fn chosen<'a>(typed: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
    let said = plain(typed);
    if said.is_empty() {
        return only(
            choices
                .iter()
                .filter(|choice| choice.title.trim() == typed.trim()),
        )
        .filter(|_| !typed.trim().is_empty());
    }
    let by_title = only(choices.iter().filter(|choice| plain(&choice.title) == said));
    by_title
        .or_else(|| {
            let number = number(&said)?;
            only(choices.iter().filter(|choice| choice.number == number))
        })
        .or_else(|| {
            only(
                choices
                    .iter()
                    .filter(|choice| begins(&plain(&choice.title), &said)),
            )
        })
}

/// The one item there is.
fn only<'a>(mut found: impl Iterator<Item = &'a Choice>) -> Option<&'a Choice> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn begins(title: &str, said: &str) -> bool {
    title
        .strip_prefix(said)
        .is_some_and(|rest| rest.starts_with(' ') || said.chars().count() >= PREFIX_MIN)
}

/// Words and digits alone, in lower case, without accents, with single blanks.
fn plain(text: &str) -> String {
    let kept = |c: char| {
        if c.is_alphanumeric() {
            c
        } else if c == '\'' || c == '\u{2019}' {
            // An apostrophe joins: "don't" is one word.
            '\u{2019}'
        } else {
            ' '
        }
    };
    fold(text)
        .chars()
        .map(kept)
        .filter(|c| *c != '\u{2019}')
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words people put before a number.
const BEFORE_NUMBERS: [&str; 11] = [
    "option", "opcao", "opcion", "number", "numero", "no", "nr", "n", "the", "o", "la",
];

/// Numbers as words, folded: English, Portuguese, Spanish.
const NUMBER_WORDS: [&[&str]; 12] = [
    &[
        "one", "first", "um", "uma", "primeiro", "primeira", "uno", "una", "primero", "primera",
    ],
    &["two", "second", "dois", "duas", "segundo", "segunda", "dos"],
    &[
        "three", "third", "tres", "terceiro", "terceira", "tercero", "tercera",
    ],
    &[
        "four", "fourth", "quatro", "quarto", "quarta", "cuatro", "cuarto", "cuarta",
    ],
    &["five", "fifth", "cinco", "quinto", "quinta"],
    &["six", "sixth", "seis", "sexto", "sexta"],
    &[
        "seven", "seventh", "sete", "setimo", "setima", "siete", "septimo", "septima",
    ],
    &[
        "eight", "eighth", "oito", "oitavo", "oitava", "ocho", "octavo", "octava",
    ],
    &[
        "nine", "ninth", "nove", "nono", "nona", "nueve", "noveno", "novena",
    ],
    &["ten", "tenth", "dez", "decimo", "decima", "diez"],
    &["eleven", "onze", "once"],
    &["twelve", "doze", "doce"],
];

fn number(said: &str) -> Option<usize> {
    let word = said
        .split_once(' ')
        .filter(|(before, _)| BEFORE_NUMBERS.contains(before))
        .map_or(said, |(_, word)| word);
    digits(word).or_else(|| {
        NUMBER_WORDS
            .iter()
            .position(|words| words.contains(&word))
            .map(|index| index + 1)
    })
}

/// Digits of the scripts our widget speaks.
fn digits(word: &str) -> Option<usize> {
    let western = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
        _ => c.is_ascii_digit().then_some(c),
    };
    word.chars()
        .map(western)
        .collect::<Option<String>>()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn choices(titles: &[&str]) -> Vec<Choice> {
        titles
            .iter()
            .enumerate()
            .map(|(index, title)| Choice {
                number: index + 1,
                id: format!("id{}", index + 1),
                title: (*title).to_owned(),
            })
            .collect()
    }

    #[test]
    fn numbers_words_and_titles_find_their_choice() {
        let offer = choices(&[
            "Track my order",
            "Opera\u{e7}\u{e3}o banc\u{e1}ria",
            "Talk to a person",
            "No, thanks!",
        ]);
        let cases = [
            ("2", Some(2)),
            (" 2. ", Some(2)),
            ("2)", Some(2)),
            ("#2", Some(2)),
            ("(2)", Some(2)),
            ("2\u{fe0f}\u{20e3}", Some(2)),
            ("\u{ff12}", Some(2)),
            ("\u{662}", Some(2)),
            ("two.", Some(2)),
            ("Two", Some(2)),
            ("dois", Some(2)),
            ("duas", Some(2)),
            ("dos", Some(2)),
            ("TR\u{ca}S", Some(3)),
            ("option 3", Some(3)),
            ("op\u{e7}\u{e3}o 3", Some(3)),
            ("the second", Some(2)),
            ("track my order", Some(1)),
            ("TRACK MY ORDER!", Some(1)),
            ("operacao bancaria", Some(2)),
            ("track", Some(1)),
            ("tra", Some(1)),
            ("no", Some(4)),
            ("no thanks", Some(4)),
            ("t", None),
            ("tr", None),
            ("5", None),
            ("0", None),
            ("22", None),
            ("-", None),
            ("", None),
            ("   ", None),
            ("I want to track my order", None),
            ("2 please and also a cup", None),
            ("99999999999999999999999", None),
        ];
        for (typed, expected) in cases {
            let found = chosen(typed, &offer).map(|choice| choice.number);
            assert_eq!(found, expected, "{typed:?}");
        }
    }

    #[test]
    fn what_could_mean_two_choices_means_none() {
        let offer = choices(&["Order status", "Order again", "Same", "Same"]);
        assert_eq!(chosen("order", &offer), None);
        assert_eq!(chosen("same", &offer), None);
        assert_eq!(chosen("order a", &offer).map(|c| c.number), Some(2));
        assert_eq!(chosen("4", &offer).map(|c| c.number), Some(4));
    }

    #[test]
    fn a_title_that_is_a_number_wins_over_the_place() {
        let offer = choices(&["5", "4", "3"]);
        assert_eq!(chosen("5", &offer).map(|c| c.number), Some(1));
        assert_eq!(chosen("3", &offer).map(|c| c.number), Some(3));
        assert_eq!(chosen("2", &offer).map(|c| c.number), Some(2));
    }

    #[test]
    fn titles_without_letters_are_compared_as_they_are() {
        let offer = choices(&["\u{1f44d}", "\u{1f44e}"]);
        assert_eq!(chosen("\u{1f44e}", &offer).map(|c| c.number), Some(2));
        assert_eq!(chosen("\u{1f600}", &offer), None);
        let decorated = choices(&["\u{2705} Yes", "\u{274c} No"]);
        assert_eq!(chosen("yes", &decorated).map(|c| c.number), Some(1));
    }

    #[test]
    fn choices_are_numbered_through() {
        let content: Result<Content, _> = serde_json::from_str(
            r#"{"type":"list","sections":[{"rows":[{"id":"a","title":"A"}]},{"rows":[{"id":"b","title":"B"}]}]}"#,
        );
        let numbers: Vec<_> = content
            .iter()
            .flat_map(offered)
            .map(|c| (c.number, c.id))
            .collect();
        assert_eq!(numbers, [(1, "a".to_owned()), (2, "b".to_owned())]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_gets_an_answer(typed in ".{0,40}", titles in prop::collection::vec(".{0,20}", 0..6)) {
            let titles: Vec<_> = titles.iter().map(String::as_str).collect();
            let offer = choices(&titles);
            if let Some(choice) = chosen(&typed, &offer) {
                prop_assert!(offer.contains(choice));
            }
        }

        #[test]
        fn every_number_finds_its_choice(count in 1usize..40) {
            let titles: Vec<_> = (0..count).map(|n| format!("x{n}y")).collect();
            let titles: Vec<_> = titles.iter().map(String::as_str).collect();
            let offer = choices(&titles);
            for number in 1..=count {
                let found = chosen(&format!("{number}."), &offer).map(|c| c.number);
                prop_assert_eq!(found, Some(number));
            }
        }
    }
}
