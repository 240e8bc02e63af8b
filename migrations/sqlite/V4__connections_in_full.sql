-- oldest binary: 0.1.0
-- Everything about connections: reasons to leave the standard, what they say of themselves, accounts, and where lists look.

-- SQLite changes no CHECK, so both tables are made anew. Foreign keys are off while migrations run, and checked afterwards.
CREATE TABLE connection_anew (
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
INSERT INTO connection_anew (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by, deleted_at)
    SELECT id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at, created_by,
        updated_at, updated_by, deleted_at FROM connection;
DROP TABLE connection;
ALTER TABLE connection_anew RENAME TO connection;
CREATE UNIQUE INDEX connection_name_taken ON connection (operator_id, name) WHERE deleted_at IS NULL;
CREATE INDEX connection_by_operator ON connection (operator_id);
-- Whether any connection of an operator counts for its health: those without one are unknown.
ALTER TABLE operator ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;
UPDATE operator SET watched = 1 WHERE id IN
    (SELECT operator_id FROM connection WHERE deleted_at IS NULL AND status <> 'disabled' AND counts_for_operator);
CREATE INDEX operator_unwatched ON operator (id) WHERE NOT watched;
CREATE INDEX operator_by_status ON operator (status, code, id) WHERE deleted_at IS NULL;
CREATE INDEX operator_deleted ON operator (code, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX connection_by_status ON connection (status, id) WHERE deleted_at IS NULL;
CREATE INDEX connection_by_protocol ON connection (protocol, id) WHERE deleted_at IS NULL;
CREATE INDEX connection_with_overrides ON connection (id) WHERE spec_overrides <> '[]' AND deleted_at IS NULL;

CREATE TABLE credential_anew (
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
INSERT INTO credential_anew (id, operator_id, connection_id, version, stage, system_id, note, created_at, created_by,
        activated_at, retired_at, expires_at, retire_after_s)
    SELECT id, operator_id, connection_id, version, stage, system_id, note, created_at, created_by, activated_at, retired_at,
        expires_at, retire_after_s FROM credential;
DROP TABLE credential;
ALTER TABLE credential_anew RENAME TO credential;
CREATE UNIQUE INDEX credential_version_taken ON credential (connection_id, version);
CREATE UNIQUE INDEX credential_active_taken ON credential (connection_id) WHERE stage = 'active';
CREATE UNIQUE INDEX credential_staged_taken ON credential (connection_id) WHERE stage = 'staged';
CREATE INDEX credential_by_operator ON credential (operator_id, connection_id, version);
CREATE INDEX credential_by_system_id ON credential (system_id, connection_id) WHERE stage IN ('staged', 'active');

-- Where a connection logs in, made from its profile.
CREATE TABLE connection_place (
    connection_id BLOB NOT NULL CONSTRAINT connection_place_connection_exists REFERENCES connection (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    system_type TEXT NOT NULL,
    direction TEXT NOT NULL,
    PRIMARY KEY (connection_id, host, port, system_type, direction)
) STRICT;
CREATE INDEX connection_place_by_host ON connection_place (host, connection_id);
INSERT INTO connection_place (connection_id, host, port, system_type, direction)
    SELECT DISTINCT c.id, endpoint.value ->> 'host', endpoint.value ->> 'port', '', way.value
    FROM connection c, json_each(c.profile, '$.smpp.endpoints') AS endpoint, json_each('["transmit", "receive"]') AS way
    WHERE endpoint.value ->> 'direction' IN ('any', way.value)
        AND NOT (c.profile ->> '$.smpp.bind_type' = 'transmitter' AND way.value = 'receive')
        AND NOT (c.profile ->> '$.smpp.bind_type' = 'receiver' AND way.value = 'transmit');

-- Claims on accounts. One that is shared on purpose neither blocks others nor is blocked.
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
CREATE UNIQUE INDEX account_taken ON account (host, port, system_id, system_type, direction) WHERE NOT shared;
CREATE INDEX account_by_connection ON account (connection_id);
CREATE INDEX account_by_operator ON account (operator_id);
-- whoever came later to an account that is there already shares it, and says so from now on
WITH claim AS (
    SELECT DISTINCT p.host, p.port, k.system_id, p.system_type, p.direction, c.id
    FROM connection c JOIN connection_place p ON p.connection_id = c.id JOIN credential k ON k.connection_id = c.id
    WHERE c.deleted_at IS NULL AND k.stage IN ('staged', 'active')
), placed AS (
    SELECT id, row_number() OVER (PARTITION BY host, port, system_id, system_type, direction ORDER BY id) AS place FROM claim
)
UPDATE connection SET allow_duplicate = '{"reason":"stored before accounts were kept apart"}'
    WHERE id IN (SELECT id FROM placed WHERE place > 1);
INSERT INTO account (host, port, system_id, system_type, direction, connection_id, operator_id, shared)
    SELECT DISTINCT p.host, p.port, k.system_id, p.system_type, p.direction, c.id, c.operator_id, c.allow_duplicate IS NOT NULL
    FROM connection c JOIN connection_place p ON p.connection_id = c.id JOIN credential k ON k.connection_id = c.id
    WHERE c.deleted_at IS NULL AND k.stage IN ('staged', 'active');

-- Every connection has a state, so that those about which nothing is known are found as well.
INSERT INTO connection_health (connection_id, operator_id, state, since, reason, bound_windows, unreachable_windows, revision)
    SELECT id, operator_id, 'unknown', created_at, 'no_data', 0, 0, 0 FROM connection WHERE true ON CONFLICT DO NOTHING;
CREATE INDEX connection_health_by_state_and_connection ON connection_health (state, connection_id);
