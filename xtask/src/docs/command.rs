//! Commands: sub-commands and flags of `cargo xtask` and `ops-daemon`, what `cargo run` and `cargo test` name, scripts.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::command_line::{commands, words};
use super::document::{Code, Document};
use super::{Seen, daemon_command, test_name};
use crate::Arguments;
use crate::failure::Failure;
use crate::tidy::checkout::File;

/// Commands of cargo itself, and of tools that add one, that the documents may name.
const OF_CARGO: [&str; 13] = [
    "build", "check", "clippy", "deny", "doc", "fmt", "install", "llvm-cov", "machete", "metadata",
    "mutants", "run", "test",
];
/// What clap says of a command that is only named in part, and right so far.
const IN_PART: [ErrorKind; 5] = [
    ErrorKind::DisplayHelp,
    ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ErrorKind::DisplayVersion,
    ErrorKind::MissingRequiredArgument,
    ErrorKind::MissingSubcommand,
];

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let known = Known { xtask: Arguments::command(), daemon: daemon_command::command(files)?, files };
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            for (at, command) in named(code, &known) {
                let wrong = known.refusal(&command).map(|why| {
                    document.fault_at(code.line_at(at), format!("`{}`: {why}", command.join(" ")))
                });
                seen.name(wrong);
            }
        }
    }
    Ok(seen)
}

struct Known<'a> {
    xtask: Command,
    daemon: Command,
    files: &'a [File],
}

/// The commands of that piece of code; those that leave out the program begin with their own first word.
fn named(code: &Code, known: &Known<'_>) -> Vec<(usize, Vec<String>)> {
    if !code.is_span() && !code.is_shell() {
        return Vec::new();
    }
    let found = commands(&code.text);
    if !found.is_empty() || !code.is_span() {
        return found;
    }
    let words = words(&code.text);
    let [first, second, ..] = words.as_slice() else {
        let is_flag = words.first().is_some_and(|word| word.starts_with("--") && word.len() > 2);
        return if is_flag { vec![(0, words)] } else { Vec::new() };
    };
    let has_sub_command =
        |program: &Command| program.get_subcommands().any(|inner| inner.get_name() == first);
    let is_command = [&known.xtask, &known.daemon].into_iter().any(has_sub_command) && !first.ends_with(',');
    let is_flag = first.starts_with("--") && first.len() > 2 && !second.is_empty();
    if is_command || is_flag { vec![(0, words)] } else { Vec::new() }
}

impl Known<'_> {
    /// What is wrong with it.
    fn refusal(&self, command: &[String]) -> Option<String> {
        let mut words = command.iter().map(String::as_str).filter(|word| !["…", "..."].contains(word));
        let first = words.next()?;
        let rest: Vec<&str> = words.collect();
        match (first, rest.as_slice()) {
            ("cargo", ["xtask", rest @ ..]) => self.of_xtask(rest),
            ("cargo", ["run", rest @ ..]) => self.of_run(rest),
            ("cargo", ["test", rest @ ..]) => self.of_test(rest),
            ("cargo", [verb, ..]) if OF_CARGO.contains(verb) => None,
            ("cargo", _) => Some("cargo has no such command".to_owned()),
            ("ops-daemon", rest) => refused(&self.daemon, rest),
            ("bash", [script, ..]) => self.missing(script),
            ("bash", []) => None,
            (flag, _) if flag.starts_with("--") => self.unknown_flag(flag),
            // a word with which the program is left out
            (verb, rest) => {
                let whole = [&[verb], rest].concat();
                let refusals = (refused(&self.daemon, &whole), refused(&self.xtask, &whole));
                match refusals {
                    (Some(why), Some(other)) => Some(if has(&self.daemon, verb) { why } else { other }),
                    _ => None,
                }
            }
        }
    }

    fn of_xtask(&self, words: &[&str]) -> Option<String> {
        let passed_on =
            words.iter().position(|word| *word == "--").filter(|_| words.first() == Some(&"test"));
        let passed_on = passed_on.and_then(|at| words.get(at + 1..));
        refused(&self.xtask, words).or_else(|| self.of_test(passed_on?))
    }

    fn of_run(&self, words: &[&str]) -> Option<String> {
        let (own, program) = split(words);
        let package = after(own, &["-p", "--package"]);
        if let Some(why) = self.unknown_feature(own) {
            return Some(why);
        }
        if let Some(example) = after(own, &["--example"]) {
            let package = package.unwrap_or("ops-daemon");
            return self.missing_target(
                package,
                &[
                    format!("{package}/examples/{example}.rs"),
                    format!("{package}/examples/{example}/main.rs"),
                ],
            );
        }
        match package {
            None | Some("ops-daemon") => refused(&self.daemon, program),
            Some("xtask") => self.of_xtask(program),
            Some(other) => Some(format!("the package {other} has no program: name one that has")),
        }
    }

    fn of_test(&self, words: &[&str]) -> Option<String> {
        let (own, _) = split(words);
        let package = after(own, &["-p", "--package"]);
        let target = after(own, &["--test"]);
        if let (Some(package), Some(target)) = (package, target) {
            let files = [format!("{package}/tests/{target}.rs"), format!("{package}/tests/{target}/main.rs")];
            if let Some(why) = self.missing_target(package, &files) {
                return Some(why);
            }
        }
        if let Some(package) = package.filter(|package| !self.exists(&format!("{package}/Cargo.toml"))) {
            return Some(format!("there is no package {package}"));
        }
        if let Some(why) = self.unknown_feature(own) {
            return Some(why);
        }
        let filter = own.first().filter(|word| !word.starts_with('-')).or_else(|| last_word(own))?;
        let folder = package.map_or(String::new(), |package| format!("{package}/"));
        (!self.has_test(&folder, filter)).then(|| format!("no test has `{filter}` in its name"))
    }

    /// Whether a test below that folder has that text in its path of modules and its name.
    fn has_test(&self, folder: &str, filter: &str) -> bool {
        let sources = self.files.iter().filter(|file| file.is_rust() && file.path.starts_with(folder));
        sources.into_iter().any(|file| {
            let module = file.path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
            file.text.contains("test")
                && test_name::names(&file.text).any(|name| format!("{module}::{name}").contains(filter))
        })
    }

    /// A feature of the named package that its manifest does not have; of the workspace, `crate/feature`.
    fn unknown_feature(&self, words: &[&str]) -> Option<String> {
        let package = after(words, &["-p", "--package"]);
        let features = after(words, &["--features"])?.split(',');
        let mut unknown = features.filter(|feature| {
            let (of, name) = feature.split_once('/').unwrap_or((package.unwrap_or("ops-daemon"), feature));
            let manifest = self.files.iter().find(|file| file.path == format!("{of}/Cargo.toml"));
            let mut lines = manifest.into_iter().flat_map(|file| file.text.lines());
            !lines.any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = [")))
        });
        unknown.next().map(|feature| format!("there is no feature {feature}"))
    }

    fn missing_target(&self, package: &str, files: &[String]) -> Option<String> {
        let found = files.iter().any(|file| self.exists(file));
        (!found)
            .then(|| format!("the package {package} has no such target: {} is not there", files.join(" or ")))
    }

    fn missing(&self, script: &str) -> Option<String> {
        let is_ours = !script.starts_with(['-', '/', '~', '$']);
        (is_ours && !self.exists(script)).then(|| format!("there is no {script}"))
    }

    fn exists(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    fn unknown_flag(&self, flag: &str) -> Option<String> {
        let name = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
        let found = ["help", "version"].contains(&name)
            || [&self.xtask, &self.daemon].into_iter().any(|program| has_flag(program, name));
        (!found).then(|| "neither `ops-daemon` nor `cargo xtask` has such a flag".to_owned())
    }
}

/// What clap has against these words.
fn refused(program: &Command, words: &[&str]) -> Option<String> {
    let words =
        [program.get_name().to_owned()].into_iter().chain(words.iter().map(|word| (*word).to_owned()));
    let error = program.clone().try_get_matches_from(words).err()?;
    let lacks_value =
        matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if value.is_empty());
    if IN_PART.contains(&error.kind()) || (error.kind() == ErrorKind::InvalidValue && lacks_value) {
        return None;
    }
    let told = error.to_string();
    Some(told.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
}

fn has(program: &Command, verb: &str) -> bool {
    program.get_subcommands().any(|inner| inner.get_name() == verb)
}

fn has_flag(program: &Command, name: &str) -> bool {
    program.get_arguments().any(|argument| argument.get_long() == Some(name))
        || program.get_subcommands().any(|inner| has_flag(inner, name))
}

/// What stands before and behind the first `--`.
fn split<'a, 'b>(words: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    let at = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default())
}

/// The word behind one of these.
fn after<'a>(words: &[&'a str], flags: &[&str]) -> Option<&'a str> {
    let at = words.iter().position(|word| flags.contains(word))?;
    words.get(at + 1).copied()
}

/// The last word, when it belongs to no flag.
fn last_word<'a, 'b>(words: &'a [&'b str]) -> Option<&'a &'b str> {
    const WITH_VALUE: [&str; 6] = ["-p", "--package", "--test", "--features", "--example", "--bin"];
    let (last, before) = words.split_last()?;
    let is_value = before.last().is_some_and(|flag| WITH_VALUE.contains(flag));
    (!last.starts_with('-') && !is_value).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::super::daemon_command::testing::with_daemon;
    use super::super::document::testing::document;
    use super::*;

    fn found(text: &str) -> (usize, Vec<String>) {
        let files = with_daemon(&[
            ("ops-core/Cargo.toml", "[features]\nstack = []\n"),
            ("ops-core/examples/embed.rs", ""),
            ("ops-core/tests/api/main.rs", "mod chaos;"),
            ("ops-core/tests/api/chaos.rs", "#[test]\nfn it_holds() {}"),
            ("examples/tour.sh", ""),
        ]);
        let seen = look(&[document(text)], &files).unwrap();
        (seen.names, seen.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_command_or_a_flag_that_is_not_there_is_reported() {
        for wrong in [
            "cargo xtask chek",
            "cargo xtask stack top",
            "cargo xtask check --fast",
            "cargo xtsk check",
            "cargo run --release -- serv",
            "cargo run -p ops-core --example embedded",
            "cargo run -p ops-core",
            "cargo test -p ops-cor",
            "cargo test -p ops-core --test apis",
            "cargo test -p ops-core --features stacks",
            "cargo run -p ops-core --features stack,more --example embed",
            "cargo test it_hold_s",
            "cargo xtask test -- -p ops-core --test api chaoss -- --nocapture",
            "ops-daemon secret compare --now",
            "ops-daemon new-epoch --tls-mode on",
            "new-epoch --above",
            "secret compares",
            "--confirms",
            "--confg FILE",
            "bash examples/tours.sh",
        ] {
            let (names, faults) = found(&format!("\n`{wrong}`"));
            assert!(
                names == 1 && faults[0].starts_with(&format!("docs/A.md:2: `{wrong}`: ")),
                "{wrong}: {faults:?}"
            );
        }
        assert_eq!(found("```sh\ntrue\ncargo xtask chek # `--confirms`\n```").1.len(), 2);
    }

    #[test]
    fn commands_that_are_there_pass_also_in_part() {
        for right in [
            "cargo xtask stack up",
            "cargo xtask stack",
            "cargo xtask …",
            "cargo test",
            "cargo test -p ops-core --features stack",
            "cargo test -p ops-core chaos",
            "cargo xtask test -- -p ops-core --test api chaos -- --nocapture",
            "cargo run --release -- serve --help",
            "cargo run -p ops-core --example embed",
            "cargo build",
            "ops-daemon serve",
            "ops-daemon new-epoch --config FILE --tls-mode off",
            "secret wipe --confirm",
            "serve --config",
            "migrate verify",
            "--config FILE",
            "--confirm",
            "bash examples/tour.sh",
        ] {
            assert_eq!(found(&format!("`{right}`")), (1, vec![]), "{right}");
        }
        for other in ["serve", "create, read", "ops-daemon", "-- oldest binary: 0.1.0", "--", "curl --fail"] {
            assert_eq!(found(&format!("`{other}`")).0, 0, "{other}");
        }
    }
}
