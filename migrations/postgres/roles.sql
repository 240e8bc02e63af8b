-- The roles of a cluster. Run once as a superuser, connected to the service's database; safe to run again.
-- Migrations only GRANT to these roles; they never create one.
DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ops.roles'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_migrate') THEN CREATE ROLE ops_migrate LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_app') THEN CREATE ROLE ops_app LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_maint') THEN CREATE ROLE ops_maint LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_read') THEN CREATE ROLE ops_read LOGIN; END IF;
    EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO ops_migrate', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO ops_app, ops_maint, ops_read', current_database());
END $$;
