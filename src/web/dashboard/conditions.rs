//! `/app/inbox/conditions`: narrowing a queue by groups of conditions. The page is a form that is
//! drawn anew with each change; the address of the narrowed queue keeps what it says.

use actix_web::HttpRequest;
use actix_web::HttpResponse;

use crate::engine::error::EngineError;
use crate::model::condition::Condition;
use crate::model::condition::LEVELS_MAX;
use crate::model::condition::TESTS_MAX;
use crate::model::condition::Test;
use crate::model::conversation::Priority;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::conditions::ConditionsPage;
use crate::web::dashboard::view::conditions::GroupPart;
use crate::web::dashboard::view::format;
use crate::web::state::State;

/// The path of the outermost group in the names of fields; those within it add `.0`, `.1`.
const ROOT: &str = "0";
/// Groups within one group.
const GROUPS_MAX: usize = 8;

/// How long somebody has waited that can be asked for.
const WAITS_MINUTES: [u32; 6] = [15, 60, 240, 1_440, 4_320, 10_080];

/// Tests to choose from, under a heading.
type Choices = Vec<(&'static str, Vec<(Test, String)>)>;

/// A group as the form has it: choices may still be open, and groups empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Group {
    any: bool,
    tests: Vec<String>,
    inner: Vec<Group>,
}

impl Group {
    fn read(fields: &Fields, path: &str) -> Option<Self> {
        let name = format!("m.{path}");
        if !fields.has(&name) || path.split('.').count() > LEVELS_MAX {
            return None;
        }
        let tests = format!("c.{path}");
        let tests = fields.all(&tests).filter(|value| !value.is_empty());
        let within = (0..GROUPS_MAX).filter_map(|at| Self::read(fields, &format!("{path}.{at}")));
        Some(Self {
            any: fields.get(&name) == "any",
            tests: tests.take(TESTS_MAX).map(str::to_owned).collect(),
            inner: within.collect(),
        })
    }

    fn of(condition: &Condition) -> Self {
        let (any, parts) = match condition {
            Condition::All(parts) => (false, parts.as_slice()),
            Condition::Any(parts) => (true, parts.as_slice()),
            Condition::Is(_) => (false, std::slice::from_ref(condition)),
        };
        let mut group = Self {
            any,
            ..Self::default()
        };
        for part in parts {
            match part {
                Condition::Is(test) => group.tests.push(value_of(test)),
                inner => group.inner.push(Self::of(inner)),
            }
        }
        group
    }

    /// What it says; none while nothing is chosen in it.
    fn condition(&self) -> Option<Condition> {
        let tests = self.tests.iter().filter_map(|value| test_of(value));
        let mut parts: Vec<_> = tests.map(Condition::Is).collect();
        parts.extend(self.inner.iter().filter_map(Self::condition));
        match (parts.len(), self.any) {
            (0, _) => None,
            (1, _) => parts.pop(),
            (_, true) => Some(Condition::Any(parts)),
            (_, false) => Some(Condition::All(parts)),
        }
    }

    /// The group at a path below this one.
    fn at(&mut self, path: &str) -> Option<&mut Self> {
        let mut found = self;
        for step in path.split('.').skip(1) {
            found = found.inner.get_mut(step.parse::<usize>().ok()?)?;
        }
        Some(found)
    }

    fn draw(&self, path: &str, choices: &Choices) -> GroupPart {
        let level = path.split('.').count();
        let options = |chosen: &str| {
            let list = |tests: &Vec<(Test, String)>| {
                let option =
                    |(test, label): &(Test, String)| OptionView::of(&value_of(test), label, chosen);
                tests.iter().map(option).collect()
            };
            let groups = choices.iter();
            let mut all: Vec<(&'static str, Vec<OptionView>)> =
                groups.map(|(title, tests)| (*title, list(tests))).collect();
            let known = all
                .iter()
                .any(|(_, list)| list.iter().any(|one| one.selected));
            if let Some(test) = test_of(chosen).filter(|_| !known) {
                // What is no longer offered stays until somebody takes it away.
                let label = said(&Condition::Is(test), choices);
                all.push(("As it was", vec![OptionView::of(chosen, &label, chosen)]));
            }
            all
        };
        let open = std::iter::once("");
        let chosen = self.tests.iter().map(String::as_str).chain(open);
        let inner = self.inner.iter().enumerate();
        GroupPart {
            path: path.to_owned(),
            any: self.any,
            tests: chosen.map(options).collect(),
            inner: inner
                .map(|(at, group)| group.draw(&format!("{path}.{at}"), choices))
                .collect(),
            may_nest: level < LEVELS_MAX && self.inner.len() < GROUPS_MAX,
            may_go: level > 1,
        }
    }
}

/// A test as the value of a choice.
fn value_of(test: &Test) -> String {
    // Ids, names and words always have a text.
    serde_json::to_string(test).unwrap_or_default()
}

fn test_of(value: &str) -> Option<Test> {
    serde_json::from_str(value).ok()
}

/// The form, or the queue it narrows once it is complete.
pub async fn show(
    state: Shared,
    request: HttpRequest,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(request.query_string().as_bytes());
    let shown = match fields.get("section") {
        "" => Queue::Mine.into(),
        named => Section::named(named).ok_or_else(Problem::not_found)?,
    };
    if shown.queue().is_own() {
        return Err(Problem::not_found());
    }
    let held = shown.narrowing().condition.as_ref();
    let mut root = Group::read(&fields, ROOT)
        .or_else(|| held.map(Group::of))
        .unwrap_or_default();
    match fields.get("do").split_once(':') {
        Some(("group", path)) => {
            if let Some(group) = root.at(path) {
                group.inner.push(Group::default());
            }
        }
        Some(("drop", path)) => {
            let (outer, at) = path.rsplit_once('.').ok_or_else(Problem::not_found)?;
            let at: usize = at.parse().map_err(|_| Problem::not_found())?;
            if let Some(group) = root.at(outer).filter(|group| at < group.inner.len()) {
                group.inner.remove(at);
            }
        }
        _ => {}
    }
    if fields.get("do") == "show" {
        let mut narrowing = shown.narrowing().clone();
        narrowing.condition = root.condition();
        return Ok(see(&Section::of(shown.queue(), narrowing).address()));
    }
    let choices = choices(&state, &reader)?;
    let area = crate::web::dashboard::view::shell::Area::OtherQueue;
    Ok(page(&ConditionsPage {
        shell: reader.shell(&state, "Conditions", area)?,
        back: shown.address(),
        section: shown.word().to_owned(),
        queue: shown.queue().title(),
        root: root.draw(ROOT, &choices),
    }))
}

/// Everything that can be tested, by what it is about.
fn choices(state: &State, reader: &Reader) -> Result<Choices, EngineError> {
    let actor = reader.actor();
    let engine = &state.engine;
    let plain = |tests: &[(Test, &str)]| {
        let tests = tests.iter();
        tests
            .map(|(test, label)| (test.clone(), (*label).to_owned()))
            .collect::<Vec<_>>()
    };
    let tags = engine.surroundings.tag_names()?.into_iter();
    let mut people = plain(&[(Test::Assignee(None), "Assigned to nobody")]);
    for user in engine.users.list(&actor)? {
        people.push((Test::Assignee(Some(user.id)), user.name));
    }
    let mut teams = plain(&[(Test::Team(None), "No team")]);
    for team in engine.teams.list(&actor)? {
        teams.push((Test::Team(Some(team.id)), team.name));
    }
    let channels = engine.channels.list(&actor)?.into_iter();
    let waits = WAITS_MINUTES.map(Test::WaitingOverMinutes).into_iter();
    Ok(vec![
        (
            "State",
            plain(&[
                (Test::Unread, "Unread"),
                (Test::Waiting, "Waiting for you"),
                (Test::Answered, "Waiting for the customer"),
                (Test::HasFile, "Has a file"),
            ]),
        ),
        (
            "Waiting for you",
            waits.map(|test| (test.clone(), own_words(&test))).collect(),
        ),
        (
            "Priority",
            plain(&[
                (Test::Priority(Priority::Urgent), "Urgent priority"),
                (Test::Priority(Priority::High), "High priority"),
                (Test::Priority(Priority::Normal), "Normal priority"),
                (Test::Priority(Priority::Low), "Low priority"),
            ]),
        ),
        (
            "Tag",
            tags.map(|name| (Test::Tag(name.clone()), name)).collect(),
        ),
        ("Assignee", people),
        ("Team", teams),
        (
            "Channel",
            channels
                .map(|channel| (Test::Channel(channel.id), channel.name))
                .collect(),
        ),
    ])
}

/// A condition in words: "vip or (Urgent priority and Unread)".
///
/// # Errors
/// The store's.
pub fn words(state: &State, reader: &Reader, condition: &Condition) -> Result<String, EngineError> {
    Ok(said(condition, &choices(state, reader)?))
}

/// A test that is not among the choices, in words.
fn own_words(test: &Test) -> String {
    match test {
        Test::Tag(name) => name.clone(),
        Test::ChannelType(kind) => kind.as_str().to_owned(),
        Test::WaitingOverMinutes(minutes) => {
            let (number, one, many) = match *minutes {
                days if days > 0 && days % 1_440 == 0 => (days / 1_440, "day", "days"),
                hours if hours > 0 && hours % 60 == 0 => (hours / 60, "hour", "hours"),
                minutes => (minutes, "minute", "minutes"),
            };
            let length = format::counted(u64::from(number), one, many);
            format!("Waiting longer than {length}")
        }
        _ => "something that is gone".to_owned(),
    }
}

fn said(condition: &Condition, choices: &Choices) -> String {
    let (parts, joint) = match condition {
        Condition::All(parts) => (parts, " and "),
        Condition::Any(parts) => (parts, " or "),
        Condition::Is(test) => {
            let mut known = choices.iter().flat_map(|(_, tests)| tests);
            return match known.find(|(known, _)| known == test) {
                Some((_, label)) => label.clone(),
                None => own_words(test),
            };
        }
    };
    let parts = parts.iter().map(|part| {
        let words = said(part, choices);
        match part {
            Condition::Is(_) => words,
            _ => format!("({words})"),
        }
    });
    parts.collect::<Vec<_>>().join(joint)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Fields::of(pairs.iter().map(own).collect())
    }

    #[test]
    fn a_form_is_a_condition_and_the_condition_that_form() {
        let fields = form(&[
            ("m.0", "any"),
            ("c.0", r#"{"tag":"vip"}"#),
            ("c.0", ""),
            ("m.0.0", "all"),
            ("c.0.0", r#""unread""#),
            ("c.0.0", r#"{"priority":"urgent"}"#),
            ("m.0.1", "any"),
            ("c.0.1", ""),
        ]);
        let condition = Group::read(&fields, ROOT).unwrap().condition().unwrap();
        let expected = Condition::Any(vec![
            Condition::Is(Test::Tag("vip".to_owned())),
            Condition::All(vec![
                Condition::Is(Test::Unread),
                Condition::Is(Test::Priority(Priority::Urgent)),
            ]),
        ]);
        assert_eq!(condition, expected);
        assert_eq!(Group::of(&condition).condition(), Some(condition.clone()));
        let known = vec![("State", vec![(Test::Unread, "Unread".to_owned())])];
        assert_eq!(
            said(&condition, &known),
            "vip or (Unread and something that is gone)"
        );
    }

    #[test]
    fn how_long_somebody_waits_is_said_in_the_largest_unit_that_fits() {
        for (minutes, words) in [
            (0, "0 minutes"),
            (1, "1 minute"),
            (90, "90 minutes"),
            (60, "1 hour"),
            (2_880, "2 days"),
        ] {
            let said = own_words(&Test::WaitingOverMinutes(minutes));
            assert_eq!(said, format!("Waiting longer than {words}"));
        }
    }

    #[test]
    fn what_says_nothing_is_no_condition() {
        for pairs in [
            &[("m.0", "all")][..],
            &[("m.0", "all"), ("c.0", "nonsense")],
            &[("m.0", "any"), ("m.0.0", "all"), ("c.0.0", "")],
        ] {
            let group = Group::read(&form(pairs), ROOT).unwrap();
            assert_eq!(group.condition(), None, "{pairs:?}");
        }
        assert_eq!(Group::read(&form(&[]), ROOT), None);
        let deep = form(&[
            ("m.0", "all"),
            ("m.0.0", "all"),
            ("m.0.0.0", "all"),
            ("m.0.0.0.0", "all"),
        ]);
        let root = Group::read(&deep, ROOT).unwrap();
        assert!(root.inner[0].inner[0].inner.is_empty(), "three levels");
    }
}
