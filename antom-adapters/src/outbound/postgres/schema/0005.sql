-- Reports of reconciliations. The id follows from the files: the same files again replace their report.
CREATE TABLE reconciliations (
    id text COLLATE "C" PRIMARY KEY,
    at bigint NOT NULL,
    summary text NOT NULL,
    body text NOT NULL
);
CREATE INDEX reconciliations_newest ON reconciliations (at, id);
