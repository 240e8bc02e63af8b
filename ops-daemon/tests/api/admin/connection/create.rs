//! `POST /operators/{operator_id}/connections`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";

/// An operator, and the path of its connections.
async fn connections_of(daemon: &Daemon, code: &str) -> String {
    let created = daemon.admin().post(OPERATORS, sample::operator(code)).await.expect(201);
    format!("{}/connections", created.header("location"))
}

on_both!(a_minimal_body_gets_every_default, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let body = json!({"name": "main", "protocol": "smpp", "smpp": {"endpoints": [{"host": "SMSC.Acme.example", "port": 2775}]}});
    let created = daemon.as_role("editor").post(&path, body).await.expect(201);
    assert_eq!(created.header("location"), format!("/admin/v1/connections/{}", created.id()));
    assert_eq!(created.etag(), "\"1.1\"");
    let at = created.body["created_at"].clone();
    let operator_id = path.split('/').nth(4).unwrap();
    let expected = json!({
        "id": created.id(), "operator_id": operator_id, "name": "main", "status": "enabled", "protocol": "smpp",
        "smpp": {
            "endpoints": [{"host": "smsc.acme.example", "port": 2775, "priority": 0, "weight": 1, "direction": "any"}],
            "bind_type": "transceiver", "sessions": 1, "window_size": 10, "max_tps": null,
            "tls": {"mode": "required", "min_version": "1.2", "server_name": null},
        },
        "version": 1, "config_version": 1, "bind_version": 1, "created_at": at, "created_by": "dev-editor",
        "updated_at": at, "updated_by": "dev-editor",
    });
    assert_eq!(created.body, expected);
    let read = daemon.as_role("viewer").get(&created.header("location")).await.expect(200);
    assert_eq!((read.body, read.headers["etag"].clone()), (expected, created.headers["etag"].clone()));

    let events = daemon.events_of(operator_id).await;
    let last = events.last().unwrap();
    assert_eq!(last["data"], json!({"changes": [{"what": "connection", "id": created.id()}]}));
    let entry = &daemon.audit().await[0];
    assert_eq!(
        (&entry["action"], &entry["subject"]["id"]),
        (&json!("connection_create"), &json!(created.id()))
    );
    assert_eq!(entry["operator_id"], operator_id);
    let operator = daemon.admin().get(&format!("{OPERATORS}/{operator_id}")).await.expect(200);
    assert_eq!(operator.body["version"], 1, "a connection does not touch its operator's version");
});

on_both!(a_full_body_is_stored_as_sent, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let smpp = json!({
        "endpoints": [
            {"host": "192.0.2.7", "port": 1, "priority": 65535, "weight": 10000, "direction": "transmit"},
            {"host": "2001:db8::7", "port": 65535, "priority": 1, "weight": 2, "direction": "receive"},
            {"host": "192.0.2.7", "port": 1, "priority": 0, "weight": 1, "direction": "receive"},
        ],
        "bind_type": "pair", "sessions": 200, "window_size": 1000, "max_tps": 0.125,
        "tls": {"mode": "off", "min_version": "1.3", "server_name": "tls.acme.example"},
    });
    let body = json!({"name": "Größe 1", "protocol": "smpp", "smpp": smpp});
    let created = daemon.admin().post(&path, body).await.expect(201);
    let read = daemon.admin().get(&created.header("location")).await.expect(200);
    assert_eq!((&read.body["name"], &read.body["smpp"]), (&json!("Größe 1"), &smpp));
});

on_both!(a_name_is_unique_within_its_operator_only, |daemon: Daemon| async move {
    let (acme, other) = (connections_of(&daemon, "acme").await, connections_of(&daemon, "other").await);
    let admin = daemon.admin();
    let first = admin.post(&acme, sample::connection("main", "acme")).await.expect(201).id();
    admin.post(&other, sample::connection("main", "other")).await.expect(201);
    let before = daemon.stored().await;
    let refused = admin.post(&acme, sample::connection("main", "acme")).await.refused(409, "duplicate");
    assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!("name"), &json!(first)));
    assert_eq!(daemon.stored().await, before);
    admin.post(&acme, sample::connection("Main", "acme")).await.expect(201);
});

on_both!(every_fault_of_a_profile_is_told_with_its_whole_pointer, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let before = daemon.stored().await;
    let body = json!({
        "name": " main", "protocol": "smtp", "status": "disabled", "config_version": 2, "colour": "red",
        "smpp": {
            "endpoints": [
                {"host": "localhost", "port": 0, "weight": 0, "direction": "both", "site": "a"},
                {"port": 70000, "priority": -1},
                "smsc.example.net",
            ],
            "bind_type": "trx", "sessions": 0, "window_size": 1001, "max_tps": 0,
            "tls": {"mode": "maybe", "min_version": "1.1", "server_name": "x"}, "system_id": "a",
        },
    });
    daemon.admin().post(&path, body).await.refused(422, "invalid").telling(&[
        ("/name", "pattern"),
        ("/protocol", "one_of"),
        ("/status", "read_only"),
        ("/config_version", "read_only"),
        ("/colour", "unknown"),
        ("/smpp/endpoints/0/host", "pattern"),
        ("/smpp/endpoints/0/port", "range"),
        ("/smpp/endpoints/0/weight", "range"),
        ("/smpp/endpoints/0/direction", "one_of"),
        ("/smpp/endpoints/0/site", "unknown"),
        ("/smpp/endpoints/1/host", "required"),
        ("/smpp/endpoints/1/port", "range"),
        ("/smpp/endpoints/1/priority", "range"),
        ("/smpp/endpoints/2", "type"),
        ("/smpp/bind_type", "one_of"),
        ("/smpp/sessions", "range"),
        ("/smpp/window_size", "range"),
        ("/smpp/max_tps", "range"),
        ("/smpp/tls/mode", "one_of"),
        ("/smpp/tls/min_version", "one_of"),
        ("/smpp/tls/server_name", "pattern"),
        ("/smpp/system_id", "unknown"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(fields_must_fit_together, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let before = daemon.stored().await;
    let endpoint = json!({"host": "smsc.acme.example", "port": 2775});
    let of = |direction: &str| with(endpoint.clone(), json!({"direction": direction}));
    for (smpp, fault) in [
        (json!({"endpoints": []}), ("/smpp/endpoints", "length")),
        (json!({"endpoints": vec![endpoint.clone(); 2]}), ("/smpp/endpoints/1", "unique")),
        (json!({"endpoints": [of("transmit")]}), ("/smpp/endpoints", "combination")),
        (json!({"endpoints": [of("transmit")], "bind_type": "pair"}), ("/smpp/endpoints", "combination")),
        (
            json!({"endpoints": [of("receive")], "bind_type": "transmitter"}),
            ("/smpp/endpoints", "combination"),
        ),
        (json!({}), ("/smpp/endpoints", "required")),
    ] {
        let body = json!({"name": "main", "protocol": "smpp", "smpp": smpp});
        daemon.admin().post(&path, body).await.refused(422, "invalid").telling(&[fault]);
    }
    let many: Vec<Value> = (1..=17).map(|port| json!({"host": "smsc.acme.example", "port": port})).collect();
    let body = json!({"name": "main", "protocol": "smpp", "smpp": {"endpoints": many}});
    daemon.admin().post(&path, body).await.refused(422, "invalid").telling(&[("/smpp/endpoints", "length")]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(an_unknown_operator_gets_no_connection, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    let path = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/connections");
    daemon.admin().post(&path, sample::connection("main", "acme")).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(
    an_operator_has_at_most_fifty_connections_however_many_are_asked_for_at_once,
    |daemon: Daemon| async move {
        let path = connections_of(&daemon, "acme").await;
        let admin = daemon.admin();
        for n in 0..47 {
            admin.post(&path, sample::connection(&format!("c{n}"), "acme")).await.expect(201);
        }
        let ask = |n: usize| {
            let (admin, path) = (admin.clone(), path.clone());
            tokio::spawn(
                async move { admin.post(&path, sample::connection(&format!("late{n}"), "acme")).await },
            )
        };
        let mut created = 0;
        for asked in (0..12).map(ask).collect::<Vec<_>>() {
            let answer = asked.await.unwrap();
            if answer.status == 201 {
                created += 1;
            } else {
                answer.refused(422, "invalid").telling(&[("", "length")]);
            }
        }
        assert_eq!((created, daemon.rows().await.count("connection").await), (3, 50));
        let before = daemon.stored().await;
        let refused = admin.post(&path, sample::connection("one-more", "acme")).await;
        refused.refused(422, "invalid").telling(&[("", "length")]);
        assert_eq!(daemon.stored().await, before);
    }
);
