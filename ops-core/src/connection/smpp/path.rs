//! The way to the operator: from which addresses, to which, over what.

use serde::{Deserialize, Serialize};

use crate::{
    connection::Cidr,
    list::List,
    text_rule::{TextRule, any_text, text_value, word_list},
};

/// Up to 32 blocks of addresses.
pub type Cidrs = List<Cidr, 0, 32>;

/// Over what the operator is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Over what.
    pub kind: AccessKind,
    /// For people: the tunnel's name, whom to call.
    pub note: Option<AccessNote>,
}

word_list! {
    /// Over what the operator is reached.
    AccessKind default Internet {
        /// The Internet.
        Internet = "internet",
        /// A tunnel.
        Vpn = "vpn",
        /// A leased network.
        Mpls = "mpls",
    }
}

text_value! {
    /// What a person should know about the way.
    AccessNote,
    TextRule { min: 1, max: 255, pattern: None, accepts: any_text, hint: "" }
}
