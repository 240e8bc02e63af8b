//! Creating an operator: a draft that nobody else has by code, name or external id (the database decides that).

use super::{
    About, Code, Countries, DisplayName, ExternalId, Fields, Importance, Kind, Labels, Networks, Operator,
    Status, Write,
};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::Event,
};

/// The values of a new operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// Its name in URLs.
    pub code: Code,
    /// Its key in the legacy system.
    pub external_id: Option<ExternalId>,
    /// What people call it.
    pub display_name: DisplayName,
    /// What it is.
    pub kind: Kind,
    /// Whether its failure wakes somebody.
    pub importance: Importance,
    /// Where it works.
    pub countries: Countries,
    /// The networks it terminates.
    pub networks: Networks,
    /// Free labels.
    pub labels: Labels,
    /// What people need to know about it.
    pub about: About,
}

/// A new draft.
#[must_use]
pub fn create(command: Create, stamp: &Stamp) -> (Operator, Change) {
    let Create { code, external_id, display_name, kind, importance, countries, networks, labels, about } =
        command;
    let mut mint = stamp.mint();
    let by = stamp.actor().subject.clone();
    let operator = Operator(Fields {
        id: mint.id(),
        code,
        external_id,
        display_name,
        kind,
        importance,
        countries,
        networks,
        labels,
        about: Box::new(about),
        status: Status::Draft,
        status_reason: None,
        drain_reason: None,
        status_until: None,
        receipts_until: None,
        version: 1,
        created_at: stamp.at(),
        created_by: by.clone(),
        updated_at: stamp.at(),
        updated_by: by,
        deleted_at: None,
        purge_after: None,
        erased_at: None,
        purged_at: None,
    });
    let change = Change::new(ChangeName::OperatorCreate, stamp)
        .write(Write::Insert(operator.clone()))
        .write(Write::Index(operator.clone()))
        .event(Event::created(mint.id(), &operator))
        .audit(AuditEntry::about_operator(mint.id(), ChangeName::OperatorCreate, &operator, stamp).with([
            Difference::set("code", &operator.code),
            Difference::set("display_name", &operator.display_name),
            Difference::set("kind", operator.kind),
        ]));
    (operator, change)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        event::{Data, OperatorView},
        network::Plmn,
        testing::{
            decision::{Told, colleague, difference, hours},
            text,
        },
    };

    #[test]
    fn a_new_operator_is_a_draft_of_version_1_with_all_that_it_was_given() {
        let command = Create {
            code: text("acme"),
            external_id: Some(text("4711")),
            display_name: text("Acme"),
            kind: Kind::Hub,
            importance: Importance::Critical,
            countries: Countries::parse(vec![text("DE")]).unwrap(),
            networks: Networks::parse(vec![Plmn { mcc: text("262"), mnc: text("01") }]).unwrap(),
            labels: Labels::new([(text("team"), text("red"))].into()).unwrap(),
            about: About { legal_name: Some(text("Acme AG")), ..About::default() },
        };
        let (operator, change) = create(command.clone(), &colleague(hours(1)));
        let draft = Operator(Fields {
            id: operator.id,
            code: command.code,
            external_id: command.external_id,
            display_name: command.display_name,
            kind: command.kind,
            importance: command.importance,
            countries: command.countries,
            networks: command.networks,
            labels: command.labels,
            about: Box::new(command.about),
            status: Status::Draft,
            status_reason: None,
            drain_reason: None,
            status_until: None,
            receipts_until: None,
            version: 1,
            created_at: hours(1),
            created_by: "colleague".into(),
            updated_at: hours(1),
            updated_by: "colleague".into(),
            deleted_at: None,
            purge_after: None,
            erased_at: None,
            purged_at: None,
        });
        assert_eq!(operator, draft);
        let differences = vec![
            difference("code", json!(null), json!("acme")),
            difference("display_name", json!(null), json!("Acme")),
            difference("kind", json!(null), json!("hub")),
        ];
        let told = Told {
            name: ChangeName::OperatorCreate,
            expects: vec![],
            writes: vec![Write::Insert(draft.clone()).into(), Write::Index(draft.clone()).into()],
            events: vec![(draft.id, Data::Created(OperatorView::of(&draft)))],
            audit: vec![(ChangeName::OperatorCreate, Some(draft.id), draft.id.into(), differences)],
            moves_view: false,
        };
        told.is(&change, hours(1));
    }
}
