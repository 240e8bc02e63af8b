//! Events: every type `operator.…`, every subject below `ops.operator`, and the name of the stream.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, Item, Lit};

use super::document::{Code, Document};
use super::{Seen, rust};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;

const TYPES: &str = "ops-core/src/event/mod.rs";
const STREAM: &str = "ops-store/src/nats/mod.rs";
const SUBJECT: &str = "ops.operator.";

/// What can be right.
struct Names {
    /// `operator.created`
    types: BTreeSet<String>,
    /// `ops.operator.>`
    subjects: String,
    stream: String,
}

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let stream = rust::parsed(files, STREAM)?;
    let types = types(&rust::parsed(files, TYPES)?);
    let names =
        Names { types, subjects: constant(&stream, "SUBJECTS")?, stream: constant(&stream, "STREAM")? };
    let mut seen = Seen::default();
    for document in documents {
        for code in document.spans() {
            if let Some(right) = is_right(code, &names) {
                let sentence = || {
                    let types: Vec<&str> = names.types.iter().map(String::as_str).collect();
                    format!(
                        "`{}` is no event, subject or stream: the types are {}, the subjects {}, the stream {}",
                        code.text,
                        types.join(", "),
                        names.subjects,
                        names.stream
                    )
                };
                seen.name((!right).then(|| document.fault(code, sentence())));
            }
        }
    }
    Ok(seen)
}

/// The name of the stream, which looks like a variable.
pub(super) fn stream(files: &[File]) -> Result<String, Failure> {
    constant(&rust::parsed(files, STREAM)?, "STREAM")
}

/// Nothing, when it is no name of this kind.
fn is_right(code: &Code, names: &Names) -> Option<bool> {
    let text = code.text.as_str();
    if let Some(rest) = text.strip_prefix("operator.") {
        let is_file = ["rs", "md", "sql"].contains(&rest);
        return (!is_file && rest.chars().all(is_word)).then(|| names.types.contains(text));
    }
    let is_pattern = text.starts_with("ops.") && text.contains(['<', '>', '*']);
    if text.starts_with(SUBJECT) || is_pattern {
        return Some(is_subject(text, names));
    }
    let is_name = !text.is_empty() && text.chars().all(is_word);
    let says_stream = code.before.trim_end().ends_with("stream") || text == names.stream;
    (is_name && says_stream && text.starts_with("OPS_")).then(|| text == names.stream)
}

/// `ops.operator.>` itself, or one below it: an operator, and the verb of a type.
fn is_subject(subject: &str, names: &Names) -> bool {
    let verbs = names.types.iter().filter_map(|kind| kind.split_once('.')).map(|(_, verb)| verb);
    let below: Vec<&str> = subject.strip_prefix(SUBJECT).unwrap_or_default().split('.').collect();
    subject == names.subjects
        || names.subjects == format!("{SUBJECT}>")
            && match below.as_slice() {
                ["<operator_id>" | "*", verb] => {
                    ["<verb>", "*"].contains(verb) || verbs.into_iter().any(|v| v == *verb)
                }
                _ => false,
            }
}

/// The words of `word_list! { EventType { … } }`.
fn types(file: &syn::File) -> BTreeSet<String> {
    let calls = rust::macro_calls(file, "word_list");
    let is_list = |tokens: &&Vec<TokenTree>| {
        tokens.iter().any(|token| matches!(token, TokenTree::Ident(name) if name == "EventType"))
    };
    let body = |tokens: &Vec<TokenTree>| match tokens.last() {
        Some(TokenTree::Group(body)) => body.stream(),
        _ => TokenStream::new(),
    };
    calls.iter().filter(is_list).flat_map(|tokens| rust::strings(body(tokens))).collect()
}

fn constant(file: &syn::File, name: &str) -> Result<String, Failure> {
    let found = file.items.iter().find_map(|item| match item {
        Item::Const(constant) if constant.ident == name => match &*constant.expr {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    found.ok_or_else(|| {
        format!("{STREAM} has no text {name}: say in xtask/src/docs/event.rs where it is now").into()
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(text: &str) -> (usize, usize) {
        let types = "word_list! { /// A.\n EventType { /// B.\n C = \"operator.created\", } }\nword_list! { What { D = \"operator.no\" } }";
        let stream =
            "pub const STREAM: &str = \"OPS_OPERATOR\";\npub const SUBJECTS: &str = \"ops.operator.>\";";
        let seen = look(&[document(text)], &checkout(&[(TYPES, types), (STREAM, stream)])).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_type_a_subject_and_a_stream_that_are_not_there_are_reported() {
        for wrong in [
            "`operator.made`",
            "`ops.operator.<operator_id>.made`",
            "`ops.operator.<verb>`",
            "`ops.operators.<operator_id>.<verb>`",
            "the stream `OPS_EVENTS`",
            "`operator.no`",
        ] {
            assert_eq!(found(wrong), (1, 1), "{wrong}");
        }
    }

    #[test]
    fn those_that_are_there_pass() {
        for right in [
            "`operator.created`",
            "`ops.operator.>`",
            "`ops.operator.<operator_id>.<verb>`",
            "`ops.operator.*.created`",
            "`OPS_OPERATOR`",
        ] {
            assert_eq!(found(right), (1, 0), "{right}");
        }
        for other in ["`operator.rs`", "`operator.health.x`", "`OPS_CONFIG`", "operator.made"] {
            assert_eq!(found(other), (0, 0), "{other}");
        }
    }
}
