-- Proofs of the keys that values are sealed with: nobody reads or writes here without each of these keys.
CREATE TABLE data_keys (
    id text COLLATE "C" PRIMARY KEY,
    proof text NOT NULL
);

-- In a transaction that says so, the words of events may be rewritten: to seal them, or to erase what is personal in them.
-- What happened, when, and in which order is never changed.
DROP TRIGGER order_events_only_grow ON order_events;
CREATE TRIGGER order_events_only_grow BEFORE DELETE OR TRUNCATE ON order_events
FOR EACH STATEMENT EXECUTE FUNCTION order_events_only_grow();
CREATE TRIGGER order_events_are_not_changed BEFORE UPDATE ON order_events
FOR EACH ROW WHEN (current_setting('antom.rewriting', true) IS DISTINCT FROM 'on' OR
    (NEW.order_id, NEW.seq, NEW.at, NEW.name) IS DISTINCT FROM (OLD.order_id, OLD.seq, OLD.at, OLD.name))
EXECUTE FUNCTION order_events_only_grow();

-- How far personal data of the order were erased.
ALTER TABLE orders ADD COLUMN erased text;
