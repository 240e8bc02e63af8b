//! Rust text with its comments, strings or tests blanked out, byte for byte, so that places and lines stay the same.

use super::search::{is_word, places};

/// Three views of one file; every view is as long as the file.
pub(crate) struct Source {
    /// Without comments and without what strings contain.
    pub(crate) code: String,
    /// Without comments.
    pub(crate) uncommented: String,
    /// `code` without test modules and test functions.
    pub(crate) shipped: String,
}

impl Source {
    pub(crate) fn of(text: &str) -> Self {
        let mut scanner = Scanner { rest: text, code: String::new(), uncommented: String::new() };
        while scanner.step() {}
        let Scanner { code, uncommented, .. } = scanner;
        let shipped = without_tests(&code);
        Self { code, uncommented, shipped }
    }
}

/// Where the bracket that opens at `open` closes; the end of the text when it never does.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len()
}

struct Scanner<'a> {
    rest: &'a str,
    code: String,
    uncommented: String,
}

impl Scanner<'_> {
    /// Takes the next comment, string or character; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.comment(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.comment(block_comment(rest));
        } else if let Some(length) = self.raw_string() {
            self.string(length);
        } else if rest.starts_with('"') {
            self.string(string(rest));
        } else if let Some(length) = character(rest) {
            self.string(length);
        } else {
            let Some(first) = rest.chars().next() else { return false };
            self.keep(first.len_utf8());
        }
        true
    }

    fn raw_string(&self) -> Option<usize> {
        if self.code.ends_with(is_word) {
            return None;
        }
        let quoted = self.rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
        let hashes = quoted.len() - quoted.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let start = self.rest.len() - quoted.len() + hashes + 1;
        let inside = quoted.get(hashes..)?.strip_prefix('"')?;
        Some(inside.find(&end).map_or(self.rest.len(), |found| start + found + end.len()))
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn keep(&mut self, length: usize) {
        let taken = self.take(length).to_owned();
        self.code.push_str(&taken);
        self.uncommented.push_str(&taken);
    }

    fn comment(&mut self, length: usize) {
        let blank = blank(self.take(length));
        self.code.push_str(&blank);
        self.uncommented.push_str(&blank);
    }

    fn string(&mut self, length: usize) {
        let taken = self.take(length).to_owned();
        self.code.push_str(&blank(&taken));
        self.uncommented.push_str(&taken);
    }
}

fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut pairs = text.bytes().zip(text.bytes().skip(1)).enumerate();
    while let Some((at, pair)) = pairs.next() {
        match pair {
            (b'/', b'*') => depth += 1,
            (b'*', b'/') => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return at + 2;
        }
        pairs.next();
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'a'`, `'\n'`, `'\u{1b}'`, `'\''`; not the start of a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    chars.next().filter(|(_, quote)| *quote == '\'')?;
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next();
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    chars.next().filter(|(_, quote)| *quote == '\'').map(|(at, _)| at + 1)
}

fn without_tests(code: &str) -> String {
    let mut shipped = code.to_owned();
    for attribute in ["#[cfg(test)]", "#[cfg(any(test", "#[cfg(all(test", "#[test]"] {
        for at in places(code, attribute) {
            let end = item_end(code, at);
            if let Some(item) = code.get(at..end) {
                shipped.replace_range(at..end, &blank(item));
            }
        }
    }
    shipped
}

/// Where the item behind an attribute ends: with its block, or with a semicolon.
fn item_end(code: &str, attribute: usize) -> usize {
    let after = closing(code, attribute + 1);
    let rest = code.get(after..).unwrap_or_default();
    match rest.find(['{', ';']).map(|found| after + found) {
        Some(block) if code.get(block..).is_some_and(|block| block.starts_with('{')) => {
            (closing(code, block) + 1).min(code.len())
        }
        Some(semicolon) => semicolon + 1,
        None => code.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_and_nothing_moves() {
        let text =
            "let a = \"x // \\\" y\"; // z é\n/* b /* c */ d */ let q = '\"'; let l: &'a str = r#\"e\"f\"#;";
        let source = Source::of(text);
        assert_eq!(source.code.len(), text.len());
        assert_eq!(source.uncommented.len(), text.len());
        let code: Vec<&str> = source.code.split_whitespace().collect();
        assert_eq!(code.join(" "), "let a = ; let q = ; let l: &'a str = ;");
        assert!(source.uncommented.contains("r#\"e\"f\"#"));
        assert!(!source.uncommented.contains('z'));
    }

    #[test]
    fn characters_with_escapes_and_raw_names_do_not_confuse_it() {
        let source =
            Source::of(r"let a = ['\'', '\\', '\u{1b}', 'x']; let r#type = b; fn f<'r>(x: &'r str) {}");
        assert!(source.code.contains("let r#type = b; fn f<'r>(x: &'r str) {}"));
    }

    #[test]
    fn tests_are_not_shipped() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { {} }\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
        let shipped = Source::of(text).shipped;
        assert_eq!(shipped.len(), text.len());
        let words: Vec<&str> = shipped.split_whitespace().collect();
        assert_eq!(words.join(" "), "fn a() {} fn c() {} fn d() {}");
    }

    #[test]
    fn a_bracket_closes_where_its_pair_is() {
        assert_eq!(closing("a(b(c)d)e", 1), 7);
        assert_eq!(closing("a(b", 1), 3);
    }
}
