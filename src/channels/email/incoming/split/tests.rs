#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use proptest::prelude::*;

fn split(raw: &[u8]) -> Result<(Vec<Part>, Vec<Vec<u8>>), SplitError> {
    in_pieces(raw, raw.len().max(1))
}

fn in_pieces(raw: &[u8], size: usize) -> Result<(Vec<Part>, Vec<Vec<u8>>), SplitError> {
    let (mut splitter, mut files) = (Splitter::new(BOUNDS), Vec::new());
    for piece in raw.chunks(size) {
        splitter.take(piece, &mut files)?;
    }
    let parts = splitter.end(&mut files)?;
    Ok((parts, files))
}

const MIXED: &str = "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\npreamble\r\n\
    --b 1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n\
    --b2\r\n\r\nHello\r\n\r\n--b2\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n\
    --b 1\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    JVBE\r\nRi0=\r\n--b 1\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n--b 1--\r\nepilogue\r\n";

#[test]
fn texts_stay_and_files_are_handed_on_decoded() {
    let (parts, files) = split(MIXED.as_bytes()).unwrap();
    let parents: Vec<_> = parts.iter().map(|part| part.parent).collect();
    assert_eq!(
        parents,
        [None, Some(0), Some(1), Some(1), Some(0), Some(0)],
        "a multipart that is not closed ends with the one around it"
    );
    assert_eq!(parts[2].body, Body::Text(b"Hello\r\n".to_vec()));
    assert_eq!(parts[3].body, Body::Text(b"<p>Hello</p>".to_vec()));
    assert_eq!(files, [b"%PDF-".to_vec(), b"a=bc".to_vec()]);
}

#[test]
fn what_is_made_to_hurt_is_refused() {
    let long = format!("X: {}\r\n\r\nhi", "a".repeat(BOUNDS.header_bytes));
    let folded = format!("X: a\r\n{}\r\nhi", " b\r\n".repeat(BOUNDS.header_bytes / 4));
    let mut deep = String::new();
    for level in 0..=BOUNDS.depth {
        let kind = format!("Content-Type: multipart/mixed; boundary=b{level}.\n\n--b{level}.\n");
        deep.push_str(&kind);
    }
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(BOUNDS.parts)
    );
    let headers = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        format!("--b\nX: {}\n\nx\n", "y".repeat(100_000)).repeat(12)
    );
    let cases = [
        (long, Bomb::Headers),
        (folded, Bomb::Headers),
        (headers, Bomb::Headers),
        (deep, Bomb::Depth),
        (parts, Bomb::Parts),
    ];
    for (raw, expected) in cases {
        let refused = split(raw.as_bytes());
        assert!(
            matches!(refused, Err(SplitError::Bomb(bomb)) if bomb == expected),
            "{expected}"
        );
    }
}

#[test]
fn mails_within_mails_are_files_however_deep() {
    let raw = "Content-Type: message/rfc822\n\n".repeat(50_000);
    let (parts, files) = split(raw.as_bytes()).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(files[0].len(), raw.len() - 30);
}

#[test]
fn a_text_that_is_too_long_becomes_a_file() {
    let words = "0123456789abcde\n".repeat(BOUNDS.text_bytes / 16 + 1);
    let (parts, files) = split(format!("Subject: x\n\n{words}").as_bytes()).unwrap();
    assert!(matches!(&parts[0].body, Body::File(file) if file.bytes == words.len() as u64));
    assert_eq!(files[0], words.as_bytes());
    let line = "x".repeat(BOUNDS.text_bytes + LINE_BYTES);
    let (_, files) = split(format!("Subject: x\n\n{line}").as_bytes()).unwrap();
    assert_eq!(files[0], line.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_taken_apart_alike(
        raw in proptest::collection::vec(any::<u8>(), 0..600),
        size in 1usize..40,
    ) {
        let mixed = [MIXED.as_bytes(), &raw].concat();
        for raw in [&raw, &mixed] {
            let whole = split(raw).unwrap();
            prop_assert_eq!(&in_pieces(raw, size).unwrap(), &whole);
        }
    }

    #[test]
    fn files_come_out_as_they_went_in(file in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(&file);
        let lines: Vec<_> = encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
        let raw = format!(
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines.join("\r\n")
        );
        let (_, files) = split(raw.as_bytes()).unwrap();
        prop_assert_eq!(&files[0], &file);
    }
}
