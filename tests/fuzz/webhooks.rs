//! Webhooks of every channel: bodies that a vendor might have signed are read or refused, and
//! nothing that is not signed is taken as genuine.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linktor::channels::Headers;
use linktor::channels::Method;
use linktor::channels::Secret;
use linktor::channels::Timestamp;
use linktor::channels::Webhook;
use linktor::channels::registry::Registry;
use linktor::model::Opaque;
use linktor::model::outbound::Account;

/// Stands for every secret of an account.
const SECRET: &str = "a secret that no input knows";

fuzz_target!(|input: (&str, Vec<(&str, &str)>, &[u8])| {
    let (query, headers, body) = input;
    let hook = Webhook {
        method: Method::Post,
        headers: headers
            .into_iter()
            .fold(Headers::default(), |all, (name, value)| all.with(name, value)),
        query: query.to_owned(),
        body: body.to_vec(),
    };
    let registry = Registry::builtin();
    for channel in registry.channels() {
        let secrets = channel.settings().iter().map(|setting| {
            (setting.name.to_owned(), Secret::new(SECRET.to_owned()))
        });
        let account = Account {
            channel_id: "ch_00000000000000000000000001".parse().expect("it is an id"),
            settings: Opaque::new(),
            secrets: secrets.collect(),
            webhook_url: "https://chat.example/webhooks/x/y".to_owned(),
        };
        let genuine = channel.verify(&account, &hook, Timestamp::from_secs(1_767_268_800));
        assert!(genuine.is_err(), "{} takes what nobody signed", channel.kind());
        drop(channel.greet(&account, &hook));
        drop(channel.parse(&account, &hook));
    }
});
