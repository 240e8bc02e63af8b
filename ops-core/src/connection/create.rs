//! Creating a connection of an operator; enabled from the start.

use super::{
    AllowDuplicate, Connection, DeniedCidrs, Fields, Name, Profile, SpecOverrides, Status, Write,
    spec_override::Proposed,
};
use crate::{
    Change, Fault, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
    operator::{self, Operator},
};

/// The values of a new connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Create {
    /// Unique within the operator.
    pub name: Name,
    /// How to connect.
    pub profile: Profile,
    /// Why it keeps not to the standard, where it does not.
    pub spec_overrides: SpecOverrides,
    /// Whether its health is part of its operator's.
    pub counts_for_operator: bool,
    /// Whether it leads into a network that is somebody's own.
    pub private_network: bool,
    /// Why it may share its account with another connection.
    pub allow_duplicate: Option<AllowDuplicate>,
}

/// Why a connection is not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCreated {
    /// The operator is deleted.
    #[error("the operator is deleted")]
    OperatorDeleted,
    /// It leads where none may lead, or keeps not to the standard without a reason that holds now.
    #[error("values are refused")]
    Refused(Vec<Fault>),
}

/// A new connection, which leads to none of the `denied` addresses.
///
/// # Errors
/// [`NotCreated`].
pub fn create(
    operator: &Operator,
    command: Create,
    denied: &DeniedCidrs,
    stamp: &Stamp,
) -> Result<(Connection, Change), NotCreated> {
    if operator.deleted_at.is_some() {
        return Err(NotCreated::OperatorDeleted);
    }
    let Create { name, profile, spec_overrides, counts_for_operator, private_network, allow_duplicate } =
        command;
    let proposed = Proposed { profile: &profile, spec_overrides: &spec_overrides, private_network };
    let faults = proposed.faults(denied, stamp.at());
    if !faults.is_empty() {
        return Err(NotCreated::Refused(faults));
    }
    let mut mint = stamp.mint();
    let by = stamp.actor().subject.clone();
    let connection = Connection(Fields {
        id: mint.id(),
        operator_id: operator.id,
        name,
        status: Status::Enabled,
        profile,
        spec_overrides,
        counts_for_operator,
        private_network,
        allow_duplicate,
        version: 1,
        config_version: 1,
        bind_version: 1,
        created_at: stamp.at(),
        created_by: by.clone(),
        updated_at: stamp.at(),
        updated_by: by,
        deleted_at: None,
    });
    let entry =
        AuditEntry::new(mint.id(), ChangeName::ConnectionCreate, Some(operator.id), connection.id, stamp)
            .with([
                Difference::set("name", &connection.name),
                Difference::set("profile", &connection.profile),
            ])
            .with(Difference::between(
                "spec_overrides",
                &SpecOverrides::default(),
                &connection.spec_overrides,
            ))
            .with(Difference::between("counts_for_operator", &true, &connection.counts_for_operator))
            .with(Difference::between("private_network", &false, &connection.private_network))
            .with(Difference::between("allow_duplicate", &None, &connection.allow_duplicate));
    let change = Change::new(ChangeName::ConnectionCreate, stamp)
        .expect(operator::Expect::Alive(operator.id))
        .expect(operator::Expect::RoomForConnection(operator.id))
        .write(Write::Insert(connection.clone()))
        .event(Event::updated(mint.id(), operator.id, vec![Changed::connection(connection.id)], None))
        .audit(entry)
        .moving_view();
    Ok((connection, change))
}
