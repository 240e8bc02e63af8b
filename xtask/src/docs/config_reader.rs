//! Which keys the configuration has: follows the functions of `ops-daemon/src/config` that take a section, from the one
//! that reads the whole file.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprLit, ExprMethodCall, FnArg, Item, ItemConst, ItemFn, Lit, Pat};

use super::rust;
use crate::failure::Failure;
use crate::tidy::checkout::File;

const FOLDER: &str = "ops-daemon/src/config";
/// Methods of a section that read a key: their first argument is its name.
const READING: [&str; 12] = [
    "known",
    "text",
    "required",
    "parsed",
    "flag",
    "number",
    "texts",
    "any",
    "path",
    "file",
    "optional_file",
    "file_or",
];
/// Methods that do not.
const OTHERS: [&str; 3] = ["has", "fault", "fault_here"];

/// What a configuration file may say.
#[derive(Default)]
pub(super) struct Configuration {
    /// Every key by its whole name, sections among them: `admin`, `admin.listen`.
    pub(super) keys: BTreeSet<String>,
    /// Those that are sections.
    pub(super) sections: BTreeSet<String>,
    /// Those that are lists of sections.
    pub(super) lists: BTreeSet<String>,
}

impl Configuration {
    /// Whether it stands in an entry of a list of sections.
    pub(super) fn is_in_a_list(&self, key: &str) -> bool {
        self.lists
            .iter()
            .any(|list| key.strip_prefix(list.as_str()).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// Reads it from the sources.
pub(super) fn configuration(files: &[File]) -> Result<Configuration, Failure> {
    let (functions, constants) = functions(files)?;
    let mut reader = Reader {
        functions: &functions,
        constants: &constants,
        found: Configuration::default(),
        unread: Vec::new(),
        place: Place { module: "load".to_owned(), prefix: String::new() },
        section: String::new(),
        bound: BTreeMap::new(),
    };
    reader.call("load", "read", &Place { module: String::new(), prefix: String::new() }, &[], 0);
    match reader.unread.as_slice() {
        [] => Ok(reader.found),
        unread => Err(format!(
            "{FOLDER} reads keys in a way that the docs check does not follow: {}; teach it in xtask/src/docs/config_reader.rs",
            unread.join(", ")
        )
        .into()),
    }
}

type Functions = BTreeMap<(String, String), ItemFn>;
type Texts = BTreeMap<(String, String), String>;

/// Their functions and constants, by module and name.
fn functions(files: &[File]) -> Result<(Functions, Texts), Failure> {
    let (mut functions, mut texts) = (Functions::new(), Texts::new());
    for file in files.iter().filter(|file| file.is_under(FOLDER) && file.is_rust()) {
        let module = file.path.trim_end_matches(".rs").rsplit('/').next().unwrap_or_default();
        for item in rust::parse(&file.path, &file.text)?.items {
            match item {
                Item::Fn(function) => {
                    functions.insert((module.to_owned(), function.sig.ident.to_string()), function);
                }
                Item::Const(constant) => {
                    let text = literal(&constant.expr);
                    texts.extend(text.map(|text| ((module.to_owned(), constant.ident.to_string()), text)));
                }
                _ => {}
            }
        }
    }
    Ok((functions, texts))
}

/// In which module we are, and what stands before the names of keys.
#[derive(Clone)]
struct Place {
    module: String,
    /// Empty, or with a dot at its end.
    prefix: String,
}

struct Reader<'a> {
    functions: &'a Functions,
    constants: &'a Texts,
    found: Configuration,
    /// What could not be followed.
    unread: Vec<String>,
    place: Place,
    /// The variable that is the section.
    section: String,
    /// Parameters and constants of a function whose text is known.
    bound: BTreeMap<String, String>,
}

impl Reader<'_> {
    /// Reads the body of a function, whose argument number `at` is the section.
    fn call(&mut self, module: &str, name: &str, from: &Place, arguments: &[Option<String>], at: usize) {
        let Some(function) = self.functions.get(&(module.to_owned(), name.to_owned())) else {
            self.unread.push(format!("{module}::{name}, which is not there"));
            return;
        };
        let names: Vec<String> = function.sig.inputs.iter().map(parameter).collect();
        let Some(section) = names.get(at).cloned() else {
            self.unread.push(format!("{module}::{name}, which takes no section"));
            return;
        };
        let texts = names.into_iter().zip(arguments).filter_map(|(name, text)| Some((name, text.clone()?)));
        let bound = texts.collect();
        let place = Place { module: module.to_owned(), prefix: from.prefix.clone() };
        self.within(place, section, bound, |reader| reader.visit_block(&function.block));
    }

    fn within(
        &mut self,
        place: Place,
        section: String,
        bound: BTreeMap<String, String>,
        read: impl FnOnce(&mut Self),
    ) {
        let outer = (
            std::mem::replace(&mut self.place, place),
            std::mem::replace(&mut self.section, section),
            std::mem::replace(&mut self.bound, bound),
        );
        read(self);
        (self.place, self.section, self.bound) = outer;
    }

    /// The text of an argument, as far as it is known.
    fn text(&self, argument: &Expr) -> Option<String> {
        let named = || {
            let name = variable(argument)?;
            let constant = || self.constants.get(&(self.place.module.clone(), name.clone()));
            self.bound.get(&name).or_else(constant).cloned()
        };
        literal(argument).or_else(named)
    }

    fn is_section(&self, argument: &Expr) -> bool {
        match argument {
            Expr::Reference(reference) => self.is_section(&reference.expr),
            other => variable(other).is_some_and(|name| name == self.section),
        }
    }

    /// Module and name of a function, as it is called here.
    fn function(&self, called: &Expr) -> Option<(String, String)> {
        let Expr::Path(path) = called else { return None };
        let mut segments = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
        let name = segments.next()?;
        Some((segments.next().unwrap_or_else(|| self.place.module.clone()), name))
    }

    fn key(&mut self, node: &ExprMethodCall) -> Option<String> {
        let name = node.args.first().and_then(|argument| self.text(argument));
        // several names that are read one by one before are only made known in a loop
        if name.is_none() && node.method != "known" {
            self.unread.push(format!("{} in {}.rs", node.method, self.place.module));
        }
        let key = format!("{}{}", self.place.prefix, name?);
        self.found.keys.insert(key.clone());
        Some(key)
    }

    /// Goes into `section.section("name", read)`.
    fn enter(&mut self, node: &ExprMethodCall) {
        let Some(key) = self.key(node) else { return };
        let found = if node.method == "section" { &mut self.found.sections } else { &mut self.found.lists };
        found.insert(key.clone());
        let place = Place { module: self.place.module.clone(), prefix: format!("{key}.") };
        match node.args.iter().nth(1) {
            Some(Expr::Closure(closure)) => {
                let section = closure.inputs.first().map(pattern).unwrap_or_default();
                let bound = self.bound.clone();
                self.within(place, section, bound, |reader| reader.visit_expr(&closure.body));
            }
            Some(read) => match self.function(read) {
                Some((module, name)) => self.call(&module, &name, &place, &[], 0),
                None => self.unread.push(format!("what reads {key}")),
            },
            None => self.unread.push(format!("what reads {key}")),
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_expr_method_call(&mut self, node: &'ast ExprMethodCall) {
        if !self.is_section(&node.receiver) {
            return visit::visit_expr_method_call(self, node);
        }
        let method = node.method.to_string();
        if method == "section" || method == "sections" {
            return self.enter(node);
        }
        if READING.contains(&method.as_str()) {
            self.key(node);
        } else if !OTHERS.contains(&method.as_str()) {
            self.unread.push(format!("{method} in {}.rs", self.place.module));
        }
        visit::visit_expr_method_call(self, node);
    }

    fn visit_item_const(&mut self, node: &'ast ItemConst) {
        self.bound.extend(literal(&node.expr).map(|text| (node.ident.to_string(), text)));
    }

    fn visit_expr_call(&mut self, node: &'ast ExprCall) {
        if let Some(at) = node.args.iter().position(|argument| self.is_section(argument)) {
            let texts: Vec<_> = node.args.iter().map(|argument| self.text(argument)).collect();
            let place = self.place.clone();
            match self.function(&node.func) {
                Some((module, name)) => self.call(&module, &name, &place, &texts, at),
                None => self.unread.push(format!("a call in {}.rs", self.place.module)),
            }
        }
        visit::visit_expr_call(self, node);
    }
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn variable(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn parameter(argument: &FnArg) -> String {
    match argument {
        FnArg::Typed(typed) => pattern(&typed.pat),
        FnArg::Receiver(_) => String::new(),
    }
}

fn pattern(pattern: &Pat) -> String {
    match pattern {
        Pat::Ident(name) => name.ident.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    const LOAD: &str = "const EMBEDDED: &str = \"embedded\";
    fn read(root: &mut Section<'_>) -> Option<Config> {
        let embedded = root.texts(EMBEDDED);
        let admin = root.section(\"admin\", admin::read);
        let internal = root.section(\"internal\", |inner| Some(inner.sections(\"identities\", named)));
        embedded::refuse(root, embedded);
    }
    fn named(section: &mut Section<'_>) -> Option<String> { section.required(\"name\", \"gateway\") }";
    const ADMIN: &str = "pub fn read(section: &mut Section<'_>) -> Option<Admin> {
        let listen = at(section, \"listen\", 1)?;
        if section.has(\"tls\") { section.section(\"tls\", |tls| other(tls).map(Some)) } else { section.known(\"tls\") }
    }
    fn at(section: &mut Section<'_>, name: &'static str, port: u16) -> Option<u16> { section.parsed(name, \"x\", parse) }
    fn other(section: &mut Section<'_>) -> Option<Tls> { const KEY: &str = \"key\"; section.file(KEY, FILE, read_key) }
    const FILE: &str = \"k\";";

    /// A checkout whose daemon has a small configuration.
    pub(crate) fn with_configuration(more: &[(&str, &str)]) -> Vec<File> {
        let config = [
            ("ops-daemon/src/config/load.rs", LOAD),
            ("ops-daemon/src/config/admin.rs", ADMIN),
            (
                "ops-daemon/src/config/embedded.rs",
                "pub fn refuse(root: &mut Section<'_>, of: O) { root.fault(\"x\", 1, 2) }",
            ),
        ];
        checkout(&[&config[..], more].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::with_configuration;
    use super::*;
    use crate::tidy::checkout::{self, testing::checkout};

    #[test]
    fn sections_closures_helpers_and_lists_are_followed() {
        let found = configuration(&with_configuration(&[])).unwrap();
        let keys: Vec<&str> = found.keys.iter().map(String::as_str).collect();
        let wanted = [
            "admin",
            "admin.listen",
            "admin.tls",
            "admin.tls.key",
            "embedded",
            "internal",
            "internal.identities",
            "internal.identities.name",
        ];
        assert_eq!(keys, wanted);
        assert!(found.is_in_a_list("internal.identities.name") && !found.is_in_a_list("admin.listen"));
    }

    #[test]
    fn what_it_cannot_follow_is_a_failure_and_no_silence() {
        for body in ["root.number(NAME, 1, 1..=2)", "root.section(\"a\", gone::read)", "root.guess(\"a\")"] {
            let load = format!("fn read(root: &mut Section<'_>) -> Option<Config> {{ {body} }}");
            let files = checkout(&[("ops-daemon/src/config/load.rs", &load)]);
            assert!(configuration(&files).is_err(), "{body}");
        }
    }

    #[test]
    fn the_configuration_of_this_checkout_is_read() {
        let found = configuration(&checkout::files().unwrap()).unwrap();
        for key in
            ["embedded", "secrets.vault.approle.secret_id_file", "store.sqlite.file", "auth.jwks_ca_file"]
        {
            assert!(found.keys.contains(key), "{key}: {:?}", found.keys);
        }
        assert!(!found.keys.contains("admin.client_ca") && !found.keys.contains("secrets.sealed.mount"));
    }
}
