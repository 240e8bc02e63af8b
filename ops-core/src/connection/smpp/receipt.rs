//! Which receipts are asked for, and how one finds its message.

use serde::{Deserialize, Serialize};

use crate::{
    list::List,
    number_rule::number_value,
    operator::TimeZone,
    text_rule::{TextRule, any_text, text_value, word_list},
    text_shape::{PRINTABLE, PRINTABLE_HINT, is_printable},
};

/// What is asked for with each submit (SMPP 3.4 §5.2.17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisteredDelivery {
    /// Receipts of the final state.
    pub receipt: ReceiptKind,
    /// Notifications on the way there.
    pub intermediate: bool,
}

word_list! {
    /// Of which final states the operator sends a receipt.
    ReceiptKind default Final {
        /// Of none.
        None = "none",
        /// Of each.
        Final = "final",
        /// Of failures.
        FailureOnly = "failure_only",
        /// Of successes (SMPP 5.0 §4.7.21).
        SuccessOnly = "success_only",
    }
}

/// How a receipt finds its message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dlr {
    /// Where a receipt names the message.
    pub id_source: IdSource,
    /// How the answer to a submit writes the id.
    pub submit_id_base: IdBase,
    /// How a receipt writes it.
    pub receipt_id_base: IdBase,
    /// Whether letters of an id that is text change their case first.
    pub id_case: IdCase,
    /// Whether zeros in front of an id that is text are dropped.
    pub strip_leading_zeros: bool,
    /// Where the operator's ids are unique, and so where the message is looked for.
    pub scope: IdScope,
    /// Seconds after which a receipt is not waited for any more.
    pub expiry_s: DlrExpiry,
    /// The zone of the times in receipts; none is UTC.
    pub time_zone: Option<TimeZone>,
    /// How receipts write times.
    pub date_format: DateFormat,
    /// Pairs from the operator's documentation or traffic that these fields must bring together.
    pub test_vectors: List<TestVector, 0, 8>,
}

word_list! {
    /// Where a receipt names the message.
    IdSource default TlvThenText {
        /// In its text, behind `id:` (SMPP 3.4 Appendix B).
        Text = "text",
        /// In the `receipted_message_id` TLV (SMPP 3.4 §5.3.2.12).
        Tlv = "tlv",
        /// In the TLV, and where there is none in its text.
        TlvThenText = "tlv_then_text",
    }
}

word_list! {
    /// How an id is written.
    IdBase default Raw {
        /// As text.
        Raw = "raw",
        /// As a decimal number.
        Dec = "dec",
        /// As a hexadecimal number.
        Hex = "hex",
    }
}

word_list! {
    /// What becomes of the letters of an id that is text.
    IdCase default Keep {
        /// Nothing.
        Keep = "keep",
        /// Lower case.
        Lower = "lower",
        /// Upper case.
        Upper = "upper",
    }
}

word_list! {
    /// Where an operator's ids are unique.
    IdScope default Connection {
        /// On the session that submitted.
        Session = "session",
        /// On the connection.
        Connection = "connection",
        /// Over all connections to the operator.
        Operator = "operator",
    }
}

number_value! {
    /// Seconds, from a minute to fourteen days; three days when nobody says.
    DlrExpiry, 60, 1_209_600, default 259_200
}

word_list! {
    /// How receipts write times (SMPP 3.4 Appendix B: YYMMDDhhmm).
    DateFormat default Auto {
        /// By their length.
        Auto = "auto",
        /// `YYMMDDhhmm`.
        Minutes = "minutes",
        /// `YYMMDDhhmmss`.
        Seconds = "seconds",
    }
}

/// An id as it was submitted, the receipt of the same message, and the id that both must come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestVector {
    /// `message_id` of the answer to the submit.
    pub submit_id: MessageId,
    /// The receipt: its text, or the value of its TLV.
    pub receipt: ReceiptText,
    /// The id that both come to. Of numbers it is decimal.
    pub expect: MessageId,
}

text_value! {
    /// A `message_id` (SMPP 3.4 §5.2.23: 65 octets with the NUL).
    MessageId,
    TextRule { min: 1, max: 64, pattern: Some(PRINTABLE), accepts: is_printable, hint: PRINTABLE_HINT }
}
text_value! {
    /// A receipt as it came, in one line.
    ReceiptText,
    TextRule { min: 1, max: 1000, pattern: None, accepts: any_text, hint: "" }
}
