//! Email over SMTP and through mail services: one file each, and one line in
//! [`provider`](self::provider).
//!
//! Facts are from `channels/email.md`, cited by section. How a mail lies in a message:
//!
//! * the words are the content of the message, files its parts;
//! * of what comes in, `metadata` keeps `subject`, `messageId`, `inReplyTo`, `references`, `cc`,
//!   `toAll`, `html` and the rest of section 3.1;
//! * of what goes out, `metadata.email` holds what only mail has: `subject`, `html`, `cc`, `bcc`,
//!   `replyTo`, `inReplyTo`, `references` and `attachments`, each of these a stored file
//!   (`{mediaId, filename, mimeType, sizeBytes, contentId?}`).

pub mod address;
pub mod caps;
mod fault;
pub mod imap;
pub mod incoming;
mod mailgun;
mod postmark;
pub mod provider;
pub mod raw;
mod resend;
mod sendgrid;
mod ses;
mod smtp;
pub mod table;
