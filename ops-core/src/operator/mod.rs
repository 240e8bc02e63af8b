//! The operator: a carrier, hub or aggregator we exchange messages with.

pub mod create;
pub mod update;
pub mod activate;
pub mod drain;
pub mod suspend;
pub mod delete;
pub mod restore;
pub mod purge;
pub mod readiness;
pub mod flow;
mod field;
mod about;
mod contact;
mod contract;

use std::ops::Deref;

use jiff::Timestamp;

pub use about::{About, LegalName, TimeZone, WebAddress, Words};
pub use contact::{Contact, ContactName, Contacts, Email, Hours, Level, Phone, Role};
pub use contract::{Contract, ContractPatch, ContractReference, ContractedBinds, Currency, NoticeDays};
pub use field::{
    Code, Countries, CountryCode, DisplayName, ExternalId, Importance, Kind, LabelKey, LabelValue, Labels,
    LabelsPatch, NameKey, Networks, Reason, Status,
};

use crate::id::OperatorId;

/// An operator. Its fields are read through [`Fields`]; only decisions make a changed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator(Fields);

/// Every field of an operator, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// Ours.
    pub id: OperatorId,
    /// Unique among the not deleted; never changes.
    pub code: Code,
    /// Its key in the legacy system; unique among the not deleted.
    pub external_id: Option<ExternalId>,
    /// Unique by [`NameKey`] among the not deleted.
    pub display_name: DisplayName,
    /// What it is.
    pub kind: Kind,
    /// Whether its failure wakes somebody.
    pub importance: Importance,
    /// Where it works.
    pub countries: Countries,
    /// The networks it terminates.
    pub networks: Networks,
    /// Free labels of the platform.
    pub labels: Labels,
    /// What people need to know about it.
    pub about: Box<About>,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, in a person's words.
    pub status_reason: Option<Reason>,
    /// Why a person has drained it, until a person moves it on: such a drain goes on after a window. One that only a window
    /// has begun has none, and ends with the window.
    pub drain_reason: Option<Reason>,
    /// When a person's drain ends by itself in a suspension. A window in between keeps it.
    pub status_until: Option<Timestamp>,
    /// Until when receipts are taken after a suspension.
    pub receipts_until: Option<Timestamp>,
    /// Counts changes of these fields; starts at 1.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whose token created it.
    pub created_by: String,
    /// When these fields last changed.
    pub updated_at: Timestamp,
    /// Whose token changed them.
    pub updated_by: String,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
    /// From when a deleted one cannot be restored, and its secrets and contacts are erased.
    pub purge_after: Option<Timestamp>,
    /// When its contacts were erased and its credentials given up, for ever.
    pub erased_at: Option<Timestamp>,
    /// When the secret store had destroyed the last of its secrets as well.
    pub purged_at: Option<Timestamp>,
}

impl Operator {
    /// An operator as it was stored.
    #[must_use]
    pub const fn restore(fields: Fields) -> Self {
        Self(fields)
    }

    /// Its fields, to be stored: destructure them, so that a new field breaks the build where someone must decide.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.0
    }

    /// The next version of this operator, changed by `edit` at the stamp's time by its actor.
    fn changed(&self, stamp: &crate::Stamp, edit: impl FnOnce(&mut Fields)) -> Self {
        let mut fields = self.0.clone();
        edit(&mut fields);
        fields.version += 1;
        fields.updated_at = stamp.at();
        fields.updated_by = stamp.actor().subject.clone();
        Self(fields)
    }
}

impl Operator {
    /// The operator in another status that a window moved it to; a person's drain stays.
    pub(crate) fn moved(&self, to: Status, reason: Option<Reason>, stamp: &crate::Stamp) -> Self {
        self.changed(stamp, |fields| {
            fields.status = to;
            fields.status_reason = reason;
        })
    }

    /// The same, taking receipts until then.
    pub(crate) fn with_receipts_until(mut self, until: Timestamp) -> Self {
        self.0.receipts_until = Some(until);
        self
    }
}

impl Deref for Operator {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

/// What a decision about an operator relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It is not deleted.
    Alive(OperatorId),
    /// Its own fields are still at this version (and it is not deleted).
    Version(OperatorId, i64),
    /// It is deleted, not erased, and still at this version.
    Restorable(OperatorId, i64),
    /// It is deleted, and still at this version.
    Deleted(OperatorId, i64),
    /// No planned window of the whole operator is running.
    NotInMaintenance(OperatorId),
    /// No rule targets any of its connections.
    NotTargeted(OperatorId),
    /// An enabled connection with an active credential is still there.
    Ready(OperatorId),
    /// It has fewer connections than one operator may have.
    RoomForConnection(OperatorId),
}

/// What is stored of an operator.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new one.
    Insert(Operator),
    /// Its fields.
    Put(Operator),
    /// Its countries, networks and labels, where lists look for them.
    Index(Operator),
    /// Its connections are deleted with the operator's stamp.
    DeleteConnections(OperatorId, Timestamp),
    /// The connections that were deleted with this stamp come back, disabled.
    RestoreConnections(OperatorId, Timestamp, Stamped),
    /// Its credentials are given up: their secrets are about to be destroyed.
    DestroyCredentials(OperatorId),
    /// Its planned windows that are not over are cancelled.
    CancelMaintenances(OperatorId, Stamped),
}

/// When and by whom rows are changed that a decision has not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// When.
    pub at: Timestamp,
    /// By whose token.
    pub by: String,
}

impl Stamped {
    /// The stamp's time and actor.
    #[must_use]
    pub fn of(stamp: &crate::Stamp) -> Self {
        Self { at: stamp.at(), by: stamp.actor().subject.clone() }
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::{testing::standing_with, *};
    use crate::testing::{
        decision::{colleague, hours},
        text,
    };

    #[test]
    fn a_changed_operator_is_one_version_on_and_says_who_changed_it_and_not_who_made_it() {
        let before = standing_with(Status::Active, |fields| fields.version = 41);
        assert_eq!(Operator::restore(before.fields().clone()), before, "as it was stored");
        let after = before.changed(&colleague(hours(1)), |fields| fields.display_name = text("Acme"));
        assert_eq!((after.version, after.updated_at, after.updated_by.as_str()), (42, hours(1), "colleague"));
        assert_eq!((after.created_at, after.created_by.as_str()), (hours(0), "tester"));
        assert_eq!(after.display_name, text("Acme"));
    }
}
