//! The tests that a mutant meets, a rung at a time: first those of its own package that need no server, which take seconds,
//! then the tests of the API that are about the same noun, on what is embedded. All tests of the API take six minutes: too
//! much for one mutant.

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

/// Other words in the names of files, and the noun that they are about.
const ALSO: [(&str, &str); 5] = [
    ("outbox", "event"),
    ("judge", "health"),
    ("drain", "operator"),
    ("purge", "operator"),
    ("secret", "credential"),
];

/// A selection of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rung {
    /// The tests of a package that need no server.
    Own { package: String },
    /// The tests of the daemon's API that are about a noun.
    Api { noun: &'static str },
}

impl Rung {
    fn of(height: usize, mutant: &Mutant) -> Option<Self> {
        if height == 0 {
            return Some(Self::Own { package: mutant.package.clone() });
        }
        let words = || mutant.file.split(['/', '.', '_']);
        let noun = NOUNS.into_iter().find(|noun| words().any(|word| word == *noun));
        let other = || words().find_map(|word| ALSO.into_iter().find(|(also, _)| *also == word));
        noun.or_else(|| other().map(|(_, noun)| noun)).map(|noun| Self::Api { noun })
    }

    /// The package whose tests they are.
    pub(crate) fn package(&self) -> &str {
        match self {
            Self::Own { package } => package,
            Self::Api { .. } => "ops-daemon",
        }
    }

    /// What cargo builds of it.
    pub(crate) fn targets(&self) -> &'static [&'static str] {
        match self {
            // what every store must do is tested on the embedded one
            Self::Own { package } if package == "ops-store" => &["--lib", "--test=sqlite"],
            Self::Own { .. } => &["--lib"],
            Self::Api { .. } => &["--test=api"],
        }
    }

    /// Which of the tests run; nothing for all.
    pub(crate) fn filter(&self) -> Option<String> {
        match self {
            Self::Own { .. } => None,
            Self::Api { noun } => Some(format!("{noun}::")),
        }
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own { package } => write!(f, "the own tests of {package}"),
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
            "ops-daemon/src/task/audit_seal.rs",
            "ops-daemon/src/task/outbox_expiry.rs",
            "ops-daemon/src/shutdown.rs",
        ];
        let own = |package: &str, mutants| (format!("the own tests of {package}"), mutants);
        assert_eq!(told(0, &files), (vec![own("ops-core", 1), own("ops-daemon", 5), own("ops-store", 1)], 0));
        let api = |noun: &str, mutants| (format!("the tests of the API about {noun}"), mutants);
        assert_eq!(
            told(1, &files),
            (vec![api("operator", 3), api("http", 1), api("audit", 1), api("event", 1)], 1)
        );
    }

    #[test]
    fn there_are_tests_of_the_api_about_every_noun() {
        for noun in NOUNS.into_iter().chain(ALSO.map(|(_, noun)| noun)) {
            let folder = |listener| checkout().join("ops-daemon/tests/api").join(listener).join(noun);
            assert!(folder("admin").is_dir() || folder("internal").is_dir(), "{noun}");
        }
    }
}
