//! How the id of a receipt and that of a submit become the same one.

use super::receipt::{Dlr, IdBase, IdCase, IdSource, TestVector};
use crate::{
    Text,
    invalid::{Fault, Rule},
};

impl Dlr {
    /// What is wrong with the test vectors, with pointers below the profile's `dlr`.
    pub(super) fn check(&self) -> Vec<Fault> {
        let wrong = |(at, vector): (usize, &TestVector)| {
            let fault = |field: &str, message: &str| {
                Fault::new(format!("/test_vectors/{at}/{field}"), Rule::Combination, message)
            };
            let expected = Some(vector.expect.as_str());
            let submitted = self.canonical(vector.submit_id.as_str(), self.submit_id_base);
            let receipted =
                self.id_in(vector.receipt.as_str()).and_then(|id| self.canonical(id, self.receipt_id_base));
            let submit = (submitted.as_deref() != expected).then(|| {
                fault(
                    "submit_id",
                    "does not come to the expected id by submit_id_base, id_case and strip_leading_zeros",
                )
            });
            let receipt = (receipted.as_deref() != expected).then(|| {
                fault("receipt", "does not come to the expected id by id_source, receipt_id_base, id_case and strip_leading_zeros")
            });
            submit.into_iter().chain(receipt)
        };
        self.test_vectors.iter().enumerate().flat_map(wrong).collect()
    }

    /// The id that a receipt names: its text behind `id:` (SMPP 3.4 Appendix B), or the receipt itself where it is the value of
    /// the TLV.
    #[must_use]
    pub fn id_in<'a>(&self, receipt: &'a str) -> Option<&'a str> {
        match self.id_source {
            IdSource::Text => in_text(receipt),
            IdSource::Tlv => Some(receipt),
            IdSource::TlvThenText => in_text(receipt).or(Some(receipt)),
        }
    }

    /// The one form of an id that is written in `base`: of a number its decimal digits. Nothing when it is no such number.
    #[must_use]
    pub fn canonical(&self, id: &str, base: IdBase) -> Option<String> {
        match base {
            IdBase::Dec => decimal(id, 10),
            IdBase::Hex => decimal(id.strip_prefix("0x").unwrap_or(id), 16),
            IdBase::Raw => Some(self.text(id)),
        }
    }

    fn text(&self, id: &str) -> String {
        let cased = match self.id_case {
            IdCase::Keep => id.to_owned(),
            IdCase::Lower => id.to_ascii_lowercase(),
            IdCase::Upper => id.to_ascii_uppercase(),
        };
        if !self.strip_leading_zeros {
            return cased;
        }
        match cased.trim_start_matches('0') {
            "" => "0".to_owned(),
            rest => rest.to_owned(),
        }
    }
}

/// The word behind `id:`, at the start or behind a space, in any case.
fn in_text(receipt: &str) -> Option<&str> {
    let lower = receipt.to_ascii_lowercase();
    let start = lower.match_indices("id:").map(|(at, _)| at).find(|at| {
        // not the end of another word
        lower.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(' '))
    })?;
    let rest = receipt.get(start + "id:".len()..)?.trim_start_matches(' ');
    rest.split(' ').next().filter(|id| !id.is_empty())
}

/// The decimal digits of a number of any length.
fn decimal(id: &str, radix: u32) -> Option<String> {
    // least digit first
    let mut digits = vec![0_u32];
    if id.is_empty() {
        return None;
    }
    for c in id.chars() {
        let mut carry = c.to_digit(radix)?;
        for digit in &mut digits {
            carry += *digit * radix;
            *digit = carry % 10;
            carry /= 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    let text: String = digits.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    let trimmed = text.trim_start_matches('0');
    Some(if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list::List, testing::text};

    const RECEIPT: &str = "id:0123456789 sub:001 dlvrd:001 submit date:2511261200 done date:2511261201 stat:DELIVRD err:000 text:hello";

    fn dlr(source: IdSource, submit: IdBase, receipt: IdBase) -> Dlr {
        Dlr { id_source: source, submit_id_base: submit, receipt_id_base: receipt, ..Dlr::default() }
    }

    fn told(dlr: &Dlr, submit: &str, receipt: &str, expect: &str) -> Vec<String> {
        let vector = TestVector { submit_id: text(submit), receipt: text(receipt), expect: text(expect) };
        let with = Dlr { test_vectors: List::parse(vec![vector]).unwrap(), ..dlr.clone() };
        with.check().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn ids_of_both_sides_come_to_one_whatever_their_base_case_and_zeros() {
        use IdBase::{Dec, Hex, Raw};
        let none: Vec<String> = Vec::new();
        let by_text = |submit, receipt| dlr(IdSource::Text, submit, receipt);
        assert_eq!(told(&by_text(Hex, Dec), "75BCD15", RECEIPT, "123456789"), none);
        assert_eq!(told(&by_text(Raw, Raw), "0123456789", RECEIPT, "0123456789"), none);
        let stripped = Dlr { strip_leading_zeros: true, ..by_text(Raw, Raw) };
        assert_eq!(told(&stripped, "123456789", RECEIPT, "123456789"), none);
        let lower = Dlr { id_case: IdCase::Lower, ..dlr(IdSource::Tlv, Raw, Raw) };
        assert_eq!(told(&lower, "ABC-1", "aBc-1", "abc-1"), none);
        let either = dlr(IdSource::TlvThenText, Dec, Dec);
        assert_eq!(told(&either, "123456789", "0000123456789", "123456789"), none);
        assert_eq!(told(&either, "123456789", RECEIPT, "123456789"), none);
        let long = "f".repeat(40);
        let as_decimal = "1461501637330902918203684832716283019655932542975";
        assert_eq!(told(&dlr(IdSource::Tlv, Hex, Dec), &long, as_decimal, as_decimal), none);
    }

    #[test]
    fn one_message_has_one_form_of_its_id() {
        use IdBase::{Dec, Hex, Raw};
        let as_it_is = Dlr::default();
        let upper = Dlr { id_case: IdCase::Upper, strip_leading_zeros: true, ..Dlr::default() };
        for (dlr, base, id, form) in [
            (&as_it_is, Dec, "0", Some("0")),
            (&as_it_is, Dec, "000", Some("0")),
            (&as_it_is, Dec, "0090", Some("90")),
            (&as_it_is, Dec, "9a", None),
            (&as_it_is, Dec, "", None),
            (&as_it_is, Hex, "0xFf", Some("255")),
            (&as_it_is, Hex, "fffffffffffffffff", Some("295147905179352825855")),
            (&as_it_is, Hex, "0x", None),
            (&as_it_is, Hex, "0X1", None),
            (&as_it_is, Hex, "g", None),
            (&as_it_is, Raw, "00aB-1", Some("00aB-1")),
            (&upper, Raw, "00aB-1", Some("AB-1")),
            (&upper, Raw, "000", Some("0")),
            (&upper, Raw, "100", Some("100")),
        ] {
            assert_eq!(dlr.canonical(id, base).as_deref(), form, "{base} {id}");
        }
    }

    #[test]
    fn a_receipt_names_its_message_behind_the_word_id_or_is_its_name() {
        use IdSource::{Text, Tlv, TlvThenText};
        for (source, receipt, id) in [
            (Text, RECEIPT, Some("0123456789")),
            (Text, "stat:DELIVRD ID:  a1 err:000", Some("a1")),
            (Text, "grid:1 id:2", Some("2")),
            (Text, "grid:1", None),
            (Text, "id:", None),
            (Text, "a1", None),
            (Tlv, RECEIPT, Some(RECEIPT)),
            (TlvThenText, "a1", Some("a1")),
            (TlvThenText, "id:a1", Some("a1")),
        ] {
            let dlr = Dlr { id_source: source, ..Dlr::default() };
            assert_eq!(dlr.id_in(receipt), id, "{source} {receipt}");
        }
    }

    #[test]
    fn each_vector_is_told_at_its_own_place() {
        let vector =
            |receipt: &str| TestVector { submit_id: text("a"), receipt: text(receipt), expect: text("a") };
        let vectors = [vector("id:a"), vector("id:b"), vector("id:c")];
        let dlr = Dlr { test_vectors: List::parse(vectors.to_vec()).unwrap(), ..Dlr::default() };
        let told: Vec<_> = dlr.check().into_iter().map(|fault| (fault.pointer, fault.invalid.rule)).collect();
        let at = |place: &str| (format!("/test_vectors/{place}/receipt"), Rule::Combination);
        assert_eq!(told, [at("1"), at("2")]);
    }

    #[test]
    fn a_vector_that_does_not_come_together_is_told_on_the_side_that_is_wrong() {
        use IdBase::{Dec, Hex, Raw};
        let by_text = |submit, receipt| dlr(IdSource::Text, submit, receipt);
        let submit = ["/test_vectors/0/submit_id"];
        let receipt = ["/test_vectors/0/receipt"];
        assert_eq!(told(&by_text(Raw, Dec), "75BCD15", RECEIPT, "123456789"), submit);
        assert_eq!(told(&by_text(Hex, Hex), "75BCD15", RECEIPT, "123456789"), receipt);
        assert_eq!(told(&by_text(Hex, Dec), "no-number", RECEIPT, "123456789"), submit);
        assert_eq!(told(&by_text(Hex, Dec), "75BCD15", "stat:DELIVRD", "123456789"), receipt);
        assert_eq!(told(&by_text(Dec, Dec), "1", "sub:001 grid:1 id:", "1"), receipt);
        assert_eq!(told(&by_text(Raw, Raw), "a", "id:b", "c").len(), 2);
    }
}
