//! Record bytes: one byte of version, then the body in `MessagePack`.
//!
//! Structs stand as arrays: a field added at the end with `#[serde(default)]` reads from older
//! bytes without a new version. A version grows only when old bytes change their meaning; then the
//! keyspace names a function that reads the older form.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a record of the first version.
#[must_use]
pub fn encode<V: Serialize>(value: &V, version: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    bytes.push(version);
    value
        .serialize(&mut rmp_serde::Serializer::new(&mut bytes))
        .expect("model types have no shape that MessagePack lacks");
    bytes
}

/// Reads the body of a record.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode<V: DeserializeOwned>(body: &[u8]) -> Result<V, String> {
    rmp_serde::from_slice(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[derive(serde::Serialize)]
    struct Old {
        name: String,
        age: u8,
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct New {
        name: String,
        age: u8,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[test]
    fn a_field_added_at_the_end_reads_from_older_bytes() {
        let bytes = encode(
            &Old {
                name: "Ana".into(),
                age: 7,
            },
            1,
        );
        assert_eq!(bytes[0], 1);
        let read: New = decode(&bytes[1..]).unwrap();
        assert_eq!(
            read,
            New {
                name: "Ana".into(),
                age: 7,
                tags: Vec::new()
            }
        );
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        assert!(decode::<New>(&[0xc1, 0x00]).is_err());
        assert!(decode::<New>(&[]).is_err());
    }
}
