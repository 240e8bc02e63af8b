//! Which crate may depend on which: read from `cargo metadata`, normal dependencies only.

use serde_json::Value;

use crate::cargo::cargo;
use crate::failure::Failure;
use crate::process;

/// What one crate of the workspace may depend on.
struct Rule {
    name: &'static str,
    /// Crates of this workspace.
    workspace: &'static [&'static str],
    /// When set, other crates too may be no others than these.
    others: Option<&'static [&'static str]>,
    /// Other crates that may only be optional.
    only_optional: &'static [&'static str],
}

const RULES: [Rule; 5] = [
    Rule {
        name: "ops-core",
        workspace: &[],
        // pure data: no clock, no randomness, no input or output behind any of them
        others: Some(&[
            "caseless",
            "ipnet",
            "jiff",
            "serde",
            "serde_json",
            "thiserror",
            "unicode-normalization",
            "uuid",
            "xxhash-rust",
        ]),
        only_optional: &[],
    },
    Rule { name: "ops-store", workspace: &["ops-core"], others: None, only_optional: &[] },
    Rule {
        name: "ops-client",
        workspace: &["ops-core"],
        others: None,
        // whoever only wants the contract must not get a runtime or a server with it
        only_optional: &["tokio", "axum", "hyper"],
    },
    Rule {
        name: "ops-daemon",
        workspace: &["ops-core", "ops-store", "ops-client"],
        others: None,
        only_optional: &[],
    },
    Rule { name: "xtask", workspace: &[], others: None, only_optional: &[] },
];

/// The only crate that talks to servers and databases.
const STORE: &str = "ops-store";
const SERVER_CLIENTS: [&str; 24] = [
    "bb8-postgres",
    "deadpool",
    "diesel",
    "hashicorp_vault",
    "libsqlite3-sys",
    "nats",
    "nkeys",
    "openbao",
    "postgres-native-tls",
    "r2d2_postgres",
    "refinery-core",
    "rustify",
    "sea-orm",
    "sqlx-core",
    "vault-client",
    "tokio-postgres",
    "tokio-postgres-rustls",
    "deadpool-postgres",
    "postgres",
    "refinery",
    "rusqlite",
    "sqlx",
    "vaultrs",
    "async-nats",
];

/// Every arrow of the workspace that should not be there, of the shipped code and of what builds it.
pub(crate) fn complaints() -> Result<Vec<String>, Failure> {
    let output = process::finish(cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata = serde_json::from_slice(&output.stdout)
        .map_err(|cause| Failure::because("cannot read what `cargo metadata` printed", cause))?;
    Ok(forbidden(&arrows(&metadata)))
}

/// One crate of the workspace, and the names of its normal dependencies, each with whether it is optional.
struct Crate {
    name: String,
    dependencies: Vec<(String, bool)>,
}

fn arrows(metadata: &Value) -> Vec<Crate> {
    elements(metadata, "packages")
        .map(|package| Crate {
            name: text(package, "name"),
            dependencies: elements(package, "dependencies")
                .filter(|dependency| dependency.get("kind").is_none_or(|kind| kind != "dev"))
                .map(|dependency| {
                    (text(dependency, "name"), dependency.get("optional") == Some(&Value::Bool(true)))
                })
                .collect(),
        })
        .collect()
}

fn elements<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn forbidden(crates: &[Crate]) -> Vec<String> {
    let members: Vec<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    crates.iter().flat_map(|member| complaints_about(member, &members)).collect()
}

fn complaints_about(member: &Crate, members: &[&str]) -> Vec<String> {
    let name = &member.name;
    let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
        return vec![format!("{name}: no rule says what it may depend on: add one to xtask/src/layers.rs")];
    };
    member
        .dependencies
        .iter()
        .filter_map(|(dependency, optional)| {
            let why = why_not(rule, dependency, *optional, members)?;
            Some(format!("{name} depends on {dependency}: {why}"))
        })
        .collect()
}

fn why_not(rule: &Rule, dependency: &str, optional: bool, members: &[&str]) -> Option<String> {
    if members.contains(&dependency) {
        let allowed = rule.workspace.contains(&dependency);
        return (!allowed).then(|| among_ourselves(rule));
    }
    if SERVER_CLIENTS.contains(&dependency) && rule.name != STORE {
        return Some(format!("only {STORE} talks to servers: add a port there and call it"));
    }
    if rule.only_optional.contains(&dependency) && !optional {
        return Some("the contract must not bring it: make it `optional` behind a feature".to_owned());
    }
    let others = rule.others?;
    (!others.contains(&dependency)).then(|| {
        format!(
            "{} stays pure and small: do it without, or in a crate above; a pure data crate may be added to the \
             list in xtask/src/layers.rs with its reason",
            rule.name
        )
    })
}

fn among_ourselves(rule: &Rule) -> String {
    let allowed = match rule.workspace {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    format!("of our crates it may use: {allowed}; move the code to where both may reach it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn complaints_for(name: &str, dependency: &Value) -> Vec<String> {
        let member = |name: &str| json!({"name": name, "dependencies": []});
        let mut packages: Vec<Value> =
            RULES.iter().map(|rule| rule.name).filter(|&rule| rule != name).map(member).collect();
        packages.push(json!({"name": name, "dependencies": [dependency]}));
        forbidden(&arrows(&json!({"packages": packages})))
    }

    fn normal(name: &str) -> Value {
        json!({"name": name, "kind": null, "optional": false})
    }

    #[test]
    fn each_forbidden_arrow_is_reported_once_with_both_ends() {
        for (from, to) in [
            ("ops-core", "tokio"),
            ("ops-core", "ops-store"),
            ("ops-client", "ops-store"),
            ("ops-client", "hyper"),
            ("ops-store", "ops-client"),
            ("ops-daemon", "tokio-postgres"),
            ("ops-daemon", "xtask"),
            ("ops-client", "rusqlite"),
            ("xtask", "ops-core"),
        ] {
            let complaints = complaints_for(from, &normal(to));
            assert_eq!(complaints.len(), 1, "{from} -> {to}: {complaints:?}");
            assert!(complaints[0].starts_with(&format!("{from} depends on {to}: ")), "{complaints:?}");
        }
    }

    #[test]
    fn a_client_of_a_server_is_reported_also_where_it_only_builds_or_is_for_one_platform() {
        for client in SERVER_CLIENTS {
            for dependency in [
                json!({"name": client, "kind": "build", "optional": false}),
                json!({"name": client, "kind": null, "optional": true, "target": "cfg(unix)"}),
            ] {
                assert_eq!(complaints_for("ops-daemon", &dependency).len(), 1, "{dependency}");
                assert!(complaints_for(STORE, &dependency).is_empty(), "{dependency}");
            }
        }
    }

    #[test]
    fn allowed_arrows_pass() {
        for (from, to) in [
            ("ops-core", "serde"),
            ("ops-client", "ops-core"),
            ("ops-client", "deserr"),
            ("ops-store", "tokio-postgres"),
            ("ops-daemon", "ops-client"),
            ("ops-daemon", "axum"),
            ("xtask", "clap"),
        ] {
            assert_eq!(complaints_for(from, &normal(to)), Vec::<String>::new(), "{from} -> {to}");
        }
    }

    #[test]
    fn an_optional_runtime_in_the_client_and_any_dependency_for_tests_pass() {
        let optional = json!({"name": "tokio", "kind": null, "optional": true});
        assert!(complaints_for("ops-client", &optional).is_empty());
        let dev = json!({"name": "rusqlite", "kind": "dev", "optional": false});
        assert!(complaints_for("ops-daemon", &dev).is_empty());
    }

    #[test]
    fn a_crate_without_a_rule_is_reported() {
        let complaints = complaints_for("ops-new", &normal("serde"));
        assert!(complaints[0].starts_with("ops-new: no rule"), "{complaints:?}");
    }
}
