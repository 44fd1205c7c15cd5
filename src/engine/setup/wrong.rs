//! Everything that is wrong with a channel as somebody wants it, said at once.

use crate::engine::error::EngineError;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;

/// What was found wrong so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrong {
    refused: Vec<Rejection>,
    settings: Vec<FieldError>,
}

impl Wrong {
    /// What was checked; none where it was refused, which is kept.
    ///
    /// # Errors
    /// What is ours to fix.
    pub(super) fn kept<T>(
        &mut self,
        checked: Result<T, impl Into<EngineError>>,
    ) -> Result<Option<T>, EngineError> {
        match checked.map_err(Into::into) {
            Ok(right) => Ok(Some(right)),
            Err(EngineError::Refused(refused)) => {
                self.refused.push(refused);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps what is wrong with settings; of each what was found first.
    pub(super) fn settings(&mut self, found: impl IntoIterator<Item = FieldError>) {
        for one in found {
            if self.settings.iter().all(|known| known.field != one.field) {
                self.settings.push(one);
            }
        }
    }

    /// Goes on where nothing is wrong.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming everything that is.
    pub(super) fn refuse(self) -> Result<(), Rejection> {
        let settings = (!self.settings.is_empty()).then(|| all_wrong(self.settings));
        Rejection::together(self.refused.into_iter().chain(settings))
    }
}

/// Wrong settings as one refusal.
pub(super) fn all_wrong(fields: Vec<FieldError>) -> Rejection {
    let first = fields.first().map_or_else(
        || "The settings are not right.".to_owned(),
        |field| format!("{} {}", field.field, field.message),
    );
    Rejection {
        fields,
        ..Rejection::new(Code::ValidationError, first)
    }
}
