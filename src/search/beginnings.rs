//! Whether a contact fits a question for beginnings, told without the index: for what changed since
//! the index was written last. It says the same as
//! [`contacts_beginning`](crate::search::Search::contacts_beginning).

use crate::search::build::asked_words;
use crate::search::build::is_number;
use crate::search::build::whole_number;
use crate::search::digits::with_number_ends;
use crate::search::documents::ContactDoc;
use crate::search::query::Query;
use crate::search::query::Wanted;
use crate::search::words::Word;
use crate::search::words::words;

/// A question, read once for many contacts.
#[derive(Debug, Clone)]
pub struct Beginnings {
    parts: Vec<String>,
}

impl Beginnings {
    /// Reads a question: all its words must begin some word.
    #[must_use]
    pub fn of(question: &str) -> Self {
        let texts = Query::of_beginnings(question).parts.into_iter();
        let parts = texts.flat_map(|part| match part.wanted {
            Wanted::Text(any) => any,
            Wanted::Filter(_) => Vec::new(),
        });
        Self {
            parts: parts.map(|phrase| phrase.text).collect(),
        }
    }

    /// Whether a contact fits; none fits a question without words.
    #[must_use]
    pub fn fit(&self, contact: &ContactDoc) -> bool {
        let said = Said::by(contact);
        let mut rest = self.parts.as_slice();
        while let Some((first, after)) = rest.split_first() {
            let groups = rest.iter().take_while(|part| is_number(part)).count();
            let (fits, used) = match whole_number(&rest[..groups].join(" ")) {
                Some(number) if groups > 1 => {
                    let apart = rest[..groups].iter().all(|group| said.has(group));
                    (apart || said.begins(&number), groups)
                }
                _ => (said.has(first), 1),
            };
            if !fits {
                return false;
            }
            rest = &after[used - 1..];
        }
        !self.parts.is_empty()
    }
}

/// The words of each text of a contact, in order.
struct Said(Vec<Vec<Word>>);

impl Said {
    fn by(contact: &ContactDoc) -> Self {
        let known = [&contact.names, &contact.addresses, &contact.tags];
        let texts = known.into_iter().flatten().chain([&contact.text]);
        Self(
            texts
                .map(|text| with_number_ends(text, words(text)))
                .collect(),
        )
    }

    /// Whether a word, or words that were typed as one, stand somewhere; the last may go on.
    fn has(&self, typed: &str) -> bool {
        let asked = asked_words(typed);
        self.0.iter().any(|text| stand_in(text, &asked))
            || whole_number(typed).is_some_and(|number| self.begins(&number))
    }

    fn begins(&self, start: &str) -> bool {
        let mut all = self.0.iter().flatten();
        all.any(|word| word.text.starts_with(start))
    }
}

/// Whether words stand in a text one after the other, the last one as a beginning.
fn stand_in(text: &[Word], asked: &[Word]) -> bool {
    let Some((last, before)) = asked.split_last() else {
        return true;
    };
    let offset = |word: &Word| word.position - asked.first().map_or(0, |first| first.position);
    let mut starts = text.iter().map(|word| word.position);
    starts.any(|start| {
        let at = |wanted: &Word| {
            let place = start + offset(wanted);
            text.iter().filter(move |word| word.position == place)
        };
        before
            .iter()
            .all(|wanted| at(wanted).any(|word| word.text == wanted.text))
            && at(last).any(|word| word.text.starts_with(&last.text))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::collections::HashSet;

    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::ids::ContactId;
    use crate::model::ids::Id as _;
    use crate::search::Change;
    use crate::search::Search;
    use crate::search::SearchConfig;
    use crate::search::documents::Doc;

    /// So many people there are each time: the next take the places of the last.
    const PEOPLE: usize = 6;

    fn contact(number: u8, names: &[String], addresses: &[String], text: &str) -> ContactDoc {
        ContactDoc {
            id: ContactId::from_bytes([number; 16]),
            at: Timestamp::from_secs(i64::from(number)),
            names: names.to_vec(),
            addresses: addresses.to_vec(),
            tags: vec!["wholesale".to_owned()],
            text: text.to_owned(),
        }
    }

    #[test]
    fn people_are_found_by_whatever_one_remembers() {
        let names = ["Ana S\u{e1} Lima".to_owned()];
        let addresses = ["+5511987654321", "ana@example.com"].map(str::to_owned);
        let ana = contact(1, &names, &addresses, "Aurora Ltda");
        let found = [
            "ana",
            "lima ana",
            "SA",
            "ana@",
            "ana@exam",
            "example.com",
            "98765-4321",
            "+55 (11) 98765",
            "4321",
            "aur",
            "wholesale lima",
        ];
        for words in found {
            assert!(Beginnings::of(words).fit(&ana), "{words}");
        }
        for words in ["bia", "ana costa", "123", "ima", "com.example", "", "?!"] {
            assert!(!Beginnings::of(words).fit(&ana), "{words}");
        }
    }

    #[test]
    fn the_index_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let config = SearchConfig {
            writer_heap_bytes: 15_000_000,
        };
        let search = Search::open(folder.path(), config).unwrap();
        let name = "[a-b\u{e1}\u{e4}A1-2\u{65e5}\u{672c}]{0,3}( [a-b1-2]{1,4}){0,2}";
        let address = "[1-3]{4,9}|[a-b]{1,2}@[a-b]{1,2}\\.[a-b]";
        let question = "[a-bA1-3\u{e1}\u{65e5}\u{672c}@ .-]{0,8}";
        let people = prop::collection::vec((name, address), PEOPLE);
        let questions = prop::collection::vec(question, 1..12);
        let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
        let same = runner.run(&(people, questions), |(people, questions)| {
            let all = (1..).zip(&people).map(|(number, (name, address))| {
                let (name, address) = (std::slice::from_ref(name), std::slice::from_ref(address));
                contact(number, name, address, "")
            });
            let all: Vec<ContactDoc> = all.collect();
            let changes = all.iter().map(|one| Change::Put(Doc::Contact(one.clone())));
            search.apply(changes.collect(), 1).unwrap();
            search.commit().unwrap();
            for question in questions {
                let told = Beginnings::of(&question);
                let fit = all.iter().filter(|one| told.fit(one)).map(|one| one.id);
                let indexed = search.contacts_beginning(&question, usize::MAX).unwrap();
                prop_assert_eq!(indexed, Some(fit.collect::<HashSet<_>>()), "{}", question);
            }
            Ok(())
        });
        same.unwrap();
    }
}
