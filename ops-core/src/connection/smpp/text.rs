//! How text becomes octets: which data codings the operator takes, and how long messages are cut.

use serde::{Deserialize, Serialize};

use crate::{list::List, number_rule::listed_number, text_rule::word_list};

/// One way to encode text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// Which characters a message of this kind has.
    pub alphabet: Alphabet,
    /// What `data_coding` says for it.
    pub data_coding: DataCoding,
    /// How its characters become octets on this connection.
    pub charset: Charset,
}

/// Up to eight encodings, one for each alphabet; an alphabet without one is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Encodings(pub List<Encoding, 0, 8>);

impl Default for Encodings {
    /// The operator's default alphabet under 0 and UCS-2 under 8 (SMPP 3.4 §5.2.19).
    fn default() -> Self {
        let of = |alphabet, data_coding, charset| Encoding {
            alphabet,
            data_coding: DataCoding(data_coding),
            charset,
        };
        Self(List::of([of(Alphabet::Gsm7, 0, Charset::Gsm7), of(Alphabet::Ucs2, 8, Charset::Utf16Be)]))
    }
}

word_list! {
    /// Which characters a message has.
    Alphabet {
        /// The GSM 7 bit default alphabet (3GPP TS 23.038 §6.2.1).
        Gsm7 = "gsm7",
        /// ISO 8859-1.
        Latin1 = "latin1",
        /// Any character (3GPP TS 23.038 §6.2.3).
        Ucs2 = "ucs2",
        /// No text.
        Binary = "binary",
    }
}

listed_number! {
    /// `data_coding` (SMPP 3.4 §5.2.19), without what it reserves: 0 to 10, 13 and 14, 192 to 223 (message waiting), 240 to
    /// 255 (message class).
    DataCoding, [(0, 10), (13, 14), (192, 223), (240, 255)]
}

word_list! {
    /// How characters become octets.
    Charset {
        /// One octet for each GSM 7 bit character.
        Gsm7 = "gsm7",
        /// GSM 7 bit characters packed into octets (3GPP TS 23.038 §6.1.2.1).
        Gsm7Packed = "gsm7_packed",
        /// ASCII.
        Ascii = "ascii",
        /// ISO 8859-1.
        Latin1 = "latin1",
        /// UTF-8.
        Utf8 = "utf8",
        /// UTF-16, big end first.
        Utf16Be = "utf16be",
    }
}

word_list! {
    /// How a message that is too long for one submit is sent.
    LongMessage default Udh {
        /// In segments with a user data header (3GPP TS 23.040 §9.2.3.24.1).
        Udh = "udh",
        /// In segments with `sar_…` TLVs (SMPP 3.4 §5.3.2.22).
        SarTlv = "sar_tlv",
        /// At once in the `message_payload` TLV (SMPP 3.4 §5.3.2.32).
        MessagePayload = "message_payload",
        /// Not at all.
        None = "none",
    }
}
