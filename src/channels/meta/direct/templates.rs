//! Utility templates of a page. facebook.md section 7.3.

use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::graph::escape;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::refused;
use crate::channels::meta::templates::Shelf;
use crate::channels::meta::templates::rules;
use crate::model::outbound::Asked;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// What is asked about each template.
const FIELDS: &str = "id,name,status,category,language,components";

/// Every template of the page.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn list(way: &Way<'_>, asked: &Asked<'_>) -> Result<Vec<VendorTemplate>, Pause> {
    shelf(way).list(&mut Talk::of(asked, FAULTS))
}

/// Hands a template in: what is wrong with it is said before the vendor is asked.
///
/// # Errors
/// It has to be asked first; it is wrong; the vendor refused.
pub fn create(
    way: &Way<'_>,
    draft: &TemplateDraft,
    asked: &Asked<'_>,
) -> Result<VendorTemplate, Pause> {
    if let Some(wrong) = rules::check(draft).into_iter().next() {
        let words = format!("{} {}.", wrong.field, wrong.message);
        return Err(refused("template_invalid", words));
    }
    shelf(way).create(&mut Talk::of(asked, FAULTS), draft)
}

/// Takes a template away. The vendor names it by its name alone.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn delete(way: &Way<'_>, template: &VendorTemplate, asked: &Asked<'_>) -> Result<(), Pause> {
    let query = format!("name={}", escape(&template.name));
    shelf(way).delete(&mut Talk::of(asked, FAULTS), template, &query)
}

fn shelf<'a>(way: &'a Way<'_>) -> Shelf<'a> {
    Shelf {
        graph: &way.graph,
        owner: way.node,
        fields: FIELDS,
    }
}
