//! What a named constraint or expectation means: names are the same on both databases, and so is their meaning.

use ops_core::{Change, Text, change::Write, connection, credential, operator};

use super::Statement;

/// The meaning of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A value that must be unique is taken.
    Taken(Field),
    /// The idempotency key was used before.
    KeyUsed,
    /// Somebody else was faster; load again and decide again.
    Conflict,
}

/// A field whose value must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Code,
    DisplayName,
    ExternalId,
    ConnectionName,
    Account,
}

impl Field {
    /// The field as JSON names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::DisplayName => "display_name",
            Self::ExternalId => "external_id",
            Self::ConnectionName => "name",
            Self::Account => "account",
        }
    }
}

/// The meaning of a unique constraint, or nothing when a change should never have met it.
pub(crate) fn meaning(constraint: &str) -> Option<Meaning> {
    Some(match constraint {
        "operator_code_taken" => Meaning::Taken(Field::Code),
        "operator_display_name_taken" => Meaning::Taken(Field::DisplayName),
        "operator_external_id_taken" => Meaning::Taken(Field::ExternalId),
        "connection_name_taken" => Meaning::Taken(Field::ConnectionName),
        "account_taken" => Meaning::Taken(Field::Account),
        "idempotency_key_taken" => Meaning::KeyUsed,
        "credential_version_taken" | "credential_active_taken" | "credential_staged_taken" => {
            Meaning::Conflict
        }
        _ => return None,
    })
}

/// The questions who else holds a value that `change` wanted, in the order in which they are told. `met` is the one that
/// the database named: which of several comes first is the database's own affair.
pub(crate) fn holders(change: &Change, met: Field) -> Vec<(Field, Statement)> {
    let mut holders = Vec::new();
    for write in &change.writes {
        match (write, met) {
            (
                Write::Operator(operator::Write::Insert(wanted) | operator::Write::Put(wanted)),
                Field::Code | Field::DisplayName | Field::ExternalId,
            ) => {
                let holder = |column, value: &str| super::operator::holder(column, value, wanted.id);
                holders.push((Field::Code, holder("code", wanted.code.as_str())));
                holders.push((Field::DisplayName, holder("name_key", wanted.display_name.key().as_str())));
                if let Some(id) = &wanted.external_id {
                    holders.push((Field::ExternalId, holder("external_id", id.as_str())));
                }
            }
            (
                Write::Connection(connection::Write::Insert(wanted) | connection::Write::Put(wanted)),
                Field::ConnectionName,
            ) => holders.push((Field::ConnectionName, super::connection::name_holder(wanted))),
            (Write::Connection(connection::Write::Put(wanted)), Field::Account) => {
                holders.push((Field::Account, super::account::holder_for_connection(wanted)));
            }
            (Write::Credential(credential::Write::Insert(wanted)), Field::Account) => {
                holders.push((Field::Account, super::account::holder_for_credential(wanted)));
            }
            (Write::Operator(operator::Write::RestoreConnections(wanted, ..)), Field::Account) => {
                holders.push((Field::Account, super::account::holder_for_operator(*wanted)));
            }
            _ => {}
        }
    }
    holders
}
