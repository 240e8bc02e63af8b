//! Storing a credential: the first of a connection is active at once, a later one is staged.

use super::{Credential, Note, Stage, SystemId, Write};
use crate::{
    Change, Fault, InvalidRule, Stamp, Text as _,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    connection::{self, Connection, Protocol, SpecField, spec_override::allows},
    event::{Changed, Event},
    id::CredentialId,
    limits,
};

/// The values of a new credential, but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// The account's name.
    pub system_id: SystemId,
    /// For people.
    pub note: Option<Note>,
    /// Whether its password is longer than SMPP allows ([`super::Password::is_long`]).
    pub long_password: bool,
}

/// Why a credential is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// One is staged already.
    #[error("version {version} is staged already")]
    AlreadyStaged {
        /// The staged one.
        version: i64,
    },
    /// Receipts of the old account come only to the old account.
    #[error("another system_id is another account: create a connection for it")]
    NewAccountNeedsNewConnection,
    /// It is longer than SMPP allows, and no spec override of the connection says why.
    #[error("values are refused")]
    Refused(Vec<Fault>),
}

/// A new credential of a connection that has `existing` ones. The id is minted first, so that the secret can be put
/// under it before this is committed.
///
/// # Errors
/// [`NotStored`].
pub fn create(
    connection: &Connection,
    existing: &[Credential],
    command: Create,
    stamp: &Stamp,
) -> Result<(Credential, Change), NotStored> {
    let faults = beyond_the_standard(connection, &command, stamp);
    if !faults.is_empty() {
        return Err(NotStored::Refused(faults));
    }
    let active = existing.iter().find(|credential| credential.stage == Stage::Active);
    if let Some(staged) = existing.iter().find(|credential| credential.stage == Stage::Staged) {
        return Err(NotStored::AlreadyStaged { version: staged.version });
    }
    if active.is_some_and(|active| active.system_id != command.system_id) {
        return Err(NotStored::NewAccountNeedsNewConnection);
    }
    let mut mint = stamp.mint();
    let credential = Credential {
        id: mint.id::<CredentialId>(),
        operator_id: connection.operator_id,
        connection_id: connection.id,
        version: existing.iter().map(|credential| credential.version).max().unwrap_or(0) + 1,
        stage: if active.is_some() { Stage::Staged } else { Stage::Active },
        system_id: command.system_id,
        note: command.note,
        created_at: stamp.at(),
        created_by: stamp.actor().subject.clone(),
        activated_at: active.is_none().then_some(stamp.at()),
        retired_at: None,
        expires_at: None,
        retire_after_s: limits::RETIRE_AFTER_DAYS * 24 * 3600,
    };
    let entry = AuditEntry::new(
        mint.id(),
        ChangeName::CredentialCreate,
        Some(connection.operator_id),
        credential.id,
        stamp,
    )
    .with([
        Difference::set("connection_id", connection.id),
        Difference::set("version", credential.version),
        Difference::set("stage", credential.stage),
        Difference::set("system_id", &credential.system_id),
    ]);
    let change = Change::new(ChangeName::CredentialCreate, stamp)
        .expect(connection::Expect::Alive(connection.id))
        .write(Write::Insert(credential.clone()))
        .event(Event::updated(
            mint.id(),
            connection.operator_id,
            vec![Changed::credential(connection.id)],
            None,
        ))
        .audit(entry);
    Ok((credential, change))
}

/// What SMPP does not allow, unless an override of the connection does; HTTP has no such limits.
fn beyond_the_standard(connection: &Connection, command: &Create, stamp: &Stamp) -> Vec<Fault> {
    if connection.profile.protocol() != Protocol::Smpp {
        return Vec::new();
    }
    let long_system_id = command.system_id.as_str().len() > limits::SMPP_SYSTEM_ID_MAX;
    let lengths = [
        (long_system_id, SpecField::SystemId, limits::SMPP_SYSTEM_ID_MAX),
        (command.long_password, SpecField::Password, limits::SMPP_PASSWORD_MAX),
    ];
    let refused = |(is_long, field, most): (bool, SpecField, usize)| {
        let message = format!(
            "must have at most {most} octets; more takes an entry `{field}` in the connection's spec_overrides"
        );
        (is_long && !allows(&connection.spec_overrides, field, stamp.at()))
            .then(|| Fault::new(format!("/{field}"), InvalidRule::Override, message))
    };
    lengths.into_iter().filter_map(refused).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        connection::testing::{self, assert_told, differences, http},
        credential::testing::{at, command, stored},
        testing::{stamp, text},
    };

    #[test]
    fn the_first_credential_of_a_connection_is_active_at_once() {
        let connection = testing::connection();
        let described = Create { note: Some(text("by mail of the operator")), ..command() };
        let (first, change) = create(&connection, &[], described, &stamp(2)).unwrap();
        let expected = Credential {
            id: first.id,
            operator_id: connection.operator_id,
            connection_id: connection.id,
            version: 1,
            stage: Stage::Active,
            system_id: text("sys"),
            note: Some(text("by mail of the operator")),
            created_at: stamp(2).at(),
            created_by: "tester".to_owned(),
            activated_at: Some(stamp(2).at()),
            retired_at: None,
            expires_at: None,
            retire_after_s: 604_800,
        };
        assert_eq!(first, expected);
        let [crate::change::Write::Credential(Write::Insert(inserted))] = change.writes.as_slice() else {
            panic!("{:?}", change.writes)
        };
        assert_eq!(*inserted, first);
        assert_eq!(change.expects, [connection::Expect::Alive(connection.id).into()]);
        let what = Changed::credential(connection.id);
        assert_told(&change, ChangeName::CredentialCreate, &connection, what, first.id, &stamp(2));
        assert_eq!(
            differences(&change),
            json!([
                ["connection_id", null, connection.id],
                ["version", null, 1],
                ["stage", null, "active"],
                ["system_id", null, "sys"],
            ])
        );
        assert!(!change.moves_view);
    }

    #[test]
    fn a_later_credential_is_staged_unless_none_is_active_and_counts_on_from_the_highest_version() {
        let connection = testing::connection();
        let with = |stage| Credential { version: 7, ..at(&connection, stage, 2) };
        for (existing, stage, version) in [
            (vec![with(Stage::Active)], Stage::Staged, 8),
            (vec![with(Stage::Destroyed), at(&connection, Stage::Active, 3)], Stage::Staged, 8),
            (vec![with(Stage::Retired), with(Stage::Discarded)], Stage::Active, 8),
        ] {
            let next = stored(&connection, &existing, 4);
            assert_eq!((next.stage, next.version), (stage, version), "{existing:?}");
            assert_eq!(next.activated_at.is_some(), stage == Stage::Active);
        }
    }

    #[test]
    fn only_one_credential_is_staged_at_a_time_and_all_are_of_the_account_in_use() {
        let connection = testing::connection();
        let active = at(&connection, Stage::Active, 2);
        let staged = Credential { version: 3, ..at(&connection, Stage::Staged, 3) };
        let refused = |existing: &[Credential], system_id: &str| {
            create(&connection, existing, Create { system_id: text(system_id), ..command() }, &stamp(4))
                .unwrap_err()
        };
        assert_eq!(refused(&[active.clone(), staged], "sys"), NotStored::AlreadyStaged { version: 3 });
        assert_eq!(refused(std::slice::from_ref(&active), "other"), NotStored::NewAccountNeedsNewConnection);
        let retired = Credential { stage: Stage::Retired, ..active };
        let other = Create { system_id: text("other"), ..command() };
        let (stored, _) = create(&connection, &[retired], other, &stamp(4)).unwrap();
        assert_eq!((stored.stage, stored.system_id), (Stage::Active, text("other")), "no account is in use");
    }

    fn told(of: &Connection, system_id: &str, long_password: bool) -> Vec<String> {
        let command = Create { system_id: text(system_id), long_password, ..command() };
        match create(of, &[], command, &stamp(2)) {
            Err(NotStored::Refused(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
            other => other.map(|_| Vec::new()).unwrap(),
        }
    }

    #[test]
    fn what_smpp_does_not_allow_takes_an_override_of_the_connection_that_holds_now() {
        let (last, beyond) = ("a".repeat(15), "a".repeat(16));
        let connection = |overrides: Value| {
            testing::stored(|fields| fields.spec_overrides = serde_json::from_value(overrides).unwrap())
        };
        let plain = testing::connection();
        assert!(told(&plain, &last, false).is_empty());
        assert_eq!(told(&plain, &beyond, true), ["/system_id", "/password"]);
        let lifted = |field: &str, expires_at: &str| json!({"field": field, "reason": "the operator says so", "reference": "T-1", "expires_at": expires_at});
        let later = "2100-01-01T00:00:00Z";
        let both = connection(json!([lifted("system_id", later), lifted("password", later)]));
        assert!(told(&both, &beyond, true).is_empty());
        let over = connection(json!([lifted("password", "2000-01-01T00:00:00Z")]));
        assert_eq!(told(&over, &last, true), ["/password"]);
        let over_http = testing::stored(|fields| fields.profile = http(json!({})));
        assert!(told(&over_http, &beyond, true).is_empty());
    }
}
