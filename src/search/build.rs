//! From a resolved question to queries of the index.
//!
//! A question has up to two tiers: what fits exactly, and after it what fits when one typing
//! mistake a word is forgiven. The second never repeats the first, so exact hits always come
//! first, whatever the order within a tier.

use tantivy::Term;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::EmptyQuery;
use tantivy::query::Occur;
use tantivy::query::PhrasePrefixQuery;
use tantivy::query::PhraseQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::model::fence::Fence;
use crate::model::ids::ConversationId;
use crate::search::digits::joined_numbers;
use crate::search::expand::Expansion;
use crate::search::expand::Fits;
use crate::search::facts::Fact;
use crate::search::facts::Kind;
use crate::search::query::Phrase;
use crate::search::resolve::Negatable;
use crate::search::resolve::Plan;
use crate::search::resolve::StateTest;
use crate::search::schema::Fields;
use crate::search::steady::Steady;
use crate::search::words::Shape;
use crate::search::words::Word;
use crate::search::words::words;

/// Shortest word in which a typing mistake is forgiven, in characters.
pub(super) const CLOSE_MIN_CHARS: usize = 5;

/// Words that begin a growing phrase's last word, at most; more make the phrase slow.
const PHRASE_ENDS_MAX: u32 = 512;

/// How much more a word in a subject or name counts.
const TITLE_BOOST: f32 = 2.0;

type Clause = (Occur, Box<dyn Query>);

/// How spelling is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Exact,
    Close,
}

/// Builds the queries of one question.
pub(super) struct Builder<'a> {
    pub fields: &'a Fields,
    pub plan: &'a Plan,
    pub kinds: &'a [Kind],
    /// Whether hits are ordered by how well they fit.
    pub scored: bool,
    /// Where few conversations can hold hits: which.
    pub conversations: Option<Vec<ConversationId>>,
}

impl Builder<'_> {
    /// The tiers, exact first.
    pub(super) fn tiers(&self) -> Vec<Box<dyn Query>> {
        let mut tiers = vec![self.exact()];
        if self.plan.texts.iter().any(is_forgiving) {
            let mut close = self.texts(Spelling::Close);
            close.push((Occur::MustNot, all_of(self.texts(Spelling::Exact))));
            close.extend(self.filters());
            tiers.push(all_of(close));
        }
        tiers
    }

    /// What fits exactly.
    pub(super) fn exact(&self) -> Box<dyn Query> {
        let mut clauses = self.filters();
        clauses.extend(self.texts(Spelling::Exact));
        all_of(clauses)
    }

    fn texts(&self, spelling: Spelling) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        let mut rest = self.plan.texts.as_slice();
        while let Some((first, after)) = rest.split_first() {
            if let Some((number, used)) = self.spaced_number(rest) {
                clauses.push((Occur::Must, number));
                rest = &rest[used..];
                continue;
            }
            rest = after;
            // What is excluded is excluded as spelled: a near miss should not cost a hit.
            let (occur, spelling) = if first.negated {
                (Occur::MustNot, Spelling::Exact)
            } else {
                (Occur::Must, spelling)
            };
            let any: Vec<Clause> = first
                .test
                .iter()
                .filter_map(|phrase| self.phrase(self.fields.text, phrase, spelling))
                .map(|query| (Occur::Should, query))
                .collect();
            if !any.is_empty() {
                clauses.push((occur, any_of(any)));
            }
        }
        if self.scored {
            clauses.extend(self.title_boosts());
        }
        clauses
    }

    /// A number typed with spaces (`11 98765 4321`) as its groups or as one, and how many parts of
    /// the question it took.
    fn spaced_number(&self, texts: &[Negatable<Vec<Phrase>>]) -> Option<(Box<dyn Query>, usize)> {
        let groups: Vec<&Phrase> = texts
            .iter()
            .map_while(|part| match part.test.as_slice() {
                [phrase] if !part.negated && !phrase.quoted && is_number(&phrase.text) => {
                    Some(phrase)
                }
                _ => None,
            })
            .collect();
        if groups.len() < 2 {
            return None;
        }
        let typed: Vec<&str> = groups.iter().map(|group| group.text.as_str()).collect();
        let joined = whole_number(&typed.join(" "))?;
        let apart = groups
            .iter()
            .filter_map(|group| self.phrase(self.fields.text, group, Spelling::Exact))
            .map(|query| (Occur::Must, query))
            .collect();
        let either = vec![
            (Occur::Should, all_of(apart)),
            (
                Occur::Should,
                expansion(self.fields.text, Fits::Beginning(joined)),
            ),
        ];
        Some((any_of(either), groups.len()))
    }

    /// One typed word or quotation; none when there is no word in it.
    fn phrase(&self, field: Field, phrase: &Phrase, spelling: Spelling) -> Option<Box<dyn Query>> {
        let words = asked_words(&phrase.text);
        let open = phrase.open && !phrase.quoted;
        let query = match words.as_slice() {
            [] => return None,
            [word] => self.word(field, word, open, phrase.quoted, spelling),
            many => sequence(field, many, open),
        };
        match whole_number(&phrase.text) {
            Some(number) => Some(any_of(vec![
                (Occur::Should, query),
                (Occur::Should, expansion(field, Fits::Beginning(number))),
            ])),
            None => Some(query),
        }
    }

    fn word(
        &self,
        field: Field,
        word: &Word,
        open: bool,
        quoted: bool,
        spelling: Spelling,
    ) -> Box<dyn Query> {
        if word.shape == Shape::Gram {
            // A pair stands for itself; a single character begins every pair it is in.
            return expansion(field, Fits::Beginning(word.text.clone()));
        }
        let text = word.text.clone();
        if spelling == Spelling::Close && !quoted && forgives(word) {
            let fits = if open {
                Fits::CloseBeginning(text)
            } else {
                Fits::Close(text)
            };
            return expansion(field, fits);
        }
        let exact = term(field, &text);
        match (open, self.scored) {
            (false, _) => exact,
            (true, false) => expansion(field, Fits::Beginning(text)),
            // The whole word counts for more than a longer one that begins with it.
            (true, true) => any_of(vec![
                (Occur::Should, exact),
                (Occur::Should, expansion(field, Fits::Beginning(text))),
            ]),
        }
    }

    fn title_boosts(&self) -> Vec<Clause> {
        self.plan
            .texts
            .iter()
            .filter(|part| !part.negated)
            .flat_map(|part| &part.test)
            .flat_map(|phrase| asked_words(&phrase.text))
            .map(|word| {
                let title = term(self.fields.title, &word.text);
                let boosted: Box<dyn Query> = Box::new(BoostQuery::new(title, TITLE_BOOST));
                (Occur::Should, boosted)
            })
            .collect()
    }

    fn filters(&self) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for part in &self.plan.facts {
            let all = part
                .test
                .iter()
                .map(|any| (Occur::Must, self.facts(any.clone())));
            clauses.push((occur(part.negated), all_of(all.collect())));
        }
        for part in &self.plan.files {
            let all = part
                .test
                .iter()
                .filter_map(|name| self.file_name(name))
                .map(|query| (Occur::Must, query));
            clauses.push((occur(part.negated), all_of(all.collect())));
        }
        let kinds = self.kinds();
        if kinds.len() < Kind::ALL.len() {
            clauses.push((Occur::Must, self.facts(terms_of(&kinds))));
        }
        clauses.extend(
            self.plan
                .states
                .iter()
                .filter_map(|part| self.contact_tag(part)),
        );
        if let Some(conversations) = &self.conversations {
            let belongs = conversations
                .iter()
                .map(|id| Fact::Conversation(*id).term());
            let contacts = Fact::Kind(Kind::Contact).term();
            clauses.push((Occur::Must, self.facts(belongs.chain([contacts]).collect())));
        }
        clauses
    }

    /// The kinds that can hold hits: a contact has no state but its labels.
    fn kinds(&self) -> Vec<Kind> {
        let of_conversations =
            |part: &Negatable<StateTest>| !matches!(part.test, StateTest::Tag(_));
        let without_contacts = self.plan.states.iter().any(of_conversations);
        self.kinds
            .iter()
            .copied()
            .filter(|kind| !(without_contacts && *kind == Kind::Contact))
            .collect()
    }

    /// A label asked of contacts, by their own document; all else passes here and is asked of its
    /// conversation.
    fn contact_tag(&self, part: &Negatable<StateTest>) -> Option<Clause> {
        let StateTest::Tag(tag) = &part.test else {
            return None;
        };
        let tagged = Fact::Tag(tag).term();
        Some(if part.negated {
            (Occur::MustNot, self.facts(vec![tagged]))
        } else {
            let mut any = terms_of(&[Kind::Message, Kind::Note, Kind::Conversation]);
            any.push(tagged);
            (Occur::Must, self.facts(any))
        })
    }

    fn file_name(&self, name: &Phrase) -> Option<Box<dyn Query>> {
        match asked_words(&name.text).as_slice() {
            [] => None,
            [word] if name.open => Some(expansion(
                self.fields.files,
                Fits::Beginning(word.text.clone()),
            )),
            [word] => Some(term(self.fields.files, &word.text)),
            many => Some(sequence(self.fields.files, many, name.open)),
        }
    }

    fn facts(&self, any: Vec<Vec<u8>>) -> Box<dyn Query> {
        facts(self.fields, any)
    }
}

/// The conversations that the conditions and the fence let through, by their own documents.
///
/// The index may be a moment behind, so this only narrows; each candidate is still decided by the
/// present state of its conversation.
pub(super) fn conversations_query(fields: &Fields, plan: &Plan, fence: &Fence) -> Box<dyn Query> {
    let mut clauses = vec![(Occur::Must, facts(fields, terms_of(&[Kind::Conversation])))];
    for part in &plan.states {
        if let Some(any) = state_terms(&part.test) {
            clauses.push((occur(part.negated), facts(fields, any)));
        }
    }
    if let Fence::Only {
        user,
        teams,
        unassigned,
    } = fence
    {
        let mut own = vec![Fact::Assignee(Some(*user)).term()];
        own.extend(teams.iter().map(|team| Fact::Team(Some(*team)).term()));
        let mut any = vec![(Occur::Should, facts(fields, own))];
        if *unassigned {
            let nobodys = [Fact::Assignee(None).term(), Fact::Team(None).term()]
                .map(|fact| (Occur::Must, facts(fields, vec![fact])));
            any.push((Occur::Should, all_of(nobodys.into())));
        }
        clauses.push((Occur::Must, any_of(any)));
    }
    all_of(clauses)
}

fn state_terms(test: &StateTest) -> Option<Vec<Vec<u8>>> {
    Some(match test {
        StateTest::Status(status) => vec![Fact::Status(*status).term()],
        StateTest::Priority(priority) => vec![Fact::Priority(*priority).term()],
        StateTest::Tag(tag) => vec![Fact::Tag(tag).term()],
        StateTest::Assignee(any) => any
            .iter()
            .map(|user| Fact::Assignee(*user).term())
            .collect(),
        StateTest::Team(any) => any.iter().map(|team| Fact::Team(*team).term()).collect(),
        StateTest::Unread => return None,
    })
}

/// The words of a question: of a run in an unspaced script the pairs are enough.
pub(super) fn asked_words(text: &str) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::new();
    for word in words(text) {
        let repeats = kept.last().is_some_and(|before| {
            before.shape == Shape::Gram && word.shape == Shape::Gram && before.to == word.to
        });
        if !repeats {
            kept.push(word);
        }
    }
    kept
}

/// Whether a typing mistake in the word is forgiven.
pub(super) fn forgives(word: &Word) -> bool {
    word.shape == Shape::Plain
        && word.text.chars().count() >= CLOSE_MIN_CHARS
        && word.text.chars().all(char::is_alphabetic)
}

fn is_forgiving(part: &Negatable<Vec<Phrase>>) -> bool {
    !part.negated
        && part.test.iter().any(|phrase| {
            !phrase.quoted
                && matches!(asked_words(&phrase.text).as_slice(), [word] if forgives(word))
        })
}

pub(super) fn is_number(text: &str) -> bool {
    let words = words(text);
    !words.is_empty()
        && words
            .iter()
            .all(|word| word.text.bytes().all(|b| b.is_ascii_digit()))
}

/// The digits of a text that is one long number and nothing else.
pub(super) fn whole_number(text: &str) -> Option<String> {
    let words = words(text);
    let number = joined_numbers(text, &words).into_iter().next()?;
    (number.first == 0 && number.end == words.len()).then_some(number.digits)
}

/// Words that must follow each other; the last may go on when the phrase is open, and always when
/// it is a lone character of an unspaced script, which only begins pairs.
fn sequence(field: Field, words: &[Word], open: bool) -> Box<dyn Query> {
    let terms = words
        .iter()
        .map(|word| (word.position, Term::from_field_text(field, &word.text)))
        .collect();
    let lone = words
        .last()
        .is_some_and(|word| word.shape == Shape::Gram && word.text.chars().count() == 1);
    if open || lone {
        let mut query = PhrasePrefixQuery::new_with_offset(terms);
        query.set_max_expansions(PHRASE_ENDS_MAX);
        Box::new(query)
    } else {
        Box::new(PhraseQuery::new_with_offset(terms))
    }
}

fn facts(fields: &Fields, any: Vec<Vec<u8>>) -> Box<dyn Query> {
    expansion(fields.facts, Fits::Any(any))
}

fn expansion(field: Field, fits: Fits) -> Box<dyn Query> {
    Box::new(Expansion { field, fits })
}

fn terms_of(kinds: &[Kind]) -> Vec<Vec<u8>> {
    kinds.iter().map(|kind| Fact::Kind(*kind).term()).collect()
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}

fn occur(negated: bool) -> Occur {
    if negated { Occur::MustNot } else { Occur::Must }
}

fn all_of(mut clauses: Vec<Clause>) -> Box<dyn Query> {
    if clauses.iter().all(|(occur, _)| *occur != Occur::Must) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    if let [(Occur::Must, only)] = clauses.as_slice() {
        return only.box_clone();
    }
    let steady = |(occur, query): Clause| match occur {
        Occur::MustNot => (occur, Box::new(Steady(query)) as Box<dyn Query>),
        _ => (occur, query),
    };
    Box::new(BooleanQuery::new(clauses.into_iter().map(steady).collect()))
}

fn any_of(clauses: Vec<Clause>) -> Box<dyn Query> {
    match clauses.as_slice() {
        [] => Box::new(EmptyQuery),
        [(_, only)] => only.box_clone(),
        _ => Box::new(BooleanQuery::new(clauses)),
    }
}
