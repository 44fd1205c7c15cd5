//! Records that an older or a newer linktor wrote.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::store::codec;
use crate::store::keyspaces::Keyspace;

/// Version 1 held seconds, version 2 holds milliseconds.
const OLD: Keyspace<u8, u64> = Keyspace::named("zero/time");
const NEW: Keyspace<u8, u64> = Keyspace::named("zero/time").version(2, |version, body| {
    assert_eq!(version, 1);
    codec::decode::<u64>(body).map(|seconds| seconds * 1_000)
});

#[test]
fn records_of_an_older_version_are_read_through_its_upgrade() {
    assert_eq!(NEW.decode(&OLD.encode(&7)).unwrap(), 7_000);
    assert_eq!(NEW.decode(&NEW.encode(&7)).unwrap(), 7);
}

#[test]
fn records_of_a_newer_version_and_empty_ones_are_errors() {
    assert!(OLD.decode(&NEW.encode(&7)).is_err());
    assert!(OLD.decode(&[]).is_err());
}
