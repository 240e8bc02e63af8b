//! `GET /operators/{operator_id}/maintenances`.

use serde_json::{Value, json};

use super::{OPERATORS, window};
use crate::support::{Daemon, Database, on_both, sample, with};

on_both!(windows_come_newest_first_in_pages_and_show_what_they_merge_with, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let body = with(sample::operator("acme"), json!({"time_zone": "Europe/Berlin"}));
    let path = admin.post(OPERATORS, body).await.expect(201).header("location");
    let path = format!("{path}/maintenances");
    let mut planned = Vec::new();
    for (from, to) in [(1000, 2000), (5000, 6000), (1500, 3000)] {
        planned.insert(0, admin.post(&path, window(from, to)).await.expect(201).body);
    }
    let viewer = daemon.as_role("viewer");
    let page = viewer.get(&format!("{path}?limit=2")).await.expect(200);
    let ids = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|window| window["id"].clone()).collect()
    };
    assert_eq!(ids(&page.body), [planned[0]["id"].clone(), planned[1]["id"].clone()]);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = viewer.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((ids(&rest.body), &rest.body["next_cursor"]), (vec![planned[2]["id"].clone()], &Value::Null));

    let (first, last) = (&rest.body["items"][0], &page.body["items"][0]);
    let merged = json!({"starts_at": first["starts_at"], "ends_at": last["ends_at"]});
    assert_eq!((&first["merged"], &last["merged"]), (&merged, &merged));
    assert_eq!(first["local"]["time_zone"], "Europe/Berlin");

    let none = viewer.get(&format!("{path}?phase=running")).await.expect(200);
    assert_eq!(none.body["items"], json!([]));
    assert_eq!(
        viewer.get(&format!("{path}?phase=planned")).await.expect(200).body["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    viewer
        .get(&format!("{path}?phase=over"))
        .await
        .refused(400, "invalid_query")
        .telling(&[("phase", "one_of")]);
    viewer.get(&format!("{path}?limit=2&phase=planned&cursor={cursor}")).await.refused(400, "invalid_cursor");
});
