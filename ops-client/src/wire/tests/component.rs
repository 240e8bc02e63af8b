//! Every document of the contract in one OpenAPI document.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::{
    batch::BatchAnswer,
    connection::{self, Connection},
    credential::{self, Credential, CredentialList},
    event::EventPage,
    health::{ConnectionHealth, OperatorHealth},
    lease::{LeaseAnswer, LeaseRequest},
    maintenance::{self, Maintenance},
    me::Me,
    operator::{self, Operator, Readiness},
    page::{AuditPage, ConnectionPage, MaintenancePage, NetworkPage, OperatorPage, RulePage, TimelinePage},
    problem::Problem,
    resolve::{ResolveAnswer, ResolveRequest},
    routing::{Rule, RuleCreate},
    sample::SampleBatch,
    timeline,
};

fn collect<T: ToSchema>(into: &mut Vec<(String, Value)>) {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    into.extend(schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())));
}

macro_rules! components {
    ($($type:ty),+ $(,)?) => {{
        let mut all = Vec::new();
        $(collect::<$type>(&mut all);)+
        all
    }};
}

fn components() -> Vec<(String, Value)> {
    components![
        operator::Create,
        operator::Update,
        operator::Drain,
        operator::Suspend,
        maintenance::Create,
        maintenance::Update,
        Maintenance,
        timeline::NoteCreate,
        timeline::Note,
        MaintenancePage,
        NetworkPage,
        TimelinePage,
        Operator,
        Readiness,
        connection::Create,
        connection::Update,
        Connection,
        credential::Create,
        Credential,
        CredentialList,
        LeaseRequest,
        LeaseAnswer,
        RuleCreate,
        Rule,
        ResolveRequest,
        ResolveAnswer,
        SampleBatch,
        BatchAnswer,
        ConnectionHealth,
        OperatorHealth,
        EventPage,
        Me,
        Problem,
        OperatorPage,
        ConnectionPage,
        RulePage,
        AuditPage,
    ]
}

#[test]
fn no_two_documents_share_a_name() {
    let mut by_name: BTreeMap<String, Value> = BTreeMap::new();
    for (name, schema) in components() {
        if let Some(other) = by_name.insert(name.clone(), schema.clone()) {
            assert_eq!(other, schema, "two schemas are called {name}");
        }
    }
    assert!(by_name.contains_key("OperatorCreate") && by_name.contains_key("LeasedSecret"));
}

#[test]
fn every_reference_leads_to_a_document() {
    let all = components();
    for (name, schema) in &all {
        let text = schema.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let target = reference.split('"').next().unwrap();
            assert!(all.iter().any(|(known, _)| known == target), "{name} refers to {target}");
        }
    }
}

#[test]
fn a_password_stands_in_one_request_and_one_answer() {
    let holders: Vec<_> =
        components().into_iter().filter(|(_, schema)| schema.to_string().contains("\"password\":")).collect();
    let mut names: Vec<_> = holders.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    assert_eq!(names, ["CredentialCreate", "LeasedSecret"]);
}
