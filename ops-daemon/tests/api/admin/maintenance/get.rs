//! `GET /maintenances/{maintenance_id}`.

use reqwest::Method;

use super::{MAINTENANCES, OPERATORS, window};
use crate::support::{Caller, Daemon, Database, on_both, sample};

on_both!(a_window_is_shown_as_its_creation_answered_and_known_by_its_tag, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let planned = admin.post(&format!("{path}/maintenances"), window(600, 900)).await.expect(201);
    let viewer = daemon.as_role("viewer");
    let read = viewer.get(&planned.header("location")).await.expect(200);
    assert_eq!((&read.body, read.etag()), (&planned.body, planned.etag()));
    let known = viewer.request(Method::GET, &planned.header("location")).header("if-none-match", read.etag());
    Caller::send(known).await.expect(304);
    viewer
        .get(&format!("{MAINTENANCES}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab"))
        .await
        .refused(404, "not_found");
});
