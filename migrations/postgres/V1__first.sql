-- oldest binary: 0.1.0
-- Every noun of the service. Names are unqualified: the connection's search_path is the schema `ops`.
-- Uniqueness is a named index, a value's rule a named CHECK; each name maps to one error of the domain.

CREATE FUNCTION expect(expectation text, holds boolean, about text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'expectation % failed', expectation
            USING ERRCODE = 'OP001', CONSTRAINT = expectation, DETAIL = coalesce(about, '');
    END IF;
END $$;

CREATE TABLE service (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT service_one CHECK (one),
    epoch bigint NOT NULL CONSTRAINT service_epoch_range CHECK (epoch BETWEEN 1 AND 9999),
    system_identifier text,
    timeline bigint
);
INSERT INTO service (epoch) VALUES (1);

CREATE TABLE operator (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL CONSTRAINT operator_code_rule CHECK (code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name_key text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" CONSTRAINT operator_external_id_rule CHECK (char_length(external_id) BETWEEN 1 AND 128),
    display_name text NOT NULL CONSTRAINT operator_display_name_rule CHECK (char_length(display_name) BETWEEN 1 AND 128),
    kind text NOT NULL CONSTRAINT operator_kind_rule CHECK (kind IN ('mno', 'mvno', 'aggregator', 'hub', 'test')),
    importance text NOT NULL CONSTRAINT operator_importance_rule CHECK (importance IN ('normal', 'critical')),
    countries text NOT NULL,
    networks text NOT NULL,
    labels text NOT NULL,
    status text NOT NULL CONSTRAINT operator_status_rule
        CHECK (status IN ('draft', 'active', 'draining', 'maintenance', 'suspended', 'deleted')),
    status_reason text,
    receipts_until timestamptz,
    version bigint NOT NULL CONSTRAINT operator_version_range CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    deleted_at timestamptz,
    event_epoch bigint NOT NULL,
    event_sequence bigint NOT NULL,
    CONSTRAINT operator_deleted_rule CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
);
CREATE UNIQUE INDEX operator_code_taken ON operator (code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX operator_display_name_taken ON operator (name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX operator_external_id_taken ON operator (external_id) WHERE deleted_at IS NULL;
CREATE INDEX operator_by_created_at ON operator (created_at, id);
CREATE INDEX operator_by_code ON operator (code, id);
CREATE INDEX operator_by_name_key ON operator (name_key, id);

CREATE TABLE connection (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL CONSTRAINT connection_operator_exists REFERENCES operator (id),
    name text COLLATE "C" NOT NULL CONSTRAINT connection_name_rule CHECK (char_length(name) BETWEEN 1 AND 64),
    status text NOT NULL CONSTRAINT connection_status_rule CHECK (status IN ('enabled', 'draining', 'disabled')),
    protocol text NOT NULL CONSTRAINT connection_protocol_rule CHECK (protocol IN ('smpp')),
    profile text NOT NULL,
    version bigint NOT NULL CONSTRAINT connection_version_range CHECK (version >= 1),
    config_version bigint NOT NULL,
    bind_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX connection_name_taken ON connection (operator_id, name) WHERE deleted_at IS NULL;
CREATE INDEX connection_by_operator ON connection (operator_id);

CREATE TABLE credential (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL CONSTRAINT credential_operator_exists REFERENCES operator (id),
    connection_id uuid NOT NULL CONSTRAINT credential_connection_exists REFERENCES connection (id),
    version bigint NOT NULL CONSTRAINT credential_version_range CHECK (version >= 1),
    stage text NOT NULL CONSTRAINT credential_stage_rule
        CHECK (stage IN ('staged', 'active', 'retired', 'discarded', 'destroyed')),
    system_id text NOT NULL CONSTRAINT credential_system_id_rule CHECK (system_id ~ '^[!-~]{1,15}$'),
    note text,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    activated_at timestamptz,
    retired_at timestamptz,
    expires_at timestamptz,
    retire_after_s bigint NOT NULL
);
CREATE UNIQUE INDEX credential_version_taken ON credential (connection_id, version);
CREATE UNIQUE INDEX credential_active_taken ON credential (connection_id) WHERE stage = 'active';
CREATE UNIQUE INDEX credential_staged_taken ON credential (connection_id) WHERE stage = 'staged';

CREATE TABLE routing_head (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT routing_head_one CHECK (one),
    epoch bigint NOT NULL,
    version bigint NOT NULL
);
INSERT INTO routing_head (epoch, version) VALUES (1, 0);

CREATE TABLE rule (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT rule_name_rule CHECK (char_length(name) BETWEEN 1 AND 128),
    enabled boolean NOT NULL,
    precedence bigint NOT NULL CONSTRAINT rule_precedence_range CHECK (precedence BETWEEN 0 AND 65535),
    match text NOT NULL,
    on_no_target text NOT NULL CONSTRAINT rule_on_no_target_rule CHECK (on_no_target IN ('next_rule', 'reject')),
    version bigint NOT NULL CONSTRAINT rule_version_range CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
);
CREATE INDEX rule_by_precedence ON rule (precedence, id);

CREATE TABLE rule_target (
    rule_id uuid NOT NULL CONSTRAINT rule_target_rule_exists REFERENCES rule (id) ON DELETE CASCADE,
    ordinal bigint NOT NULL,
    connection_id uuid NOT NULL CONSTRAINT rule_target_connection_exists REFERENCES connection (id),
    operator_id uuid NOT NULL CONSTRAINT rule_target_operator_exists REFERENCES operator (id),
    tier bigint NOT NULL CONSTRAINT rule_target_tier_range CHECK (tier BETWEEN 0 AND 255),
    weight bigint NOT NULL CONSTRAINT rule_target_weight_range CHECK (weight BETWEEN 1 AND 10000),
    enabled boolean NOT NULL,
    failover_on text NOT NULL CONSTRAINT rule_target_failover_on_rule CHECK (failover_on IN ('down', 'degraded')),
    note text,
    PRIMARY KEY (rule_id, connection_id)
);
CREATE INDEX rule_target_by_operator ON rule_target (operator_id);
CREATE INDEX rule_target_by_connection ON rule_target (connection_id);

CREATE TABLE connection_health (
    connection_id uuid PRIMARY KEY CONSTRAINT connection_health_connection_exists REFERENCES connection (id),
    operator_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT connection_health_state_rule
        CHECK (state IN ('unknown', 'healthy', 'degraded', 'down', 'probation', 'stale')),
    since timestamptz NOT NULL,
    reason text NOT NULL,
    bound_windows bigint NOT NULL,
    unreachable_windows bigint NOT NULL,
    judged_through timestamptz,
    revision bigint NOT NULL
);

CREATE TABLE operator_health_log (
    connector_id text NOT NULL,
    run_id uuid NOT NULL,
    seq bigint NOT NULL,
    window_start timestamptz NOT NULL,
    window_s bigint NOT NULL CONSTRAINT health_log_window_range CHECK (window_s BETWEEN 5 AND 3600),
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    late boolean NOT NULL,
    sample text NOT NULL,
    PRIMARY KEY (connector_id, run_id, seq, window_start)
) PARTITION BY RANGE (window_start);
CREATE TABLE operator_health_log_default PARTITION OF operator_health_log DEFAULT;
CREATE INDEX operator_health_log_by_connection ON operator_health_log (connection_id, window_start);

CREATE TABLE health_window (
    connection_id uuid NOT NULL,
    window_end timestamptz NOT NULL,
    samples bigint NOT NULL,
    submit_bound_ms bigint NOT NULL,
    submit_sessions_bound bigint NOT NULL,
    binds_total bigint NOT NULL,
    binds_bound bigint NOT NULL,
    submitted bigint NOT NULL,
    ok bigint NOT NULL,
    throttled bigint NOT NULL,
    rejected_message bigint NOT NULL,
    operator_error bigint NOT NULL,
    no_answer bigint NOT NULL,
    PRIMARY KEY (connection_id, window_end)
);

CREATE TABLE health_session (
    connection_id uuid NOT NULL,
    connector_id text NOT NULL,
    slot bigint NOT NULL,
    run_id uuid NOT NULL,
    state text NOT NULL,
    submit_bound boolean NOT NULL,
    credential_version bigint,
    since timestamptz,
    sample_end timestamptz NOT NULL,
    last_bound_at timestamptz,
    window_s bigint NOT NULL,
    PRIMARY KEY (connection_id, connector_id, slot)
);

CREATE TABLE outbox (
    row_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL CONSTRAINT outbox_id_taken UNIQUE,
    operator_id uuid NOT NULL,
    epoch bigint NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL CONSTRAINT outbox_type_rule
        CHECK (type IN ('operator.created', 'operator.updated', 'operator.deleted', 'operator.health_changed')),
    at timestamptz NOT NULL,
    traceparent text,
    data text NOT NULL CONSTRAINT outbox_data_size CHECK (octet_length(data) <= 65536),
    position_epoch bigint,
    position bigint,
    CONSTRAINT outbox_sequence_taken UNIQUE (operator_id, epoch, sequence),
    CONSTRAINT outbox_position_taken UNIQUE (position_epoch, position)
);
CREATE INDEX outbox_unnumbered ON outbox (row_no) WHERE position IS NULL;

CREATE TABLE outbox_head (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT outbox_head_one CHECK (one),
    epoch bigint NOT NULL,
    position bigint NOT NULL
);
INSERT INTO outbox_head (epoch, position) VALUES (1, 0);

CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    operator_id uuid,
    request_id text NOT NULL,
    entry text NOT NULL
);
CREATE INDEX audit_by_operator ON audit (operator_id, id);

CREATE TABLE receipt (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    status bigint NOT NULL,
    etag text,
    location text,
    body text,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_key_taken PRIMARY KEY (issuer, subject, route, key)
);
CREATE INDEX receipt_by_created_at ON receipt (created_at);

-- The application may add to the audit trail and read it, and nothing else. It has no sequence rights to steal numbers with.
GRANT USAGE ON SCHEMA ops TO ops_app, ops_maint, ops_read;
GRANT SELECT, INSERT, UPDATE ON operator, connection, credential, connection_health, health_window, health_session TO ops_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rule, rule_target TO ops_app;
GRANT SELECT, UPDATE ON routing_head, outbox_head TO ops_app;
GRANT SELECT ON service TO ops_app;
GRANT SELECT, INSERT ON operator_health_log, audit TO ops_app;
GRANT SELECT, INSERT, UPDATE ON outbox TO ops_app;
GRANT SELECT, INSERT, DELETE ON receipt TO ops_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ops TO ops_read, ops_maint;
GRANT DELETE ON health_window, health_session, operator_health_log, outbox, receipt TO ops_maint;
