//! Reference networks on the wire.

use ops_core::{
    network::{self, Mcc, Mnc},
    operator::CountryCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::rule;

/// One network (PLMN) of the reference data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Network {
    #[schema(schema_with = rule::of::<Mcc>)]
    mcc: Mcc,
    #[schema(schema_with = rule::of::<Mnc>)]
    mnc: Mnc,
    #[schema(schema_with = rule::of::<CountryCode>)]
    country: &'static str,
    /// What the source calls it; it describes only.
    name: &'static str,
}

impl Network {
    /// The row as it is shown.
    #[must_use]
    pub fn of(network: &network::Network) -> Self {
        let network::Network { plmn, country, name } = network;
        Self { mcc: plmn.mcc.clone(), mnc: plmn.mnc.clone(), country, name }
    }
}
