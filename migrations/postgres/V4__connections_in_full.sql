-- oldest binary: 0.1.0
-- Everything about connections: reasons to leave the standard, what they say of themselves, accounts, and where lists look.

-- One document of reasons; the domain parses it on write and on read.
ALTER TABLE connection ADD COLUMN spec_overrides text NOT NULL DEFAULT '[]';
ALTER TABLE connection ADD COLUMN counts_for_operator boolean NOT NULL DEFAULT true;
ALTER TABLE connection ADD COLUMN private_network boolean NOT NULL DEFAULT false;
ALTER TABLE connection ADD COLUMN allow_duplicate text;
ALTER TABLE connection DROP CONSTRAINT connection_protocol_rule,
    ADD CONSTRAINT connection_protocol_rule CHECK (protocol IN ('smpp', 'http'));
ALTER TABLE credential DROP CONSTRAINT credential_system_id_rule,
    ADD CONSTRAINT credential_system_id_rule CHECK (system_id ~ '^[!-~]{1,32}$');

-- Whether any connection of an operator counts for its health: those without one are unknown.
ALTER TABLE operator ADD COLUMN watched boolean NOT NULL DEFAULT false;
UPDATE operator SET watched = true WHERE id IN
    (SELECT operator_id FROM connection WHERE deleted_at IS NULL AND status <> 'disabled' AND counts_for_operator);
CREATE INDEX operator_unwatched ON operator (id) WHERE NOT watched;
CREATE INDEX operator_by_status ON operator (status, code, id) WHERE deleted_at IS NULL;
CREATE INDEX operator_deleted ON operator (code, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX connection_by_status ON connection (status, id) WHERE deleted_at IS NULL;
CREATE INDEX connection_by_protocol ON connection (protocol, id) WHERE deleted_at IS NULL;
CREATE INDEX connection_with_overrides ON connection (id) WHERE spec_overrides <> '[]' AND deleted_at IS NULL;
CREATE INDEX credential_by_operator ON credential (operator_id, connection_id, version);
CREATE INDEX credential_by_system_id ON credential (system_id, connection_id) WHERE stage IN ('staged', 'active');

-- Where a connection logs in, made from its profile.
CREATE TABLE connection_place (
    connection_id uuid NOT NULL CONSTRAINT connection_place_connection_exists REFERENCES connection (id),
    host text COLLATE "C" NOT NULL,
    port bigint NOT NULL,
    system_type text COLLATE "C" NOT NULL,
    direction text COLLATE "C" NOT NULL,
    PRIMARY KEY (connection_id, host, port, system_type, direction)
);
CREATE INDEX connection_place_by_host ON connection_place (host, connection_id);
INSERT INTO connection_place (connection_id, host, port, system_type, direction)
    SELECT DISTINCT c.id, endpoint ->> 'host', (endpoint ->> 'port')::bigint, '', direction
    FROM connection c, jsonb_array_elements(c.profile::jsonb -> 'smpp' -> 'endpoints') AS endpoint,
        unnest(ARRAY['transmit', 'receive']) AS direction
    WHERE endpoint ->> 'direction' IN ('any', direction)
        AND (c.profile::jsonb -> 'smpp' ->> 'bind_type', direction) NOT IN (('transmitter', 'receive'), ('receiver', 'transmit'));

-- Claims on accounts. One that is shared on purpose neither blocks others nor is blocked.
CREATE TABLE account (
    host text COLLATE "C" NOT NULL,
    port bigint NOT NULL,
    system_id text COLLATE "C" NOT NULL,
    system_type text COLLATE "C" NOT NULL,
    direction text COLLATE "C" NOT NULL,
    connection_id uuid NOT NULL CONSTRAINT account_connection_exists REFERENCES connection (id),
    operator_id uuid NOT NULL CONSTRAINT account_operator_exists REFERENCES operator (id),
    shared boolean NOT NULL
);
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
    SELECT id, operator_id, 'unknown', created_at, 'no_data', 0, 0, 0 FROM connection ON CONFLICT DO NOTHING;
CREATE INDEX connection_health_by_state_and_connection ON connection_health (state, connection_id);

GRANT SELECT, INSERT, DELETE ON connection_place, account TO ops_app;
GRANT SELECT ON connection_place, account TO ops_read, ops_maint;
