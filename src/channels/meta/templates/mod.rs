//! Templates as the vendor keeps them for `WhatsApp` business accounts and for pages: listing,
//! handing in, changing, taking away. What may stand in one is in [`rules`], what is left to fill in is in
//! [`blanks`], what a customer sees is in [`preview`]. whatsapp.md section 7.1, facebook.md 7.3.

pub mod blanks;
pub mod news;
pub mod preview;
pub mod rules;
pub mod variables;

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::graph::Graph;
use crate::channels::meta::graph::escape;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::model::call::Call;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// Whose templates.
#[derive(Debug)]
pub struct Shelf<'a> {
    /// The vendor's interface as the account uses it.
    pub graph: &'a Graph,
    /// The business account or page that has them.
    pub owner: &'a str,
    /// What is asked about each.
    pub fields: &'a str,
}

/// Templates on a page of the list: enough that the largest account ends within a dialogue.
const PAGE: usize = 250;

impl Shelf<'_> {
    /// Every template, page by page. The address of the next page is made here: the vendor's own
    /// holds the token.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn list(&self, talk: &mut Talk<'_>) -> Result<Vec<VendorTemplate>, Pause> {
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let query = format!("limit={PAGE}&fields={}{after}", self.fields);
            let told = talk.must("templates", Call::http(self.get(&query)))?;
            let page = Node::of(&told);
            found.extend(page.at("data").items().filter_map(read));
            let paging = page.at("paging");
            match paging.at("cursors").word("after") {
                Some(cursor) if paging.at("next").is_there() => {
                    after = format!("&after={}", escape(&cursor));
                }
                _ => return Ok(found),
            }
        }
    }

    /// Hands a template in; its examples are in the vendor's hands already.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn create(
        &self,
        talk: &mut Talk<'_>,
        draft: &TemplateDraft,
    ) -> Result<VendorTemplate, Pause> {
        let mut body = json!({
            "name": draft.name,
            "language": draft.language,
            "category": draft.category,
            "components": draft.components,
        });
        if let Some(format) = &draft.parameter_format {
            body["parameter_format"] = format.as_str().into();
        }
        let path = format!("{}/message_templates", self.owner);
        let told = talk.must("template", Call::http(self.graph.post(&path, &body)))?;
        let told = Node::of(&told);
        Ok(VendorTemplate {
            external_id: told.word("id"),
            name: draft.name.clone(),
            language: draft.language.clone(),
            // The vendor may put it elsewhere at once.
            category: told
                .word("category")
                .unwrap_or_else(|| draft.category.clone()),
            status: told.word("status").unwrap_or_else(|| "PENDING".to_owned()),
            parameter_format: draft.parameter_format.clone(),
            components: draft.components.clone(),
            ..VendorTemplate::default()
        })
    }

    /// Hands a template in again; its examples are in the vendor's hands already. The category goes
    /// along only where it changes: one that was approved keeps its own.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn edit(
        &self,
        talk: &mut Talk<'_>,
        id: &str,
        template: &VendorTemplate,
        draft: &TemplateDraft,
    ) -> Result<VendorTemplate, Pause> {
        let mut body = json!({ "components": draft.components });
        if draft.category != template.category {
            body["category"] = draft.category.as_str().into();
        }
        talk.must("template", Call::http(self.graph.post(&escape(id), &body)))?;
        Ok(VendorTemplate {
            category: draft.category.clone(),
            // It is looked at again; what comes of it is reported.
            status: "PENDING".to_owned(),
            reason: None,
            components: draft.components.clone(),
            ..template.clone()
        })
    }

    /// Takes a template away, by a query that names it. One that is not there any more is no error:
    /// where the vendor refuses it is looked for.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn delete(
        &self,
        talk: &mut Talk<'_>,
        template: &VendorTemplate,
        query: &str,
    ) -> Result<(), Pause> {
        let path = format!("{}/message_templates?{query}", self.owner);
        let Err(declined) = talk.may("template", Call::http(self.graph.delete(&path)))? else {
            return Ok(());
        };
        let name = escape(&template.name);
        let query = format!("limit={PAGE}&fields=id,name,language&name={name}");
        let Ok(told) = talk.may("templates", Call::http(self.get(&query)))? else {
            return Err(talk.refuse(&declined));
        };
        let is_there = Node::of(&told).at("data").items().any(|one| {
            one.at("name").is(&template.name) && one.at("language").is(&template.language)
        });
        if is_there {
            Err(talk.refuse(&declined))
        } else {
            Ok(())
        }
    }

    fn get(&self, query: &str) -> crate::base::http::HttpRequest {
        self.graph
            .get(&format!("{}/message_templates?{query}", self.owner))
    }
}

/// A template of a list; none without a name.
fn read(node: Node<'_>) -> Option<VendorTemplate> {
    let reason = node
        .word("rejected_reason")
        .filter(|reason| reason != "NONE");
    Some(VendorTemplate {
        external_id: node.word("id"),
        name: node.word("name")?,
        language: node.word("language").unwrap_or_default(),
        category: node.word("category").unwrap_or_default(),
        status: node.word("status").unwrap_or_default(),
        reason,
        quality: node.at("quality_score").word("score"),
        parameter_format: node.word("parameter_format"),
        components: node.at("components").items().map(Node::object).collect(),
    })
}

/// The texts of an example: the vendor writes them as a list, and for bodies as a list in a list.
#[must_use]
pub fn texts_of(node: Node<'_>) -> Vec<String> {
    let inner = if matches!(node.first().raw(), Value::Array(_)) {
        node.first()
    } else {
        node
    };
    inner.items().filter_map(Node::text).collect()
}
