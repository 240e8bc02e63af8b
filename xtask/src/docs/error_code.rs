//! Error codes: a word behind a status, such as 409 `duplicate`, and every word of a table column `code`.

use std::collections::BTreeMap;

use proc_macro2::TokenTree;

use super::document::{Code, Document};
use super::{Seen, rust};
use crate::failure::Failure;
use crate::tidy::checkout::File;

const CODES: &str = "ops-client/src/error_code.rs";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let codes = codes(&rust::parsed(files, CODES)?);
    let mut seen = Seen::default();
    for document in documents {
        for code in document.spans().filter(|code| is_lower_case_word(&code.text)) {
            let status = status_before(&code.before);
            if status.is_some() || code.column == "code" {
                seen.name(wrong(code, status, &codes).map(|sentence| document.fault(code, sentence)));
            }
        }
    }
    Ok(seen)
}

fn wrong(code: &Code, status: Option<u16>, codes: &BTreeMap<String, u16>) -> Option<String> {
    let word = &code.text;
    match (codes.get(word), status) {
        (None, _) => Some(format!("`{word}` is no error code: correct it, or drop it ({CODES} has them)")),
        (Some(real), Some(said)) if *real != said => {
            Some(format!("`{word}` has the status {real}, not {said}: correct one of them"))
        }
        _ => None,
    }
}

fn is_lower_case_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// 409 of `… answers 409 `.
fn status_before(before: &str) -> Option<u16> {
    let word = before.strip_suffix(' ')?.rsplit([' ', '(']).next()?;
    word.parse().ok().filter(|status| word.len() == 3 && (400..600).contains(status))
}

/// `= "word", 409, …` of every line of `error_codes! { … }`.
fn codes(file: &syn::File) -> BTreeMap<String, u16> {
    let calls = rust::macro_calls(file, "error_codes");
    let lines = calls.iter().flat_map(|tokens| tokens.windows(4));
    lines
        .filter_map(|tokens| match tokens {
            [equals, word, comma, TokenTree::Literal(status)]
                if rust::is_sign(equals, '=') && rust::is_sign(comma, ',') =>
            {
                Some((rust::string(word)?, status.to_string().parse().ok()?))
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(text: &str) -> (usize, Vec<String>) {
        let list = "error_codes! { /// One.\n Taken = \"taken\", 409, No, No, \"t\", \"a\"; Busy = \"busy\", 503, No, No, \"t\", \"a\"; }";
        let seen = look(&[document(text)], &checkout(&[(CODES, list)])).unwrap();
        (seen.names, seen.faults.into_iter().map(|fault| fault.sentence).collect())
    }

    #[test]
    fn a_code_that_is_not_there_is_reported() {
        for text in ["409 `token`", "(409 `tak_en`)", "| code |\n|---|\n| `taken_` |"] {
            let (names, sentences) = found(text);
            assert!(names == 1 && sentences[0].contains("is no error code"), "{text}: {sentences:?}");
        }
    }

    #[test]
    fn a_code_behind_the_wrong_status_is_reported() {
        let (_, sentences) = found("503 `taken`");
        assert_eq!(sentences, ["`taken` has the status 409, not 503: correct one of them"]);
    }

    #[test]
    fn codes_that_are_there_and_other_words_pass() {
        assert_eq!(found("409 `taken`, 503 `busy`; 401 `the token is old`"), (2, vec![]));
        assert_eq!(found("`other`, 200 `other` and 1409 `other`"), (0, vec![]));
        assert_eq!(found("| code | field |\n|---|---|\n| `taken` | `other` |"), (1, vec![]));
    }
}
