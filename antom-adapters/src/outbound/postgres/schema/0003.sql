-- How many merchant events an order has had, forgotten ones included.
ALTER TABLE orders ADD COLUMN announced bigint NOT NULL DEFAULT 0;

-- Of each order at most one event has `due_at`: the current one, the only one that is handed out. While it is being sent,
-- `due_at` is the end of its lease. Whoever settles an event or adds one holds the order's row, so that one sees the other.
-- The list goes by `txid` and `seq` and ends before the oldest open transaction: what is committed later comes later.
CREATE TABLE merchant_events (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    order_id text COLLATE "C" NOT NULL REFERENCES orders (id),
    sequence bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    payment_request_id text,
    data text NOT NULL,
    state text COLLATE "C" NOT NULL,
    since bigint NOT NULL,
    due_at bigint,
    is_held boolean NOT NULL DEFAULT false,
    tries bigint NOT NULL DEFAULT 0,
    settled_at bigint,
    failure text,
    PRIMARY KEY (order_id, sequence)
);
CREATE UNIQUE INDEX merchant_events_listed ON merchant_events (txid, seq);
CREATE UNIQUE INDEX merchant_events_current ON merchant_events (order_id) WHERE due_at IS NOT NULL;
CREATE INDEX merchant_events_due ON merchant_events (due_at, seq) WHERE due_at IS NOT NULL;
