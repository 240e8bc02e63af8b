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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        InvalidRule,
        connection::testing::{assert_told, differences, smpp},
        operator::{Status as Standing, testing::standing},
        testing::{create_connection, stamp, text},
    };

    fn command() -> Create {
        create_connection("main", "smsc.example.net")
    }

    fn decided(command: Create) -> (Connection, Change) {
        create(&standing(Standing::Draft), command, &DeniedCidrs::default(), &stamp(2)).unwrap()
    }

    #[test]
    fn a_new_connection_is_enabled_at_version_1_and_the_operator_must_live_and_have_room_for_it() {
        let operator = standing(Standing::Draft);
        let (connection, change) = decided(command());
        let expected = Fields {
            id: connection.id,
            operator_id: operator.id,
            name: text("main"),
            status: Status::Enabled,
            profile: command().profile,
            spec_overrides: SpecOverrides::default(),
            counts_for_operator: true,
            private_network: false,
            allow_duplicate: None,
            version: 1,
            config_version: 1,
            bind_version: 1,
            created_at: stamp(2).at(),
            created_by: "tester".to_owned(),
            updated_at: stamp(2).at(),
            updated_by: "tester".to_owned(),
            deleted_at: None,
        };
        assert_eq!(*connection.fields(), expected);
        let [crate::change::Write::Connection(Write::Insert(inserted))] = change.writes.as_slice() else {
            panic!("{:?}", change.writes)
        };
        assert_eq!(*inserted, connection);
        let relies_on =
            [operator::Expect::Alive(operator.id), operator::Expect::RoomForConnection(operator.id)];
        assert_eq!(change.expects, relies_on.map(Into::into));
        let what = Changed::connection(connection.id);
        assert_told(&change, ChangeName::ConnectionCreate, &connection, what, connection.id, &stamp(2));
        assert_eq!(
            differences(&change),
            json!([["name", null, "main"], ["profile", null, command().profile]])
        );
        assert!(change.moves_view);
    }

    #[test]
    fn what_is_not_as_usual_stands_in_the_audit_entry_with_its_reason() {
        let lifted = json!([{"field": "tls_off", "reason": "the operator says so", "reference": "T-1", "expires_at": null}]);
        let shared = json!({"reason": "two sites, one account"});
        let (connection, change) = decided(Create {
            profile: smpp(json!({"tls": {"mode": "off"}})),
            spec_overrides: serde_json::from_value(lifted.clone()).unwrap(),
            counts_for_operator: false,
            private_network: true,
            allow_duplicate: serde_json::from_value(shared.clone()).unwrap(),
            ..command()
        });
        assert_eq!(
            connection.allow_duplicate,
            Some(AllowDuplicate { reason: text("two sites, one account") })
        );
        assert!(!connection.counts_for_operator && connection.private_network);
        assert_eq!(
            differences(&change),
            json!([
                ["name", null, "main"],
                ["profile", null, connection.profile],
                ["spec_overrides", [], lifted],
                ["counts_for_operator", true, false],
                ["private_network", false, true],
                ["allow_duplicate", null, shared],
            ])
        );
    }

    #[test]
    fn a_deleted_operator_gets_no_connection() {
        let fields = operator::Fields {
            deleted_at: Some(stamp(1).at()),
            ..standing(Standing::Draft).fields().clone()
        };
        let deleted = Operator::restore(fields);
        let refused = create(&deleted, command(), &DeniedCidrs::default(), &stamp(2)).unwrap_err();
        assert_eq!(refused, NotCreated::OperatorDeleted);
        assert_eq!(refused.to_string(), "the operator is deleted");
    }

    #[test]
    fn every_value_that_is_refused_is_told_at_once() {
        let to_loopback = json!({"endpoints": [{"host": "127.0.0.1", "port": 2775}], "window_size": 1001});
        let command = Create { profile: smpp(to_loopback), ..command() };
        let refused = create(&standing(Standing::Draft), command, &DeniedCidrs::default(), &stamp(2));
        let NotCreated::Refused(faults) = refused.unwrap_err() else { panic!("the operator lives") };
        let told: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.invalid.rule)).collect();
        assert_eq!(
            told,
            [("/smpp/window_size", InvalidRule::Override), ("/smpp/endpoints/0/host", InvalidRule::Address)]
        );
    }
}
