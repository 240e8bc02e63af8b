//! What most tests need to be there: an operator with a connection and a credential, through the API.

use serde_json::{Value, json};

use super::Daemon;

/// An active operator with one connection that has a credential.
pub struct Estate {
    /// The operator's id.
    pub operator: String,
    /// The connection's id.
    pub connection: String,
}

impl Estate {
    /// Makes it, under this code.
    pub async fn create(daemon: &Daemon, code: &str) -> Self {
        let admin = daemon.admin();
        let operator = admin.post("/admin/v1/operators", sample::operator(code)).await.expect(201).id();
        let path = format!("/admin/v1/operators/{operator}/connections");
        let connection = admin.post(&path, sample::connection("main", code)).await.expect(201).id();
        let path = format!("/admin/v1/connections/{connection}/credentials");
        admin.post(&path, json!({"system_id": "sys", "password": "pass-123"})).await.expect(201);
        admin.act(&format!("/admin/v1/operators/{operator}/activate")).await.expect(200);
        Self { operator, connection }
    }

    /// A rule that sends a prefix to it.
    pub fn rule(&self, name: &str, prefix: &str) -> Value {
        json!({"name": name, "match": {"destination": {"prefix": prefix}}, "targets": [{"connection_id": self.connection}]})
    }
}

/// Bodies that are accepted.
pub mod sample {
    use serde_json::{Value, json};

    /// An operator.
    pub fn operator(code: &str) -> Value {
        json!({"code": code, "display_name": format!("Operator {code}"), "kind": "mno"})
    }

    /// A connection; each name leads to a host of its own, and so to an account of its own.
    pub fn connection(name: &str, code: &str) -> Value {
        let own = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let host = match name {
            "main" => format!("smsc.{code}.example.net"),
            name => format!(
                "smsc-{}.{code}.example.net",
                name.chars().map(own).collect::<String>().trim_end_matches('-')
            ),
        };
        json!({"name": name, "protocol": "smpp", "smpp": {"endpoints": [{"host": host, "port": 3550}]}})
    }
}
