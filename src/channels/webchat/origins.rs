//! Which websites may show a web chat: patterns, and the judgement of a request by its `Origin`.

use std::net::Ipv6Addr;

/// A website: scheme, host and port, as browsers send it in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an origin, or the origin of an address. None for `null` and whatever is no origin.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let scheme = scheme_of(scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = host_and_port(authority)?;
        let port = port.or(default_port(&scheme)).unwrap_or(0);
        Some(Self { scheme, host, port })
    }
}

/// A pattern of the allow-list: `[scheme://]host[:port]`, where the host may begin with `*.`, or
/// `*` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Every website.
    Any,
    /// Some.
    Sites {
        /// None: https, and http on this machine.
        scheme: Option<String>,
        /// The host, or the domain above it.
        host: String,
        /// Whether subdomains are meant, at every depth, and not the host itself.
        below: bool,
        /// None: the one that belongs to the scheme.
        port: Option<u16>,
    },
}

/// A text that is no pattern, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// A star anywhere but in front of the first dot.
    #[error("may have a * only at its beginning, as in *.example.com")]
    Star,
    /// More than scheme, host and port.
    #[error("must be a website such as https://shop.example.com, without a path")]
    Form,
    /// No host name.
    #[error("has a host name that is none")]
    Host,
    /// No port.
    #[error("has a port that is none")]
    Port,
}

impl Pattern {
    /// Reads a pattern. Host names are compared in lower case, in their ASCII form and without a
    /// dot at the end.
    ///
    /// # Errors
    /// [`BadPattern`]: what is wrong, to stand after the name of the setting.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let text = text.trim();
        match text {
            "" => return Err(BadPattern::Empty),
            "*" => return Ok(Self::Any),
            _ => {}
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme_of(scheme).ok_or(BadPattern::Form)?), rest),
            None => (None, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) || rest.contains(char::is_whitespace) {
            return Err(BadPattern::Form);
        }
        let (below, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        if rest.contains('*') {
            return Err(BadPattern::Star);
        }
        let (host, port) = split_port(rest).ok_or(BadPattern::Port)?;
        let host = host_of(host).ok_or(BadPattern::Host)?;
        if below && is_address(&host) {
            return Err(BadPattern::Host);
        }
        Ok(Self::Sites {
            scheme,
            host,
            below,
            port,
        })
    }

    /// Whether a website fits the pattern.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let Self::Sites {
            scheme,
            host,
            below,
            port,
        } = self
        else {
            return true;
        };
        let scheme_fits = match scheme {
            Some(scheme) => *scheme == origin.scheme,
            None => origin.scheme == "https" || (origin.scheme == "http" && is_local(&origin.host)),
        };
        let host_fits = if *below {
            origin
                .host
                .strip_suffix(host.as_str())
                .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
        } else {
            *host == origin.host
        };
        let port = port.or(default_port(&origin.scheme)).unwrap_or(0);
        scheme_fits && host_fits && port == origin.port
    }

    /// The pattern as a source of a content security policy.
    #[must_use]
    pub fn as_policy_source(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::Sites {
                scheme,
                host,
                below,
                port,
            } => {
                let scheme = scheme.as_deref().unwrap_or("https");
                let star = if *below { "*." } else { "" };
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{scheme}://{star}{host}{port}")
            }
        }
    }
}

/// The `frame-ancestors` of the full-page chat. An empty list means every website.
#[must_use]
pub fn frame_ancestors(patterns: &[Pattern]) -> String {
    if patterns.is_empty() || patterns.contains(&Pattern::Any) {
        return "*".to_owned();
    }
    let sources = patterns.iter().map(Pattern::as_policy_source);
    ["'self'".to_owned()]
        .into_iter()
        .chain(sources)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a web chat accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The websites; none means every one.
    pub patterns: Vec<Pattern>,
    /// Whether pages without an origin of their own count: web views of apps.
    pub null_origin: bool,
    /// Whether programs that send no `Origin` count.
    pub non_browser: bool,
}

/// Whether a request changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// POST, PATCH, DELETE and the upgrade to a socket: the origin must be there.
    Change,
    /// GET: no origin is accepted, because data needs a token anyway.
    Read,
}

/// What a request says about where it comes from. `Referer` is no evidence: pages can withhold it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`, which only browsers can set.
    pub fetch_site: Option<&'a str>,
}

/// A website that may not show this web chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this website is not among the allowed origins of the web chat")]
pub struct NotAllowed;

impl Allowed {
    /// Judges a request. `own` is our own public address: our full-page chat is always allowed.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn judge(
        &self,
        access: Access,
        evidence: Evidence<'_>,
        own: &Origin,
    ) -> Result<(), NotAllowed> {
        let allowed = match evidence.origin {
            Some("null") => self.null_origin,
            Some(text) => Origin::parse(text).is_some_and(|origin| {
                origin == *own
                    || self.patterns.is_empty()
                    || self.patterns.iter().any(|pattern| pattern.matches(&origin))
            }),
            None => {
                access == Access::Read
                    || self.non_browser
                    || evidence.fetch_site == Some("same-origin")
            }
        };
        allowed.then_some(()).ok_or(NotAllowed)
    }
}

fn scheme_of(text: &str) -> Option<String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    (begins && text.chars().all(legal)).then(|| text.to_ascii_lowercase())
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    if authority.contains('@') {
        return None;
    }
    let (host, port) = split_port(authority)?;
    Some((host_of(host)?, port))
}

/// Cuts a port off; none when there is one that is no number.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_address..].split_once(':') {
        None => Some((authority, None)),
        Some((before, port)) => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let port: u16 = port.parse().ok().filter(|port| digits && *port > 0)?;
            Some((&authority[..after_address + before.len()], Some(port)))
        }
    }
}

/// A host name as it is compared.
fn host_of(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if let Some(address) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let address: Ipv6Addr = address.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let host = url::Host::parse(text).ok()?.to_string();
    let label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    host.split('.').all(label).then_some(host)
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_match_whole_websites() {
        let cases = [
            ("example.com", "https://example.com", true),
            ("example.com", "https://example.com:443", true),
            ("example.com", "https://EXAMPLE.com", true),
            ("Example.COM.", "https://example.com", true),
            ("example.com", "http://example.com", false),
            ("example.com", "https://example.com:8443", false),
            ("example.com", "https://www.example.com", false),
            ("example.com", "https://example.com.evil.net", false),
            ("example.com", "https://notexample.com", false),
            ("example.com:8443", "https://example.com:8443", true),
            ("example.com:8443", "https://example.com", false),
            ("http://example.com", "http://example.com", true),
            ("http://example.com", "https://example.com", false),
            ("https://example.com/", "https://example.com", true),
            ("*.example.com", "https://shop.example.com", true),
            ("*.example.com", "https://a.b.example.com", true),
            ("*.example.com", "https://example.com", false),
            ("*.example.com", "https://evilexample.com", false),
            ("*.example.com", "https://.example.com", false),
            (
                "https://*.example.com:444",
                "https://x.example.com:444",
                true,
            ),
            ("localhost", "http://localhost", true),
            ("localhost", "https://localhost", true),
            ("localhost", "http://localhost:3000", false),
            ("localhost:3000", "http://localhost:3000", true),
            ("127.0.0.1:3000", "http://127.0.0.1:3000", true),
            ("[::1]:3000", "http://[::1]:3000", true),
            ("[0:0:0:0:0:0:0:1]", "http://[::1]", true),
            ("192.168.0.5", "http://192.168.0.5", false),
            ("b\u{fc}cher.example", "https://xn--bcher-kva.example", true),
            (
                "*.b\u{fc}cher.example",
                "https://a.xn--bcher-kva.example",
                true,
            ),
            ("capacitor://localhost", "capacitor://localhost", true),
            ("*", "http://anything.example:99", true),
        ];
        for (pattern, origin, expected) in cases {
            let parsed = Pattern::parse(pattern).unwrap();
            let matched = Origin::parse(origin).is_some_and(|origin| parsed.matches(&origin));
            assert_eq!(matched, expected, "{pattern} against {origin}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_said_to_be_none() {
        let cases = [
            ("", BadPattern::Empty),
            ("*example.com", BadPattern::Star),
            ("example.*", BadPattern::Star),
            ("a.*.example.com", BadPattern::Star),
            ("**", BadPattern::Star),
            ("*.", BadPattern::Host),
            ("https://example.com/path", BadPattern::Form),
            ("example.com?x", BadPattern::Form),
            ("user@example.com", BadPattern::Form),
            ("ex ample.com", BadPattern::Form),
            ("://example.com", BadPattern::Form),
            ("example.com:99999", BadPattern::Port),
            ("example.com:", BadPattern::Port),
            ("example.com:0", BadPattern::Port),
            ("exa<mple.com", BadPattern::Host),
            ("example..com", BadPattern::Host),
            ("*.127.0.0.1", BadPattern::Host),
            ("[::g]", BadPattern::Host),
        ];
        for (text, expected) in cases {
            assert_eq!(Pattern::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn requests_are_judged_by_their_origin() {
        use Access::{Change, Read};
        let own = Origin::parse("https://chat.example.net").unwrap();
        let shop = Allowed {
            patterns: vec![Pattern::parse("shop.example.com").unwrap()],
            ..Allowed::default()
        };
        let apps = Allowed {
            null_origin: true,
            non_browser: true,
            ..shop.clone()
        };
        let open = Allowed::default();
        let cases = [
            (&shop, Change, Some("https://shop.example.com"), None, true),
            (&shop, Change, Some("https://chat.example.net"), None, true),
            (&shop, Change, Some("https://evil.example"), None, false),
            (&shop, Read, Some("https://evil.example"), None, false),
            (&shop, Read, None, None, true),
            (&shop, Change, None, None, false),
            (&shop, Change, None, Some("cross-site"), false),
            (&shop, Change, None, Some("same-origin"), true),
            (&shop, Change, Some("null"), None, false),
            (&shop, Read, Some("null"), None, false),
            (&shop, Change, Some("garbage"), Some("same-origin"), false),
            (&apps, Change, Some("null"), None, true),
            (&apps, Change, None, None, true),
            (&apps, Change, Some("https://evil.example"), None, false),
            (&open, Change, Some("https://evil.example"), None, true),
            (&open, Change, Some("null"), None, false),
            (&open, Change, None, None, false),
        ];
        for (allowed, access, origin, fetch_site, expected) in cases {
            let evidence = Evidence { origin, fetch_site };
            let verdict = allowed.judge(access, evidence, &own);
            assert_eq!(verdict.is_ok(), expected, "{access:?} {evidence:?}");
        }
    }

    #[test]
    fn the_full_page_chat_may_be_framed_by_the_same_sites() {
        let patterns =
            ["shop.example.com", "*.example.org:8443"].map(|text| Pattern::parse(text).unwrap());
        assert_eq!(
            frame_ancestors(&patterns),
            "'self' https://shop.example.com https://*.example.org:8443"
        );
        assert_eq!(frame_ancestors(&[]), "*");
        assert_eq!(frame_ancestors(&[Pattern::Any]), "*");
    }

    proptest! {
        #[test]
        fn nothing_read_makes_it_panic(text in ".{0,60}") {
            let _ = (Origin::parse(&text), Pattern::parse(&text));
        }

        #[test]
        fn a_pattern_never_matches_another_domain(
            front in "[a-z0-9.-]{0,12}", scheme in "https?", host in "[a-z]{1,8}\\.(com|net)"
        ) {
            let pattern = Pattern::parse("*.example.com").unwrap();
            if let Some(origin) = Origin::parse(&format!("{scheme}://{front}{host}")) {
                let fits = origin.host.ends_with(".example.com");
                prop_assert!(!pattern.matches(&origin) || fits);
            }
        }

        #[test]
        fn a_pattern_reads_back_from_its_policy_source(
            below in any::<bool>(), host in "[a-z]{1,8}(\\.[a-z]{2,5}){1,2}", port in proptest::option::of(1u16..)
        ) {
            let star = if below { "*." } else { "" };
            let port = port.map(|p| format!(":{p}")).unwrap_or_default();
            let pattern = Pattern::parse(&format!("https://{star}{host}{port}")).unwrap();
            prop_assert_eq!(Pattern::parse(&pattern.as_policy_source()).unwrap(), pattern);
        }
    }
}
