//! The names of what an archive holds, without unpacking anything.

use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

/// How an archive ends: its last record without a comment.
const END_BYTES: usize = 22;
/// The longest comment behind it.
const COMMENT_BYTES: usize = 65_535;
/// The part of a name's record before the name.
const RECORD_BYTES: usize = 46;
/// How much of the list of names is read.
const LIST_BYTES: u64 = 4 * 1024 * 1024;

/// The names in an archive, in order; none for what is no archive, or a broken one.
///
/// # Errors
/// The disk's.
pub fn names(file: &mut (impl Read + Seek)) -> std::io::Result<Vec<String>> {
    let length = file.seek(SeekFrom::End(0))?;
    let room = (END_BYTES + COMMENT_BYTES) as u64;
    file.seek(SeekFrom::Start(length.saturating_sub(room)))?;
    let mut tail = Vec::new();
    file.take(room).read_to_end(&mut tail)?;
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06");
    let Some(end) = end.map(|at| &tail[at..]) else {
        return Ok(Vec::new());
    };
    let (Some(bytes), Some(start)) = (number(end, 12, 4), number(end, 16, 4)) else {
        return Ok(Vec::new());
    };
    file.seek(SeekFrom::Start(start))?;
    let mut list = Vec::new();
    file.take(bytes.min(LIST_BYTES)).read_to_end(&mut list)?;
    Ok(listed(&list))
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + count)?.iter().rev();
    Some(bytes.fold(0, |so_far, byte| so_far << 8 | u64::from(*byte)))
}

fn listed(mut list: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    while list.starts_with(b"PK\x01\x02") {
        let length = |at| number(list, at, 2).and_then(|length| usize::try_from(length).ok());
        let lengths = [28, 30, 32].map(length);
        let [Some(name), Some(extra), Some(comment)] = lengths else {
            break;
        };
        let Some(found) = list.get(RECORD_BYTES..RECORD_BYTES + name) else {
            break;
        };
        names.push(String::from_utf8_lossy(found).into_owned());
        list = list
            .get(RECORD_BYTES + name + extra + comment..)
            .unwrap_or_default();
    }
    names
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::io::Cursor;

    use super::*;

    /// An archive of empty files of these names, as far as its list goes.
    fn archive(names: &[&str], comment: &str) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04 whatever".to_vec();
        let start = bytes.len();
        for name in names {
            let mut record = vec![0; RECORD_BYTES];
            record[..4].copy_from_slice(b"PK\x01\x02");
            record[28] = u8::try_from(name.len()).unwrap();
            record[30] = 3;
            record.extend_from_slice(name.as_bytes());
            record.extend_from_slice(b"xyz");
            bytes.extend(record);
        }
        let size = u32::try_from(bytes.len() - start).unwrap();
        let mut end = vec![0; END_BYTES];
        end[..4].copy_from_slice(b"PK\x05\x06");
        end[12..16].copy_from_slice(&size.to_le_bytes());
        end[16..20].copy_from_slice(&u32::try_from(start).unwrap().to_le_bytes());
        bytes.extend(end);
        bytes.extend(comment.as_bytes());
        bytes
    }

    #[test]
    fn an_archive_names_what_it_holds() {
        for (bytes, expected) in [
            (
                archive(&["a.txt", "b/run.exe"], ""),
                vec!["a.txt", "b/run.exe"],
            ),
            (archive(&["x.js"], "a comment"), vec!["x.js"]),
            (archive(&[], ""), vec![]),
            (b"no archive".to_vec(), vec![]),
            (Vec::new(), vec![]),
            (archive(&["cut.exe"], "")[30..].to_vec(), vec![]),
        ] {
            assert_eq!(names(&mut Cursor::new(bytes)).unwrap(), expected);
        }
    }
}
