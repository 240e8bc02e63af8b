//! The tests that a mutant meets, a rung at a time: first those of its own package, which take seconds, then the tests of
//! the API that are about the same noun, on what is embedded. All tests of the API take six minutes: too much for one mutant.

use std::fmt;

use super::mutant::Mutant;

/// How many rungs there are.
pub(crate) const COUNT: usize = 2;

/// What files, and folders of tests, are named after. A mutant of none of them meets no second rung.
const NOUNS: [&str; 12] = [
    "http",
    "operator",
    "connection",
    "credential",
    "routing",
    "health",
    "maintenance",
    "note",
    "network",
    "audit",
    "event",
    "me",
];

/// A selection of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rung {
    /// The unit tests of a package.
    Unit { package: String },
    /// The tests of the daemon's API that are about a noun.
    Api { noun: &'static str },
}

impl Rung {
    fn of(height: usize, mutant: &Mutant) -> Option<Self> {
        if height == 0 {
            return Some(Self::Unit { package: mutant.package.clone() });
        }
        let is_about = |noun: &&str| mutant.file.split(['/', '.']).any(|part| part == *noun);
        NOUNS.into_iter().find(is_about).map(|noun| Self::Api { noun })
    }

    /// The package whose tests they are.
    pub(crate) fn package(&self) -> &str {
        match self {
            Self::Unit { package } => package,
            Self::Api { .. } => "ops-daemon",
        }
    }

    /// What cargo builds of it.
    pub(crate) fn target(&self) -> &'static str {
        match self {
            Self::Unit { .. } => "--lib",
            Self::Api { .. } => "--test=api",
        }
    }

    /// Which of the tests run; nothing for all.
    pub(crate) fn filter(&self) -> Option<String> {
        match self {
            Self::Unit { .. } => None,
            Self::Api { noun } => Some(format!("{noun}::")),
        }
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit { package } => write!(f, "the unit tests of {package}"),
            Self::Api { noun } => write!(f, "the tests of the API about {noun}"),
        }
    }
}

/// The mutants by the rung that they meet at this height, in the order in which the rungs first come up, and those that meet
/// none.
pub(crate) fn at(height: usize, mutants: Vec<Mutant>) -> (Vec<(Rung, Vec<Mutant>)>, Vec<Mutant>) {
    let (mut rungs, mut rest): (Vec<(Rung, Vec<Mutant>)>, _) = (Vec::new(), Vec::new());
    for mutant in mutants {
        let Some(rung) = Rung::of(height, &mutant) else {
            rest.push(mutant);
            continue;
        };
        match rungs.iter_mut().find(|(other, _)| *other == rung) {
            Some((_, same)) => same.push(mutant),
            None => rungs.push((rung, vec![mutant])),
        }
    }
    (rungs, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::checkout;

    /// The rungs with the number of their mutants, and the number of those without one.
    fn told(height: usize, files: &[&str]) -> (Vec<(String, usize)>, usize) {
        let mutant = |file: &&str| Mutant {
            name: (*file).to_owned(),
            package: file.split('/').next().unwrap().to_owned(),
            file: (*file).to_owned(),
        };
        let (rungs, rest) = at(height, files.iter().map(mutant).collect());
        (rungs.into_iter().map(|(rung, mutants)| (rung.to_string(), mutants.len())).collect(), rest.len())
    }

    #[test]
    fn a_mutant_meets_the_tests_of_its_package_and_then_those_of_its_noun() {
        let files = [
            "ops-core/src/operator/create.rs",
            "ops-daemon/src/app/operator/create.rs",
            "ops-store/src/sql/operator.rs",
            "ops-daemon/src/http/token.rs",
            "ops-daemon/src/shutdown.rs",
        ];
        let unit = |package: &str, mutants| (format!("the unit tests of {package}"), mutants);
        assert_eq!(
            told(0, &files),
            (vec![unit("ops-core", 1), unit("ops-daemon", 3), unit("ops-store", 1)], 0)
        );
        let api = |noun: &str, mutants| (format!("the tests of the API about {noun}"), mutants);
        assert_eq!(told(1, &files), (vec![api("operator", 3), api("http", 1)], 1));
    }

    #[test]
    fn there_are_tests_of_the_api_about_every_noun() {
        for noun in NOUNS {
            let folder = |listener| checkout().join("ops-daemon/tests/api").join(listener).join(noun);
            assert!(folder("admin").is_dir() || folder("internal").is_dir(), "{noun}");
        }
    }
}
