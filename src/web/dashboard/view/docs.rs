//! `/docs`: the API's document for people.

use super::assets;
use super::filters;
use super::shell::Theme;

/// The page.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    /// Chosen theme.
    pub theme: Theme,
    /// The routes by subject.
    pub subjects: Vec<SubjectView>,
    /// Our version.
    pub version: String,
}

/// The routes about one thing.
#[derive(Debug, Clone)]
pub struct SubjectView {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its title.
    pub name: String,
    /// The routes.
    pub routes: Vec<RouteView>,
}

/// One route. Sentences are HTML: escaped, with code marked.
#[derive(Debug, Clone)]
pub struct RouteView {
    /// `GET`.
    pub method: String,
    /// The path below the prefix.
    pub path: &'static str,
    /// What it is for.
    pub summary: String,
    /// Who may use it.
    pub access: String,
    /// Status and thing it answers with.
    pub gives: String,
    /// What the query may say.
    pub query: Vec<FieldLine>,
    /// What the body says.
    pub body: Vec<FieldLine>,
}

/// One field.
#[derive(Debug, Clone)]
pub struct FieldLine {
    /// Its name.
    pub name: String,
    /// What kind of value it holds.
    pub kind: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, as HTML.
    pub about: String,
}
