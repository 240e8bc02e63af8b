//! The operator: a carrier, hub or aggregator we exchange messages with.

pub mod create;
pub mod update;
pub mod activate;
pub mod suspend;
pub mod delete;
pub mod readiness;
pub mod flow;
mod field;

use std::ops::Deref;

use jiff::Timestamp;

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
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, in a person's words.
    pub status_reason: Option<Reason>,
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
    /// Its connections are deleted with the operator's stamp.
    DeleteConnections(OperatorId, Timestamp),
}
