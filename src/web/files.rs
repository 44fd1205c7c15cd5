//! Files from disk as answers, whole or in ranges, without holding them in memory.

use std::io::SeekFrom;
use std::path::Path;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header;
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncSeekExt as _;

/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// The file at `path`, or the one range of it that was asked for.
///
/// # Errors
/// The disk's.
pub async fn ranged(
    path: &Path,
    size: u64,
    request: &HttpRequest,
) -> std::io::Result<HttpResponse> {
    let asked = request
        .headers()
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, start, length) = match asked.map(|asked| range_of(asked, size)) {
        None | Some(Asked::Ignored) => (StatusCode::OK, 0, size),
        Some(Asked::Part(start, length)) => (StatusCode::PARTIAL_CONTENT, start, length),
        Some(Asked::Beyond) => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
                .finish());
        }
    };
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(start)).await?;
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {start}-{}/{size}", start + length - 1);
        response.insert_header((header::CONTENT_RANGE, range));
    }
    let chunks = futures_util::stream::unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let take = usize::try_from(left)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        let mut chunk = vec![0; take];
        match file.read_exact(&mut chunk).await {
            Ok(_) => Some((Ok(Bytes::from(chunk)), (file, left - take as u64))),
            Err(error) => {
                tracing::error!("a file could not be read to its end: {error}");
                Some((Err(error), (file, 0)))
            }
        }
    });
    Ok(response.body(SizedStream::new(length, chunks)))
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// So many bytes from there.
    Part(u64, u64),
    /// Not a range we serve: the whole file is a right answer.
    Ignored,
    /// Behind the end.
    Beyond,
}

/// Reads a `Range` header of one range.
fn range_of(header: &str, size: u64) -> Asked {
    let Some(spec) = header
        .strip_prefix("bytes=")
        .filter(|spec| !spec.contains(','))
    else {
        return Asked::Ignored;
    };
    let Some((from, to)) = spec.split_once('-') else {
        return Asked::Ignored;
    };
    let (start, end) = match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(start), Ok(end)) if start <= end => (start, end.min(size.saturating_sub(1))),
        (Ok(start), Err(_)) if to.trim().is_empty() => (start, size.saturating_sub(1)),
        (Err(_), Ok(last)) if from.trim().is_empty() && last > 0 => {
            (size.saturating_sub(last), size.saturating_sub(1))
        }
        _ => return Asked::Ignored,
    };
    if start >= size {
        Asked::Beyond
    } else {
        Asked::Part(start, end - start + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_browsers_write_them() {
        let cases = [
            ("bytes=0-", Asked::Part(0, 100)),
            ("bytes=10-19", Asked::Part(10, 10)),
            ("bytes=90-200", Asked::Part(90, 10)),
            ("bytes=-10", Asked::Part(90, 10)),
            ("bytes=-200", Asked::Part(0, 100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=5-2", Asked::Ignored),
            ("bytes=0-1,5-6", Asked::Ignored),
            ("items=0-1", Asked::Ignored),
            ("bytes=-0", Asked::Ignored),
        ];
        for (header, expected) in cases {
            assert_eq!(range_of(header, 100), expected, "{header}");
        }
    }
}
