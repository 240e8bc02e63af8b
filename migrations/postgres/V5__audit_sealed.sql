-- oldest binary: 0.1.0
-- The audit trail in the order it was written, what it is looked up by, and the chain that seals it.

ALTER TABLE audit ADD COLUMN row_no bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN actor text COLLATE "C" NOT NULL DEFAULT '', ADD COLUMN subject_id uuid;
UPDATE audit SET actor = entry::jsonb -> 'actor' ->> 'subject', subject_id = (entry::jsonb -> 'subject' ->> 'id')::uuid;
CREATE INDEX audit_by_row ON audit (row_no);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_subject ON audit (subject_id, id);
CREATE INDEX audit_by_request ON audit (request_id, id);

-- One link for each entry: its hash covers the entry and the link before. No reference to the entry: that one is gone must show.
CREATE TABLE audit_link (
    n bigint PRIMARY KEY,
    row_no bigint NOT NULL CONSTRAINT audit_link_row_taken UNIQUE,
    hash bytea NOT NULL
);
-- What was signed, with a key outside of the database: the hash of the link n, and thereby everything before it.
CREATE TABLE audit_seal (
    n bigint PRIMARY KEY,
    signature bytea NOT NULL,
    at timestamptz NOT NULL
);
-- nobody but an owner of the schema can change or remove what is sealed
GRANT SELECT, INSERT ON audit_link, audit_seal TO ops_app;
GRANT SELECT ON audit_link, audit_seal TO ops_read, ops_maint;
