//! Whom a rule is about, on the wire: exactly one of five forms.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Text,
    network::{Mcc, Mnc},
    routing::{Destination, DestinationFields, Match, NetworkSource, Number, Prefix},
};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder,
        schema::{AdditionalProperties, OneOfBuilder, Schema, Type},
    },
};

use super::rule::{self, Described};
use crate::faults::Faults;

/// What must hold for a rule to be tried.
// The shape of `ops_core::routing::Match`.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleMatch)]
pub struct MatchFields {
    /// Whom it is about.
    #[schema(schema_with = rule::of::<Destination>)]
    pub destination: Destination,
    /// Which networks of a request it believes.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<NetworkSource>)]
    pub network_source: NetworkSource,
}

impl MatchFields {
    pub(super) fn into_match(self) -> Match {
        let Self { destination, network_source } = self;
        Match { destination, network_source }
    }
}

/// The members of all five forms, before it is decided which form it is.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct Members {
    #[deserr(default)]
    number: Option<String>,
    #[deserr(default)]
    mcc: Option<String>,
    #[deserr(default)]
    mnc: Option<String>,
    #[deserr(default)]
    prefix: Option<String>,
    #[deserr(default)]
    any: Option<bool>,
}

impl Deserr<Faults> for Destination {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let Members { number, mcc, mnc, prefix, any } = Members::deserialize_from_value(value, place)?;
        let fields = DestinationFields { number, mcc, mnc, prefix, any };
        Self::parse(&fields).map_err(|faults| Faults::below(place, faults))
    }
}

impl Described for Destination {
    fn described() -> Schema {
        let only_true = rule::boolean().enum_values(Some([true]));
        let forms = [
            form([("number", rule::text(&Number::RULE))]),
            form([("mcc", rule::text(&Mcc::RULE)), ("mnc", rule::text(&Mnc::RULE))]),
            form([("prefix", rule::text(&Prefix::RULE))]),
            form([("mcc", rule::text(&Mcc::RULE))]),
            form([("any", only_true)]),
        ];
        forms.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into()
    }
}

/// An object with exactly these members.
fn form<const N: usize>(members: [(&str, ObjectBuilder); N]) -> ObjectBuilder {
    let object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    members.into_iter().fold(object, |object, (name, schema)| object.property(name, schema).required(name))
}
