//! Forms that carry files (`multipart/form-data`, RFC 7578), read from the disk while they go out.

use std::path::Path;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use futures_util::stream::BoxStream;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Some of the bytes that go out.
type Piece = std::io::Result<Bytes>;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub body: PartBody,
}

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartBody {
    /// A text.
    Text(String),
    /// A file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// The name the receiver is told.
        filename: String,
        /// The content type the receiver is told.
        mime_type: String,
    },
    /// A file that lies nowhere.
    Bytes {
        /// Its bytes.
        bytes: Vec<u8>,
        /// The name the receiver is told.
        filename: String,
        /// The content type the receiver is told.
        mime_type: String,
    },
}

/// A form ready to go out.
pub struct Encoded {
    /// The value of `Content-Type`.
    pub content_type: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its bytes.
    pub body: BoxStream<'static, Piece>,
}

/// Opens every file and writes what stands around them. `boundary` must not occur in any of them:
/// enough random characters.
///
/// # Errors
/// A file cannot be opened.
pub async fn encode(parts: &[Part], boundary: &str) -> std::io::Result<Encoded> {
    let mut length = 0;
    let mut pieces: Vec<BoxStream<'static, Piece>> = Vec::new();
    for part in parts {
        let head = head(boundary, part);
        let (bytes, count) = match &part.body {
            PartBody::Text(text) => (once(text.clone()), text.len() as u64),
            PartBody::Bytes { bytes, .. } => (once(bytes.clone()), bytes.len() as u64),
            PartBody::File { path, .. } => {
                let (bytes, count) = file(path).await?;
                (bytes.boxed(), count)
            }
        };
        length += head.len() as u64 + count + 2;
        pieces.push(once(head));
        pieces.push(bytes);
        pieces.push(once("\r\n".to_owned()));
    }
    let end = format!("--{boundary}--\r\n");
    length += end.len() as u64;
    pieces.push(once(end));
    Ok(Encoded {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        length,
        body: stream::iter(pieces).flatten().boxed(),
    })
}

fn head(boundary: &str, part: &Part) -> String {
    let name = quoted(&part.name);
    let disposition = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"");
    match &part.body {
        PartBody::Text(_) => format!("{disposition}\r\n\r\n"),
        PartBody::File {
            filename,
            mime_type,
            ..
        }
        | PartBody::Bytes {
            filename,
            mime_type,
            ..
        } => {
            let filename = quoted(filename);
            let mime_type = mime_type.replace(['\r', '\n'], " ");
            format!("{disposition}; filename=\"{filename}\"\r\ncontent-type: {mime_type}\r\n\r\n")
        }
    }
}

/// A name as it stands between quotes: what would end them is written as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn once(bytes: impl Into<Bytes>) -> BoxStream<'static, Piece> {
    stream::once(std::future::ready(Ok(bytes.into()))).boxed()
}

/// The bytes of a file, read while they go out, and how many there are.
///
/// # Errors
/// It cannot be opened.
pub async fn file(path: &Path) -> std::io::Result<(impl Stream<Item = Piece> + use<>, u64)> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    Ok((chunks(file), length))
}

fn chunks(file: File) -> impl Stream<Item = Piece> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        (&mut file)
            .take(CHUNK_BYTES as u64)
            .read_to_end(&mut chunk)
            .await?;
        Ok::<_, std::io::Error>((!chunk.is_empty()).then(|| (Bytes::from(chunk), file)))
    })
    .into_stream()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[tokio::test]
    async fn texts_and_files_stand_between_boundaries() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let content = vec![b'a'; CHUNK_BYTES + 7];
        std::fs::write(&path, &content).unwrap();
        let parts = [
            Part {
                name: "type".to_owned(),
                body: PartBody::Text("image/png".to_owned()),
            },
            Part {
                name: "file".to_owned(),
                body: PartBody::File {
                    path,
                    filename: "a \"b\"\r\n.png".to_owned(),
                    mime_type: "image/png".to_owned(),
                },
            },
            Part {
                name: "certificate".to_owned(),
                body: PartBody::Bytes {
                    bytes: b"-----".to_vec(),
                    filename: "c.pem".to_owned(),
                    mime_type: "text/plain".to_owned(),
                },
            },
        ];
        let form = encode(&parts, "xyz").await.unwrap();
        let chunks: Vec<Bytes> = form.body.try_collect().await.unwrap();
        let sent = String::from_utf8(chunks.concat()).unwrap();
        let expected = format!(
            "--xyz\r\ncontent-disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n\
             --xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a %22b%22%0D%0A.png\"\r\n\
             content-type: image/png\r\n\r\n{}\r\n\
             --xyz\r\ncontent-disposition: form-data; name=\"certificate\"; filename=\"c.pem\"\r\n\
             content-type: text/plain\r\n\r\n-----\r\n--xyz--\r\n",
            String::from_utf8(content).unwrap()
        );
        assert_eq!(sent, expected);
        assert_eq!(form.length, sent.len() as u64);
        assert_eq!(form.content_type, "multipart/form-data; boundary=xyz");
    }
}
