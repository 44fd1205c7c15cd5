//! The mail that is answered, under the answer.

use jiff::tz::TimeZone;

use crate::channels::email::address::one_line;
use crate::channels::email::compose::html;
use crate::model::thread::Earlier;

/// How much of a mail is quoted, in characters.
const QUOTED_MAX: usize = 20_000;

/// As words: `> ` before every line.
#[must_use]
pub fn in_words(quoted: &Earlier) -> String {
    let words = words(quoted);
    let lines = words
        .lines()
        .map(|line| format!("> {line}").trim_end().to_owned());
    format!("{}\n{}", head(quoted), lines.collect::<Vec<_>>().join("\n"))
}

/// As HTML, in the shape mail programs know.
#[must_use]
pub fn in_html(quoted: &Earlier) -> String {
    let head = html::escaped(&head(quoted));
    let words = html::of_words(&words(quoted));
    let style = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex";
    format!(
        "<div class=\"gmail_quote\"><div>{head}</div>\
         <blockquote type=\"cite\" class=\"gmail_quote\" style=\"{style}\">{words}</blockquote></div>"
    )
}

fn words(quoted: &Earlier) -> String {
    quoted.words.chars().take(QUOTED_MAX).collect()
}

/// `On Thu, 1 Jan 2026 at 12:00 UTC, Ana wrote:`
fn head(quoted: &Earlier) -> String {
    let name = one_line(&quoted.name);
    match quoted.at {
        Some(at) => {
            let moment = TimeZone::UTC.to_datetime(at.calendar());
            let shown = moment.strftime("%a, %-d %b %Y at %H:%M UTC");
            format!("On {shown}, {name} wrote:")
        }
        None => format!("{name} wrote:"),
    }
}
