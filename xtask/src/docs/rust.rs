//! Reads names out of Rust sources: the syntax tree of a file, and the tokens of a macro that holds a list.

use proc_macro2::{TokenStream, TokenTree};
use syn::Item;

use crate::failure::Failure;
use crate::tidy::checkout::File;

/// The text of that file.
pub(super) fn text<'a>(files: &'a [File], path: &str) -> Result<&'a str, Failure> {
    let found = files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    found.ok_or_else(|| {
        format!("{path} is not there, and the docs check reads names from it: say in xtask/src/docs where they are now")
            .into()
    })
}

/// The syntax tree of that file.
pub(super) fn parsed(files: &[File], path: &str) -> Result<syn::File, Failure> {
    parse(path, text(files, path)?)
}

pub(super) fn parse(path: &str, text: &str) -> Result<syn::File, Failure> {
    syn::parse_file(text)
        .map_err(|cause| Failure::because(format!("{path} is no Rust that can be read"), cause))
}

/// What stands between the brackets of every `name! { … }` of that file.
pub(super) fn macro_calls(file: &syn::File, name: &str) -> Vec<Vec<TokenTree>> {
    let calls = file.items.iter().filter_map(|item| match item {
        Item::Macro(call) if call.ident.is_none() && call.mac.path.is_ident(name) => Some(&call.mac.tokens),
        _ => None,
    });
    calls.map(|tokens| tokens.clone().into_iter().collect()).collect()
}

/// The text of a string.
pub(super) fn string(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|text| text.value())
}

/// The strings that stand directly in these tokens, not deeper: documentation is deeper.
pub(super) fn strings(tokens: TokenStream) -> Vec<String> {
    tokens.into_iter().filter_map(|token| string(&token)).collect()
}

/// Whether that token is that sign.
pub(super) fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_from_a_definition_and_documentation_from_what_is_listed() {
        let text = "macro_rules! list { () => {}; }\nlist! { /// one \"two\"\n A = \"three\", B = \"four\" }";
        let calls = macro_calls(&parse("a.rs", text).unwrap(), "list");
        assert_eq!(calls.len(), 1);
        assert_eq!(strings(calls[0].iter().cloned().collect()), ["three", "four"]);
    }

    #[test]
    fn a_file_that_is_gone_says_what_to_do() {
        let failure = parsed(&[], "a/src/b.rs").err().unwrap().to_string();
        assert!(failure.starts_with("a/src/b.rs is not there"), "{failure}");
    }
}
