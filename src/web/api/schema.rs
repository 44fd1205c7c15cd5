//! What our own small types look like in the API's document: text.

use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::schema::SchemaFormat;
use utoipa::openapi::schema::Type;

use crate::base::time::Timestamp;
use crate::model::ids;
use crate::model::ids::Id as _;

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let moment = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        moment.build().into()
    }
}

impl ToSchema for Timestamp {}

macro_rules! ids {
    ($($id:ident)*) => { $(
        impl PartialSchema for ids::$id {
            fn schema() -> RefOr<Schema> {
                let pattern = format!("^{}_[0-9a-z]{{26}}$", ids::$id::PREFIX);
                let id = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
                id.build().into()
            }
        }

        impl ToSchema for ids::$id {}
    )* };
}

ids! {
    OrganisationId UserId TeamId ApiKeyId ChannelId ContactId IdentityId ConversationId MessageId
    EventId MediaId ViewId TagId TemplateId AuditId MergeId
}
