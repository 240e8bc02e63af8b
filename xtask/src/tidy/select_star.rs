//! A query names its columns: a cached plan breaks when a migration adds one to what a star stands for.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};
use super::source::Source;

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files.iter().flat_map(faults_of).collect()
}

fn faults_of(file: &File) -> Vec<Fault> {
    let text = match file.path.rsplit('.').next() {
        Some("rs") if file.is_under("ops-store/src") => Source::of(&file.text).uncommented,
        Some("sql") if file.is_under("migrations") => without_comments(&file.text),
        _ => return Vec::new(),
    };
    let text = text.to_ascii_lowercase();
    places(&text, "select")
        .into_iter()
        .filter(|at| selects_everything(text.get(at + "select".len()..).unwrap_or_default()))
        .map(|at| file.fault(line_of(&text, at), "name the columns in place of the star"))
        .collect()
}

// In Rust text a line break inside a string may be written as a backslash.
fn selects_everything(after_select: &str) -> bool {
    let list = after_select.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    list.len() < after_select.len() && list.starts_with('*')
}

fn without_comments(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    const NOWHERE: [usize; 0] = [];

    fn lines(path: &str, text: &str) -> Vec<usize> {
        faults(&checkout(&[(path, text)])).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_star_is_reported_in_queries_and_migrations() {
        assert_eq!(lines("ops-store/src/sql/a.rs", "//! A.\nlet a = \"SELECT * FROM a\";"), [2]);
        assert_eq!(lines("ops-store/src/sql/a.rs", "\"select \\\n  * from a\""), [1]);
        assert_eq!(lines("migrations/sqlite/V1__a.sql", "--\nSELECT\n  * FROM a;"), [2]);
    }

    #[test]
    fn named_columns_counts_and_comments_pass() {
        assert_eq!(
            lines("ops-store/src/a.rs", "// SELECT * is bad\n\"SELECT count(*), a * b FROM a\""),
            NOWHERE
        );
        assert_eq!(lines("migrations/postgres/V1__a.sql", "-- SELECT * FROM a\nSELECT a FROM b;"), NOWHERE);
        assert_eq!(lines("docs/a.sql", "SELECT * FROM a"), NOWHERE);
    }
}
