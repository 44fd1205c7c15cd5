//! What the tables of settings of several channels share.

use crate::model::Opaque;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// A secret a person must bring.
pub const BROUGHT: Shape = Shape::Secret { generated: None };

/// A secret that is made up where nobody brings one.
pub const MADE_UP: Shape = Shape::Secret {
    generated: Some(""),
};

/// A setting that may be left empty.
#[must_use]
pub const fn optional(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    shape: Shape,
) -> Setting {
    Setting::new(name, label, help, shape)
}

/// A setting without which the channel cannot connect.
#[must_use]
pub const fn required(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    shape: Shape,
) -> Setting {
    Setting::new(name, label, help, shape).required()
}

/// The same setting, understood under older names too.
#[must_use]
pub const fn known_as(setting: Setting, aliases: &'static [&'static str]) -> Setting {
    Setting { aliases, ..setting }
}

/// A field and what is wrong with it.
#[must_use]
pub fn wrong(name: &str, message: &str) -> FieldError {
    FieldError {
        field: name.to_owned(),
        message: message.to_owned(),
    }
}

/// Whether a text is the address of a host: `https://api.example.com`, perhaps with a path below
/// which everything lies.
#[must_use]
pub fn is_base(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

/// Which of the settings that are addresses of hosts are none.
#[must_use]
pub fn check_bases(account: &Account, names: &[&str]) -> Vec<FieldError> {
    names
        .iter()
        .filter(|name| account.text(name).is_some_and(|text| !is_base(text)))
        .map(|name| wrong(name, "must be an http or https address"))
        .collect()
}

/// The address of a host as the account or else the channel has it, without a slash at its end.
#[must_use]
pub fn base<'a>(account: &'a Account, name: &str, usual: &'a str) -> &'a str {
    account.text(name).unwrap_or(usual).trim_end_matches('/')
}

/// Moves every setting that stands under an alias to its present name, unless that is taken.
pub fn rename_aliases(table: &[Setting], settings: &mut Opaque) {
    for setting in table {
        for alias in setting.aliases {
            let Some(value) = settings.shift_remove(*alias) else {
                continue;
            };
            if !settings.contains_key(setting.name) {
                settings.insert(setting.name.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_move_to_the_present_name_unless_it_is_taken() {
        const TABLE: &[Setting] = &[Setting {
            aliases: &["webhookSecret", "secret"],
            ..Setting::new("appSecret", "", "", Shape::Text)
        }];
        let cases = [
            (r#"{"secret":"a","x":1}"#, r#"{"x":1,"appSecret":"a"}"#),
            (r#"{"appSecret":"a","secret":"b"}"#, r#"{"appSecret":"a"}"#),
            ("{}", "{}"),
        ];
        for (given, expected) in cases {
            let mut settings: Opaque = serde_json::from_str(given).unwrap_or_default();
            rename_aliases(TABLE, &mut settings);
            let expected: Opaque = serde_json::from_str(expected).unwrap_or_default();
            assert_eq!(settings, expected, "{given}");
        }
    }

    #[test]
    fn hosts_are_told_from_other_addresses() {
        let cases = [
            ("https://api.telegram.org", true),
            ("http://127.0.0.1:8081/", true),
            ("https://proxy.example/bot-api", true),
            ("api.telegram.org", false),
            ("ftp://a.example", false),
            ("https://a.example?x=1", false),
            ("https://a.example#x", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_base(text), expected, "{text}");
        }
    }
}
