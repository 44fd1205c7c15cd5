//! Labels.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::TagId;
use crate::model::rejection::Rejection;

/// A label that conversations and contacts can carry. They carry it by name, so that history reads
/// well after a label is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// The tag's id.
    pub id: TagId,
    /// Its name; unique without regard to case.
    pub name: String,
    /// Its dot: an index into the eight tints of the interface.
    pub tint: u8,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The most labels on one thing.
const LABELS_MAX: usize = 50;
/// The longest label, in characters.
const LABEL_MAX: usize = 60;

/// Checks labels that somebody wants to put on something.
///
/// # Errors
/// `VALIDATION_ERROR` naming `tags`.
pub fn check(names: &[String]) -> Result<(), Rejection> {
    if names.len() > LABELS_MAX || names.iter().any(|name| name.chars().count() > LABEL_MAX) {
        let wrong = format!("must be at most {LABELS_MAX} tags of at most {LABEL_MAX} characters");
        return Err(Rejection::field("tags", wrong));
    }
    Ok(())
}

/// Adds names to a list of labels, trimmed, unique without regard to case, in order.
pub fn add_labels(held: &mut Vec<String>, names: &[String]) {
    for name in names
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
    {
        if !held.iter().any(|have| same_label(have, name)) {
            held.push(name.to_owned());
        }
    }
}

/// Takes names out of a list of labels.
pub fn remove_labels(held: &mut Vec<String>, names: &[String]) {
    held.retain(|have| !names.iter().any(|name| same_label(have, name.trim())));
}

/// Whether two names are the same label.
#[must_use]
pub fn same_label(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_trimmed_and_unique_without_case() {
        let mut held = vec!["VIP".to_owned()];
        add_labels(
            &mut held,
            &[
                " vip ".into(),
                "Refund".into(),
                String::new(),
                "refund".into(),
            ],
        );
        assert_eq!(held, ["VIP", "Refund"]);
        remove_labels(&mut held, &["REFUND ".into()]);
        assert_eq!(held, ["VIP"]);
    }
}
