//! How names, times, sizes and texts are written. Pure, and the same on every page.

use std::fmt::Write as _;

use crate::base::time::Timestamp;
use crate::model::outbound::Measure;
use unicode_segmentation::UnicodeSegmentation as _;

use super::atoms::RichText;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// From this age on a row shows the date instead.
const DATE_FROM: i64 = 7 * DAY;
/// How many avatar tints the style sheet has.
const TINTS: u64 = 8;
/// Texts of more characters are folded in the thread.
pub const FOLD_CHARS: usize = 1_200;
/// A message of only so many emoji is drawn large.
const JUMBO_EMOJI: usize = 3;

/// At most two letters for a name: first and last word. Empty for numbers and addresses.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter(|word| word.chars().next().is_some_and(char::is_alphabetic));
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// The avatar tint of a stable id, 0 to 7.
#[must_use]
pub fn tint(id: &str) -> u8 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    u8::try_from((hash ^ (hash >> 32)) % TINTS).unwrap_or(0)
}

/// "now", "4 m", "2 h", "3 d", then the date: "19 Nov", with the year when it is another one.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let secs = now.as_secs() - at.as_secs();
    match secs {
        ..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{} m", secs / MINUTE),
        HOUR..DAY => format!("{} h", secs / HOUR),
        DAY..DATE_FROM => format!("{} d", secs / DAY),
        _ => {
            let utc = jiff::tz::TimeZone::UTC;
            let (then, today) = (
                at.calendar().to_zoned_datetime(utc.clone()),
                now.calendar().to_zoned_datetime(utc),
            );
            if then.year() == today.year() {
                then.strftime("%-d %b").to_string()
            } else {
                then.strftime("%-d %b %Y").to_string()
            }
        }
    }
}

/// "10:33" in `zone`.
#[must_use]
pub fn clock(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.calendar()
        .to_zoned_datetime(zone.clone())
        .strftime("%H:%M")
        .to_string()
}

/// "10:43:58" in `zone`, or "19 Nov 10:43" for another day: for logs.
#[must_use]
pub fn exact(at: Timestamp, now: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let zoned = at.calendar().to_zoned_datetime(zone.clone());
    let is_today = zoned.date() == now.calendar().to_zoned_datetime(zone.clone()).date();
    let form = if is_today { "%H:%M:%S" } else { "%-d %b %H:%M" };
    zoned.strftime(form).to_string()
}

/// "1 Mar 2027" in `zone`: a date that is far away.
#[must_use]
pub fn date(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.calendar()
        .to_zoned_datetime(zone.clone())
        .strftime("%-d %b %Y")
        .to_string()
}

/// The line between two days of a thread: "Today", "Yesterday", "Monday 16 November".
#[must_use]
pub fn day(at: Timestamp, now: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let date = at.calendar().to_zoned_datetime(zone.clone()).date();
    let today = now.calendar().to_zoned_datetime(zone.clone()).date();
    if date == today {
        "Today".to_owned()
    } else if today.yesterday().is_ok_and(|yesterday| yesterday == date) {
        "Yesterday".to_owned()
    } else if date.year() == today.year() {
        date.strftime("%A %-d %B").to_string()
    } else {
        date.strftime("%-d %B %Y").to_string()
    }
}

/// "58 m", "23 h 58 m", "6 d": how long something still takes.
#[must_use]
pub fn span(secs: u64) -> String {
    let (minutes, hours, days) = (secs / 60, secs / 3_600, secs / 86_400);
    match (days, hours) {
        (2.., _) => format!("{days} d"),
        (_, 1..) if minutes % 60 > 0 => format!("{hours} h {} m", minutes % 60),
        (_, 1..) => format!("{hours} h"),
        _ if minutes > 0 => format!("{minutes} m"),
        _ => format!("{secs} s"),
    }
}

/// "0:14", "1:02:09": the length of a recording.
#[must_use]
pub fn length(secs: u64) -> String {
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{secs:02}")
    } else {
        format!("{minutes}:{secs:02}")
    }
}

/// "84 KB", "1.2 MB": the size of a file, in steps of 1,024.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    let (mut unit, mut step) = (0, 1_024_u64);
    while unit + 1 < UNITS.len() && bytes >= step * 1_000 {
        unit += 1;
        step *= 1_024;
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(step) / 2) / u128::from(step);
    if unit == 0 || tenths >= 100 || tenths % 10 == 0 {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// "1,204": a count with separators.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 conversation", "2 conversations".
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `name` cut in the middle so that its ending stays readable.
#[must_use]
pub fn middle(name: &str, max_chars: usize) -> String {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() <= max_chars || max_chars < 3 {
        return name.to_owned();
    }
    let tail = (max_chars - 1) / 2;
    let head = max_chars - 1 - tail;
    let (start, end) = (&chars[..head], &chars[chars.len() - tail..]);
    start
        .iter()
        .chain(std::iter::once(&'\u{2026}'))
        .chain(end)
        .collect()
}

/// The three or four letters on a file's tile: "PDF", "XLSX".
#[must_use]
pub fn file_kind(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| {
            (1..=4).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .map_or_else(|| "FILE".to_owned(), str::to_ascii_uppercase)
}

/// Whether a text is nothing but a few emoji.
#[must_use]
pub fn is_jumbo(text: &str) -> bool {
    let graphemes: Vec<&str> = text
        .graphemes(true)
        .filter(|grapheme| !grapheme.trim().is_empty())
        .collect();
    (1..=JUMBO_EMOJI).contains(&graphemes.len())
        && graphemes.iter().all(|grapheme| is_emoji(grapheme))
}

fn is_emoji(grapheme: &str) -> bool {
    let first = grapheme.chars().next().map_or(0, u32::from);
    matches!(first, 0x1F000..=0x1FAFF)
        || (matches!(first, 0x2190..=0x2BFF) && grapheme.contains('\u{FE0F}'))
        || matches!(first, 0x2600..=0x27BF | 0x2B50 | 0x2B55)
}

/// Makes text safe to show: escaped, with web addresses as links that open elsewhere.
#[must_use]
pub fn rich(text: &str) -> RichText {
    let mut html = String::with_capacity(text.len() + 32);
    for (at, word) in split_words(text) {
        match at {
            Word::Link => push_link(&mut html, word),
            Word::Plain => escape_into(&mut html, word),
        }
    }
    RichText(html)
}

/// As [`rich`], with the pieces between these bytes as values that were filled in.
#[must_use]
pub fn rich_filled(text: &str, fills: &[(usize, usize)]) -> RichText {
    let (mut html, mut done) = (String::with_capacity(text.len() + 64), 0);
    for (from, to) in fills {
        let (Some(before), Some(value)) = (text.get(done..*from), text.get(*from..*to)) else {
            continue;
        };
        html.push_str(&rich(before).0);
        html.push_str(r#"<span class="fill">"#);
        escape_into(&mut html, value);
        html.push_str("</span>");
        done = *to;
    }
    html.push_str(&rich(text.get(done..).unwrap_or_default()).0);
    RichText(html)
}

/// As [`rich`], with `@name` of the given people as mentions.
#[must_use]
pub fn rich_note(text: &str, mentioned: &[&str]) -> RichText {
    let mut html = rich(text).0;
    for name in mentioned {
        let mut plain = String::new();
        escape_into(&mut plain, name);
        html = html.replace(
            &format!("@{plain}"),
            &format!(r#"<span class="mention">@{plain}</span>"#),
        );
    }
    RichText(html)
}

/// A passage as the search's highlighter gives it: escaped already, with its own `<mark>`.
#[must_use]
pub fn found(snippet: String) -> RichText {
    RichText(snippet)
}

enum Word {
    Plain,
    Link,
}

/// Cuts text into links and what stands between them; nothing is lost.
fn split_words(text: &str) -> Vec<(Word, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .unwrap_or(from.len());
        let link = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        if !before.is_empty() {
            parts.push((Word::Plain, before));
        }
        parts.push((Word::Link, link));
        rest = &from[link.len()..];
    }
    if !rest.is_empty() {
        parts.push((Word::Plain, rest));
    }
    parts
}

/// Where the next web address starts: at the beginning or after a character that cannot be part
/// of a word.
fn next_link(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = ["https://", "http://"]
            .iter()
            .filter_map(|scheme| {
                text[from..]
                    .find(scheme)
                    .map(|at| (from + at, scheme.len()))
            })
            .min()?;
        let (start, scheme) = at;
        let free = !text[..start].ends_with(|c: char| c.is_alphanumeric());
        let named = text[start + scheme..].starts_with(|c: char| c.is_alphanumeric());
        if free && named {
            return Some(start);
        }
        from = start + scheme;
    }
}

fn push_link(html: &mut String, link: &str) {
    html.push_str(r#"<a href=""#);
    escape_into(html, link);
    html.push_str(r#"" target="_blank" rel="noopener noreferrer nofollow">"#);
    let shown = link.split_once("://").map_or(link, |(_, shown)| shown);
    escape_into(html, shown.strip_suffix('/').unwrap_or(shown));
    html.push_str("</a>");
}

fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {
                // A character nobody can see is shown as its code, so that it cannot hide.
                let _written = write!(html, "\\u{{{:x}}}", u32::from(c));
            }
            c => html.push(c),
        }
    }
}

/// What a text costs: "132 left, 1 segment".
#[must_use]
pub fn cost(measure: &Measure) -> String {
    match measure.segments {
        0 => String::new(),
        1 => format!("{} left \u{b7} 1 segment", measure.remaining),
        many if many > measure.segments_max => {
            format!("{many} segments \u{b7} at most {}", measure.segments_max)
        }
        many => format!("{} left \u{b7} {many} segments", measure.remaining),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap_or_default()
    }

    #[test]
    fn initials_are_the_first_and_last_word() {
        for (name, expected) in [
            ("Camila Duarte", "CD"),
            ("Tom\u{e1}s Miguel Arroyo", "TA"),
            ("rita", "R"),
            ("+44 7700 900142", ""),
            ("\u{e1}gatha", "\u{c1}"),
            ("  ", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn a_tint_stays_with_its_id_and_all_tints_occur() {
        assert_eq!(tint("contact_1"), tint("contact_1"));
        let mut seen = [false; 8];
        for number in 0..200 {
            seen[usize::from(tint(&format!("contact_{number}")))] = true;
        }
        assert!(seen.iter().all(|tint| *tint));
    }

    #[test]
    fn ages_grow_from_now_to_a_date() {
        let now = at("2026-11-22T10:44:00Z");
        for (then, expected) in [
            ("2026-11-22T10:44:00Z", "now"),
            ("2026-11-22T10:50:00Z", "now"),
            ("2026-11-22T10:42:00Z", "2 m"),
            ("2026-11-22T08:40:00Z", "2 h"),
            ("2026-11-19T10:00:00Z", "3 d"),
            ("2026-09-14T10:00:00Z", "14 Sep"),
            ("2025-09-14T10:00:00Z", "14 Sep 2025"),
        ] {
            assert_eq!(ago(at(then), now), expected, "{then}");
        }
    }

    #[test]
    fn days_have_names_close_to_today() {
        let zone = jiff::tz::TimeZone::UTC;
        let now = at("2026-11-22T10:44:00Z");
        for (then, expected) in [
            ("2026-11-22T00:01:00Z", "Today"),
            ("2026-11-21T23:59:00Z", "Yesterday"),
            ("2026-11-16T10:00:00Z", "Monday 16 November"),
            ("2025-11-16T10:00:00Z", "16 November 2025"),
        ] {
            assert_eq!(day(at(then), now, &zone), expected, "{then}");
        }
    }

    #[test]
    fn sizes_spans_and_counts_read_well() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(86_016), "84 KB");
        assert_eq!(size(1_258_291), "1.2 MB");
        assert_eq!(size(16 * 1_024 * 1_024), "16 MB");
        assert_eq!(span(86_280), "23 h 58 m");
        assert_eq!(span(7_200), "2 h");
        assert_eq!(span(44), "44 s");
        assert_eq!(length(14), "0:14");
        assert_eq!(length(3_729), "1:02:09");
        assert_eq!(count(4_182_906), "4,182,906");
        assert_eq!(count(12), "12");
        assert_eq!(counted(1, "reply", "replies"), "1 reply");
        assert_eq!(middle("invoice-AC-20418.pdf", 11), "invoi\u{2026}8.pdf");
        assert_eq!(file_kind("order-2026.xlsx"), "XLSX");
        assert_eq!(file_kind("README"), "FILE");
    }

    #[test]
    fn links_are_linked_and_everything_else_is_text() {
        assert_eq!(
            rich("see https://a.example/x?y=1&z=2.").to_string(),
            "see <a href=\"https://a.example/x?y=1&amp;z=2\" target=\"_blank\" \
             rel=\"noopener noreferrer nofollow\">a.example/x?y=1&amp;z=2</a>."
        );
        assert_eq!(
            rich("<script>alert('x')</script> javascript:alert(1) http://").to_string(),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; javascript:alert(1) http://"
        );
        assert_eq!(
            rich_note("@Rafael & @Nobody", &["Rafael"]).to_string(),
            "<span class=\"mention\">@Rafael</span> &amp; @Nobody"
        );
    }

    #[test]
    fn only_a_few_emoji_are_large() {
        assert!(is_jumbo("\u{1F44D}"));
        assert!(is_jumbo("\u{2615}\u{FE0F} \u{1F469}\u{200D}\u{1F692}"));
        assert!(!is_jumbo("ok \u{1F44D}"));
        assert!(!is_jumbo("\u{1F44D}\u{1F44D}\u{1F44D}\u{1F44D}"));
        assert!(!is_jumbo(""));
    }
}
