//! Changing a connection. Whoever chooses where it connects receives its secret, so with a credential that takes the right to
//! store credentials as well, and is an action of its own in the audit trail.

use serde_json::{Map, Value};

use super::{
    AllowDuplicate, Connection, DeniedCidrs, Expect, Name, Profile, SpecOverrides, Write,
    spec_override::Proposed,
};
use crate::{
    Change, Fault, Stamp,
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
    /// Why it keeps not to the standard, where it does not.
    pub spec_overrides: SpecOverrides,
    /// Whether its health is part of its operator's.
    pub counts_for_operator: bool,
    /// Whether it leads into a network that is somebody's own.
    pub private_network: bool,
    /// Why it may share its account with another connection.
    pub allow_duplicate: Option<AllowDuplicate>,
}

impl Update {
    /// What changes nothing.
    #[must_use]
    pub fn none(connection: &Connection) -> Self {
        Self {
            name: connection.name.clone(),
            profile: connection.profile.clone(),
            spec_overrides: connection.spec_overrides.clone(),
            counts_for_operator: connection.counts_for_operator,
            private_network: connection.private_network,
            allow_duplicate: connection.allow_duplicate.clone(),
        }
    }
}

/// Why a connection is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUpdated {
    /// It has a credential, and would send it somewhere else.
    #[error(
        "the connection has a credential: to send it somewhere else takes the right to store credentials"
    )]
    CredentialPermissionRequired,
    /// It would lead where none may lead, or keep not to the standard without a reason that holds now.
    #[error("values are refused")]
    Refused(Vec<Fault>),
}

/// Who changes a connection may do this, and where it may lead.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Whether the caller may store credentials.
    pub may_redirect: bool,
    /// Where no connection may lead.
    pub denied: &'a DeniedCidrs,
}

/// The changed connection, or nothing when the patch has no effect.
///
/// # Errors
/// [`NotUpdated`].
pub fn update(
    connection: &Connection,
    command: Update,
    credentials: &[Credential],
    terms: Terms<'_>,
    stamp: &Stamp,
) -> Result<Option<(Connection, Change)>, NotUpdated> {
    let Update { name, profile, spec_overrides, counts_for_operator, private_network, allow_duplicate } =
        command;
    let redirects = connection.profile.redirects(&profile);
    let has_credential = credentials.iter().any(|credential| credential.stage != Stage::Destroyed);
    if redirects && has_credential && !terms.may_redirect {
        return Err(NotUpdated::CredentialPermissionRequired);
    }
    let rebinds = connection.profile.rebinds(&profile);
    let reconfigures = connection.profile != profile || connection.private_network != private_network;
    let next = connection.changed(stamp, |fields| {
        fields.name = name;
        fields.profile = profile;
        fields.spec_overrides = spec_overrides;
        fields.counts_for_operator = counts_for_operator;
        fields.private_network = private_network;
        fields.allow_duplicate = allow_duplicate;
        if reconfigures {
            fields.config_version += 1;
        }
        if rebinds {
            fields.bind_version = fields.config_version;
        }
    });
    let differences: Vec<_> = Difference::between("name", &connection.name, &next.name)
        .into_iter()
        .chain(Difference::between("spec_overrides", &connection.spec_overrides, &next.spec_overrides))
        .chain(Difference::between(
            "counts_for_operator",
            &connection.counts_for_operator,
            &next.counts_for_operator,
        ))
        .chain(Difference::between("private_network", &connection.private_network, &next.private_network))
        .chain(Difference::between("allow_duplicate", &connection.allow_duplicate, &next.allow_duplicate))
        .chain(of_profile(&connection.profile, &next.profile))
        .collect();
    if differences.is_empty() {
        return Ok(None);
    }
    let proposed = Proposed {
        profile: &next.profile,
        spec_overrides: &next.spec_overrides,
        private_network: next.private_network,
    };
    let faults = proposed.faults(terms.denied, stamp.at());
    if !faults.is_empty() {
        return Err(NotUpdated::Refused(faults));
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
    if connection.counts_for_operator != next.counts_for_operator {
        // the state of its operator, as every replica shows it
        change = change.moving_view();
    }
    if redirects && !has_credential {
        // a credential that is stored meanwhile must not be sent where its owner did not choose
        change = change.expect(Expect::WithoutCredential(connection.id));
    }
    Ok(Some((next, change)))
}

/// The fields of the profile that differ, each by its name; of two protocols, both profiles.
fn of_profile(was: &Profile, is: &Profile) -> Vec<Difference> {
    let document = |profile: &Profile| serde_json::to_value(profile).unwrap_or_default();
    let (was, is) = (document(was), document(is));
    let protocol = |of: &Value| of.as_object().and_then(|of| of.keys().next().cloned());
    let (Some(protocol), true) = (protocol(&is), protocol(&was) == protocol(&is)) else {
        return Difference::between("profile", &was, &is).into_iter().collect();
    };
    let none = Map::new();
    let fields = |of: &Value| of.get(&protocol).and_then(Value::as_object).unwrap_or(&none).clone();
    let (was, is) = (fields(&was), fields(&is));
    let differs = |(field, new): (&String, &Value)| {
        let old = was.get(field).unwrap_or(&Value::Null);
        (old != new).then(|| Difference { field: field.clone(), old: old.clone(), new: new.clone() })
    };
    is.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connection::{
            Fields,
            testing::{assert_told, connection, differences, http, smpp, stored},
        },
        credential,
        testing::{create_connection, stamp, text},
    };

    fn credential(of: &Connection, stage: Stage) -> Credential {
        credential::testing::at(of, stage, 2)
    }

    fn to(connection: &Connection, host: &str) -> Update {
        let profile = create_connection("main", host).profile;
        Update { profile, ..Update::none(connection) }
    }

    fn decided(
        connection: &Connection,
        command: Update,
        credentials: &[Credential],
        may_redirect: bool,
    ) -> Result<Option<(Connection, Change)>, NotUpdated> {
        let denied = DeniedCidrs::default();
        update(connection, command, credentials, Terms { may_redirect, denied: &denied }, &stamp(3))
    }

    #[test]
    fn where_a_secret_goes_is_chosen_by_whoever_may_store_one() {
        let connection = connection();
        let elsewhere = to(&connection, "evil.example.net");
        let with = [credential(&connection, Stage::Active)];
        let refused = decided(&connection, elsewhere.clone(), &with, false);
        assert_eq!(refused.unwrap_err(), NotUpdated::CredentialPermissionRequired);
        let (next, change) = decided(&connection, elsewhere.clone(), &with, true).unwrap().unwrap();
        assert_eq!(change.name, ChangeName::ConnectionRedirect);
        assert_eq!((next.config_version, next.bind_version), (2, 2));
        assert_eq!(
            change.expects,
            [Expect::Version(connection.id, 1).into()],
            "whoever did it saw the credential"
        );
        assert_eq!(
            change.audit[0].changes.iter().map(|d| d.field.as_str()).collect::<Vec<_>>(),
            ["endpoints"]
        );

        let (_, change) = decided(&connection, elsewhere, &[], false).unwrap().unwrap();
        assert_eq!(change.name, ChangeName::ConnectionUpdate);
        assert!(change.expects.contains(&Expect::WithoutCredential(connection.id).into()));
    }

    #[test]
    fn what_needs_no_new_bind_moves_only_what_must_be_applied_and_a_name_moves_neither() {
        let connection = connection();
        let Profile::Smpp(mut smpp) = connection.profile.clone() else { panic!("it speaks SMPP") };
        smpp.window_size = crate::Number::parse(50).unwrap();
        let wider = Update { profile: Profile::Smpp(smpp), ..Update::none(&connection) };
        let (next, _) =
            decided(&connection, wider, &[credential(&connection, Stage::Active)], false).unwrap().unwrap();
        assert_eq!((next.version, next.config_version, next.bind_version), (2, 2, 1));
        let named = Update { name: text("other"), ..Update::none(&connection) };
        let (next, _) = decided(&connection, named, &[], false).unwrap().unwrap();
        assert_eq!((next.version, next.config_version, next.bind_version), (2, 1, 1));
        assert!(decided(&connection, Update::none(&connection), &[], false).unwrap().is_none());
    }

    #[test]
    fn what_would_not_be_created_is_no_change_either_and_what_has_no_effect_is_not_looked_at() {
        let connection = connection();
        let NotUpdated::Refused(faults) =
            decided(&connection, to(&connection, "127.0.0.1"), &[], true).unwrap_err()
        else {
            panic!("refused for another reason")
        };
        assert_eq!(faults[0].pointer, "/smpp/endpoints/0/host");
        let mut fields = to(&connection, "127.0.0.1");
        fields.name = connection.name.clone();
        let stored = Connection::restore(Fields { profile: fields.profile, ..connection.fields().clone() });
        assert!(decided(&stored, Update::none(&stored), &[], true).unwrap().is_none());
    }

    #[test]
    fn a_patch_changes_what_it_names_and_says_both_values_of_each_field() {
        let was = stored(|fields| {
            (fields.created_by, fields.updated_by) = ("creator".to_owned(), "somebody else".to_owned());
            (fields.version, fields.config_version, fields.bind_version) = (7, 5, 3);
            fields.profile = smpp(json!({"window_size": 10, "max_tps": 5}));
        });
        let lifted = json!([{"field": "tls_off", "reason": "the operator says so", "reference": "T-1", "expires_at": null}]);
        let shared = json!({"reason": "two sites, one account"});
        let command = Update {
            name: text("second"),
            profile: smpp(json!({"window_size": 20, "system_type": "VMA"})),
            spec_overrides: serde_json::from_value(lifted.clone()).unwrap(),
            counts_for_operator: false,
            private_network: true,
            allow_duplicate: serde_json::from_value(shared.clone()).unwrap(),
        };
        let (next, change) = decided(&was, command.clone(), &[], false).unwrap().unwrap();
        let expected = Fields {
            name: command.name,
            profile: command.profile,
            spec_overrides: command.spec_overrides,
            counts_for_operator: false,
            private_network: true,
            allow_duplicate: command.allow_duplicate,
            version: 8,
            config_version: 6,
            bind_version: 6,
            updated_at: stamp(3).at(),
            updated_by: "tester".to_owned(),
            ..was.fields().clone()
        };
        assert_eq!(*next.fields(), expected);
        let [crate::change::Write::Connection(Write::Put(put))] = change.writes.as_slice() else {
            panic!("{:?}", change.writes)
        };
        assert_eq!(*put, next);
        assert_eq!(change.expects, [Expect::Version(was.id, 7).into()]);
        let what = Changed::connection(was.id);
        assert_told(&change, ChangeName::ConnectionUpdate, &was, what, was.id, &stamp(3));
        assert_eq!(
            differences(&change),
            json!([
                ["name", "main", "second"],
                ["spec_overrides", [], lifted],
                ["counts_for_operator", true, false],
                ["private_network", false, true],
                ["allow_duplicate", null, shared],
                ["max_tps", 5, null],
                ["system_type", "", "VMA"],
                ["window_size", 10, 20],
            ])
        );
    }

    #[test]
    fn only_whether_it_counts_for_its_operator_is_seen_in_the_view_and_only_how_it_connects_is_applied_anew()
    {
        let connection = connection();
        let none = || Update::none(&connection);
        for (command, moves_view, config_version) in [
            (Update { name: text("other"), ..none() }, false, 1),
            (Update { counts_for_operator: false, ..none() }, true, 1),
            (Update { private_network: true, ..none() }, false, 2),
            (Update { profile: smpp(json!({})), ..none() }, false, 2),
        ] {
            let (next, change) = decided(&connection, command.clone(), &[], false).unwrap().unwrap();
            assert_eq!(
                (change.moves_view, next.version, next.config_version),
                (moves_view, 2, config_version),
                "{command:?}"
            );
        }
    }

    #[test]
    fn a_connection_whose_last_secret_is_gone_goes_elsewhere_like_one_that_never_had_one() {
        let connection = connection();
        let gone = credential(&connection, Stage::Destroyed);
        let (_, change) =
            decided(&connection, to(&connection, "b.example.net"), &[gone], false).unwrap().unwrap();
        assert_eq!(change.name, ChangeName::ConnectionUpdate);
        let relies_on = [Expect::Version(connection.id, 1), Expect::WithoutCredential(connection.id)];
        assert_eq!(change.expects, relies_on.map(Into::into));
        for stage in [Stage::Staged, Stage::Active, Stage::Retired, Stage::Discarded] {
            let kept = credential(&connection, stage);
            let refused = decided(&connection, to(&connection, "b.example.net"), &[kept], false);
            assert_eq!(refused.unwrap_err(), NotUpdated::CredentialPermissionRequired, "{stage}");
        }
    }

    #[test]
    fn of_another_protocol_the_audit_entry_has_both_profiles_whole() {
        let connection = connection();
        let command = Update { profile: http(json!({})), ..Update::none(&connection) };
        let (next, change) = decided(&connection, command, &[], false).unwrap().unwrap();
        assert_eq!((next.config_version, next.bind_version), (2, 2));
        assert_eq!(differences(&change), json!([["profile", connection.profile, http(json!({}))]]));
    }
}
