//! Names of files for the vendor, which tells their kind by the ending.

/// Endings of the types the vendor carries, and of common documents.
const ENDINGS: [(&str, &str); 25] = [
    ("application/msword", "doc"),
    ("application/pdf", "pdf"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/zip", "zip"),
    ("audio/aac", "aac"),
    ("audio/amr", "amr"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/wav", "wav"),
    ("image/gif", "gif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("text/csv", "csv"),
    ("text/plain", "txt"),
    ("video/3gpp", "3gp"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("text/vcard", "vcf"),
];

/// The ending of a file of this type, without the dot.
#[must_use]
pub fn ending(mime: &str) -> &'static str {
    let essence = crate::base::mime::essence(mime);
    ENDINGS
        .iter()
        .find(|(known, _)| *known == essence)
        .map_or("bin", |(_, ending)| ending)
}
