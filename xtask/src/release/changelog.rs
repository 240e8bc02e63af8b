//! The changelog tells callers of this version.

use std::fs;

use super::version::Version;
use crate::cargo::checkout;
use crate::failure::Failure;

const FILE: &str = "CHANGELOG.md";
/// What is written until a version has its section.
const UNRELEASED: &str = "Unreleased";

/// What is missing.
pub(crate) fn complaints(version: &Version) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(checkout().join(FILE)).map_err(|cause| Failure::because(FILE, cause))?;
    Ok(missing(&text, version).into_iter().collect())
}

fn missing(text: &str, version: &Version) -> Option<String> {
    let dated = sections(text).find(|section| section.title.starts_with(&format!("{version} ")));
    let section = dated.or_else(|| sections(text).find(|section| section.title == UNRELEASED));
    match section {
        Some(section) if section.lines == 0 => {
            Some(format!("{FILE}: `## {}` tells nothing; write what changed for callers", section.title))
        }
        Some(section) if section.title != UNRELEASED && !has_date(section.title) => {
            Some(format!("{FILE}: write `## {version} (YYYY-MM-DD)` with the day of the release"))
        }
        Some(_) => None,
        None => Some(format!("{FILE} has neither `## {UNRELEASED}` nor `## {version} (YYYY-MM-DD)`")),
    }
}

struct Section<'a> {
    title: &'a str,
    /// Lines of a list.
    lines: usize,
}

fn sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    text.split("\n## ").skip(1).map(|section| {
        let (title, rest) = section.split_once('\n').unwrap_or((section, ""));
        Section { title: title.trim(), lines: rest.lines().filter(|line| line.starts_with("- ")).count() }
    })
}

/// `0.1.0 (2026-11-27)`
fn has_date(title: &str) -> bool {
    let day = title.split_once(" (").and_then(|(_, rest)| rest.strip_suffix(')'));
    day.is_some_and(|day| {
        let shape: String =
            day.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
        shape == "0000-00-00"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(sections: &str) -> Option<String> {
        missing(&format!("# Changelog\n\n{sections}"), &Version::parse("0.2.0").unwrap())
    }

    #[test]
    fn a_section_with_lines_is_enough_dated_or_not_yet() {
        assert_eq!(complaint("## Unreleased\n\nAPI\n\n- New: a thing.\n"), None);
        assert_eq!(complaint("## Unreleased\n\n## 0.2.0 (2026-11-27)\n\n- New: a thing.\n"), None);
    }

    #[test]
    fn a_section_that_is_empty_undated_or_not_there_is_told() {
        let told = |sections| complaint(sections).unwrap();
        assert!(
            told("## Unreleased\n\n## 0.1.0 (2026-01-01)\n\n- New: a thing.\n").contains("tells nothing")
        );
        assert!(told("## 0.2.0 (soon)\n\n- New: a thing.\n").contains("YYYY-MM-DD"));
        assert!(told("## 0.1.0 (2026-01-01)\n\n- New: a thing.\n").contains("neither"));
    }
}
