//! Migrations on PostgreSQL: from nothing and from every earlier state they end in one schema, which is the committed one.

use std::{env, path::Path, process::Command};

use ops_store::{
    postgres::{Settings, apply_roles, migrate, migrate_through, schema_version},
    testing::{committed, postgres::Database},
};

/// Writes the committed schema.
const WRITES: &str = "cargo xtask migrate schema";

/// What the migrations make, as pg_dump writes it, without what changes from server to server.
fn dump(database: &Database) -> String {
    let bin = env::var("OPS_TEST_POSTGRES_BIN").unwrap();
    let mut command = Command::new(Path::new(&bin).join("pg_dump"));
    command.args(["--schema-only", "--no-owner", "--schema=ops"]).arg(database.url_as("ops"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let is_ours = |line: &&str| {
        let noise = ["--", "SET ", "SELECT pg_catalog.", "\\restrict", "\\unrestrict"];
        !noise.iter().any(|noise| line.starts_with(noise))
    };
    let mut lines: Vec<&str> = text.lines().filter(is_ours).collect();
    lines.dedup_by(|next, last| next.is_empty() && last.is_empty());
    format!("{}\n", lines.join("\n").trim())
}

async fn empty() -> (Database, Settings) {
    let database = Database::create_empty().await;
    apply_roles(&database.settings_as("ops", 1)).await.unwrap();
    let settings = database.settings_as("ops_migrate", 1);
    (database, settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_make_the_committed_schema_from_nothing_and_again() {
    let (database, settings) = empty().await;
    migrate(&settings).await.unwrap();
    let made = dump(&database);
    committed::assert_equal("migrations/schema.postgres.sql", &made, WRITES);
    assert_eq!(migrate(&settings).await.unwrap().applied, 0);
    assert_eq!(dump(&database), made);
}

/// Rows as the first schema took them: one operator that is there with two connections of one account, one that was deleted.
const ROWS: &str = r#"
    INSERT INTO operator (id, code, name_key, display_name, kind, importance, countries, networks, labels, status, version,
        created_at, created_by, updated_at, updated_by, deleted_at, event_epoch, event_sequence)
    VALUES ('0192f0c1-7a2b-7c3d-8e4f-0123456789a1', 'acme', 'acme', 'Acme', 'mno', 'normal', '["AT","DE"]',
        '[{"mcc":"262","mnc":"01"}]', '{"team":"a ''b''","empty":""}', 'draft', 1, now(), 't', now(), 't', NULL, 1, 1),
        ('0192f0c1-7a2b-7c3d-8e4f-0123456789a2', 'gone', 'gone', 'Gone', 'mno', 'normal', '[]', '[]', '{}', 'deleted', 2,
        now(), 't', now(), 't', '2026-01-01T00:00:00Z', 1, 2);
    INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by)
    VALUES ('0192f0c1-7a2b-7c3d-8e4f-0123456789c1', '0192f0c1-7a2b-7c3d-8e4f-0123456789a1', 'one', 'enabled', 'smpp',
        '{"smpp":{"endpoints":[{"host":"a.example.net","port":2775,"priority":0,"weight":1,"direction":"any"},{"host":"b.example.net","port":2776,"priority":0,"weight":1,"direction":"transmit"}],"bind_type":"transceiver","sessions":1,"window_size":10,"max_tps":null,"tls":{"mode":"required","min_version":"1.2","server_name":null}}}',
        1, 1, 1, now(), 't', now(), 't');
    INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by)
    SELECT '0192f0c1-7a2b-7c3d-8e4f-0123456789c2', operator_id, 'two', status, protocol, profile, 1, 1, 1, now(), 't', now(), 't' FROM connection;
    INSERT INTO credential (id, operator_id, connection_id, version, stage, system_id, created_at, created_by, retire_after_s)
    SELECT id, operator_id, id, 1, 'active', 'sys', now(), 't', 604800 FROM connection;
    INSERT INTO audit (id, at, action, request_id, entry) VALUES ('0192f0c1-7a2b-7c3d-8e4f-0123456789d1', now(), 'note_create', 'r',
        '{"actor":{"issuer":"i","subject":"ada"},"subject":{"kind":"note","id":"0192f0c1-7a2b-7c3d-8e4f-0123456789a1"}}')"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_lead_from_every_earlier_state_to_the_same_schema_with_its_rows() {
    let (_, newest) = schema_version(&empty().await.1).await.unwrap();
    for version in 1..i32::try_from(newest).unwrap() {
        let (database, settings) = empty().await;
        assert_eq!(migrate_through(&settings, version).await.unwrap().version, i64::from(version));
        database.client("ops_migrate").await.batch_execute(ROWS).await.unwrap();
        let migrated = migrate(&settings).await.unwrap();
        assert_eq!(
            (migrated.version, migrated.applied),
            (newest, usize::try_from(newest - i64::from(version)).unwrap())
        );
        committed::assert_equal("migrations/schema.postgres.sql", &dump(&database), WRITES);
        let rows = database.rows().await;
        assert_eq!(rows.texts("SELECT code FROM operator ORDER BY code", []).await, ["acme", "gone"]);
        if version < 4 {
            // two connections of one account: the later one shares it from now on, and says so
            let account = "SELECT host || ' ' || port || ' ' || system_id || ' ' || direction || CASE WHEN shared THEN ' shared' ELSE '' END \
                           FROM account ORDER BY 1";
            let both = [
                "a.example.net 2775 sys receive",
                "a.example.net 2775 sys transmit",
                "b.example.net 2776 sys transmit",
            ];
            let all: Vec<String> =
                both.iter().flat_map(|of| [(*of).to_owned(), format!("{of} shared")]).collect();
            assert_eq!(rows.texts(account, []).await, all);
            let sharing = "SELECT name FROM connection WHERE allow_duplicate IS NOT NULL";
            assert_eq!(rows.texts(sharing, []).await, ["two"]);
            let unknown = "SELECT DISTINCT state FROM connection_health";
            assert_eq!(
                (rows.count("connection_health").await, rows.texts(unknown, []).await),
                (2, vec!["unknown".to_owned()])
            );
            assert_eq!(rows.texts("SELECT code FROM operator WHERE watched", []).await, ["acme"]);
        }
        if version < 5 {
            let audit = "SELECT actor || ' ' || subject_id || ' ' || row_no FROM audit";
            assert_eq!(rows.texts(audit, []).await, ["ada 0192f0c1-7a2b-7c3d-8e4f-0123456789a1 1"]);
        }
        if version < 3 {
            let texts = async |sql: &str| rows.texts(sql, []).await;
            assert_eq!(texts("SELECT country FROM operator_country ORDER BY 1").await, ["AT", "DE"]);
            assert_eq!(texts("SELECT mcc || '-' || mnc FROM operator_network").await, ["262-01"]);
            let labels = texts("SELECT key || '=' || value FROM operator_label ORDER BY 1").await;
            assert_eq!(labels, ["empty=", "team=a 'b'"]);
            let purge = "SELECT to_char(purge_after AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM operator WHERE code = 'gone'";
            assert_eq!(texts(purge).await, ["2026-01-31"]);
        }
    }
}
