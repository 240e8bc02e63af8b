//! The core reads no clock, no environment, no file and no network, rolls no dice and prints nothing.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};

const IMPURE: [(&str, &str); 9] = [
    ("SystemTime", "time is an argument"),
    ("Instant::now", "time is an argument"),
    ("std::env", "settings are arguments"),
    ("std::fs", "data is an argument"),
    ("std::net::Tcp", "talking to others is the store's and the daemon's"),
    ("tokio", "the core is not async"),
    ("tracing", "the caller logs"),
    ("rand", "ids come from the stamp"),
    ("println!", "the caller prints"),
];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files.iter().filter(|file| file.is_rust() && file.is_under("ops-core/src")).flat_map(faults_of).collect()
}

fn faults_of(file: &File) -> Vec<Fault> {
    let code = with_whole_paths(&file.shipped());
    let of = |(word, instead): &(&str, &str)| {
        let sentence = format!("`{word}` in the core: {instead}");
        let lines = places(&code, word).into_iter().map(|at| line_of(&code, at)).collect::<Vec<_>>();
        lines.into_iter().map(move |line| file.fault(line, sentence.clone()))
    };
    IMPURE.iter().flat_map(of).collect()
}

/// `use std::{env, fs};` names both paths, so both are written out behind the line.
fn with_whole_paths(code: &str) -> String {
    let lines = code.lines().map(|line| {
        let Some((_, group)) = line.split_once("std::{") else { return line.to_owned() };
        let paths: Vec<String> =
            group.split([',', '}', ';']).map(|name| format!("std::{}", name.trim())).collect();
        format!("{line} {}", paths.join(" "))
    });
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
    fn each_way_out_of_the_core_is_reported() {
        for (word, _) in IMPURE {
            assert_eq!(lines("ops-core/src/a.rs", &format!("//! A.\nuse {word};")), [2], "{word}");
        }
        assert_eq!(lines("ops-core/src/a.rs", "use std::{env, fmt};"), [1]);
    }

    #[test]
    fn words_in_comments_tests_and_other_crates_pass() {
        let text = "//! No tokio here.\nfn operand(random: u8) {}\n#[cfg(test)]\nmod tests { fn a() { println!(); } }";
        assert_eq!(lines("ops-core/src/a.rs", text), NOWHERE);
        assert_eq!(lines("ops-core/src/a/tests.rs", "println!();"), NOWHERE);
        assert_eq!(lines("ops-daemon/src/a.rs", "use tokio::net;"), NOWHERE);
    }
}
