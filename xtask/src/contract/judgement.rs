//! Every document of the contract against what it was: one verdict each.

use std::fmt;

use serde_json::Value;

use super::{Break, Document, FOLDER, asyncapi, envelope, event, openapi, version};

/// The document whose version counts for those that have none.
const LEADS: &str = "openapi/admin.json";

/// What became of one document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    Same,
    Harmless,
    /// It breaks somebody, and its version says so.
    Allowed(String),
    Breaks,
}

/// One document with its verdict, and what breaks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) file: String,
    pub(super) verdict: Verdict,
    pub(super) breaks: Vec<Break>,
}

impl Judgement {
    fn new(file: &str, verdict: Verdict, breaks: Vec<Break>) -> Self {
        Self { file: file.to_owned(), verdict, breaks }
    }

    /// The line of the document, one for each break, and what to do when it must not stay.
    pub(super) fn lines(&self) -> Vec<String> {
        let head = format!("{FOLDER}/{}: {}", self.file, self.verdict);
        let breaks = self.breaks.iter().map(|it| format!("  {it}"));
        std::iter::once(head).chain(breaks).chain(self.remedy().map(|remedy| format!("  {remedy}"))).collect()
    }

    fn remedy(&self) -> Option<&'static str> {
        let is_schema = self.file.starts_with("events/") && !self.is_gone();
        (self.verdict == Verdict::Breaks).then_some(if is_schema {
            "take it back, or leave this file as it was and publish a schema of the next version beside it"
        } else {
            "take it back, or raise the major version (before 1.0.0 the minor one) in Cargo.toml"
        })
    }

    fn is_gone(&self) -> bool {
        self.breaks.iter().any(|it| it.pointer.is_empty() && it.what == GONE)
    }
}

const GONE: &str = "is gone; what was published stays";

/// Judges all documents that there are, and those that there were. Examples promise nothing.
pub(super) fn judge(old: &[Document], new: &[Document]) -> Vec<Judgement> {
    let is_judged = |document: &&Document| !document.file.contains("/examples/");
    let find =
        |list: &[Document], file: &str| list.iter().find(|it| it.file == file).map(|it| it.content.clone());
    let mut judged = Vec::new();
    for after in new.iter().filter(is_judged) {
        judged.push(match find(old, &after.file) {
            None => Judgement::new(&after.file, Verdict::New, Vec::new()),
            Some(before) => compared(&after.file, &before, &after.content, old, new),
        });
    }
    for before in old.iter().filter(is_judged).filter(|it| find(new, &it.file).is_none()) {
        let verdict = match (find(old, LEADS), find(new, LEADS)) {
            (Some(was), Some(is)) => verdict(&was, &is),
            _ => Verdict::Breaks,
        };
        judged.push(Judgement::new(&before.file, verdict, vec![Break::at("", GONE)]));
    }
    judged.sort_by(|one, other| one.file.cmp(&other.file));
    judged
}

fn compared(file: &str, before: &Value, after: &Value, old: &[Document], new: &[Document]) -> Judgement {
    if before == after {
        return Judgement::new(file, Verdict::Same, Vec::new());
    }
    let is_event = file.starts_with("events/");
    let mut breaks = if file.starts_with("openapi/") {
        openapi::breaks(before, after)
    } else if envelope::is_envelope(file) {
        envelope::breaks(before, after, old, new)
    } else if is_event {
        event::breaks(before, after)
    } else {
        asyncapi::breaks(before, after)
    };
    breaks.sort();
    breaks.dedup();
    let verdict = match breaks.is_empty() {
        true => Verdict::Harmless,
        false if is_event => Verdict::Breaks,
        false => verdict(before, after),
    };
    Judgement::new(file, verdict, breaks)
}

fn verdict(before: &Value, after: &Value) -> Verdict {
    if version::is_raised(before, after) {
        Verdict::Allowed(format!("{} → {}", version::of(before), version::of(after)))
    } else {
        Verdict::Breaks
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Same => f.write_str("as it was"),
            Self::Harmless => f.write_str("changed, and breaks nobody"),
            Self::Allowed(versions) => write!(f, "breaks, as its version says ({versions})"),
            Self::Breaks => f.write_str("BREAKS"),
        }
    }
}
