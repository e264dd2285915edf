-- Marks the schema as ours, so that no other program's tables are migrated by mistake.
CREATE TABLE antom_schema (
    version bigint NOT NULL
);
INSERT INTO antom_schema (version) VALUES (0);

-- The narrow state row: it is rewritten by every step, bodies stay in the tables that only grow.
-- Ids are compared byte for byte, whatever language the database speaks.
CREATE TABLE orders (
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    phase text NOT NULL,
    next_check_at bigint,
    created_at bigint NOT NULL,
    snapshot text NOT NULL
);
CREATE INDEX orders_by_phase ON orders (phase, seq);
CREATE INDEX orders_unresolved ON orders (id) WHERE next_check_at IS NOT NULL;

CREATE TABLE order_events (
    order_id text COLLATE "C" NOT NULL REFERENCES orders (id),
    seq bigint NOT NULL,
    at bigint NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (order_id, seq)
);
CREATE FUNCTION order_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$;
CREATE TRIGGER order_events_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON order_events
FOR EACH STATEMENT EXECUTE FUNCTION order_events_only_grow();

CREATE TABLE request_ids (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL REFERENCES orders (id),
    PRIMARY KEY (kind, id)
);

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id text COLLATE "C" NOT NULL UNIQUE,
    order_id text COLLATE "C" NOT NULL REFERENCES orders (id),
    api text NOT NULL,
    subject text NOT NULL,
    body bytea NOT NULL,
    due_at bigint NOT NULL,
    lease_until bigint,
    fence bigint NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0
);
CREATE INDEX outbox_due ON outbox (due_at, seq);
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease_until IS NOT NULL;

-- Fences grow over all rows: a call that is wished again after its row was dropped never meets an old fence.
CREATE SEQUENCE fences AS bigint;

CREATE TABLE inbox (
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    digest text COLLATE "C" PRIMARY KEY,
    received_at bigint NOT NULL,
    request_time text NOT NULL,
    notify_type text NOT NULL,
    keys text NOT NULL,
    body bytea NOT NULL,
    is_fact boolean NOT NULL,
    verdict text NOT NULL,
    deliveries bigint NOT NULL
);
CREATE INDEX inbox_by_arrival ON inbox (received_at, seq);

-- The ids of parked notifications only; a row may outlive its parking for a while, so the verdict decides.
CREATE TABLE inbox_keys (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL REFERENCES inbox (digest),
    PRIMARY KEY (kind, id, digest)
);
CREATE INDEX inbox_keys_by_digest ON inbox_keys (digest);
