-- oldest binary: 0.1.0
-- The audit trail in the order it was written, what it is looked up by, and the chain that seals it.

-- SQLite adds no key to a table, so it is made anew.
CREATE TABLE audit_anew (
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
INSERT INTO audit_anew (id, at, action, operator_id, request_id, entry, actor, subject_id)
    SELECT id, at, action, operator_id, request_id, entry, entry ->> '$.actor.subject',
        unhex(replace(entry ->> '$.subject.id', '-', '')) FROM audit ORDER BY rowid;
DROP TABLE audit;
ALTER TABLE audit_anew RENAME TO audit;
CREATE INDEX audit_by_operator ON audit (operator_id, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_subject ON audit (subject_id, id);
CREATE INDEX audit_by_request ON audit (request_id, id);

-- One link for each entry: its hash covers the entry and the link before. No reference to the entry: that one is gone must show.
CREATE TABLE audit_link (
    n INTEGER NOT NULL PRIMARY KEY,
    row_no INTEGER NOT NULL CONSTRAINT audit_link_row_taken UNIQUE,
    hash BLOB NOT NULL
) STRICT;
-- What was signed, with a key outside of the database: the hash of the link n, and thereby everything before it.
CREATE TABLE audit_seal (
    n INTEGER NOT NULL PRIMARY KEY,
    signature BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
