//! Migrations on SQLite: from nothing and from every earlier state they end in one schema, which is the committed one.

use std::path::Path;

use ops_store::{
    sqlite::{SqliteStore, migrate_through, schema_version},
    testing::{Rows, committed},
};

/// Writes the committed schema.
const WRITES: &str = "cargo xtask migrate schema";

/// What the migrations make, by name.
async fn dump(file: &Path) -> String {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'refinery_schema_history' ORDER BY type DESC, name";
    let statements = Rows::of_sqlite(file).texts(sql, []).await;
    statements.iter().map(|statement| format!("{statement};\n\n")).collect::<String>().trim_end().to_owned()
        + "\n"
}

#[tokio::test]
async fn the_migrations_make_the_committed_schema_from_nothing_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ops.sqlite");
    SqliteStore::open(&file).unwrap().close().await;
    let made = dump(&file).await;
    committed::assert_equal("migrations/schema.sqlite.sql", &made, WRITES);
    SqliteStore::open(&file).unwrap().close().await;
    assert_eq!(dump(&file).await, made);
}

/// Rows as the first schema took them: one operator that is there with two connections of one account, one that was deleted.
const ROWS: &str = r#"
    INSERT INTO operator (id, code, name_key, display_name, kind, importance, countries, networks, labels, status, version,
        created_at, created_by, updated_at, updated_by, deleted_at, event_epoch, event_sequence)
    VALUES (x'0192f0c17a2b7c3d8e4f0123456789a1', 'acme', 'acme', 'Acme', 'mno', 'normal', '["AT","DE"]',
        '[{"mcc":"262","mnc":"01"}]', '{"team":"a ''b''","empty":""}', 'draft', 1, 1, 't', 1, 't', NULL, 1, 1),
        (x'0192f0c17a2b7c3d8e4f0123456789a2', 'gone', 'gone', 'Gone', 'mno', 'normal', '[]', '[]', '{}', 'deleted', 2,
        1, 't', 1, 't', 1767225600000000, 1, 2);
    INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by)
    VALUES (x'0192f0c17a2b7c3d8e4f0123456789c1', x'0192f0c17a2b7c3d8e4f0123456789a1', 'one', 'enabled', 'smpp',
        '{"smpp":{"endpoints":[{"host":"a.example.net","port":2775,"priority":0,"weight":1,"direction":"any"},{"host":"b.example.net","port":2776,"priority":0,"weight":1,"direction":"transmit"}],"bind_type":"transceiver","sessions":1,"window_size":10,"max_tps":null,"tls":{"mode":"required","min_version":"1.2","server_name":null}}}',
        1, 1, 1, 1, 't', 1, 't');
    INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by)
    SELECT x'0192f0c17a2b7c3d8e4f0123456789c2', operator_id, 'two', status, protocol, profile, 1, 1, 1, 1, 't', 1, 't' FROM connection;
    INSERT INTO credential (id, operator_id, connection_id, version, stage, system_id, created_at, created_by, retire_after_s)
    SELECT id, operator_id, id, 1, 'active', 'sys', 1, 't', 604800 FROM connection;
    INSERT INTO audit (id, at, action, request_id, entry) VALUES (x'0192f0c17a2b7c3d8e4f0123456789d1', 1, 'note_create', 'r',
        '{"actor":{"issuer":"i","subject":"ada"},"subject":{"kind":"note","id":"0192f0c1-7a2b-7c3d-8e4f-0123456789a1"}}')"#;

#[tokio::test]
async fn the_migrations_lead_from_every_earlier_state_to_the_same_schema_with_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let newest = folder.path().join("newest.sqlite");
    SqliteStore::open(&newest).unwrap().close().await;
    for version in 1..i32::try_from(schema_version(&newest).unwrap()).unwrap() {
        let file = folder.path().join(format!("{version}.sqlite"));
        migrate_through(&file, version).unwrap();
        assert_eq!(schema_version(&file).unwrap(), i64::from(version));
        Rows::of_sqlite(&file).change(ROWS).await;
        SqliteStore::open(&file).unwrap().close().await;
        committed::assert_equal("migrations/schema.sqlite.sql", &dump(&file).await, WRITES);
        let rows = Rows::of_sqlite(&file);
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
            let audit = "SELECT actor || ' ' || lower(hex(subject_id)) || ' ' || row_no FROM audit";
            assert_eq!(rows.texts(audit, []).await, ["ada 0192f0c17a2b7c3d8e4f0123456789a1 1"]);
        }
        if version < 3 {
            let texts = async |sql: &str| rows.texts(sql, []).await;
            assert_eq!(texts("SELECT country FROM operator_country ORDER BY 1").await, ["AT", "DE"]);
            assert_eq!(texts("SELECT mcc || '-' || mnc FROM operator_network").await, ["262-01"]);
            let labels = texts("SELECT key || '=' || value FROM operator_label ORDER BY 1").await;
            assert_eq!(labels, ["empty=", "team=a 'b'"]);
            let purge = "SELECT date(purge_after / 1000000, 'unixepoch') FROM operator WHERE code = 'gone'";
            assert_eq!(texts(purge).await, ["2026-01-31"]);
        }
    }
}
