//! `cargo xtask contract`: what is committed under `docs/contract/` is what the code makes, and breaks nothing that was
//! promised with the last release.

mod base;
mod generated;
mod judgement;
mod secret_names;
mod version;

mod asyncapi;
mod envelope;
mod event;
mod openapi;
mod place;
mod schema;

use std::fmt;
use std::process::ExitCode;

use serde_json::Value;

use crate::failure::Failure;
use crate::say::say;
use base::Base;
use judgement::{Judgement, Verdict, judge};

/// Where the contract lies.
const FOLDER: &str = "docs/contract";

/// What `cargo xtask contract` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write what the code makes, in place of comparing it
    #[arg(long)]
    write: bool,
    /// Compare with this commit or tag in place of the last release
    #[arg(long, value_name = "REF")]
    base: Option<String>,
}

/// A document of the contract with its path below the folder.
#[derive(Debug, Clone, PartialEq)]
struct Document {
    file: String,
    content: Value,
}

/// What changed, where, and why it breaks somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Break {
    /// Into the new document, or into the old one for what is gone.
    pointer: String,
    what: String,
}

impl Break {
    fn at(pointer: &str, what: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), what: what.into() }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.what),
            pointer => write!(f, "{pointer}: {}", self.what),
        }
    }
}

/// Does it: what is wrong with the committed files, then a line for each document since the last release.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.write {
        generated::write()?;
    }
    let findings = Findings::of(arguments.base.as_deref())?;
    findings.faults.iter().for_each(say);
    match &findings.base {
        Some(base) => say(format!("since {base}:")),
        None => say("there is no release yet, so nothing that it could break"),
    }
    findings.judgements.iter().flat_map(Judgement::lines).for_each(say);
    let is_well = findings.complaints().is_empty();
    say(format!("contract {}", if is_well { "ok" } else { "FAILED" }));
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything that is wrong, a line each; for `cargo xtask check` too.
pub(crate) fn complaints() -> Result<Vec<String>, Failure> {
    Ok(Findings::of(None)?.complaints())
}

struct Findings {
    /// What is wrong with the committed files.
    faults: Vec<String>,
    base: Option<String>,
    judgements: Vec<Judgement>,
}

impl Findings {
    fn of(base: Option<&str>) -> Result<Self, Failure> {
        let mut faults = generated::differences()?;
        let committed = base::committed()?;
        faults.extend(secret_names::faults(&committed));
        let base = Base::find(base)?;
        let before = base.as_ref().map(Base::documents).transpose()?;
        let judgements = before.map(|before| judge(&before, &committed)).unwrap_or_default();
        Ok(Self { faults, base: base.map(|base| base.name), judgements })
    }

    fn complaints(&self) -> Vec<String> {
        let broken = self.judgements.iter().filter(|judgement| judgement.verdict == Verdict::Breaks);
        self.faults.iter().cloned().chain(broken.flat_map(Judgement::lines)).collect()
    }
}

#[cfg(test)]
mod tests;
