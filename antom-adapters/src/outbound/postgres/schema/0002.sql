-- One row for each running instance. Its heart beats while it lives; who stands still is removed by the others.
CREATE TABLE instances (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    beats bigint NOT NULL DEFAULT 0
);

-- Who claimed the call last. Where its lease runs and the holder has no row, the lease ends.
-- No holder: claimed by a program that knows no instances; its lease ends by time.
ALTER TABLE outbox ADD COLUMN holder bigint;
