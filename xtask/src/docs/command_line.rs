//! Finds commands in a text: `cargo …`, `ops-daemon …`, `bash …` where a command can begin, and splits them into words.

/// The programs whose commands are looked up.
const PROGRAMS: [&str; 3] = ["cargo", "ops-daemon", "bash"];

/// Every such command with its place.
pub(super) fn commands(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found: Vec<_> = PROGRAMS.iter().flat_map(|program| of_program(text, program)).collect();
    found.sort();
    found
}

fn of_program(text: &str, program: &str) -> Vec<(usize, Vec<String>)> {
    let begins = text.match_indices(program).filter(|(at, _)| {
        let (before, after) =
            (text.get(..*at).unwrap_or_default(), text.get(at + program.len()..).unwrap_or_default());
        after.starts_with(' ') && may_begin(before)
    });
    begins.map(|(at, _)| (at, words(text.get(at..).unwrap_or_default()))).collect()
}

/// At the beginning of a line, behind a bracket or another command, or behind variables that are set for it.
fn may_begin(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    // what a line continues is no beginning
    let continues = before.strip_suffix(line).is_some_and(|above| above.ends_with("\\\n"));
    let command = line.rsplit(['(', ';', '|', '&', '`']).next().unwrap_or_default();
    let is_setting = |word: &str| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    (!continues || command.len() < line.len())
        && command.split_whitespace().all(is_setting)
        && !before.ends_with(|c: char| c.is_alphanumeric() || "-_/.".contains(c))
}

/// The words up to the end of the command.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') if chars.peek() == Some(&'\n') => {
                chars.next();
                words.extend(word.take());
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#') if word.is_none() => break,
            (None, '\n' | ')' | ';' | '|' | '&' | '>' | '<' | '`') => break,
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        commands(text).into_iter().map(|(_, words)| words.join(" ")).collect()
    }

    #[test]
    fn commands_are_found_where_they_can_begin() {
        assert_eq!(found("cargo xtask up   # more\n"), ["cargo xtask up"]);
        assert_eq!(
            found("eval \"$(cargo xtask stack env)\" && bash a.sh"),
            ["cargo xtask stack env", "bash a.sh"]
        );
        assert_eq!(found("A=1 B_2=x cargo test -- --nocapture | tail"), ["cargo test -- --nocapture"]);
        assert_eq!(found("see `cargo xtask check` (`bash b.sh`)"), ["cargo xtask check", "bash b.sh"]);
        assert_eq!(found("cargo run \\\n  --release"), ["cargo run --release"]);
        assert_eq!(words("a 'b c' \"$D/e\""), ["a", "b c", "$D/e"]);
    }

    #[test]
    fn a_name_that_is_an_argument_is_no_command() {
        for other in [
            "bao policy write ops-daemon vault",
            "x=ops-daemon y",
            "the cargo is here",
            "my-cargo xtask",
            "a \\\n  cargo xtask",
            "cargo",
        ] {
            assert_eq!(found(other), Vec::<String>::new(), "{other}");
        }
    }
}
