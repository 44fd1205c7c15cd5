//! People of ours as visitors know them: a name and a picture, and whether they are here.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::webchat::files;
use crate::channels::webchat::wire::Author;
use crate::channels::webchat::wire::AuthorKind;
use crate::engine::links::Links;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::site::Site;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::permission::Role;
use crate::model::user::Availability;
use crate::model::user::User;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::users;

/// Addresses of pictures change this often and no more, so that browsers keep them.
const PICTURE_STEP: Duration = Duration::from_secs(24 * 3_600);

impl Webchat {
    /// Whether somebody who answers is here and has not said to be away.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn is_staffed(&self) -> Result<bool, WebchatError> {
        if self.context.live.presence().count() == 0 {
            return Ok(false);
        }
        let team = team(&self.context.store.snapshot()?)?;
        Ok(team.iter().any(|user| self.is_here(user)))
    }

    /// Whoever answers in a conversation, while that person is here.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn attending(
        &self,
        conversation: Option<ConversationId>,
    ) -> Result<Option<UserId>, WebchatError> {
        let read = self.context.store.snapshot()?;
        let Some(id) = conversation else {
            return Ok(None);
        };
        let found = conversations::get(&read, id)?.filter(Conversation::is_live);
        let Some(assignee) = found.and_then(|found| found.assignee) else {
            return Ok(None);
        };
        let user = users::get(&read, assignee)?;
        Ok(user.filter(|user| self.is_here(user)).map(|user| user.id))
    }

    /// What pictures of ours are shown with in a web chat.
    pub(super) fn pictures<'a>(&'a self, site: &'a Site) -> Pictures<'a> {
        let base = site.settings.media_base_url.as_deref();
        Pictures {
            links: &self.context.links,
            base_url: base.unwrap_or(self.context.links.public_url()),
            now: self.context.clock.now(),
        }
    }

    pub(super) fn is_here(&self, user: &User) -> bool {
        user.availability != Availability::Away && self.context.live.presence().is_here(user.id)
    }
}

/// Those of us who answer visitors.
///
/// # Errors
/// The disk's.
pub(super) fn team(read: &impl Read) -> Result<Vec<User>, StoreError> {
    let mut all = users::list(read)?;
    all.retain(|user| user.is_active() && user.role != Role::Viewer);
    Ok(all)
}

/// Where pictures are loaded from, and until when their addresses are good.
#[derive(Clone, Copy)]
pub struct Pictures<'a> {
    /// Makes links.
    pub links: &'a Links,
    /// Where the browser loads files from.
    pub base_url: &'a str,
    /// The present.
    pub now: Timestamp,
}

impl Pictures<'_> {
    /// A person of ours as visitors see one.
    #[must_use]
    pub fn author(&self, user: &User) -> Author {
        Author {
            kind: AuthorKind::Agent,
            name: Some(user.name.clone()),
            avatar_url: self.of(user),
        }
    }

    /// The address of a person's picture, open to every visitor. A picture that lies elsewhere is
    /// not shown: the widget asks nobody but us.
    #[must_use]
    pub fn of(&self, user: &User) -> Option<String> {
        let media = self.links.media_of(user.avatar_url.as_deref()?)?;
        let step = i64::try_from(PICTURE_STEP.as_secs()).unwrap_or(i64::MAX);
        let days = self.now.as_secs() / step + 2;
        let until = Timestamp::from_secs(days * step);
        let link = files::link(self.links.key(), media, files::TEAM, until);
        Some(format!("{}{link}", self.base_url))
    }
}
