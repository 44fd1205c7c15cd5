//! What mails to visitors say around what people wrote, in the languages of the interface.

/// The phrases of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrases {
    /// The subject of a mail with answers; `{who}` and `{business}` are filled in.
    pub answered: &'static str,
    /// How such a mail ends, where the page is known on which the visitor wrote: `{page}`.
    pub go_on: &'static str,
    /// How it ends where it is not.
    pub answer: &'static str,
    /// How to hear no more: `{link}`.
    pub leave: &'static str,
    /// The subject of a copy of a chat: `{business}`.
    pub copy: &'static str,
}

const ENGLISH: Phrases = Phrases {
    answered: "{who} from {business} answered you",
    go_on: "Answer this mail, or go on where you wrote to us: {page}",
    answer: "You can answer this mail.",
    leave: "No more such mails: {link}",
    copy: "Your chat with {business}",
};
const PORTUGUESE: Phrases = Phrases {
    answered: "{who} de {business} respondeu",
    go_on: "Responda a este email ou continue onde nos escreveu: {page}",
    answer: "Basta responder a este email.",
    leave: "Parar de receber estes emails: {link}",
    copy: "Sua conversa com {business}",
};
const SPANISH: Phrases = Phrases {
    answered: "{who} de {business} te ha respondido",
    go_on: "Responde a este correo o sigue donde nos escribiste: {page}",
    answer: "Puedes responder a este correo.",
    leave: "Dejar de recibir estos correos: {link}",
    copy: "Tu chat con {business}",
};

impl Phrases {
    /// The phrases for somebody who reads that language, such as `pt-BR`; English for all others.
    #[must_use]
    pub fn of(locale: Option<&str>) -> &'static Self {
        let language = locale.and_then(|tag| tag.split(['-', '_']).next());
        match language.map(str::to_ascii_lowercase).as_deref() {
            Some("pt") => &PORTUGUESE,
            Some("es") => &SPANISH,
            _ => &ENGLISH,
        }
    }
}

/// A phrase with its blanks filled in.
#[must_use]
pub fn fill(phrase: &str, blanks: &[(&str, &str)]) -> String {
    let put = |text: String, (name, value): &(&str, &str)| text.replace(name, value);
    blanks.iter().fold(phrase.to_owned(), put)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_first_letters() {
        let cases = [
            (Some("pt-BR"), PORTUGUESE),
            (Some("es_MX"), SPANISH),
            (Some("EN"), ENGLISH),
            (Some("ja"), ENGLISH),
            (None, ENGLISH),
        ];
        for (locale, expected) in cases {
            assert_eq!(*Phrases::of(locale), expected, "{locale:?}");
        }
        let said = fill(
            ENGLISH.answered,
            &[("{who}", "Bia"), ("{business}", "Aurora")],
        );
        assert_eq!(said, "Bia from Aurora answered you");
    }
}
