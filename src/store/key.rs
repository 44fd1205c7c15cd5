//! Keys as bytes that sort like the values they are made of.

use crate::base::time::Timestamp;
use crate::model::ids::Id;

/// A key, or a part of one.
pub trait Key: Sized {
    /// Appends the bytes; the order of bytes is the order of values.
    fn write(&self, to: &mut Vec<u8>);

    /// Takes the value off the front of `from`; none when the bytes are not ours.
    fn read(from: &mut &[u8]) -> Option<Self>;

    /// The bytes of this key alone.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(40);
        self.write(&mut bytes);
        bytes
    }
}

/// A moment that sorts newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest(pub Timestamp);

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*head)
}

impl<I: Id> Key for I {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        take(from).map(Self::from_bytes)
    }
}

/// Unsigned numbers and byte arrays sort as they stand, most significant byte first.
macro_rules! number_key {
    ($($number:ty),*) => {$(
        impl Key for $number {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_be_bytes());
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                take(from).map(Self::from_be_bytes)
            }
        }
    )*};
}
number_key!(u8, u16, u32, u64);

/// Byte arrays of the lengths we use: ids without a type, and digests.
macro_rules! bytes_key {
    ($($length:literal),*) => {$(
        impl Key for [u8; $length] {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(self);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                take(from)
            }
        }
    )*};
}
bytes_key!(16, 32);

impl Key for Timestamp {
    fn write(&self, to: &mut Vec<u8>) {
        // Flipping the sign puts moments before 1970 in front of those after it.
        let ordered = self.as_millis().cast_unsigned() ^ (1 << 63);
        ordered.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let ordered = u64::read(from)?;
        Some(Self::from_millis((ordered ^ (1 << 63)).cast_signed()))
    }
}

impl Key for Newest {
    fn write(&self, to: &mut Vec<u8>) {
        let ordered = !(self.0.as_millis().cast_unsigned() ^ (1 << 63));
        ordered.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let ordered = u64::read(from)?;
        Some(Self(Timestamp::from_millis(
            (!ordered ^ (1 << 63)).cast_signed(),
        )))
    }
}

/// Text ends with two zero bytes; a zero byte inside is followed by 0xff, so that a text sorts
/// before every longer one it begins.
impl Key for String {
    fn write(&self, to: &mut Vec<u8>) {
        for byte in self.bytes() {
            to.push(byte);
            if byte == 0 {
                to.push(0xff);
            }
        }
        to.extend_from_slice(&[0, 0]);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let mut text = Vec::new();
        loop {
            let [byte] = take::<1>(from)?;
            if byte != 0 {
                text.push(byte);
                continue;
            }
            match take::<1>(from)? {
                [0xff] => text.push(0),
                [0] => return Self::from_utf8(text).ok(),
                _ => return None,
            }
        }
    }
}

/// What texts begin with, as the last part of what is looked for. It is no key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning(pub String);

impl Key for Beginning {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        // Without the end of a text.
        to.truncate(to.len().saturating_sub(2));
    }

    fn read(_: &mut &[u8]) -> Option<Self> {
        None
    }
}

macro_rules! tuple_key {
    ($($part:ident $index:tt),*) => {
        impl<$($part: Key),*> Key for ($($part,)*) {
            fn write(&self, to: &mut Vec<u8>) {
                $(self.$index.write(to);)*
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(from)?,)*))
            }
        }
    };
}
tuple_key!(A 0, B 1);
tuple_key!(A 0, B 1, C 2);
tuple_key!(A 0, B 1, C 2, D 3);

/// The least key that does not begin with `prefix`; none when every greater key does.
#[must_use]
pub fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment() -> impl Strategy<Value = Timestamp> {
        any::<i64>().prop_map(Timestamp::from_millis)
    }

    proptest! {
        #[test]
        fn bytes_sort_like_values(
            a in ("\\PC{0,6}|[\u{0}a]{0,4}", moment(), any::<u32>()),
            b in ("\\PC{0,6}|[\u{0}a]{0,4}", moment(), any::<u32>()),
        ) {
            prop_assert_eq!(a.to_bytes().cmp(&b.to_bytes()), a.cmp(&b));
            let newest = (Newest(a.1), Newest(b.1));
            prop_assert_eq!(newest.0.to_bytes().cmp(&newest.1.to_bytes()), b.1.cmp(&a.1));
        }

        #[test]
        fn keys_read_back(key in ("\\PC{0,6}|[\u{0}a]{0,4}", moment(), any::<u64>())) {
            let bytes = key.to_bytes();
            let mut rest = &bytes[..];
            prop_assert_eq!(<(String, Timestamp, u64)>::read(&mut rest), Some(key));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn a_prefix_ends_where_the_next_begins(prefix in proptest::collection::vec(any::<u8>(), 0..4)) {
            match after_prefix(&prefix) {
                Some(end) => prop_assert!(end > prefix && !end.starts_with(&prefix)),
                None => prop_assert!(prefix.iter().all(|byte| *byte == 0xff)),
            }
        }
    }
}
