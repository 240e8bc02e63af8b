//! No column of the database has the name of a secret: secrets lie in the secret store, and nowhere else. Looks at the
//! schemas that the migrations really make; `cargo xtask migrate verify` proves that they do.

use super::Fault;
use super::checkout::File;
use super::search::is_word;

const SCHEMAS: [&str; 2] = ["migrations/schema.postgres.sql", "migrations/schema.sqlite.sql"];
/// Words that no part of a name between underscores is.
const WORDS: [&str; 14] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "pass",
    "secret",
    "secrets",
    "token",
    "tokens",
    "bearer",
    "hmac",
    "pem",
    "psk",
    "pin",
];
/// Words that no name holds, across its underscores.
const PARTS: [&str; 5] = ["private_key", "api_key", "secret_key", "access_key", "client_key"];

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in SCHEMAS {
        let Some(schema) = files.iter().find(|file| file.path == path) else {
            faults.push(Fault {
                path: path.to_owned(),
                line: 1,
                sentence: "is missing: run `cargo xtask migrate schema`".to_owned(),
            });
            continue;
        };
        faults.extend(faults_of(schema));
    }
    faults
}

fn faults_of(schema: &File) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (number, line) in schema.text.lines().enumerate() {
        for name in line.split(|c| !is_word(c)).filter(|name| is_secret(name)) {
            let sentence = format!(
                "`{name}` is the name of a secret: keep it in the secret store, and refer to it by id"
            );
            faults.push(schema.fault(number + 1, sentence));
        }
    }
    faults
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split('_').any(|word| WORDS.contains(&word)) || PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    fn told(postgres: &str) -> Vec<usize> {
        let files = checkout(&[(SCHEMAS[0], postgres), (SCHEMAS[1], "CREATE TABLE a (id BLOB);")]);
        faults(&files).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_column_with_the_name_of_a_secret_is_reported_on_either_database() {
        assert_eq!(told("CREATE TABLE ops.credential (\n    id uuid,\n    password text\n);"), [3]);
        for name in ["db_password", "SECRET", "api_key_id", "smsc_pwd", "lease_token", "private_key_pem"] {
            assert!(!told(&format!("CREATE TABLE ops.a (\n    {name} text\n);")).is_empty(), "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_like_one_pass() {
        let schema =
            "CREATE TABLE ops.credential (id uuid, key text, passive bool, system_id text, tokenless text);";
        assert!(told(schema).is_empty());
    }

    #[test]
    fn a_schema_that_is_not_there_is_reported() {
        let files = checkout(&[(SCHEMAS[0], "")]);
        assert_eq!(faults(&files).len(), 1);
    }
}
