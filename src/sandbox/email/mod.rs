//! Five services that carry mail.

mod compose;
mod form;
mod letter;
pub mod mailbox;
pub mod mailgun;
mod mime;
pub mod postmark;
pub mod resend;
pub mod sendgrid;
pub mod ses;
#[cfg(test)]
mod tests;
