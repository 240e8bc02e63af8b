//! `cargo xtask release --dry-run`: whether what is checked out could be released now, and what would be. It tags, publishes
//! and sends nothing.

mod artefact;
mod archives;
mod changelog;
mod checksums;
mod sbom;
mod version;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use crate::cargo::emptied_target_folder;
use crate::contract;
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::interrupt;
use crate::say::say;
use archives::Archives;
use artefact::Artefact;
use version::Version;

/// What `cargo xtask release` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Make and check everything, and stop before the tag
    #[arg(long)]
    dry_run: bool,
    /// Also with changes that are not committed, to try it out
    #[arg(long)]
    allow_dirty: bool,
}

/// A line for each step, all of them even after a failure; at the end, what was made.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if !arguments.dry_run {
        return Err(
            "a person tags and publishes (CONTRIBUTING.md, Releasing): give --dry-run to make and check \
                    everything up to there"
                .into(),
        );
    }
    let version = Version::of_workspace()?;
    let folder = emptied_target_folder(Path::new("release").join(version.to_string()))?;

    let mut failed = Vec::new();
    let mut archives = None;
    step("version", &mut failed, || version::complaints(&version, arguments.allow_dirty))?;
    step("changelog", &mut failed, || changelog::complaints(&version))?;
    step("contract", &mut failed, contract::complaints)?;
    step("packages", &mut failed, || {
        archives = Some(Archives::pack(&version, &folder, arguments.allow_dirty)?);
        archives.as_ref().map_or(Ok(Vec::new()), Archives::complaints)
    })?;
    if let Some(archives) = &archives {
        step("sbom", &mut failed, || sbom::write(archives, &version, &folder))?;
    }
    step("checksums", &mut failed, || checksums::write(&folder))?;

    say(format!("\n{}", folder.display()));
    for artefact in Artefact::all_in(&folder)? {
        say(artefact);
    }
    if failed.is_empty() {
        say(format!("release {version} could be made: tag v{version}, then publish these files"));
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("release failed: {}", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}

fn step(
    name: &'static str,
    failed: &mut Vec<&'static str>,
    work: impl FnOnce() -> Result<Vec<String>, Failure>,
) -> Result<(), Failure> {
    interrupt::check()?;
    let started = Instant::now();
    let complaints = work().unwrap_or_else(|failure| vec![failure.to_string()]);
    let verdict = if complaints.is_empty() { "ok" } else { "FAILED" };
    say(format!("{name:<10} {verdict:<7} {}", elapsed(started.elapsed())));
    if !complaints.is_empty() {
        failed.push(name);
    }
    complaints.iter().for_each(say);
    Ok(())
}
