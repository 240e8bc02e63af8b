//! The command line of `ops-daemon`, built anew from what its sources tell clap; this crate cannot depend on it.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Field, Fields, GenericArgument, Item, ItemEnum, Lit, Meta, PathArguments, Token, Type,
};

use super::rust;
use crate::failure::Failure;
use crate::tidy::checkout::File;

const FOLDER: &str = "ops-daemon/src/command";
const ROOT: &str = "Command";
/// What changes nothing about which words a command line may have.
const NEUTRAL: [&str; 11] = [
    "long",
    "env",
    "value_name",
    "default_value",
    "default_value_t",
    "value_parser",
    "value_enum",
    "help",
    "required",
    "requires",
    "conflicts_with",
];

/// The whole tree.
pub(super) fn command(files: &[File]) -> Result<Command, Failure> {
    let mut sources = Sources::default();
    for file in files.iter().filter(|file| file.is_under(FOLDER) && file.is_rust()) {
        sources.add(rust::parse(&file.path, &file.text)?)?;
    }
    sources.with_variants(Command::new("ops-daemon").version("0"), ROOT)
}

/// The types that clap derives something for, by name.
#[derive(Default)]
struct Sources {
    fields: BTreeMap<String, Vec<Field>>,
    variants: BTreeMap<String, ItemEnum>,
}

impl Sources {
    fn add(&mut self, file: syn::File) -> Result<(), Failure> {
        for item in file.items {
            let (name, is_new) = match item {
                Item::Struct(of) if derives(&of.attrs, &["Args"]) => {
                    let name = of.ident.to_string();
                    (name.clone(), self.fields.insert(name, of.fields.into_iter().collect()).is_none())
                }
                Item::Enum(of) if derives(&of.attrs, &["Subcommand", "ValueEnum"]) => {
                    let name = of.ident.to_string();
                    (name.clone(), self.variants.insert(name, of).is_none())
                }
                _ => continue,
            };
            if !is_new {
                return Err(unfollowed(format!("two types {name}")));
            }
        }
        Ok(())
    }

    /// Adds the sub-commands of an enum.
    fn with_variants(&self, mut command: Command, name: &str) -> Result<Command, Failure> {
        let of = self.variants.get(name).ok_or_else(|| unfollowed(format!("sub-commands {name}")))?;
        for variant in &of.variants {
            let inner = Command::new(kebab(&variant.ident.to_string()));
            let holds_more = settings(&variant.attrs, "command", &["subcommand"])?.contains_key("subcommand");
            let inner = match &variant.fields {
                Fields::Unit => inner,
                Fields::Named(fields) => self.with_fields(inner, fields.named.iter())?,
                Fields::Unnamed(fields) => {
                    let Some(field) = fields.unnamed.first() else { continue };
                    let name = type_name(&field.ty);
                    if holds_more { self.with_variants(inner, &name)? } else { self.with_type(inner, &name)? }
                }
            };
            command = command.subcommand(inner);
        }
        Ok(command)
    }

    fn with_type(&self, command: Command, name: &str) -> Result<Command, Failure> {
        let fields = self.fields.get(name).ok_or_else(|| unfollowed(format!("arguments {name}")))?;
        self.with_fields(command, fields.iter())
    }

    fn with_fields<'a>(
        &self,
        mut command: Command,
        fields: impl Iterator<Item = &'a Field>,
    ) -> Result<Command, Failure> {
        for field in fields {
            let inner = settings(&field.attrs, "command", &["flatten", "subcommand"])?;
            command = if inner.contains_key("flatten") {
                self.with_type(command, &type_name(&field.ty))?
            } else if inner.contains_key("subcommand") {
                self.with_variants(command, &type_name(&field.ty))?
            } else {
                command.arg(self.argument(field)?)
            };
        }
        Ok(command)
    }

    fn argument(&self, field: &Field) -> Result<Arg, Failure> {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let settings = settings(&field.attrs, "arg", &NEUTRAL)?;
        let kind = type_name(&field.ty);
        let mut argument = Arg::new(name.clone());
        if let Some(given) = settings.get("long") {
            argument = argument.long(given.clone().unwrap_or_else(|| name.replace('_', "-")));
        }
        if kind == "bool" {
            return Ok(argument.action(ArgAction::SetTrue));
        }
        Ok(match self.variants.get(&kind).filter(|_| settings.contains_key("value_enum")) {
            Some(words) => {
                let words: Vec<String> =
                    words.variants.iter().map(|word| kebab(&word.ident.to_string())).collect();
                argument.value_parser(PossibleValuesParser::new(words))
            }
            None => argument,
        })
    }
}

fn unfollowed(what: impl std::fmt::Display) -> Failure {
    format!("{FOLDER} has {what}, which the docs check does not follow: teach it in xtask/src/docs/daemon_command.rs").into()
}

fn derives(attributes: &[Attribute], wanted: &[&str]) -> bool {
    let derived =
        attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).flat_map(|attribute| {
            let paths = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
            paths
                .into_iter()
                .flatten()
                .filter_map(|path| path.segments.last().map(|segment| segment.ident.to_string()))
        });
    derived.into_iter().any(|name| wanted.contains(&name.as_str()))
}

/// What `#[name(…)]` says, each with its text if it has one. Anything but `known` could change the words.
fn settings(
    attributes: &[Attribute],
    name: &str,
    known: &[&str],
) -> Result<BTreeMap<String, Option<String>>, Failure> {
    let mut settings = BTreeMap::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let list = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in list.map_err(|cause| {
            Failure::because(format!("{FOLDER} has a #[{name}] that cannot be read"), cause)
        })? {
            let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
            if !known.contains(&key.as_str()) {
                return Err(unfollowed(format!("`{key}` in a #[{name}]")));
            }
            let text = match meta {
                Meta::NameValue(value) => match value.value {
                    Expr::Lit(literal) => match literal.lit {
                        Lit::Str(text) => Some(text.value()),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            };
            settings.insert(key, text);
        }
    }
    Ok(settings)
}

/// `Contract` of `contract::Contract`, `u16` of `Option<u16>`.
fn type_name(of: &Type) -> String {
    let Type::Path(path) = of else { return String::new() };
    let Some(last) = path.path.segments.last() else { return String::new() };
    match &last.arguments {
        PathArguments::AngleBracketed(inner) if last.ident == "Option" || last.ident == "Vec" => {
            match inner.args.first() {
                Some(GenericArgument::Type(inner)) => type_name(inner),
                _ => String::new(),
            }
        }
        _ => last.ident.to_string(),
    }
}

/// As clap names what it derives: `NewEpoch` → `new-epoch`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    const MAIN: &str = "#[derive(Subcommand)] pub enum Command { Serve(ConfigFile), NewEpoch(new_epoch::NewEpoch), #[command(subcommand)] Secret(Secret) }
        #[derive(clap::Args)] pub struct ConfigFile { #[arg(long, env = \"X\")] config: Option<PathBuf> }
        #[derive(Subcommand)] enum Secret { /// Compare.\n Compare, Wipe { #[arg(long)] confirm: bool } }";
    const EPOCH: &str = "#[derive(Args)] pub struct NewEpoch { #[command(flatten)] file: ConfigFile, #[arg(long, value_enum)] tls_mode: Option<Mode> }
        #[derive(Clone, ValueEnum)] enum Mode { Off, StrictOnly }";

    /// A checkout whose daemon has a small command line.
    pub(crate) fn with_daemon(more: &[(&str, &str)]) -> Vec<File> {
        let command =
            [("ops-daemon/src/command/mod.rs", MAIN), ("ops-daemon/src/command/new_epoch.rs", EPOCH)];
        checkout(&[&command[..], more].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::with_daemon;
    use super::*;
    use crate::tidy::checkout;

    #[test]
    fn sub_commands_flags_and_words_are_those_of_the_sources() {
        let command = command(&with_daemon(&[])).unwrap();
        for right in [
            "serve --config x",
            "new-epoch --config x --tls-mode strict-only",
            "secret compare",
            "secret wipe --confirm",
        ] {
            let words = ["ops-daemon"].into_iter().chain(right.split(' '));
            assert!(command.clone().try_get_matches_from(words).is_ok(), "{right}");
        }
        for wrong in [
            "serv",
            "serve --confirm",
            "new-epoch --tls-mode on",
            "secret wipe --confirm=1",
            "secret",
            "serve x",
        ] {
            let words = ["ops-daemon"].into_iter().chain(wrong.split(' '));
            let passes = command.clone().try_get_matches_from(words).is_ok();
            assert!(!passes || wrong == "secret", "{wrong}");
        }
    }

    #[test]
    fn what_it_cannot_follow_is_a_failure_and_no_silence() {
        let other = |text| command(&with_daemon(&[("ops-daemon/src/command/other.rs", text)])).is_err();
        assert!(other("#[derive(Args)] struct NewEpoch { #[arg(long)] x: u8 }"));
        let renamed = "#[derive(Subcommand)] enum Command { A { #[arg(long, alias = \"b\")] x: u8 } }";
        assert!(
            command(&checkout::testing::checkout(&[("ops-daemon/src/command/mod.rs", renamed)])).is_err()
        );
        assert!(command(&[]).is_err());
    }

    #[test]
    fn the_command_line_of_this_checkout_is_read() {
        let command = command(&checkout::files().unwrap()).unwrap();
        for right in [
            "stream ensure --max-bytes 5000000 --replicas 1",
            "contract --api internal",
            "dev --empty --log warn",
        ] {
            let words = ["ops-daemon"].into_iter().chain(right.split(' '));
            assert!(command.clone().try_get_matches_from(words).is_ok(), "{right}");
        }
        command.debug_assert();
    }
}
