-- oldest binary: 0.1.0
-- Where the relay stands, and whether secrets may be swept after a restore.

CREATE TABLE relay_mark (
    one INTEGER PRIMARY KEY DEFAULT 1 CONSTRAINT relay_mark_one CHECK (one),
    stream_created INTEGER NOT NULL,
    stream_sequence INTEGER NOT NULL CONSTRAINT relay_mark_stream_sequence_range CHECK (stream_sequence >= 0),
    position_epoch INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;

ALTER TABLE service ADD COLUMN sweeps_epoch INTEGER NOT NULL DEFAULT 1;
