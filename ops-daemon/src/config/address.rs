//! Addresses of servers that we call: encrypted, or on this machine.

use std::net::IpAddr;

use reqwest::Url;

use super::file::Refused;

/// Whether the host of an address is this machine: a loopback address or `localhost`.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The address of a document: `https`, or `http` on loopback.
///
/// # Errors
/// What is wrong with it; never repeats it.
pub fn document(text: &str) -> Result<Url, Refused> {
    address(text, "https", "http", "https://id.example.com/jwks.json")
}

/// The address of a Vault server, without a path: `https`, or `http` on loopback.
///
/// # Errors
/// What is wrong with it; never repeats it.
pub fn vault(text: &str) -> Result<Url, Refused> {
    without_path(address(text, "https", "http", VAULT)?, VAULT)
}

/// The address of a NATS server, without a path: `tls`, or `nats` on loopback.
///
/// # Errors
/// What is wrong with it; never repeats it.
pub fn nats(text: &str) -> Result<Url, Refused> {
    without_path(address(text, "tls", "nats", NATS)?, NATS)
}

const VAULT: &str = "https://vault.example.com:8200";
const NATS: &str = "tls://nats.example.com:4222";

fn address(text: &str, secure: &str, plain: &str, example: &str) -> Result<Url, Refused> {
    let remedy = format!("write an address such as {example}");
    let refused = |wrong: &str| Refused::new(wrong, &remedy);
    let url = Url::parse(text).map_err(|_| refused("is not an address"))?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("names no host"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("holds a user or a password"));
    }
    if url.fragment().is_some() {
        return Err(refused("has a fragment"));
    }
    match url.scheme() {
        scheme if scheme == secure => {}
        scheme if scheme == plain && is_loopback(host) => {}
        scheme if scheme == plain => {
            let wrong = format!("is plain {plain}, and another machine is at the other end");
            return Err(Refused::new(wrong, format!("write {secure}://…")));
        }
        _ => return Err(refused(&format!("is neither {secure}:// nor {plain}://"))),
    }
    Ok(url)
}

fn without_path(url: Url, example: &str) -> Result<Url, Refused> {
    if matches!(url.path(), "" | "/") && url.query().is_none() {
        return Ok(url);
    }
    Err(Refused::new("has a path", format!("write the server's address only, such as {example}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_called_with_tls_only() {
        for good in
            ["https://vault.example.com:8200", "https://10.0.0.1/", "http://127.0.0.1:8200", "http://[::1]:1"]
        {
            assert!(vault(good).is_ok(), "{good}");
        }
        for (bad, wrong) in [
            ("http://vault.example.com:8200", "is plain http"),
            ("http://localhost.example.com", "is plain http"),
            ("http://10.0.0.1", "is plain http"),
            ("ftp://127.0.0.1", "is neither https:// nor http://"),
            ("https://me:hunter2@vault.example.com", "holds a user or a password"),
            ("https://vault.example.com/v1", "has a path"),
            ("vault.example.com", "is not an address"),
            ("", "is not an address"),
        ] {
            let refused = vault(bad).unwrap_err();
            assert!(refused.wrong.starts_with(wrong), "{bad}: {refused:?}");
            assert!(!format!("{refused:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_stream_is_reached_by_tls_or_on_this_machine() {
        for good in
            ["tls://nats-0.example.com:4222", "nats://127.0.0.1:4222", "nats://localhost", "tls://[::1]:4222"]
        {
            assert!(nats(good).is_ok(), "{good}");
        }
        for bad in
            ["nats://nats.example.com:4222", "nats://user@127.0.0.1", "ws://127.0.0.1", "tls://", "4222"]
        {
            assert!(nats(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_document_may_have_a_path_and_a_query() {
        assert!(document("https://id.example.com/realms/ops/certs?v=1").is_ok());
        assert!(document("https://id.example.com/certs#now").is_err());
        assert!(document("file:///etc/passwd").is_err());
    }
}
