//! A section being read: each key is taken once in its type; what is left at the end is unknown.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    Fault,
    source::{Source, variable_of},
};

/// One section, or one entry of a list of them.
pub(super) struct Section<'a> {
    path: String,
    values: Table,
    known: Vec<&'static str>,
    source: &'a mut Source,
}

impl<'a> Section<'a> {
    /// Reads the whole tree with `read`.
    pub(super) fn root<T>(
        source: &'a mut Source,
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let values = std::mem::take(&mut source.tree);
        Section { path: String::new(), values, known: Vec::new(), source }.finish(read)
    }

    fn finish<T>(mut self, read: impl FnOnce(&mut Section<'_>) -> Option<T>) -> Option<T> {
        let answer = read(&mut self);
        let remedy = format!("remove it, or write one of {}", self.known.join(", "));
        for (name, value) in std::mem::take(&mut self.values) {
            let inner = value.as_table().and_then(|table| table.keys().next());
            // a variable that made a whole section: named by its first key
            let name = inner
                .map(|inner| format!("{name}.{inner}"))
                .filter(|inner| self.is_variable(inner))
                .unwrap_or(name);
            self.fault(&name, "is not a known key", remedy.clone());
        }
        answer
    }

    /// Reads the section `name`; an absent one is read as an empty one, so that its defaults and its missing keys
    /// are named.
    pub(super) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let values = match self.take(name) {
            None => Table::new(),
            Some(Value::Table(values)) => values,
            Some(other) => return self.wrong_type(name, &other, &format!("a section [{}]", self.key(name))),
        };
        Section { path: self.key(name), values, known: Vec::new(), source: self.source }.finish(read)
    }

    /// Reads a list of sections; an entry that cannot be read is left out, its faults are kept.
    pub(super) fn sections<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Section<'_>) -> Option<T>,
    ) -> Vec<T> {
        let entries = match self.take(name).map(|value| self.unquote(name, value)) {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(other) => {
                self.wrong_type::<()>(name, &other, "a list of tables");
                Vec::new()
            }
        };
        let mut answer = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let path = format!("{}[{at}]", self.key(name));
            match entry {
                Value::Table(values) => {
                    answer.extend(
                        Section { path, values, known: Vec::new(), source: self.source }.finish(&mut read),
                    );
                }
                other => {
                    let wrong = format!("is {}", kind(&other));
                    self.source.faults.push(Fault::new(path, wrong, "write a table { … }"));
                }
            }
        }
        answer
    }

    /// Tells the section that `name` is one of its keys, though nobody reads it now.
    pub(super) fn known(&mut self, name: &'static str) {
        self.take(name);
    }

    /// Whether the key was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A text.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => self.wrong_type(name, &other, "a text in quotes"),
        }
    }

    /// A text that must be there; `example` is what the remedy shows.
    pub(super) fn required(&mut self, name: &'static str, example: &str) -> Option<String> {
        if !self.has(name) {
            self.known(name);
            let variable = variable_of(&self.key(name));
            let remedy = format!("write {name} = \"{example}\" into [{}], or set {variable}", self.path);
            self.fault(name, "is missing", remedy);
            return None;
        }
        self.text(name)
    }

    /// A text that `parse` understands.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.fault(name, format!("is not {wanted}"), format!("write {wanted}"));
        }
        parsed
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> Option<bool> {
        let Some(value) = self.take(name) else { return Some(default) };
        match self.unquote(name, value) {
            Value::Boolean(flag) => Some(flag),
            other => self.wrong_type(name, &other, "true or false"),
        }
    }

    /// A whole number within `range`.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let Some(value) = self.take(name) else { return Some(default) };
        let (from, to) = (range.start(), range.end());
        match self.unquote(name, value) {
            Value::Integer(number) => {
                let inside = u32::try_from(number).ok().filter(|number| range.contains(number));
                if inside.is_none() {
                    self.fault(name, format!("is {number}"), format!("write a number from {from} to {to}"));
                }
                inside
            }
            other => self.wrong_type(name, &other, &format!("a whole number from {from} to {to}")),
        }
    }

    /// A list of texts; a variable may also give them with commas between.
    pub(super) fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        let entries = match self.take(name).map(|value| self.unquote(name, value))? {
            Value::Array(entries) => entries,
            Value::String(text) if self.is_variable(name) => {
                return Some(text.split(',').map(|part| part.trim().to_owned()).collect());
            }
            other => return self.wrong_type(name, &other, "a list of texts"),
        };
        let mut texts = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            match entry {
                Value::String(text) => texts.push(text),
                other => {
                    return self.wrong_type(&format!("{name}[{at}]"), &other, "a text in quotes");
                }
            }
        }
        Some(texts)
    }

    /// A text or a list of texts, as it is.
    pub(super) fn any(&mut self, name: &'static str) -> Option<Value> {
        let value = self.take(name)?;
        Some(self.unquote(name, value))
    }

    /// The path of a file that must be named. A relative one starts at the folder of the configuration file, or, from
    /// a variable, at the working folder.
    pub(super) fn path(&mut self, name: &'static str, example: &str) -> Option<PathBuf> {
        let text = self.required(name, example)?;
        if text.is_empty() {
            self.fault(name, "is empty", "name a file");
            return None;
        }
        Some(if self.is_variable(name) { PathBuf::from(text) } else { self.source.folder.join(text) })
    }

    /// The path of a file that must be named, and what `read` makes of the file.
    pub(super) fn file<T>(
        &mut self,
        name: &'static str,
        example: &str,
        read: impl FnOnce(&Path) -> Result<T, super::file::Refused>,
    ) -> Option<(PathBuf, T)> {
        let path = self.path(name, example)?;
        match read(&path) {
            Ok(content) => Some((path, content)),
            Err(refused) => {
                self.fault(name, format!("{} {}", path.display(), refused.wrong), refused.remedy);
                None
            }
        }
    }

    /// The path of a file that may be named, when `check` has nothing against it; without it, nothing.
    pub(super) fn optional_file(
        &mut self,
        name: &'static str,
        check: impl FnOnce(&Path) -> Result<(), super::file::Refused>,
    ) -> Option<Option<PathBuf>> {
        if !self.has(name) {
            self.known(name);
            return Some(None);
        }
        self.file(name, "", check).map(|(path, ())| Some(path))
    }

    /// The path of a file, `default` unless it is named, when `check` has nothing against it.
    pub(super) fn file_or(
        &mut self,
        name: &'static str,
        default: &str,
        check: impl FnOnce(&Path) -> Result<(), super::file::Refused>,
    ) -> Option<PathBuf> {
        if !self.has(name) {
            self.values.insert(name.to_owned(), Value::String(default.to_owned()));
        }
        self.file(name, default, check).map(|(path, ())| path)
    }

    /// Notes a fault of the key `name`, which may go deeper (`tls.key`).
    pub(super) fn fault(&mut self, name: &str, wrong: impl Into<String>, remedy: impl Into<String>) {
        let key = self.key(name);
        let path = match self.source.variables.get(&key) {
            Some(variable) => format!("{key} ({variable})"),
            None => key,
        };
        self.source.faults.push(Fault::new(path, wrong, remedy));
    }

    /// Notes a fault of this section as a whole.
    pub(super) fn fault_here(&mut self, wrong: impl Into<String>, remedy: impl Into<String>) {
        self.source.faults.push(Fault::new(self.path.clone(), wrong, remedy));
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        let key = self.key(name);
        self.source.known.insert(key);
        self.values.remove(name)
    }

    fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn is_variable(&self, name: &str) -> bool {
        self.source.variables.contains_key(&self.key(name))
    }

    /// A variable is text: where something else is wanted, it is read as a TOML value, and stays text if it is none.
    fn unquote(&self, name: &str, value: Value) -> Value {
        match value {
            Value::String(text) if self.is_variable(name) => {
                let read = format!("value = {text}").parse::<Table>();
                read.ok().and_then(|mut table| table.remove("value")).unwrap_or(Value::String(text))
            }
            other => other,
        }
    }

    fn wrong_type<T>(&mut self, name: &str, found: &Value, wanted: &str) -> Option<T> {
        self.fault(name, format!("is {}", kind(found)), format!("write {wanted}"));
        None
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}
