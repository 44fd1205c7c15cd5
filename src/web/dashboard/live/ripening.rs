//! Lists that change with time alone: whoever has waited long enough comes into them by themselves.

use std::time::Duration;

use serde_json::json;

use crate::engine::error::EngineError;
use crate::model::ids::ConversationId;
use crate::web::dashboard::live::Gone;
use crate::web::dashboard::live::RIPENS_EVERY;
use crate::web::dashboard::live::Socket;

/// How long ago a page may have been drawn whose list is completed row by row.
const DRAWN_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// More rows at once, and the list is fetched again.
const ROWS_MAX: usize = 50;
/// How many conversations are looked at for it.
const LOOK_MAX: usize = 20_000;

impl Socket {
    /// Shows whom time has brought into the list.
    pub(super) async fn show_ripened(&mut self) -> Result<(), Gone> {
        let now = self.state.engine.context.clock.now();
        let ripened = self.ripened();
        self.ripe_to = Some(now);
        self.ripens_at = now.plus(RIPENS_EVERY);
        match ripened {
            Ok(ids) if ids.len() > ROWS_MAX => self.send(&json!({ "kind": "resync" })).await,
            Ok(ids) => {
                for id in ids {
                    match self.own_row(id) {
                        Ok(Some(frame)) => self.send(&frame).await?,
                        Ok(None) => {}
                        Err(error) => tracing::error!("drawing a row failed: {error}"),
                    }
                }
                Ok(())
            }
            Err(error) => {
                tracing::error!("looking for who has waited failed: {error}");
                Ok(())
            }
        }
    }

    fn ripened(&self) -> Result<Vec<ConversationId>, EngineError> {
        let engine = &self.state.engine;
        let Some(filter) = self.section.filter(self.reader.agent.user.id) else {
            return Ok(Vec::new());
        };
        let now = engine.context.clock.now();
        let after = self.ripe_to.unwrap_or_else(|| now.minus(DRAWN_WITHIN));
        engine
            .listing
            .ripened(&self.reader.actor(), &filter, after, LOOK_MAX)
    }
}
