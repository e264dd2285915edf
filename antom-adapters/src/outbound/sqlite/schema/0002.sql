-- How many merchant events an order has had, forgotten ones included.
ALTER TABLE orders ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;

-- Of each order at most one event has `due_at`: the current one, the only one that is handed out. While it is being sent,
-- `due_at` is the end of its lease.
CREATE TABLE merchant_events (
    seq INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    payment_request_id TEXT,
    data TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    is_held INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    settled_at INTEGER,
    failure TEXT,
    UNIQUE (order_id, sequence)
) STRICT;
CREATE UNIQUE INDEX merchant_events_current ON merchant_events (order_id) WHERE due_at IS NOT NULL;
CREATE INDEX merchant_events_due ON merchant_events (due_at) WHERE due_at IS NOT NULL;
