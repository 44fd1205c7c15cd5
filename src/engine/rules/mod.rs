//! Pure functions: facts in, a verdict out. No clock, no storage, no waiting.

pub mod alerts;
pub mod choices;
pub mod clicks;
pub mod comments;
pub mod fit;
pub mod hours;
pub mod identity;
pub mod machines;
pub mod mail_threads;
pub mod quiet;
pub mod retry;
pub mod revising;
pub mod sight;
pub mod template_form;
pub mod templates;
pub mod threads;
pub mod window;
