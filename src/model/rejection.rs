//! Every reason to say no, with its public code.

/// The public code of a refusal: stable for ever, upper snake case on the wire.
///
/// The catalogue is section 4.3 of the REST contract; which status a code carries is decided in
/// `web/error.rs` alone.
macro_rules! codes {
    ($($variant:ident = $text:literal,)*) => {
        /// The public code of a refusal: stable for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the documented catalogue")]
        pub enum Code { $($variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in an answer.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    ValidationError = "VALIDATION_ERROR",
    InvalidCursor = "INVALID_CURSOR",
    InvalidChannelType = "INVALID_CHANNEL_TYPE",
    InvalidRecipient = "INVALID_RECIPIENT",
    UnsupportedContentType = "UNSUPPORTED_CONTENT_TYPE",
    InvalidUrl = "INVALID_URL",
    InvalidResetToken = "INVALID_RESET_TOKEN",
    ActiveConversationsExist = "ACTIVE_CONVERSATIONS_EXIST",
    DeleteNotSupported = "DELETE_NOT_SUPPORTED",
    DeleteWindowExpired = "DELETE_WINDOW_EXPIRED",
    AuthenticationRequired = "AUTHENTICATION_REQUIRED",
    InvalidApiKey = "INVALID_API_KEY",
    InvalidToken = "INVALID_TOKEN",
    InvalidCredentials = "INVALID_CREDENTIALS",
    InvalidRefreshToken = "INVALID_REFRESH_TOKEN",
    TokenRevoked = "TOKEN_REVOKED",
    QuotaExceeded = "QUOTA_EXCEEDED",
    InsufficientPermissions = "INSUFFICIENT_PERMISSIONS",
    AccountLocked = "ACCOUNT_LOCKED",
    TenantSuspended = "TENANT_SUSPENDED",
    ContactBlocked = "CONTACT_BLOCKED",
    ResourceNotFound = "RESOURCE_NOT_FOUND",
    ChannelNotFound = "CHANNEL_NOT_FOUND",
    ConversationNotFound = "CONVERSATION_NOT_FOUND",
    MessageNotFound = "MESSAGE_NOT_FOUND",
    ContactNotFound = "CONTACT_NOT_FOUND",
    ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS",
    ChannelAlreadyExists = "CHANNEL_ALREADY_EXISTS",
    ConversationExists = "CONVERSATION_EXISTS",
    EmailAlreadyExists = "EMAIL_ALREADY_EXISTS",
    IdempotencyConflict = "IDEMPOTENCY_CONFLICT",
    ChannelDisabled = "CHANNEL_DISABLED",
    CursorTooOld = "CURSOR_TOO_OLD",
    RevisionMismatch = "REVISION_MISMATCH",
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    ChannelNotConnected = "CHANNEL_NOT_CONNECTED",
    OutsideMessageWindow = "OUTSIDE_MESSAGE_WINDOW",
    ContactOptedOut = "CONTACT_OPTED_OUT",
    ContactUnreachable = "CONTACT_UNREACHABLE",
    ContentTooLong = "CONTENT_TOO_LONG",
    TemplateNotApproved = "TEMPLATE_NOT_APPROVED",
    ProviderNotConfigured = "PROVIDER_NOT_CONFIGURED",
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
    ChannelError = "CHANNEL_ERROR",
    InternalError = "INTERNAL_ERROR",
    ServiceUnavailable = "SERVICE_UNAVAILABLE",
}

/// A request that is understood and declined. The text is for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// The public code.
    pub code: Code,
    /// One sentence that says what to do.
    pub message: String,
    /// What is wrong with which field; the field's name is its path in the input.
    pub fields: Vec<FieldError>,
    /// The finer reason of the channel documents, in lower snake case.
    pub reason: Option<&'static str>,
    /// How many seconds to wait before asking again.
    pub retry_after_secs: Option<u64>,
    /// The limit that was reached.
    pub quota: Option<Quota>,
}

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What it limits.
    pub resource: &'static str,
    /// How much there may be.
    pub limit: u64,
    /// How much there is.
    pub used: u64,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field, such as `content.buttons[0].title`.
    pub field: String,
    /// What it must be.
    pub message: String,
}

impl Rejection {
    /// A refusal with a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: Vec::new(),
            reason: None,
            retry_after_secs: None,
            quota: None,
        }
    }

    /// A refusal because of one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        let sentence = format!("{field} {message}");
        Self::new(Code::ValidationError, sentence).and_field(field, message)
    }

    /// Something that is not there, or not for this person.
    #[must_use]
    pub fn not_found(code: Code, what: &str) -> Self {
        Self::new(code, format!("There is no such {what}."))
    }

    /// The same refusal naming one more field.
    #[must_use]
    pub fn and_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
        self
    }

    /// Everything that is wrong with one input, as one refusal.
    ///
    /// # Errors
    /// That refusal, where there is any.
    pub fn together(refused: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        refused.into_iter().reduce(Self::and).map_or(Ok(()), Err)
    }

    /// The same refusal and what another one says of the same input.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.message = format!("{}; {}", self.message, other.message);
        self.fields.extend(other.fields);
        self
    }

    /// The same refusal with the finer reason of a channel document.
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// A limit that was reached, and what is so limited, in words.
    #[must_use]
    pub fn quota(quota: Quota, what: &str) -> Self {
        let Quota { limit, used, .. } = quota;
        let message = format!(
            "This installation is limited to {limit} {what} and has {used}. Ask an owner to raise the limit."
        );
        Self {
            quota: Some(quota),
            ..Self::new(Code::QuotaExceeded, message)
        }
    }

    /// The same refusal with a time to wait.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }
}
