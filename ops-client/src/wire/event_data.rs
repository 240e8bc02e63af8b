//! The data of the four events on the wire: documents of the core; here is their shape, closed.

use jiff::Timestamp;
use ops_core::{
    event::What,
    health,
    id::{ConnectionId, OperatorId},
    operator::{Code, Countries, DisplayName, ExternalId, Importance, Kind, Labels, Networks, Status},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rule;

/// What other services may know of an operator.
// The shape of `ops_core::event::OperatorView`.
#[derive(ToSchema)]
#[schema(as = EventOperator)]
#[serde(deny_unknown_fields)]
pub struct OperatorViewShape {
    /// Whom it is about.
    #[schema(schema_with = rule::of::<OperatorId>)]
    pub id: OperatorId,
    /// Its code.
    #[schema(schema_with = rule::of::<Code>)]
    pub code: Code,
    /// Its key in another system.
    #[schema(required, schema_with = rule::nullable::<ExternalId>)]
    pub external_id: Option<ExternalId>,
    /// As people call it.
    #[schema(schema_with = rule::of::<DisplayName>)]
    pub display_name: DisplayName,
    /// What it is.
    #[schema(schema_with = rule::of::<Kind>)]
    pub kind: Kind,
    /// How much hangs on it.
    #[schema(schema_with = rule::of::<Importance>)]
    pub importance: Importance,
    /// Where it works (ISO 3166-1 alpha-2).
    #[schema(schema_with = rule::of::<Countries>)]
    pub countries: Countries,
    /// Whose numbers it reaches.
    #[schema(schema_with = rule::of::<Networks>)]
    pub networks: Networks,
    /// Free labels.
    #[schema(schema_with = rule::of::<Labels>)]
    pub labels: Labels,
    /// Where it stands.
    #[schema(schema_with = rule::of::<Status>)]
    pub status: Status,
    /// Counts the changes of these fields.
    #[schema(minimum = 1)]
    pub version: i64,
}

/// Data of `operator.updated`.
// The shape of `ops_core::event::Updated`.
#[derive(ToSchema)]
#[schema(as = EventUpdated)]
#[serde(deny_unknown_fields)]
pub struct UpdatedShape {
    /// What changed.
    #[schema(min_items = 1)]
    pub changes: Vec<ChangedShape>,
    /// The operator now, exactly when changes name profile, status or restored.
    #[schema(nullable = false)]
    pub operator: Option<OperatorViewShape>,
}

/// One of the things that changed.
// The shape of `ops_core::event::Changed`.
#[derive(ToSchema)]
#[schema(as = EventChange)]
#[serde(deny_unknown_fields)]
pub struct ChangedShape {
    /// What of the operator.
    #[schema(schema_with = rule::of::<What>)]
    pub what: What,
    /// Which window, connection or rule; of a credential, which connection it belongs to.
    #[schema(required = false, schema_with = rule::of::<Uuid>)]
    pub id: Option<Uuid>,
    /// Which fields of the profile.
    #[schema(nullable = false)]
    pub fields: Option<Vec<String>>,
}

/// Data of `operator.deleted`.
// The shape of `ops_core::event::Deleted`.
#[derive(ToSchema)]
#[schema(as = EventDeleted)]
#[serde(deny_unknown_fields)]
pub struct DeletedShape {
    /// Whom it was about.
    #[schema(schema_with = rule::of::<OperatorId>)]
    pub id: OperatorId,
    /// Its code, free again.
    #[schema(schema_with = rule::of::<Code>)]
    pub code: Code,
    /// When.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub deleted_at: Timestamp,
    /// From when its secrets and contacts are erased.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub purge_after: Timestamp,
}

/// Data of `operator.health_changed`.
// The shape of `ops_core::event::HealthChanged`.
#[derive(ToSchema)]
#[schema(as = EventHealthChanged)]
#[serde(deny_unknown_fields)]
pub struct HealthChangedShape {
    /// Whom it is about.
    #[schema(schema_with = rule::of::<OperatorId>)]
    pub id: OperatorId,
    /// Its code.
    #[schema(schema_with = rule::of::<Code>)]
    pub code: Code,
    /// The operator's state before; equal to `to` when only connections moved.
    #[schema(schema_with = rule::of::<health::State>)]
    pub from: health::State,
    /// The operator's state now.
    #[schema(schema_with = rule::of::<health::State>)]
    pub to: health::State,
    /// Since when.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub since: Timestamp,
    /// The connections that moved.
    #[schema(min_items = 1)]
    pub connections: Vec<ConnectionHealthChangedShape>,
}

/// One connection that moved.
// The shape of `ops_core::event::ConnectionHealthChanged`.
#[derive(ToSchema)]
#[schema(as = EventConnectionHealth)]
#[serde(deny_unknown_fields)]
pub struct ConnectionHealthChangedShape {
    /// Which.
    #[schema(schema_with = rule::of::<ConnectionId>)]
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// The state before.
    #[schema(schema_with = rule::of::<health::State>)]
    pub from: health::State,
    /// The state now.
    #[schema(schema_with = rule::of::<health::State>)]
    pub to: health::State,
    /// Why.
    #[schema(schema_with = rule::of::<health::Reason>)]
    pub reason: health::Reason,
    /// Since when.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub since: Timestamp,
}

/// Data of one of the four types.
// The shape of `ops_core::event::Data`.
#[derive(ToSchema)]
#[schema(as = EventData)]
#[serde(untagged)]
pub enum DataShape {
    /// Of `operator.created`.
    Created(OperatorViewShape),
    /// Of `operator.updated`.
    Updated(UpdatedShape),
    /// Of `operator.deleted`.
    Deleted(DeletedShape),
    /// Of `operator.health_changed`.
    HealthChanged(HealthChangedShape),
}
