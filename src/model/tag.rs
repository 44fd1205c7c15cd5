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
    /// What it stands under in lists; none: under nothing.
    #[serde(default)]
    pub group: Option<String>,
    /// Names it had, for as long as something may still carry them.
    #[serde(default)]
    pub former: Vec<String>,
}

impl Tag {
    /// Takes another name; what carries the present one is still to be renamed.
    pub fn rename(&mut self, name: &str) {
        if self.name != name {
            self.former.retain(|former| former != name);
            let before = std::mem::replace(&mut self.name, name.to_owned());
            self.former.push(before);
        }
    }

    /// Whether it is, or lately was, called so.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        same_label(&self.name, name) || self.was_called(name)
    }

    fn was_called(&self, name: &str) -> bool {
        self.former.iter().any(|former| same_label(former, name))
    }

    /// Puts its name in place of its former ones; whether one of them was there.
    pub fn relabel(&self, held: &mut Vec<String>) -> bool {
        let mut labels = Vec::new();
        for label in held.iter() {
            let is_old = self.was_called(label);
            let label = if is_old { &self.name } else { label };
            add_labels(&mut labels, std::slice::from_ref(label));
        }
        let changed = labels != *held;
        *held = labels;
        changed
    }
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
    use crate::model::ids::Id as _;

    #[test]
    fn a_renamed_label_takes_the_place_of_its_former_names() {
        let mut tag = Tag {
            id: TagId::from_bytes([1; 16]),
            name: "vip".to_owned(),
            tint: 0,
            created_at: Timestamp::from_secs(1),
            updated_at: Timestamp::from_secs(1),
            group: None,
            former: Vec::new(),
        };
        let after = |tag: &Tag, held: &[&str]| {
            let mut held = held.iter().map(|name| (*name).to_owned()).collect();
            let changed = tag.relabel(&mut held);
            (changed, held.join(" "))
        };
        assert_eq!(after(&tag, &["vip"]), (false, "vip".to_owned()));
        tag.rename("VIP");
        tag.rename("Regular");
        assert!(tag.is_called("vip") && tag.is_called("regular"));
        for (held, expected) in [
            (&["a", "VIP", "b"][..], (true, "a Regular b")),
            (&["Vip", "regular"], (true, "Regular")),
            (&["Regular"], (false, "Regular")),
            (&["a"], (false, "a")),
        ] {
            let (changed, labels) = expected;
            assert_eq!(after(&tag, held), (changed, labels.to_owned()), "{held:?}");
        }
        tag.rename("vip");
        assert_eq!(tag.former, ["VIP", "Regular"]);
        assert_eq!(after(&tag, &["Regular", "VIP"]), (true, "vip".to_owned()));
    }

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
