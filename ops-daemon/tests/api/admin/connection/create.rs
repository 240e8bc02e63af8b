//! `POST /operators/{operator_id}/connections`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";

/// An operator, and the path of its connections.
async fn connections_of(daemon: &Daemon, code: &str) -> String {
    let created = daemon.admin().post(OPERATORS, sample::operator(code)).await.expect(201);
    format!("{}/connections", created.header("location"))
}

/// Every field of a profile with these endpoints, as the documentation says.
fn defaults(endpoints: &Value) -> Value {
    let timers = json!({
        "connect_timeout_ms": 10_000, "bind_timeout_ms": 30_000, "response_timeout_ms": 60_000,
        "enquire_link_interval_ms": 20_000, "enquire_link_misses": 3, "inactivity_timeout_ms": 0, "rebind_gap_ms": 2000,
    });
    let texts = json!({
        "encodings": [
            {"alphabet": "gsm7", "data_coding": 0, "charset": "gsm7"},
            {"alphabet": "ucs2", "data_coding": 8, "charset": "utf16be"},
        ],
        "long_message": "udh",
        "source": {
            "alphanumeric": {"ton": 5, "npi": 0}, "international": {"ton": 1, "npi": 1},
            "short_code": {"ton": 3, "npi": 0},
        },
        "destination": {"format": "e164", "prepend": "", "ton": 1, "npi": 1},
        "registered_delivery": {"receipt": "final", "intermediate": false},
        "dlr": {
            "id_source": "tlv_then_text", "submit_id_base": "raw", "receipt_id_base": "raw", "id_case": "keep",
            "strip_leading_zeros": false, "scope": "connection", "expiry_s": 259_200, "time_zone": null,
            "date_format": "auto", "test_vectors": [],
        },
    });
    let rest = json!({
        "endpoints": endpoints, "bind_type": "transceiver", "sessions": 1, "max_binds": null,
        "interface_version": "3.4", "system_type": "", "address_range": "", "addr_ton": 0, "addr_npi": 0,
        "service_type": "", "window_size": 10, "max_tps": null, "tps_unit": "segment", "tps_scope": "account",
        "burst": 1, "throttle_backoff_ms": 1000,
        "reconnect": {
            "initial_ms": 1000, "after_refusal_ms": 30_000, "factor": 2, "max_ms": 60_000, "jitter": 0.2,
            "stop_after_refusals": 5,
        },
        "tls": {"mode": "required", "min_version": "1.2", "server_name": null, "trust": "public", "spki_sha256": []},
        "tlvs": [], "source_ips": [], "peer_ips": [], "access": {"kind": "internet", "note": null},
    });
    with(with(rest, timers), texts)
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
        "smpp": defaults(&json!([
            {"host": "smsc.acme.example", "port": 2775, "priority": 0, "weight": 1, "direction": "any", "site": null},
        ])),
        "spec_overrides": [], "counts_for_operator": true, "private_network": false, "allow_duplicate": null,
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
    let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let endpoints = json!([
        {"host": "192.0.2.7", "port": 1, "priority": 65535, "weight": 10000, "direction": "transmit", "site": "FRA 1"},
        {"host": "2001:db8::7", "port": 65535, "priority": 1, "weight": 2, "direction": "receive", "site": null},
        {"host": "10.0.0.7", "port": 1, "priority": 0, "weight": 1, "direction": "receive", "site": null},
    ]);
    let changed = json!({
        "bind_type": "pair", "sessions": 200, "max_binds": 400, "interface_version": "5.0",
        "system_type": "x".repeat(32), "address_range": "^49[0-9]*$", "addr_ton": 6, "addr_npi": 18,
        "service_type": "CMT", "inactivity_timeout_ms": 40_000, "window_size": 10_000, "max_tps": 0.125, "burst": 9.999,
        "tls": {
            "mode": "off", "min_version": "1.3", "server_name": "tls.acme.example", "trust": pem,
            "spki_sha256": [format!("{}=", "A".repeat(43))],
        },
        "encodings": [{"alphabet": "binary", "data_coding": 255, "charset": "utf8"}], "long_message": "message_payload",
        "registered_delivery": {"receipt": "success_only", "intermediate": true},
        "tlvs": [{"tag": 5120, "type": "octets", "octets_max": 20, "required": true, "direction": "transmit"}],
        "source_ips": ["192.0.2.1/32", "2001:db8::/32"], "peer_ips": ["198.51.100.0/24"],
        "access": {"kind": "vpn", "note": "tunnel 7"},
    });
    let smpp = with(defaults(&endpoints), changed);
    let lifted = |field: &str| json!({"field": field, "reason": "so says their guide", "reference": "T-1", "expires_at": "2096-01-01T00:00:00Z"});
    let overrides = ["tls_off", "window_size", "system_type"].map(lifted);
    let own = json!({
        "name": "Größe 1", "spec_overrides": overrides,
        "counts_for_operator": false, "private_network": true,
        "allow_duplicate": {"reason": "one account, two cities"},
    });
    let body = with(json!({"protocol": "smpp", "smpp": smpp}), own.clone());
    let created = daemon.admin().post(&path, body).await.expect(201);
    let read = daemon.admin().get(&created.header("location")).await.expect(200);
    assert_eq!(read.body["smpp"], smpp);
    for (name, value) in own.as_object().unwrap() {
        assert_eq!(&read.body[name], value, "{name}");
    }
    let places = "SELECT host || ' ' || direction FROM connection_place ORDER BY 1";
    assert_eq!(
        daemon.rows().await.texts(places, []).await,
        ["10.0.0.7 receive", "192.0.2.7 transmit", "2001:db8::7 receive"]
    );
    let metrics = daemon.ops().get("/metrics").await.expect(200).text;
    assert!(metrics.contains("ops_spec_overrides_active{field=\"tls_off\"}"), "{metrics}");
});

on_both!(a_connection_over_http_has_its_own_profile, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let http = json!({"base_url": "https://api.acme.example/v1", "auth": "hmac"});
    let body = json!({"name": "http", "protocol": "http", "http": http});
    let created = daemon.admin().post(&path, body).await.expect(201);
    let shown = json!({
        "base_url": "https://api.acme.example/v1", "method": "POST", "auth": "hmac", "timeout_ms": 10_000,
        "concurrency": 10, "max_tps": null, "success_status": [200, 201, 202], "idempotency_header": null,
    });
    assert_eq!((&created.body["protocol"], &created.body["http"]), (&json!("http"), &shown));
    assert!(created.body.get("smpp").is_none());
    let read = daemon.admin().get(&created.header("location")).await.expect(200);
    assert_eq!(read.body, created.body);

    let before = daemon.stored().await;
    for (body, fault) in [
        (json!({"protocol": "http"}), ("/http", "required")),
        (json!({"protocol": "smpp", "http": http}), ("/smpp", "required")),
        (
            json!({"protocol": "http", "http": {"base_url": "http://a.example", "auth": "basic"}}),
            ("/http/base_url", "pattern"),
        ),
        (
            json!({"protocol": "http", "http": {"base_url": "https://127.0.0.1/", "auth": "basic"}}),
            ("/http/base_url", "address"),
        ),
        (
            json!({"protocol": "http", "http": {"base_url": "https://10.0.0.1/", "auth": "basic"}}),
            ("/http/base_url", "address"),
        ),
    ] {
        let refused =
            daemon.admin().post(&path, with(json!({"name": "x"}), body)).await.refused(422, "invalid");
        let told =
            (refused.body["errors"][0]["pointer"].as_str(), refused.body["errors"][0]["rule"].as_str());
        assert_eq!(told, (Some(fault.0), Some(fault.1)), "{}", refused.text);
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(what_is_outside_of_the_standard_takes_a_reason_that_holds_now, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let endpoint = json!({"host": "smsc.acme.example", "port": 2775});
    let before = daemon.stored().await;
    for (field, name, value) in [
        ("window_size", "window_size", json!(1001)),
        ("system_type", "system_type", json!("x".repeat(13))),
        ("address_range", "address_range", json!("x".repeat(41))),
        ("tls_off", "tls", json!({"mode": "off"})),
    ] {
        let smpp = json!({"endpoints": [endpoint], name: value});
        let body = json!({"name": "main", "protocol": "smpp", "smpp": smpp});
        let at = if name == "tls" { "/smpp/tls/mode".to_owned() } else { format!("/smpp/{name}") };
        let refused = daemon.admin().post(&path, body.clone()).await.refused(422, "invalid");
        let refused = refused.telling(&[(&at, "override")]);
        assert!(refused.text.contains("spec_overrides"), "{}", refused.text);
        let over = json!({"field": field, "reason": "so says their guide", "reference": "T-1", "expires_at": "2020-01-01T00:00:00Z"});
        let late = with(body, json!({"spec_overrides": [over]}));
        let refused = daemon.admin().post(&path, late).await.refused(422, "invalid");
        refused.telling(&[("/spec_overrides/0/expires_at", "range"), (&at, "override")]);
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(no_connection_leads_where_none_may, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let before = daemon.stored().await;
    let to = |host: &str, private: bool| {
        let smpp = json!({"endpoints": [{"host": host, "port": 2775}]});
        json!({"name": "main", "protocol": "smpp", "smpp": smpp, "private_network": private})
    };
    for denied in
        ["127.0.0.1", "::1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "fe80::1", "::ffff:127.0.0.1"]
    {
        let refused = daemon.admin().post(&path, to(denied, true)).await.refused(422, "invalid");
        refused.telling(&[("/smpp/endpoints/0/host", "address")]);
    }
    let refused = daemon.admin().post(&path, to("192.168.1.7", false)).await.refused(422, "invalid");
    let refused = refused.telling(&[("/smpp/endpoints/0/host", "address")]);
    assert!(refused.text.contains("private_network"), "{}", refused.text);
    assert_eq!(daemon.stored().await, before);
    daemon.admin().post(&path, to("192.168.1.7", true)).await.expect(201);
});

on_both!(receipts_that_the_operator_has_shown_must_come_together, |daemon: Daemon| async move {
    let path = connections_of(&daemon, "acme").await;
    let with_base = |base: &str| {
        let vector = json!({"submit_id": "75BCD15", "receipt": "id:0123456789 sub:001 stat:DELIVRD", "expect": "123456789"});
        let dlr = json!({"id_source": "text", "submit_id_base": base, "receipt_id_base": "dec", "test_vectors": [vector]});
        let smpp = json!({"endpoints": [{"host": "smsc.acme.example", "port": 2775}], "dlr": dlr});
        json!({"name": "main", "protocol": "smpp", "smpp": smpp})
    };
    let before = daemon.stored().await;
    let refused = daemon.admin().post(&path, with_base("raw")).await.refused(422, "invalid");
    refused.telling(&[("/smpp/dlr/test_vectors/0/submit_id", "combination")]);
    assert_eq!(daemon.stored().await, before);
    daemon.admin().post(&path, with_base("hex")).await.expect(201);
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
                {"host": "localhost", "port": 0, "weight": 0, "direction": "both", "site": "a", "zone": "b"},
                {"port": 70000, "priority": -1},
                "smsc.example.net",
            ],
            "bind_type": "trx", "sessions": 0, "window_size": 10001, "max_tps": 0,
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
        ("/smpp/endpoints/0/zone", "unknown"),
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
            json!({"endpoints": [of("receive")], "bind_type": "transmitter", "registered_delivery": {"receipt": "none"}}),
            ("/smpp/endpoints", "combination"),
        ),
        (
            json!({"endpoints": [endpoint], "bind_type": "transmitter"}),
            ("/smpp/registered_delivery", "combination"),
        ),
        (
            json!({"endpoints": [endpoint], "inactivity_timeout_ms": 39_999}),
            ("/smpp/inactivity_timeout_ms", "combination"),
        ),
        (json!({"endpoints": [endpoint], "sessions": 2, "max_binds": 1}), ("/smpp/max_binds", "combination")),
        (
            json!({"endpoints": [endpoint], "interface_version": "3.4", "registered_delivery": {"receipt": "success_only"}}),
            ("/smpp/registered_delivery/receipt", "combination"),
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
