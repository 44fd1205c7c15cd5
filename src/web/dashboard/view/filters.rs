//! Filters of the templates.
#![expect(
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the macro that makes filters writes them so"
)]

use askama::Result;
use askama::Values;
use askama::filters::Safe;

use super::assets;

/// The sprite picture of that name: `{{ "check"|icon }}`.
///
/// `static/tools/build.mjs` collects the names it finds in front of this filter, so a name has to
/// stand there literally or come out of [`super::atoms::Icon`].
///
/// # Errors
/// Never; the signature is the one filters have.
#[askama::filter_fn]
pub fn icon(name: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(format!(
        r#"<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{name}"/></svg>"#,
        assets::ICONS
    )))
}
