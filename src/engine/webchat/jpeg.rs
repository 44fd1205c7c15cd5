//! Photos without the place they were taken at.

use bytes::Bytes;
use img_parts::ImageEXIF as _;
use img_parts::jpeg::Jpeg;
use img_parts::jpeg::markers::APP1;

/// Whether these first bytes are those of a JPEG picture.
#[must_use]
pub fn is_jpeg(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xd8, 0xff])
}

/// The picture without what cameras write into it, except which way is up. What cannot be read is
/// none: a picture nobody can take apart is not passed on.
#[must_use]
pub fn without_place(picture: Bytes) -> Option<Bytes> {
    let mut jpeg = Jpeg::from_bytes(picture).ok()?;
    let upright = jpeg.exif().as_deref().and_then(orientation);
    jpeg.segments_mut().retain(|part| part.marker() != APP1);
    if let Some(upright) = upright.filter(|upright| *upright != 1) {
        jpeg.set_exif(Some(Bytes::from(only_orientation(upright))));
    }
    Some(jpeg.encoder().bytes())
}

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// Reads which way is up from a TIFF block.
fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let table = usize::try_from(if little {
        u32::from_le_bytes(bytes)
    } else {
        u32::from_be_bytes(bytes)
    })
    .ok()?;
    let count = usize::from(short(table)?);
    (0..count)
        .find_map(|index| {
            let entry = table.checked_add(2 + index * 12)?;
            (short(entry)? == ORIENTATION).then(|| short(entry.checked_add(8)?))?
        })
        .filter(|upright| (1..=8).contains(upright))
}

/// A TIFF block that says nothing but which way is up.
fn only_orientation(upright: u16) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend(ORIENTATION.to_be_bytes());
    // One value of the type "short", left-aligned in four bytes, and no further table.
    tiff.extend([0, 3, 0, 0, 0, 1]);
    tiff.extend(upright.to_be_bytes());
    tiff.extend([0; 6]);
    tiff
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    /// A picture of no pixels with these segments before its end.
    fn picture(segments: &[&[u8]]) -> Bytes {
        let mut bytes = vec![0xff, 0xd8];
        for segment in segments {
            bytes.extend([0xff, 0xe1]);
            bytes.extend(u16::try_from(segment.len() + 2).unwrap().to_be_bytes());
            bytes.extend(*segment);
        }
        bytes.extend([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
        bytes.into()
    }

    #[test]
    fn the_place_goes_and_the_right_way_up_stays() {
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(only_orientation(6));
        exif.extend(b"GPS 52.5N 13.4E");
        let xmp = b"http://ns.adobe.com/xap/1.0/\0<GPS>";
        let cleaned = without_place(picture(&[&exif, xmp])).unwrap();
        let text = String::from_utf8_lossy(&cleaned);
        assert!(!text.contains("GPS"));
        let jpeg = Jpeg::from_bytes(cleaned).unwrap();
        assert_eq!(orientation(&jpeg.exif().unwrap()), Some(6));
    }

    #[test]
    fn broken_blocks_say_nothing() {
        for block in [
            &b""[..],
            b"II*\0",
            b"MM\0*\xff\xff\xff\xff",
            b"II*\0\x08\0\0\0\xff\xff",
        ] {
            assert_eq!(orientation(block), None);
        }
        assert_eq!(without_place(Bytes::from_static(b"\xff\xd8\xff")), None);
        let little = [
            &b"II*\0\x08\0\0\0\x01\0"[..],
            &[0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0],
        ];
        assert_eq!(orientation(&little.concat()), Some(8));
    }
}
