//! Plain counts and whole numbers of a sample; their ranges are checked with the sample as a whole.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{Invalid, InvalidRule as Rule, health::Sample};
use utoipa::openapi::schema::Schema;

use super::rule::{self, Described};
use crate::faults::{self, Faults};

/// A count, 0 when it is absent.
#[derive(Clone, Copy, Default)]
pub(super) struct Count(pub(super) u64);

/// A whole number.
#[derive(Clone, Copy)]
pub(super) struct Whole(pub(super) i64);

/// A whole number of four octets, such as an SMPP `command_status`.
#[derive(Clone, Copy)]
pub(super) struct Octets4(pub(super) u32);

impl Deserr<Faults> for Count {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::whole_number(&value, place, |raw| {
            u64::try_from(raw).map(Self).map_err(|_| Invalid::new(Rule::Range, "must not be below 0"))
        })
    }
}

impl Deserr<Faults> for Whole {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::whole_number(&value, place, |raw| Ok(Self(raw)))
    }
}

impl Deserr<Faults> for Octets4 {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::whole_number(&value, place, |raw| {
            let refused = |_| Invalid::new(Rule::Range, format!("must be from 0 to {}", u32::MAX));
            u32::try_from(raw).map(Self).map_err(refused)
        })
    }
}

impl Described for Count {
    fn described() -> Schema {
        rule::number(Sample::COUNT).into()
    }
}

impl Described for Octets4 {
    fn described() -> Schema {
        rule::whole_number().minimum(Some(0)).maximum(Some(u32::MAX)).into()
    }
}
