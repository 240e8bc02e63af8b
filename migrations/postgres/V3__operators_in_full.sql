-- oldest binary: 0.1.0
-- Everything about operators: descriptive fields, the ends of drains, purges, planned windows, notes, and where lists look.

-- One document of what no decision and no list looks at; the domain parses it on write and on read.
ALTER TABLE operator ADD COLUMN about text NOT NULL DEFAULT '{}';
ALTER TABLE operator ADD COLUMN status_until timestamptz;
ALTER TABLE operator ADD COLUMN purge_after timestamptz;
ALTER TABLE operator ADD COLUMN erased_at timestamptz;
ALTER TABLE operator ADD COLUMN purged_at timestamptz;
UPDATE operator SET purge_after = deleted_at + interval '720 hours' WHERE deleted_at IS NOT NULL;
CREATE INDEX operator_by_status_until ON operator (status_until) WHERE status = 'draining' AND status_until IS NOT NULL;
CREATE INDEX operator_by_purge_after ON operator (purge_after) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE operator_country (
    country text COLLATE "C" NOT NULL,
    operator_id uuid NOT NULL CONSTRAINT operator_country_operator_exists REFERENCES operator (id),
    PRIMARY KEY (country, operator_id)
);
CREATE INDEX operator_country_by_operator ON operator_country (operator_id);
INSERT INTO operator_country (country, operator_id)
    SELECT country, id FROM operator, jsonb_array_elements_text(countries::jsonb) AS country;

CREATE TABLE operator_network (
    mcc text COLLATE "C" NOT NULL,
    mnc text COLLATE "C" NOT NULL,
    operator_id uuid NOT NULL CONSTRAINT operator_network_operator_exists REFERENCES operator (id),
    PRIMARY KEY (mcc, mnc, operator_id)
);
CREATE INDEX operator_network_by_operator ON operator_network (operator_id);
INSERT INTO operator_network (mcc, mnc, operator_id)
    SELECT network ->> 'mcc', network ->> 'mnc', id FROM operator, jsonb_array_elements(networks::jsonb) AS network;

CREATE TABLE operator_label (
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    operator_id uuid NOT NULL CONSTRAINT operator_label_operator_exists REFERENCES operator (id),
    PRIMARY KEY (key, value, operator_id)
);
CREATE INDEX operator_label_by_operator ON operator_label (operator_id);
INSERT INTO operator_label (key, value, operator_id)
    SELECT label.key, label.value, id FROM operator, jsonb_each_text(labels::jsonb) AS label;

CREATE INDEX connection_health_by_state ON connection_health (state, operator_id);
CREATE INDEX outbox_by_operator ON outbox (operator_id, id);

CREATE TABLE maintenance (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL CONSTRAINT maintenance_operator_exists REFERENCES operator (id),
    connection_id uuid CONSTRAINT maintenance_connection_exists REFERENCES connection (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL CONSTRAINT maintenance_reason_rule CHECK (char_length(reason) BETWEEN 1 AND 500),
    reference text CONSTRAINT maintenance_reference_rule CHECK (char_length(reference) BETWEEN 1 AND 128),
    drain_s bigint NOT NULL CONSTRAINT maintenance_drain_s_range CHECK (drain_s BETWEEN 0 AND 3600),
    phase text NOT NULL CONSTRAINT maintenance_phase_rule
        CHECK (phase IN ('planned', 'draining', 'running', 'ended', 'cancelled')),
    drains_operator boolean NOT NULL,
    -- when the phase changes next; nothing once it is over
    due_at timestamptz,
    version bigint NOT NULL CONSTRAINT maintenance_version_range CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    ended_at timestamptz,
    CONSTRAINT maintenance_order_rule CHECK (ends_at > starts_at),
    CONSTRAINT maintenance_due_rule CHECK ((due_at IS NULL) = (phase IN ('ended', 'cancelled')))
);
CREATE INDEX maintenance_by_operator ON maintenance (operator_id, id);
CREATE INDEX maintenance_by_due_at ON maintenance (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX maintenance_open_by_operator ON maintenance (operator_id) WHERE phase IN ('planned', 'draining', 'running');

CREATE TABLE note (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL CONSTRAINT note_operator_exists REFERENCES operator (id),
    text text NOT NULL CONSTRAINT note_text_rule CHECK (char_length(text) BETWEEN 1 AND 2000),
    reference text CONSTRAINT note_reference_rule CHECK (char_length(reference) BETWEEN 1 AND 128),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL
);
CREATE INDEX note_by_operator ON note (operator_id, id);

GRANT SELECT, INSERT, DELETE ON operator_country, operator_network, operator_label TO ops_app;
GRANT SELECT, INSERT, UPDATE ON maintenance TO ops_app;
GRANT SELECT, INSERT ON note TO ops_app;
GRANT SELECT ON operator_country, operator_network, operator_label, maintenance, note TO ops_read, ops_maint;
