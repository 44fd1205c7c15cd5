//! What a person does on a phone: one form a phone, one button an act.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Path;
use futures_util::StreamExt as _;

use crate::base::mime;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::sandbox::Sandbox;
use crate::sandbox::act::Act;
use crate::sandbox::act::Letter;
use crate::sandbox::act::NotPossible;
use crate::sandbox::files::Chosen;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::see;
use crate::web::sandbox::chosen;
use crate::web::sandbox::gate;
use crate::web::sandbox::page;

/// The largest file a phone sends.
const FILE_MAX_BYTES: usize = 32 * 1024 * 1024;
/// The longest value of any other field.
const FIELD_MAX_BYTES: usize = 64 * 1024;

/// The address.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route(
        "/sandbox/phones/{account}/{customer}",
        web::post().to(press),
    );
}

/// What the form of a phone says.
#[derive(Default)]
struct Pressed {
    fields: BTreeMap<String, String>,
    files: Vec<Chosen>,
}

impl Pressed {
    fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.is_empty())
    }
}

async fn press(
    state: Shared,
    path: Path<(String, String)>,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let (account, customer) = path.into_inner();
    let pressed = read(form).await?;
    let player = gate::admit_form(&state, &request, pressed.get("_csrf"))?;
    let done = act(player.sandbox, &account, &customer, pressed);
    let by_script = request.headers().contains_key("X-Linktor-Fragment");
    match done {
        Ok(()) if by_script => Ok(HttpResponse::NoContent().finish()),
        Ok(()) => Ok(see("/sandbox")),
        Err(refused) if by_script => Ok(HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
            .content_type("text/plain; charset=utf-8")
            .body(refused.to_string())),
        Err(refused) => page::refused(&state, &request, &refused.to_string()),
    }
}

async fn read(mut form: Multipart) -> Result<Pressed, Problem> {
    let broken = || {
        let sentence = "The form of a phone cannot be read.";
        Problem::from(Rejection::new(Code::ValidationError, sentence))
    };
    let mut pressed = Pressed::default();
    while let Some(part) = form.next().await {
        let mut part = part.map_err(|_| broken())?;
        let name = part.name().unwrap_or_default().to_owned();
        let filename = part
            .content_disposition()
            .and_then(|told| told.get_filename())
            .map(str::to_owned);
        let told = part.content_type().map(ToString::to_string);
        let max = if filename.is_some() {
            FILE_MAX_BYTES
        } else {
            FIELD_MAX_BYTES
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            bytes.extend_from_slice(&chunk.map_err(|_| broken())?);
            if bytes.len() > max {
                return Err(broken());
            }
        }
        match filename {
            Some(filename) if !bytes.is_empty() => {
                let sniffed = mime::sniff(&bytes);
                pressed.files.push(Chosen {
                    mime_type: told.unwrap_or_else(|| sniffed.to_owned()),
                    filename,
                    bytes: Arc::from(bytes),
                });
            }
            Some(_) => {}
            None => {
                let text = String::from_utf8(bytes).map_err(|_| broken())?;
                // The first button of the form is the one the return key presses.
                pressed.fields.insert(name, text);
            }
        }
    }
    Ok(pressed)
}

fn act(
    sandbox: &Sandbox,
    account: &str,
    customer: &str,
    pressed: Pressed,
) -> Result<(), NotPossible> {
    let wish = pressed.get("do").to_owned();
    match wish.as_str() {
        "offline" => sandbox.set_offline(account, customer, true),
        "online" => sandbox.set_offline(account, customer, false),
        "reads" => sandbox.set_reads(account, customer, true),
        "leaves" => sandbox.set_reads(account, customer, false),
        wish => {
            let act = meant(wish, pressed)?;
            return sandbox.act(account, customer, act);
        }
    }
    Ok(())
}

/// The act a button means.
fn meant(wish: &str, mut pressed: Pressed) -> Result<Act, NotPossible> {
    let quoting = pressed.some("quoting");
    let text = pressed.get("text").trim().to_owned();
    let gone = NotPossible::gone;
    if let Some((sort, file)) = chosen::sample(wish) {
        let caption = text;
        return Ok(Act::Send {
            sort,
            file,
            caption,
            quoting,
        });
    }
    let needs_words = || NotPossible("Write something first.".to_owned());
    let (verb, rest) = wish.split_once(' ').unwrap_or((wish, ""));
    if let Some(act) = to_bubble(verb, rest)? {
        return Ok(act);
    }
    Ok(match verb {
        "" | "say" => match (pressed.some("editing"), text.is_empty()) {
            (_, true) => return Err(needs_words()),
            (Some(bubble), false) => Act::Edit { bubble, text },
            (None, false) => Act::Say { text, quoting },
        },
        "file" => {
            let file = pressed
                .files
                .pop()
                .ok_or_else(|| NotPossible("Choose a file first.".to_owned()))?;
            Act::Send {
                sort: chosen::sort_of(&file.mime_type),
                file,
                caption: text,
                quoting,
            }
        }
        "mail" => letter(rest, &mut pressed),
        "album" => {
            let cup = chosen::sample("picture").map(|(_, file)| file);
            let files = cup.into_iter().cycle().take(3).collect();
            Act::Album {
                files,
                caption: text,
            }
        }
        "location" => Act::Locate {
            latitude: -23.5614,
            longitude: -46.6823,
            name: "Aurora Coffee".to_owned(),
            address: "Rua Harmonia 210, S\u{e3}o Paulo".to_owned(),
            quoting,
        },
        "contact" => Act::Card {
            name: "Sofia Lindqvist".to_owned(),
            phone: "+46 70 555 01 20".to_owned(),
        },
        "start" => Act::Start { payload: text },
        "read" => Act::Read,
        "block" => Act::Block(true),
        "unblock" => Act::Block(false),
        "marketing" => Act::Marketing(rest == "on"),
        "strange" => Act::Strange {
            kind: "poll".to_owned(),
        },
        "hold" => Act::Hold(rest == "on"),
        "group" => Act::Group,
        "lend" => Act::Lend,
        "echo" | "aside" | "story-reply" | "comment" if text.is_empty() => {
            return Err(needs_words());
        }
        "echo" => Act::Echo { text },
        "aside" => Act::Aside { text },
        "comment" => Act::Comment { text },
        "story-reply" => Act::StoryReply { text },
        "story-mention" => {
            let (_, file) = chosen::sample("picture").ok_or_else(gone)?;
            Act::StoryMention { file }
        }
        _ => return Err(NotPossible("This phone has no such button.".to_owned())),
    })
}

/// What is done to one bubble; none where the verb means something else.
fn to_bubble(verb: &str, rest: &str) -> Result<Option<Act>, NotPossible> {
    let bubble = rest.to_owned();
    let two = || rest.split_once(' ').ok_or_else(NotPossible::gone);
    Ok(Some(match verb {
        "open" => Act::Open { bubble },
        "complain" => Act::Complain { bubble },
        "bounce" => Act::Bounce { bubble },
        "unsubscribe" => Act::Unsubscribe { bubble },
        "delete" => Act::Delete { bubble },
        "follow" => {
            let (bubble, url) = two()?;
            Act::Follow {
                bubble: bubble.to_owned(),
                url: url.to_owned(),
            }
        }
        "press" => {
            let (choice, bubble) = two()?;
            Act::Press {
                bubble: bubble.to_owned(),
                choice: choice.parse().map_err(|_| NotPossible::gone())?,
            }
        }
        "react" => {
            let (emoji, bubble) = two()?;
            Act::React {
                bubble: bubble.to_owned(),
                emoji: Some(emoji)
                    .filter(|emoji| *emoji != "-")
                    .unwrap_or_default()
                    .to_owned(),
            }
        }
        _ => return Ok(None),
    }))
}

/// A mail: a new one, or an answer to the named one, to its writer or to all.
fn letter(how: &str, pressed: &mut Pressed) -> Act {
    let cc = pressed.get("cc").split(',').map(str::trim);
    let answers = how != "new";
    Act::Mail(Letter {
        subject: pressed.get("subject").trim().to_owned(),
        text: pressed.get("words").trim().to_owned(),
        cc: cc
            .filter(|address| !address.is_empty())
            .map(str::to_owned)
            .collect(),
        files: std::mem::take(&mut pressed.files),
        answering: pressed.some("quoting").filter(|_| answers),
        newest: answers,
        all: how == "all",
    })
}
