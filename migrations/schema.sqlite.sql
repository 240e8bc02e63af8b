CREATE TABLE account (
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    system_id TEXT NOT NULL,
    system_type TEXT NOT NULL,
    direction TEXT NOT NULL,
    connection_id BLOB NOT NULL CONSTRAINT account_connection_exists REFERENCES connection (id),
    operator_id BLOB NOT NULL CONSTRAINT account_operator_exists REFERENCES operator (id),
    shared INTEGER NOT NULL
) STRICT;

CREATE TABLE "audit" (
    row_no INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    operator_id BLOB,
    request_id TEXT NOT NULL,
    entry TEXT NOT NULL,
    actor TEXT NOT NULL DEFAULT '',
    subject_id BLOB
) STRICT;

CREATE TABLE audit_link (
    n INTEGER NOT NULL PRIMARY KEY CONSTRAINT audit_link_n_range CHECK (n >= 1),
    row_no INTEGER NOT NULL CONSTRAINT audit_link_row_taken UNIQUE,
    hash BLOB NOT NULL CONSTRAINT audit_link_hash_size CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE audit_seal (
    n INTEGER NOT NULL PRIMARY KEY CONSTRAINT audit_seal_n_range CHECK (n >= 1),
    signature BLOB NOT NULL CONSTRAINT audit_seal_signature_size CHECK (length(signature) = 64),
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE "connection" (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT connection_operator_exists REFERENCES operator (id),
    name TEXT NOT NULL CONSTRAINT connection_name_rule CHECK (length(name) BETWEEN 1 AND 64),
    status TEXT NOT NULL CONSTRAINT connection_status_rule CHECK (status IN ('enabled', 'draining', 'disabled')),
    protocol TEXT NOT NULL CONSTRAINT connection_protocol_rule CHECK (protocol IN ('smpp', 'http')),
    profile TEXT NOT NULL,
    -- one document of reasons; the domain parses it on write and on read
    spec_overrides TEXT NOT NULL DEFAULT '[]',
    counts_for_operator INTEGER NOT NULL DEFAULT 1,
    private_network INTEGER NOT NULL DEFAULT 0,
    allow_duplicate TEXT,
    version INTEGER NOT NULL CONSTRAINT connection_version_range CHECK (version >= 1),
    config_version INTEGER NOT NULL,
    bind_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE connection_health (
    connection_id BLOB NOT NULL PRIMARY KEY CONSTRAINT connection_health_connection_exists REFERENCES connection (id),
    operator_id BLOB NOT NULL,
    state TEXT NOT NULL CONSTRAINT connection_health_state_rule
        CHECK (state IN ('unknown', 'healthy', 'degraded', 'down', 'probation', 'stale')),
    since INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bound_windows INTEGER NOT NULL,
    unreachable_windows INTEGER NOT NULL,
    judged_through INTEGER,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE connection_place (
    connection_id BLOB NOT NULL CONSTRAINT connection_place_connection_exists REFERENCES connection (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    system_type TEXT NOT NULL,
    direction TEXT NOT NULL,
    PRIMARY KEY (connection_id, host, port, system_type, direction)
) STRICT;

CREATE TABLE "credential" (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT credential_operator_exists REFERENCES operator (id),
    connection_id BLOB NOT NULL CONSTRAINT credential_connection_exists REFERENCES connection (id),
    version INTEGER NOT NULL CONSTRAINT credential_version_range CHECK (version >= 1),
    stage TEXT NOT NULL CONSTRAINT credential_stage_rule
        CHECK (stage IN ('staged', 'active', 'retired', 'discarded', 'destroyed')),
    system_id TEXT NOT NULL CONSTRAINT credential_system_id_rule CHECK (length(system_id) BETWEEN 1 AND 32 AND system_id NOT GLOB '*[^!-~]*'),
    note TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    activated_at INTEGER,
    retired_at INTEGER,
    expires_at INTEGER,
    retire_after_s INTEGER NOT NULL
) STRICT;

CREATE TABLE health_session (
    connection_id BLOB NOT NULL,
    connector_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    run_id BLOB NOT NULL,
    state TEXT NOT NULL,
    submit_bound INTEGER NOT NULL,
    credential_version INTEGER,
    since INTEGER,
    sample_end INTEGER NOT NULL,
    last_bound_at INTEGER,
    window_s INTEGER NOT NULL,
    PRIMARY KEY (connection_id, connector_id, slot)
) STRICT;

CREATE TABLE health_window (
    connection_id BLOB NOT NULL,
    window_end INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    submit_bound_ms INTEGER NOT NULL,
    submit_sessions_bound INTEGER NOT NULL,
    binds_total INTEGER NOT NULL,
    binds_bound INTEGER NOT NULL,
    submitted INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    rejected_message INTEGER NOT NULL,
    operator_error INTEGER NOT NULL,
    no_answer INTEGER NOT NULL,
    PRIMARY KEY (connection_id, window_end)
) STRICT;

CREATE TABLE maintenance (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT maintenance_operator_exists REFERENCES operator (id),
    connection_id BLOB CONSTRAINT maintenance_connection_exists REFERENCES connection (id),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    reason TEXT NOT NULL CONSTRAINT maintenance_reason_rule CHECK (length(reason) BETWEEN 1 AND 500),
    reference TEXT CONSTRAINT maintenance_reference_rule CHECK (length(reference) BETWEEN 1 AND 128),
    drain_s INTEGER NOT NULL CONSTRAINT maintenance_drain_s_range CHECK (drain_s BETWEEN 0 AND 3600),
    phase TEXT NOT NULL CONSTRAINT maintenance_phase_rule
        CHECK (phase IN ('planned', 'draining', 'running', 'ended', 'cancelled')),
    due_at INTEGER,
    version INTEGER NOT NULL CONSTRAINT maintenance_version_range CHECK (version >= 1),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    ended_at INTEGER,
    CONSTRAINT maintenance_order_rule CHECK (ends_at > starts_at),
    CONSTRAINT maintenance_due_rule CHECK ((due_at IS NULL) = (phase IN ('ended', 'cancelled')))
) STRICT;

CREATE TABLE note (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT note_operator_exists REFERENCES operator (id),
    text TEXT NOT NULL CONSTRAINT note_text_rule CHECK (length(text) BETWEEN 1 AND 2000),
    reference TEXT CONSTRAINT note_reference_rule CHECK (length(reference) BETWEEN 1 AND 128),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

CREATE TABLE operator (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT operator_code_rule CHECK (length(code) BETWEEN 1 AND 63 AND code NOT GLOB '*[^a-z0-9-]*' AND code NOT GLOB '-*' AND code NOT GLOB '*-'),
    name_key TEXT NOT NULL,
    external_id TEXT CONSTRAINT operator_external_id_rule CHECK (length(external_id) BETWEEN 1 AND 128),
    display_name TEXT NOT NULL CONSTRAINT operator_display_name_rule CHECK (length(display_name) BETWEEN 1 AND 128),
    kind TEXT NOT NULL CONSTRAINT operator_kind_rule CHECK (kind IN ('mno', 'mvno', 'aggregator', 'hub', 'test')),
    importance TEXT NOT NULL CONSTRAINT operator_importance_rule CHECK (importance IN ('normal', 'critical')),
    countries TEXT NOT NULL,
    networks TEXT NOT NULL,
    labels TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT operator_status_rule
        CHECK (status IN ('draft', 'active', 'draining', 'maintenance', 'suspended', 'deleted')),
    status_reason TEXT,
    receipts_until INTEGER,
    version INTEGER NOT NULL CONSTRAINT operator_version_range CHECK (version >= 1),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    deleted_at INTEGER,
    event_epoch INTEGER NOT NULL,
    event_sequence INTEGER NOT NULL, about TEXT NOT NULL DEFAULT '{}', status_until INTEGER, purge_after INTEGER, erased_at INTEGER, purged_at INTEGER, watched INTEGER NOT NULL DEFAULT 0, drain_reason TEXT,
    CONSTRAINT operator_deleted_rule CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
) STRICT;

CREATE TABLE operator_country (
    country TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_country_operator_exists REFERENCES operator (id),
    PRIMARY KEY (country, operator_id)
) STRICT;

CREATE TABLE operator_health_log (
    connector_id TEXT NOT NULL,
    run_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    window_s INTEGER NOT NULL CONSTRAINT health_log_window_range CHECK (window_s BETWEEN 5 AND 3600),
    connection_id BLOB NOT NULL,
    operator_id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    late INTEGER NOT NULL,
    sample TEXT NOT NULL,
    PRIMARY KEY (connector_id, run_id, seq, window_start)
) STRICT;

CREATE TABLE operator_label (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_label_operator_exists REFERENCES operator (id),
    PRIMARY KEY (key, value, operator_id)
) STRICT;

CREATE TABLE operator_network (
    mcc TEXT NOT NULL,
    mnc TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_network_operator_exists REFERENCES operator (id),
    PRIMARY KEY (mcc, mnc, operator_id)
) STRICT;

CREATE TABLE outbox (
    row_no INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL CONSTRAINT outbox_id_taken UNIQUE,
    operator_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL CONSTRAINT outbox_type_rule
        CHECK (type IN ('operator.created', 'operator.updated', 'operator.deleted', 'operator.health_changed')),
    at INTEGER NOT NULL,
    traceparent TEXT,
    data TEXT NOT NULL CONSTRAINT outbox_data_size CHECK (length(CAST(data AS BLOB)) <= 65536),
    position_epoch INTEGER,
    position INTEGER,
    CONSTRAINT outbox_sequence_taken UNIQUE (operator_id, epoch, sequence),
    CONSTRAINT outbox_position_taken UNIQUE (position_epoch, position)
) STRICT;

CREATE TABLE outbox_head (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT outbox_head_one CHECK (one),
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL
, forgotten_epoch INTEGER NOT NULL DEFAULT 0, forgotten INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE receipt (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    location TEXT,
    body TEXT,
    created_at INTEGER NOT NULL,
    CONSTRAINT idempotency_key_taken PRIMARY KEY (issuer, subject, route, key)
) STRICT;

CREATE TABLE relay_mark (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT relay_mark_one CHECK (one),
    stream_created INTEGER NOT NULL,
    stream_sequence INTEGER NOT NULL CONSTRAINT relay_mark_stream_sequence_range CHECK (stream_sequence >= 0),
    position_epoch INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE routing_head (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT routing_head_one CHECK (one),
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE rule (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CONSTRAINT rule_name_rule CHECK (length(name) BETWEEN 1 AND 128),
    enabled INTEGER NOT NULL,
    precedence INTEGER NOT NULL CONSTRAINT rule_precedence_range CHECK (precedence BETWEEN 0 AND 65535),
    match TEXT NOT NULL,
    on_no_target TEXT NOT NULL CONSTRAINT rule_on_no_target_rule CHECK (on_no_target IN ('next_rule', 'reject')),
    version INTEGER NOT NULL CONSTRAINT rule_version_range CHECK (version >= 1),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE rule_target (
    rule_id BLOB NOT NULL CONSTRAINT rule_target_rule_exists REFERENCES rule (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    connection_id BLOB NOT NULL CONSTRAINT rule_target_connection_exists REFERENCES connection (id),
    operator_id BLOB NOT NULL CONSTRAINT rule_target_operator_exists REFERENCES operator (id),
    tier INTEGER NOT NULL CONSTRAINT rule_target_tier_range CHECK (tier BETWEEN 0 AND 255),
    weight INTEGER NOT NULL CONSTRAINT rule_target_weight_range CHECK (weight BETWEEN 1 AND 10000),
    enabled INTEGER NOT NULL,
    failover_on TEXT NOT NULL CONSTRAINT rule_target_failover_on_rule CHECK (failover_on IN ('down', 'degraded')),
    note TEXT,
    PRIMARY KEY (rule_id, connection_id)
) STRICT;

CREATE TABLE service (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT service_one CHECK (one),
    epoch INTEGER NOT NULL CONSTRAINT service_epoch_range CHECK (epoch BETWEEN 1 AND 9999),
    system_identifier TEXT,
    timeline INTEGER
, sweeps_epoch INTEGER NOT NULL DEFAULT 1) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE INDEX account_by_connection ON account (connection_id);

CREATE INDEX account_by_operator ON account (operator_id);

CREATE UNIQUE INDEX account_taken ON account (host, port, system_id, system_type, direction) WHERE NOT shared;

CREATE INDEX audit_by_action ON audit (action, id);

CREATE INDEX audit_by_actor ON audit (actor, id);

CREATE INDEX audit_by_operator ON audit (operator_id, id);

CREATE INDEX audit_by_request ON audit (request_id, id);

CREATE INDEX audit_by_subject ON audit (subject_id, id);

CREATE UNIQUE INDEX audit_row_taken ON audit (row_no);

CREATE INDEX connection_by_operator ON connection (operator_id);

CREATE INDEX connection_by_protocol ON connection (protocol, id) WHERE deleted_at IS NULL;

CREATE INDEX connection_by_status ON connection (status, id) WHERE deleted_at IS NULL;

CREATE INDEX connection_health_by_state ON connection_health (state, operator_id);

CREATE INDEX connection_health_by_state_and_connection ON connection_health (state, connection_id);

CREATE UNIQUE INDEX connection_name_taken ON connection (operator_id, name) WHERE deleted_at IS NULL;

CREATE INDEX connection_place_by_host ON connection_place (host, connection_id);

CREATE INDEX connection_with_overrides ON connection (id) WHERE spec_overrides <> '[]' AND deleted_at IS NULL;

CREATE UNIQUE INDEX credential_active_taken ON credential (connection_id) WHERE stage = 'active';

CREATE INDEX credential_by_operator ON credential (operator_id, connection_id, version);

CREATE INDEX credential_by_system_id ON credential (system_id, connection_id) WHERE stage IN ('staged', 'active');

CREATE UNIQUE INDEX credential_staged_taken ON credential (connection_id) WHERE stage = 'staged';

CREATE UNIQUE INDEX credential_version_taken ON credential (connection_id, version);

CREATE INDEX maintenance_by_due_at ON maintenance (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX maintenance_by_operator ON maintenance (operator_id, id);

CREATE INDEX maintenance_open_by_operator ON maintenance (operator_id) WHERE phase IN ('planned', 'draining', 'running');

CREATE INDEX note_by_operator ON note (operator_id, id);

CREATE INDEX operator_by_code ON operator (code, id);

CREATE INDEX operator_by_created_at ON operator (created_at, id);

CREATE INDEX operator_by_name_key ON operator (name_key, id);

CREATE INDEX operator_by_purge_after ON operator (purge_after) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE INDEX operator_by_status ON operator (status, code, id) WHERE deleted_at IS NULL;

CREATE INDEX operator_by_status_until ON operator (status_until) WHERE status = 'draining' AND status_until IS NOT NULL;

CREATE UNIQUE INDEX operator_code_taken ON operator (code) WHERE deleted_at IS NULL;

CREATE INDEX operator_country_by_operator ON operator_country (operator_id);

CREATE INDEX operator_deleted ON operator (code, id) WHERE deleted_at IS NOT NULL;

CREATE UNIQUE INDEX operator_display_name_taken ON operator (name_key) WHERE deleted_at IS NULL;

CREATE UNIQUE INDEX operator_external_id_taken ON operator (external_id) WHERE deleted_at IS NULL;

CREATE INDEX operator_health_log_by_connection ON operator_health_log (connection_id, window_start);

CREATE INDEX operator_label_by_operator ON operator_label (operator_id);

CREATE INDEX operator_network_by_operator ON operator_network (operator_id);

CREATE INDEX operator_unwatched ON operator (id) WHERE NOT watched;

CREATE INDEX outbox_by_operator ON outbox (operator_id, id);

CREATE INDEX outbox_unnumbered ON outbox (row_no) WHERE position IS NULL;

CREATE INDEX receipt_by_created_at ON receipt (created_at);

CREATE INDEX rule_by_precedence ON rule (precedence, id);

CREATE INDEX rule_target_by_connection ON rule_target (connection_id);

CREATE INDEX rule_target_by_operator ON rule_target (operator_id);
