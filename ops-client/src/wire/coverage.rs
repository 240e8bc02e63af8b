//! Where an operator works: countries and networks.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Fault, limits,
    network::{Mcc, Mnc, Plmn},
    operator::{Countries, CountryCode, Networks},
};
use utoipa::{ToSchema, openapi::schema::Schema};

use super::rule::{self, Described};
use crate::faults::Faults;

/// A network by its codes, which are text: "01" is not "001".
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    #[schema(schema_with = rule::of::<Mcc>)]
    mcc: Mcc,
    #[schema(schema_with = rule::of::<Mnc>)]
    mnc: Mnc,
}

impl Deserr<Faults> for Plmn {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        Codes::deserialize_from_value(value, place).map(|Codes { mcc, mnc }| Self { mcc, mnc })
    }
}

impl Described for Plmn {
    fn described() -> Schema {
        rule::inline::<Codes>()
    }
}

impl Deserr<Faults> for Countries {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        set(value, place, Self::parse)
    }
}

impl Described for Countries {
    fn described() -> Schema {
        rule::list_of(CountryCode::described(), 0, Some(limits::COUNTRIES_MAX))
    }
}

impl Deserr<Faults> for Networks {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        set(value, place, Self::parse)
    }
}

impl Described for Networks {
    fn described() -> Schema {
        rule::list_of(Plmn::described(), 0, Some(limits::NETWORKS_MAX))
    }
}

/// Reads the entries, and when each is right has the set check them together.
fn set<V: IntoValue, T: Deserr<Faults>, S>(
    value: Value<V>,
    place: ValuePointerRef<'_>,
    parse: fn(Vec<T>) -> Result<S, Vec<Fault>>,
) -> Result<S, Faults> {
    let entries = Vec::<T>::deserialize_from_value(value, place)?;
    parse(entries).map_err(|faults| Faults::below(place, faults))
}
