//! A mail as the JSON of a service, its files written into it while it goes out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::HttpRequest;
use crate::channels::email::compose::Enclosure;
use crate::channels::email::compose::Holding;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime::Names;
use crate::channels::email::compose::mime::splice;
use crate::model::call::Call;
use crate::model::call::Letters;
use crate::model::call::Piece;
use crate::model::call::Woven;

/// The files of a mail as a service wants them: `describe` is given each, and what stands for its
/// bytes.
#[must_use]
pub fn files(letter: &Letter<'_>, describe: impl Fn(&Enclosure, String) -> Value) -> Vec<Value> {
    let names = Names::of(letter);
    let all = letter.files.iter().enumerate();
    let described = all.map(|(at, file)| {
        let bytes = match &file.holding {
            Holding::Stored(_) => names.mark(at),
            Holding::Here(bytes) => STANDARD.encode(bytes),
        };
        describe(file, bytes)
    });
    described.collect()
}

/// The call that carries a mail as JSON.
#[must_use]
pub fn call(letter: &Letter<'_>, request: HttpRequest, body: &Value) -> Call {
    let names = Names::of(letter);
    let mut pieces = vec![Piece::Bytes(body.to_string().into_bytes())];
    for (at, file) in letter.files.iter().enumerate() {
        if let Holding::Stored(media_id) = file.holding {
            let letters = Letters::OneLine;
            pieces = splice(pieces, &names.mark(at), Piece::File { media_id, letters });
        }
    }
    Call::Woven(Box::new(Woven {
        request,
        body: pieces,
        signer: None,
    }))
}
