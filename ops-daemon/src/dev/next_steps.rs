//! What `dev` prints when it is ready: where everything is, and three commands to try.

use ops_client::paths::{HEALTH_READY, INTERNAL_RESOLVE, METRICS, OPERATORS};

use super::{folder::Folder, issuer::token_file};
use crate::{
    config::{Config, Secrets, Store, shell_word},
    http::role::Role,
};

/// For eyes; several lines, without one at the end.
#[must_use]
pub fn next_steps(folder: &Folder, config: &Config) -> String {
    let (admin, internal, ops) = (config.admin.listen, config.internal.listen.port(), config.ops.listen);
    let data = shell_word(folder.path());
    let roles = Role::ALL.map(Role::as_str).join(",");
    let token = token_file(Role::Admin);
    let (facts, secrets, events) = (facts(config), secrets(config), events(config));
    format!(
        r#"Ready. Data is in {data}; Ctrl-C stops, the next start goes on with it.

  admin API     http://{admin}
  internal API  https://localhost:{internal}
  probes        http://{ops}{HEALTH_READY}, http://{ops}{METRICS}
  tokens        tokens/{{{roles}}}.jwt, good for 24 hours
  certificates  tls/gateway.pem, tls/gateway.key for a gateway; tls/ca.pem to trust the server
  facts         {facts}
  secrets       {secrets}
  events        {events}

Try, in another terminal:

  cd {data}

  curl -w '\n' -H "Authorization: Bearer $(cat {token})" http://{admin}{OPERATORS}

  curl -w '\n' -H "Authorization: Bearer $(cat {token})" -H 'Content-Type: application/json' \
    -d '{{"code": "my-first", "display_name": "My first operator", "kind": "test"}}' http://{admin}{OPERATORS}

  curl -w '\n' --cacert tls/ca.pem --cert tls/gateway.pem --key tls/gateway.key -H 'Content-Type: application/json' \
    -d '{{"destination": "+491701234567"}}' https://localhost:{internal}{INTERNAL_RESOLVE}"#
    )
}

fn facts(config: &Config) -> String {
    match &config.store {
        Store::Postgres(of) => of.url.shown(),
        Store::Sqlite(_) => "ops.sqlite".into(),
    }
}

fn secrets(config: &Config) -> String {
    match &config.secrets {
        Secrets::Vault(of) => format!("{}, at {}/{}", of.address, of.mount, of.prefix),
        Secrets::Sealed(_) => "secrets.sqlite, sealed".into(),
    }
}

fn events(config: &Config) -> String {
    match &config.events.stream {
        Some(of) => of.urls.join(", "),
        None => "through the admin API only".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::{Ports, Wanted, prepare};

    #[test]
    fn every_file_that_is_named_exists_and_no_secret_is_printed() {
        let parent = tempfile::tempdir().unwrap();
        let wanted = Wanted { ports: Ports::from_base(7000).unwrap(), ..Wanted::default() };
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        let prepared = prepare(parent.path(), &wanted, [], now).unwrap_or_else(|why| panic!("{why}"));
        let text = next_steps(&prepared.folder, &prepared.config);
        assert!(text.contains(&format!("cd {}\n", prepared.folder.path().display())), "{text}");
        let in_folder =
            |word: &&str| (word.starts_with("tokens/") || word.starts_with("tls/")) && !word.contains('{');
        let words: Vec<&str> = text.split([' ', ',', ')', '\n', ';']).filter(in_folder).collect();
        assert_eq!(words.len(), 8, "{words:?}");
        for word in words {
            assert!(prepared.folder.file(word).exists(), "{word}");
        }
        assert!(text.contains("tokens/{viewer,editor,auditor,admin}.jwt"), "{text}");
        assert!(text.contains("https://localhost:7001/internal/v1/routing/resolve"), "{text}");
        let token = std::fs::read_to_string(prepared.folder.file("tokens/admin.jwt")).unwrap();
        assert!(!text.contains(&token) && !text.contains("PRIVATE"), "{text}");
    }
}
