//! A document as the docs check reads it: every piece of code in it, with where it stands.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::tidy::Fault;
use crate::tidy::checkout::File;
use crate::tidy::search::line_of;

/// One Markdown file.
pub(super) struct Document {
    /// From the top of the checkout.
    pub(super) path: String,
    /// In their order.
    pub(super) codes: Vec<Code>,
}

/// A code span, or a block of code.
#[derive(Clone)]
pub(super) struct Code {
    /// The line of its first character.
    pub(super) line: usize,
    pub(super) text: String,
    /// The language of a block; none for a span.
    pub(super) block: Option<String>,
    /// Counts paragraphs, headings, items and rows: what has the same number stands together.
    pub(super) paragraph: usize,
    /// What stands over its column, within a table.
    pub(super) column: String,
    /// The words between the code before it, in the same paragraph or cell, and itself.
    pub(super) before: String,
}

impl Code {
    pub(super) fn is_span(&self) -> bool {
        self.block.is_none()
    }

    /// Whether it is a block of commands.
    pub(super) fn is_shell(&self) -> bool {
        matches!(self.block.as_deref(), Some("sh" | "bash"))
    }

    /// The line of that byte of its text.
    pub(super) fn line_at(&self, at: usize) -> usize {
        self.line + line_of(&self.text, at) - 1
    }
}

impl Document {
    /// A fault at that piece of code.
    pub(super) fn fault(&self, code: &Code, sentence: impl Into<String>) -> Fault {
        self.fault_at(code.line, sentence)
    }

    pub(super) fn fault_at(&self, line: usize, sentence: impl Into<String>) -> Fault {
        Fault { path: self.path.clone(), line, sentence: sentence.into() }
    }

    /// Its code spans.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(|code| code.is_span())
    }
}

/// Every Markdown file of the checkout. Of the changelog only what is not released: a released part is history, and may
/// name what is gone.
pub(super) fn documents(files: &[File]) -> Vec<Document> {
    let markdown = files.iter().filter(|file| file.path.ends_with(".md"));
    markdown
        .map(|file| {
            let text = if file.path == "CHANGELOG.md" { unreleased(&file.text) } else { &file.text };
            read(&file.path, text)
        })
        .collect()
}

fn unreleased(changelog: &str) -> &str {
    let second = changelog.match_indices("\n## ").nth(1).map(|(at, _)| at);
    changelog.get(..second.unwrap_or(changelog.len())).unwrap_or(changelog)
}

fn read(path: &str, text: &str) -> Document {
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event, line_of(text, range.start));
    }
    Document { path: path.to_owned(), codes: reader.codes }
}

#[derive(Default)]
struct Reader {
    codes: Vec<Code>,
    paragraph: usize,
    before: String,
    /// The language and the line of the block that is being read, and its text.
    block: Option<(String, Option<usize>, String)>,
    headings: Vec<String>,
    in_head: bool,
    column: Option<usize>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, line),
            Event::Code(text) => self.span(&text, line),
            Event::SoftBreak | Event::HardBreak => self.before.push(' '),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableRow => self.begin_paragraph(),
            Tag::Table(_) => self.headings.clear(),
            Tag::TableHead => {
                self.in_head = true;
                self.begin_paragraph();
            }
            Tag::TableCell => {
                self.column = Some(self.column.map_or(0, |column| column + 1));
                self.before.clear();
                if self.in_head {
                    self.headings.push(String::new());
                }
            }
            Tag::CodeBlock(kind) => {
                self.begin_paragraph();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some((language, None, String::new()));
            }
            _ => {}
        }
    }

    fn begin_paragraph(&mut self) {
        self.paragraph += 1;
        self.before.clear();
        self.column = None;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::TableHead => self.in_head = false,
            TagEnd::Table => self.column = None,
            TagEnd::CodeBlock => {
                if let Some((language, line, text)) = self.block.take() {
                    let code = self.code(text, line.unwrap_or_default(), Some(language));
                    self.codes.push(code.clone());
                    self.comments(&code);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, line: usize) {
        if let Some((_, first, block)) = &mut self.block {
            first.get_or_insert(line);
            block.push_str(text);
            return;
        }
        self.before.push_str(text);
        if let Some(heading) = self.headings.last_mut().filter(|_| self.in_head) {
            heading.push_str(text);
        }
    }

    fn span(&mut self, text: &str, line: usize) {
        let code = self.code(text.to_owned(), line, None);
        self.codes.push(code);
        self.before.clear();
        self.quoted(text, line);
    }

    /// What a span or a comment itself has between backticks.
    fn quoted(&mut self, text: &str, line: usize) {
        let pieces: Vec<&str> = text.split('`').collect();
        for pair in pieces.chunks_exact(2) {
            if let [before, inside] = pair {
                (*before).clone_into(&mut self.before);
                let code = self.code((*inside).to_owned(), line, None);
                self.codes.push(code);
            }
        }
        self.before.clear();
    }

    /// Comments of a block of commands are prose.
    fn comments(&mut self, code: &Code) {
        if !code.is_shell() {
            return;
        }
        for (number, line) in code.text.lines().enumerate() {
            if let Some((_, comment)) = line.split_once("# ") {
                self.quoted(comment, code.line + number);
            }
        }
    }

    fn code(&self, text: String, line: usize, block: Option<String>) -> Code {
        let column = self.column.and_then(|column| self.headings.get(column)).cloned().unwrap_or_default();
        Code { line, text, block, paragraph: self.paragraph, column, before: self.before.clone() }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A document with that text.
    pub(crate) fn document(text: &str) -> Document {
        read("docs/A.md", text)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    #[test]
    fn spans_and_blocks_are_read_with_their_lines() {
        let document = document("# `a`\n\nb `c` d\n`e`\n\n```sh\nf\ng # `h i`\n```\n");
        let seen: Vec<_> =
            document.codes.iter().map(|c| (c.line, c.text.as_str(), c.before.as_str())).collect();
        let wanted =
            [(1, "a", ""), (3, "c", "b "), (4, "e", " d "), (7, "f\ng # `h i`\n", ""), (8, "h i", "")];
        assert_eq!(seen, wanted);
        assert_eq!(document.codes[3].line_at(2), 8);
        assert!(document.codes[1].paragraph == document.codes[2].paragraph);
    }

    #[test]
    fn a_cell_knows_what_stands_over_it_and_a_row_is_together() {
        let document = document("| one | two |\n|---|---|\n| `a` | x `b` |\n| `c` | `d` |\n\n`e`");
        let seen: Vec<_> = document.codes.iter().map(|c| (c.text.as_str(), c.column.as_str())).collect();
        assert_eq!(seen, [("a", "one"), ("b", "two"), ("c", "one"), ("d", "two"), ("e", "")]);
        assert!(document.codes[0].paragraph == document.codes[1].paragraph);
        assert!(document.codes[1].paragraph != document.codes[2].paragraph);
    }

    #[test]
    fn backticks_within_a_span_are_spans_too() {
        let document = document("`` another `a b` runs ``");
        assert_eq!(document.codes[1].text, "a b");
    }

    #[test]
    fn the_released_part_of_the_changelog_is_history() {
        let changelog = "# C\n\n## Unreleased\n\n`a`\n\n## 0.1.0\n\n`b`\n";
        let documents = documents(&checkout(&[("CHANGELOG.md", changelog), ("a.rs", "`c`")]));
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0].codes.len(), 1);
    }
}
