//! One right body per request, with every member.

use serde_json::{Value, json};

pub(super) const ID: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789a1";
pub(super) const OTHER_ID: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789a2";

pub(super) fn operator_create() -> Value {
    with_about(json!({
        "code": "acme-de", "display_name": "ACME", "kind": "mno", "external_id": "4711", "importance": "critical",
        "countries": ["DE"], "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"team/name": "blue"},
    }))
}

pub(super) fn operator_update() -> Value {
    with_about(json!({
        "display_name": "ACME", "external_id": "4711", "importance": "critical", "countries": ["DE"],
        "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"team/name": "blue"},
    }))
}

/// With what people need to know about an operator.
pub(super) fn with_about(mut operator: Value) -> Value {
    let about = json!({
        "legal_name": "ACME Telecom GmbH", "website": "https://acme.example",
        "portal_url": "https://partner.acme.example/login", "description": "Reaches all of Germany.",
        "support_hours": "24/7", "time_zone": "Europe/Berlin",
        "contacts": [{
            "role": "noc", "level": 1, "name": "NOC", "email": "noc@acme.example", "phone": "+4930123456",
            "hours": "24/7",
        }],
        "contract": {
            "reference": "V-2026-7", "starts_on": "2026-01-01", "ends_on": "2027-12-31", "notice_days": 90,
            "currency": "EUR", "contracted_tps": 200, "contracted_binds": 8,
        },
    });
    let members = about.as_object().unwrap().clone();
    operator.as_object_mut().unwrap().extend(members);
    operator
}

pub(super) fn maintenance_create() -> Value {
    let mut body = maintenance_update();
    body["connection_id"] = json!(ID);
    body
}

pub(super) fn maintenance_update() -> Value {
    json!({
        "starts_at": "2026-02-01T01:00:00Z", "ends_at": "2026-02-01T03:00:00Z", "reason": "new SMSC",
        "reference": "CHG-7", "drain_s": 600,
    })
}

pub(super) fn note_create() -> Value {
    json!({"text": "Called their NOC.", "reference": "INC-9"})
}

pub(super) fn connection_create() -> Value {
    json!({
        "name": "main", "protocol": "smpp",
        "smpp": {
            "endpoints": [
                {"host": "smsc.example.net", "port": 2775, "priority": 1, "weight": 5, "direction": "any"},
                {"host": "192.0.2.7", "port": 2776},
            ],
            "bind_type": "transceiver", "sessions": 4, "window_size": 20, "max_tps": 12.5,
            "tls": {"mode": "required", "min_version": "1.3", "server_name": "smsc.example.net"},
        },
    })
}

pub(super) fn credential_create() -> Value {
    json!({"system_id": "acme", "password": "s3cret", "note": "from the contract"})
}

pub(super) fn lease_request() -> Value {
    json!({"connection_ids": [ID, OTHER_ID], "stage": "staged"})
}

pub(super) fn destinations() -> Vec<Value> {
    vec![
        json!({"number": "491701234567"}),
        json!({"mcc": "262", "mnc": "01"}),
        json!({"prefix": "49"}),
        json!({"mcc": "262"}),
        json!({"any": true}),
    ]
}

pub(super) fn rule_create(destination: &Value) -> Value {
    json!({
        "name": "Germany", "enabled": false, "precedence": 10,
        "match": {"destination": destination, "network_source": "any"},
        "targets": [{
            "connection_id": ID, "tier": 1, "weight": 70, "enabled": false, "failover_on": "degraded", "note": "spare",
        }],
        "on_no_target": "reject",
    })
}

pub(super) fn resolve_request() -> Value {
    json!({
        "destination": "+491701234567", "network": {"mcc": "262", "mnc": "01", "source": "imsi"},
        "split_key": "message-1", "attempt": 1, "exclude": [OTHER_ID], "origin_operator_id": ID,
        "at": "2026-01-31T12:00:00Z", "explain": true,
    })
}

pub(super) fn sample_batch() -> Value {
    json!({"samples": [sample()]})
}

pub(super) fn sample() -> Value {
    json!({
        "connection_id": ID, "connector_id": "gateway/a-1", "run_id": OTHER_ID, "seq": 7,
        "window_start": "2026-01-31T12:00:00Z", "window_s": 30,
        "sessions": [{
            "slot": 0, "state": "bound_trx", "bound_ms": 30000, "credential_version": 1, "since": "2026-01-31T11:00:00Z",
        }],
        "config_version": 3, "view_version": "1.42",
        "binds": {
            "bound": 1, "secret_refused": 0, "limit": 0, "config_refused": 0, "busy": 0, "unreachable": 2,
        },
        "submitted": 100, "ok": 60, "throttled": 10, "rejected_message": 10, "operator_error": 10, "no_answer": 10,
        "by_status": [{"code": 0, "count": 60}], "submit_ms": vec![1; 24],
        "enquire_sent": 2, "enquire_missed": 1,
        "receipts": [{
            "submit_bucket": "2026-01-31T12:00:00Z", "requested": 60, "delivered": 50, "failed_operator": 1,
            "failed_subscriber": 2, "rejected": 3, "expired": 4, "unknown": 0,
        }],
        "mo_total": 5, "window_full_ms": 6, "throttled_ms": 7, "queue_depth": 8, "reconnects": 9,
    })
}
