-- oldest binary: 0.1.0
-- Every noun of the service, the twin of the PostgreSQL file: UUID = BLOB, time = INTEGER µs since 1970, JSON = TEXT.
-- `expect` is a scalar function that the daemon registers on each connection.
-- Uniqueness is a named index, a value's rule a named CHECK; each name maps to one error of the domain.

CREATE TABLE service (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT service_one CHECK (one),
    epoch INTEGER NOT NULL CONSTRAINT service_epoch_range CHECK (epoch BETWEEN 1 AND 9999),
    system_identifier TEXT,
    timeline INTEGER
) STRICT;
INSERT INTO service (epoch) VALUES (1);

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
    event_sequence INTEGER NOT NULL,
    CONSTRAINT operator_deleted_rule CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX operator_code_taken ON operator (code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX operator_display_name_taken ON operator (name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX operator_external_id_taken ON operator (external_id) WHERE deleted_at IS NULL;
CREATE INDEX operator_by_created_at ON operator (created_at, id);
CREATE INDEX operator_by_code ON operator (code, id);
CREATE INDEX operator_by_name_key ON operator (name_key, id);

CREATE TABLE connection (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT connection_operator_exists REFERENCES operator (id),
    name TEXT NOT NULL CONSTRAINT connection_name_rule CHECK (length(name) BETWEEN 1 AND 64),
    status TEXT NOT NULL CONSTRAINT connection_status_rule CHECK (status IN ('enabled', 'draining', 'disabled')),
    protocol TEXT NOT NULL CONSTRAINT connection_protocol_rule CHECK (protocol IN ('smpp')),
    profile TEXT NOT NULL,
    version INTEGER NOT NULL CONSTRAINT connection_version_range CHECK (version >= 1),
    config_version INTEGER NOT NULL,
    bind_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX connection_name_taken ON connection (operator_id, name) WHERE deleted_at IS NULL;
CREATE INDEX connection_by_operator ON connection (operator_id);

CREATE TABLE credential (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT credential_operator_exists REFERENCES operator (id),
    connection_id BLOB NOT NULL CONSTRAINT credential_connection_exists REFERENCES connection (id),
    version INTEGER NOT NULL CONSTRAINT credential_version_range CHECK (version >= 1),
    stage TEXT NOT NULL CONSTRAINT credential_stage_rule
        CHECK (stage IN ('staged', 'active', 'retired', 'discarded', 'destroyed')),
    system_id TEXT NOT NULL CONSTRAINT credential_system_id_rule CHECK (length(system_id) BETWEEN 1 AND 15 AND system_id NOT GLOB '*[^!-~]*'),
    note TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    activated_at INTEGER,
    retired_at INTEGER,
    expires_at INTEGER,
    retire_after_s INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX credential_version_taken ON credential (connection_id, version);
CREATE UNIQUE INDEX credential_active_taken ON credential (connection_id) WHERE stage = 'active';
CREATE UNIQUE INDEX credential_staged_taken ON credential (connection_id) WHERE stage = 'staged';

CREATE TABLE routing_head (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT routing_head_one CHECK (one),
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
INSERT INTO routing_head (epoch, version) VALUES (1, 0);

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
CREATE INDEX rule_by_precedence ON rule (precedence, id);

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
CREATE INDEX rule_target_by_operator ON rule_target (operator_id);
CREATE INDEX rule_target_by_connection ON rule_target (connection_id);

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
CREATE INDEX operator_health_log_by_connection ON operator_health_log (connection_id, window_start);

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
CREATE INDEX outbox_unnumbered ON outbox (row_no) WHERE position IS NULL;

CREATE TABLE outbox_head (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT outbox_head_one CHECK (one),
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_head (epoch, position) VALUES (1, 0);

CREATE TABLE audit (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    operator_id BLOB,
    request_id TEXT NOT NULL,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_operator ON audit (operator_id, id);

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
CREATE INDEX receipt_by_created_at ON receipt (created_at);

