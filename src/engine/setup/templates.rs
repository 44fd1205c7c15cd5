//! Templates of channels: our copies of what a vendor keeps and approves.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::setup::template_copies as copies;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::declined;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::ids::TemplateId;
use crate::model::outbound::Asked;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::template::Template;
use crate::model::template::TemplateChanges;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;
use crate::store::Read;
use crate::store::records::channels;
use crate::store::records::templates;

/// Managing templates.
#[derive(Clone)]
pub struct Templates(pub Context);

impl Templates {
    /// The templates of a channel, as we know them, by name and language.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn list(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Template>, EngineError> {
        actor.require(Permission::ReadTemplates)?;
        let read = self.0.store.snapshot()?;
        find::channel_in(&read, channel)?;
        sorted(&read, channel)
    }

    /// Every channel that keeps templates, with those it has, by name and language.
    ///
    /// # Errors
    /// The actor may not.
    pub fn everywhere(&self, actor: &Actor) -> Result<Vec<(Channel, Vec<Template>)>, EngineError> {
        actor.require(Permission::ReadTemplates)?;
        let read = self.0.store.snapshot()?;
        let channels = channels::list(&read)?.into_iter();
        let keepers = channels.filter(|channel| self.must_keep_templates(channel).is_ok());
        keepers
            .map(|channel| {
                let held = sorted(&read, channel.id)?;
                Ok((channel, held))
            })
            .collect()
    }

    /// A template of any channel, with its channel.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn anywhere(
        &self,
        actor: &Actor,
        id: TemplateId,
    ) -> Result<(Channel, Template), EngineError> {
        actor.require(Permission::ReadTemplates)?;
        let read = self.0.store.snapshot()?;
        for channel in channels::list(&read)? {
            if let Some(found) = templates::get(&read, channel.id, id)? {
                return Ok((channel, found));
            }
        }
        Err(Rejection::not_found(Code::ResourceNotFound, "template").into())
    }

    /// One template of a channel.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: TemplateId,
    ) -> Result<Template, EngineError> {
        actor.require(Permission::ReadTemplates)?;
        template_in(&self.0.store.snapshot()?, channel, id)
    }

    /// Asks the vendor for every template of a channel.
    ///
    /// # Errors
    /// The actor may not; there is no such channel, its vendor keeps none, or does not tell:
    /// `CHANNEL_ERROR`.
    pub async fn sync(
        &self,
        actor: &Actor,
        channel: ChannelId,
    ) -> Result<Vec<Template>, EngineError> {
        actor.require(Permission::ManageTemplates)?;
        let line = self.line(channel).await?;
        self.fetch(&line)
            .await?
            .map_err(|broken| refused(&broken))?;
        sorted(&self.0.store.snapshot()?, channel)
    }

    /// Hands a template in for approval.
    ///
    /// # Errors
    /// The actor may not; there is no such channel, or its vendor keeps none; `VALIDATION_ERROR`;
    /// `RESOURCE_ALREADY_EXISTS`; the vendor does not take it: `CHANNEL_ERROR`.
    pub async fn create(
        &self,
        actor: &Actor,
        channel: ChannelId,
        mut draft: TemplateDraft,
    ) -> Result<Template, EngineError> {
        actor.require(Permission::ManageTemplates)?;
        check(&draft)?;
        {
            let read = self.0.store.snapshot()?;
            refuse_known(&read, channel, &draft)?;
            draft.files = find::files_of_template(&read, &draft.components)?;
        }
        self.must_be_right(channel, &draft)?;
        let line = self.line(channel).await?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.create_template(&draft, asked);
        let told = line.hold(next).await.map_err(|broken| refused(&broken))?;
        let told = completed(told, &draft);
        let stamp = self.0.stamp();
        self.0
            .store
            .write("keeping a template", move |tx| {
                let mut pen = stamp.pen();
                let held = templates::by_name(tx, channel, &told.name, &told.language)?;
                Ok(copies::keep(tx, &mut pen, channel, held, &told)?)
            })
            .await
    }

    /// Hands a template in again with what is to be different about it.
    ///
    /// # Errors
    /// The actor may not; there is none, or its vendor lets none be changed; `VALIDATION_ERROR`; the
    /// vendor does not take it: `CHANNEL_ERROR`.
    pub async fn edit(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: TemplateId,
        changes: TemplateChanges,
    ) -> Result<Template, EngineError> {
        actor.require(Permission::ManageTemplates)?;
        let held = template_in(&self.0.store.snapshot()?, channel, id)?;
        let draft = self.changed(channel, &held.told, changes)?;
        let line = self.line(channel).await?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.edit_template(&held.told, &draft, asked);
        let told = line.hold(next).await.map_err(|broken| refused(&broken))?;
        self.stands(channel, id, told).await
    }

    /// Has the vendor send a template again that it paused.
    ///
    /// # Errors
    /// The actor may not; there is none, or its vendor pauses none; it is not paused:
    /// `VALIDATION_ERROR`; the vendor does not do it: `CHANNEL_ERROR`.
    pub async fn resume(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: TemplateId,
    ) -> Result<Template, EngineError> {
        actor.require(Permission::ManageTemplates)?;
        let held = template_in(&self.0.store.snapshot()?, channel, id)?;
        self.must_be_resumable(channel, &held.told)?;
        let line = self.line(channel).await?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.resume_template(&held.told, asked);
        let told = line.hold(next).await.map_err(|broken| refused(&broken))?;
        self.stands(channel, id, told).await
    }

    /// Keeps how a template stands after the vendor was asked.
    async fn stands(
        &self,
        channel: ChannelId,
        id: TemplateId,
        told: VendorTemplate,
    ) -> Result<Template, EngineError> {
        let stamp = self.0.stamp();
        self.0
            .store
            .write("changing a template", move |tx| {
                let held = template_in(tx, channel, id)?;
                Ok(copies::change(tx, &mut stamp.pen(), &held, told.clone())?)
            })
            .await
    }

    /// What is handed in for a template that is to be different.
    fn changed(
        &self,
        channel: ChannelId,
        told: &VendorTemplate,
        changes: TemplateChanges,
    ) -> Result<TemplateDraft, EngineError> {
        let components = changes
            .components
            .unwrap_or_else(|| told.components.clone());
        let files = find::files_of_template(&self.0.store.snapshot()?, &components)?;
        let draft = TemplateDraft {
            name: told.name.clone(),
            language: told.language.clone(),
            category: changes.category.unwrap_or_else(|| told.category.clone()),
            parameter_format: told.parameter_format.clone(),
            components,
            files,
        };
        check(&draft)?;
        self.must_be_changeable(channel)?;
        self.must_be_right(channel, &draft)?;
        Ok(draft)
    }

    /// Takes a template away, at the vendor first.
    ///
    /// # Errors
    /// The actor may not; there is none; the vendor does not do it: `CHANNEL_ERROR`.
    pub async fn delete(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: TemplateId,
    ) -> Result<(), EngineError> {
        actor.require(Permission::ManageTemplates)?;
        let template = template_in(&self.0.store.snapshot()?, channel, id)?;
        let line = self.line(channel).await?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.delete_template(&template.told, asked);
        line.hold(next).await.map_err(|broken| refused(&broken))?;
        self.0
            .store
            .write("forgetting a template", move |tx| {
                if let Some(held) = templates::get(tx, channel, id)? {
                    templates::remove(tx, &held)?;
                }
                Ok(())
            })
            .await
    }

    /// Asks the vendor for every template of a channel, where it keeps them and can be asked now.
    ///
    /// # Errors
    /// The store's. Within: the vendor does not tell.
    pub async fn refresh(&self, channel: ChannelId) -> Result<Result<(), Broken>, EngineError> {
        match self.line(channel).await {
            Ok(line) => self.fetch(&line).await,
            Err(EngineError::Refused(_)) => Ok(Ok(())),
            Err(error) => Err(error),
        }
    }

    /// A line to the vendor of a channel that keeps templates.
    async fn line(&self, id: ChannelId) -> Result<Line<'_>, EngineError> {
        let channel = find::channel_in(&self.0.store.snapshot()?, id)?;
        self.must_keep_templates(&channel)?;
        // Where nobody else keeps them nobody is asked.
        if self.are_own(&channel) {
            return Line::open(&self.0, channel);
        }
        if channel.state != ChannelState::Active {
            let message = format!("The channel {} is not connected.", channel.name);
            return Err(Rejection::new(Code::ChannelNotConnected, message).into());
        }
        let mut line = Line::open(&self.0, channel)?;
        line.renew().await.map_err(|broken| refused(&broken))?;
        Ok(line)
    }

    fn must_keep_templates(&self, channel: &Channel) -> Result<(), Rejection> {
        let row = self.0.channels.capabilities(&channel.kind);
        if row.is_some_and(|row| row.approved_templates || row.own_templates) {
            return Ok(());
        }
        let message = "The vendor of this channel keeps no templates.";
        Err(Rejection::new(Code::UnsupportedContentType, message).because("no_templates"))
    }

    fn are_own(&self, channel: &Channel) -> bool {
        let row = self.0.channels.capabilities(&channel.kind);
        row.is_some_and(|row| row.own_templates)
    }

    async fn fetch(&self, line: &Line<'_>) -> Result<Result<(), Broken>, EngineError> {
        if self.are_own(&line.channel) {
            return Ok(Ok(()));
        }
        let translation = line.translation;
        let told = line.hold(|asked| translation.templates(asked)).await;
        let told = match told {
            Ok(told) => told,
            Err(broken) => return Ok(Err(broken)),
        };
        let (stamp, channel) = (self.0.stamp(), line.channel.id);
        self.0
            .store
            .write("keeping templates", move |tx| {
                copies::replace_all(tx, &mut stamp.pen(), channel, &told)?;
                Ok::<_, EngineError>(())
            })
            .await?;
        Ok(Ok(()))
    }
}

fn sorted(read: &impl Read, channel: ChannelId) -> Result<Vec<Template>, EngineError> {
    let mut found = templates::of_channel(read, channel)?;
    found.sort_by(|a, b| (&a.told.name, &a.told.language).cmp(&(&b.told.name, &b.told.language)));
    Ok(found)
}

fn template_in(
    read: &impl Read,
    channel: ChannelId,
    id: TemplateId,
) -> Result<Template, EngineError> {
    find::channel_in(read, channel)?;
    templates::get(read, channel, id)?
        .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "template").into())
}

fn check(draft: &TemplateDraft) -> Result<(), Rejection> {
    let texts = [
        ("name", &draft.name),
        ("language", &draft.language),
        ("category", &draft.category),
    ];
    for (field, text) in texts {
        if text.trim().is_empty() {
            return Err(Rejection::field(field, "must not be empty"));
        }
    }
    if draft.components.is_empty() {
        return Err(Rejection::field("components", "must hold at least a BODY"));
    }
    Ok(())
}

fn refuse_known(
    read: &impl Read,
    channel: ChannelId,
    draft: &TemplateDraft,
) -> Result<(), EngineError> {
    if templates::by_name(read, channel, &draft.name, &draft.language)?.is_none() {
        return Ok(());
    }
    let message = format!(
        "There is a template {} in the language {} already.",
        draft.name, draft.language
    );
    Err(Rejection::new(Code::ResourceAlreadyExists, message).into())
}

/// What a vendor told of a new template, and for the rest what it was handed.
fn completed(told: VendorTemplate, draft: &TemplateDraft) -> VendorTemplate {
    let or = |told: String, handed: &String| {
        if told.is_empty() {
            handed.clone()
        } else {
            told
        }
    };
    VendorTemplate {
        name: or(told.name, &draft.name),
        language: or(told.language, &draft.language),
        category: or(told.category, &draft.category),
        status: or(told.status, &"PENDING".to_owned()),
        parameter_format: told
            .parameter_format
            .or_else(|| draft.parameter_format.clone()),
        components: if told.components.is_empty() {
            draft.components.clone()
        } else {
            told.components
        },
        ..told
    }
}

fn refused(broken: &Broken) -> EngineError {
    declined(&broken.refusal).into()
}
