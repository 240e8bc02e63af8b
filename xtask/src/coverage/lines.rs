//! Which lines of which file ran: read from what `llvm-cov` exports in the form of lcov, without the tests inside of the
//! files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// By file, seen from the top of the checkout: each line that can run, and whether it ran.
pub(crate) type Lines = BTreeMap<String, BTreeMap<u32, bool>>;

/// What opens the tests of a file; they are its end.
const TESTS: &str = "#[cfg(test)]";

/// Reads an export; of files outside of the checkout it takes nothing.
pub(crate) fn read(export: &str, checkout: &Path) -> Result<Lines, Failure> {
    let mut lines = Lines::new();
    for record in export.split("end_of_record") {
        let Some(file) = record.lines().find_map(|line| line.strip_prefix("SF:")) else { continue };
        let Ok(path) = Path::new(file).strip_prefix(checkout) else { continue };
        let source = fs::read_to_string(file).map_err(|cause| Failure::because(file, cause))?;
        let shipped = record
            .lines()
            .filter_map(|line| line.strip_prefix("DA:"))
            .map(|line| counted(line).ok_or_else(|| format!("not a line of lcov: DA:{line}")))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .filter(|&(number, _)| number < first_line_of_tests(&source));
        lines.insert(path.display().to_string(), shipped.collect());
    }
    Ok(lines)
}

/// `line,count` and perhaps a checksum.
fn counted(line: &str) -> Option<(u32, bool)> {
    let mut fields = line.split(',');
    let number = fields.next()?.parse().ok()?;
    Some((number, fields.next()?.parse::<u64>().ok()? > 0))
}

/// The line of the last `#[cfg(test)]` that stands before a module with a body, or one behind all lines.
fn first_line_of_tests(source: &str) -> u32 {
    let lines: Vec<_> = source.lines().collect();
    let opens = |pair: &[&str]| matches!(pair, [TESTS, module] if module.starts_with("mod ") && module.ends_with('{'));
    let place = lines.windows(2).rposition(opens).unwrap_or(lines.len());
    u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    #[test]
    fn the_lines_of_a_file_end_where_its_tests_begin() {
        assert_eq!(first_line_of_tests("fn f() {}\n\n#[cfg(test)]\nmod tests {\n}\n"), 3);
        assert_eq!(
            first_line_of_tests("#[cfg(test)]\nmod tests;\n\nfn f() {}\n"),
            5,
            "the tests are elsewhere"
        );
        assert_eq!(first_line_of_tests(""), 1);
    }

    #[test]
    fn lines_of_the_checkout_are_taken_and_others_are_not() {
        let checkout = folder::create("lines", None).unwrap();
        let file = checkout.join("one.rs");
        fs::write(&file, "fn f() {\n}\n#[cfg(test)]\nmod tests {\n}\n").unwrap();
        let export = format!(
            "SF:{}\nFN:1,f\nDA:1,18446744073709551615\nDA:2,0\nDA:5,7\nLF:3\nend_of_record\n\
             SF:/elsewhere/other.rs\nDA:1,1\nend_of_record\n",
            file.display()
        );
        let lines = read(&export, &checkout).unwrap();
        assert_eq!(lines, Lines::from([("one.rs".to_owned(), BTreeMap::from([(1, true), (2, false)]))]));

        let broken = export.replace("DA:2,0", "DA:2");
        assert_eq!(read(&broken, &checkout).unwrap_err().to_string(), "not a line of lcov: DA:2");
        fs::remove_dir_all(checkout).unwrap();
    }
}
