//! The audit trail on the wire: entries are documents of the core; here is their shape.

use jiff::Timestamp;
use ops_core::{
    audit::SubjectKind,
    change::ChangeName,
    id::{AuditId, OperatorId},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema, schema::SchemaType},
};
use uuid::Uuid;

use super::rule;

/// One entry of the trail.
// The shape of `ops_core::audit::AuditEntry`.
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
    /// Where the request came from, as the service saw it or as a proxy that it trusts said; null for its own tasks.
    #[schema(required)]
    pub source_address: Option<String>,
    /// The fields that changed.
    pub changes: Vec<DifferenceShape>,
}

/// Who acted.
// The shape of `ops_core::actor::Actor`.
#[derive(ToSchema)]
#[schema(as = AuditActor)]
pub struct ActorShape {
    /// The token's issuer, `mtls` for a certificate, `system` for a task of the service.
    pub issuer: String,
    /// The token's subject, the certificate's identity, or the task's name.
    pub subject: String,
}

/// What an entry is about.
// The shape of `ops_core::audit::Subject`.
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

/// One field before and after.
// The shape of `ops_core::audit::Difference`.
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

/// What is wrong with a place of the chain over the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditFaultKind {
    /// The entry is another one than was linked: it, its columns or its order were changed.
    Edited,
    /// The entry is gone.
    Removed,
    /// An entry that was never linked stands among those that were.
    SlippedIn,
    /// The link is gone, and those after it up to the next that is there.
    LinkMissing,
    /// The seal was not made by a key of ours over this link: the chain was made anew.
    SealBroken,
    /// From here on nothing is sealed, though links are sealed as they are made.
    SealMissing,
    /// The entry was sealed more than an hour away from the time it names: it was slipped in, or it and what follows was linked
    /// anew.
    TimeDiffers,
    /// The chain ends before the anchor: its tail was cut, or an older backup was put back.
    AnchorMissing,
    /// The chain has another hash at the anchor.
    AnchorDiffers,
}

/// What a look at the chain over the audit trail came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditVerification {
    /// Whether nothing is wrong with what was looked at: the places of this answer, the anchor that was given, and
    /// the newest place that the replica has seen since it was started.
    pub intact: bool,
    /// The place after which the look began.
    #[schema(minimum = 0)]
    pub after: i64,
    /// How many places were looked at.
    #[schema(minimum = 0)]
    pub checked: i64,
    /// The last of them, as an anchor for the next time: keep that of the last answer, outside this service.
    #[schema(required)]
    pub head: Option<String>,
    /// The newest sealed place.
    #[schema(minimum = 0)]
    pub sealed_through: i64,
    /// When it was sealed.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    pub sealed_at: Option<Timestamp>,
    /// When the oldest entry that has no seal yet was decided; a few seconds are no reason to worry.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    pub oldest_unsealed_at: Option<Timestamp>,
    /// How many faults there are.
    pub faults_found: usize,
    /// The first 100 of them.
    #[schema(max_items = 100)]
    pub faults: Vec<AuditFault>,
    /// `after` of the next request, when there is more to look at.
    #[schema(required)]
    pub next_after: Option<i64>,
}

/// One fault of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditFault {
    /// The place.
    pub n: i64,
    /// What is wrong: `edited` (a column is not what was linked), `removed`, `slipped_in` (never linked), `link_missing`,
    /// `seal_broken` (by no key of ours), `seal_missing`, `time_differs` (sealed more than an hour away from the time it names),
    /// `anchor_missing`, `anchor_differs`.
    pub kind: AuditFaultKind,
    /// The entry, when it is there.
    #[schema(required, schema_with = rule::nullable::<Uuid>)]
    pub entry_id: Option<Uuid>,
}
