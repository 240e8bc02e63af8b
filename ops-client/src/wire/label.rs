//! Labels, and the merge patch of labels (RFC 7396): a key with a value is set, a key with null is removed.

use std::collections::BTreeMap;

use deserr::{Deserr, IntoValue, Map, Value, ValuePointerRef};
use ops_core::{
    Text, limits,
    operator::{self, LabelKey, LabelValue, Labels},
};
use utoipa::openapi::schema::Schema;

use super::rule::{self, Described};
use crate::faults::Faults;

impl Deserr<Faults> for LabelValue {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        crate::faults::text(value, place, |raw| Self::parse(&raw))
    }
}

impl Deserr<Faults> for Labels {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        Self::new(entries(value, place)?).map_err(|faults| Faults::below(place, faults))
    }
}

impl Described for Labels {
    fn described() -> Schema {
        map_of(rule::text(&LabelValue::RULE).into())
    }
}

/// What a patch says about labels.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LabelsPatch(pub(super) operator::LabelsPatch);

impl Deserr<Faults> for LabelsPatch {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        entries(value, place).map(Self)
    }
}

impl Described for LabelsPatch {
    fn described() -> Schema {
        map_of(rule::or_null(rule::text(&LabelValue::RULE).into()))
    }
}

fn map_of(value: Schema) -> Schema {
    let most = format!(
        "at most {} labels, keys and values together at most {} octets",
        limits::LABELS_MAX,
        limits::LABELS_OCTETS_MAX
    );
    rule::map_of(rule::text(&LabelKey::RULE).into(), value).description(Some(most)).into()
}

/// The members of an object of labels; a fault of a key or a value stands at its key.
fn entries<V: IntoValue, T: Deserr<Faults>>(
    value: Value<V>,
    place: ValuePointerRef<'_>,
) -> Result<BTreeMap<LabelKey, T>, Faults> {
    let Value::Map(members) = value else { return Err(Faults::wrong_type(place, "an object")) };
    let mut faults = None;
    let mut entries = BTreeMap::new();
    for (key, value) in members.into_iter() {
        let place = place.push_key(&key);
        let parsed_key = LabelKey::parse(&key).map_err(|invalid| Faults::refused(place, invalid));
        let parsed_value = T::deserialize_from_value(value.into_value(), place);
        match (parsed_key, parsed_value) {
            (Ok(key), Ok(value)) => {
                entries.insert(key, value);
            }
            (key, value) => {
                for fault in [key.err(), value.err()].into_iter().flatten() {
                    Faults::collect(&mut faults, fault)?;
                }
            }
        }
    }
    faults.map_or(Ok(entries), Err)
}
