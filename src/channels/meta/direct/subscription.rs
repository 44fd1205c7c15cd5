//! Having a page or account report what happens. facebook.md section 1, instagram.md section 1.

use serde_json::Value;

use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::model::call::Call;
use crate::model::outbound::Asked;

/// What the vendor calls a parameter it does not take.
const INVALID: Option<i64> = Some(100);

/// Ends what was subscribed to.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn end(way: &Way<'_>, asked: &Asked<'_>) -> Result<(), Pause> {
    let call = way.graph.delete(&format!("{}/subscribed_apps", way.node));
    Talk::of(asked, FAULTS)
        .must("subscription", Call::http(call))
        .map(drop::<Value>)
}

/// Subscribes to what happens: to all of it, or to what the vendor lets us hear.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn subscribe(
    talk: &mut Talk<'_>,
    way: &Way<'_>,
    fields: &[impl AsRef<str>; 2],
) -> Result<(), Pause> {
    let call = |fields: &str| {
        let path = format!("{}/subscribed_apps?subscribed_fields={fields}", way.node);
        Call::http(way.graph.act(&path))
    };
    match talk.may("subscription", call(fields[0].as_ref()))? {
        Ok(_) => Ok(()),
        Err(declined) if declined.fault.code == INVALID && declined.fault.subcode.is_none() => talk
            .must("subscription", call(fields[1].as_ref()))
            .map(drop::<Value>),
        Err(declined) => Err(talk.refuse(&declined)),
    }
}
