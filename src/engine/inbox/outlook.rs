//! What a customer would get of a message, before it is sent.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::reach;
use crate::engine::inbox::send::Sending;
use crate::engine::rules::fit;
use crate::engine::rules::fit::Fitted;
use crate::engine::rules::fit::Mode;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;

impl Sending {
    /// What would really be sent of some content in a conversation, and what was converted. Whether
    /// it may be sent now is not asked.
    ///
    /// # Errors
    /// The actor may not; there is no such conversation in sight; the content is not right, or the
    /// channel has nothing for it.
    pub fn outlook(
        &self,
        actor: &Actor,
        id: ConversationId,
        mut content: Content,
    ) -> Result<Fitted, EngineError> {
        actor.require(Permission::Reply)?;
        drafts::check(&mut content)?;
        let read = self.0.store.snapshot()?;
        let conversation = sight::conversation_in(&read, actor, id)?;
        let channel = find::channel_in(&read, conversation.channel_id)?;
        let row = reach::row(&self.0, &channel, &conversation.address);
        let shorten = |media: &Media| self.0.links.short_address(media);
        let mut fitted = fit::fit(&content, row, &shorten, Mode::Degrade)?;
        reach::check_length(&self.0, &channel, &fitted.parts)?;
        reach::stand_in(&self.0, &channel, &mut fitted.parts)?;
        Ok(fitted)
    }
}
