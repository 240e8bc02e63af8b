//! A decision record says in which situation, what was decided, and what follows.

use super::Fault;
use super::checkout::File;

const HEADINGS: [&str; 3] = ["Context", "Decision", "Consequences"];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files
        .iter()
        .filter(|file| file.is_under("docs/adr") && file.path.ends_with(".md") && !is_index(&file.path))
        .flat_map(|file| {
            let missing = HEADINGS.iter().filter(|heading| !has_heading(&file.text, heading));
            missing.map(|heading| file.fault(1, format!("add a section `## {heading}`")))
        })
        .collect()
}

fn is_index(path: &str) -> bool {
    path.ends_with("/README.md")
}

fn has_heading(text: &str, heading: &str) -> bool {
    text.lines().any(|line| line.starts_with('#') && line.trim_start_matches('#').trim() == heading)
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    #[test]
    fn a_record_without_one_of_its_sections_is_reported() {
        let files = checkout(&[("docs/adr/1.md", "# One\n## Context\n## Decision\nConsequences\n")]);
        let faults = faults(&files);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].sentence.contains("Consequences"));
    }

    #[test]
    fn a_whole_record_and_the_index_pass() {
        let files = checkout(&[
            ("docs/adr/1.md", "# One\n## Context\n\n## Decision\n\n### Consequences\n"),
            ("docs/adr/README.md", "# Decisions"),
        ]);
        assert_eq!(faults(&files), []);
    }
}
