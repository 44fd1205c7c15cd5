//! Whatever is posted, nothing panics and neighbours are still read.

use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

use crate::channels::Receives as _;
use crate::channels::facebook::Facebook;
use crate::channels::instagram::Instagram;
use crate::channels::meta::tests::account;
use crate::channels::meta::tests::post;

const OWN: &str = "1234567890";

/// Any JSON at all, made mostly of names the vendor uses.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z_]{0,12}|image|fallback|story_mention|template|react|block|1234567890"
            .prop_map(Value::from),
    ];
    let name = "sender|recipient|id|timestamp|message|mid|text|is_echo|is_deleted|attachments|type|\
        payload|url|sticker_id|quick_reply|reply_to|story|postback|title|reaction|emoji|action|\
        message_edit|delivery|mids|watermark|read|referral|optin|pass_thread_control|app_roles|\
        policy_enforcement|coordinates|product|elements|commands|metadata|app_id";
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_posted_makes_it_panic(mut element in anything(), list in "messaging|standby|changes") {
        if let Some(fields) = element.as_object_mut() {
            fields.insert("sender".to_owned(), json!({"id":"77"}));
            fields.insert("recipient".to_owned(), json!({"id":OWN}));
        }
        let good = json!({"sender":{"id":"77"},"recipient":{"id":OWN},"timestamp":1_458_692_752_478_i64,
            "message":{"mid":"m_GOOD","text":"hello"}});
        let entry = |list: &str, items: Value| json!({"id":OWN,(list):items});
        let entries = json!([entry(&list, json!([element])), entry("messaging", json!([good]))]);
        let ours = account(json!({"pageId":OWN,"instagramId":OWN}), &[]);
        for (object, found) in [
            ("page", Facebook.parse(&ours, &post(&json!({"object":"page","entry":entries}).to_string()))),
            ("instagram", Instagram.parse(&ours, &post(&json!({"object":"instagram","entry":entries}).to_string()))),
        ] {
            let found = found.unwrap_or_default();
            let last = serde_json::to_value(found.last()).unwrap_or_default();
            prop_assert_eq!(&last["externalId"], "m_GOOD", "{}", object);
        }
    }
}
