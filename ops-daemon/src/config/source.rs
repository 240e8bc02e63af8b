//! Where values come from: the TOML file, overridden by variables, merged into one tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::Fault;

/// Variables of ours begin with it.
const PREFIX: &str = "OPS_";
/// Keys that stand in no section: their variables need nothing between parts.
const ALONE: [&str; 1] = ["embedded"];
/// Stands between the parts of a key.
const NESTING: &str = "__";

/// The merged tree, and what reading it has found so far.
pub(super) struct Source {
    pub(super) tree: Table,
    /// Folder that relative paths of the file start from.
    pub(super) folder: PathBuf,
    /// Key → the variable that set it.
    pub(super) variables: BTreeMap<String, String>,
    /// Keys that the readers asked for.
    pub(super) known: BTreeSet<String>,
    pub(super) faults: Vec<Fault>,
    /// Variables without nesting: none of them sets anything, some are mistyped.
    flat: Vec<String>,
}

impl Source {
    /// # Errors
    /// The file cannot be read or is no TOML: then nothing more can be said about it.
    pub(super) fn read(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Fault>> {
        let mut source = Self {
            tree: file.map(parse).transpose().map_err(|fault| vec![fault])?.unwrap_or_default(),
            folder: file.and_then(Path::parent).map(Path::to_owned).unwrap_or_default(),
            variables: BTreeMap::new(),
            known: BTreeSet::new(),
            faults: Vec::new(),
            flat: Vec::new(),
        };
        let ours: BTreeMap<_, _> = env.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        for (variable, text) in ours {
            source.overlay(variable, text);
        }
        Ok(source)
    }

    fn overlay(&mut self, variable: String, text: String) {
        let name = variable.get(PREFIX.len()..).unwrap_or_default().to_ascii_lowercase();
        if !name.contains(NESTING) && !ALONE.contains(&name.as_str()) {
            self.flat.push(variable);
            return;
        }
        let parts: Vec<_> = name.split(NESTING).collect();
        if set(&mut self.tree, &parts, text) {
            self.variables.insert(parts.join("."), variable);
        } else {
            let wrong = "names a section where the file has a value, or a value where it has a section";
            self.faults.push(Fault::new(variable, wrong, "remove the variable, or correct the file"));
        }
    }

    /// Every fault. A variable that would have set a known key, had it two underscores, is one of them: Kubernetes
    /// sets `OPS_…_PORT` variables by itself, so other unknown ones are not ours to judge.
    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        for variable in &self.flat {
            let meant = self
                .known
                .iter()
                .map(|key| variable_of(key))
                .find(|meant| meant.replace(NESTING, "_") == variable.to_ascii_uppercase());
            if let Some(meant) = meant {
                let wrong = "sets nothing: parts of a key are separated by two underscores";
                self.faults.push(Fault::new(variable, wrong, format!("rename it to {meant}")));
            }
        }
        self.faults
    }
}

/// `admin.listen` → `OPS_ADMIN__LISTEN`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', NESTING).to_ascii_uppercase())
}

fn parse(file: &Path) -> Result<Table, Fault> {
    let path = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fault::new(&path, format!("cannot be read: {error}"), "name a readable TOML file")
    })?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.lines().count().max(1));
        Fault::new(&path, format!("is no TOML at line {line}: {}", error.message()), "correct the syntax")
    })
}

/// Whether there was a place for it.
fn set(tree: &mut Table, parts: &[&str], text: String) -> bool {
    match parts {
        [] => false,
        [last] => {
            let is_section = tree.get(*last).is_some_and(Value::is_table);
            if !is_section {
                tree.insert((*last).to_owned(), Value::String(text));
            }
            !is_section
        }
        [first, rest @ ..] => {
            let inner = tree.entry((*first).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            inner.as_table_mut().is_some_and(|inner| set(inner, rest, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_variable_overrides_the_file_and_two_underscores_nest() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ops.toml");
        std::fs::write(&file, "[admin]\nlisten = \"127.0.0.1:1\"\n[admin.tls]\nkey = \"k\"\n").unwrap();
        let env = variables(&[
            ("OPS_ADMIN__LISTEN", "127.0.0.1:2"),
            ("OPS_ADMIN__TLS__KEY", "x"),
            ("PATH", "/bin"),
        ]);
        let source = Source::read(Some(&file), env).ok().unwrap();
        assert_eq!(source.tree["admin"]["listen"].as_str(), Some("127.0.0.1:2"));
        assert_eq!(source.tree["admin"]["tls"]["key"].as_str(), Some("x"));
        assert_eq!(source.variables["admin.tls.key"], "OPS_ADMIN__TLS__KEY");
        assert_eq!(source.folder, folder.path());
    }

    #[test]
    fn a_variable_that_names_a_section_as_a_value_is_a_fault() {
        let env = variables(&[("OPS_ADMIN__TLS", "x"), ("OPS_ADMIN__TLS__KEY", "y")]);
        let faults = Source::read(None, env).ok().unwrap().into_faults();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].path, "OPS_ADMIN__TLS__KEY");
    }

    #[test]
    fn a_syntax_error_names_file_and_line_and_never_quotes_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ops.toml");
        std::fs::write(&file, "[admin]\nlisten = \"hunter2\n").unwrap();
        let faults = Source::read(Some(&file), []).err().unwrap();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].wrong.starts_with("is no TOML at line 2"), "{}", faults[0]);
        assert!(!faults[0].to_string().contains("hunter2"));
    }
}
