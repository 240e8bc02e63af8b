//! The planned window on the wire: create, update, and how it is shown.

use deserr::Deserr;
use jiff::{Timestamp, Zoned};
use ops_core::{
    id::{ConnectionId, MaintenanceId, OperatorId},
    maintenance::{self, DrainSeconds, Phase},
    note::Reference,
    operator::{Reason, TimeZone},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::rule;
use crate::{
    faults::Faults,
    field::{Field, Present},
};

/// A new window, of the whole operator or of one of its connections.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceCreate)]
pub struct Create {
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<ConnectionId>)]
    connection_id: Option<ConnectionId>,
    /// Now, when it is not given.
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Timestamp>)]
    starts_at: Option<Timestamp>,
    #[schema(schema_with = rule::of::<Timestamp>)]
    ends_at: Timestamp,
    #[schema(schema_with = rule::of::<Reason>)]
    reason: Reason,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Reference>)]
    reference: Option<Reference>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<DrainSeconds>)]
    drain_s: DrainSeconds,
}

impl Create {
    /// The connection that it is about, and the command.
    #[must_use]
    pub fn into_command(self) -> (Option<ConnectionId>, maintenance::create::Create) {
        let Self { connection_id, starts_at, ends_at, reason, reference, drain_s } = self;
        (connection_id, maintenance::create::Create { starts_at, ends_at, reason, reference, drain_s })
    }
}

/// A merge patch of a window (RFC 7396): move it, or describe it anew.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields = fixed)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceUpdate)]
pub struct Update {
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Timestamp>)]
    starts_at: Present<Timestamp>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Timestamp>)]
    ends_at: Present<Timestamp>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Reason>)]
    reason: Present<Reason>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<Reference>)]
    reference: Field<Reference>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<DrainSeconds>)]
    drain_s: Present<DrainSeconds>,
}

/// What it is about is set once, by create.
fn fixed(key: &str, _: &[&str], place: deserr::ValuePointerRef<'_>) -> Faults {
    match key {
        "connection_id" => Faults::read_only(key, place),
        _ => Faults::refused_key(key, place),
    }
}

impl Update {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> maintenance::update::Update {
        let Self { starts_at, ends_at, reason, reference, drain_s } = self;
        maintenance::update::Update {
            starts_at: starts_at.into_option(),
            ends_at: ends_at.into_option(),
            reason: reason.into_option(),
            reference: reference.into_option(),
            drain_s: drain_s.into_option(),
        }
    }
}

/// A window as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Maintenance {
    #[schema(schema_with = rule::of::<MaintenanceId>)]
    id: MaintenanceId,
    #[schema(schema_with = rule::of::<OperatorId>)]
    operator_id: OperatorId,
    /// The only connection that it is about; null for the whole operator.
    #[schema(required, schema_with = rule::nullable::<ConnectionId>)]
    connection_id: Option<ConnectionId>,
    #[schema(schema_with = rule::of::<Timestamp>)]
    starts_at: Timestamp,
    #[schema(schema_with = rule::of::<Timestamp>)]
    ends_at: Timestamp,
    #[schema(schema_with = rule::of::<Reason>)]
    reason: Reason,
    #[schema(required, schema_with = rule::nullable::<Reference>)]
    reference: Option<Reference>,
    #[schema(schema_with = rule::of::<DrainSeconds>)]
    drain_s: DrainSeconds,
    #[schema(schema_with = rule::of::<Phase>)]
    phase: Phase,
    /// From the start of the first to the end of the last of the windows that overlap or touch this one.
    merged: Span,
    /// The window on the clocks of the operator's time zone; null when it has none.
    #[schema(required)]
    local: Option<LocalSpan>,
    version: i64,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    updated_at: Timestamp,
    updated_by: String,
    /// When it was really over, or cancelled.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    ended_at: Option<Timestamp>,
}

/// A time from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    #[schema(schema_with = rule::of::<Timestamp>)]
    starts_at: Timestamp,
    #[schema(schema_with = rule::of::<Timestamp>)]
    ends_at: Timestamp,
}

/// The same on the clocks of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocalSpan {
    #[schema(schema_with = rule::of::<TimeZone>)]
    time_zone: TimeZone,
    /// Local time with its offset, such as 2026-10-25T02:30:00+02:00.
    #[schema(format = "date-time")]
    starts_at: String,
    /// Local time with its offset.
    #[schema(format = "date-time")]
    ends_at: String,
}

impl Maintenance {
    /// The answer to a read or a write; `open` are the operator's windows that are not over.
    #[must_use]
    pub fn of(
        window: &maintenance::Maintenance,
        open: &[maintenance::Maintenance],
        zone: Option<&TimeZone>,
    ) -> Self {
        let (starts_at, ends_at) =
            if window.phase.is_open() { window.merged(open) } else { (window.starts_at, window.ends_at) };
        let merged = Span { starts_at, ends_at };
        let local = zone.map(|zone| LocalSpan::of(window, zone));
        let maintenance::Fields {
            id,
            operator_id,
            connection_id,
            starts_at,
            ends_at,
            reason,
            reference,
            drain_s,
            phase,
            // a note of the clock to itself
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            ended_at,
        } = window.fields().clone();
        Self {
            id,
            operator_id,
            connection_id,
            starts_at,
            ends_at,
            reason,
            reference,
            drain_s,
            phase,
            merged,
            local,
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            ended_at,
        }
    }
}

impl LocalSpan {
    fn of(window: &maintenance::Maintenance, zone: &TimeZone) -> Self {
        let offsets = zone.offsets();
        let local = |at: Timestamp| on_the_clock(&at.to_zoned(offsets.clone()));
        Self { time_zone: zone.clone(), starts_at: local(window.starts_at), ends_at: local(window.ends_at) }
    }
}

/// RFC 3339 with the offset that holds at that instant.
fn on_the_clock(local: &Zoned) -> String {
    local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use ops_core::testing::text;

    use super::*;

    #[test]
    fn the_hour_that_comes_twice_is_told_apart_by_its_offset() {
        let zone: TimeZone = text("Europe/Berlin");
        let local = |at: &str| {
            let at: Timestamp = at.parse().unwrap();
            on_the_clock(&at.to_zoned(zone.offsets()))
        };
        assert_eq!(local("2026-10-25T00:30:00Z"), "2026-10-25T02:30:00+02:00");
        assert_eq!(local("2026-10-25T01:30:00Z"), "2026-10-25T02:30:00+01:00");
        assert_eq!(local("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00+02:00");
    }
}
