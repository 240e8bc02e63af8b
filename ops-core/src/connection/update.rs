//! Changing a connection. Whoever chooses where it connects receives its secret, so with a credential that takes the right to
//! store credentials as well, and is an action of its own in the audit trail.

use serde_json::Value;

use super::{Connection, Expect, Name, Profile, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    credential::{Credential, Stage},
    event::{Changed, Event},
};

/// What a patch makes of a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Its name.
    pub name: Name,
    /// How to connect: the whole profile, as it is after the patch.
    pub profile: Profile,
}

/// The connection has a credential, and would send it somewhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection has a credential: to send it somewhere else takes the right to store credentials")]
pub struct CredentialPermissionRequired;

/// The changed connection, or nothing when the patch has no effect. `may_redirect` is whether the caller may store
/// credentials.
///
/// # Errors
/// [`CredentialPermissionRequired`].
pub fn update(
    connection: &Connection,
    command: Update,
    credentials: &[Credential],
    may_redirect: bool,
    stamp: &Stamp,
) -> Result<Option<(Connection, Change)>, CredentialPermissionRequired> {
    let Update { name, profile } = command;
    let redirects = connection.profile.redirects(&profile);
    let has_credential = credentials.iter().any(|credential| credential.stage != Stage::Destroyed);
    if redirects && has_credential && !may_redirect {
        return Err(CredentialPermissionRequired);
    }
    let (reconfigures, rebinds) = (connection.profile != profile, connection.profile.rebinds(&profile));
    let next = connection.changed(stamp, |fields| {
        fields.name = name;
        fields.profile = profile;
        if reconfigures {
            fields.config_version += 1;
        }
        if rebinds {
            fields.bind_version = fields.config_version;
        }
    });
    let differences: Vec<_> = Difference::between("name", &connection.name, &next.name)
        .into_iter()
        .chain(of_profile(&connection.profile, &next.profile))
        .collect();
    if differences.is_empty() {
        return Ok(None);
    }
    let name = if redirects && has_credential {
        ChangeName::ConnectionRedirect
    } else {
        ChangeName::ConnectionUpdate
    };
    let mut mint = stamp.mint();
    let mut change = Change::new(name, stamp)
        .expect(Expect::Version(connection.id, connection.version))
        .write(Write::Put(next.clone()))
        .event(Event::updated(mint.id(), next.operator_id, vec![Changed::connection(next.id)], None))
        .audit(AuditEntry::new(mint.id(), name, Some(next.operator_id), next.id, stamp).with(differences));
    if redirects && !has_credential {
        // a credential that is stored meanwhile must not be sent where its owner did not choose
        change = change.expect(Expect::WithoutCredential(connection.id));
    }
    Ok(Some((next, change)))
}

/// The fields of the profile that differ, each by its name.
fn of_profile(was: &Profile, is: &Profile) -> Vec<Difference> {
    let fields = |profile: &Profile| match serde_json::to_value(profile) {
        Ok(Value::Object(by_protocol)) => by_protocol.into_iter().next().map(|(_, fields)| fields),
        _ => None,
    };
    let (Some(Value::Object(was)), Some(Value::Object(is))) = (fields(was), fields(is)) else {
        return Vec::new();
    };
    let differs = |(field, new): (&String, &Value)| {
        let old = was.get(field).unwrap_or(&Value::Null);
        (old != new).then(|| Difference { field: field.clone(), old: old.clone(), new: new.clone() })
    };
    is.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connection::create::create,
        credential,
        operator::testing::standing,
        testing::{create_connection, stamp, text},
    };

    fn connection() -> Connection {
        let operator = standing(crate::operator::Status::Draft);
        create(&operator, create_connection("main", "smsc.example.net"), &stamp(1)).unwrap().0
    }

    fn credential(of: &Connection) -> Credential {
        let command = credential::create::Create { system_id: text("sys"), note: None };
        credential::create::create(of, &[], command, &stamp(2)).unwrap().0
    }

    fn to(connection: &Connection, host: &str) -> Update {
        let profile = create_connection("main", host).profile;
        Update { name: connection.name.clone(), profile }
    }

    #[test]
    fn where_a_secret_goes_is_chosen_by_whoever_may_store_one() {
        let connection = connection();
        let elsewhere = to(&connection, "evil.example.net");
        let with = [credential(&connection)];
        let refused = update(&connection, elsewhere.clone(), &with, false, &stamp(3));
        assert_eq!(refused.unwrap_err(), CredentialPermissionRequired);
        let (next, change) = update(&connection, elsewhere.clone(), &with, true, &stamp(3)).unwrap().unwrap();
        assert_eq!(change.name, ChangeName::ConnectionRedirect);
        assert_eq!((next.config_version, next.bind_version), (2, 2));
        assert_eq!(
            change.audit[0].changes.iter().map(|d| d.field.as_str()).collect::<Vec<_>>(),
            ["endpoints"]
        );

        let (_, change) = update(&connection, elsewhere, &[], false, &stamp(3)).unwrap().unwrap();
        assert_eq!(change.name, ChangeName::ConnectionUpdate);
        assert!(change.expects.contains(&Expect::WithoutCredential(connection.id).into()));
    }

    #[test]
    fn what_needs_no_new_bind_moves_only_what_must_be_applied_and_a_name_moves_neither() {
        let connection = connection();
        let Profile::Smpp(mut smpp) = connection.profile.clone();
        smpp.window_size = crate::text_rule::Number::parse(50).unwrap();
        let wider = Update { name: connection.name.clone(), profile: Profile::Smpp(smpp) };
        let (next, _) =
            update(&connection, wider, &[credential(&connection)], false, &stamp(3)).unwrap().unwrap();
        assert_eq!((next.version, next.config_version, next.bind_version), (2, 2, 1));
        let named = Update { name: text("other"), profile: connection.profile.clone() };
        let (next, _) = update(&connection, named, &[], false, &stamp(3)).unwrap().unwrap();
        assert_eq!((next.version, next.config_version, next.bind_version), (2, 1, 1));
        let same = Update { name: connection.name.clone(), profile: connection.profile.clone() };
        assert!(update(&connection, same, &[], false, &stamp(3)).unwrap().is_none());
    }
}
