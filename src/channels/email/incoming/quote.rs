//! What is new in the text of a mail, told from what it quotes and from its signature. email.md
//! section 3.2.

/// The text of a mail in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// What is new; never empty where the mail was not.
    pub(super) text: String,
    /// What it quotes.
    pub(super) quoted: Option<String>,
    /// The signature.
    pub(super) signature: Option<String>,
}

/// How the line before a quote begins and ends, in lower case. A digit must stand between: a date
/// or a time.
const CREDITS: [(&str, &str); 19] = [
    ("on ", "wrote:"),
    ("le ", "a \u{e9}crit :"),
    ("le ", "a \u{e9}crit:"),
    ("am ", "schrieb:"),
    ("am ", ":"),
    ("el ", "escribi\u{f3}:"),
    ("em ", "escreveu:"),
    ("em ", "escreveu :"),
    ("a ", "escreveu:"),
    ("il ", "ha scritto:"),
    ("op ", "schreef:"),
    ("op ", ":"),
    ("den ", "skrev:"),
    ("den ", ":"),
    ("w dniu ", "napisa\u{142}(a):"),
    ("w dniu ", "pisze:"),
    ("", "\u{43f}\u{438}\u{448}\u{435}\u{442}:"),
    ("", "\u{5199}\u{9053}\u{ff1a}"),
    ("", "\u{306e}\u{30e1}\u{30fc}\u{30eb}:"),
];

/// What must stand in a line of [`CREDITS`] that merely ends with a colon.
const WROTE: [&str; 5] = ["schrieb ", "schrieb:", "schreef ", "skrev ", "skrev:"];

/// Titles of a quoted mail between dashes, in lower case.
const TITLES: [&str; 11] = [
    "original message",
    "original appointment",
    "urspr\u{fc}ngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "mensaje original",
    "mensagem original",
    "message d'origine",
    "messaggio originale",
    "oorspronkelijk bericht",
    "ursprungligt meddelande",
];

/// Names of the fields that stand above a quoted mail, in lower case.
const FIELDS: [&str; 34] = [
    "from",
    "sent",
    "to",
    "subject",
    "date",
    "cc",
    "de",
    "enviado",
    "enviada em",
    "enviado el",
    "enviado em",
    "para",
    "assunto",
    "asunto",
    "data",
    "fecha",
    "von",
    "gesendet",
    "an",
    "betreff",
    "datum",
    "envoy\u{e9}",
    "\u{e0}",
    "objet",
    "da",
    "inviato",
    "a",
    "oggetto",
    "van",
    "verzonden",
    "aan",
    "onderwerp",
    "fr\u{e5}n",
    "skickat",
];

/// Starts of lines that mail programs put under every mail, in lower case.
const ADVERTS: [&str; 16] = [
    "sent from my ",
    "sent from outlook",
    "sent from mail for",
    "sent from yahoo",
    "sent from proton",
    "sent with proton",
    "get outlook for",
    "enviado do meu ",
    "enviado desde mi ",
    "enviado do yahoo",
    "envoy\u{e9} de mon ",
    "envoy\u{e9} depuis",
    "von meinem ",
    "gesendet mit ",
    "inviato da ",
    "verzonden vanaf mijn ",
];

/// The line under which we ask to write nothing.
const OUR_LINE: &str = "##- reply above this line -##";

/// How many lines the line before a quote may be wrapped over.
const CREDIT_LINES: usize = 3;

/// The longest line before a quote, in bytes.
const CREDIT_BYTES: usize = 600;

/// Tells what is new in a text. Where nothing is, all of it counts as new, unless it is a mere quote
/// around files, which say enough.
pub(super) fn fold(whole: &str, has_files: bool) -> Folded {
    let whole = whole.trim_end();
    let lines: Vec<&str> = whole.lines().collect();
    let mut end = cut(&lines).unwrap_or(lines.len());
    while end > 0 && (is_quoted(lines[end - 1]) || lines[end - 1].trim().is_empty()) {
        end -= 1;
    }
    let signed = signature(&lines[..end]);
    let text = joined(&lines[..signed]);
    if text.trim().is_empty() && has_files && is_mere_quote(&lines) {
        return Folded {
            quoted: some(whole),
            ..Folded::default()
        };
    }
    if text.trim().is_empty() {
        return Folded {
            text: whole.to_owned(),
            ..Folded::default()
        };
    }
    Folded {
        text,
        quoted: some(&joined(&lines[end..])),
        signature: some(&joined(&lines[signed..end])),
    }
}

/// Whether lines are a quote, with or without the line that says whose, and nothing else.
fn is_mere_quote(lines: &[&str]) -> bool {
    let says = |line: &&str| !line.trim().is_empty();
    let first = lines.iter().position(says).unwrap_or(lines.len());
    let quote = first + credit_length(&lines[first..]).unwrap_or_default();
    let mut rest = lines[quote..].iter().copied().filter(says);
    rest.all(is_quoted)
}

fn some(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\n').trim_end();
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn joined(lines: &[&str]) -> String {
    let text = lines.join("\n");
    text.trim_end().trim_start_matches('\n').to_owned()
}

/// Where what is quoted begins.
fn cut(lines: &[&str]) -> Option<usize> {
    for at in 0..lines.len() {
        if lines[at].trim() == OUR_LINE || is_title(lines[at]) || is_field_block(&lines[at..]) {
            return Some(without_rule(lines, at));
        }
        if let Some(length) = credit_length(&lines[at..])
            && !is_answered_below(&lines[at + length..])
        {
            return Some(at);
        }
    }
    None
}

/// A rule above a quoted mail belongs to it.
fn without_rule(lines: &[&str], at: usize) -> usize {
    let above = lines[..at].iter().rposition(|line| !line.trim().is_empty());
    match above {
        Some(above) if is_rule(lines[above]) => above,
        _ => at,
    }
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 5 && line.chars().all(|c| matches!(c, '_' | '-'))
}

/// Whether somebody wrote between and under the quoted lines.
fn is_answered_below(lines: &[&str]) -> bool {
    let Some(first) = lines.iter().position(|line| is_quoted(line)) else {
        return false;
    };
    let rest = &lines[first..];
    let end = signature(rest);
    let last = rest[..end].iter().rposition(|line| !line.trim().is_empty());
    last.is_some_and(|last| !is_quoted(rest[last]))
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Over how many lines the line before a quote stands that begins here.
fn credit_length(lines: &[&str]) -> Option<usize> {
    if lines.first()?.trim().is_empty() {
        return None;
    }
    let mut whole = String::new();
    for (at, line) in lines.iter().take(CREDIT_LINES).enumerate() {
        if line.trim().is_empty() || whole.len() + line.len() > CREDIT_BYTES {
            return None;
        }
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(line.trim());
        if is_credit(&whole) {
            return Some(at + 1);
        }
    }
    None
}

/// Whether a line says who wrote what is quoted under it.
pub(super) fn is_credit(line: &str) -> bool {
    let line = line.trim().trim_start_matches('>').trim().to_lowercase();
    let line = line.replace(['\u{a0}', '\u{202f}'], " ");
    if line.len() > CREDIT_BYTES || !line.ends_with([':', '\u{ff1a}']) {
        return false;
    }
    let has_date = line.chars().any(|c| c.is_ascii_digit());
    // Whatever the language: a date, a name and an address.
    let names_sender = line.ends_with(">:") && line.contains('<') && line.contains('@');
    let is_known = CREDITS.iter().any(|(start, end)| {
        line.starts_with(start)
            && line.ends_with(end)
            && (*end != ":" || WROTE.iter().any(|word| line.contains(word)))
    });
    has_date && (names_sender || is_known)
}

fn is_title(line: &str) -> bool {
    let line = line.trim();
    let inner = line.trim_matches('-');
    let is_ruled = line.starts_with("--") && line.ends_with("--");
    is_ruled && TITLES.contains(&inner.trim().to_lowercase().as_str())
}

/// Whether two or more fields of a quoted mail stand here, one a line.
fn is_field_block(lines: &[&str]) -> bool {
    let mut names = Vec::new();
    for line in lines.iter().take(6) {
        match field(line) {
            Some(name) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => break,
        }
    }
    is_block(&names)
}

/// Whether names of fields are those of a quoted mail: two or more, and who wrote it first; or three
/// or more, and who wrote it among them.
pub(super) fn is_block(names: &[&'static str]) -> bool {
    let senders = ["from", "de", "von", "da", "van", "fr\u{e5}n"];
    let place = names.iter().position(|name| senders.contains(name));
    match place {
        Some(0) => names.len() >= 2,
        Some(_) => names.len() >= 3,
        None => false,
    }
}

/// The name of the field that a line of a quoted mail shows.
pub(super) fn field(line: &str) -> Option<&'static str> {
    let line = line.trim().trim_start_matches(['*', '>', ' ']);
    let (name, _) = line.split_once(':')?;
    let name = name.trim_end_matches(['*', ' ', '\u{a0}']).to_lowercase();
    FIELDS.iter().copied().find(|known| *known == name)
}

/// Where the signature begins; the end where there is none.
fn signature(lines: &[&str]) -> usize {
    let mark = lines
        .iter()
        .rposition(|line| matches!(*line, "-- " | "--") || line.trim_end() == "--\u{a0}");
    let mut end = mark.unwrap_or(lines.len());
    loop {
        let Some(last) = lines[..end]
            .iter()
            .rposition(|line| !line.trim().is_empty())
        else {
            return end;
        };
        let line = lines[last].trim().to_lowercase();
        if !ADVERTS.iter().any(|start| line.starts_with(start)) {
            return end;
        }
        end = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(whole: &str) -> String {
        fold(whole, false).text
    }

    #[test]
    fn what_is_new_is_told_from_what_is_quoted() {
        let cases = [
            (
                "Thanks!\n\nOn Thu, 1 Jan 2026 at 10:00, Acme <a@b.example> wrote:\n> Hello\n> there",
                "Thanks!",
            ),
            (
                "Thanks!\n\nOn Thu, 1 Jan 2026 at 10:00, Acme Support\n<support@acme.example> wrote:\n\n> Hello",
                "Thanks!",
            ),
            (
                "Ok\n\nOn Thu, 1 Jan 2026\nat 10:00, Acme Support of the North\n<support@acme.example> wrote:\n> Hello",
                "Ok",
            ),
            (
                "Merci\n\nLe jeu. 1 janv. 2026 \u{e0} 10:00, Acme a \u{e9}crit\u{a0}:\n> Bonjour",
                "Merci",
            ),
            (
                "Danke\n\nAm 01.01.2026 um 10:00 schrieb Acme <a@b.example>:\n> Hallo",
                "Danke",
            ),
            (
                "Gracias\n\nEl jue, 1 ene 2026 a las 10:00, Acme (<a@b.example>) escribi\u{f3}:\n> Hola",
                "Gracias",
            ),
            (
                "Chegou\n\nEm qui., 1 de jan. de 2026 \u{e0}s 09:00, Acme escreveu:\n> Oi",
                "Chegou",
            ),
            (
                "Grazie\n\nIl giorno gio 1 gen 2026 alle 10:00 Acme ha scritto:\n> Ciao",
                "Grazie",
            ),
            (
                "Dank\n\nOp do 1 jan 2026 om 10:00 schreef Acme <a@b.example>:\n> Hoi",
                "Dank",
            ),
            (
                "Yes\n\n-----Original Message-----\nFrom: Acme\nSent: Monday\nHello",
                "Yes",
            ),
            (
                "Ja\n\n-----Urspr\u{fc}ngliche Nachricht-----\nVon: Acme\n",
                "Ja",
            ),
            (
                "Yes\n\n________________________________\nFrom: Acme <a@b.example>\nSent: Monday\nTo: Ana\nSubject: Hi\n\nHello",
                "Yes",
            ),
            (
                "Sim\n\nDe: Acme\nEnviado: segunda\nPara: Ana\nAssunto: Oi\n\nOi",
                "Sim",
            ),
            ("Yes\n\n*From:* Acme\n*Date:* Monday\n\nHello", "Yes"),
            ("Yes\n\n##- reply above this line -##\n\nHello", "Yes"),
            ("Yes\n> old\n> words", "Yes"),
            (
                "Two\n  spaced   words\n\n\nand lines",
                "Two\n  spaced   words\n\n\nand lines",
            ),
        ];
        for (whole, expected) in cases {
            let folded = fold(whole, false);
            assert_eq!(folded.text, expected, "{whole}");
            let is_cut = expected != whole;
            assert_eq!(folded.quoted.is_some(), is_cut, "{whole}");
        }
    }

    #[test]
    fn what_only_looks_like_a_quote_stays() {
        let cases = [
            "On the other hand my boss wrote:\nno more of this",
            "From: here to there\nI go on",
            "See below\n\nOn Thu, 1 Jan 2026, Acme wrote:\n> first?\nyes\n> second?\nno",
            "> only a quote",
            "On Thu, 1 Jan 2026, Acme wrote:\n> Hello",
            "--",
        ];
        for whole in cases {
            assert_eq!(text(whole), whole);
        }
    }

    #[test]
    fn signatures_are_folded() {
        let cases = [
            ("Hi\n\n-- \nAna\nAcme", "Hi", Some("-- \nAna\nAcme")),
            (
                "Hi\n\nSent from my iPhone",
                "Hi",
                Some("Sent from my iPhone"),
            ),
            (
                "Hi\n\nEnviado do meu iPhone\n\nEm 1 de jan. de 2026, Acme escreveu:\n\n> Oi",
                "Hi",
                Some("Enviado do meu iPhone"),
            ),
            (
                "Hi\n\nGet Outlook for Android<https://aka.ms/x>",
                "Hi",
                Some("Get Outlook for Android<https://aka.ms/x>"),
            ),
            ("Sent from my iPhone", "Sent from my iPhone", None),
            ("a\n-- \nb\n-- \nc", "a\n-- \nb", Some("-- \nc")),
        ];
        for (whole, expected, signature) in cases {
            let folded = fold(whole, false);
            assert_eq!(folded.text, expected, "{whole}");
            assert_eq!(folded.signature.as_deref(), signature, "{whole}");
        }
    }

    proptest! {
        #[test]
        fn folding_loses_no_words_and_is_never_empty(
            lines in proptest::collection::vec("(On 1 Jan, a wrote:|> x|-- |Sent from my y|From: a|To: b|[a-z ]{0,6})", 0..12)
        ) {
            let whole = lines.join("\n");
            let folded = fold(&whole, false);
            prop_assert_eq!(folded.text.trim().is_empty(), whole.trim().is_empty());
            let parts = [Some(folded.text), folded.signature, folded.quoted];
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let all: Vec<_> = parts.iter().flatten().flat_map(|part| words(part)).collect();
            prop_assert_eq!(all, words(&whole));
        }
    }

    #[test]
    fn a_quote_around_files_is_no_text() {
        let cases = [
            (
                "On Thu, Jan 1, 2026 at 12:00 Shop <a@b.example> wrote:\n\n> hello\n",
                "",
            ),
            ("> hello", ""),
            ("", ""),
            ("> hello\nsee below", "> hello\nsee below"),
        ];
        for (whole, expected) in cases {
            let folded = fold(whole, true);
            assert_eq!(folded.text, expected, "{whole}");
        }
        assert_eq!(fold("> hello", true).quoted.as_deref(), Some("> hello"));
        assert_eq!(fold("> hello", false).text, "> hello");
    }
}
