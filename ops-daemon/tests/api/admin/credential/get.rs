//! `GET /connections/{connection_id}/credentials/{version}`.

use crate::support::{Daemon, Database, Estate, on_both};

on_both!(a_version_that_is_not_there_is_not_found, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let viewer = daemon.as_role("viewer");
    let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
    assert_eq!(viewer.get(&format!("{path}/1")).await.expect(200).body["version"], 1);
    for version in ["2", "0", "-1", "01", "+1", "1.0", "active", "99999999999999999999"] {
        viewer.get(&format!("{path}/{version}")).await.refused(404, "not_found");
    }
    let unknown = "/admin/v1/connections/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/credentials/1";
    viewer.get(unknown).await.refused(404, "not_found");
});
