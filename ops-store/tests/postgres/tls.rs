//! The way to a database on another machine: encrypted to the server that was meant, or not at all.

use std::path::PathBuf;

use ops_store::{
    port::{Bells as _, Leaders as _, ServiceReads as _},
    postgres::{PostgresStore, Settings, Tls, migrate, self_test},
    testing::{certificate::Certificate, cluster::Cluster},
};
use tempfile::TempDir;

struct Scene {
    folder: TempDir,
    certificate: Certificate,
    cluster: Cluster,
}

impl Scene {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = Certificate::create(folder.path());
        let cluster = Cluster::start_with_tls(&certificate).await;
        cluster.migrate().await;
        Self { folder, certificate, cluster }
    }

    fn settings(&self, host: &str, ca_file: PathBuf) -> Settings {
        let url = self.cluster.url_as("ops_app").replace("127.0.0.1", host);
        Settings { url, tls: Tls::Require { ca_file: Some(ca_file) }, pool_size: 2 }
    }
}

async fn works(settings: Settings) -> bool {
    PostgresStore::new(settings).unwrap().epoch().await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_is_encrypted_that_of_a_leader_and_of_the_bell_too() {
    let scene = Scene::set().await;
    let settings = scene.settings("localhost", scene.certificate.authority.clone());
    self_test(&settings).await.unwrap();
    let store = PostgresStore::new(settings.clone()).unwrap();
    store.epoch().await.unwrap();
    let mut leader = store.candidate("relay").await.unwrap();
    assert!(leader.leads().await.unwrap());
    let _bell = store.bell().await.unwrap().unwrap();
    let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE usename = 'ops_app'";
    let row = scene.cluster.client("ops").await.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (3, 3));
    let as_migrator = Settings { url: scene.cluster.url_as("ops_migrate"), ..settings };
    assert_eq!(migrate(&as_migrator).await.unwrap().applied, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_the_one_that_was_meant_is_not_spoken_to() {
    let scene = Scene::set().await;
    let ours = scene.certificate.authority.clone();
    assert!(works(scene.settings("127.0.0.1", ours.clone())).await);
    // the same server under a name that is in its certificate, and under one that is not
    for (name, is_known) in [("localhost", true), ("db.example.com", false)] {
        let settings = scene.settings(name, ours.clone());
        let settings = Settings { url: format!("{}?hostaddr=127.0.0.1", settings.url), ..settings };
        assert_eq!(works(settings).await, is_known, "{name}");
    }
    let folder = tempfile::tempdir_in(scene.folder.path()).unwrap();
    let another = Certificate::create(folder.path()).authority;
    assert!(!works(scene.settings("localhost", another)).await);
    let no_such = scene.settings("localhost", folder.path().join("none.pem"));
    let refused = PostgresStore::new(no_such).err().unwrap().to_string();
    assert!(refused.contains("none.pem") && refused.contains("authority"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    let cluster = Cluster::migrated().await;
    let folder = tempfile::tempdir().unwrap();
    let ca_file = Some(Certificate::create(folder.path()).authority);
    let tls = Tls::Require { ca_file };
    assert!(!works(Settings { url: cluster.url_as("ops_app"), tls, pool_size: 1 }).await);
    assert!(works(cluster.settings_as("ops_app", 1)).await);
}
