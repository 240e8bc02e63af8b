//! The version: one for all crates, above the last release, of what is committed.

use std::fmt;
use std::fs;

use serde_json::Value;
use toml::Table;

use crate::cargo::{cargo, checkout};
use crate::failure::Failure;
use crate::git::git;
use crate::process;

/// The crates that a release packs, each after those that it needs.
pub(crate) const CRATES: [&str; 4] = ["ops-core", "ops-client", "ops-store", "ops-daemon"];

/// Major, minor and patch, as in [semver.org](https://semver.org).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u64, u64, u64);

impl Version {
    /// Of `[workspace.package]`.
    pub(crate) fn of_workspace() -> Result<Self, Failure> {
        let manifest = manifest()?;
        let version = at(&manifest, &["workspace", "package", "version"]);
        let version = version.ok_or("Cargo.toml: [workspace.package] has no version")?;
        Self::parse(version)
            .ok_or_else(|| format!("Cargo.toml: {version} is no version such as 1.2.3").into())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// What stands against a release of this version.
pub(crate) fn complaints(version: &Version, allow_dirty: bool) -> Result<Vec<String>, Failure> {
    let mut complaints = requirements(&manifest()?, *version);
    let metadata = process::finish(cargo(&["metadata", "--no-deps", "--locked", "--format-version=1"]))?;
    let metadata = serde_json::from_slice(&metadata.stdout)
        .map_err(|cause| Failure::because("cargo metadata", cause))?;
    complaints.extend(versions(&metadata, *version));
    complaints.extend(not_above(*version, &git(checkout(), &["tag", "--list", "v*"])?));
    let changed = git(checkout(), &["status", "--porcelain"])?;
    if !changed.is_empty() && !allow_dirty {
        complaints.push(format!(
            "not committed; commit it, or try out with --allow-dirty:\n{}",
            changed.trim_end()
        ));
    }
    Ok(complaints)
}

/// Crates whose own version is another.
fn versions(metadata: &Value, version: Version) -> Vec<String> {
    let packages = metadata.get("packages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text =
        |package: &Value, member| package.get(member).and_then(Value::as_str).unwrap_or("?").to_owned();
    packages
        .iter()
        .map(|package| (text(package, "name"), text(package, "version")))
        .filter(|(_, other)| *other != version.to_string())
        .map(|(name, other)| format!("{name} has version {other}: write `version.workspace = true`"))
        .collect()
}

/// Crates that another one would not find in this version.
fn requirements(manifest: &Table, version: Version) -> Vec<String> {
    let wanted = format!("={version}");
    let needed = CRATES.iter().filter(|&&name| name != "ops-daemon"); // nothing depends on the program
    needed
        .filter(|name| at(manifest, &["workspace", "dependencies", name, "version"]) != Some(&wanted))
        .map(|name| {
            format!("Cargo.toml: [workspace.dependencies] must have {name} with version = \"{wanted}\"")
        })
        .collect()
}

fn not_above(version: Version, tags: &str) -> Option<String> {
    let last = tags.lines().filter_map(|tag| Version::parse(tag.trim().strip_prefix('v')?)).max()?;
    (version <= last).then(|| {
        format!("{version} is not above the last release, {last}: raise the version of [workspace.package] in Cargo.toml")
    })
}

fn manifest() -> Result<Table, Failure> {
    let file = checkout().join("Cargo.toml");
    let text = fs::read_to_string(&file).map_err(|cause| Failure::because(file.display(), cause))?;
    text.parse().map_err(|cause| Failure::because(file.display(), cause))
}

fn at<'a>(manifest: &'a Table, path: &[&str]) -> Option<&'a str> {
    let (last, tables) = path.split_last()?;
    let mut table = manifest;
    for name in tables {
        table = table.get(*name)?.as_table()?;
    }
    table.get(*last)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VERSION: Version = Version(0, 10, 0);

    #[test]
    fn only_three_numbers_are_a_version() {
        assert_eq!(Version::parse("0.10.0"), Some(VERSION));
        for text in ["0.10", "0.10.0.1", "0.10.x", "v0.10.0", ""] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_version_that_was_released_or_passed_is_refused() {
        assert_eq!(not_above(VERSION, ""), None);
        assert_eq!(not_above(VERSION, "v0.9.0\nv0.9.9\nvnext\n"), None, "ten is above nine");
        for tags in ["v0.10.0\n", "v0.9.0\nv1.0.0\n"] {
            assert!(not_above(VERSION, tags).unwrap().contains("is not above the last release"), "{tags}");
        }
    }

    #[test]
    fn a_crate_of_another_version_is_named() {
        let package = |name, version| json!({"name": name, "version": version});
        let metadata = json!({"packages": [package("ops-core", "0.10.0"), package("ops-store", "0.9.0")]});
        let complaints = versions(&metadata, VERSION);
        assert_eq!(complaints, ["ops-store has version 0.9.0: write `version.workspace = true`"]);
    }

    #[test]
    fn a_requirement_of_another_version_is_named() {
        let manifest = |store: &str| {
            let lines = format!(
                "[workspace.dependencies]\nops-core = {{ version = \"=0.10.0\" }}\nops-client = {{ version = \"=0.10.0\" }}\n{store}\n"
            );
            lines.parse::<Table>().unwrap()
        };
        assert_eq!(
            requirements(&manifest("ops-store = { version = \"=0.10.0\" }"), VERSION),
            Vec::<String>::new()
        );
        for store in ["ops-store = { version = \"=0.9.0\" }", "ops-store = { version = \"0.10.0\" }", ""] {
            let complaints = requirements(&manifest(store), VERSION);
            assert_eq!(complaints.len(), 1, "{store}");
            assert!(complaints[0].contains("ops-store with version = \"=0.10.0\""), "{complaints:?}");
        }
    }
}
