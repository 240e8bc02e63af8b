-- oldest binary: 0.1.0
-- Where the relay stands, which database this is, and whether secrets may be swept after a restore.

-- Lazily kept by the publisher: this stream, up to this message of it, holds every event up to this position.
CREATE TABLE relay_mark (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT relay_mark_one CHECK (one),
    stream_created timestamptz NOT NULL,
    stream_sequence bigint NOT NULL CONSTRAINT relay_mark_stream_sequence_range CHECK (stream_sequence >= 0),
    position_epoch bigint NOT NULL,
    position bigint NOT NULL
);

-- Destructive sweeps run only while this equals the epoch: after a restore a person confirms first.
ALTER TABLE service ADD COLUMN sweeps_epoch bigint NOT NULL DEFAULT 1;

-- What follows runs with the rights of its owner: the application may raise the epoch and confirm the sweeps, and cannot
-- set either to anything it likes.

-- Begins the epoch after from_epoch, unless somebody was faster. The rows may be older than from_epoch, which somebody
-- remembers. Every count that readers outside know begins anew above the old one, and the view moves at once.
CREATE FUNCTION raise_epoch(from_epoch bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp AS $$
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

-- Every connection of the service asks this before anything else: a server that is not the one the rows come from, by
-- system or by timeline, was restored or promoted, and may have forgotten what readers saw. Answers the epoch.
CREATE FUNCTION meet_server() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp AS $$
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

-- A person has compared the secret store with the rows: sweeps may run in this epoch.
CREATE FUNCTION confirm_sweeps(in_epoch bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp AS $$
BEGIN
    UPDATE service SET sweeps_epoch = in_epoch WHERE epoch = in_epoch;
    RETURN FOUND;
END $$;

REVOKE EXECUTE ON FUNCTION raise_epoch(bigint), meet_server(), confirm_sweeps(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raise_epoch(bigint), meet_server(), confirm_sweeps(bigint) TO ops_app;
GRANT SELECT, INSERT, UPDATE ON relay_mark TO ops_app;
GRANT SELECT ON relay_mark TO ops_read, ops_maint;
-- published events are forgotten after their time
GRANT DELETE ON outbox TO ops_app;
