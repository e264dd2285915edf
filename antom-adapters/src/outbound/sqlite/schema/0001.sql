-- Marks the file as ours ("Antm"), so that no other program's database is migrated by mistake.
PRAGMA application_id = 0x416e746d;

-- The narrow state row: it is rewritten by every step, bodies stay in the tables that only grow.
CREATE TABLE orders (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    phase TEXT NOT NULL,
    next_check_at INTEGER,
    created_at INTEGER NOT NULL,
    snapshot TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_phase ON orders (phase, seq);
CREATE INDEX orders_unresolved ON orders (id) WHERE next_check_at IS NOT NULL;

CREATE TABLE order_events (
    order_id TEXT NOT NULL REFERENCES orders (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (order_id, seq)
) STRICT;
CREATE TRIGGER order_events_are_not_changed BEFORE UPDATE ON order_events
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER order_events_are_not_removed BEFORE DELETE ON order_events
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;

CREATE TABLE request_ids (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL REFERENCES orders (id),
    api TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at);
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease_until IS NOT NULL;

-- Fences grow over all rows: a call that is wished again after its row was dropped never meets an old fence.
CREATE TABLE fences (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO fences (only, last) VALUES (1, 0);

CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    request_time TEXT NOT NULL,
    notify_type TEXT NOT NULL,
    keys TEXT NOT NULL,
    body BLOB NOT NULL,
    is_fact INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    deliveries INTEGER NOT NULL
) STRICT;
CREATE INDEX inbox_by_arrival ON inbox (received_at);

-- The ids of parked notifications only.
CREATE TABLE inbox_keys (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES inbox (digest),
    PRIMARY KEY (kind, id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_keys_by_digest ON inbox_keys (digest);
