//! The maintenance: a planned window in which an operator, or one of its connections, takes no new traffic.
//!
//! Windows that overlap merge in effect: the operator is in maintenance from the start of the first to the end of the last
//! of them. Each stays a window of its own, so that one can be moved or cancelled without the others.

pub mod create;
pub mod update;
pub mod cancel;
pub mod advance;

use std::ops::Deref;

use jiff::{SignedDuration, Timestamp};

use crate::{
    id::{ConnectionId, MaintenanceId, OperatorId},
    invalid::{Fault, Rule},
    limits,
    note::Reference,
    number_rule::{Number as _, number_value},
    operator::{Operator, Reason, readiness::Dependents},
    text_rule::word_list,
};

/// A planned window. Its fields are read through [`Fields`]; only decisions make a changed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance(Fields);

/// Every field of a window, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// Ours.
    pub id: MaintenanceId,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// The only connection that it is about; the whole operator when absent.
    pub connection_id: Option<ConnectionId>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it is over.
    pub ends_at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The carrier's or our number for it.
    pub reference: Option<Reference>,
    /// How long before its start no new traffic is routed any more.
    pub drain_s: DrainSeconds,
    /// How far it has come.
    pub phase: Phase,
    /// Counts changes of these fields; starts at 1.
    pub version: i64,
    /// When it was planned.
    pub created_at: Timestamp,
    /// Whose token planned it.
    pub created_by: String,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whose token changed it.
    pub updated_by: String,
    /// When it was really over, or cancelled.
    pub ended_at: Option<Timestamp>,
}

number_value! {
    /// Seconds without new traffic before the start.
    DrainSeconds, 0, 3600, default 0
}

word_list! {
    /// How far a window has come.
    Phase {
        /// It lies ahead.
        Planned = "planned",
        /// It lies ahead, and no new traffic is routed any more.
        Draining = "draining",
        /// It is on.
        Running = "running",
        /// It is over.
        Ended = "ended",
        /// It was called off before its start.
        Cancelled = "cancelled",
    }
}

impl Phase {
    /// The phases of windows that are not over.
    pub const OPEN: [Self; 3] = [Self::Planned, Self::Draining, Self::Running];

    /// Whether it is not over.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Draining | Self::Running)
    }
}

impl Maintenance {
    /// A window as it was stored.
    #[must_use]
    pub const fn restore(fields: Fields) -> Self {
        Self(fields)
    }

    /// Its fields, to be stored.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.0
    }

    /// The phase that the clock puts an open window in.
    fn phase_at(&self, now: Timestamp) -> Phase {
        if now >= self.ends_at {
            Phase::Ended
        } else if now >= self.starts_at {
            Phase::Running
        } else if now >= self.drains_at() {
            Phase::Draining
        } else {
            Phase::Planned
        }
    }

    fn drains_at(&self) -> Timestamp {
        self.starts_at - SignedDuration::from_secs(self.drain_s.get())
    }

    /// When its phase changes next; nothing once it is over.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Planned => Some(self.drains_at()),
            Phase::Draining => Some(self.starts_at),
            Phase::Running => Some(self.ends_at),
            Phase::Ended | Phase::Cancelled => None,
        }
    }

    /// Whether it is about the whole operator.
    #[must_use]
    pub fn is_of_operator(&self) -> bool {
        self.connection_id.is_none()
    }

    /// The time from the start of the first to the end of the last of those windows of the same thing that overlap or
    /// touch it, directly or by way of others.
    #[must_use]
    pub fn merged<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> (Timestamp, Timestamp) {
        let mut rest: Vec<_> = others
            .into_iter()
            .filter(|other| other.connection_id == self.connection_id && other.phase.is_open())
            .collect();
        rest.sort_by_key(|other| other.starts_at);
        let (mut from, mut to) = (self.starts_at, self.ends_at);
        // sorted by start, one pass finds all that follow; those that begin before need the pass from behind
        for other in &rest {
            if other.starts_at <= to && other.ends_at >= from {
                (from, to) = (from.min(other.starts_at), to.max(other.ends_at));
            }
        }
        for other in rest.iter().rev() {
            if other.starts_at <= to && other.ends_at >= from {
                (from, to) = (from.min(other.starts_at), to.max(other.ends_at));
            }
        }
        (from, to)
    }

    /// The next version of this window, changed by `edit` at the stamp's time by its actor.
    fn changed(&self, stamp: &crate::Stamp, edit: impl FnOnce(&mut Fields)) -> Self {
        let mut fields = self.0.clone();
        edit(&mut fields);
        fields.version += 1;
        fields.updated_at = stamp.at();
        fields.updated_by = stamp.actor().subject.clone();
        Self(fields)
    }

    /// The rules across its times.
    fn check(&self, now: Timestamp) -> Result<(), Vec<Fault>> {
        let longest = SignedDuration::from_hours(24 * limits::MAINTENANCE_DAYS_MAX);
        let message = if self.ends_at <= self.starts_at {
            "must lie after starts_at".to_owned()
        } else if self.ends_at.duration_since(self.starts_at) > longest {
            format!("must lie at most {} days after starts_at", limits::MAINTENANCE_DAYS_MAX)
        } else if self.ends_at <= now {
            "must lie ahead: a window that is over moves nothing".to_owned()
        } else {
            return Ok(());
        };
        Err(vec![Fault::new("/ends_at", Rule::Range, message)])
    }
}

impl Deref for Maintenance {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

/// An operator with its windows that are not over: what every decision about windows looks at.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Whose.
    pub operator: Operator,
    /// Its windows that are not over.
    pub open: Vec<Maintenance>,
    /// Whether it is ready to take traffic afterwards.
    pub dependents: Dependents,
}

/// What a decision about windows relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// The operator's windows that are not over are exactly these, at these versions.
    Open(OperatorId, Vec<(MaintenanceId, i64)>),
}

/// What is stored of a window.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new one.
    Insert(Maintenance),
    /// Its fields.
    Put(Maintenance),
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
