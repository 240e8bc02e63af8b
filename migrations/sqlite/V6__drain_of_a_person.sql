-- oldest binary: 0.1.0
-- Whose drain it is, told by the operator: a person's goes on after a window. No release knows the column that goes.

ALTER TABLE operator ADD COLUMN drain_reason TEXT;
UPDATE operator SET drain_reason = status_reason
    WHERE status_until IS NOT NULL
        OR status = 'draining'
            AND NOT EXISTS (SELECT 1 FROM maintenance WHERE operator_id = operator.id AND drains_operator);
ALTER TABLE maintenance DROP COLUMN drains_operator;
