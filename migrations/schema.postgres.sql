CREATE SCHEMA ops;

CREATE FUNCTION ops.confirm_sweeps(in_epoch bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
BEGIN
    UPDATE service SET sweeps_epoch = in_epoch WHERE epoch = in_epoch;
    RETURN FOUND;
END $$;

CREATE FUNCTION ops.expect(expectation text, holds boolean, about text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'expectation % failed', expectation
            USING ERRCODE = 'OP001', CONSTRAINT = expectation, DETAIL = coalesce(about, '');
    END IF;
END $$;

CREATE FUNCTION ops.meet_server() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    here_system text := (SELECT system_identifier::text FROM pg_control_system());
    -- the first eight digits of a WAL file's name are its timeline; the control file learns it only at a checkpoint
    here_timeline bigint := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
    known record;
BEGIN
    SELECT epoch, system_identifier, timeline INTO known FROM service;
    IF (known.system_identifier, known.timeline) IS NOT DISTINCT FROM (here_system, here_timeline) THEN
        RETURN known.epoch;
    END IF;
    -- several connections meet it at once: each waits here for the one before it, and looks again
    SELECT epoch, system_identifier, timeline INTO known FROM service FOR UPDATE;
    IF (known.system_identifier, known.timeline) IS NOT DISTINCT FROM (here_system, here_timeline) THEN
        RETURN known.epoch;
    END IF;
    UPDATE service SET system_identifier = here_system, timeline = here_timeline;
    IF known.system_identifier IS NULL THEN
        RETURN known.epoch;
    END IF;
    RETURN raise_epoch(known.epoch);
END $$;

CREATE FUNCTION ops.raise_epoch(from_epoch bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    raised bigint;
BEGIN
    UPDATE service SET epoch = from_epoch + 1 WHERE epoch <= from_epoch RETURNING epoch INTO raised;
    IF NOT FOUND THEN
        RETURN (SELECT epoch FROM service);
    END IF;
    UPDATE routing_head SET epoch = raised, version = 1;
    RETURN raised;
END $$;

CREATE TABLE ops.account (
    host text NOT NULL COLLATE pg_catalog."C",
    port bigint NOT NULL,
    system_id text NOT NULL COLLATE pg_catalog."C",
    system_type text NOT NULL COLLATE pg_catalog."C",
    direction text NOT NULL COLLATE pg_catalog."C",
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    shared boolean NOT NULL
);

CREATE TABLE ops.audit (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    action text NOT NULL,
    operator_id uuid,
    request_id text NOT NULL,
    entry text NOT NULL,
    row_no bigint NOT NULL,
    actor text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    subject_id uuid
);

CREATE TABLE ops.audit_link (
    n bigint NOT NULL,
    row_no bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_link_hash_size CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_link_n_range CHECK ((n >= 1))
);

ALTER TABLE ops.audit ALTER COLUMN row_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.audit_row_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ops.audit_seal (
    n bigint NOT NULL,
    signature bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT audit_seal_n_range CHECK ((n >= 1)),
    CONSTRAINT audit_seal_signature_size CHECK ((octet_length(signature) = 64))
);

CREATE TABLE ops.connection (
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL,
    protocol text NOT NULL,
    profile text NOT NULL,
    version bigint NOT NULL,
    config_version bigint NOT NULL,
    bind_version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by text NOT NULL,
    deleted_at timestamp with time zone,
    spec_overrides text DEFAULT '[]'::text NOT NULL,
    counts_for_operator boolean DEFAULT true NOT NULL,
    private_network boolean DEFAULT false NOT NULL,
    allow_duplicate text,
    CONSTRAINT connection_name_rule CHECK (((char_length(name) >= 1) AND (char_length(name) <= 64))),
    CONSTRAINT connection_protocol_rule CHECK ((protocol = ANY (ARRAY['smpp'::text, 'http'::text]))),
    CONSTRAINT connection_status_rule CHECK ((status = ANY (ARRAY['enabled'::text, 'draining'::text, 'disabled'::text]))),
    CONSTRAINT connection_version_range CHECK ((version >= 1))
);

CREATE TABLE ops.connection_health (
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    state text NOT NULL,
    since timestamp with time zone NOT NULL,
    reason text NOT NULL,
    bound_windows bigint NOT NULL,
    unreachable_windows bigint NOT NULL,
    judged_through timestamp with time zone,
    revision bigint NOT NULL,
    CONSTRAINT connection_health_state_rule CHECK ((state = ANY (ARRAY['unknown'::text, 'healthy'::text, 'degraded'::text, 'down'::text, 'probation'::text, 'stale'::text])))
);

CREATE TABLE ops.connection_place (
    connection_id uuid NOT NULL,
    host text NOT NULL COLLATE pg_catalog."C",
    port bigint NOT NULL,
    system_type text NOT NULL COLLATE pg_catalog."C",
    direction text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE ops.credential (
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    version bigint NOT NULL,
    stage text NOT NULL,
    system_id text NOT NULL,
    note text,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    activated_at timestamp with time zone,
    retired_at timestamp with time zone,
    expires_at timestamp with time zone,
    retire_after_s bigint NOT NULL,
    CONSTRAINT credential_stage_rule CHECK ((stage = ANY (ARRAY['staged'::text, 'active'::text, 'retired'::text, 'discarded'::text, 'destroyed'::text]))),
    CONSTRAINT credential_system_id_rule CHECK ((system_id ~ '^[!-~]{1,32}$'::text)),
    CONSTRAINT credential_version_range CHECK ((version >= 1))
);

CREATE TABLE ops.health_session (
    connection_id uuid NOT NULL,
    connector_id text NOT NULL,
    slot bigint NOT NULL,
    run_id uuid NOT NULL,
    state text NOT NULL,
    submit_bound boolean NOT NULL,
    credential_version bigint,
    since timestamp with time zone,
    sample_end timestamp with time zone NOT NULL,
    last_bound_at timestamp with time zone,
    window_s bigint NOT NULL
);

CREATE TABLE ops.health_window (
    connection_id uuid NOT NULL,
    window_end timestamp with time zone NOT NULL,
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
    no_answer bigint NOT NULL
);

CREATE TABLE ops.maintenance (
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    connection_id uuid,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    reference text,
    drain_s bigint NOT NULL,
    phase text NOT NULL,
    due_at timestamp with time zone,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by text NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT maintenance_drain_s_range CHECK (((drain_s >= 0) AND (drain_s <= 3600))),
    CONSTRAINT maintenance_due_rule CHECK (((due_at IS NULL) = (phase = ANY (ARRAY['ended'::text, 'cancelled'::text])))),
    CONSTRAINT maintenance_order_rule CHECK ((ends_at > starts_at)),
    CONSTRAINT maintenance_phase_rule CHECK ((phase = ANY (ARRAY['planned'::text, 'draining'::text, 'running'::text, 'ended'::text, 'cancelled'::text]))),
    CONSTRAINT maintenance_reason_rule CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
    CONSTRAINT maintenance_reference_rule CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 128))),
    CONSTRAINT maintenance_version_range CHECK ((version >= 1))
);

CREATE TABLE ops.note (
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    text text NOT NULL,
    reference text,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT note_reference_rule CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 128))),
    CONSTRAINT note_text_rule CHECK (((char_length(text) >= 1) AND (char_length(text) <= 2000)))
);

CREATE TABLE ops.operator (
    id uuid NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    name_key text NOT NULL COLLATE pg_catalog."C",
    external_id text COLLATE pg_catalog."C",
    display_name text NOT NULL,
    kind text NOT NULL,
    importance text NOT NULL,
    countries text NOT NULL,
    networks text NOT NULL,
    labels text NOT NULL,
    status text NOT NULL,
    status_reason text,
    receipts_until timestamp with time zone,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by text NOT NULL,
    deleted_at timestamp with time zone,
    event_epoch bigint NOT NULL,
    event_sequence bigint NOT NULL,
    about text DEFAULT '{}'::text NOT NULL,
    status_until timestamp with time zone,
    purge_after timestamp with time zone,
    erased_at timestamp with time zone,
    purged_at timestamp with time zone,
    watched boolean DEFAULT false NOT NULL,
    drain_reason text,
    CONSTRAINT operator_code_rule CHECK ((code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT operator_deleted_rule CHECK (((status = 'deleted'::text) = (deleted_at IS NOT NULL))),
    CONSTRAINT operator_display_name_rule CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 128))),
    CONSTRAINT operator_external_id_rule CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 128))),
    CONSTRAINT operator_importance_rule CHECK ((importance = ANY (ARRAY['normal'::text, 'critical'::text]))),
    CONSTRAINT operator_kind_rule CHECK ((kind = ANY (ARRAY['mno'::text, 'mvno'::text, 'aggregator'::text, 'hub'::text, 'test'::text]))),
    CONSTRAINT operator_status_rule CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'draining'::text, 'maintenance'::text, 'suspended'::text, 'deleted'::text]))),
    CONSTRAINT operator_version_range CHECK ((version >= 1))
);

CREATE TABLE ops.operator_country (
    country text NOT NULL COLLATE pg_catalog."C",
    operator_id uuid NOT NULL
);

CREATE TABLE ops.operator_health_log (
    connector_id text NOT NULL,
    run_id uuid NOT NULL,
    seq bigint NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_s bigint NOT NULL,
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    late boolean NOT NULL,
    sample text NOT NULL,
    CONSTRAINT health_log_window_range CHECK (((window_s >= 5) AND (window_s <= 3600)))
)
PARTITION BY RANGE (window_start);

CREATE TABLE ops.operator_health_log_default (
    connector_id text NOT NULL,
    run_id uuid NOT NULL,
    seq bigint NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_s bigint NOT NULL,
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    late boolean NOT NULL,
    sample text NOT NULL,
    CONSTRAINT health_log_window_range CHECK (((window_s >= 5) AND (window_s <= 3600)))
);

CREATE TABLE ops.operator_label (
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    operator_id uuid NOT NULL
);

CREATE TABLE ops.operator_network (
    mcc text NOT NULL COLLATE pg_catalog."C",
    mnc text NOT NULL COLLATE pg_catalog."C",
    operator_id uuid NOT NULL
);

CREATE TABLE ops.outbox (
    row_no bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    epoch bigint NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    at timestamp with time zone NOT NULL,
    traceparent text,
    data text NOT NULL,
    position_epoch bigint,
    "position" bigint,
    CONSTRAINT outbox_data_size CHECK ((octet_length(data) <= 65536)),
    CONSTRAINT outbox_type_rule CHECK ((type = ANY (ARRAY['operator.created'::text, 'operator.updated'::text, 'operator.deleted'::text, 'operator.health_changed'::text])))
);

CREATE TABLE ops.outbox_head (
    one boolean DEFAULT true NOT NULL,
    epoch bigint NOT NULL,
    "position" bigint NOT NULL,
    forgotten_epoch bigint DEFAULT 0 NOT NULL,
    forgotten bigint DEFAULT 0 NOT NULL,
    CONSTRAINT outbox_head_one CHECK (one)
);

ALTER TABLE ops.outbox ALTER COLUMN row_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.outbox_row_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ops.receipt (
    issuer text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    route text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    status bigint NOT NULL,
    etag text,
    location text,
    body text,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE ops.refinery_schema_history (
    version integer NOT NULL,
    name character varying(255),
    applied_on character varying(255),
    checksum character varying(255)
);

CREATE TABLE ops.relay_mark (
    one boolean DEFAULT true NOT NULL,
    stream_created timestamp with time zone NOT NULL,
    stream_sequence bigint NOT NULL,
    position_epoch bigint NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT relay_mark_one CHECK (one),
    CONSTRAINT relay_mark_stream_sequence_range CHECK ((stream_sequence >= 0))
);

CREATE TABLE ops.routing_head (
    one boolean DEFAULT true NOT NULL,
    epoch bigint NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT routing_head_one CHECK (one)
);

CREATE TABLE ops.rule (
    id uuid NOT NULL,
    name text NOT NULL,
    enabled boolean NOT NULL,
    precedence bigint NOT NULL,
    match text NOT NULL,
    on_no_target text NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by text NOT NULL,
    CONSTRAINT rule_name_rule CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128))),
    CONSTRAINT rule_on_no_target_rule CHECK ((on_no_target = ANY (ARRAY['next_rule'::text, 'reject'::text]))),
    CONSTRAINT rule_precedence_range CHECK (((precedence >= 0) AND (precedence <= 65535))),
    CONSTRAINT rule_version_range CHECK ((version >= 1))
);

CREATE TABLE ops.rule_target (
    rule_id uuid NOT NULL,
    ordinal bigint NOT NULL,
    connection_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    tier bigint NOT NULL,
    weight bigint NOT NULL,
    enabled boolean NOT NULL,
    failover_on text NOT NULL,
    note text,
    CONSTRAINT rule_target_failover_on_rule CHECK ((failover_on = ANY (ARRAY['down'::text, 'degraded'::text]))),
    CONSTRAINT rule_target_tier_range CHECK (((tier >= 0) AND (tier <= 255))),
    CONSTRAINT rule_target_weight_range CHECK (((weight >= 1) AND (weight <= 10000)))
);

CREATE TABLE ops.service (
    one boolean DEFAULT true NOT NULL,
    epoch bigint NOT NULL,
    system_identifier text,
    timeline bigint,
    sweeps_epoch bigint DEFAULT 1 NOT NULL,
    CONSTRAINT service_epoch_range CHECK (((epoch >= 1) AND (epoch <= 9999))),
    CONSTRAINT service_one CHECK (one)
);

ALTER TABLE ONLY ops.operator_health_log ATTACH PARTITION ops.operator_health_log_default DEFAULT;

ALTER TABLE ONLY ops.audit_link
    ADD CONSTRAINT audit_link_pkey PRIMARY KEY (n);

ALTER TABLE ONLY ops.audit_link
    ADD CONSTRAINT audit_link_row_taken UNIQUE (row_no);

ALTER TABLE ONLY ops.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.audit_seal
    ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (n);

ALTER TABLE ONLY ops.connection_health
    ADD CONSTRAINT connection_health_pkey PRIMARY KEY (connection_id);

ALTER TABLE ONLY ops.connection
    ADD CONSTRAINT connection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.connection_place
    ADD CONSTRAINT connection_place_pkey PRIMARY KEY (connection_id, host, port, system_type, direction);

ALTER TABLE ONLY ops.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.health_session
    ADD CONSTRAINT health_session_pkey PRIMARY KEY (connection_id, connector_id, slot);

ALTER TABLE ONLY ops.health_window
    ADD CONSTRAINT health_window_pkey PRIMARY KEY (connection_id, window_end);

ALTER TABLE ONLY ops.receipt
    ADD CONSTRAINT idempotency_key_taken PRIMARY KEY (issuer, subject, route, key);

ALTER TABLE ONLY ops.maintenance
    ADD CONSTRAINT maintenance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.operator_country
    ADD CONSTRAINT operator_country_pkey PRIMARY KEY (country, operator_id);

ALTER TABLE ONLY ops.operator_health_log
    ADD CONSTRAINT operator_health_log_pkey PRIMARY KEY (connector_id, run_id, seq, window_start);

ALTER TABLE ONLY ops.operator_health_log_default
    ADD CONSTRAINT operator_health_log_default_pkey PRIMARY KEY (connector_id, run_id, seq, window_start);

ALTER TABLE ONLY ops.operator_label
    ADD CONSTRAINT operator_label_pkey PRIMARY KEY (key, value, operator_id);

ALTER TABLE ONLY ops.operator_network
    ADD CONSTRAINT operator_network_pkey PRIMARY KEY (mcc, mnc, operator_id);

ALTER TABLE ONLY ops.operator
    ADD CONSTRAINT operator_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.outbox_head
    ADD CONSTRAINT outbox_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_id_taken UNIQUE (id);

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (row_no);

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_position_taken UNIQUE (position_epoch, "position");

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_sequence_taken UNIQUE (operator_id, epoch, sequence);

ALTER TABLE ONLY ops.refinery_schema_history
    ADD CONSTRAINT refinery_schema_history_pkey PRIMARY KEY (version);

ALTER TABLE ONLY ops.relay_mark
    ADD CONSTRAINT relay_mark_pkey PRIMARY KEY (one);

ALTER TABLE ONLY ops.routing_head
    ADD CONSTRAINT routing_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY ops.rule
    ADD CONSTRAINT rule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ops.rule_target
    ADD CONSTRAINT rule_target_pkey PRIMARY KEY (rule_id, connection_id);

ALTER TABLE ONLY ops.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (one);

CREATE INDEX account_by_connection ON ops.account USING btree (connection_id);

CREATE INDEX account_by_operator ON ops.account USING btree (operator_id);

CREATE UNIQUE INDEX account_taken ON ops.account USING btree (host, port, system_id, system_type, direction) WHERE (NOT shared);

CREATE INDEX audit_by_action ON ops.audit USING btree (action, id);

CREATE INDEX audit_by_actor ON ops.audit USING btree (actor, id);

CREATE INDEX audit_by_operator ON ops.audit USING btree (operator_id, id);

CREATE INDEX audit_by_request ON ops.audit USING btree (request_id, id);

CREATE INDEX audit_by_subject ON ops.audit USING btree (subject_id, id);

CREATE UNIQUE INDEX audit_row_taken ON ops.audit USING btree (row_no);

CREATE INDEX connection_by_operator ON ops.connection USING btree (operator_id);

CREATE INDEX connection_by_protocol ON ops.connection USING btree (protocol, id) WHERE (deleted_at IS NULL);

CREATE INDEX connection_by_status ON ops.connection USING btree (status, id) WHERE (deleted_at IS NULL);

CREATE INDEX connection_health_by_state ON ops.connection_health USING btree (state, operator_id);

CREATE INDEX connection_health_by_state_and_connection ON ops.connection_health USING btree (state, connection_id);

CREATE UNIQUE INDEX connection_name_taken ON ops.connection USING btree (operator_id, name) WHERE (deleted_at IS NULL);

CREATE INDEX connection_place_by_host ON ops.connection_place USING btree (host, connection_id);

CREATE INDEX connection_with_overrides ON ops.connection USING btree (id) WHERE ((spec_overrides <> '[]'::text) AND (deleted_at IS NULL));

CREATE UNIQUE INDEX credential_active_taken ON ops.credential USING btree (connection_id) WHERE (stage = 'active'::text);

CREATE INDEX credential_by_operator ON ops.credential USING btree (operator_id, connection_id, version);

CREATE INDEX credential_by_system_id ON ops.credential USING btree (system_id, connection_id) WHERE (stage = ANY (ARRAY['staged'::text, 'active'::text]));

CREATE UNIQUE INDEX credential_staged_taken ON ops.credential USING btree (connection_id) WHERE (stage = 'staged'::text);

CREATE UNIQUE INDEX credential_version_taken ON ops.credential USING btree (connection_id, version);

CREATE INDEX maintenance_by_due_at ON ops.maintenance USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX maintenance_by_operator ON ops.maintenance USING btree (operator_id, id);

CREATE INDEX maintenance_open_by_operator ON ops.maintenance USING btree (operator_id) WHERE (phase = ANY (ARRAY['planned'::text, 'draining'::text, 'running'::text]));

CREATE INDEX note_by_operator ON ops.note USING btree (operator_id, id);

CREATE INDEX operator_by_code ON ops.operator USING btree (code, id);

CREATE INDEX operator_by_created_at ON ops.operator USING btree (created_at, id);

CREATE INDEX operator_by_name_key ON ops.operator USING btree (name_key, id);

CREATE INDEX operator_by_purge_after ON ops.operator USING btree (purge_after) WHERE ((deleted_at IS NOT NULL) AND (purged_at IS NULL));

CREATE INDEX operator_by_status ON ops.operator USING btree (status, code, id) WHERE (deleted_at IS NULL);

CREATE INDEX operator_by_status_until ON ops.operator USING btree (status_until) WHERE ((status = 'draining'::text) AND (status_until IS NOT NULL));

CREATE UNIQUE INDEX operator_code_taken ON ops.operator USING btree (code) WHERE (deleted_at IS NULL);

CREATE INDEX operator_country_by_operator ON ops.operator_country USING btree (operator_id);

CREATE INDEX operator_deleted ON ops.operator USING btree (code, id) WHERE (deleted_at IS NOT NULL);

CREATE UNIQUE INDEX operator_display_name_taken ON ops.operator USING btree (name_key) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX operator_external_id_taken ON ops.operator USING btree (external_id) WHERE (deleted_at IS NULL);

CREATE INDEX operator_health_log_by_connection ON ONLY ops.operator_health_log USING btree (connection_id, window_start);

CREATE INDEX operator_health_log_default_connection_id_window_start_idx ON ops.operator_health_log_default USING btree (connection_id, window_start);

CREATE INDEX operator_label_by_operator ON ops.operator_label USING btree (operator_id);

CREATE INDEX operator_network_by_operator ON ops.operator_network USING btree (operator_id);

CREATE INDEX operator_unwatched ON ops.operator USING btree (id) WHERE (NOT watched);

CREATE INDEX outbox_by_operator ON ops.outbox USING btree (operator_id, id);

CREATE INDEX outbox_unnumbered ON ops.outbox USING btree (row_no) WHERE ("position" IS NULL);

CREATE INDEX receipt_by_created_at ON ops.receipt USING btree (created_at);

CREATE INDEX rule_by_precedence ON ops.rule USING btree (precedence, id);

CREATE INDEX rule_target_by_connection ON ops.rule_target USING btree (connection_id);

CREATE INDEX rule_target_by_operator ON ops.rule_target USING btree (operator_id);

ALTER INDEX ops.operator_health_log_by_connection ATTACH PARTITION ops.operator_health_log_default_connection_id_window_start_idx;

ALTER INDEX ops.operator_health_log_pkey ATTACH PARTITION ops.operator_health_log_default_pkey;

ALTER TABLE ONLY ops.account
    ADD CONSTRAINT account_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.account
    ADD CONSTRAINT account_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.connection_health
    ADD CONSTRAINT connection_health_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.connection
    ADD CONSTRAINT connection_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.connection_place
    ADD CONSTRAINT connection_place_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.credential
    ADD CONSTRAINT credential_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.credential
    ADD CONSTRAINT credential_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.maintenance
    ADD CONSTRAINT maintenance_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.maintenance
    ADD CONSTRAINT maintenance_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.note
    ADD CONSTRAINT note_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.operator_country
    ADD CONSTRAINT operator_country_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.operator_label
    ADD CONSTRAINT operator_label_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.operator_network
    ADD CONSTRAINT operator_network_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.rule_target
    ADD CONSTRAINT rule_target_connection_exists FOREIGN KEY (connection_id) REFERENCES ops.connection(id);

ALTER TABLE ONLY ops.rule_target
    ADD CONSTRAINT rule_target_operator_exists FOREIGN KEY (operator_id) REFERENCES ops.operator(id);

ALTER TABLE ONLY ops.rule_target
    ADD CONSTRAINT rule_target_rule_exists FOREIGN KEY (rule_id) REFERENCES ops.rule(id) ON DELETE CASCADE;

GRANT USAGE ON SCHEMA ops TO ops_app;
GRANT USAGE ON SCHEMA ops TO ops_maint;
GRANT USAGE ON SCHEMA ops TO ops_read;

REVOKE ALL ON FUNCTION ops.confirm_sweeps(in_epoch bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.confirm_sweeps(in_epoch bigint) TO ops_app;

REVOKE ALL ON FUNCTION ops.meet_server() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.meet_server() TO ops_app;

REVOKE ALL ON FUNCTION ops.raise_epoch(from_epoch bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.raise_epoch(from_epoch bigint) TO ops_app;

GRANT SELECT,INSERT,DELETE ON TABLE ops.account TO ops_app;
GRANT SELECT ON TABLE ops.account TO ops_read;
GRANT SELECT ON TABLE ops.account TO ops_maint;

GRANT SELECT,INSERT ON TABLE ops.audit TO ops_app;
GRANT SELECT ON TABLE ops.audit TO ops_read;
GRANT SELECT ON TABLE ops.audit TO ops_maint;

GRANT SELECT,INSERT ON TABLE ops.audit_link TO ops_app;
GRANT SELECT ON TABLE ops.audit_link TO ops_read;
GRANT SELECT ON TABLE ops.audit_link TO ops_maint;

GRANT SELECT,INSERT ON TABLE ops.audit_seal TO ops_app;
GRANT SELECT ON TABLE ops.audit_seal TO ops_read;
GRANT SELECT ON TABLE ops.audit_seal TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.connection TO ops_app;
GRANT SELECT ON TABLE ops.connection TO ops_read;
GRANT SELECT ON TABLE ops.connection TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.connection_health TO ops_app;
GRANT SELECT ON TABLE ops.connection_health TO ops_read;
GRANT SELECT ON TABLE ops.connection_health TO ops_maint;

GRANT SELECT,INSERT,DELETE ON TABLE ops.connection_place TO ops_app;
GRANT SELECT ON TABLE ops.connection_place TO ops_read;
GRANT SELECT ON TABLE ops.connection_place TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.credential TO ops_app;
GRANT SELECT ON TABLE ops.credential TO ops_read;
GRANT SELECT ON TABLE ops.credential TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.health_session TO ops_app;
GRANT SELECT ON TABLE ops.health_session TO ops_read;
GRANT SELECT,DELETE ON TABLE ops.health_session TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.health_window TO ops_app;
GRANT SELECT ON TABLE ops.health_window TO ops_read;
GRANT SELECT,DELETE ON TABLE ops.health_window TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.maintenance TO ops_app;
GRANT SELECT ON TABLE ops.maintenance TO ops_read;
GRANT SELECT ON TABLE ops.maintenance TO ops_maint;

GRANT SELECT,INSERT ON TABLE ops.note TO ops_app;
GRANT SELECT ON TABLE ops.note TO ops_read;
GRANT SELECT ON TABLE ops.note TO ops_maint;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.operator TO ops_app;
GRANT SELECT ON TABLE ops.operator TO ops_read;
GRANT SELECT ON TABLE ops.operator TO ops_maint;

GRANT SELECT,INSERT,DELETE ON TABLE ops.operator_country TO ops_app;
GRANT SELECT ON TABLE ops.operator_country TO ops_read;
GRANT SELECT ON TABLE ops.operator_country TO ops_maint;

GRANT SELECT,INSERT ON TABLE ops.operator_health_log TO ops_app;
GRANT SELECT ON TABLE ops.operator_health_log TO ops_read;
GRANT SELECT,DELETE ON TABLE ops.operator_health_log TO ops_maint;

GRANT SELECT ON TABLE ops.operator_health_log_default TO ops_read;
GRANT SELECT ON TABLE ops.operator_health_log_default TO ops_maint;

GRANT SELECT,INSERT,DELETE ON TABLE ops.operator_label TO ops_app;
GRANT SELECT ON TABLE ops.operator_label TO ops_read;
GRANT SELECT ON TABLE ops.operator_label TO ops_maint;

GRANT SELECT,INSERT,DELETE ON TABLE ops.operator_network TO ops_app;
GRANT SELECT ON TABLE ops.operator_network TO ops_read;
GRANT SELECT ON TABLE ops.operator_network TO ops_maint;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ops.outbox TO ops_app;
GRANT SELECT ON TABLE ops.outbox TO ops_read;
GRANT SELECT,DELETE ON TABLE ops.outbox TO ops_maint;

GRANT SELECT,UPDATE ON TABLE ops.outbox_head TO ops_app;
GRANT SELECT ON TABLE ops.outbox_head TO ops_read;
GRANT SELECT ON TABLE ops.outbox_head TO ops_maint;

GRANT SELECT,INSERT,DELETE ON TABLE ops.receipt TO ops_app;
GRANT SELECT ON TABLE ops.receipt TO ops_read;
GRANT SELECT,DELETE ON TABLE ops.receipt TO ops_maint;

GRANT SELECT ON TABLE ops.refinery_schema_history TO ops_read;
GRANT SELECT ON TABLE ops.refinery_schema_history TO ops_maint;
GRANT SELECT ON TABLE ops.refinery_schema_history TO ops_app;

GRANT SELECT,INSERT,UPDATE ON TABLE ops.relay_mark TO ops_app;
GRANT SELECT ON TABLE ops.relay_mark TO ops_read;
GRANT SELECT ON TABLE ops.relay_mark TO ops_maint;

GRANT SELECT,UPDATE ON TABLE ops.routing_head TO ops_app;
GRANT SELECT ON TABLE ops.routing_head TO ops_read;
GRANT SELECT ON TABLE ops.routing_head TO ops_maint;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ops.rule TO ops_app;
GRANT SELECT ON TABLE ops.rule TO ops_read;
GRANT SELECT ON TABLE ops.rule TO ops_maint;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ops.rule_target TO ops_app;
GRANT SELECT ON TABLE ops.rule_target TO ops_read;
GRANT SELECT ON TABLE ops.rule_target TO ops_maint;

GRANT SELECT ON TABLE ops.service TO ops_app;
GRANT SELECT ON TABLE ops.service TO ops_read;
GRANT SELECT ON TABLE ops.service TO ops_maint;
