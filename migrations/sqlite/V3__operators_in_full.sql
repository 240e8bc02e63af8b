-- oldest binary: 0.1.0
-- Everything about operators: descriptive fields, the ends of drains, purges, planned windows, notes, and where lists look.

-- One document of what no decision and no list looks at; the domain parses it on write and on read.
ALTER TABLE operator ADD COLUMN about TEXT NOT NULL DEFAULT '{}';
ALTER TABLE operator ADD COLUMN status_until INTEGER;
ALTER TABLE operator ADD COLUMN purge_after INTEGER;
ALTER TABLE operator ADD COLUMN erased_at INTEGER;
ALTER TABLE operator ADD COLUMN purged_at INTEGER;
UPDATE operator SET purge_after = deleted_at + 720 * 3600 * 1000000 WHERE deleted_at IS NOT NULL;
CREATE INDEX operator_by_status_until ON operator (status_until) WHERE status = 'draining' AND status_until IS NOT NULL;
CREATE INDEX operator_by_purge_after ON operator (purge_after) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE operator_country (
    country TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_country_operator_exists REFERENCES operator (id),
    PRIMARY KEY (country, operator_id)
) STRICT;
CREATE INDEX operator_country_by_operator ON operator_country (operator_id);
INSERT INTO operator_country (country, operator_id)
    SELECT country.value, operator.id FROM operator, json_each(operator.countries) AS country;

CREATE TABLE operator_network (
    mcc TEXT NOT NULL,
    mnc TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_network_operator_exists REFERENCES operator (id),
    PRIMARY KEY (mcc, mnc, operator_id)
) STRICT;
CREATE INDEX operator_network_by_operator ON operator_network (operator_id);
INSERT INTO operator_network (mcc, mnc, operator_id)
    SELECT network.value ->> 'mcc', network.value ->> 'mnc', operator.id FROM operator, json_each(operator.networks) AS network;

CREATE TABLE operator_label (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    operator_id BLOB NOT NULL CONSTRAINT operator_label_operator_exists REFERENCES operator (id),
    PRIMARY KEY (key, value, operator_id)
) STRICT;
CREATE INDEX operator_label_by_operator ON operator_label (operator_id);
INSERT INTO operator_label (key, value, operator_id)
    SELECT label.key, label.value, operator.id FROM operator, json_each(operator.labels) AS label;

CREATE INDEX connection_health_by_state ON connection_health (state, operator_id);
CREATE INDEX outbox_by_operator ON outbox (operator_id, id);

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
    drains_operator INTEGER NOT NULL,
    -- when the phase changes next; nothing once it is over
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
CREATE INDEX maintenance_by_operator ON maintenance (operator_id, id);
CREATE INDEX maintenance_by_due_at ON maintenance (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX maintenance_open_by_operator ON maintenance (operator_id) WHERE phase IN ('planned', 'draining', 'running');

CREATE TABLE note (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL CONSTRAINT note_operator_exists REFERENCES operator (id),
    text TEXT NOT NULL CONSTRAINT note_text_rule CHECK (length(text) BETWEEN 1 AND 2000),
    reference TEXT CONSTRAINT note_reference_rule CHECK (length(reference) BETWEEN 1 AND 128),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_operator ON note (operator_id, id);
