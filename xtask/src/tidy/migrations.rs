//! Both dialects have the same migrations, without a gap, and each says which binary still works on it.

use std::collections::BTreeMap;

use super::Fault;
use super::checkout::File;

const FOLDERS: [&str; 2] = ["migrations/postgres", "migrations/sqlite"];
const OLDEST: &str = "-- oldest binary: ";

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    let [postgres, sqlite] = FOLDERS.map(|folder| migrations(files, folder));
    let mut faults: Vec<Fault> =
        postgres.iter().chain(&sqlite).filter_map(|file| states_no_binary(file)).collect();
    for (folder, ours, theirs) in [(FOLDERS[0], &postgres, &sqlite), (FOLDERS[1], &sqlite, &postgres)] {
        faults.extend(ours.iter().filter_map(|file| numberless(file)));
        faults.extend(twins(ours));
        faults.extend(gaps(folder, ours));
        faults.extend(alone(folder, ours, theirs));
    }
    faults
}

/// `V….sql` directly in that folder.
fn migrations<'a>(files: &'a [File], folder: &str) -> Vec<&'a File> {
    let of = |file: &&File| {
        let name = file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix("/V"));
        name.is_some_and(|name| name.ends_with(".sql") && !name.contains('/'))
    };
    files.iter().filter(of).collect()
}

/// 12 of `V12__name.sql`.
fn version(file: &File) -> Option<u32> {
    file.path.rsplit('/').next()?.strip_prefix('V')?.split_once("__")?.0.parse().ok()
}

fn states_no_binary(file: &File) -> Option<Fault> {
    let first = file.text.lines().next().unwrap_or_default();
    let stated = first.strip_prefix(OLDEST).is_some_and(|version| {
        let numbers: Vec<&str> = version.trim().split('.').collect();
        numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
    });
    (!stated)
        .then(|| file.fault(1, format!("the first line must say which binary still works: `{OLDEST}1.2.3`")))
}

fn numberless(file: &File) -> Option<Fault> {
    version(file).is_none().then(|| file.fault(1, "name it `V<number>__<what_it_does>.sql`"))
}

fn twins(ours: &[&File]) -> Vec<Fault> {
    let mut seen = BTreeMap::new();
    ours.iter()
        .filter_map(|file| {
            let version = version(file)?;
            let first = seen.insert(version, &file.path)?;
            Some(file.fault(1, format!("number {version} is taken by {first}: take the next free one")))
        })
        .collect()
}

fn gaps(folder: &str, ours: &[&File]) -> Vec<Fault> {
    let versions: Vec<u32> = ours.iter().filter_map(|file| version(file)).collect();
    let last = versions.iter().max().copied().unwrap_or_default();
    (1..last)
        .filter(|version| !versions.contains(version))
        .map(|version| Fault {
            path: folder.to_owned(),
            line: 1,
            sentence: format!("number {version} is missing: migrations are numbered 1, 2, 3 without a gap"),
        })
        .collect()
}

fn alone(folder: &str, ours: &[&File], theirs: &[&File]) -> Vec<Fault> {
    let other = if folder == FOLDERS[0] { FOLDERS[1] } else { FOLDERS[0] };
    ours.iter()
        .filter(|file| {
            version(file).is_some_and(|number| theirs.iter().all(|their| version(their) != Some(number)))
        })
        .map(|file| {
            file.fault(1, format!("its number has no twin in {other}: add one, even if it does nothing"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    const GOOD: &str = "-- oldest binary: 0.1.0\nCREATE TABLE a (b int);\n";

    fn sentences(files: &[(&str, &str)]) -> Vec<String> {
        faults(&checkout(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_migration_without_a_twin_is_reported() {
        let faults = sentences(&[
            ("migrations/postgres/V1__a.sql", GOOD),
            ("migrations/postgres/V2__b.sql", GOOD),
            ("migrations/sqlite/V1__a.sql", GOOD),
        ]);
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].starts_with("migrations/postgres/V2__b.sql:1: its number has no twin"),
            "{faults:?}"
        );
    }

    #[test]
    fn a_gap_a_double_number_and_a_bad_name_are_reported() {
        let both = |name: &str| FOLDERS.map(|folder| (format!("{folder}/{name}"), GOOD));
        let count = |names: &[&str]| {
            let files: Vec<_> = names.iter().flat_map(|name| both(name)).collect();
            sentences(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>()).len()
        };
        assert_eq!(count(&["V1__a.sql", "V3__b.sql"]), 2);
        assert_eq!(count(&["V1__a.sql", "V1__b.sql"]), 2);
        assert_eq!(count(&["Vone__a.sql"]), 2);
    }

    #[test]
    fn a_migration_that_does_not_state_its_oldest_binary_is_reported() {
        for text in ["CREATE TABLE a ();", "-- oldest binary: 1.0", "\n-- oldest binary: 1.0.0"] {
            let files = [("migrations/postgres/V1__a.sql", text), ("migrations/sqlite/V1__a.sql", GOOD)];
            assert_eq!(sentences(&files).len(), 1, "{text}");
        }
    }

    #[test]
    fn the_same_numbers_on_both_sides_pass_and_other_files_do_not_count() {
        let files = [
            ("migrations/postgres/V1__a.sql", GOOD),
            ("migrations/sqlite/V1__other_name.sql", GOOD),
            ("migrations/postgres/roles.sql", ""),
            ("migrations/postgres/concurrent/V9__index.sql", ""),
        ];
        assert_eq!(sentences(&files), Vec::<String>::new());
    }
}
