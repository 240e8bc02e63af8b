//! The runbook for operators, to the letter, on a fresh server: its commands work as they stand, and end with a store that
//! works and may do nothing else.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use ops_store::{
    SecretStore,
    port::SecretError,
    testing::{server::program, vault::Bao},
    vault::{Login, VaultStore},
};
use reqwest::Method;

use crate::estate::{at, secret};

const RUNBOOK: &str = include_str!("../../../docs/runbooks/vault-bootstrap.md");

/// The blocks that are marked as commands, each with the heading that it stands under.
fn blocks() -> Vec<(String, String)> {
    let (mut heading, mut block, mut blocks) = (String::new(), None::<String>, Vec::new());
    for line in RUNBOOK.lines() {
        match (&mut block, line) {
            (None, "```bash") => block = Some(String::new()),
            (None, line) if line.starts_with('#') => heading = line.trim_start_matches(['#', ' ']).to_owned(),
            (Some(_), "```") => blocks.extend(block.take().map(|block| (heading.clone(), block))),
            (Some(block), line) => block.push_str(&format!("{line}\n")),
            (None, _) => {}
        }
    }
    blocks
}

/// A folder that looks like the root of the checkout, with `bao` in a folder of its own.
fn checkout(folder: &Path) -> (PathBuf, PathBuf) {
    let (root, programs) = (folder.join("checkout"), folder.join("bin"));
    fs::create_dir_all(root.join("vault")).unwrap();
    fs::create_dir(&programs).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vault/policy.hcl");
    fs::copy(own, root.join("vault/policy.hcl")).unwrap();
    symlink(program("OPS_TEST_BAO"), programs.join("bao")).unwrap();
    (root, programs)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runbook_leads_from_a_fresh_server_to_a_service_that_works() {
    let server = Bao::raft_without_engine().await;
    let folder = tempfile::tempdir().unwrap();
    let (root, programs) = checkout(folder.path());
    let run = |heading: &str, block: &str| {
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", block])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .env("HOME", folder.path())
            .env("BAO_ADDR", server.address())
            .env("BAO_CACERT", server.ca_file().unwrap())
            .env("BAO_TOKEN", server.root_token())
            .current_dir(&root)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{heading}: {block}{told}{errors}");
        told
    };
    let blocks = blocks();
    assert!(blocks.len() >= 7, "{blocks:?}");
    let (set_up, afterwards): (Vec<_>, Vec<_>) =
        blocks.into_iter().partition(|(heading, _)| !heading.starts_with("Replace"));
    let mut told = String::new();
    for (heading, block) in &set_up {
        told = run(heading, block);
    }
    let capabilities: Vec<&str> = told.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(capabilities[..2], ["create, read", "deny"], "{told}");

    let secret_id_file = root.join("secret-id");
    assert_eq!(fs::metadata(&secret_id_file).unwrap().permissions().mode() & 0o777, 0o600);
    let role_id = fs::read_to_string(root.join("role-id")).unwrap().trim().to_owned();
    let login =
        Login::AppRole { mount: "approle".to_owned(), role_id, secret_id_file: secret_id_file.clone() };
    let store = VaultStore::open(server.settings(login.clone())).unwrap();
    store.health().await.unwrap();
    store.put(at(1), &secret("password")).await.unwrap();
    assert_eq!(store.get(at(1)).await.ok().unwrap().password.expose(), "password");
    store.destroy(at(1)).await.unwrap();
    assert!(matches!(store.get(at(1)).await, Err(SecretError::Missing(_))));
    let policies = server.ask(Method::GET, "auth/approle/role/ops-daemon", None).await.1["data"].clone();
    assert_eq!(policies["token_no_default_policy"], true);
    assert_eq!(policies["token_policies"], serde_json::json!(["ops-daemon"]));

    let before = fs::read_to_string(&secret_id_file).unwrap();
    for (heading, block) in &afterwards {
        run(heading, block);
    }
    assert_ne!(fs::read_to_string(&secret_id_file).unwrap(), before);
    assert_eq!(fs::metadata(&secret_id_file).unwrap().permissions().mode() & 0o777, 0o600);
    store.health().await.unwrap();
    fs::write(&secret_id_file, before).unwrap();
    let late = VaultStore::open(server.settings(login)).unwrap();
    late.health().await.unwrap_err();
}

#[test]
fn the_policy_that_the_runbook_writes_is_the_committed_one() {
    assert!(RUNBOOK.contains("bao policy write ops-daemon vault/policy.hcl\n"));
}
