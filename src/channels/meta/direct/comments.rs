//! What people say in public below posts, and the one message that answers it in private.
//! facebook.md section 7.7, instagram.md section 7. Taken in where the account wants it:
//! [`TAKES_COMMENTS`].

use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::attachments::lines;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::Unsupported;
use crate::model::inbound::InboundDelete;
use crate::model::inbound::InboundEdit;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;

/// Whether comments are taken in.
pub const TAKES_COMMENTS: Setting = Setting::new(
    "comments",
    "Take in comments",
    "Comments below posts come into the inbox, and each can be answered once in private for seven days. Off unless switched on.",
    Shape::Switch,
)
// Whoever is told of them is told when the channel connects.
.rare();

/// How an id begins that names a comment, and one that names what a visitor posted.
const COMMENT: &str = "comment:";
const POST: &str = "post:";

/// What visitors put on a page that can be answered like a comment.
const POSTS: [&str; 5] = ["photo", "post", "share", "status", "video"];

/// Whether an account takes comments in.
#[must_use]
pub fn are_taken(account: &Account) -> bool {
    account.is_on(TAKES_COMMENTS.name, Switch::Off)
}

/// A change of one of the fields that tell of comments; none where it tells of something else, or
/// of what we said ourselves.
#[must_use]
pub fn read(
    product: &Product,
    account: &Account,
    (field, value): (&str, Node<'_>),
    at: Option<Timestamp>,
) -> Option<InboundEvent> {
    if !are_taken(account) || value.at("from").at("id").is(product.own_id(account)) {
        return None;
    }
    let heard = Heard {
        product,
        account,
        value,
        at: value.at("created_time").moment().or(at),
    };
    match field {
        "feed" => heard.on_a_page(),
        "comments" | "live_comments" => heard.below_media(field),
        _ => None,
    }
}

struct Heard<'a> {
    product: &'a Product,
    account: &'a Account,
    value: Node<'a>,
    at: Option<Timestamp>,
}

impl Heard<'_> {
    fn on_a_page(&self) -> Option<InboundEvent> {
        let item = self.value.word("item")?;
        let external_id = if item == "comment" {
            format!("{COMMENT}{}", self.value.word("comment_id")?)
        } else if POSTS.contains(&item.as_str()) {
            format!("{POST}{}", self.value.word("post_id")?)
        } else {
            return None;
        };
        match self.value.word("verb")?.as_str() {
            "add" => {
                let mut told = Kept::default();
                told.put("id", self.value.word("comment_id"));
                told.put("postId", self.value.word("post_id"));
                told.put("parentId", self.value.word("parent_id"));
                told.put("url", self.value.at("post").word("permalink_url"));
                self.said(external_id, self.value.word("message"), told)
            }
            "edit" | "edited" => Some(InboundEvent::Edit(InboundEdit {
                metadata: Opaque::new(),
                external_id,
                content: self.content(self.value.word("message")),
                at: self.at,
            })),
            "remove" => Some(InboundEvent::Delete(InboundDelete { external_id })),
            _ => None,
        }
    }

    fn below_media(&self, field: &str) -> Option<InboundEvent> {
        let id = self.value.word("id")?;
        let mut told = Kept::default();
        told.put("id", Some(id.as_str()));
        told.put("postId", self.value.at("media").word("id"));
        told.put("parentId", self.value.word("parent_id"));
        told.put("live", (field == "live_comments").then_some(true));
        self.said(format!("{COMMENT}{id}"), self.value.word("text"), told)
    }

    fn said(&self, external_id: String, words: Option<String>, told: Kept) -> Option<InboundEvent> {
        let from = self.value.at("from");
        let mut kept = Kept::default();
        kept.put("comment", Some(told.into_inner()));
        kept.put(self.product.own, Some(self.product.own_id(self.account)));
        let content = self.content(words);
        kept.put("mediaState", content.media().map(|_| "pending"));
        Some(InboundEvent::Comment(InboundMessage {
            external_id,
            from: InboundSender {
                address: from.word("id")?,
                name: from.word("name").or_else(|| from.word("username")),
                ..InboundSender::default()
            },
            to: self.product.own_id(self.account).to_owned(),
            content,
            reply_to: None,
            sent_at: self.at,
            metadata: kept.into_inner(),
        }))
    }

    /// Its picture with its words, its words, or its link.
    fn content(&self, words: Option<String>) -> Content {
        if let Some(url) = self.value.word("photo") {
            return Content::Image(Media {
                url: Some(url),
                caption: words,
                ..Media::default()
            });
        }
        let link = self.value.word("link");
        let all = lines(&[words.as_deref(), link.as_deref()], "\n");
        if all.is_empty() {
            return Content::Unsupported(Unsupported {
                kind: "comment".to_owned(),
                raw: self.value.object(),
            });
        }
        Content::text(all)
    }
}

/// To whom a message goes that answers a comment: whoever wrote it, named by the comment alone. None
/// for an answer to anything else.
#[must_use]
pub fn recipient(answered: &str) -> Option<Value> {
    if let Some(id) = answered.strip_prefix(COMMENT) {
        return Some(json!({ "comment_id": id }));
    }
    let id = answered.strip_prefix(POST)?;
    Some(json!({ "post_id": id }))
}

/// Fields to subscribe to, with the one that tells of comments where they are wanted.
#[must_use]
pub fn with_field(account: &Account, fields: &str, field: &str) -> String {
    if are_taken(account) {
        format!("{fields},{field}")
    } else {
        fields.to_owned()
    }
}
