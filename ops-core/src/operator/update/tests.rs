//! What a patch of an operator changes, field by field, and what it tells of it.

use serde_json::{Value, json};

use super::*;
use crate::{
    InvalidRule as Rule,
    event::{Data, OperatorView, Updated},
    network::Plmn,
    operator::{
        Contact, Contract, Fields, Labels, Level, Role, Status,
        testing::{next, standing_with},
    },
    testing::{
        decision::{Told, colleague, difference, hours},
        text,
    },
};

fn contacts(desks: &[(Role, &str)]) -> Contacts {
    let contact = |(role, name): &(Role, &str)| Contact {
        role: *role,
        level: Level::default(),
        name: text(name),
        email: Some(text("desk@example.net")),
        phone: None,
        hours: None,
    };
    Contacts::parse(desks.iter().map(contact).collect()).unwrap()
}

fn countries(codes: &[&str]) -> Countries {
    Countries::parse(codes.iter().map(|code| text(code)).collect()).unwrap()
}

fn network(mnc: &str) -> Networks {
    Networks::parse(vec![Plmn { mcc: text("262"), mnc: text(mnc) }]).unwrap()
}

/// An operator with every field that a patch can set.
fn described() -> Operator {
    standing_with(Status::Active, |fields| {
        fields.external_id = Some(text("4711"));
        fields.countries = countries(&["DE"]);
        fields.networks = network("01");
        fields.labels = Labels::new([(text("team"), text("red"))].into()).unwrap();
        *fields.about = About {
            legal_name: Some(text("Acme AG")),
            website: Some(text("https://acme.example")),
            portal_url: Some(text("https://portal.acme.example")),
            description: Some(text("A carrier.")),
            support_hours: Some(text("24/7")),
            contacts: contacts(&[(Role::Noc, "Ada")]),
            time_zone: Some(text("Europe/Berlin")),
            contract: Some(Contract { reference: Some(text("C-1")), ..Contract::default() }),
        };
    })
}

fn about(about: AboutPatch) -> Update {
    Update { about, ..Update::default() }
}

/// One patch, what it does to the fields, and the difference that the audit trail shows.
struct Case {
    patch: Update,
    edit: fn(&mut Fields),
    field: &'static str,
    old: Value,
    new: Value,
}

/// One patch for every field.
fn cases() -> Vec<Case> {
    let case = |patch, edit, field, old, new| Case { patch, edit, field, old, new };
    vec![
        case(
            Update { display_name: Some(text("Acme")), ..Update::default() },
            |fields| fields.display_name = text("Acme"),
            "display_name",
            json!("Operator acme"),
            json!("Acme"),
        ),
        case(
            Update { external_id: Some(None), ..Update::default() },
            |fields| fields.external_id = None,
            "external_id",
            json!("4711"),
            json!(null),
        ),
        case(
            Update { importance: Some(Importance::Critical), ..Update::default() },
            |fields| fields.importance = Importance::Critical,
            "importance",
            json!("normal"),
            json!("critical"),
        ),
        case(
            Update { countries: Some(countries(&["FR", "AT"])), ..Update::default() },
            |fields| fields.countries = countries(&["AT", "FR"]),
            "countries",
            json!(["DE"]),
            json!(["AT", "FR"]),
        ),
        case(
            Update { networks: Some(network("02")), ..Update::default() },
            |fields| fields.networks = network("02"),
            "networks",
            json!([{ "mcc": "262", "mnc": "01" }]),
            json!([{ "mcc": "262", "mnc": "02" }]),
        ),
        case(
            Update { labels: Some([(text("tier"), Some(text("1")))].into()), ..Update::default() },
            |fields| {
                fields.labels =
                    Labels::new([(text("team"), text("red")), (text("tier"), text("1"))].into()).unwrap();
            },
            "labels",
            json!({ "team": "red" }),
            json!({ "team": "red", "tier": "1" }),
        ),
        case(
            about(AboutPatch { legal_name: Some(None), ..AboutPatch::default() }),
            |fields| fields.about.legal_name = None,
            "legal_name",
            json!("Acme AG"),
            json!(null),
        ),
        case(
            about(AboutPatch { website: Some(Some(text("https://a.example"))), ..AboutPatch::default() }),
            |fields| fields.about.website = Some(text("https://a.example")),
            "website",
            json!("https://acme.example"),
            json!("https://a.example"),
        ),
        case(
            about(AboutPatch { portal_url: Some(None), ..AboutPatch::default() }),
            |fields| fields.about.portal_url = None,
            "portal_url",
            json!("https://portal.acme.example"),
            json!(null),
        ),
        case(
            about(AboutPatch { description: Some(Some(text("A hub."))), ..AboutPatch::default() }),
            |fields| fields.about.description = Some(text("A hub.")),
            "description",
            json!("A carrier."),
            json!("A hub."),
        ),
        case(
            about(AboutPatch { support_hours: Some(None), ..AboutPatch::default() }),
            |fields| fields.about.support_hours = None,
            "support_hours",
            json!("24/7"),
            json!(null),
        ),
        case(
            about(AboutPatch {
                contacts: Some(contacts(&[(Role::Abuse, "Bob"), (Role::Noc, "Ada")])),
                ..AboutPatch::default()
            }),
            |fields| fields.about.contacts = contacts(&[(Role::Noc, "Ada"), (Role::Abuse, "Bob")]),
            "contacts",
            json!(["noc"]),
            json!(["noc", "abuse"]),
        ),
        case(
            about(AboutPatch { time_zone: Some(Some(text("UTC"))), ..AboutPatch::default() }),
            |fields| fields.about.time_zone = Some(text("UTC")),
            "time_zone",
            json!("Europe/Berlin"),
            json!("UTC"),
        ),
        case(
            about(AboutPatch { contract: Some(None), ..AboutPatch::default() }),
            |fields| fields.about.contract = None,
            "contract",
            json!(Contract { reference: Some(text("C-1")), ..Contract::default() }),
            json!(null),
        ),
    ]
}

#[test]
fn a_patch_changes_the_field_it_names_and_tells_its_name_and_both_values() {
    for Case { patch, edit, field, old, new } in cases() {
        let before = described();
        let (after, change) = update(&before, patch, &colleague(hours(1))).unwrap().unwrap();
        let changed = next(&before, hours(1), edit);
        assert_eq!(after, changed, "{field}");
        let mut writes = vec![Write::Put(changed.clone()).into()];
        if ["countries", "networks", "labels"].contains(&field) {
            writes.push(Write::Index(changed.clone()).into());
        }
        let changes = vec![Changed::profile([field.to_owned()])];
        let view = Some(OperatorView::of(&changed));
        let told = Told {
            name: ChangeName::OperatorUpdate,
            expects: vec![Expect::Version(before.id, 1).into()],
            writes,
            events: vec![(before.id, Data::Updated(Updated { changes, operator: view }))],
            audit: vec![(
                ChangeName::OperatorUpdate,
                Some(before.id),
                before.id.into(),
                vec![difference(field, old, new)],
            )],
            moves_view: false,
        };
        told.is(&change, hours(1));
    }
}

#[test]
fn fields_that_change_together_are_one_change_of_one_version() {
    let patch = Update {
        display_name: Some(text("Acme")),
        countries: Some(countries(&["FR"])),
        about: AboutPatch { legal_name: Some(None), ..AboutPatch::default() },
        ..Update::default()
    };
    let (after, change) = update(&described(), patch, &colleague(hours(1))).unwrap().unwrap();
    assert_eq!((after.version, change.events.len()), (2, 1));
    let fields: Vec<_> = change.audit[0].changes.iter().map(|difference| difference.field.as_str()).collect();
    assert_eq!(fields, ["display_name", "legal_name", "countries"]);
}

#[test]
fn a_patch_without_effect_is_no_change() {
    let operator = described();
    let About { legal_name, website, portal_url, description, support_hours, contacts, time_zone, .. } =
        *operator.about.clone();
    let same = Update {
        display_name: Some(operator.display_name.clone()),
        external_id: Some(operator.external_id.clone()),
        importance: Some(operator.importance),
        countries: Some(operator.countries.clone()),
        networks: Some(operator.networks.clone()),
        labels: Some([(text("team"), Some(text("red"))), (text("absent"), None)].into()),
        about: AboutPatch {
            legal_name: Some(legal_name),
            website: Some(website),
            portal_url: Some(portal_url),
            description: Some(description),
            support_hours: Some(support_hours),
            contacts: Some(contacts),
            time_zone: Some(time_zone),
            contract: Some(Some(ContractPatch::default())),
        },
    };
    for patch in [Update::default(), same] {
        assert!(update(&operator, patch, &colleague(hours(1))).unwrap().is_none());
    }
}

#[test]
fn the_trail_says_that_people_changed_and_never_who_they_are() {
    let patch =
        about(AboutPatch { contacts: Some(contacts(&[(Role::Noc, "Grace")])), ..AboutPatch::default() });
    let (_, change) = update(&described(), patch, &colleague(hours(1))).unwrap().unwrap();
    assert_eq!(change.audit[0].changes, [difference("contacts", json!("changed"), json!(["noc"]))]);
    assert!(!format!("{:?} {:?}", change.audit, change.events).contains("Grace"));
}

#[test]
fn a_first_contract_begins_empty_and_a_later_patch_is_merged_into_it() {
    let patch = |currency: &str| {
        let contract = ContractPatch { currency: Some(Some(text(currency))), ..ContractPatch::default() };
        about(AboutPatch { contract: Some(Some(contract)), ..AboutPatch::default() })
    };
    let contract = |operator: &Operator| operator.about.contract.clone().unwrap();
    let none = standing_with(Status::Draft, |_| {});
    let (first, _) = update(&none, patch("EUR"), &colleague(hours(1))).unwrap().unwrap();
    assert_eq!(contract(&first), Contract { currency: Some(text("EUR")), ..Contract::default() });
    let (merged, _) = update(&described(), patch("CHF"), &colleague(hours(1))).unwrap().unwrap();
    let both = Contract { reference: Some(text("C-1")), currency: Some(text("CHF")), ..Contract::default() };
    assert_eq!(contract(&merged), both);
}

#[test]
fn faults_of_labels_and_contract_are_told_together() {
    let labels: LabelsPatch = (0..64).map(|n| (text(&format!("k{n}")), Some(text("x")))).collect();
    let contract = ContractPatch {
        starts_on: Some(Some("2026-03-01".parse().unwrap())),
        ends_on: Some(Some("2026-02-28".parse().unwrap())),
        ..ContractPatch::default()
    };
    let contract = AboutPatch { contract: Some(Some(contract)), ..AboutPatch::default() };
    let of_labels = ("/labels".to_owned(), Rule::Length);
    let of_contract = ("/contract/ends_on".to_owned(), Rule::Combination);
    for (labels, about, expected) in [
        (Some(labels.clone()), AboutPatch::default(), vec![of_labels.clone()]),
        (None, contract.clone(), vec![of_contract.clone()]),
        (Some(labels), contract, vec![of_labels, of_contract]),
    ] {
        let patch = Update { labels, about, ..Update::default() };
        let faults = update(&described(), patch, &colleague(hours(1))).unwrap_err();
        let found: Vec<_> = faults.into_iter().map(|fault| (fault.pointer, fault.invalid.rule)).collect();
        assert_eq!(found, expected);
    }
}
