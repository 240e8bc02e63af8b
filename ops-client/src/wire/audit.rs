//! The audit trail on the wire: entries are documents of the core; here is their shape.

use jiff::Timestamp;
use ops_core::{
    audit::SubjectKind,
    change::ChangeName,
    id::{AuditId, OperatorId},
};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema, schema::SchemaType},
};
use uuid::Uuid;

use super::rule;

/// One entry of the trail: the shape of [`ops_core::audit::AuditEntry`].
#[derive(ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditEntryShape {
    /// Its own id.
    #[schema(schema_with = rule::of::<AuditId>)]
    pub id: AuditId,
    /// When it was decided.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub at: Timestamp,
    /// Who.
    pub actor: ActorShape,
    /// What was done.
    #[schema(schema_with = rule::of::<ChangeName>)]
    pub action: ChangeName,
    /// The operator it concerns; null for a rule without targets.
    #[schema(required, schema_with = rule::nullable::<OperatorId>)]
    pub operator_id: Option<OperatorId>,
    /// What it was done to.
    pub subject: SubjectShape,
    /// The request's id.
    pub request_id: String,
    /// The fields that changed.
    pub changes: Vec<DifferenceShape>,
}

/// Who acted: the shape of [`ops_core::actor::Actor`].
#[derive(ToSchema)]
#[schema(as = AuditActor)]
pub struct ActorShape {
    /// The token's issuer, `mtls` for a certificate, `system` for a task of the service.
    pub issuer: String,
    /// The token's subject, the certificate's identity, or the task's name.
    pub subject: String,
}

/// What an entry is about: the shape of [`ops_core::audit::Subject`].
#[derive(ToSchema)]
#[schema(as = AuditSubject)]
pub struct SubjectShape {
    /// Which noun.
    #[schema(schema_with = rule::of::<SubjectKind>)]
    pub kind: SubjectKind,
    /// Which of them.
    #[schema(schema_with = rule::of::<Uuid>)]
    pub id: Uuid,
}

/// One field before and after: the shape of [`ops_core::audit::Difference`].
#[derive(ToSchema)]
#[schema(as = AuditDifference)]
pub struct DifferenceShape {
    /// The field, as JSON names it.
    pub field: String,
    /// Before; null when it was not set.
    #[schema(schema_with = anything)]
    pub old: Value,
    /// After; null when it is not set any more.
    #[schema(schema_with = anything)]
    pub new: Value,
}

fn anything() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).into()
}
