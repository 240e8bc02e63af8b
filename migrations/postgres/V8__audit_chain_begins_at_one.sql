-- oldest binary: 0.1.0
-- The chain counts from 1, and no two entries have one row number. A seal signs its time as well from here on, so the chain
-- is made anew: no release has sealed without it.

DELETE FROM audit_seal;
DELETE FROM audit_link;
ALTER TABLE audit_link ADD CONSTRAINT audit_link_n_range CHECK (n >= 1),
    ADD CONSTRAINT audit_link_hash_size CHECK (octet_length(hash) = 32);
ALTER TABLE audit_seal ADD CONSTRAINT audit_seal_n_range CHECK (n >= 1),
    ADD CONSTRAINT audit_seal_signature_size CHECK (octet_length(signature) = 64);
DROP INDEX audit_by_row;
CREATE UNIQUE INDEX audit_row_taken ON audit (row_no);
