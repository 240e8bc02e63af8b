//! Messages: what a table column `what is said` quotes, the sources say: piece by piece, since they put numbers, paths and
//! names between.

use super::Seen;
use super::document::Document;
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::source::Source;

const COLUMN: &str = "what is said";
/// A message of another program begins with its name.
const OF_OTHERS: [&str; 1] = ["curl: "];
/// Fewer words say nothing.
const WORDS_MIN: usize = 3;
/// Stands for what is put in between the words of a source.
const PUT_IN: &str = "{}";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let said = said(files);
    let mut seen = Seen::default();
    for document in documents {
        let quoted = document.spans().filter(|code| code.column == COLUMN);
        for code in quoted.filter(|code| !OF_OTHERS.iter().any(|other| code.text.starts_with(other))) {
            for piece in pieces(&code.text) {
                let sentence = || format!("no source says `{}`: quote what is said", piece.join(" "));
                seen.name((!is_said(&piece, &said)).then(|| document.fault(code, sentence())));
            }
        }
    }
    Ok(seen)
}

/// The runs of plain words of a message: what has digits, slashes or quotes in it was put in between.
fn pieces<'a>(message: &'a str) -> Vec<Vec<&'a str>> {
    let is_plain = |word: &&str| {
        let word = word.trim_end_matches([',', '\'']);
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || "-_'".contains(c))
    };
    let parts = message.split([':', ';', '(', ')', '…', '`', '[', ']']);
    let words = parts.map(|part| part.split_whitespace().collect::<Vec<_>>());
    let runs =
        words.flat_map(|words| words.split(|word| !is_plain(word)).map(<[&str]>::to_vec).collect::<Vec<_>>());
    let bare =
        |run: Vec<&'a str>| run.into_iter().map(|word| word.trim_end_matches([',', '.'])).collect::<Vec<_>>();
    runs.map(bare).filter(|run| run.len() >= WORDS_MIN).collect()
}

/// Word for word; one of them may have been put in.
fn is_said(piece: &[&str], said: &[String]) -> bool {
    said.windows(piece.len()).any(|words| {
        let mut put_in = 0;
        words.iter().zip(piece).all(|(word, wanted)| {
            put_in += usize::from(word == PUT_IN);
            word == wanted || (word == PUT_IN && put_in == 1)
        })
    })
}

/// The words of all sources without comments, in their order.
fn said(files: &[File]) -> Vec<String> {
    let sources = files
        .iter()
        .filter(|file| (file.is_rust() || file.path.ends_with(".sql")) && !file.is_under("xtask/src/docs"));
    sources
        .flat_map(|file| {
            let text = if file.is_rust() { Source::of(&file.text).uncommented } else { file.text.clone() };
            words(&text)
        })
        .collect()
}

/// Words and, for `{name}` and `{}`, the mark.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in text.split('{').enumerate() {
        let inside =
            part.split_once('}').filter(|(inside, _)| number > 0 && !inside.contains(char::is_whitespace));
        let plain = inside.map_or(part, |(_, behind)| behind);
        words.extend(inside.map(|_| PUT_IN.to_owned()));
        let found = plain.split(|c: char| !(c.is_ascii_alphanumeric() || "-_'".contains(c)));
        words.extend(
            found.map(|word| word.trim_matches('\'')).filter(|word| !word.is_empty()).map(str::to_owned),
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(message: &str) -> (usize, usize) {
        let source = "format!(\"{name} cannot find the key on {path}: name \\\n    another key; or {more}\"); // it is a comment only";
        let table = format!("| what is said | do |\n|---|---|\n| {message} | x |");
        let seen = look(&[document(&table)], &checkout(&[("a/src/lib.rs", source)])).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_message_that_nothing_says_is_reported() {
        for wrong in ["`admin cannot found the key on /x`", "`name other key`", "`it is a comment only`"] {
            assert_eq!(found(wrong), (1, 1), "{wrong}");
        }
    }

    #[test]
    fn a_message_passes_with_what_is_put_in() {
        assert_eq!(found("`admin cannot find the key on /a/b.key: name another key; …`"), (2, 0));
        assert_eq!(found("`name another key`"), (1, 0));
        for other in ["`curl: (1) nobody says this here`", "nobody says this here", "409 `taken`"] {
            assert_eq!(found(other), (0, 0), "{other}");
        }
    }
}
