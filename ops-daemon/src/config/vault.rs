//! `[secrets.vault]`: a Vault or OpenBao server, and how we log in.

use std::path::Path;

use ops_store::vault::{Login, Settings};

use super::{
    address,
    file::{Refused, read_private_file, read_public_file},
    section::Section,
    tls::certificates,
};

/// Where Kubernetes puts the token of a pod's service account.
const SERVICE_ACCOUNT_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
/// Longest mount, prefix, namespace, role and role id.
const NAME_MAX: usize = 128;
/// The ways to log in.
const LOGINS: [&str; 3] = ["kubernetes", "approle", "token"];

pub(super) fn read(section: &mut Section<'_>) -> Option<Settings> {
    let address = read_address(section);
    let mount = path(section, "mount", "secret");
    let prefix = path(section, "prefix", "ops");
    let namespace = read_namespace(section);
    let ca_file = section.optional_file("ca_file", |path| certificates(path).map(drop));
    let login = login(section);
    Some(Settings {
        address: address?,
        mount: mount?,
        prefix: prefix?,
        namespace: namespace?,
        ca_file: ca_file?,
        login: login?,
    })
}

fn read_address(section: &mut Section<'_>) -> Option<String> {
    let text = section.required("address", "https://vault.example.com:8200")?;
    match address::vault(&text) {
        Ok(url) => Some(url.as_str().trim_end_matches('/').to_owned()),
        Err(Refused { wrong, remedy }) => {
            section.fault("address", wrong, remedy);
            None
        }
    }
}

fn read_namespace(section: &mut Section<'_>) -> Option<Option<String>> {
    if section.has("namespace") {
        path(section, "namespace", "").map(Some)
    } else {
        known(section, "namespace")
    }
}

fn login(section: &mut Section<'_>) -> Option<Login> {
    let given: Vec<_> = LOGINS.into_iter().filter(|name| section.has(name)).collect();
    let read = match given.as_slice() {
        [only] => match *only {
            "kubernetes" => section.section("kubernetes", kubernetes),
            "approle" => section.section("approle", approle),
            _ => section.section("token", token),
        },
        [] => {
            let remedy =
                "write one of [secrets.vault.kubernetes], [secrets.vault.approle] and [secrets.vault.token]";
            section.fault_here("has no way to log in", remedy);
            None
        }
        several => {
            let wrong = format!("has {} ways to log in: {}", several.len(), several.join(", "));
            section.fault_here(wrong, "keep one");
            None
        }
    };
    LOGINS.into_iter().for_each(|name| section.known(name));
    read
}

fn kubernetes(section: &mut Section<'_>) -> Option<Login> {
    let role = name(section, "role", "ops");
    let mount = path(section, "mount", "kubernetes");
    // Kubernetes itself lets everybody in the container read it
    let token_file =
        section.file_or("token_file", SERVICE_ACCOUNT_TOKEN, |path| filled(&read_public_file(path)?));
    Some(Login::Kubernetes { mount: mount?, role: role?, token_file: token_file? })
}

fn approle(section: &mut Section<'_>) -> Option<Login> {
    let role_id = name(section, "role_id", "0d4ad9f2-6f5c-4d3a-8f5e-3f6a2d9f1c11");
    let secret_id_file = section.file("secret_id_file", "vault.secret-id", private);
    let mount = path(section, "mount", "approle");
    Some(Login::AppRole { mount: mount?, role_id: role_id?, secret_id_file: secret_id_file?.0 })
}

fn token(section: &mut Section<'_>) -> Option<Login> {
    let (file, ()) = section.file("file", "vault.token", private)?;
    Some(Login::TokenFile { file })
}

/// A file with a token or a secret id; the adapter reads it when it logs in.
///
/// # Errors
/// It cannot be read, others can read it, or it is empty.
pub(crate) fn private(path: &Path) -> Result<(), Refused> {
    filled(&read_private_file(path)?)
}

fn filled(content: &[u8]) -> Result<(), Refused> {
    if content.trim_ascii().is_empty() {
        return Err(Refused::new("is empty", "write the token or secret id into it"));
    }
    Ok(())
}

fn name(section: &mut Section<'_>, name: &'static str, example: &str) -> Option<String> {
    let text = section.required(name, example)?;
    let fits = (1..=NAME_MAX).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_graphic());
    if !fits {
        section.fault(name, "is empty, too long, or has spaces", format!("write 1 to {NAME_MAX} characters"));
    }
    fits.then_some(text)
}

/// What stands between slashes in an address; `default` without it.
fn path(section: &mut Section<'_>, name: &'static str, default: &str) -> Option<String> {
    if !section.has(name) {
        section.known(name);
        return Some(default.to_owned());
    }
    section.parsed(name, "a name, or several with / between, such as team/ops", path_of)
}

fn path_of(text: &str) -> Option<String> {
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet))
    };
    (text.len() <= NAME_MAX && text.split('/').all(is_segment)).then(|| text.to_owned())
}

/// Tells the section that `name` exists, and that there is none.
fn known<T>(section: &mut Section<'_>, name: &'static str) -> Option<Option<T>> {
    section.known(name);
    Some(None)
}
