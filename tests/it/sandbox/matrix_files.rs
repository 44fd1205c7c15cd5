//! The files with which the capability matrix is tried.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::upload;
use crate::support::server::Server;
use crate::webchat::files::PNG;

const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0";
const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08free";
const NOTES: &[u8] = b"Roasted on Monday, shipped on Tuesday.\n";

/// The files, uploaded once.
pub struct Files(Vec<(&'static str, String)>);

impl Files {
    /// Uploads them.
    pub async fn upload(server: &Server) -> Self {
        let mut all = Vec::new();
        for name in ["cup.png", "notes.txt", "tune.mp3", "tune.wav", "pour.mp4"] {
            all.push((name, upload(server, name, bytes_of(name)).await));
        }
        Self(all)
    }

    /// A content of one of them.
    pub fn of(&self, kind: &str, name: &str) -> Value {
        let (_, id) = self.0.iter().find(|(known, _)| *known == name).unwrap();
        json!({"type": kind, "mediaId": id, "filename": name, "caption": "look"})
    }
}

/// What stands in a file.
pub fn bytes_of(name: &str) -> &'static [u8] {
    match name.rsplit('.').next().unwrap() {
        "png" => PNG,
        "txt" => NOTES,
        "mp3" => MP3,
        "wav" => WAV,
        _ => MP4,
    }
}
