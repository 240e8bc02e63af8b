//! `ops-daemon dev` as a process: alone on its folder, stopped cleanly, started again, and closed to everybody else.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use serde_json::json;

use crate::support::{Caller, Daemon, Database, on_both, sample, until};

const OPERATORS: &str = "/admin/v1/operators";

/// How a command ended, and all that it said.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let ended = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8(said).unwrap())
}

/// `dev` with these arguments on a folder.
fn dev(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ops-daemon"));
    command.arg("dev").arg("--data").arg(folder).args(arguments).stdin(Stdio::null());
    command
}

on_both!(
    a_second_dev_on_a_folder_names_folder_and_holder_and_the_first_goes_on,
    |daemon: Daemon| async move {
        let (code, said) = run(&mut daemon.twin());
        assert_eq!(code, Some(1), "{said}");
        for told in [
            daemon.folder().to_str().unwrap(),
            "another `ops-daemon dev`",
            &format!("process {}", daemon.pid()),
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
    }
);

on_both!(either_signal_ends_it_cleanly_and_frees_its_ports, |daemon: Daemon| async move {
    let mut daemon = daemon;
    for signal in ["INT", "TERM"] {
        let code = format!("acme-{}", signal.to_lowercase());
        let location =
            daemon.admin().post(OPERATORS, sample::operator(&code)).await.expect(201).header("location");
        assert_eq!(stopped(&mut daemon, signal).await.code(), Some(0), "{}", daemon.output());
        assert!(daemon.output().contains("\nStopping.\n"), "{}", daemon.output());
        for url in [daemon.admin_url(), daemon.internal_url(), daemon.ops_url()] {
            let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
            // another test may have it for a moment
            until("the port is free", async || TcpListener::bind(("127.0.0.1", port)).ok()).await;
        }
        daemon = daemon.restart().await;
        daemon.admin().get(&location).await.expect(200);
    }
});

async fn stopped(daemon: &mut Daemon, signal: &str) -> ExitStatus {
    daemon.signal(signal);
    until("the daemon has ended", async || daemon.ended()).await
}

on_both!(
    a_restart_keeps_operators_certificates_and_the_tokens_of_the_start_before,
    |daemon: Daemon| async move {
        let mut daemon = daemon;
        let created = daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
        let before = daemon.admin().get(&created.header("location")).await.expect(200);
        let tokens =
            ["viewer", "editor", "auditor", "admin"].map(|role| read(&daemon, &format!("tokens/{role}.jwt")));
        let tls = contents(&daemon.folder().join("tls"));
        assert_eq!(stopped(&mut daemon, "TERM").await.code(), Some(0));
        let daemon = daemon.restart().await;
        for token in tokens {
            let token = String::from_utf8(token).unwrap();
            let after = Caller::with_token(daemon.admin_url(), &token)
                .get(&created.header("location"))
                .await
                .expect(200);
            assert_eq!(
                (after.text, after.headers["etag"].clone()),
                (before.text.clone(), before.headers["etag"].clone())
            );
        }
        assert_eq!(contents(&daemon.folder().join("tls")), tls);
        let resolve = json!({"destination": "+491701234567"});
        daemon.gateway().post("/internal/v1/routing/resolve", resolve).await.expect(200);
    }
);

fn read(daemon: &Daemon, name: &str) -> Vec<u8> {
    fs::read(daemon.folder().join(name)).unwrap()
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_makes_is_for_its_owner_only_and_stays_so() {
    let daemon = Daemon::start(Database::Sqlite).await;
    daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
    assert_eq!(open_to_others(daemon.folder()), Vec::<String>::new());
    let modes = modes(daemon.folder());
    for made in [
        "ops.sqlite",
        "ops.sqlite-wal",
        "ops.sqlite-shm",
        "secrets.sqlite",
        "secrets.sqlite-wal",
        "keys/seal",
    ] {
        assert_eq!(modes[made], 0o600, "{made}");
    }
    // as an earlier version, or a careless copy, may have left them
    for made in ["ops.sqlite", "secrets.sqlite"] {
        fs::set_permissions(daemon.folder().join(made), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::set_permissions(daemon.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let daemon = daemon.restart().await;
    daemon.admin().post(OPERATORS, sample::operator("acme-2")).await.expect(201);
    assert_eq!(open_to_others(daemon.folder()), Vec::<String>::new());
}

/// Whatever group or others may reach; certificates and the public keys are for everybody.
fn open_to_others(folder: &Path) -> Vec<String> {
    let is_public = |name: &str| name == "jwks.json" || name.ends_with(".pem");
    modes(folder)
        .into_iter()
        .filter(|(name, mode)| mode & 0o077 != 0 && !is_public(name))
        .map(|(name, _)| name)
        .collect()
}

/// The mode of a folder and of everything in it, by name.
fn modes(folder: &Path) -> BTreeMap<String, u32> {
    let mut modes = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let metadata = fs::metadata(&path).unwrap();
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        modes.insert(name, metadata.permissions().mode() & 0o777);
        if metadata.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    modes
}

#[test]
fn a_port_that_is_taken_ends_the_start_with_a_sentence_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let parent = tempfile::tempdir().unwrap();
    let (code, said) = run(&mut dev(parent.path(), &["--empty", "--port-base", &port.to_string()]));
    assert_eq!(code, Some(1), "{said}");
    let told = format!("admin cannot listen on 127.0.0.1:{port}: ");
    assert!(said.starts_with(&told) && said.lines().count() == 1 && !said.contains("panicked"), "{said}");
}

#[test]
fn what_would_expose_it_or_cannot_be_is_refused_before_anything_is_made() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let far = "postgres://ops:hunter22@db.example.com/ops";
    let mut kubernetes = dev(&folder, &["--empty"]);
    kubernetes.env("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    for (mut command, told) in [
        (kubernetes, "KUBERNETES_SERVICE_HOST"),
        (dev(&folder, &["--port-base", "65535"]), "--port-base"),
        (dev(&folder, &["--postgres", far]), "--postgres"),
        (dev(&folder, &["--nats", "tls://ops:hunter22@nats.example.com"]), "--nats"),
        (dev(&folder, &["--vault", "https://vault.example.com:8200"]), "--vault"),
        (dev(&folder, &["--log", "loud"]), "--log"),
    ] {
        let (code, said) = run(&mut command);
        assert_eq!(code, Some(78), "{told}: {said}");
        assert!(said.contains(told) && !said.contains("hunter22"), "{said}");
        assert!(!folder.exists(), "{told}");
    }
    let all = [
        ["--port-base", "65535"],
        ["--log", "loud"],
        ["--postgres", "mysql://x"],
        ["--nats", "nats://nats.example.com"],
        ["--vault", "vault.example.com"],
        ["--vault-token-file", "/nowhere/token"],
    ];
    let (code, said) = run(&mut dev(&folder, all.as_flattened()));
    assert_eq!((code, said.lines().count()), (Some(78), 7), "every fault at once: {said}");
}
