//! What forms and previews of templates are made of: what may stand in one, what is wrong with it,
//! what is left to fill in, what a customer sees. Nobody outside is asked.

use std::collections::BTreeMap;

use crate::channels::Channel as Translation;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::rules::templates::variables;
use crate::engine::setup::templates::Templates;
use crate::model::Opaque;
use crate::model::channel::ChannelKind;
use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::ids::ChannelId;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::template::Template;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// Whether every variable in the parts of a template is among those that somebody declared.
///
/// # Errors
/// `VALIDATION_ERROR`, with their names.
pub fn must_declare(components: &[Opaque], declared: Option<&[String]>) -> Result<(), EngineError> {
    let Some(declared) = declared else {
        return Ok(());
    };
    let texts = components
        .iter()
        .filter_map(|one| one.get("text")?.as_str());
    let mut strange: Vec<&str> = texts.flat_map(variables).collect();
    strange.retain(|name| !declared.iter().any(|known| known == name));
    strange.sort_unstable();
    strange.dedup();
    if strange.is_empty() {
        return Ok(());
    }
    let words = format!(
        "must name every variable; these are not among them: {}",
        strange.join(", ")
    );
    Err(Rejection::field("variables", &words).into())
}

impl Templates {
    /// What may stand in a template of a kind of channel; none where there are none.
    #[must_use]
    pub fn terms(&self, kind: &ChannelKind) -> Option<&'static TemplateTerms> {
        self.translation(kind)?.template_terms()
    }

    /// What is wrong with a template, by the name of the field.
    #[must_use]
    pub fn wrong_with(&self, kind: &ChannelKind, draft: &TemplateDraft) -> Vec<FieldError> {
        let known = self.translation(kind);
        known.map_or_else(Vec::new, |known| known.check_template(draft))
    }

    /// What has to be filled in before a template can be sent.
    #[must_use]
    pub fn blanks(&self, kind: &ChannelKind, told: &VendorTemplate) -> Vec<Blank> {
        let known = self.translation(kind);
        known.map_or_else(Vec::new, |known| known.template_blanks(told))
    }

    /// A template with these values in its blanks.
    #[must_use]
    pub fn fill(
        &self,
        kind: &ChannelKind,
        told: &VendorTemplate,
        values: &BTreeMap<String, String>,
    ) -> Filling {
        let known = self.translation(kind);
        known.map_or_else(Filling::default, |known| known.fill_template(told, values))
    }

    /// A template as a customer sees it.
    #[must_use]
    pub fn preview(&self, kind: &ChannelKind, told: &VendorTemplate, filled: &[Opaque]) -> Preview {
        let known = self.translation(kind);
        known.map_or_else(Preview::default, |known| {
            known.preview_template(told, filled)
        })
    }

    /// The names of the variables of a template that is kept here; none for one that a vendor keeps.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn own_variables(&self, template: &Template) -> Result<Option<Vec<String>>, EngineError> {
        let read = self.0.store.snapshot()?;
        let channel = find::channel_in(&read, template.channel_id)?;
        let own = self.terms(&channel.kind).filter(|terms| terms.is_own());
        Ok(own.map(|_| {
            let blanks = self.blanks(&channel.kind, &template.told);
            let mut names: Vec<String> = Vec::new();
            for blank in blanks {
                let (_, name) = blank.key.split_once('.').unwrap_or(("", &blank.key));
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
            names
        }))
    }

    fn translation(&self, kind: &ChannelKind) -> Option<&dyn Translation> {
        self.0.channels.channel(kind)
    }

    pub(super) fn must_be_right(
        &self,
        channel: ChannelId,
        draft: &TemplateDraft,
    ) -> Result<(), EngineError> {
        let channel = find::channel_in(&self.0.store.snapshot()?, channel)?;
        let wrong = self.wrong_with(&channel.kind, draft);
        let Some(first) = wrong.first() else {
            return Ok(());
        };
        let sentence = format!("{} {}", first.field, first.message);
        Err(EngineError::Refused(Rejection {
            fields: wrong,
            ..Rejection::new(Code::ValidationError, sentence)
        }))
    }

    pub(super) fn must_be_changeable(&self, channel: ChannelId) -> Result<(), EngineError> {
        let channel = find::channel_in(&self.0.store.snapshot()?, channel)?;
        if self.terms(&channel.kind).is_some_and(|terms| terms.edits) {
            return Ok(());
        }
        let message = "The vendor of this channel lets no template be changed. Hand in a new one.";
        let refused = Rejection::new(Code::UnsupportedContentType, message);
        Err(refused.because("no_template_changes").into())
    }

    pub(super) fn must_be_resumable(
        &self,
        channel: ChannelId,
        told: &VendorTemplate,
    ) -> Result<(), EngineError> {
        let channel = find::channel_in(&self.0.store.snapshot()?, channel)?;
        if !self.terms(&channel.kind).is_some_and(|terms| terms.resumes) {
            let message = "The vendor of this channel pauses no templates.";
            let refused = Rejection::new(Code::UnsupportedContentType, message);
            return Err(refused.because("no_template_pauses").into());
        }
        if told.is_paused() {
            return Ok(());
        }
        Err(Rejection::field("status", "must be PAUSED").into())
    }
}
