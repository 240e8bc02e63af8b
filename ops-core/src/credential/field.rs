//! The fields of a credential that are not secret.

use crate::{
    limits,
    text_rule::{TextRule, any_text, printable_ascii, text_value, word_list},
};

text_value! {
    /// The account's name at the operator: C-octet string (SMPP 3.4 §5.2.1: 16 octets with the NUL). More than 15 takes a spec
    /// override of the connection.
    SystemId,
    TextRule {
        min: 1,
        max: limits::SMPP_SYSTEM_ID_LIFTED,
        pattern: Some("^[!-~]+$"),
        accepts: printable_ascii,
        hint: "must be printable ASCII without spaces",
    }
}

text_value! {
    /// A remark for people.
    Note,
    TextRule { min: 1, max: 500, pattern: None, accepts: any_text, hint: "" }
}

word_list! {
    /// Where a credential stands.
    Stage {
        /// Stored, to be taken into use.
        Staged = "staged",
        /// In use.
        Active = "active",
        /// Was in use; can be taken back into use.
        Retired = "retired",
        /// Was never in use.
        Discarded = "discarded",
        /// Its secret is gone.
        Destroyed = "destroyed",
    }
}
