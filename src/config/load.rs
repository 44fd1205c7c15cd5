//! Finds the value of every setting: flag over environment over file over default.

use std::ffi::OsString;
use std::path::Path;

use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::Config;
use crate::config::settings::SETTINGS;
use crate::config::settings::Setting;

/// Names the file with settings; not a setting itself.
const FILE_VARIABLE: &str = "LINKTOR_CONFIG";
/// What the names of our variables start with.
const PREFIX: &str = "LINKTOR_";

/// A setting that cannot be used: one line that says which, where it came from and what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ConfigError(String);

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Flags of the command line that were given: name without dashes, value.
    pub flags: Vec<(&'static str, String)>,
    /// `--config`, where given.
    pub file: Option<String>,
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
}

impl Sources {
    /// The flags given, and this process's environment.
    #[must_use]
    pub fn of_process(flags: Vec<(&'static str, String)>, file: Option<String>) -> Self {
        Self {
            flags,
            file,
            environment: std::env::vars_os().collect(),
        }
    }
}

/// The settings, and what the operator should know about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings, checked.
    pub config: Config,
    /// Variables that look like ours and are not: usually a slip of the pen. No error, because
    /// others (container platforms) invent such names too.
    pub unknown_variables: Vec<String>,
}

/// Reads and checks every setting.
///
/// # Errors
/// The first setting that is unknown or wrong, with its source.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let environment = ours(&sources.environment)?;
    let named = |wanted: &str| {
        let found = environment.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| *value)
    };
    let mut config = Config::default();
    if let Some(file) = sources.file.as_deref().or_else(|| named(FILE_VARIABLE)) {
        read_file(&mut config, Path::new(file))?;
    }
    for setting in SETTINGS {
        if let Some(value) = named(setting.variable) {
            apply(&mut config, setting, value, setting.variable)?;
        }
    }
    for (flag, value) in &sources.flags {
        let setting = SETTINGS.iter().find(|known| known.flag == Some(*flag));
        let setting = setting.ok_or_else(|| ConfigError(format!("unknown flag --{flag}")))?;
        apply(&mut config, setting, value, &format!("--{flag}"))?;
    }
    config.check().map_err(ConfigError)?;
    Ok(Loaded {
        config,
        unknown_variables: unknown(&environment),
    })
}

fn apply(
    config: &mut Config,
    setting: &Setting,
    value: &str,
    source: &str,
) -> Result<(), ConfigError> {
    (setting.read)(config, value).map_err(|wrong| ConfigError(format!("{source} {wrong}")))
}

/// Our variables. An empty one counts as not set, as in systemd units and compose files.
fn ours(environment: &[(OsString, OsString)]) -> Result<Vec<(&str, &str)>, ConfigError> {
    let ours = environment.iter().filter_map(|(name, value)| {
        let name = name.to_str().filter(|name| name.starts_with(PREFIX))?;
        Some((name, value))
    });
    let mut readable = Vec::new();
    for (name, value) in ours {
        let value = value
            .to_str()
            .ok_or_else(|| ConfigError(format!("{name} is not readable text")))?;
        if !value.is_empty() {
            readable.push((name, value));
        }
    }
    Ok(readable)
}

fn unknown(environment: &[(&str, &str)]) -> Vec<String> {
    let known = |name: &str| {
        name == FILE_VARIABLE || SETTINGS.iter().any(|setting| setting.variable == name)
    };
    let unknown = environment.iter().filter(|(name, _)| !known(name));
    unknown.map(|(name, _)| (*name).to_owned()).collect()
}

fn read_file(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("cannot read the settings in {shown}: {error}")))?;
    let place = |at: usize| format!("{shown}, line {}:", line_of(&text, at));
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError(format!("{} {}", place(at), one_line(error.message())))
    })?;
    for (section, body) in table.get_ref() {
        let DeValue::Table(rows) = body.get_ref() else {
            let name = section.get_ref();
            let where_ = place(section.span().start);
            return Err(ConfigError(format!("{where_} unknown setting `{name}`")));
        };
        for (name, value) in rows {
            let key = format!("{}.{}", section.get_ref(), name.get_ref());
            let source = format!("{} `{key}`", place(name.span().start));
            let setting = SETTINGS.iter().find(|known| known.key == Some(&key));
            let setting =
                setting.ok_or_else(|| ConfigError(format!("{source} is no known setting")))?;
            let text = as_text(value.get_ref())
                .ok_or_else(|| ConfigError(format!("{source} must be a plain value")))?;
            apply(config, setting, &text, &source)?;
        }
    }
    Ok(())
}

/// The value as it would stand in the environment; lists with commas.
fn as_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(on) => Some(on.to_string()),
        DeValue::Array(parts) => {
            let parts: Option<Vec<String>> =
                parts.iter().map(|part| as_text(part.get_ref())).collect();
            Some(parts?.join(","))
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    struct Case {
        file: Option<tempfile::NamedTempFile>,
        sources: Sources,
    }

    fn case(file: &str, environment: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Case {
        let written = (!file.is_empty()).then(|| {
            let written = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(written.path(), file).unwrap();
            written
        });
        let sources = Sources {
            flags: flags.iter().map(|(n, v)| (*n, (*v).to_owned())).collect(),
            file: written
                .as_ref()
                .map(|file| file.path().to_str().unwrap().to_owned()),
            environment: environment
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        };
        Case {
            file: written,
            sources,
        }
    }

    impl Case {
        fn config(&self) -> Config {
            load(&self.sources).unwrap().config
        }

        /// What went wrong, with the name of the file made stable.
        fn error(&self) -> String {
            let error = load(&self.sources).unwrap_err().to_string();
            match &self.file {
                Some(file) => error.replace(file.path().to_str().unwrap(), "FILE"),
                None => error,
            }
        }
    }

    #[test]
    fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
        let file = "[server]\ndata = '/file'\nlisten = '127.0.0.1:1'\nworkers = 3\n";
        let environment = [("LINKTOR_DATA", "/env"), ("LINKTOR_LISTEN", "127.0.0.1:2")];
        let config = case(file, &environment, &[("data", "/flag")]).config();
        assert_eq!(config.server.data, Path::new("/flag"));
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.server.workers, 3);
        assert_eq!(config.limits.auth_per_minute, 10);
    }

    #[test]
    fn lists_and_switches_read_alike_from_everywhere() {
        let file = "[server]\ntrusted_proxies = ['10.0.0.0/8', '::1']\n\
                    [security]\nallow_private_targets = true\n";
        let environment = [
            ("LINKTOR_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("LINKTOR_ALLOW_PRIVATE_TARGETS", "true"),
        ];
        for config in [
            case(file, &[], &[]).config(),
            case("", &environment, &[]).config(),
        ] {
            assert_eq!(config.server.trusted_proxies.len(), 2);
            assert!(config.security.allow_private_targets);
        }
    }

    #[test]
    fn an_error_is_one_line_that_names_its_source() {
        for (case, error) in [
            (
                case("[server]\n\nlisten = 'here'\n", &[], &[]),
                "FILE, line 3: `server.listen` must be an address and a port such as 127.0.0.1:8080, not `here`",
            ),
            (
                case("[server]\nport = 1\n", &[], &[]),
                "FILE, line 2: `server.port` is no known setting",
            ),
            (
                case("data = 'x'\n", &[], &[]),
                "FILE, line 1: unknown setting `data`",
            ),
            (
                case("[store]\ncache_mb = 1.5\n", &[], &[]),
                "FILE, line 2: `store.cache_mb` must be a plain value",
            ),
            (
                case("", &[("LINKTOR_WORKERS", "0")], &[]),
                "LINKTOR_WORKERS must be a number from 1 to 64, not `0`",
            ),
            (
                case("", &[], &[("public-url", "https://a.example/chat")]),
                "--public-url must be a host of its own, without a path: `https://a.example/chat`",
            ),
            (
                case("", &[], &[("public-url", "ftp://a.example")]),
                "--public-url must be an address such as https://chat.example.com, not `ftp://a.example`",
            ),
            (
                case("", &[("LINKTOR_ADMIN_EMAIL", "a@example.com")], &[]),
                "LINKTOR_ADMIN_EMAIL is set but LINKTOR_ADMIN_PASSWORD is not; the owner needs both",
            ),
        ] {
            assert_eq!(case.error(), error);
        }
        let broken = case("[server\n", &[], &[]).error();
        assert!(broken.starts_with("FILE, line 1: "), "{broken}");
        assert_eq!(broken.lines().count(), 1);
    }

    #[test]
    fn secrets_are_not_shown_and_come_from_the_environment_alone() {
        let key = "lk_live_0123456789abcdef";
        let loaded = case("", &[("LINKTOR_BOOTSTRAP_API_KEY", key)], &[]).config();
        assert_eq!(
            loaded
                .first_run
                .bootstrap_api_key
                .as_ref()
                .unwrap()
                .reveal(),
            key
        );
        assert!(!format!("{loaded:?}").contains(key));
        let wrong = case("", &[("LINKTOR_BOOTSTRAP_API_KEY", "hunter2")], &[]).error();
        assert!(!wrong.contains("hunter2"), "{wrong}");
    }

    #[test]
    fn a_misspelt_variable_is_pointed_out_and_an_empty_one_is_not_set() {
        let case = case("", &[("LINKTOR_LISTN", "x"), ("LINKTOR_LISTEN", "")], &[]);
        let loaded = load(&case.sources).unwrap();
        assert_eq!(loaded.unknown_variables, ["LINKTOR_LISTN"]);
        assert_eq!(loaded.config.server.listen.port(), 8080);
    }

    #[test]
    fn every_setting_stands_in_the_operating_guide() {
        let guide = include_str!("../../docs/operating.md");
        for setting in SETTINGS {
            for name in [Some(setting.variable), setting.key].into_iter().flatten() {
                assert!(guide.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
}
