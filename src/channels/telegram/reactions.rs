//! The emoji that can stand as a reaction. telegram.md section 4.

/// Every one of them; some clients write them with the mark for a picture behind, which is not
/// part of it here.
const KNOWN: &str = "\
     \u{1f44d}\u{1f44e}\u{2764}\u{1f525}\u{1f970}\u{1f44f}\u{1f601}\u{1f914}\
     \u{1f92f}\u{1f631}\u{1f92c}\u{1f622}\u{1f389}\u{1f929}\u{1f92e}\u{1f4a9}\
     \u{1f64f}\u{1f44c}\u{1f54a}\u{1f921}\u{1f971}\u{1f974}\u{1f60d}\u{1f433}\
     \u{1f31a}\u{1f32d}\u{1f4af}\u{1f923}\u{26a1}\u{1f34c}\u{1f3c6}\u{1f494}\
     \u{1f928}\u{1f610}\u{1f353}\u{1f37e}\u{1f48b}\u{1f595}\u{1f608}\u{1f634}\
     \u{1f62d}\u{1f913}\u{1f47b}\u{1f440}\u{1f383}\u{1f648}\u{1f607}\u{1f628}\
     \u{1f91d}\u{270d}\u{1f917}\u{1fae1}\u{1f385}\u{1f384}\u{2603}\u{1f485}\
     \u{1f92a}\u{1f5ff}\u{1f192}\u{1f498}\u{1f649}\u{1f984}\u{1f618}\u{1f48a}\
     \u{1f64a}\u{1f60e}\u{1f47e}\u{1f937}\u{1f621}";

/// Asks for an emoji as a picture.
const AS_PICTURE: char = '\u{fe0f}';

/// The emoji as Telegram takes it: none of them takes the reaction back.
///
/// # Errors
/// It cannot be a reaction.
pub fn known(emoji: &str) -> Result<Option<char>, NoReaction> {
    let bare: Vec<char> = emoji.chars().filter(|c| *c != AS_PICTURE).collect();
    match bare.as_slice() {
        [] => Ok(None),
        [one] if KNOWN.contains(*one) => Ok(Some(*one)),
        _ => Err(NoReaction),
    }
}

/// An emoji that Telegram has no reaction for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoReaction;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_emoji_are_reactions() {
        let cases = [
            ("\u{1f44d}", Ok(Some('\u{1f44d}'))),
            ("\u{2764}\u{fe0f}", Ok(Some('\u{2764}'))),
            ("", Ok(None)),
            ("\u{1f44d}\u{1f3fd}", Err(NoReaction)),
            ("\u{1f9ff}", Err(NoReaction)),
            ("ok", Err(NoReaction)),
        ];
        for (emoji, expected) in cases {
            assert_eq!(known(emoji), expected, "{emoji}");
        }
        assert_eq!(KNOWN.chars().count(), 69);
        assert!(KNOWN.chars().all(|c| !c.is_whitespace()));
    }
}
