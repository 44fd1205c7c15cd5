//! Under which addresses a webhook may have been called: signatures cover them. sms.md section 2.1.

use crate::base::http::Webhook;
use crate::channels::sms::outgoing::status_url;
use crate::model::outbound::Account;

/// Those of messages and of reports at our public address; then the same where a proxy of ours says
/// that it was called by another name. What a stranger says of it never comes here.
#[must_use]
pub fn of(account: &Account, hook: &Webhook) -> Vec<String> {
    let public = [account.webhook_url.clone(), status_url(account)];
    let forwarded = origin(hook);
    let moved = public.iter().filter_map(|address| {
        let path = url::Url::parse(address).ok()?.path().to_owned();
        Some(format!("{}{path}", forwarded.as_ref()?))
    });
    let moved: Vec<String> = moved.collect();
    public.into_iter().chain(moved).collect()
}

/// The scheme and host that a proxy was called by.
fn origin(hook: &Webhook) -> Option<String> {
    let first = |name: &str| {
        let said = hook.headers.get(name)?;
        let first = said.split(',').next()?.trim();
        (!first.is_empty()).then_some(first)
    };
    let (scheme, host) = (first("x-forwarded-proto"), first("x-forwarded-host")?);
    let origin = format!("{}://{host}", scheme.unwrap_or("https"));
    let parsed = url::Url::parse(&origin).ok()?;
    let is_bare = parsed.path() == "/" && parsed.query().is_none() && parsed.username().is_empty();
    (is_bare && matches!(parsed.scheme(), "http" | "https")).then_some(origin)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::post;

    #[test]
    fn a_proxy_may_have_been_called_by_another_name() {
        let mut account = account(json!({}), &[]);
        "https://chat.example/webhooks/sms/ch_1".clone_into(&mut account.webhook_url);
        let cases = [
            ("", "", None),
            ("", "https", None),
            ("old.example", "", Some("https://old.example")),
            (
                "old.example:8443, inner",
                "http, http",
                Some("http://old.example:8443"),
            ),
            ("a@b.example", "", None),
            ("b.example/path", "", None),
            ("b.example", "ftp", None),
        ];
        for (host, scheme, origin) in cases {
            let mut hook = post("");
            for (name, value) in [("host", host), ("proto", scheme)] {
                hook.headers = hook.headers.with(&format!("x-forwarded-{name}"), value);
            }
            let found = of(&account, &hook);
            assert_eq!(found[0], account.webhook_url);
            let moved = origin.map(|origin| format!("{origin}/webhooks/sms/ch_1"));
            assert_eq!(found.get(2), moved.as_ref(), "{host} {scheme}");
        }
    }
}
