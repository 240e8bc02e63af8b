//! The URL of a PostgreSQL database. It may hold a password, so it does not print itself.

use zeroize::Zeroizing;

/// `postgresql://user:password@host:port/database?…`. No `Debug`, no `Display`; wiped on drop.
#[derive(Clone)]
pub struct PostgresUrl(Zeroizing<String>);

/// The parts that matter here.
struct Parts<'a> {
    user: &'a str,
    password: Option<&'a str>,
    hosts: &'a str,
    rest: &'a str,
}

impl PostgresUrl {
    /// Takes a URL with scheme `postgres` or `postgresql`. Whether the rest can be connected to, the store says.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.contains(|c: char| c.is_control() || c.is_whitespace());
        (fits && split(text).is_some()).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The whole URL, for the pool that connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it holds a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        split(&self.0).is_some_and(|parts| parts.password.is_some())
            || self.parameters().any(|(name, _)| matches!(name, "password" | "sslpassword"))
    }

    /// Whether every server it may connect to is on this machine: a loopback address, `localhost`, or a socket.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let hosts = split(&self.0).map_or("", |parts| parts.hosts).split(',').map(without_port);
        let named = self.parameters().filter(|(name, _)| matches!(*name, "host" | "hostaddr"));
        hosts.chain(named.flat_map(|(_, value)| value.split(','))).all(is_local)
    }

    /// Whether it says by itself how connections are encrypted, which the configuration decides.
    #[must_use]
    pub fn names_tls(&self) -> bool {
        self.parameters().any(|(name, _)| matches!(name, "sslmode" | "sslnegotiation"))
    }

    /// The URL without password and parameters, to be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        let Some(Parts { user, hosts, rest, .. }) = split(&self.0) else { return String::new() };
        let database = rest.split('?').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        format!("postgresql://{user}{at}{hosts}{database}")
    }

    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        query.split('&').filter_map(|parameter| parameter.split_once('='))
    }
}

/// By the same marks as the client: the user ends at the last `@` before the path, the password begins at `:`.
fn split(text: &str) -> Option<Parts<'_>> {
    let (scheme, after) = text.split_once("://")?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return None;
    }
    let (authority, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
    let (user_info, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match user_info.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (user_info, None),
    };
    Some(Parts { user, password, hosts, rest })
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Nothing and a folder stand for a socket; `%2F` is a folder's first character in an authority.
fn is_local(host: &str) -> bool {
    let is_socket = host.is_empty() || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
    is_socket
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PostgresUrl {
        PostgresUrl::parse(text).unwrap()
    }

    #[test]
    fn a_password_is_found_wherever_it_hides_and_is_never_shown() {
        for with in [
            "postgresql://ops:hunter2@db/ops",
            "postgres://ops:p@hunter2@db:5432,db2/ops?x=1",
            "postgresql://ops@db/ops?password=hunter2",
            "postgresql://ops:@db/ops",
        ] {
            assert!(url(with).has_password(), "{with}");
            assert!(!url(with).shown().contains("hunter2"), "{with}");
        }
        assert!(!url("postgresql://ops@db/ops?sslmode=require").has_password());
        assert_eq!(url("postgres://ops:s@db:5433/ops?x=1").shown(), "postgresql://ops@db:5433/ops");
    }

    #[test]
    fn loopback_addresses_and_sockets_are_local() {
        for local in [
            "127.0.0.1:5432/ops",
            "ops@localhost/ops",
            "[::1]:5432/ops",
            "/ops?host=/run/postgresql",
            "%2Frun%2Fpg/ops",
        ] {
            assert!(url(&format!("postgresql://{local}")).is_local(), "{local}");
        }
        for remote in [
            "db/ops",
            "127.0.0.1,db/ops",
            "localhost/ops?host=db.example.com",
            "/ops?hostaddr=10.0.0.1",
            "localhost.example/ops",
        ] {
            assert!(!url(&format!("postgresql://{remote}")).is_local(), "{remote}");
        }
    }

    #[test]
    fn other_urls_and_text_are_refused() {
        for bad in ["", "db", "mysql://db/ops", "host=db user=ops", "postgresql://d b/ops"] {
            assert!(PostgresUrl::parse(bad).is_none(), "{bad}");
        }
    }
}
