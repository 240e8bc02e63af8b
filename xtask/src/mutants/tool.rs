//! Runs cargo-mutants: which mutants there are, and which of them a selection of tests notices.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::mutant::Mutant;
use super::rung::Rung;
use super::skip::{self, Skip};
use super::tree::Tree;
use crate::cargo;
use crate::failure::Failure;
use crate::process;
use crate::say::say;
use crate::tools::MUTANTS;

/// How cargo-mutants ends when it could do its work: all noticed, some missed, some never ended.
const DONE: [i32; 3] = [0, 2, 3];

/// Seconds after which tests of the API about one noun will never end.
const ENDLESS_S: &str = "300";

/// In cargo-mutants' own folder of results: names of mutants that it need not try again. It is how some are chosen here:
/// its `--re` passes over deleted fields.
const NOT_AGAIN: &str = "previously_caught.txt";

/// A tree whose files are changed, and a folder for what is found.
pub(crate) struct Workplace {
    folder: PathBuf,
    tree: PathBuf,
    /// Shared with every other build: only the crates of the workspace differ, by their place.
    target: PathBuf,
    skips: Vec<Skip>,
    /// Every mutant that there is, also those that are skipped.
    all: Vec<Mutant>,
}

/// What a selection of tests said to some mutants.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) caught: usize,
    pub(crate) timed_out: usize,
    pub(crate) unviable: usize,
    pub(crate) missed: Vec<Mutant>,
}

impl Workplace {
    /// In these folders, where what is skipped must exist.
    pub(crate) fn new(folder: &Path, target: &Path, tree: &Tree, skips: Vec<Skip>) -> Result<Self, Failure> {
        let (folder, tree, target) = (folder.to_owned(), tree.path.clone(), target.to_owned());
        let mut workplace = Self { folder, tree, target, skips, all: Vec::new() };
        workplace.all = workplace.list(&[])?;
        skip::check(&workplace.skips, &workplace.all)?;
        Ok(workplace)
    }

    /// Every mutant of a package.
    pub(crate) fn of_package(&self, package: &str) -> Result<Vec<Mutant>, Failure> {
        let of_package: Vec<_> =
            self.all.iter().filter(|mutant| mutant.package == package).cloned().collect();
        if of_package.is_empty() {
            return Err(format!("{package} is no package with code that can be changed").into());
        }
        Ok(self.without_skipped(of_package))
    }

    /// Every mutant of the lines that a diff touches.
    pub(crate) fn of_changes(&self, diff: &str) -> Result<Vec<Mutant>, Failure> {
        if diff.is_empty() {
            return Ok(Vec::new());
        }
        let file = self.folder.join("changes.diff");
        fs::write(&file, diff).map_err(|cause| Failure::because(file.display(), cause))?;
        Ok(self.without_skipped(self.list(&["--in-diff", &file.display().to_string()])?))
    }

    fn without_skipped(&self, mut mutants: Vec<Mutant>) -> Vec<Mutant> {
        mutants.retain(|mutant| !self.skips.iter().any(|skip| skip.covers(mutant)));
        mutants
    }

    fn list(&self, which: &[&str]) -> Result<Vec<Mutant>, Failure> {
        let mut list = self.command()?;
        list.args(["--list", "--json", "--workspace"]).args(which);
        let output = process::finish(list)?;
        if output.stdout.is_empty() {
            return Ok(Vec::new()); // what it says of a diff without any
        }
        let told: Value = serde_json::from_slice(&output.stdout)
            .map_err(|cause| Failure::because("cargo mutants --list", cause))?;
        let mutants = told.as_array().and_then(|list| list.iter().map(Mutant::read).collect());
        mutants.ok_or_else(|| "cargo mutants lists mutants in a form that is not known here".into())
    }

    /// Puts these mutants into the tree, one at a time, and runs the tests. First the tests must pass without any.
    pub(crate) fn test(&self, mutants: &[Mutant], rung: &Rung) -> Result<Outcome, Failure> {
        let results = self.folder.join("mutants.out");
        self.choose(mutants, &results).map_err(|cause| Failure::because(results.display(), cause))?;
        let mut test = self.command()?;
        test.args(["--iterate", "--in-place", "--caught", "--unviable", "--colors=never", "--output"]);
        test.arg(&self.folder).args(["--test-package", rung.package()]);
        if matches!(rung, Rung::Api { .. }) {
            // its run before any mutant asks the packages that have some, and these tests are in another
            self.must_pass(rung)?;
            test.args(["--baseline=skip", "--timeout", ENDLESS_S]);
        }
        for target in rung.targets() {
            test.args(["--cargo-arg", target]);
        }
        // also for the run before any mutant, which tests these packages and no others
        let changed = mutants.iter().map(|mutant| mutant.package.as_str());
        for package in changed.chain([rung.package()]).collect::<BTreeSet<_>>() {
            test.args(["--package", package]);
        }
        if let Some(filter) = rung.filter() {
            test.args(["--", "--", &filter]);
        }
        let status = process::stream(test, |line| say(line))?;
        if !status.code().is_some_and(|code| DONE.contains(&code)) {
            return Err(
                format!("cargo-mutants ended with {status}; do the tests pass without a change?").into()
            );
        }
        let file = results.join("outcomes.json");
        let text = fs::read_to_string(&file).map_err(|cause| Failure::because(file.display(), cause))?;
        let outcome = Outcome::read(&text)?;
        let told = outcome.caught + outcome.timed_out + outcome.unviable + outcome.missed.len();
        if told == mutants.len() {
            return Ok(outcome);
        }
        Err(format!("cargo-mutants was given {} mutants and tried {told}", mutants.len()).into())
    }

    /// The tests pass as the code is; what they say with a mutant is the mutant's doing then.
    fn must_pass(&self, rung: &Rung) -> Result<(), Failure> {
        let mut test = Command::new(cargo::program());
        test.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target);
        test.args(["test", "--quiet", "--package", rung.package()]).args(rung.targets());
        test.arg("--").args(rung.filter());
        process::finish(test).map(drop)
    }

    fn choose(&self, mutants: &[Mutant], results: &Path) -> io::Result<()> {
        let chosen: BTreeSet<_> = mutants.iter().map(|mutant| &mutant.name).collect();
        let others = self.all.iter().map(|mutant| &mutant.name).filter(|name| !chosen.contains(name));
        let others = others.fold(String::new(), |lines, name| lines + name + "\n");
        if results.exists() {
            fs::remove_dir_all(results)?;
        }
        fs::create_dir_all(results)?;
        fs::write(results.join(NOT_AGAIN), others)
    }

    fn command(&self) -> Result<Command, Failure> {
        let mut command = MUTANTS.command()?;
        command.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target).arg("--no-config");
        Ok(command)
    }
}

impl Outcome {
    fn read(text: &str) -> Result<Self, Failure> {
        let unknown = || Failure::from("cargo-mutants tells its outcomes in a form that is not known here");
        let told: Value =
            serde_json::from_str(text).map_err(|cause| Failure::because("outcomes.json", cause))?;
        let mut outcome = Self::default();
        for one in told.get("outcomes").and_then(Value::as_array).ok_or_else(unknown)? {
            let Some(mutant) = one.pointer("/scenario/Mutant") else { continue };
            match one.get("summary").and_then(Value::as_str).ok_or_else(unknown)? {
                "CaughtMutant" => outcome.caught += 1,
                "Timeout" => outcome.timed_out += 1,
                "Unviable" => outcome.unviable += 1,
                "MissedMutant" => outcome.missed.push(Mutant::read(mutant).ok_or_else(unknown)?),
                _ => return Err(unknown()),
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_counted_and_the_missed_are_named() {
        let outcome = |summary: &str, name: &str| {
            format!(
                r#"{{"scenario": {{"Mutant": {{"name": "{name}", "package": "p", "file": "f"}}}}, "summary": "{summary}"}}"#
            )
        };
        let told = format!(
            r#"{{"outcomes": [{{"scenario": "Baseline", "summary": "Success"}}, {}, {}, {}, {}]}}"#,
            outcome("CaughtMutant", "one"),
            outcome("MissedMutant", "two"),
            outcome("Timeout", "three"),
            outcome("Unviable", "four"),
        );
        let read = Outcome::read(&told).unwrap();
        assert_eq!((read.caught, read.timed_out, read.unviable), (1, 1, 1));
        assert_eq!(read.missed[0].name, "two");

        let unknown = told.replace("Timeout", "Exhausted");
        assert!(Outcome::read(&unknown).unwrap_err().to_string().contains("not known here"));
    }
}
