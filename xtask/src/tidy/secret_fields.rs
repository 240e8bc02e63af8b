//! A secret is never a bare string: a field of that name has the type that hides, wipes and compares it safely.

use super::Fault;
use super::checkout::File;
use super::search::{is_word, line_of, places};
use super::source::closing;

const CRATES: [&str; 4] = ["ops-core/src", "ops-client/src", "ops-store/src", "ops-daemon/src"];
const NAMES: [&str; 6] = ["secret", "password", "passphrase", "token", "private_key", "api_key"];
const ENDINGS: [&str; 3] = ["_password", "_secret", "_token"];
const BARE: [&str; 4] = ["String", "Option<String>", "Vec<u8>", "Option<Vec<u8>>"];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files
        .iter()
        .filter(|file| file.is_rust() && CRATES.iter().any(|folder| file.is_under(folder)))
        .flat_map(faults_of)
        .collect()
}

fn faults_of(file: &File) -> Vec<Fault> {
    let code = file.shipped();
    let mut faults = Vec::new();
    for (start, body) in bodies(&code) {
        for (at, name, kind) in fields(body) {
            if is_secret(name) && BARE.contains(&kind.as_str()) {
                let sentence = format!(
                    "`{name}: {kind}` would be printed, copied and left in memory: use the secret type"
                );
                faults.push(file.fault(line_of(&code, start + at), sentence));
            }
        }
    }
    faults
}

fn is_secret(name: &str) -> bool {
    NAMES.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What stands between the braces of each struct and enum, with its place.
fn bodies(code: &str) -> Vec<(usize, &str)> {
    ["struct", "enum"]
        .iter()
        .flat_map(|keyword| places(code, keyword))
        .filter_map(|at| {
            let open = at + code.get(at..)?.find(['{', ';', '('])?;
            let is_block = code.get(open..)?.starts_with('{');
            is_block.then(|| code.get(open..closing(code, open))).flatten().map(|body| (open, body))
        })
        .collect()
}

/// Each `name: Type` with its place; the type without spaces.
fn fields(body: &str) -> Vec<(usize, &str, String)> {
    body.match_indices(':')
        .filter(|(at, _)| !body.get(at + 1..).is_some_and(|after| after.starts_with(':')))
        .filter_map(|(at, _)| {
            let before = body.get(..at)?.trim_end();
            let start = before.rfind(|c| !is_word(c)).map_or(0, |found| found + 1);
            Some((start, before.get(start..)?, type_in(body.get(at + 1..)?)))
        })
        .collect()
}

fn type_in(after_colon: &str) -> String {
    let end = after_colon.find([',', '}', '{', ';']).unwrap_or(after_colon.len());
    after_colon.get(..end).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect()
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
    fn a_bare_field_with_the_name_of_a_secret_is_reported() {
        let text = "pub struct A {\n    pub password: String,\n    db_token: Option<String>,\n    name: String,\n}\n\
                    enum B {\n    C { private_key: Vec<u8> },\n}";
        assert_eq!(lines("ops-core/src/a.rs", text), [2, 3, 7]);
    }

    #[test]
    fn the_secret_type_tests_functions_and_other_crates_pass() {
        let text = "struct A { password: Secret, token_count: u32, token: super::Token }\n\
                    fn f(password: String) {}\n#[cfg(test)]\nmod tests { struct B { secret: String } }";
        assert_eq!(lines("ops-store/src/a.rs", text), NOWHERE);
        assert_eq!(lines("xtask/src/a.rs", "struct A { token: String }"), NOWHERE);
    }
}
