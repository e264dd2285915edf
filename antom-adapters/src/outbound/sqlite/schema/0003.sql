-- Proofs of the keys that values are sealed with: nobody reads or writes here without each of these keys.
CREATE TABLE data_keys (
    id TEXT PRIMARY KEY,
    proof TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- While there is a row, inside a transaction, the words of events may be rewritten: to seal them, or to erase what is
-- personal in them. What happened, when, and in which order is never changed.
CREATE TABLE rewriting (
    only INTEGER PRIMARY KEY CHECK (only = 1)
) STRICT;
DROP TRIGGER order_events_are_not_changed;
CREATE TRIGGER order_events_are_not_changed BEFORE UPDATE ON order_events
WHEN NOT EXISTS (SELECT 1 FROM rewriting) OR NEW.order_id <> OLD.order_id OR NEW.seq <> OLD.seq OR NEW.at <> OLD.at
    OR NEW.name <> OLD.name
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;

-- How far personal data of the order were erased.
ALTER TABLE orders ADD COLUMN erased TEXT;
