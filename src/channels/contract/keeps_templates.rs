//! Templates, where a vendor keeps or approves them.

use std::collections::BTreeMap;

use crate::channels::contract::answers::not_offered;
use crate::model::Opaque;

use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// Texts with blanks that a vendor keeps or approves, and those that are kept here.
pub trait KeepsTemplates {
    /// Asks for every template of the account, as the vendor has them now. Held where
    /// `Capabilities::approved_templates` says that the vendor keeps them: after a connection, on
    /// demand and now and then.
    ///
    /// # Errors
    /// The vendor does not tell.
    fn templates(&self, asked: &Asked<'_>) -> Next<Vec<VendorTemplate>> {
        let _ = asked;
        Ok(Step::Done(Vec::new()))
    }

    /// Hands a new template in for approval, and says how it stands then. Held where
    /// `Capabilities::approved_templates` says that the vendor keeps them.
    ///
    /// # Errors
    /// The vendor does not take it, in the vendor's words.
    fn create_template(&self, draft: &TemplateDraft, asked: &Asked<'_>) -> Next<VendorTemplate> {
        let _ = (draft, asked);
        Err(Refusal::Never(not_offered("templates")))
    }

    /// What may stand in a template of this channel, for forms; none where the vendor keeps none.
    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        None
    }

    /// What is wrong with a template before the vendor is asked, by the name of the field, such as
    /// `components[1].buttons[0].url`.
    fn check_template(&self, draft: &TemplateDraft) -> Vec<FieldError> {
        let _ = draft;
        Vec::new()
    }

    /// What has to be filled in before a template can be sent, in its order.
    fn template_blanks(&self, template: &VendorTemplate) -> Vec<Blank> {
        let _ = template;
        Vec::new()
    }

    /// A template with these values in its blanks.
    fn fill_template(
        &self,
        template: &VendorTemplate,
        values: &BTreeMap<String, String>,
    ) -> Filling {
        let _ = (template, values);
        Filling::default()
    }

    /// What is wrong with the values that a message brings for a template that is kept here:
    /// `Capabilities::own_templates`.
    fn wrong_values(&self, template: &VendorTemplate, filled: &[Opaque]) -> Vec<FieldError> {
        let _ = (template, filled);
        Vec::new()
    }

    /// A template as a customer sees it, with these components filled in.
    fn preview_template(&self, template: &VendorTemplate, filled: &[Opaque]) -> Preview {
        let _ = (template, filled);
        Preview::default()
    }

    /// Hands a template in again with other components or of another category, and says how it
    /// stands then; name, language and the naming of variables stay. Held where
    /// [`TemplateTerms::edits`] says that it can be.
    ///
    /// # Errors
    /// The vendor does not take it, in the vendor's words.
    fn edit_template(
        &self,
        template: &VendorTemplate,
        draft: &TemplateDraft,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        let _ = (template, draft, asked);
        Err(Refusal::Never(not_offered("changes of templates")))
    }

    /// Has the vendor send a template again that it paused, and says how it stands then. Held where
    /// [`TemplateTerms::resumes`] says that it can be.
    ///
    /// # Errors
    /// The vendor does not do it.
    fn resume_template(
        &self,
        template: &VendorTemplate,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        let _ = (template, asked);
        Err(Refusal::Never(not_offered("pauses of templates")))
    }

    /// Takes one template away at the vendor. One that is not there any more is no error.
    ///
    /// # Errors
    /// The vendor does not do it.
    fn delete_template(&self, template: &VendorTemplate, asked: &Asked<'_>) -> Next<()> {
        let _ = (template, asked);
        Err(Refusal::Never(not_offered("templates")))
    }
}
