//! Names and addresses of people of ours, as they are kept.

use crate::base::text::one_line;
use crate::engine::people::passwords;
use crate::model::rejection::Rejection;

/// The longest name, in characters.
const NAME_MAX: usize = 120;
/// The longest address, in characters.
const EMAIL_MAX: usize = 254;

/// An address fit to sign in with: trimmed, lower case.
///
/// # Errors
/// `VALIDATION_ERROR` naming `email`.
pub fn clean_email(email: &str) -> Result<String, Rejection> {
    let email = email.trim().to_lowercase();
    let (local, domain) = email.split_once('@').unwrap_or_default();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"()".contains(c);
    let fits = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains('@')
        && email.chars().all(plain)
        && email.chars().count() <= EMAIL_MAX;
    if fits {
        Ok(email)
    } else {
        Err(Rejection::field(
            "email",
            "must be an address such as ana@example.com",
        ))
    }
}

/// A name fit to be shown: on one line, not empty, not endless.
///
/// # Errors
/// `VALIDATION_ERROR` naming `name`.
pub fn clean_name(name: &str) -> Result<String, Rejection> {
    let name = one_line(name);
    if name.is_empty() {
        return Err(Rejection::field("name", "must not be empty"));
    }
    if name.chars().count() > NAME_MAX {
        return Err(Rejection::field(
            "name",
            format!("must be at most {NAME_MAX} characters long"),
        ));
    }
    Ok(name)
}

/// The name and the address of a new account, fit to be kept; its password is checked with them.
///
/// # Errors
/// `VALIDATION_ERROR` naming every field that is wrong.
pub fn clean_account(
    name: &str,
    email: &str,
    password: Option<&str>,
) -> Result<(String, String), Rejection> {
    let (name, email) = (clean_name(name), clean_email(email));
    let password = password.map_or(Ok(()), passwords::check);
    let wrong = [name.clone().err(), email.clone().err(), password.err()];
    Rejection::together(wrong.into_iter().flatten())?;
    Ok((name?, email?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_folded() {
        assert_eq!(
            clean_email(" Ana@Example.COM "),
            Ok("ana@example.com".to_owned())
        );
        for bad in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@example",
            "a b@example.com",
            "a@b@c.de",
            "a@.de",
        ] {
            assert!(clean_email(bad).is_err(), "{bad}");
        }
        assert_eq!(clean_name("  Ana   Silva "), Ok("Ana Silva".to_owned()));
        assert!(clean_name(" ").is_err());
    }

    #[test]
    fn all_that_is_wrong_with_an_account_is_said_at_once() {
        let named = |name: &str, email: &str, password: Option<&str>| {
            let wrong = clean_account(name, email, password).err();
            let fields = wrong.map(|wrong| wrong.fields).unwrap_or_default();
            fields
                .into_iter()
                .map(|field| field.field)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named("", "ana", Some("short")),
            ["name", "email", "password"]
        );
        assert_eq!(named("Ana", "ana", None), ["email"]);
        assert!(named("Ana", "ana@example.com", Some("correct horse battery")).is_empty());
    }
}
