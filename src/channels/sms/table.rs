//! The settings of a number as data. sms.md section 1.

use crate::channels::sms::CARRIERS;
use crate::channels::sms::numbers;
use crate::channels::table::check_bases;
use crate::channels::table::known_as;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::hours::QuietHours;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The setting that says who carries the messages.
const PROVIDER: &str = "provider";

const PROVIDERS: &[&str] = &names();
const OPT_OUT: &[&str] = &["provider", "linktor", "off"];

/// What is asked for first.
const FIRST: &[Setting] = &[
    required(
        PROVIDER,
        "Provider",
        "Who carries the messages; generic is any other with an HTTP interface.",
        Shape::Choice(PROVIDERS),
    ),
    known_as(
        optional(
            "phoneNumber",
            "Number",
            "With + and country code, such as +15550001111; a short code; or a name of up to 11 letters, which nobody can answer.",
            Shape::Text,
        )
    .access(),
        &["fromNumber", "from"],
    ),
];

/// What every carrier's account has, behind what is its carrier's own.
const LAST: &[Setting] = &[
    optional(
        "defaultCountryCode",
        "Country code",
        "Such as 55: completes national numbers.",
        Shape::Text,
    ),
    optional(
        "mmsEnabled",
        "Send files as MMS",
        "Where the provider can; elsewhere customers get a link.",
        Shape::Switch,
    ),
    optional(
        "mmsCountries",
        "Countries with MMS",
        "Country codes; 1 when left empty.",
        Shape::List,
    ),
    optional(
        "maxSegments",
        "Longest text, in segments",
        "10 when left empty. What is longer is refused.",
        Shape::Number { min: 1, max: 40 },
    ),
    optional(
        "rateLimitPerSecond",
        "Messages a second",
        "Only where the provider agreed to another speed than is usual for the number.",
        Shape::Number { min: 1, max: 1_000 },
    )
    .rare(),
    optional(
        "validitySecs",
        "Given up after, in seconds",
        "A text that is worthless later, such as a code. Empty: as long as the provider tries.",
        Shape::Number {
            min: 20,
            max: 36_000,
        },
    )
    .only_with(PROVIDER, &["twilio", "vonage"]),
    optional(
        "smartEncoding",
        "Plain typography",
        "Curly quotes, dashes and the like become plain where that makes a text cheaper. On when left empty.",
        Shape::Switch,
    ),
    optional(
        "optOutHandling",
        "Who answers STOP",
        "provider (usual for Twilio and Plivo), linktor (usual for the others), or off.",
        Shape::Choice(OPT_OUT),
    ),
    optional(
        "extraStopKeywords",
        "More words for STOP",
        "Such as PARAR, SAIR.",
        Shape::List,
    ),
    optional(
        "optOutReply",
        "Answer to STOP",
        "The last message to somebody who wants no more.",
        Shape::Text,
    ),
    optional(
        "optInReply",
        "Answer to START",
        "To somebody who wants messages again.",
        Shape::Text,
    ),
    optional(
        "helpReply",
        "Answer to HELP",
        "Who you are and how to stop.",
        Shape::Text,
    ),
    optional(
        "quietHours",
        "Quiet hours",
        "What goes to many at once or advertises waits until they are over; answers do not.",
        Shape::DailyHours,
    ),
    optional(
        "autoConfigureWebhook",
        "Set the webhook at the provider",
        "When the channel is connected. On when left empty.",
        Shape::Switch,
    )
    .rare()
    .only_with(PROVIDER, &["twilio", "vonage"]),
    optional(
        "statusCallbackUrl",
        "Address for reports",
        "Only where reports must come by another way.",
        Shape::Text,
    )
    .rare(),
    optional(
        "apiBaseUrl",
        "API address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare(),
];

/// Every setting, in the order of the form: those of a carrier count only with it.
pub const SETTINGS: &[Setting] = &all();

/// The names of the carriers.
const fn names() -> [&'static str; CARRIERS.len()] {
    let mut names = [""; CARRIERS.len()];
    let mut at = 0;
    while at < CARRIERS.len() {
        names[at] = CARRIERS[at].name;
        at += 1;
    }
    names
}

/// How many settings there are.
const fn count() -> usize {
    let mut count = FIRST.len() + LAST.len();
    let mut at = 0;
    while at < CARRIERS.len() {
        count += CARRIERS[at].settings.len();
        at += 1;
    }
    count
}

const fn all() -> [Setting; count()] {
    let mut all = [FIRST[0]; count()];
    let mut filled = copied(&mut all, 0, FIRST, None);
    let mut at = 0;
    while at < CARRIERS.len() {
        let whose = Some(std::slice::from_ref(&CARRIERS[at].name));
        filled = copied(&mut all, filled, CARRIERS[at].settings, whose);
        at += 1;
    }
    copied(&mut all, filled, LAST, None);
    all
}

/// Copies settings behind those that stand there, to count with these carriers alone; where the next
/// ones go.
const fn copied(
    all: &mut [Setting],
    from: usize,
    some: &[Setting],
    whose: Option<&'static [&'static str]>,
) -> usize {
    let mut at = 0;
    while at < some.len() {
        all[from + at] = match whose {
            Some(names) => some[at].only_with(PROVIDER, names),
            None => some[at],
        };
        at += 1;
    }
    from + some.len()
}

/// What is wrong with the settings that every carrier shares.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let addresses = SETTINGS.iter().map(|setting| setting.name);
    let addresses: Vec<_> = addresses.filter(|name| name.ends_with("BaseUrl")).collect();
    let mut all = check_bases(account, &addresses);
    if account
        .text("phoneNumber")
        .is_some_and(|text| !numbers::is_sender(text))
    {
        all.push(wrong(
            "phoneNumber",
            "must be a number with +, a short code, or a name of up to 11 letters and digits",
        ));
    }
    let code = account
        .text("defaultCountryCode")
        .map(|text| text.trim_start_matches('+'));
    let is_code = |text: &str| {
        (1..=3).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit())
            && !text.starts_with('0')
    };
    if code.is_some_and(|text| !is_code(text)) {
        all.push(wrong("defaultCountryCode", "must be 1 to 3 digits"));
    }
    if let Some(quiet) = account
        .settings
        .get("quietHours")
        .filter(|held| !held.is_null())
        && let Err(error) = serde_json::from_value::<QuietHours>(quiet.clone())
    {
        let sentence = format!("must have start, end and timezone: {error}");
        all.push(wrong("quietHours", &sentence));
    }
    all
}
