//! Message templates that a vendor keeps and approves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::content::Media;
use crate::model::ids::ChannelId;
use crate::model::ids::TemplateId;
use crate::model::inbound::TemplateNews;

/// Our copy of a template in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The template's id.
    pub id: TemplateId,
    /// The channel through which it can be sent.
    pub channel_id: ChannelId,
    /// As the vendor has it, as far as we were told.
    pub told: VendorTemplate,
    /// When the vendor last told all of it.
    pub synced_at: Timestamp,
    /// When we first knew it.
    pub created_at: Timestamp,
    /// When our copy last changed.
    pub updated_at: Timestamp,
}

/// A template as a vendor tells of it. Name and language together are unique within an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VendorTemplate {
    /// The vendor's id.
    pub external_id: Option<String>,
    /// The name.
    pub name: String,
    /// The language, such as `pt_BR`.
    pub language: String,
    /// The category, in the vendor's words: `UTILITY`, `MARKETING`.
    pub category: String,
    /// How it stands, in the vendor's words: `APPROVED`, `PENDING`.
    pub status: String,
    /// Why it stands so, where the vendor says.
    pub reason: Option<String>,
    /// Its quality: `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub quality: Option<String>,
    /// How its variables are named: `POSITIONAL` or `NAMED`.
    pub parameter_format: Option<String>,
    /// Its components, in the vendor's shape.
    pub components: Vec<Opaque>,
}

/// States in which a vendor sends a template; in any other, and in one we never heard of, it does
/// not.
const USABLE: [&str; 4] = ["APPROVED", "FLAGGED", "REINSTATED", "UNARCHIVED"];

impl VendorTemplate {
    /// Whether it can be sent now.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        USABLE.contains(&self.status.as_str())
    }

    /// Whether the vendor paused it, because customers did not like it.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.status == "PAUSED"
    }

    /// Whether news are about it: the vendor's id decides, else name and language.
    #[must_use]
    pub fn is_meant_by(&self, news: &TemplateNews) -> bool {
        match (&self.external_id, &news.external_id) {
            (Some(own), Some(told)) => own == told,
            _ => {
                news.name.as_ref() == Some(&self.name)
                    && news.language.as_ref() == Some(&self.language)
            }
        }
    }

    /// Takes news over: what they do not tell stays. A reason belongs to the state it came with.
    pub fn learn(&mut self, news: &TemplateNews) {
        if let Some(status) = &news.status {
            self.status.clone_from(status);
            self.reason.clone_from(&news.reason);
        }
        if let Some(category) = &news.category {
            self.category.clone_from(category);
        }
        if news.quality.is_some() {
            self.quality.clone_from(&news.quality);
        }
        if self.external_id.is_none() {
            self.external_id.clone_from(&news.external_id);
        }
    }
}

/// A template that is handed in for approval.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateDraft {
    /// The name.
    pub name: String,
    /// The language, such as `pt_BR`.
    pub language: String,
    /// The category, in the vendor's words.
    pub category: String,
    /// How its variables are named: `POSITIONAL` or `NAMED`.
    pub parameter_format: Option<String>,
    /// Its components, in the vendor's shape. Where the vendor wants the handle of an example file
    /// they may name a stored file by our id instead.
    pub components: Vec<Opaque>,
    /// The stored files that the components name, by our id as text.
    pub files: BTreeMap<String, Media>,
}

/// What is to be different about a template that was handed in; what is none stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateChanges {
    /// The category, in the vendor's words.
    pub category: Option<String>,
    /// The components, as in a [`TemplateDraft`].
    pub components: Option<Vec<Opaque>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> VendorTemplate {
        VendorTemplate {
            external_id: Some("1".into()),
            name: "order".into(),
            language: "en".into(),
            status: "REJECTED".into(),
            reason: Some("SCAM".into()),
            quality: Some("GREEN".into()),
            ..VendorTemplate::default()
        }
    }

    #[test]
    fn news_find_their_template_and_change_only_what_they_tell() {
        let text = |text: &str| Some(text.to_owned());
        let by_id = TemplateNews {
            external_id: text("1"),
            status: text("APPROVED"),
            ..TemplateNews::default()
        };
        let by_name = TemplateNews {
            name: text("order"),
            language: text("en"),
            quality: text("RED"),
            ..TemplateNews::default()
        };
        let of_another = TemplateNews {
            external_id: text("2"),
            ..by_name.clone()
        };
        let mut held = template();
        assert!(held.is_meant_by(&by_id) && held.is_meant_by(&by_name));
        assert!(!held.is_meant_by(&of_another));
        held.learn(&by_id);
        held.learn(&by_name);
        let expected = VendorTemplate {
            status: "APPROVED".into(),
            reason: None,
            quality: text("RED"),
            ..template()
        };
        assert_eq!(held, expected);
    }

    #[test]
    fn only_what_the_vendor_approved_can_be_sent() {
        let cases = [
            ("APPROVED", true),
            ("FLAGGED", true),
            ("PENDING", false),
            ("PAUSED", false),
            ("SOMETHING_NEW", false),
        ];
        for (status, usable) in cases {
            let held = VendorTemplate {
                status: status.into(),
                ..template()
            };
            assert_eq!(held.is_usable(), usable, "{status}");
        }
    }
}
