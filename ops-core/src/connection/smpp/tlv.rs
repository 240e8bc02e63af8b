//! Optional parameters that the operator takes or wants (SMPP 3.4 §5.3).

use serde::{Deserialize, Serialize};

use super::endpoint::Direction;
use crate::{list::List, number_rule::number_value, text_rule::word_list};

/// One optional parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tlv {
    /// Its tag.
    pub tag: TlvTag,
    /// What its value is.
    #[serde(rename = "type")]
    pub kind: TlvType,
    /// Octets its value has at most.
    #[serde(default)]
    pub octets_max: TlvOctets,
    /// Whether each message must have it.
    #[serde(default)]
    pub required: bool,
    /// In which messages it stands.
    #[serde(default)]
    pub direction: Direction,
}

/// Up to 64, none twice in one direction.
pub type Tlvs = List<Tlv, 0, 64>;

number_value! {
    /// The tag of an optional parameter; 0 is none, 0x1400 to 0x3FFF are the vendors' (SMPP 3.4 §5.3.1).
    TlvTag, 1, 65_535
}
number_value! {
    /// Octets the value of an optional parameter has at most.
    TlvOctets, 1, 65_535, default 255
}

word_list! {
    /// What the value of an optional parameter is (SMPP 3.4 §3.1).
    TlvType {
        /// A number, big end first.
        Integer = "integer",
        /// Octets as they are.
        Octets = "octets",
        /// Text that ends with a NUL.
        CString = "c_string",
    }
}
