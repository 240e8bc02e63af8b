-- oldest binary: 0.1.0
-- The chain counts from 1, and no two entries have one row number. A seal signs its time as well from here on, so the chain
-- is made anew: no release has sealed without it.

DROP TABLE audit_seal;
DROP TABLE audit_link;
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
CREATE UNIQUE INDEX audit_row_taken ON audit (row_no);
