-- oldest binary: 0.1.0
-- How far events are not kept any more: a reader whose place lies before that has missed some, and is told.

ALTER TABLE outbox_head ADD COLUMN forgotten_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_head ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
UPDATE outbox_head SET forgotten_epoch = oldest.position_epoch, forgotten = oldest.position - 1
    FROM (SELECT position_epoch, position FROM outbox WHERE position IS NOT NULL ORDER BY position_epoch, position LIMIT 1)
        AS oldest
    WHERE oldest.position > 1;
