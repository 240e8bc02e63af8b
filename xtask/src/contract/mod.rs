//! `cargo xtask contract`: what is committed under `docs/contract/` is what the code makes, and breaks nothing that was
//! promised with the last release.

mod base;
mod event;
mod generated;
mod openapi;
mod secret_names;
mod version;

use std::process::ExitCode;

use serde_json::Value;

use crate::failure::Failure;
use base::Base;

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

/// What changed, and why it breaks somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Break {
    file: String,
    what: String,
}

impl Break {
    fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into() }
    }
}

/// Does it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.write {
        generated::write()?;
    }
    let faults = faults(arguments.base.as_deref())?;
    for fault in &faults {
        println!("{fault}");
    }
    println!("contract {}", if faults.is_empty() { "ok" } else { "FAILED" });
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything that is wrong, a line each; for `cargo xtask check` too.
pub(crate) fn complaints() -> Result<Vec<String>, Failure> {
    faults(None)
}

fn faults(base: Option<&str>) -> Result<Vec<String>, Failure> {
    let mut faults = generated::differences()?;
    let committed = base::committed()?;
    faults.extend(secret_names::faults(&committed));
    let Some(base) = Base::find(base)? else {
        println!("contract: there is no release yet, so nothing that it could break");
        return Ok(faults);
    };
    let verdict = compare(&base.documents()?, &committed)?;
    println!(
        "contract: {} of {} since {}",
        if verdict.breaks.is_empty() { "no break" } else { "breaks" },
        committed.len(),
        base.name
    );
    if !verdict.allowed {
        faults.extend(verdict.breaks.iter().map(|it| format!("{FOLDER}/{}: {}", it.file, it.what)));
        if !verdict.breaks.is_empty() {
            faults.push(version::remedy());
        }
    }
    Ok(faults)
}

/// What a comparison came to.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    breaks: Vec<Break>,
    /// Whether the version says that something breaks.
    allowed: bool,
}

fn compare(old: &[Document], new: &[Document]) -> Result<Verdict, Failure> {
    let mut breaks = Vec::new();
    for before in old {
        let after = new.iter().find(|after| after.file == before.file);
        match (after, before.file.as_str()) {
            (_, file) if file.contains("/examples/") => {}
            (None, file) => breaks.push(Break::new(file, "is gone; what was published stays readable")),
            (Some(after), file) if file.starts_with("openapi/") => {
                breaks.extend(openapi::breaks(file, &before.content, &after.content)?);
            }
            (Some(after), file) if file.starts_with("events/") => {
                breaks.extend(event::breaks(file, &before.content, &after.content)?);
            }
            // made of the schemas that are compared above
            (Some(_), _) => {}
        }
    }
    breaks.sort();
    Ok(Verdict { breaks, allowed: version::is_raised(old, new) })
}

#[cfg(test)]
mod tests;
