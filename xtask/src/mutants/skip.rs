//! What is left alone, and why: `xtask/mutants.toml`.

use std::fs;

use toml::{Table, Value};

use super::mutant::Mutant;
use crate::cargo::checkout;
use crate::failure::Failure;

const FILE: &str = "xtask/mutants.toml";

/// Mutants that no test is asked about.
#[derive(Debug)]
pub(crate) struct Skip {
    /// How their names begin.
    names: String,
}

impl Skip {
    /// Whether it is about this one.
    pub(crate) fn covers(&self, mutant: &Mutant) -> bool {
        mutant.name.starts_with(&self.names)
    }
}

/// A skip of nothing is left over from code that has gone.
pub(crate) fn check(skips: &[Skip], all: &[Mutant]) -> Result<(), Failure> {
    match skips.iter().find(|skip| !all.iter().any(|mutant| skip.covers(mutant))) {
        Some(skip) => {
            Err(format!("{FILE}: no mutant begins with `{}` any more; delete it", skip.names).into())
        }
        None => Ok(()),
    }
}

/// All of them; one without a reason is refused.
pub(crate) fn read() -> Result<Vec<Skip>, Failure> {
    let text = fs::read_to_string(checkout().join(FILE)).map_err(|cause| Failure::because(FILE, cause))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Skip>, Failure> {
    let table: Table = text.parse().map_err(|cause| Failure::because(FILE, cause))?;
    let skips = table.get("skip").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    skips.iter().map(skip).collect()
}

fn skip(value: &Value) -> Result<Skip, Failure> {
    let text = |member| value.get(member).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let names = text("names").ok_or_else(|| format!("{FILE}: a skip without `names`: {value}"))?;
    text("reason").ok_or_else(|| format!("{FILE}: say why `{names}` is skipped: add a `reason`"))?;
    Ok(Skip { names: names.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_needs_names_and_a_reason() {
        let refused = |text| parse(text).unwrap_err().to_string();
        assert!(refused("[[skip]]\nnames = \"a\"\n").contains("say why `a` is skipped"));
        assert!(refused("[[skip]]\nnames = \"a\"\nreason = \" \"\n").contains("say why"));
        assert!(refused("[[skip]]\nreason = \"because\"\n").contains("without `names`"));
        assert_eq!(parse("[[skip]]\nnames = \"a\"\nreason = \"b\"\n").unwrap()[0].names, "a");
    }

    #[test]
    fn a_skip_of_nothing_is_a_fault() {
        let skips = parse("[[skip]]\nnames = \"a.rs:1:\"\nreason = \"b\"\n").unwrap();
        assert!(check(&skips, &[Mutant::named("p", "a.rs:1:2: replace + with -")]).is_ok());
        let failure = check(&skips, &[Mutant::named("p", "a.rs:10:2: replace + with -")]).unwrap_err();
        assert!(failure.to_string().contains("no mutant begins with `a.rs:1:` any more"), "{failure}");
    }

    #[test]
    fn the_skips_of_this_project_are_read() {
        assert!(!read().unwrap().is_empty());
    }
}
