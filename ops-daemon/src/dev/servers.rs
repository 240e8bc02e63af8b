//! The servers that the command line of `dev` names in place of what is embedded: on this machine only.

use std::path::Path;

use ops_store::{nats, vault};

use super::config::Wanted;
use crate::config::{Fault, FileRefused, PostgresUrl, address, private_token};

/// What `--postgres`, `--nats`, `--vault` and `--vault-token-file` say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Servers<'a> {
    /// `--postgres URL`.
    pub postgres: Option<&'a str>,
    /// `--nats URL`.
    pub nats: Option<&'a str>,
    /// `--vault ADDR`.
    pub vault: Option<&'a str>,
    /// `--vault-token-file FILE`.
    pub vault_token_file: Option<&'a Path>,
}

impl Servers<'_> {
    /// Those that can be used; every fault is noted.
    pub fn read(&self, faults: &mut Vec<Fault>) -> Wanted {
        Wanted {
            postgres: self.postgres.and_then(|url| postgres(url, faults)),
            nats: self.nats.and_then(|url| nats(url, faults)),
            vault: self.vault(faults),
            ..Wanted::default()
        }
    }

    fn vault(&self, faults: &mut Vec<Fault>) -> Option<vault::Settings> {
        let address = self.vault.and_then(|text| local("--vault", text, address::vault, faults));
        if let Some(file) = self.vault_token_file
            && let Err(FileRefused { wrong, remedy }) = private_token(file)
        {
            faults.push(Fault::new("--vault-token-file", format!("{} {wrong}", file.display()), remedy));
        }
        match (self.vault, self.vault_token_file) {
            (Some(_), None) => {
                let remedy = "name a file (mode 0600) with a token for it";
                faults.push(Fault::new("--vault-token-file", "is missing beside --vault", remedy));
            }
            (None, Some(_)) => {
                let remedy = "name the server, such as http://127.0.0.1:8200";
                faults.push(Fault::new("--vault", "is missing beside --vault-token-file", remedy));
            }
            _ => {}
        }
        Some(vault::Settings {
            address: address?,
            mount: "secret".into(),
            prefix: "ops".into(),
            namespace: None,
            ca_file: None,
            login: vault::Login::TokenFile { file: self.vault_token_file?.to_owned() },
        })
    }
}

fn postgres(text: &str, faults: &mut Vec<Fault>) -> Option<PostgresUrl> {
    let url = PostgresUrl::parse(text);
    match &url {
        None => {
            let remedy = "write postgres://USER@127.0.0.1:PORT/DATABASE";
            faults.push(Fault::new("--postgres", "is no PostgreSQL URL", remedy));
        }
        Some(url) if !url.is_local() => {
            let remedy = "name one on 127.0.0.1, localhost or a socket";
            faults.push(Fault::new("--postgres", "names a database on another machine", remedy));
        }
        Some(_) => {}
    }
    url
}

fn nats(text: &str, faults: &mut Vec<Fault>) -> Option<nats::Settings> {
    let url = local("--nats", text, address::nats, faults)?;
    Some(nats::Settings { urls: vec![url], credentials_file: None, ca_file: None })
}

/// The address as it was given, when it is sound and on this machine.
fn local(
    flag: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<reqwest::Url, FileRefused>,
    faults: &mut Vec<Fault>,
) -> Option<String> {
    match parse(text) {
        Ok(url) if url.host_str().is_some_and(address::is_loopback) => {
            return Some(text.trim_end_matches('/').to_owned());
        }
        Ok(_) => {
            let wrong = "names a server on another machine";
            faults.push(Fault::new(flag, wrong, "name one on 127.0.0.1 or localhost"));
        }
        Err(FileRefused { wrong, remedy }) => faults.push(Fault::new(flag, wrong, remedy)),
    }
    None
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn faults(servers: Servers<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        servers.read(&mut faults);
        faults.iter().map(|fault| format!("{}: {}", fault.path, fault.wrong)).collect()
    }

    #[test]
    fn servers_on_other_machines_are_refused_all_at_once() {
        let servers = Servers {
            postgres: Some("postgresql://db.example.com/ops"),
            nats: Some("tls://nats.example.com:4222"),
            vault: Some("https://vault.example.com:8200"),
            vault_token_file: None,
        };
        let wanted = [
            "--postgres: names a database on another machine",
            "--nats: names a server on another machine",
            "--vault: names a server on another machine",
            "--vault-token-file: is missing beside --vault",
        ];
        assert_eq!(faults(servers), wanted);
    }

    #[test]
    fn a_token_needs_a_server_and_a_file_that_others_cannot_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        fs::write(&file, "hunter2").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let told = faults(Servers { vault_token_file: Some(&file), ..Servers::default() });
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("can be read by others") && !told.concat().contains("hunter2"), "{told:?}");
        assert_eq!(told[1], "--vault: is missing beside --vault-token-file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let vault = Some("http://127.0.0.1:8200");
        assert!(faults(Servers { vault, vault_token_file: Some(&file), ..Servers::default() }).is_empty());
    }
}
