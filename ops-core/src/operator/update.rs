//! Changing an operator's own fields; a patch that changes nothing is no change.

use super::{Countries, DisplayName, Expect, ExternalId, Importance, LabelsPatch, Networks, Operator, Write};
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
}

/// The changed operator, or nothing when the patch has no effect.
///
/// # Errors
/// Faults of the labels as they would be after the patch.
pub fn update(
    operator: &Operator,
    command: Update,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, Vec<Fault>> {
    let Update { display_name, external_id, importance, countries, networks, labels } = command;
    let labels = labels.map(|patch| operator.labels.merged(patch)).transpose()?;
    let next = operator.changed(stamp, |fields| {
        fields.display_name = display_name.unwrap_or_else(|| operator.display_name.clone());
        fields.external_id = external_id.unwrap_or_else(|| operator.external_id.clone());
        fields.importance = importance.unwrap_or(operator.importance);
        fields.countries = countries.unwrap_or_else(|| operator.countries.clone());
        fields.networks = networks.unwrap_or_else(|| operator.networks.clone());
        fields.labels = labels.unwrap_or_else(|| operator.labels.clone());
    });
    let differences: Vec<_> = [
        Difference::between("display_name", &operator.display_name, &next.display_name),
        Difference::between("external_id", &operator.external_id, &next.external_id),
        Difference::between("importance", &operator.importance, &next.importance),
        Difference::between("countries", &operator.countries, &next.countries),
        Difference::between("networks", &operator.networks, &next.networks),
        Difference::between("labels", &operator.labels, &next.labels),
    ]
    .into_iter()
    .flatten()
    .collect();
    if differences.is_empty() {
        return Ok(None);
    }
    let mut mint = stamp.mint();
    let changed = Changed::profile(differences.iter().map(|difference| difference.field.clone()));
    let change = Change::new(ChangeName::OperatorUpdate, stamp)
        .expect(Expect::Version(operator.id, operator.version))
        .write(Write::Put(next.clone()))
        .event(Event::updated(mint.id(), next.id, vec![changed], Some(&next)))
        .audit(
            AuditEntry::about_operator(mint.id(), ChangeName::OperatorUpdate, &next, stamp).with(differences),
        );
    Ok(Some((next, change)))
}
