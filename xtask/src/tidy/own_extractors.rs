//! Handlers read bodies, paths and queries through the project's own extractors: theirs answer faults in our form.

use super::Fault;
use super::checkout::File;
use super::search::{line_of, places};

const FOLDERS: [&str; 2] = ["ops-daemon/src/admin", "ops-daemon/src/internal"];
const FOREIGN: [(&str, &str); 3] = [("Json", "Body"), ("Path", "PathId"), ("Query", "QueryOf")];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    files
        .iter()
        .filter(|file| file.is_rust() && FOLDERS.iter().any(|folder| file.is_under(folder)))
        .flat_map(faults_of)
        .collect()
}

fn faults_of(file: &File) -> Vec<Fault> {
    let code = file.shipped();
    let mut faults = Vec::new();
    for (foreign, own) in FOREIGN {
        let used = places(&code, &format!("{foreign}<")).into_iter();
        let named = named_from_axum(&code, foreign).into_iter();
        for at in used.chain(named) {
            let sentence =
                format!("axum's `{foreign}` answers faults in its own form: use `crate::http`'s `{own}`");
            let fault = file.fault(line_of(&code, at), sentence);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

/// Where a path that starts with `axum` names it: written out, or in the braces of a `use`.
fn named_from_axum(code: &str, name: &str) -> Vec<usize> {
    let statement = |at: usize| {
        let rest = code.get(at..).unwrap_or_default();
        let is_import = code.get(..at).is_some_and(|before| before.trim_end().ends_with("use"));
        let end = if is_import {
            rest.find(';')
        } else {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        };
        (at, rest.get(..end.unwrap_or(rest.len())).unwrap_or_default())
    };
    places(code, "axum")
        .into_iter()
        .map(statement)
        .flat_map(|(at, path)| places(path, name).into_iter().map(move |found| at + found))
        .collect()
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
    fn each_foreign_extractor_is_reported() {
        for text in [
            "use axum::Json;",
            "use axum::{Json, Router};",
            "fn f(Json(b): Json<B>) {}",
            "use axum::extract::{\n    Path, State};",
            "fn f(p: axum::extract::Path<Id>) {}",
            "fn f(q: Query<Q>) {}",
            "let a = axum::Json(b);",
        ] {
            assert_eq!(lines("ops-daemon/src/admin/a.rs", text).len(), 1, "{text}");
        }
        assert_eq!(lines("ops-daemon/src/internal/a.rs", "\nuse axum::Json;"), [2]);
    }

    #[test]
    fn our_own_extractors_pass_and_so_does_their_home() {
        let text = "use axum::extract::State;\nfn f(a: Body<B>, b: PathId<I>, c: QueryOf<Q>) -> PathBuf {}";
        assert_eq!(lines("ops-daemon/src/admin/a.rs", text), NOWHERE);
        assert_eq!(lines("ops-daemon/src/http/body.rs", "use axum::Json;"), NOWHERE);
    }
}
