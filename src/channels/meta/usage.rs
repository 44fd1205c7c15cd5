//! How much of what the vendor allows is used, as it says beside its answers. meta section 10.

use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::node::Node;

/// Of the calls of the app.
const APP: &str = "x-app-usage";

/// Of the calls for a page, a number or an account, by its id.
const BUSINESS: &str = "x-business-use-case-usage";

/// What is counted, each in percent.
const SHARES: [&str; 3] = ["call_count", "total_time", "total_cputime"];

/// The largest share that is used, in percent; none where the vendor says nothing of it.
#[must_use]
pub fn used(reply: &HttpReply) -> Option<u32> {
    let (app, business) = (header(reply, APP), header(reply, BUSINESS));
    let largest = |counted: Node<'_>| {
        let shares = SHARES.iter().filter_map(|name| counted.at(name).whole());
        shares.max()
    };
    let app = app.as_ref().and_then(|app| largest(Node::of(app)));
    let business = business.as_ref().map(use_cases).unwrap_or_default();
    let business = business.into_iter().filter_map(largest);
    u32::try_from(business.chain(app).max()?).ok()
}

/// How long until the vendor lets us again, which it says in minutes; none where it says nothing.
#[must_use]
pub fn regain(reply: &HttpReply) -> Option<Duration> {
    let business = header(reply, BUSINESS)?;
    let minutes = use_cases(&business)
        .into_iter()
        .filter_map(|counted| counted.at("estimated_time_to_regain_access").whole())
        .filter_map(|minutes| u64::try_from(minutes).ok())
        .max()
        .filter(|minutes| *minutes > 0)?;
    Some(Duration::from_secs(minutes.saturating_mul(60)))
}

fn header(reply: &HttpReply, name: &str) -> Option<Value> {
    serde_json::from_str(reply.headers.get(name)?).ok()
}

fn use_cases(business: &Value) -> Vec<Node<'_>> {
    let accounts = business
        .as_object()
        .into_iter()
        .flat_map(|all| all.values());
    accounts
        .flat_map(|account| Node::of(account).items())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;

    #[test]
    fn the_largest_share_counts_wherever_it_stands() {
        let app = r#"{"call_count":28,"total_time":25,"total_cputime":31}"#;
        let business = r#"{"1":[{"type":"messenger","call_count":12,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0}],
            "2":[{"type":"whatsapp","call_count":3},{"type":"pages","total_time":96}]}"#;
        let cases = [
            (None, None, None),
            (Some(app), None, Some(31)),
            (None, Some(business), Some(96)),
            (Some(app), Some(business), Some(96)),
            (Some("?"), Some("[]"), None),
            (Some("{}"), Some("{}"), None),
            (Some(r#"{"call_count":-1}"#), None, None),
        ];
        for (app, business, expected) in cases {
            let mut headers = Headers::default();
            for (name, value) in [
                ("X-App-Usage", app),
                ("X-Business-Use-Case-Usage", business),
            ] {
                if let Some(value) = value {
                    headers = headers.with(name, value);
                }
            }
            let reply = HttpReply {
                status: 200,
                headers,
                body: Vec::new(),
            };
            assert_eq!(used(&reply), expected, "{app:?} {business:?}");
        }
    }
}
