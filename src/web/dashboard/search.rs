//! `/app/search`: the page, and the results alone for whoever types.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::page::BadCursor;
use crate::base::page::Cursor;
use crate::base::time::Timestamp;
use crate::engine::inbox::searching::Answer;
use crate::engine::inbox::searching::Found;
use crate::engine::inbox::searching::Highlighter;
use crate::engine::inbox::searching::Kind;
use crate::engine::inbox::searching::Order;
use crate::engine::inbox::searching::PAGE_MAX;
use crate::engine::inbox::searching::Question;
use crate::engine::inbox::searching::Thing;
use crate::engine::inbox::searching::operators;
use crate::engine::inbox::searching::operators::Misread;
use crate::model::contact::Contact;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::ChipView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::RichText;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::search::HitGroup;
use crate::web::dashboard::view::search::HitPicture;
use crate::web::dashboard::view::search::HitView;
use crate::web::dashboard::view::search::ResultsView;
use crate::web::dashboard::view::search::SearchPage;
use crate::web::dashboard::view::search::SearchTab;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// Hits of each kind while all kinds are shown.
const HITS_OF_EACH: usize = 5;
/// Counted on to this many hits of a kind.
const COUNTED: u64 = 1_000;
/// Characters of a passage.
const PASSAGE: usize = 160;
/// Changes the index may be behind before it is worth saying.
const BEHIND_SAID: u64 = 100;

/// The address of search.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/app/search", web::get().to(show));
}

#[derive(Deserialize)]
struct Asked {
    q: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Where further hits of that kind begin.
    after: Option<String>,
}

/// The kinds of hits in the order they are shown: word in addresses, title.
const GROUPS: [(Kind, &str, &str); 4] = [
    (Kind::Contact, "contacts", "Contacts"),
    (Kind::Conversation, "conversations", "Conversations"),
    (Kind::Message, "messages", "Messages"),
    (Kind::Note, "notes", "Notes"),
];

async fn show(state: Shared, asked: Query<Asked>, reader: Reader) -> Result<HttpResponse, Problem> {
    let typed = asked.q.as_deref().unwrap_or_default().trim();
    let only = asked.kind.as_deref().unwrap_or_default();
    let results = results(&state, &reader, typed, only, asked.after.as_deref())?;
    if reader.wants("results") {
        return Ok(page(&results));
    }
    let shell = reader.shell(&state, "Search", Area::Search)?;
    Ok(page(&SearchPage { shell, results }))
}

fn results(
    state: &State,
    reader: &Reader,
    typed: &str,
    only: &str,
    after: Option<&str>,
) -> Result<ResultsView, Problem> {
    if typed.is_empty() {
        return Ok(ResultsView {
            query: String::new(),
            tabs: Vec::new(),
            groups: Vec::new(),
            summary: String::new(),
            misread: Vec::new(),
            behind: None,
        });
    }
    let chosen = GROUPS.iter().any(|(_, word, _)| *word == only);
    let after = after.map(|after| place(after, typed, only)).transpose()?;
    let mut answers = Vec::with_capacity(GROUPS.len());
    for (kind, word, title) in GROUPS {
        let limit = match (chosen, word == only) {
            (true, true) => PAGE_MAX,
            (true, false) => 0,
            (false, _) => HITS_OF_EACH,
        };
        let question = Question {
            text: typed,
            kinds: &[kind],
            order: Order::Newest,
            limit,
            after: after.as_deref().filter(|_| word == only),
            count_to: COUNTED,
            zone: reader.zone.clone(),
        };
        let answer = state.engine.searching.find(&reader.actor(), &question)?;
        answers.push((word, title, answer));
    }
    Ok(drawn(
        typed,
        only,
        &answers,
        state.engine.context.clock.now(),
    ))
}

/// What was found of each kind: word, title, answer.
type Answers = [(&'static str, &'static str, Answer)];

fn drawn(typed: &str, only: &str, answers: &Answers, now: Timestamp) -> ResultsView {
    let chosen = answers.iter().any(|(word, ..)| *word == only);
    let mut tabs = vec![SearchTab {
        key: "all".to_owned(),
        label: "Everything".to_owned(),
        count: None,
        selected: !chosen,
        href: address(typed, ""),
    }];
    tabs.extend(answers.iter().map(|(word, title, answer)| SearchTab {
        key: (*word).to_owned(),
        label: (*title).to_owned(),
        count: Some(answer.total),
        selected: *word == only,
        href: address(typed, word),
    }));
    let shown = answers
        .iter()
        .filter(|(.., answer)| !answer.hits.is_empty());
    ResultsView {
        query: typed.to_owned(),
        tabs,
        groups: shown
            .map(|(word, title, answer)| {
                let group = group(typed, word, title, answer, now);
                if *word != only {
                    return group;
                }
                HitGroup {
                    all: None,
                    next: further(typed, word, answer),
                    ..group
                }
            })
            .collect(),
        summary: summary(answers, only),
        misread: operators::misread(typed)
            .iter()
            .map(not_understood)
            .collect(),
        behind: behind(answers),
    }
}

/// "status:foo was searched as words: status: takes open, waiting, snoozed or done."
fn not_understood(part: &Misread) -> String {
    let Misread {
        operator, value, ..
    } = part;
    let takes = match part.takes.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    format!("{operator}:{value} was searched as words: {operator}: takes {takes}.")
}

/// What a place among hits is bound to: the words and the kind.
fn bound(typed: &str, word: &str) -> String {
    format!("{word}/{typed}")
}

fn place(after: &str, typed: &str, word: &str) -> Result<Vec<u8>, Problem> {
    let wrong = |message: String| Rejection::new(Code::InvalidCursor, message);
    let cursor: Cursor = after
        .parse()
        .map_err(|error: BadCursor| wrong(error.to_string()))?;
    let place = cursor
        .position(&bound(typed, word))
        .map_err(|error| wrong(error.to_string()))?;
    Ok(place.to_vec())
}

/// Where the hits after those of an answer are.
fn further(typed: &str, word: &str, answer: &Answer) -> Option<String> {
    let next = answer.next.clone()?;
    let cursor = Cursor::new(next, &bound(typed, word));
    Some(format!("{}&after={cursor}", address(typed, word)))
}

/// Where what was typed is searched for; `word` names one kind of hits, or none.
#[must_use]
pub fn address(typed: &str, word: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", typed);
    if !word.is_empty() {
        query.append_pair("type", word);
    }
    format!("/app/search?{}", query.finish())
}

/// "38 results in 4 ms".
fn summary(answers: &Answers, only: &str) -> String {
    let chosen = answers.iter().any(|(word, ..)| *word == only);
    let counted = || answers.iter().filter(|(word, ..)| !chosen || *word == only);
    let total = counted().map(|(.., answer)| answer.total).sum();
    let exact = counted().all(|(.., answer)| answer.total_is_exact);
    let micros: u64 = answers.iter().map(|(.., answer)| answer.took_micros).sum();
    let took = match micros {
        ..1_000 => "less than 1 ms".to_owned(),
        micros => format!("{} ms", micros / 1_000),
    };
    let at_least = if exact { "" } else { "More than " };
    let results = format::counted(total, "result", "results");
    format!("{at_least}{results} in {took}")
}

fn behind(answers: &Answers) -> Option<String> {
    let behind = answers.iter().map(|(.., answer)| answer.behind).max()?;
    (behind > BEHIND_SAID).then(|| {
        let changes = format::counted(behind, "change", "changes");
        format!("Search is {changes} behind.")
    })
}

fn group(typed: &str, word: &str, title: &str, answer: &Answer, now: Timestamp) -> HitGroup {
    let marks = Highlighter::new(&answer.query);
    let more = answer.total > answer.hits.len() as u64;
    HitGroup {
        title: title.to_owned(),
        hits: answer
            .hits
            .iter()
            .map(|hit| view(hit, &marks, now))
            .collect(),
        all: more.then(|| (answer.total, address(typed, word))),
        next: None,
    }
}

fn view(found: &Found, marks: &Highlighter, now: Timestamp) -> HitView {
    let drawn = match &found.thing {
        Thing::Message(message, conversation, contact) => {
            message_view(message, conversation, contact)
        }
        Thing::Conversation(conversation, contact) => conversation_view(conversation, contact),
        Thing::Contact(contact) => contact_view(contact),
    };
    let close = found.hit.close.then(|| ChipView::plain("Close spelling"));
    HitView {
        snippet: format::found(marks.snippet(&found.thing.shown(marks), PASSAGE)),
        time: Some(TimeView::ago(found.hit.at, now)),
        chip: close.or(drawn.chip),
        ..drawn
    }
}

fn message_view(message: &Message, conversation: &Conversation, contact: &Contact) -> HitView {
    let own = message.private || message.direction == Direction::Outbound;
    let author = if message.sender.name.is_empty() {
        "linktor"
    } else {
        message.sender.name.as_str()
    };
    HitView {
        href: format!("/app/c/{}?m={}", conversation.id, message.id),
        picture: if message.private {
            HitPicture::Icon(Icon::NOTE)
        } else {
            HitPicture::Avatar(face(contact).on(conversation.channel_kind.as_str()))
        },
        title: if own {
            format!("{author} in {}", contact.name)
        } else {
            contact.name.clone()
        },
        chip: standing(conversation),
        snippet: RichText::default(),
        about: conversation.subject.clone().unwrap_or_default(),
        time: None,
    }
}

fn conversation_view(conversation: &Conversation, contact: &Contact) -> HitView {
    HitView {
        href: format!("/app/c/{}", conversation.id),
        picture: HitPicture::Avatar(face(contact).on(conversation.channel_kind.as_str())),
        title: contact.name.clone(),
        chip: standing(conversation),
        snippet: RichText::default(),
        about: conversation.tags.join(", "),
        time: None,
    }
}

fn contact_view(contact: &Contact) -> HitView {
    HitView {
        href: format!("/app/contacts/{}", contact.id),
        picture: HitPicture::Avatar(face(contact)),
        title: contact.name.clone(),
        chip: None,
        snippet: RichText::default(),
        about: contact.tags.join(", "),
        time: None,
    }
}

fn face(contact: &Contact) -> AvatarView {
    AvatarView::of(&contact.name, &contact.id.to_string())
}

fn standing(conversation: &Conversation) -> Option<ChipView> {
    let open = conversation.status == Status::Open;
    open.then(|| ChipView::toned("Open", Tone::Ok, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::inbox::searching::query;

    fn answer(total: u64, total_is_exact: bool) -> Answer {
        Answer {
            query: query::parse("refund"),
            hits: Vec::new(),
            total,
            total_is_exact,
            next: None,
            took_micros: 300,
            behind: 0,
        }
    }

    #[test]
    fn the_summary_counts_what_is_shown() {
        let answers = [
            ("contacts", "Contacts", answer(2, true)),
            ("messages", "Messages", answer(1_000, false)),
        ];
        assert_eq!(
            summary(&answers, ""),
            "More than 1,002 results in less than 1 ms"
        );
        assert_eq!(summary(&answers, "contacts"), "2 results in less than 1 ms");
        let view = drawn("a & b", "contacts", &answers, Timestamp::from_secs(0));
        assert!(
            view.tabs
                .iter()
                .any(|tab| tab.selected && tab.key == "contacts")
        );
        assert_eq!(view.tabs[0].href, "/app/search?q=a+%26+b");
        assert!(view.groups.is_empty() && view.behind.is_none());
        assert!(view.misread.is_empty());
        let view = drawn("status:foo", "", &answers, Timestamp::from_secs(0));
        assert_eq!(
            view.misread,
            ["status:foo was searched as words: status: takes open, waiting, snoozed or done."]
        );
    }
}
