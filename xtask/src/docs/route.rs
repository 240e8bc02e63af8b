//! Paths of the service: `GET /admin/v1/…`, an end of one such as `/activate`, URLs of this machine, and requests of a
//! table.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, Item, Lit};

use super::document::{Code, Document};
use super::{Seen, rust};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;

const PATHS: &str = "ops-client/src/paths.rs";
const DAEMON: &str = "ops-daemon/src";
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// What requests in tables leave out.
const ADMIN: &str = "/admin/v1/";
/// Folders of a machine, which begin like a path of the service.
const OF_MACHINES: [&str; 5] = ["dev", "etc", "tmp", "usr", "var"];

/// Every path of the service, each with its methods.
type Routes = BTreeMap<String, BTreeSet<String>>;

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let routes = routes(files)?;
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            for (at, request) in requests(code, &routes) {
                let sentence = || {
                    format!("the service has no `{request}`: correct it, or drop it ({PATHS} has every path)")
                };
                let wrong = !request.exists(&routes);
                seen.name(wrong.then(|| document.fault_at(code.line_at(at), sentence())));
            }
        }
    }
    Ok(seen)
}

/// What a document says can be asked.
struct Request {
    method: Option<String>,
    path: String,
    /// Whether it may be the end of a path only.
    is_end: bool,
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.method {
            Some(method) => write!(f, "{method} {}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl Request {
    fn exists(&self, routes: &Routes) -> bool {
        let fits = |route: &str| {
            let (ours, theirs): (Vec<&str>, Vec<&str>) =
                (self.path.split('/').collect(), route.split('/').collect());
            let from = if self.is_end { theirs.len().saturating_sub(ours.len() - 1) } else { 1 };
            let theirs = theirs.get(from..).unwrap_or_default();
            theirs.len() + 1 == ours.len()
                && ours.iter().skip(1).zip(theirs).all(|(our, their)| segment_fits(our, their))
        };
        routes.iter().any(|(route, methods)| {
            fits(route) && self.method.as_ref().is_none_or(|method| methods.contains(method))
        })
    }
}

/// A parameter is named as it is, or stands for any: `{id}`, `$OPERATOR`, `<id>`, `…`.
fn segment_fits(our: &str, their: &str) -> bool {
    let stands_for_any = our == "{id}" || our == "…" || our.starts_with('$') || our.starts_with('<');
    our == their || (their.starts_with('{') && stands_for_any)
}

fn requests(code: &Code, routes: &Routes) -> Vec<(usize, Request)> {
    let request = |method: Option<&str>, path: &str, is_end| Request {
        method: method.map(str::to_owned),
        path: path.split(['?', '#']).next().unwrap_or_default().to_owned(),
        is_end,
    };
    let text = code.text.as_str();
    if code.is_span() {
        if code.column == "request" {
            let path = text.split(' ').next().unwrap_or_default();
            return vec![(0, request(None, &format!("{ADMIN}{path}"), false))];
        }
        let (method, path) = match text.split_once(' ') {
            Some((method, path)) if METHODS.contains(&method) => (Some(method), path),
            _ => (None, text),
        };
        let is_path =
            path.starts_with('/') && !path.contains(' ') && !OF_MACHINES.contains(&first_segment(path));
        if is_path {
            return vec![(0, request(method, path, !is_whole(path, routes)))];
        }
    }
    tokens(text)
        .filter_map(|(at, token)| {
            let path = below_a_host(token)?;
            is_whole(path, routes).then(|| (at, request(None, path, false)))
        })
        .collect()
}

fn first_segment(path: &str) -> &str {
    path.split(['/', '?']).nth(1).unwrap_or_default()
}

/// Whether it begins as a path of the service does.
fn is_whole(path: &str, routes: &Routes) -> bool {
    let first = first_segment(path);
    routes.keys().any(|route| first_segment(route) == first)
}

/// What stands between spaces, quotes and brackets.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_edge = |c: char| c.is_whitespace() || "\"'`(),;".contains(c);
    let mut from = 0;
    text.split(is_edge).map(move |token| {
        let at = from;
        from += token.len()
            + text.get(at + token.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (at, token)
    })
}

/// The path of `/a`, `$ADMIN/a`, `https://localhost:8443/a`.
fn below_a_host(token: &str) -> Option<&str> {
    let at = token.find("://").map_or(0, |scheme| scheme + 3);
    let slash = at + token.get(at..)?.find('/')?;
    let host = token.get(at..slash)?;
    let name = host.split(':').next().unwrap_or_default();
    let is_variable = host.strip_prefix('$').is_some_and(|name| name.chars().all(is_word));
    let is_ours = host.is_empty() && at == 0 || is_variable || ["127.0.0.1", "localhost"].contains(&name);
    token.get(slash..).filter(|_| is_ours)
}

fn routes(files: &[File]) -> Result<Routes, Failure> {
    let paths = constants(&rust::parsed(files, PATHS)?);
    let mut routes = Routes::new();
    for (method, name) in served(files)? {
        let Some(path) = paths.get(&name) else {
            return Err(format!(
                "{DAEMON} serves paths::{name}, which {PATHS} has not: correct xtask/src/docs/route.rs"
            )
            .into());
        };
        routes.entry(path.clone()).or_default().insert(method);
    }
    match paths.values().find(|path| !routes.contains_key(*path)) {
        Some(path) => {
            Err(format!("nothing in {DAEMON} serves {path}: drop it, or correct xtask/src/docs/route.rs")
                .into())
        }
        None => Ok(routes),
    }
}

/// `pub const NAME: &str = "/path";`
fn constants(file: &syn::File) -> BTreeMap<String, String> {
    let texts = file.items.iter().filter_map(|item| match item {
        Item::Const(constant) => match &*constant.expr {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some((constant.ident.to_string(), text.value())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    texts.collect()
}

/// Method and name of the path: of every `#[utoipa::path(post, path = paths::NAME, …)]`, and of every
/// `.route(paths::NAME, get(…))`.
fn served(files: &[File]) -> Result<Vec<(String, String)>, Failure> {
    let mut served = Vec::new();
    for file in files.iter().filter(|file| file.is_under(DAEMON) && file.is_rust()) {
        if file.text.contains("#[utoipa::path(") {
            for item in rust::parse(&file.path, &file.text)?.items {
                if let Item::Fn(function) = item {
                    let described =
                        function.attrs.iter().filter_map(|attribute| attribute.meta.require_list().ok());
                    let described = described.filter(|list| list.path.segments.len() == 2);
                    served.extend(described.filter_map(|list| described_route(list.tokens.clone())));
                }
            }
        }
        served.extend(file.text.match_indices(".route(paths::").filter_map(|(at, found)| {
            let (name, handler) = file.text.get(at + found.len()..)?.split_once(", ")?;
            let method = handler.trim_start_matches("routing::").split('(').next()?;
            let method = method.to_ascii_uppercase();
            METHODS.contains(&method.as_str()).then(|| (method, name.to_owned()))
        }));
    }
    Ok(served)
}

fn described_route(tokens: TokenStream) -> Option<(String, String)> {
    let words: Vec<String> = tokens
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        })
        .collect();
    let method = words.first()?.to_ascii_uppercase();
    let name = words.iter().skip_while(|word| *word != "paths").nth(1)?;
    METHODS.contains(&method.as_str()).then(|| (method, name.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    const LIST: &str = "pub const ALL: &str = \"/admin/v1/operators\";\npub const ONE: &str =\n \"/admin/v1/operators/{operator_id}\";\npub const READY: &str = \"/health/ready\";";
    const HANDLERS: &str = "#[utoipa::path(post, path = paths::ALL, tag = \"x\")]\nfn a() {}\n#[utoipa::path(get, path = paths::ONE)]\nfn b() {}";

    fn found(text: &str) -> (usize, usize) {
        let files = checkout(&[
            (PATHS, LIST),
            ("ops-daemon/src/admin/a.rs", HANDLERS),
            ("ops-daemon/src/probe/mod.rs", "Router::new().route(paths::READY, get(ready))"),
        ]);
        let seen = look(&[document(text)], &files).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_path_that_is_not_there_is_reported() {
        for wrong in [
            "`/admin/v1/operator`",
            "`/admin/v1/operators/{id}/drain`",
            "`/admin/v1/operators/{operator}`",
            "`GET /admin/v1/operators`",
            "`/readyz`",
            "```sh\ncurl http://127.0.0.1:9464/health/red\n```",
            "```sh\nadmin \"$ADMIN/admin/v1/operator?limit=2\"\n```",
            "| request |\n|---|\n| `operator?limit=1` |",
        ] {
            assert_eq!(found(wrong), (1, 1), "{wrong}");
        }
    }

    #[test]
    fn paths_that_are_there_pass_and_other_paths_do_not_count() {
        for right in [
            "`/admin/v1/operators`",
            "`GET /admin/v1/operators/{operator_id}`",
            "`/operators/{operator_id}`",
            "`/ready`",
            "```text\nprobes http://127.0.0.1:9464/health/ready,\n```",
            "```sh\nadmin \"$ADMIN/admin/v1/operators/$OPERATOR\"\n```",
            "| request |\n|---|\n| `operators/{id}` |",
        ] {
            assert_eq!(found(right), (1, 0), "{right}");
        }
        let others = "`/etc/ops/ops.toml` `ops-daemon/src/health/no.rs` `https://example.com/health/no`\n\n```sh\ncat /dev/null /var/x\n```";
        assert_eq!(found(others), (0, 0));
    }

    #[test]
    fn a_path_that_nothing_serves_is_a_failure() {
        assert!(look(&[], &checkout(&[(PATHS, LIST)])).is_err());
    }
}
