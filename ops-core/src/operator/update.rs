//! Changing an operator's own fields; a patch that changes nothing is no change.

use super::{
    About, Contacts, ContractPatch, Countries, DisplayName, Expect, ExternalId, Importance, LabelsPatch,
    LegalName, Networks, Operator, TimeZone, WebAddress, Words, Write,
};
use serde_json::json;

use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
    invalid::Fault,
};

/// What a patch sets: `None` keeps a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The name people use.
    pub display_name: Option<DisplayName>,
    /// Its key in the legacy system; `Some(None)` removes it.
    pub external_id: Option<Option<ExternalId>>,
    /// Whether its failure wakes somebody.
    pub importance: Option<Importance>,
    /// Where it works.
    pub countries: Option<Countries>,
    /// The networks it terminates.
    pub networks: Option<Networks>,
    /// A merge patch of its labels (RFC 7396).
    pub labels: Option<LabelsPatch>,
    /// What people need to know about it.
    pub about: AboutPatch,
}

/// A merge patch of the descriptive fields: `None` keeps, `Some(None)` removes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutPatch {
    /// See [`About::legal_name`].
    pub legal_name: Option<Option<LegalName>>,
    /// See [`About::website`].
    pub website: Option<Option<WebAddress>>,
    /// See [`About::portal_url`].
    pub portal_url: Option<Option<WebAddress>>,
    /// See [`About::description`].
    pub description: Option<Option<Words>>,
    /// See [`About::support_hours`].
    pub support_hours: Option<Option<Words>>,
    /// See [`About::contacts`]; the whole list.
    pub contacts: Option<Contacts>,
    /// See [`About::time_zone`].
    pub time_zone: Option<Option<TimeZone>>,
    /// See [`About::contract`]; merged field by field.
    pub contract: Option<Option<ContractPatch>>,
}

impl AboutPatch {
    /// The descriptive fields after the patch.
    ///
    /// # Errors
    /// A contract that would end before it begins.
    fn applied_to(self, about: &About) -> Result<About, Vec<Fault>> {
        let Self {
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
        } = self;
        let before = about.clone();
        let contract = match contract {
            None => before.contract,
            Some(None) => None,
            Some(Some(patch)) => Some(before.contract.unwrap_or_default().merged(patch)?),
        };
        Ok(About {
            legal_name: legal_name.unwrap_or(before.legal_name),
            website: website.unwrap_or(before.website),
            portal_url: portal_url.unwrap_or(before.portal_url),
            description: description.unwrap_or(before.description),
            support_hours: support_hours.unwrap_or(before.support_hours),
            contacts: contacts.unwrap_or(before.contacts),
            time_zone: time_zone.unwrap_or(before.time_zone),
            contract,
        })
    }
}

/// The changed operator, or nothing when the patch has no effect.
///
/// # Errors
/// Faults of the labels or the contract as they would be after the patch.
pub fn update(
    operator: &Operator,
    command: Update,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, Vec<Fault>> {
    let Update { display_name, external_id, importance, countries, networks, labels, about } = command;
    let (labels, about) = match (
        labels.map(|patch| operator.labels.merged(patch)).transpose(),
        about.applied_to(&operator.about),
    ) {
        (Ok(labels), Ok(about)) => (labels, about),
        (labels, about) => return Err([labels.err(), about.err()].into_iter().flatten().flatten().collect()),
    };
    let next = operator.changed(stamp, |fields| {
        fields.display_name = display_name.unwrap_or_else(|| operator.display_name.clone());
        fields.external_id = external_id.unwrap_or_else(|| operator.external_id.clone());
        fields.importance = importance.unwrap_or(operator.importance);
        fields.countries = countries.unwrap_or_else(|| operator.countries.clone());
        fields.networks = networks.unwrap_or_else(|| operator.networks.clone());
        fields.labels = labels.unwrap_or_else(|| operator.labels.clone());
        *fields.about = about;
    });
    let (was, is) = (&operator.about, &next.about);
    let indexed = [
        Difference::between("countries", &operator.countries, &next.countries),
        Difference::between("networks", &operator.networks, &next.networks),
        Difference::between("labels", &operator.labels, &next.labels),
    ];
    let reindex = indexed.iter().any(Option::is_some);
    let differences: Vec<_> = [
        Difference::between("display_name", &operator.display_name, &next.display_name),
        Difference::between("external_id", &operator.external_id, &next.external_id),
        Difference::between("importance", &operator.importance, &next.importance),
        Difference::between("legal_name", &was.legal_name, &is.legal_name),
        Difference::between("website", &was.website, &is.website),
        Difference::between("portal_url", &was.portal_url, &is.portal_url),
        Difference::between("description", &was.description, &is.description),
        Difference::between("support_hours", &was.support_hours, &is.support_hours),
        (was.contacts != is.contacts).then(|| contacts(was, is)),
        Difference::between("time_zone", &was.time_zone, &is.time_zone),
        Difference::between("contract", &was.contract, &is.contract),
    ]
    .into_iter()
    .chain(indexed)
    .flatten()
    .collect();
    if differences.is_empty() {
        return Ok(None);
    }
    let mut mint = stamp.mint();
    let changed = Changed::profile(differences.iter().map(|difference| difference.field.clone()));
    let mut change = Change::new(ChangeName::OperatorUpdate, stamp)
        .expect(Expect::Version(operator.id, operator.version))
        .write(Write::Put(next.clone()));
    if reindex {
        change = change.write(Write::Index(next.clone()));
    }
    let change = change.event(Event::updated(mint.id(), next.id, vec![changed], Some(&next))).audit(
        AuditEntry::about_operator(mint.id(), ChangeName::OperatorUpdate, &next, stamp).with(differences),
    );
    Ok(Some((next, change)))
}

/// The roles before and after: who the people are is erased one day, and the trail is not.
fn contacts(was: &About, is: &About) -> Difference {
    let (mut old, new) = (json!(was.contacts.roles()), json!(is.contacts.roles()));
    if old == new {
        old = json!("changed");
    }
    Difference { field: "contacts".into(), old, new }
}

#[cfg(test)]
mod tests;
