//! One right body per request, with every member.

use serde_json::{Value, json};

/// An id.
pub const ID: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789a1";
/// Another one.
pub const OTHER_ID: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789a2";

/// Of an operator.
#[must_use]
pub fn operator_create() -> Value {
    with_about(json!({
        "code": "acme-de", "display_name": "ACME", "kind": "mno", "external_id": "4711", "importance": "critical",
        "countries": ["DE"], "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"team/name": "blue"},
    }))
}

/// Of a change of an operator.
#[must_use]
pub fn operator_update() -> Value {
    with_about(json!({
        "display_name": "ACME", "external_id": "4711", "importance": "critical", "countries": ["DE"],
        "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"team/name": "blue"},
    }))
}

/// With what people need to know about an operator.
#[must_use]
pub fn with_about(mut operator: Value) -> Value {
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
    extend(&mut operator, about);
    operator
}

/// Of a planned window.
#[must_use]
pub fn maintenance_create() -> Value {
    let mut body = maintenance_update();
    extend(&mut body, json!({"connection_id": ID}));
    body
}

/// Of a change of a planned window.
#[must_use]
pub fn maintenance_update() -> Value {
    json!({
        "starts_at": "2026-02-01T01:00:00Z", "ends_at": "2026-02-01T03:00:00Z", "reason": "new SMSC",
        "reference": "CHG-7", "drain_s": 600,
    })
}

/// Of a note.
#[must_use]
pub fn note_create() -> Value {
    json!({"text": "Called their NOC.", "reference": "INC-9"})
}

/// Of a connection over SMPP.
#[must_use]
pub fn connection_create() -> Value {
    json!({"name": "main", "protocol": "smpp", "smpp": smpp(), "spec_overrides": [spec_override()],
        "counts_for_operator": false, "private_network": true, "allow_duplicate": {"reason": "one account, two cities"}})
}

/// Of a connection over HTTP.
#[must_use]
pub fn connection_create_http() -> Value {
    json!({"name": "main", "protocol": "http", "http": http(), "spec_overrides": [spec_override()],
        "counts_for_operator": false, "private_network": true, "allow_duplicate": {"reason": "one account, two cities"}})
}

/// An exception from a rule of the profile.
#[must_use]
pub fn spec_override() -> Value {
    json!({
        "field": "window_size", "reason": "their SMSC wants it", "reference": "CHG-9",
        "expires_at": "2027-01-01T00:00:00Z",
    })
}

/// A profile over HTTP.
#[must_use]
pub fn http() -> Value {
    json!({
        "base_url": "https://api.example.net/v1", "method": "PUT", "auth": "bearer", "timeout_ms": 5000,
        "concurrency": 20, "max_tps": 12.5, "success_status": [200, 202], "idempotency_header": "Idempotency-Key",
    })
}

/// A profile over SMPP.
#[must_use]
pub fn smpp() -> Value {
    let mut smpp = json!({
        "endpoints": [
            {"host": "smsc.example.net", "port": 2775, "priority": 1, "weight": 5, "direction": "any", "site": "FRA1"},
            {"host": "192.0.2.7", "port": 2776, "priority": 0, "weight": 1, "direction": "any", "site": null},
        ],
        "bind_type": "transceiver", "sessions": 4, "max_binds": 8, "interface_version": "5.0", "system_type": "VMA",
        "address_range": "^49", "addr_ton": 1, "addr_npi": 1, "service_type": "CMT",
        "connect_timeout_ms": 5000, "bind_timeout_ms": 10_000, "response_timeout_ms": 30_000,
        "enquire_link_interval_ms": 15_000, "enquire_link_misses": 2, "inactivity_timeout_ms": 60_000,
        "rebind_gap_ms": 1000,
        "window_size": 20, "max_tps": 12.5, "tps_unit": "message", "tps_scope": "session", "burst": 1,
        "throttle_backoff_ms": 500,
        "reconnect": {
            "initial_ms": 500, "after_refusal_ms": 10_000, "factor": 1.5, "max_ms": 30_000, "jitter": 0.1,
            "stop_after_refusals": 3,
        },
        "tls": {
            "mode": "required", "min_version": "1.3", "server_name": "smsc.example.net", "trust": "public",
            "spki_sha256": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        },
        "encodings": [{"alphabet": "latin1", "data_coding": 3, "charset": "latin1"}], "long_message": "sar_tlv",
    });
    extend(&mut smpp, addresses_and_receipts());
    smpp
}

fn addresses_and_receipts() -> Value {
    json!({
        "source": {
            "alphanumeric": {"ton": 5, "npi": 1}, "international": {"ton": 1, "npi": 0},
            "short_code": {"ton": 6, "npi": 8},
        },
        "destination": {"format": "plus", "prepend": "77", "ton": 2, "npi": 9},
        "registered_delivery": {"receipt": "success_only", "intermediate": true},
        "dlr": {
            "id_source": "text", "submit_id_base": "hex", "receipt_id_base": "dec", "id_case": "lower",
            "strip_leading_zeros": true, "scope": "session", "expiry_s": 86_400, "time_zone": "Europe/Berlin",
            "date_format": "seconds",
            "test_vectors": [{"submit_id": "75BCD15", "receipt": "id:0123456789 stat:DELIVRD", "expect": "123456789"}],
        },
        "tlvs": [{"tag": 5120, "type": "c_string", "octets_max": 20, "required": true, "direction": "transmit"}],
        "source_ips": ["192.0.2.1/32"], "peer_ips": ["198.51.100.0/24"],
        "access": {"kind": "vpn", "note": "tunnel 7"},
    })
}

/// Of a credential.
#[must_use]
pub fn credential_create() -> Value {
    json!({"system_id": "acme", "password": "s3cret", "note": "from the contract"})
}

/// Of a lease.
#[must_use]
pub fn lease_request() -> Value {
    json!({"connection_ids": [ID, OTHER_ID], "stage": "staged"})
}

/// One of each kind that a rule can match.
#[must_use]
pub fn destinations() -> Vec<Value> {
    vec![
        json!({"number": "491701234567"}),
        json!({"mcc": "262", "mnc": "01"}),
        json!({"prefix": "49"}),
        json!({"mcc": "262"}),
        json!({"any": true}),
    ]
}

/// Of a rule for a destination.
#[must_use]
pub fn rule_create(destination: &Value) -> Value {
    json!({
        "name": "Germany", "enabled": false, "precedence": 10,
        "match": {"destination": destination, "network_source": "any"},
        "targets": [{
            "connection_id": ID, "tier": 1, "weight": 70, "enabled": false, "failover_on": "degraded", "note": "spare",
        }],
        "on_no_target": "reject",
    })
}

/// Of a question where to.
#[must_use]
pub fn resolve_request() -> Value {
    json!({
        "destination": "+491701234567", "network": {"mcc": "262", "mnc": "01", "source": "imsi"},
        "split_key": "message-1", "attempt": 1, "exclude": [OTHER_ID], "origin_operator_id": ID,
        "at": "2026-01-31T12:00:00Z", "explain": true,
    })
}

/// Of a batch of samples.
#[must_use]
pub fn sample_batch() -> Value {
    json!({"samples": [sample()]})
}

/// One sample.
#[must_use]
pub fn sample() -> Value {
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

/// Of moves that want a reason.
#[must_use]
pub fn suspend() -> Value {
    json!({"reason": "unpaid invoices"})
}

/// Of a drain that ends by itself.
#[must_use]
pub fn drain() -> Value {
    json!({"reason": "contract ends", "until": "2026-02-01T00:00:00Z"})
}

/// Of a change of a connection.
#[must_use]
pub fn connection_update() -> Value {
    json!({"name": "main", "smpp": {"window_size": 20, "max_tps": 12.5}})
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (object, more) {
        members.extend(more);
    }
}
